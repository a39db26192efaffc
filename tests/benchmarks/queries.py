"""Lists and figures of a site with a million links: 20 queries (docs/queries.md), p50 and p95 of each.

The statements are the store's own, each run many times with a place further down from time to time.
ANCHORWATCH_BENCH_LINKS=100000 is smaller. Some are asked over HTTP as well, key and all.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.profile.app import create_app
from services.profile.domain.filters import LinkFilter
from services.profile.jobs.preparing import Preparer
from services.profile.settings import Settings
from services.profile.store import domains, figures, listing, sites
from services.profile.store.domains import EVERY_DOMAIN, DomainFilter
from services.profile.store.listing import Sort
from shared.db import Database, Tx
from shared.vocabulary import AnchorKind, Band, ContractState, LinkStatus
from tests.benchmarks import databases, profiles
from tests.benchmarks.frontier import SERVER
from tests.benchmarks.profiles import BIG, NOW
from tests.benchmarks.results import Row, row
from tests.fakes import RecordingBus
from tests.profile.conftest import SECRET, a_caller, as_caller

LINKS = 1_000_000
ROUNDS = 40
PAGE = 101
DEEP = 200
"""Pages walked down before the cost of one more is compared with the first."""
_PRESENT = (LinkStatus.LIVE, LinkStatus.CHANGED)
Ask = Callable[[Tx], Awaitable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Query:
    """One of the published queries."""

    name: str
    within_ms: float
    ask: Ask


def _links(name: str, sort: Sort, **wanted: Any) -> Query:
    async def ask(tx: Tx) -> Sequence[Any]:
        return await listing.list_links(
            tx, BIG, LinkFilter(**wanted), sort=sort, after=None, limit=PAGE
        )

    return Query(f"links?{name}", 60, ask)


def _domains(name: str, wanted: DomainFilter) -> Query:
    async def ask(tx: Tx) -> Sequence[Any]:
        return await domains.list_domains(
            tx, BIG, wanted, sort="links_present", descending=True, after=None, limit=PAGE
        )

    return Query(f"domains{name}", 150, ask)


async def _anchors(tx: Tx) -> Sequence[Any]:
    kinds = await figures.list_anchor_kinds(tx, BIG)
    texts = await figures.list_anchor_texts(tx, BIG, limit=100)
    overview = await figures.list_overviews(tx, [BIG], now=NOW)
    return [*kinds, *texts, *overview]


async def _velocity(tx: Tx) -> Sequence[Any]:
    moves = await figures.get_moves(tx, BIG, since=(NOW - timedelta(days=365)).date())
    return list(moves.gained_links)


_AUTHORITY, _CHANGED = Sort("authority", descending=True), Sort("changed_at", descending=True)
_NEWEST = Sort("first_seen_at", descending=True)
QUERIES = (
    _links("sort=-first_seen_at", _NEWEST),
    _links(
        "status=lost&sort=-lost_at", Sort("lost_at", descending=True), status=(LinkStatus.LOST,)
    ),
    _links("status=live,changed&sort=-authority", _AUTHORITY, status=_PRESENT),
    _links(
        "status=live,changed&counts=true&followed=true&sort=-first_seen_at",
        _NEWEST,
        status=_PRESENT,
        counts=True,
        followed=True,
    ),
    _links("status=changed&sort=-changed_at", _CHANGED, status=(LinkStatus.CHANGED,)),
    _links(
        "status=unknown&sort=referring_domain",
        Sort("referring_domain", descending=False),
        status=(LinkStatus.UNKNOWN,),
    ),
    _links(
        "toxicity_band=review,propose_disavow&sort=-toxicity",
        Sort("toxicity_score", descending=True),
        toxicity_band=(Band.REVIEW, Band.PROPOSE_DISAVOW),
    ),
    _links(
        "referring_domain=D&sort=-first_seen_at", _NEWEST, referring_domain=("domain3000.example",)
    ),
    _links("target_url=T&sort=-authority", _AUTHORITY, target_url="https://big.example/page-30"),
    _links("tag=T&sort=-changed_at", _CHANGED, tag=("campaign-3",)),
    _links("anchor_kind=exact&sort=-authority", _AUTHORITY, anchor_kind=(AnchorKind.EXACT,)),
    _links("country=de&sort=-authority", _AUTHORITY, country=("de",)),
    _links("source=gsc&sort=-authority", _AUTHORITY, source=("gsc",)),
    _links(
        "gained_from=30 days&sort=-first_seen_at", _NEWEST, gained_from=NOW - timedelta(days=30)
    ),
    _links(
        "contract_state=mismatched&sort=-changed_at",
        _CHANGED,
        contract_state=(ContractState.MISMATCHED,),
    ),
    _links("sort=-ahrefs_dr", Sort("ahrefs_dr", descending=True, metric=True)),
    _domains("", EVERY_DOMAIN),
    _domains("?q=ain77", DomainFilter(q="ain77")),
    Query("anchors", 150, _anchors),
    Query("velocity?interval=month", 150, _velocity),
)


def measure() -> list[Row]:
    """Return the 95th percentile of every query, and the cost of a page far down."""
    text = os.environ.get("ANCHORWATCH_BENCH_LINKS")  # noqa: TID251 - a size, not a setting
    links = int(text) if text else LINKS
    with databases.server(SERVER) as server:
        return asyncio.run(_measure(server.new_database(), links))


async def _measure(url: str, links: int) -> list[Row]:
    db = Database(url, schema="profile", pool_size=4)
    try:
        await profiles.fill(db, links)
        started = time.perf_counter()
        await Preparer(db).prepare_due()
        rows = [row("queries: preparing the figures", [time.perf_counter() - started], "s")]
        for query in QUERIES:
            rows += await _timed(db, query)
        rows.append(await _deep(db))
        return [*rows, *await _over_http(db)]
    finally:
        await db.close()


async def _timed(db: Database, query: Query) -> list[Row]:
    times = []
    async with db.begin() as tx:
        await query.ask(tx)
        for _ in range(ROUNDS):
            started = time.perf_counter()
            await query.ask(tx)
            times.append((time.perf_counter() - started) * 1000)
    p95 = statistics.quantiles(times, n=20)[-1]
    met = p95 <= query.within_ms
    return [
        row(f"queries: p50 {query.name}", [statistics.median(times)], "ms"),
        row(f"queries: p95 {query.name}", [p95], "ms", target=f"<= {query.within_ms} ms", met=met),
    ]


async def _deep(db: Database) -> Row:
    """Return how much longer than the first pages those far down take, walked in one go."""
    after, times = None, []
    async with db.begin() as tx:
        for _ in range(DEEP):
            started = time.perf_counter()
            found = await listing.list_links(
                tx, BIG, LinkFilter(status=_PRESENT), sort=_AUTHORITY, after=after, limit=PAGE
            )
            times.append((time.perf_counter() - started) * 1000)
            last = found[PAGE - 2]
            after = (last["sort_value"], last["link_id"])
    near, far = statistics.median(times[:20]), statistics.median(times[-20:])
    return row(
        f"queries: page {DEEP} against the first ones",
        [far / near],
        "times",
        target="<= 1.5x",
        met=far / near <= 1.5,
    )


_ROUTES = {
    "links?status=live,changed&sort=-authority&limit=100": 60,
    "links?status=lost&sort=-lost_at&limit=100": 60,
    "domains": 150,
    "anchors": 150,
    "velocity?interval=month": 150,
}


async def _over_http(db: Database) -> list[Row]:
    """Return the same for a few through the service's own routes: rights, JSON and all."""
    settings = Settings.load({}, internal_secret=SECRET)
    async with db.begin() as tx:
        site = (await sites.find_sites(tx, [BIG]))[BIG]
    http = as_caller(create_app(settings, bus=RecordingBus(), db=db), a_caller(site))
    rows = []
    for path, within_ms in _ROUTES.items():
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            answer = await http.get(f"/v1/sites/{BIG}/{path}")
            times.append((time.perf_counter() - started) * 1000)
            assert answer.status == 200, answer.body
        p95 = statistics.quantiles(times[1:], n=20)[-1]
        target = f"<= {within_ms} ms"
        rows.append(
            row(f"queries: p95 HTTP {path}", [p95], "ms", target=target, met=p95 <= within_ms)
        )
    return rows
