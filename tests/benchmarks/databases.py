"""A private PostgreSQL for a benchmark, and what it costs."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from shared import postgres
from shared.ids import new_id
from shared.postgres import EmbeddedPostgres
from tests.conftest import TEMPLATE, migrate_template, run_sql


@dataclass(frozen=True, slots=True)
class Server:
    """The server with a migrated template."""

    postgres: EmbeddedPostgres
    home: Path
    settings: Mapping[str, str]

    def new_database(self) -> str:
        """Return the URL of a fresh, migrated database."""
        name = f"bench_{new_id().hex}"
        run_sql(self.postgres, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.postgres.url(name)

    def restart(self) -> None:
        """Stop the server and start it again with nothing in its buffers."""
        self.postgres.stop()
        postgres.start(self.home, settings=self.settings)

    def cpu_s(self) -> float:
        """Return the seconds of CPU that the server and all its backends have used so far."""
        pid = int((self.postgres.data / "postmaster.pid").read_text().splitlines()[0])
        master = psutil.Process(pid)
        own = master.cpu_times()
        total = own.user + own.system + own.children_user + own.children_system
        for child in master.children():
            # Of one that has just ended the master's own account holds the time.
            with suppress(psutil.NoSuchProcess):
                times = child.cpu_times()
                total += times.user + times.system
        return float(total)


@contextmanager
def server(settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Start a durable server, as production has it, and remove it afterwards."""
    home = Path(tempfile.mkdtemp(prefix="anchorwatch-bench-"))
    home.chmod(0o711)
    running = postgres.start(home, settings=settings)
    try:
        run_sql(running, f"CREATE DATABASE {TEMPLATE}")
        migrate_template(running)
        yield Server(running, home, dict(settings or {}))
    finally:
        running.kill()
        shutil.rmtree(home, ignore_errors=True)
