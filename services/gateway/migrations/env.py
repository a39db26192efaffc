"""Alembic's entry into the history of schema `gateway`."""

from services.gateway.tables import METADATA
from shared.revisions import run_migrations

run_migrations(METADATA)
