"""kill -9 of the only process of the embedded mode, under load: nothing lost, doubled or wrong."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shared import clock, postgres
from shared.db import Database
from tests.fault.house import ROOT, House, add_links, load, seconds_to_more
from tests.fault.ledger import count_handled
from tests.fault.test_kills import LINKS, LOOKS, SEEDS, hold, patience
from tests.ports import free_port

KILLS = 2
pytestmark = pytest.mark.timeout(240)


def start(home: Path, port: int) -> "subprocess.Popen[bytes]":
    """Start `anchorwatch all` on the home."""
    with (home / "all.log").open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "services", "all", "--home", str(home), "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


async def until_migrated(home: Path, open_database: Callable[[str], Database]) -> Database:
    """Wait for the first start and return the profile service's database."""
    async with asyncio.timeout(60):
        while b"works once" not in (home / "all.log").read_bytes():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
    return open_database("profile")


@pytest.mark.parametrize("seed", SEEDS)
async def test_killing_the_embedded_process_loses_and_doubles_nothing(
    home_folder: Path, tmp_path: Path, seed: int
) -> None:
    home = home_folder
    port = free_port()
    process = start(home, port)
    url = ""
    opened: list[Database] = []

    def open_database(service: str) -> Database:
        nonlocal url
        url = postgres.start(home).url()
        opened.append(Database(url, schema=service, pool_size=2))
        return opened[-1]

    try:
        profile = await until_migrated(home, open_database)
        await add_links(profile, LINKS)
        begun = clock.now()
        house = House(url, "", tmp_path)
        with load(house, LOOKS, seed=seed, begun=begun) as running:
            for number in range(1, KILLS + 1):
                await asyncio.to_thread(running.until, number * LOOKS // (KILLS + 2))
                process.kill()
                process.wait()
                started = time.monotonic()
                process = start(home, port)
                await seconds_to_more(profile, since=started, within=patience(seed, 15))
            await hold(running, profile, open_database("gateway"), seed=seed, begun=begun)
            assert await count_handled(profile) == LOOKS
    finally:
        process.kill()
        process.wait()
        for database in opened:
            await database.close()
