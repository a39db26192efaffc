"""`anchorwatch backup FILE`: everything that the services keep, in one file, while they run.

Exit codes: 0 done, 2 wrong usage, 4 failed.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path

from services.cli import archive, databases
from services.cli.archive import Manifest, Schema
from services.cli.progress import Progress, progress
from shared import clock, dumps
from shared.dumps import Moment
from shared.errors import ConflictError
from shared.migrations import SERVICES

EMBEDDED_BUS = "bus"
"""The schema in which the embedded mode keeps events that are on their way."""


def main(arguments: Sequence[str]) -> int:
    """Write the backup and say what it holds."""
    parser = argparse.ArgumentParser(
        prog="anchorwatch backup",
        description="Write everything that Anchorwatch keeps into one file, while it runs. The master key is "
        "not in it: keep a copy of that apart. `anchorwatch restore FILE --verify` shows that it can be read.",
    )
    parser.add_argument("file", type=Path, help="where to; a folder gets a file with the date")
    options = parser.parse_args(list(arguments))
    path = _free(options.file)
    with databases.urls() as urls, progress() as show:
        manifest = asyncio.run(_back_up(urls, path, show))
    size = path.stat().st_size / 1024**2
    print(f"{path}: {manifest.rows:,} rows of {manifest.tables} tables, {size:,.1f} MiB.")
    print("Keep the master key apart from it: it decrypts the keys and secrets that are stored.")
    return 0


def _free(wanted: Path) -> Path:
    named = f"anchorwatch-{clock.now():%Y-%m-%d-%H%M%S}.zip"
    path = wanted / named if wanted.is_dir() else wanted
    if path.exists():
        raise ConflictError(
            f"{path} is there already. Name another file: backups stay as they are."
        )
    if not path.parent.is_dir():
        raise ConflictError(f"There is no folder {path.parent}. Make it, or name another one.")
    return path


async def _back_up(urls: Mapping[str, str], path: Path, show: Progress) -> Manifest:
    schemas: dict[str, Schema] = {}
    files: dict[str, Path] = {}
    async with AsyncExitStack() as stack:
        # Beside the file, where there has to be room for it anyway.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=path.parent)))
        moments = await _moments(urls, stack)
        for done, (schema, moment) in enumerate(moments.items()):
            show("Backing up schemas", done, len(moments))
            files[schema] = folder / f"{schema}.dump"
            await asyncio.to_thread(moment.dump, files[schema])
            schemas[schema] = Schema(
                revision=await moment.revision(), contents=await moment.contents()
            )
        manifest = Manifest(
            made_at=clock.now(), anchorwatch=version("anchorwatch"), schemas=schemas
        )
        await asyncio.to_thread(archive.write, path, manifest, files)
        show("Backing up schemas", len(moments), len(moments))
    return manifest


async def _moments(urls: Mapping[str, str], stack: AsyncExitStack) -> dict[str, Moment]:
    """Hold every schema as it is now; those of one database as they are at the very same moment.

    So no event is in an outbox and handled already, or in neither place. Databases of their own
    are a moment apart: what came in between is told again by the next look.
    """
    wanted = {service: urls[service] for service in SERVICES}
    if await dumps.has_schema(urls[SERVICES[0]], EMBEDDED_BUS):
        wanted[EMBEDDED_BUS] = urls[SERVICES[0]]
    held: dict[str, Moment] = {}
    snapshots: dict[tuple[str, str, str], str] = {}
    for schema, url in wanted.items():
        place = dumps.place_of(url)
        held[schema] = await stack.enter_async_context(
            dumps.moment(url, schema, of=snapshots.get(place))
        )
        snapshots.setdefault(place, held[schema].snapshot)
    return held
