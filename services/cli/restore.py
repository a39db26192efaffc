"""`anchorwatch restore FILE`: a backup into an empty database, compared row for row with what it was.

Exit codes: 0 done, 2 wrong usage, 4 failed.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from services import home
from services.cli import archive, databases
from services.cli.archive import Manifest, Schema
from services.cli.backup import EMBEDDED_BUS
from services.cli.progress import Progress, progress
from services.outreach.store import outreach_settings
from shared import dumps, postgres
from shared.db import Database
from shared.errors import ConflictError, InvalidError
from shared.migrations import SERVICES, revision_files
from shared.settings import HouseSettings


def main(arguments: Sequence[str]) -> int:
    """Restore, or only try it in a database that is thrown away."""
    parser = argparse.ArgumentParser(
        prog="anchorwatch restore",
        description="Read a backup into an empty home or database and compare every table with what it was. Nothing "
        "is ever overwritten. Broken off, it goes on where it was when it is called again.",
    )
    parser.add_argument("file", type=Path, help="what `anchorwatch backup` wrote")
    parser.add_argument(
        "--verify",
        action="store_true",
        help="only show that it can be read: into a private database that is removed again",
    )
    options = parser.parse_args(list(arguments))
    manifest = archive.read_manifest(options.file)
    _refuse_newer(options.file, manifest)
    place = _private() if options.verify else _wanted(manifest)
    with place as urls, progress() as show:
        asyncio.run(_restore(options.file, manifest, urls, show))
        switched = 0 if options.verify else asyncio.run(_switch_mail_off(urls["outreach"]))
    what = f"{manifest.rows:,} rows of {manifest.tables} tables, each as it was"
    if options.verify:
        print(f"{options.file} can be restored: {what}. Nothing of yours was touched.")
        return 0
    print(f"Restored as of {manifest.made_at:%Y-%m-%d %H:%M} UTC: {what}.")
    print("Put the master key in its place before you start, and run `anchorwatch migrate` if this")
    print("version is newer than the backup's (the embedded mode does that by itself).")
    if switched:
        print(
            "Mail to other sites is switched off: what was approved may have been sent since the backup."
        )
        print("Look into the Sent folders, cancel what went out, and switch it on again.")
    return 0


def _refuse_newer(path: Path, manifest: Manifest) -> None:
    """Refuse what a newer version wrote: what its tables mean is not known here."""
    for service in SERVICES:
        schema = manifest.schemas.get(service)
        if schema is None:
            raise InvalidError(f"{path} is not whole: it has nothing of {service}.")
        known = {file.name.partition("_")[0] for file in revision_files(service)}
        if schema.revision is not None and schema.revision not in known:
            raise InvalidError(
                f"{path} is of a newer Anchorwatch ({manifest.anchorwatch}): install that one, or "
                "a newer one, and restore with it."
            )


@contextmanager
def _wanted(manifest: Manifest) -> Iterator[dict[str, str]]:
    """Give the databases to restore into: those of the settings, else that of a home nobody works in."""
    settings = {service: databases.settings_of(service).load() for service in SERVICES}
    if any("database_url" in found.model_fields_set for found in settings.values()):
        _refuse_leftovers(manifest)
        yield {service: found.database_dsn for service, found in settings.items()}
        return
    folder = HouseSettings.load().home
    with home.locked(folder), home.database(folder) as server:
        yield dict.fromkeys((*SERVICES, EMBEDDED_BUS), server.url())


def _refuse_leftovers(manifest: Manifest) -> None:
    """Refuse events that only the embedded mode would carry on: RabbitMQ never hears of them."""
    bus = manifest.schemas.get(EMBEDDED_BUS)
    if bus is not None and any(table.rows for table in bus.contents.values()):
        raise ConflictError(
            "This backup was made of an embedded Anchorwatch at work: some of its events are on their way. Restore it "
            "into a home (without ANCHORWATCH_DATABASE_URL), stop that, and back it up again."
        )


@contextmanager
def _private() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="anchorwatch-") as folder:
        Path(folder).chmod(0o711)  # run by root, the server is somebody who has to get through
        server = postgres.start(Path(folder), durable=False)
        try:
            yield dict.fromkeys((*SERVICES, EMBEDDED_BUS), server.url())
        finally:
            server.kill()


async def _restore(path: Path, manifest: Manifest, urls: Mapping[str, str], show: Progress) -> None:
    wanted = {name: schema for name, schema in manifest.schemas.items() if name in urls}
    missing = [name for name in wanted if not await _is_there(name, wanted[name], urls[name])]
    with tempfile.TemporaryDirectory(prefix="anchorwatch-") as folder:
        for done, name in enumerate(missing):
            show("Restoring schemas", done, len(missing))
            dump = await asyncio.to_thread(archive.extract, path, name, Path(folder))
            make_schema = not await dumps.has_schema(urls[name], name)
            await asyncio.to_thread(dumps.load, urls[name], dump, make_schema=make_schema)
            dump.unlink()
            found = await dumps.contents_of(urls[name], name)
            if found != wanted[name].contents:
                raise InvalidError(_difference(name, wanted[name], found))
        show("Restoring schemas", len(missing), len(missing))


async def _switch_mail_off(url: str) -> int:
    """Let nothing go out of a restored database that went out after its backup was made."""
    database = Database(url, schema="outreach", pool_size=1)
    try:
        async with database.begin() as tx:
            return await outreach_settings.switch_all_off(tx)
    finally:
        await database.close()


async def _is_there(name: str, schema: Schema, url: str) -> bool:
    """Say whether a restore that was broken off got this far; anything else must not be there."""
    found = await dumps.contents_of(url, name)
    if found and found != schema.contents:
        raise ConflictError(
            f"The database holds an Anchorwatch already ({name} has {len(found)} tables). Restore into an empty "
            "one: another ANCHORWATCH_HOME, or another ANCHORWATCH_DATABASE_URL."
        )
    return bool(found)


def _difference(name: str, schema: Schema, found: dumps.Contents) -> str:
    tables = sorted(schema.contents.keys() | found.keys())
    first = next(table for table in tables if schema.contents.get(table) != found.get(table))
    return f"{name}.{first} is not as it was when the backup was made. Do not use this database."
