"""An import that is taken back leaves no trace, whatever was there before and came after."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.profile.domain.site import Site
from services.profile.handlers.observations import on_link_checked
from shared.db import Database
from shared.events import LinkUntracked
from shared.vocabulary import Role
from tests.http import Http
from tests.profile.builders import a_check
from tests.profile.conftest import a_caller, add_site, as_caller, published, run_jobs
from tests.profile.test_import_job import import_files, rows_of

HEADER = "Referring page URL\tTarget URL\tAnchor\tDomain rating\tFirst seen\tLast seen\n"
OLD = HEADER + "".join(
    f"https://h{n}.example/a\thttps://acme.example/\tOld {n}\t{n}\t2025-0{n}-01\t2026-01-01\n"
    for n in range(1, 6)
)
NEW = HEADER + "".join(
    f"https://h{n}.example/a\thttps://acme.example/\tNew {n}\t{n + 50}\t2024-0{n}-01\t2026-10-01\n"
    for n in range(3, 9)
)
SEMRUSH = "Page ascore,Source title,Source url,Target url,Anchor,First seen\n" + "".join(
    f"{n},T,https://h{n}.example/a,https://acme.example/,S{n},2023-0{n}-01\n" for n in (1, 4, 9)
)
GSC = "Linking page,Last crawled\nhttps://h1.example/a,2026-10-01\nhttps://x.example/b,2026-10-02\n"
DOMAINS = 'Site,Linking pages,Target pages\nh1.example,"1,240",3\nthree.example,7,2\n'
PAGES = "Target page,Incoming links,Linking sites\nhttps://acme.example/,30,4\n"
FILES = {"old": OLD, "new": NEW, "semrush": SEMRUSH, "gsc": GSC, "domains": DOMAINS, "pages": PAGES}
PAIRS = [
    ("old", "new"),
    ("new", "old"),
    ("old", "semrush"),
    ("old", "gsc"),
    ("gsc", "old"),
    ("old", "old"),
    ("domains", "domains"),
    ("pages", "pages"),
]
LINKS = (
    "SELECT referring_url, target_url, sources, metrics::text, first_seen_at, gained_at, status"
    " FROM links ORDER BY referring_url, target_url"
)
CLAIMS = (
    "SELECT referring_url, c.source, c.claim::text, c.metrics::text, c.anchor_text, c.first_seen_at,"
    " c.last_seen_at, c.claimed_at, c.import_id FROM claims c LEFT JOIN links USING (link_id) ORDER BY 1, 2"
)
OTHERS = (
    "SELECT source, domain, link_count, import_id FROM domain_claims ORDER BY 1, 2",
    "SELECT source, target_url, link_count, import_id FROM target_claims ORDER BY 1, 2",
    "SELECT count(*) FROM import_undo",
    "SELECT count(*) FROM imports",
    "SELECT count(*) FROM import_chunks",
    "SELECT count(*) FROM import_keys",
    "SELECT count(*) FROM observations",
    "SELECT count(*) FROM changes",
)


async def state(database: Database) -> list[list[tuple[Any, ...]]]:
    """Everything that an import may touch."""
    return [
        [tuple(row) for row in await rows_of(database, sql)] for sql in (LINKS, CLAIMS, *OTHERS)
    ]


async def take(http: Http, database: Database, site: Site, name: str) -> str:
    await import_files(http, database, site, (f"{name}.csv", FILES[name]))
    listed = (await http.get(f"/v1/sites/{site.site_id}/imports")).json()["items"]
    return str(listed[0]["id"])


async def take_back(http: Http, database: Database, import_id: str) -> Any:
    answer = await http.delete(f"/v1/imports/{import_id}")
    assert answer.status == 202, answer.body
    await run_jobs(database, batch_rows=2)
    assert (await http.get(f"/v1/imports/{import_id}")).status == 404
    return (await http.get(answer.header("location") or "")).json()


@pytest.mark.parametrize("name", FILES)
async def test_what_is_taken_back_leaves_no_trace(
    alice: Http, database: Database, home: Site, name: str
) -> None:
    before = await state(database)
    job = await take_back(alice, database, await take(alice, database, home, name))
    assert (job["state"], job["kind"]) == ("done", "undo_import")
    assert await state(database) == before


@pytest.mark.parametrize(("first", "second"), PAIRS)
async def test_what_was_there_before_comes_back(
    alice: Http, database: Database, home: Site, first: str, second: str
) -> None:
    await take(alice, database, home, first)
    before = await state(database)
    await take_back(alice, database, await take(alice, database, home, second))
    assert await state(database) == before


@pytest.mark.parametrize(
    "order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
)
async def test_imports_can_be_taken_back_in_any_order(
    alice: Http, database: Database, home: Site, order: Sequence[int]
) -> None:
    before = await state(database)
    ids = [await take(alice, database, home, name) for name in ("old", "semrush", "new")]
    for number in order:
        await take_back(alice, database, ids[number])
    assert await state(database) == before


async def test_a_link_that_was_looked_at_goes_with_its_history_and_is_watched_no_more(
    alice: Http, database: Database, home: Site
) -> None:
    before = await state(database)
    import_id = await take(alice, database, home, "old")
    ids = [row[0] for row in await rows_of(database, "SELECT link_id FROM links")]
    async with database.begin() as tx:
        await on_link_checked([a_check(ids[0], 1)], tx)
    await take_back(alice, database, import_id)
    assert await state(database) == before
    async with database.begin() as tx:
        untracked = await published(tx, LinkUntracked)
    assert {event.link_id for event in untracked} == set(ids)


async def test_a_link_that_a_person_wrote_on_stays(
    alice: Http, database: Database, home: Site
) -> None:
    import_id = await take(alice, database, home, "old")
    ids = [row[0] for row in await rows_of(database, "SELECT link_id FROM links ORDER BY 1")]
    version = (await alice.get(f"/v1/links/{ids[0]}")).header("etag") or ""
    edited = await alice.patch(f"/v1/links/{ids[0]}", {"tags": ["ours"]}, if_match=version)
    assert edited.status == 200, edited.body
    await take_back(alice, database, import_id)
    rows = await rows_of(database, "SELECT link_id, sources, metrics::text FROM links")
    assert [tuple(row) for row in rows] == [(ids[0], [], "{}")]


async def test_only_editors_of_the_site_take_back_and_only_once(
    app: Any, alice: Http, database: Database, home: Site
) -> None:
    import_id = await take(alice, database, home, "old")
    viewer = as_caller(app, a_caller(home, Role.VIEWER))
    assert (await viewer.delete(f"/v1/imports/{import_id}")).status == 403
    async with database.begin() as tx:
        stranger = as_caller(app, a_caller(await add_site(tx, "other.example")))
    assert (await stranger.delete(f"/v1/imports/{import_id}")).status == 404
    assert (await alice.delete(f"/v1/imports/{import_id}")).status == 202
    assert (await alice.delete(f"/v1/imports/{import_id}")).status == 409


async def test_what_is_older_than_thirty_days_stays(
    alice: Http, database: Database, home: Site
) -> None:
    import_id = await take(alice, database, home, "old")
    async with database.begin() as tx:
        await tx.run("UPDATE imports SET ended_at = ended_at - interval '31 days'")
    answer = await alice.delete(f"/v1/imports/{import_id}")
    assert (answer.status, "too old" in answer.json()["detail"]) == (409, True)
