"""The five services as processes, with a broker and a database, to be killed and started again."""

import asyncio
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from services.profile.domain.link import Link
from services.profile.domain.site import Host, Site
from services.profile.store import links, sites
from shared import clock
from shared.db import Database
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import DiscoveryReason
from tests.fault import ledger
from tests.ports import free_port
from tests.profile.builders import TARGET

ROOT = Path(__file__).parents[2]
SERVICES = ("crawler", "profile", "toxicity", "outreach", "gateway")
SECRET = "a secret of the fault tests"
RATE = 500


@dataclass(slots=True)
class House:
    """What runs, and how to end and begin it."""

    database_url: str
    amqp_url: str
    folder: Path
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def start(self, service: str, *, command: tuple[str, ...] | None = None) -> None:
        """Start a service; `command` takes the place of `anchorwatch <service>`."""
        anchorwatch = str(Path(sys.executable).with_name("anchorwatch"))
        self.ports.setdefault(service, free_port())
        with (self.folder / f"{service}.log").open("ab") as output:
            self.running[service] = subprocess.Popen(
                command or (anchorwatch, service),
                env=self._environment(service),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=ROOT,
            )

    def kill(self, service: str) -> None:
        process = self.running.pop(service)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for service in list(self.running):
            self.kill(service)

    def is_ready(self, service: str) -> bool:
        """Say whether a service answers that it is ready; fails when it has ended instead."""
        assert self.running[service].poll() is None, self.log(service)
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[service], timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text(encoding="utf-8")[-3000:]

    def _environment(self, service: str) -> dict[str, str]:
        return {
            "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            "PYTHONPATH": str(ROOT),
            "ANCHORWATCH_ENVIRONMENT": "test",
            "ANCHORWATCH_LOG_LEVEL": "warning",
            "ANCHORWATCH_PORT": str(self.ports[service]),
            "ANCHORWATCH_HOME": str(self.folder / "home"),
            "ANCHORWATCH_DATABASE_URL": self.database_url,
            "ANCHORWATCH_DATABASE_POOL_SIZE": "4",
            "ANCHORWATCH_AMQP_URL": self.amqp_url,
            "ANCHORWATCH_INTERNAL_SECRET": SECRET,
        }


@dataclass(slots=True)
class Load:
    """The running load, whose count of committed looks is the clock of a test."""

    process: "subprocess.Popen[str]"
    file: Path
    count: int
    done: int = 0

    def until(self, committed: int) -> None:
        """Wait until so many looks are committed."""
        assert self.process.stdout is not None
        while self.done < committed:
            line = self.process.stdout.readline()
            assert line, "the load ended early"
            self.done = int(line)

    def entries(self) -> list[ledger.Entry]:
        """Wait for the end of the load and return what it committed."""
        self.until(self.count)
        assert self.process.wait(timeout=30) == 0
        return ledger.read(self.file)


@contextmanager
def load(house: House, count: int, *, seed: int, begun: datetime) -> Iterator[Load]:
    """Write `count` looks at 500 a second while the block runs."""
    file = house.folder / "ledger"
    arguments = (house.database_url, file, count, RATE, seed, begun.isoformat())
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fault.load", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Load(process, file, count)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


async def seconds_to_more(profile: Database, *, since: float, within: float) -> float:
    """Return how long after `since` (monotonic) the history grew again; fails after `within`."""
    before = await ledger.count_handled(profile)
    while await ledger.count_handled(profile) == before:
        assert time.monotonic() - since < within, f"not consuming again within {within} s"
        await asyncio.sleep(0.02)
    return time.monotonic() - since


async def add_links(profile: Database, count: int) -> list[UUID]:
    """Give the profile service a site with so many links; returns their ids, ordered.

    The crawler is not told: what it would see must not mix with what the load says.
    """
    site = Site(
        site_id=new_id(),
        workspace_id=new_id(),
        domain="acme.example",
        name="Acme",
        domains=(Host("acme.example"),),
        brands=("Acme Home",),
        keywords=("garden furniture",),
    )
    async with profile.begin() as tx:
        site = await sites.add_site(tx, site)
        pages = [f"https://blog{number}.example/post" for number in range(count)]
        rows = [_link(site, page) for page in pages]
        await links.add_links(tx, rows, [DiscoveryReason.IMPORTED] * count)
    return sorted(row.link_id for row in rows)


def _link(site: Site, page: str) -> Link:
    return Link(
        link_id=new_id(),
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        referring_url=page,
        referring_domain=page.split("/")[2],
        page_key=page_id(page),
        target_url=TARGET,
        target_key=page_id(TARGET),
        known_since=clock.now(),
    )
