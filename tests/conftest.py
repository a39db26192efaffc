"""Fixtures of all three rings: a real PostgreSQL once, a fresh database per test, no way out to the net."""

import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared import migrations
from shared.db import Database
from shared.ids import new_id
from shared.postgres import EmbeddedPostgres, start

TEMPLATE = "template_anchorwatch"
_MEMORY = Path("/dev/shm")
_ROOMY = 4 * 1024**3


def pytest_configure() -> None:
    """Keep in memory what tests write, where there is room and nobody chose a place.

    A database of a test's own is a thousand new files, and every commit of a broker waits for the disk.
    Benchmarks use what stands here, too, and measure with the disk: no importing of this moves them.
    """
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOMY
    if roomy and os.access(_MEMORY, os.W_OK) and "TMPDIR" not in os.environ:  # noqa: TID251 - of tests, not a setting
        os.environ["TMPDIR"] = str(_MEMORY)  # noqa: TID251 - as above
        tempfile.tempdir = None  # for it may have been asked for already


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """A connection that would leave this machine is a fault of the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = ipaddress.ip_address(str(address[0]).partition("%")[0])
            if not host.is_loopback:
                raise AssertionError(f"a test tried to connect to {address}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign,assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def no_browser_unasked() -> Iterator[None]:
    """A Chromium that happens to be there changes nothing for tests that do not ask for one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANCHORWATCH_CRAWLER_RENDER", "off")
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The embedded PostgreSQL with a template database that holds every service's migrations."""
    home = Path(tempfile.mkdtemp(prefix="anchorwatch-test-"))
    home.chmod(0o711)  # the server runs as nobody when the tests run as root
    server = start(home, durable=False)
    try:
        run_sql(server, f"CREATE DATABASE {TEMPLATE}")
        migrate_template(server)
        yield server
    finally:
        server.kill()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def home_folder() -> Iterator[Path]:
    """A home that the database's account can reach; its server is stopped whatever happened."""
    path = Path(tempfile.mkdtemp(prefix="anchorwatch-home-"))
    path.chmod(0o755)
    yield path
    if (path / "secret").exists():
        start(path, durable=False).kill()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a database of this test's own, migrated; it is dropped afterwards."""
    name = f"test_{new_id().hex}"
    run_sql(postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    yield postgres.url(name)
    run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def db_for(database_url: str) -> AsyncIterator[Callable[[str], Database]]:
    """`db_for("profile")`: the Database of one service in this test's own database."""
    opened: list[Database] = []

    def open_database(service: str) -> Database:
        opened.append(Database(database_url, schema=service, pool_size=5))
        return opened[-1]

    yield open_database
    for database in opened:
        await database.close()


def migrate_template(server: EmbeddedPostgres) -> None:
    # In a process of its own: Alembic is synchronous on top and must not meet a test's loop.
    subprocess.run(
        [sys.executable, "-c", _MIGRATE, server.url(TEMPLATE)],
        check=True,
        cwd=Path(migrations.__file__).parents[1],
    )


_MIGRATE = """
import asyncio, pathlib, sys
from shared.migrations import SERVICES, migrate
for service in SERVICES:
    if list(pathlib.Path("services", service, "migrations/versions").glob("0*.py")):
        asyncio.run(migrate(sys.argv[1], service))
"""


def run_sql(server: EmbeddedPostgres, statement: str) -> str:
    """Run one statement with psql, outside any event loop."""
    done = subprocess.run(
        [
            *(str(server.binaries / "psql"), "-h", str(server.sockets), "-U", "anchorwatch"),
            *("-d", "postgres", "-v", "ON_ERROR_STOP=1", "-Atc", statement),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()
