"""Bring a service's schema to the newest version: one history per service, under a lock."""

from importlib.resources import files
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db import new_engine

SERVICES = ("crawler", "profile", "toxicity", "outreach", "gateway")
_LOCK = 0x616E6368  # "anch": replicas that start together migrate one after the other


async def migrate(url: str, service: str) -> None:
    """Create the schema of a service if it is missing and run the migrations that are due."""
    engine = new_engine(url, schema=service, pool_size=1)
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            if not await _is_current(connection, service):
                await _upgrade(connection, service)
            await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    finally:
        await engine.dispose()


async def migrate_all(url: str) -> None:
    """Migrate the five schemas of one database, as the embedded mode and the tests need it."""
    for service in SERVICES:
        await migrate(url, service)


async def create_schema(connection: AsyncConnection, service: str) -> None:
    """Create the schema of a service if it is missing."""
    # Asked first: IF NOT EXISTS alone needs the right to create schemas even when it is there.
    found = await connection.scalar(
        text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": service}
    )
    if found is None:
        await connection.execute(text(f'CREATE SCHEMA "{service}"'))


def folder_of(service: str) -> Path:
    """Return the folder with the history of a service."""
    return Path(str(files(f"services.{service}"))) / "migrations"


def revision_files(service: str) -> list[Path]:
    """Return the files of a service's revisions, the newest last; each begins with its number."""
    return sorted((folder_of(service) / "versions").glob("[0-9]*.py"))


async def _is_current(connection: AsyncConnection, service: str) -> bool:
    """Return whether nothing is due, which nearly every start finds."""
    table = f'"{service}".alembic_version'
    if await connection.scalar(text("SELECT to_regclass(:name)"), {"name": table}) is None:
        return False
    found = await connection.scalars(text(f"SELECT version_num FROM {table}"))  # noqa: S608 - ours
    return found.all() == [newest.name.partition("_")[0] for newest in revision_files(service)[-1:]]


async def _upgrade(connection: AsyncConnection, service: str) -> None:
    from shared import revisions  # noqa: PLC0415 - Alembic loads for 0.3 s of CPU, to find nothing

    await create_schema(connection, service)
    await connection.run_sync(revisions.upgrade, service)
