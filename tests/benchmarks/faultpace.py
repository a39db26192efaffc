"""The fault site under real worker processes and a real clock: failing hosts get their pauses, too.

Rounds follow each other as fast as the pace lets them; what a host asked for (Retry-After, slower
answers) only ever lengthens its pauses, so the floor is what a request must not come within.
"""

import asyncio
import os
import tempfile
from pathlib import Path

from services.crawler import handlers
from services.crawler.app import workers_of
from services.crawler.settings import Settings
from shared.db import Database
from tests.benchmarks import databases, processes
from tests.benchmarks.politeness import DELAY_S, WORKERS, count_early
from tests.benchmarks.results import Row, row
from tests.crawler.builders import a_tracked
from tests.faultsite.script import Script, write_script
from tests.faultsite.site import FaultSite, fault_site
from tests.web import Request

SEED = 20_261_122
PAGES = processes.setting("FAULT_PAGES", 1_000)
ROUNDS = processes.setting("FAULT_ROUNDS", 20)
LONGEST_S = float(processes.setting("FAULT_ROUND_S", 60))
"""Of one round: a page whose host hangs or is left alone is not waited for."""
_BATCH = 500
_AGAIN = "UPDATE pages SET next_check_at = now() WHERE lease_until IS NULL"
# A host that asked for ten minutes of peace has them; all others may be asked at their pace.
_WAKE = "UPDATE hosts SET due_at = now()"
_OPEN = """
SELECT count(*) FROM pages JOIN hosts USING (host)
WHERE (next_check_at <= now() OR lease_until IS NOT NULL)
    AND (blocked_until IS NULL OR blocked_until < now())
"""


def measure() -> list[Row]:
    """Return how many requests came too early over the whole run, by the server's own log."""
    script = write_script(pages=PAGES, rounds=ROUNDS, seed=SEED)
    rows = []
    with databases.server() as server:
        for workers in WORKERS:
            with tempfile.TemporaryDirectory() as folder:
                log = asyncio.run(_play(server.new_database(), script, workers, Path(folder)))
            early = count_early(log, DELAY_S)
            rows.append(
                row(
                    f"fault site, {PAGES:,} pages, {ROUNDS} rounds: requests inside a host's delay,"
                    f" {workers} worker processes",
                    [early],
                    f"of {len(log):,}",
                    target="0",
                    met=early == 0,
                )
            )
    return rows


async def _play(url: str, script: Script, workers: int, folder: Path) -> list[Request]:
    db, stop = Database(url, schema="crawler"), asyncio.Event()
    async with fault_site(script, folder) as site:
        await _track(db, script)
        os.environ["SSL_CERT_FILE"] = str(folder / "ca.pem")  # noqa: TID251 - for the children
        settings = Settings.load(
            {},
            home=folder,
            database_url=url,
            workers=workers,
            min_delay=DELAY_S,
            connect_to=site.web.connect_to,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(workers_of(settings).run(stop))
            for turn in range(script.rounds):
                await _round(db, site, turn)
            stop.set()
        await db.close()
        return list(site.requests)


async def _track(db: Database, script: Script) -> None:
    found = list(script.pages)
    for start in range(0, len(found), _BATCH):
        part = [a_tracked(url) for url in found[start : start + _BATCH]]
        async with db.begin() as tx:
            await handlers.on_link_tracked(part, tx)


async def _round(db: Database, site: FaultSite, turn: int) -> None:
    site.turn = turn
    loop = asyncio.get_running_loop()
    before, until = len(site.requests), loop.time() + LONGEST_S
    async with db.begin() as tx:
        await tx.run(_AGAIN)
        await tx.run(_WAKE)
    while loop.time() < until:
        await asyncio.sleep(0.5)
        async with db.begin() as tx:
            left = await tx.fetch_value(_OPEN)
        if not left and len(site.requests) > before:
            return
