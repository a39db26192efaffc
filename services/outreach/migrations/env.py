"""Alembic's entry into the history of schema `outreach`."""

from services.outreach.tables import METADATA
from shared.revisions import run_migrations

run_migrations(METADATA)
