"""What it costs to hold the rules for alerts against a change, beside few links and beside many."""

import time
from datetime import UTC, datetime
from uuid import UUID

import uvloop

from services.profile.domain.site import Host, Site
from services.profile.jobs.alerting import sift
from services.profile.store import sites
from shared.db import Database, Tx
from shared.ids import new_id
from tests.benchmarks import databases, processes
from tests.benchmarks.results import Row, row

FEW, MANY = 20_000, 400_000
CHANGES = 10_000
MOST_MS, MOST_GROWTH = 2.0, 1.5
_NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
_LINKS = """
    INSERT INTO links (link_id, workspace_id, site_id, referring_url, referring_host, referring_domain,
        page_key, discovery, status, good_status, found_seq, known_since)
    SELECT gen_random_uuid(), $1, $2, 'https://site' || n / 20 || '.example/' || n, 'site' || n / 20 || '.example',
        'site' || n / 20 || '.example', gen_random_uuid(), 'imported', 'lost', 'lost', 1, $3
    FROM generate_series(1, $4::int) AS n
"""
_CHANGES = """
    INSERT INTO changes (change_id, workspace_id, site_id, link_id, kind, from_status, to_status, previous,
        current, sentence, at)
    SELECT gen_random_uuid(), workspace_id, site_id, link_id, 'lost', 'live', 'lost', '{}', '{}', 'Gone.', $1
    FROM links LIMIT $2
"""


def measure() -> list[Row]:
    """Return the milliseconds per lost link, and how they grow with the links that are there."""
    many = processes.setting("LINKS", MANY)
    with databases.server() as server:
        few_ms, many_ms = (
            uvloop.run(_ms_per_change(server.new_database(), links)) for links in (FEW, many)
        )
    growth = many_ms / few_ms
    return [
        row(
            f"alerts: a lost link held against 5 rules, {many:,} links",
            *([many_ms], "ms"),
            peer=f"beside {FEW:,} links",
            ratio=growth,
            target=f"<= {MOST_MS} ms, flat (<= {MOST_GROWTH}x)",
            met=many_ms <= MOST_MS and growth <= MOST_GROWTH,
        )
    ]


async def _ms_per_change(url: str, links: int) -> float:
    db = Database(url, schema="profile")
    async with db.begin() as tx:
        await _furnish(tx, links)
    async with db.begin() as tx:
        await tx.run("ANALYZE")
    started, done = time.perf_counter(), 0
    while done < CHANGES:
        async with db.begin() as tx:
            done += await sift(tx, now=_NOW)
    spent = time.perf_counter() - started
    await db.close()
    return 1000 * spent / CHANGES


async def _furnish(tx: Tx, links: int) -> None:
    workspace_id: UUID = new_id()
    site = Site(
        site_id=new_id(),
        workspace_id=workspace_id,
        domain="acme.example",
        name="Acme",
        domains=(Host("acme.example"),),
    )
    await sites.add_site(tx, site)
    await tx.run(_LINKS, workspace_id, site.site_id, _NOW, links)
    await tx.run(_CHANGES, _NOW, CHANGES)
