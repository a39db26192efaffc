"""The history of each service's schema, as Alembic reads, runs and writes it; there is no ini file."""

import asyncio

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData

from shared.db import new_engine
from shared.migrations import create_schema, folder_of, revision_files


def alembic_config(service: str) -> Config:
    """Return the Alembic configuration of a service."""
    config = Config()
    config.set_main_option("script_location", str(folder_of(service)))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection, service: str) -> None:
    """Run the migrations of a service that are due."""
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
        await create_schema(connection, service)
        await connection.run_sync(_revise, service, message)
    await engine.dispose()


def _revise(connection: Connection, service: str, message: str) -> None:
    config = alembic_config(service)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    number = len(revision_files(service)) + 1
    command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
