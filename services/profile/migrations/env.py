"""Alembic's entry into the history of schema `profile`."""

from services.profile.tables import METADATA
from shared.revisions import run_migrations

run_migrations(METADATA)
