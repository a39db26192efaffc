"""Alembic's entry into the history of schema `crawler`."""

from services.crawler.tables import METADATA
from shared.revisions import run_migrations

run_migrations(METADATA)
