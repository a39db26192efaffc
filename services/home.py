"""The home folder of an embedded Anchorwatch: its lock, its secret, its database."""

import asyncio
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from shared import postgres
from shared.errors import ConflictError, NotFoundError
from shared.log import get_logger
from shared.postgres import EmbeddedPostgres

KEY_FILE = "key"
"""Holds the API key of the first user; other commands on this machine read it."""

_ADDRESS_FILE = "address"
log = get_logger(__name__)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the home for as long as the block lasts; raises ConflictError if somebody else does.

    The lock is the kernel's and goes away with the process, however it ends.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise ConflictError(
                f"Another Anchorwatch (process {holder}) works in {home}. Stop it, or give this "
                "one a folder of its own with --home or ANCHORWATCH_HOME."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def reachable(home: Path, address: str) -> Iterator[None]:
    """Say in the home where its Anchorwatch answers, for as long as the block lasts."""
    path = home / _ADDRESS_FILE
    write_private(path, address)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def address_of(home: Path) -> str | None:
    """Return where the Anchorwatch of this home answers, or answered when it was killed."""
    try:
        return (home / _ADDRESS_FILE).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def secret_of(home: Path) -> str:
    """Return the internal secret of this home, made at the first start."""
    path = home / "secret"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii").strip()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; it is whole or not there at all."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


@contextmanager
def database(home: Path, *, durable: bool = True) -> Iterator[EmbeddedPostgres]:
    """Run the PostgreSQL of a home that this process holds.

    A server that a killed process left behind is adopted, and stopped in the end like our own.
    """
    server = postgres.start(home, durable=durable)
    try:
        yield server
    finally:
        server.stop()


async def keep_database(
    home: Path, server: EmbeddedPostgres, stop: asyncio.Event, *, pause_s: float = 5.0
) -> None:
    """Start the PostgreSQL of a home again when it went away: killed for its memory, mostly."""
    while not stop.is_set():
        if not server.is_alive():
            log.warning("the embedded database went away and is started again")
            await asyncio.to_thread(postgres.start, home)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await stop.wait()


@contextmanager
def visited_database(home: Path) -> Iterator[EmbeddedPostgres]:
    """Give the PostgreSQL of a home to a short command, whether Anchorwatch runs there or not."""
    if not (home / "secret").exists():
        raise NotFoundError(
            f"There is no Anchorwatch in {home}. Name its folder with --home or ANCHORWATCH_HOME, "
            "or its database with ANCHORWATCH_DATABASE_URL."
        )
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(home))
        except ConflictError:
            # The holder of the lock runs the server; `start` finds it and leaves it as it is.
            yield postgres.start(home)
            return
        yield stack.enter_context(database(home))
