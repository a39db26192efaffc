"""Bring a service's schema to the newest version: Alembic, one history per service, under a lock."""

import asyncio
from importlib.resources import files
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import new_engine

SERVICES = ("crawler", "profile", "toxicity", "outreach", "gateway")
_LOCK = 0x616E6368  # "anch": replicas that start together migrate one after the other


def alembic_config(service: str) -> Config:
    """Return the Alembic configuration of a service; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(files(f"services.{service}") / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(url: str, service: str) -> None:
    """Create the schema of a service if it is missing and run the migrations that are due."""
    engine = new_engine(url, schema=service, pool_size=1)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            await _create_schema(connection, service)
            await connection.run_sync(_upgrade, service)
            await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    finally:
        await engine.dispose()


async def migrate_all(url: str) -> None:
    """Migrate the five schemas of one database, as the embedded mode and the tests need it."""
    for service in SERVICES:
        await migrate(url, service)


async def _create_schema(connection: AsyncConnection, service: str) -> None:
    # Asked first: IF NOT EXISTS alone needs the right to create schemas even when it is there.
    found = await connection.scalar(
        text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": service}
    )
    if found is None:
        await connection.execute(text(f'CREATE SCHEMA "{service}"'))


def _upgrade(connection: Connection, service: str) -> None:
    config = alembic_config(service)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def run_migrations(metadata: MetaData) -> None:
    """Do the work of a service's `migrations/env.py`: run the versions on the given connection."""
    connection: Connection | None = context.config.attributes.get("connection")
    if connection is None:
        msg = "Migrations run through `anchorwatch migrate`, which brings the connection."
        raise RuntimeError(msg)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table_schema=metadata.schema,
        include_schemas=True,
        include_name=lambda name, kind, _parents: kind != "schema" or name == metadata.schema,
        compare_server_default=False,
        transactional_ddl=False,
    )
    context.run_migrations()


def write_revision(url: str, service: str, message: str) -> None:
    """Write the next migration of a service: what its tables have and its history has not.

    `url` names an empty database; the history so far is run on it first.
    """
    asyncio.run(_write_revision(url, service, message))


async def _write_revision(url: str, service: str, message: str) -> None:
    engine = new_engine(url, schema=service, pool_size=1)
    async with engine.connect() as connection:
        await _create_schema(connection, service)
        await connection.run_sync(_revise, service, message)
    await engine.dispose()


def _revise(connection: Connection, service: str, message: str) -> None:
    config = alembic_config(service)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    numbers = sorted(file.name for file in _versions(config).glob("[0-9]*.py"))
    command.revision(config, message, autogenerate=True, rev_id=f"{len(numbers) + 1:04}")


def _versions(config: Config) -> Path:
    """Return the folder of a service's versions."""
    return Path(str(config.get_main_option("script_location"))) / "versions"
