"""Migrations and tables are the same thing, for every service; and running them again does no harm."""

import importlib
import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, MetaData, Table, Text

from shared.db import new_engine
from shared.migrations import SERVICES, migrate


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": lambda name, kind, _: kind != "schema" or name == metadata.schema,
            "include_object": lambda _thing, name, kind, _reflected, _other: (
                kind != "table" or not is_made_elsewhere(name)
            ),
            "compare_type": True,
        },
    )
    return list(compare_metadata(context, metadata))


def is_made_elsewhere(name: str) -> bool:
    """Alembic's own table, and the parts of a table that is divided by month."""
    return name == "alembic_version" or re.fullmatch(r"\w+_(\d{4}_\d\d|rest)", name) is not None


def metadata_of(service: str) -> MetaData:
    found: MetaData = importlib.import_module(f"services.{service}.tables").METADATA
    return found


async def drift(url: str, metadata: MetaData) -> list[object]:
    # Alembic leaves the schema of the search path unnamed, and would compare it with nothing.
    engine = new_engine(url, schema="public", pool_size=1)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(differences, metadata)
    finally:
        await engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
async def test_the_migrations_make_the_tables(database_url: str, service: str) -> None:
    assert await drift(database_url, metadata_of(service)) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_migrating_twice_changes_nothing(database_url: str, service: str) -> None:
    await migrate(database_url, service)
    assert await drift(database_url, metadata_of(service)) == []


async def test_a_table_without_a_migration_is_seen(database_url: str) -> None:
    metadata = MetaData(schema="gateway")
    for table in metadata_of("gateway").tables.values():
        table.to_metadata(metadata)
    Table("forgotten", metadata, Column("name", Text))
    assert len(await drift(database_url, metadata)) == 1
