"""The crawler's worker as a process of its own: `python -m tests.benchmarks.worker URL PORT PAGES VISIT`.

VISIT 1 tracks the pages first; later ones make them due again. It ends when all are recorded, and
prints how many links it found, then the pages that timed out, if any; on a second line the seconds
of CPU from the first claim to the last record, less those of a visit of one page, which is start-up.
"""

import asyncio
import sys
import time
from datetime import timedelta
from functools import cache

import uvloop

from services import serving
from services.crawler import handlers
from services.crawler.adapters.eyes import Sightline, open_eyes
from services.crawler.adapters.web import Limits
from services.crawler.jobs.checking import Checking
from services.crawler.store.frontier import ClaimLimits
from shared import clock
from shared.db import Database
from shared.events import LinkTracked, SiteCreated, SiteHost
from shared.ids import new_id
from shared.urls import page_id
from shared.wall import parse_routes
from tests.benchmarks.site import ADDRESSES, TARGET, address, host, path

# Looks that a starved machine let time out: nothing was concluded, and each comes again by itself.
_LATE = """
SELECT url FROM outbox JOIN watches
    ON watches.link_id = (convert_from(body, 'UTF8')::jsonb #>> '{data,link_id}')::uuid
    JOIN pages USING (page_id)
WHERE name = 'link.checked' AND next_check_at < now() + interval '2 hours'
    AND convert_from(body, 'UTF8')::jsonb #> '{data,observation,reasons}' = '["timeout"]'
    AND convert_from(body, 'UTF8')::jsonb #>> '{data,observation,outcome}' = 'unknown'
"""


EVIDENCE_BODY = 1_000_000
"""As in the settings: what is measured keeps evidence of its first looks."""


async def track(db: Database, pages: int) -> None:
    """Tell the crawler of one site and of one link on each page."""
    site_id, workspace_id = new_id(), new_id()
    site = SiteCreated(
        workspace_id=workspace_id,
        site_id=site_id,
        version_no=1,
        domain="target.example",
        domains=(SiteHost(host="target.example"),),
    )
    events = [
        LinkTracked(
            workspace_id=workspace_id,
            site_id=site_id,
            link_id=new_id(),
            referring_url=f"http://{host(page)}{path(page)}",
            page_key=page_id(f"http://{host(page)}{path(page)}"),
            target_url=TARGET,
            target_key=page_id(TARGET),
            hosts=("target.example",),
            known_since=clock.now(),
        )
        for page in range(pages)
    ]
    async with db.begin() as tx:
        await handlers.on_site_created([site], tx)
        for start in range(0, pages, 500):
            await handlers.on_link_tracked(events[start : start + 500], tx)


async def make_due(db: Database, pages: int) -> None:
    """Make the first pages due now and all others, and the targets, due much later."""
    async with db.begin() as tx:
        await tx.run("UPDATE pages SET next_check_at = now() + interval '1 day'")
        await tx.run(
            "UPDATE pages SET next_check_at = now() WHERE url = ANY($1::text[])",
            [f"http://{host(page)}{path(page)}" for page in range(pages)],
        )
        await tx.run("UPDATE hosts SET due_at = now(), next_free_at = '-infinity'")


async def work(db: Database, port: int) -> None:
    """Look until nothing is due or leased any more."""
    # Whatever else is looked at (the target's health) stays on the loopback, too.
    hosts = [f"bench{n}.example:80={address(n)}:{port}" for n in range(ADDRESSES)]
    routes = ",".join((*hosts, f"*:80=127.0.0.1:{port}"))
    limits = Limits(keep_wire=EVIDENCE_BODY)
    sightline = Sightline(min_delay_s=0, routes=parse_routes(routes), limits=limits)
    stop = asyncio.Event()
    async with open_eyes(sightline) as eyes, asyncio.TaskGroup() as group:
        checking = Checking(
            db=db,
            observer=eyes.observer,
            politeness=eyes.politeness,
            limits=ClaimLimits(floor_s=0),
            confirm_after=timedelta(hours=1),
            evidence_body=EVIDENCE_BODY,
        )
        group.create_task(checking.run(stop))
        _settle()
        while await _count_open(db):  # noqa: ASYNC110 - what we wait for is a row
            await asyncio.sleep(0.25)
        stop.set()


@cache
def _settle() -> None:
    """Do as every service does once it has started; what were frozen again and again would stay."""
    serving.settle()


async def _count_open(db: Database) -> int:
    async with db.begin() as tx:
        return int(
            await tx.fetch_value(
                "SELECT count(*) FROM (SELECT 1 FROM pages WHERE next_check_at <= now()"
                " OR lease_until IS NOT NULL LIMIT 1) AS due"
            )
        )


async def _timed(db: Database, port: int, pages: int) -> float:
    await make_due(db, pages)
    begun_s = time.process_time()
    await work(db, port)
    return time.process_time() - begun_s


async def run(url: str, port: int, pages: int, visit: int) -> None:
    db = Database(url, schema="crawler")
    start_s = 0.0
    if visit == 1:
        await track(db, pages)
    else:
        await _timed(db, port, pages)  # so that a process is measured that has been at work
        async with db.begin() as tx:
            await tx.run("TRUNCATE outbox")
        start_s = await _timed(db, port, 1)
    spent_s = await _timed(db, port, pages) - start_s
    async with db.begin() as tx:
        found = await tx.fetch_value(
            "SELECT count(*) FROM outbox WHERE name = 'link.checked'"
            " AND convert_from(body, 'UTF8') LIKE '%\"outcome\":\"found\"%'"
        )
        late = [row["url"] for row in await tx.fetch(_LATE)]
        await tx.run("TRUNCATE outbox")
    sys.stdout.write(" ".join([str(found), *late]) + f"\n{spent_s:.6f}\n")
    await db.close()


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
