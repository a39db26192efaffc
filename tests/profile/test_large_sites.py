"""Figures of large sites are prepared, and say the same; lists walk page by page whatever the filter."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.profile.domain.filters import LinkFilter
from services.profile.domain.site import Site
from services.profile.jobs.preparing import Preparer
from services.profile.store import domains, figures, listing, prepared
from services.profile.store.domains import EVERY_DOMAIN, DomainFilter
from services.profile.store.listing import Sort
from shared import clock
from shared.db import Database, Tx
from shared.vocabulary import LinkStatus, Position, Reason
from tests.http import Http
from tests.profile.conftest import add_link
from tests.profile.test_audit_sums import furnish


@pytest.fixture
def _everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "LARGE", 2)


async def all_figures(tx: Tx, site_id: UUID, *, exact: bool) -> list[Any]:
    overview = await figures.list_overviews(tx, [site_id], now=clock.now(), exact=exact)
    found = dict(overview[site_id])
    found.pop("made_at", None)
    return [
        found,
        sorted(await figures.list_anchor_kinds(tx, site_id, exact=exact), key=str),
        await figures.list_anchor_texts(tx, site_id, limit=100, exact=exact),
        await figures.get_moves(tx, site_id, since=clock.now().date() - timedelta(60), exact=exact),
    ]


async def list_all_domains(tx: Tx, site_id: UUID, wanted: DomainFilter) -> list[Any]:
    rows = await domains.list_domains(
        tx, site_id, wanted, sort="links", descending=True, after=None, limit=500
    )
    assert len(rows) == await domains.count_domains(tx, site_id, wanted)
    return [dict(row) for row in rows]


@pytest.mark.usefixtures("_everything_is_large")
async def test_prepared_figures_are_the_figures(
    alice: Http, database: Database, home: Site
) -> None:
    await furnish(database, home, 3)
    async with database.begin() as tx:
        counted = await all_figures(tx, home.site_id, exact=True)
        lists = [
            await list_all_domains(tx, home.site_id, wanted)
            for wanted in (EVERY_DOMAIN, DomainFilter(q="host1"))
        ]
    assert await Preparer(database).prepare_due() == 1
    assert await Preparer(database).prepare_due() == 0
    async with database.begin() as tx:
        assert await all_figures(tx, home.site_id, exact=False) == counted
        for before, wanted in zip(lists, (EVERY_DOMAIN, DomainFilter(q="host1")), strict=True):
            assert await list_all_domains(tx, home.site_id, wanted) == before
        await add_link(tx, home, page="https://later.example/")
        assert await all_figures(tx, home.site_id, exact=False) == counted
    shown = (await alice.get(f"/v1/overview?site_id={home.site_id}")).json()
    assert shown["as_of"] is not None
    for part in ("anchors", "velocity"):
        assert (await alice.get(f"/v1/sites/{home.site_id}/{part}")).json()["as_of"] is not None


async def test_a_site_that_is_small_again_is_counted_again(
    database: Database, home: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(database, home, 4)
    with monkeypatch.context() as large:
        large.setattr(prepared, "LARGE", 2)
        await Preparer(database).prepare_due()
    assert await Preparer(database).prepare_due() == 0
    async with database.begin() as tx:
        assert await prepared.find_made_at(tx, home.site_id) is None
        assert await tx.fetch_value("SELECT count(*) FROM domain_figures") == 0


_SORTS = ("authority", "first_seen_at", "changed_at", "lost_at", "status", "referring_domain")
_FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"status": (LinkStatus.LIVE, LinkStatus.CHANGED)},
    {"status": (LinkStatus.LOST,)},
    {"reason": (Reason.TIMEOUT, Reason.LINK_REMOVED)},
    {"position": (Position.CONTENT, Position.UNKNOWN)},
    {"country": ("de",)},
    {"country": ("de", "unknown")},
    {"ip_block": ("192.0.2.0/24",)},
    {"ip": ("192.0.2.1", "2001:db8::1")},
    {"followed": False, "lang": ("de", "en")},
    {"referring_domain": ("nowhere.example",)},
)


@pytest.mark.parametrize("window", [1, 7, 3_000])
async def test_page_by_page_every_link_that_is_meant_comes_once_and_in_order(
    database: Database, home: Site, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    await furnish(database, home, 5)
    monkeypatch.setattr(listing, "WINDOW", window)
    monkeypatch.setattr(listing, "NARROW", window)
    source = random.Random(window)
    async with database.begin() as tx:
        await tx.run(
            "UPDATE links SET authority = abs(hashtext(referring_url)) % 5 WHERE found_seq % 2 = 1"
        )
        for given in _FILTERS:
            sort = Sort(source.choice(_SORTS), descending=source.random() < 0.5)
            wanted = LinkFilter(**given)
            where, arguments = listing.conditions(home.site_id, wanted)
            rows = await tx.fetch(
                f"SELECT link_id, {sort.column} AS key FROM links WHERE {where}", *arguments
            )
            valued = sorted(
                ((row["key"], row["link_id"]) for row in rows if row["key"] is not None),
                reverse=sort.descending,
            )
            rest = sorted(
                (row["link_id"] for row in rows if row["key"] is None), reverse=sort.descending
            )
            walked = await walk(tx, home.site_id, wanted, sort, limit=source.choice((2, 5, 13)))
            assert walked == [link_id for _, link_id in valued] + rest, (given, sort)
            assert len(walked) == await listing.count_links(tx, home.site_id, wanted)


async def walk(tx: Tx, site_id: UUID, wanted: LinkFilter, sort: Sort, *, limit: int) -> list[UUID]:
    """Return the ids of all pages, one after the other."""
    found: list[UUID] = []
    after: tuple[Any, UUID] | None = None
    while True:
        rows = await listing.list_links(tx, site_id, wanted, sort=sort, after=after, limit=limit)
        found += [row["link_id"] for row in rows]
        if len(rows) < limit:
            return found
        after = (rows[-1]["sort_value"], rows[-1]["link_id"])
