"""Alembic's entry into the history of schema `toxicity`."""

from services.toxicity.tables import METADATA
from shared.revisions import run_migrations

run_migrations(METADATA)
