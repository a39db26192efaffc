"""Imports through the doors of the service: upload, job, links, claims, errors, and a kill in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from typing_extensions import override

from services.profile.domain.site import Site
from services.profile.handlers.observations import on_link_checked
from services.profile.jobs.imports import ImportReader
from shared import jobs, outbox
from shared.db import Database
from shared.events import ImportCompleted, LinkChanged, LinkTracked, decode
from shared.job_runner import JobRun
from shared.jobs import Step
from shared.wire import Answer
from tests.http import Http
from tests.profile.builders import a_check
from tests.profile.conftest import a_caller, as_caller, published, run_jobs

AHREFS = """Referring page URL\tTarget URL\tAnchor\tDomain rating\tNofollow\tFirst seen\tLast seen
https://one.example/a\thttps://acme.example/\tAcme\t55\tfalse\t2025-01-02 10:00:00\t2026-10-01 10:00:00
https://one.example/a\thttps://www.acme.example\tAcme again\t55\tfalse\t2025-01-02 10:00:00\t2026-10-01 10:00:00
https://two.example/b\thttps://acme.example/x\tclick\t12\ttrue\t2025-03-04 10:00:00\t2026-10-02 10:00:00
https://acme.example/own\thttps://acme.example/x\tme\t1\tfalse\t2025-03-04 10:00:00\t2026-10-02 10:00:00
no address at all\thttps://acme.example/x\tme\t1\tfalse\t2025-03-04 10:00:00\t2026-10-02 10:00:00
"""
GSC = "Linking page,Last crawled\n" + "".join(
    f"https://host{n}.example/post,2026-10-{n % 28 + 1:02}\n" for n in range(40)
)
DOMAINS = 'Site,Linking pages,Target pages\none.example,"1,240",3\nthree.example,7,2\n'


async def upload(http: Http, site: Site, *files: tuple[str, str], query: str = "") -> Answer:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: text/csv\r\n\r\n{text}\r\n"
        for name, text in files
    ]
    body = ("".join(parts) + "--x--\r\n").encode()
    sender = http.sending(content_type="multipart/form-data; boundary=x")
    return await sender.send("POST", f"/v1/sites/{site.site_id}/imports{query}", body)


async def import_files(
    http: Http, database: Database, site: Site, *files: tuple[str, str], query: str = ""
) -> Any:
    """Upload, let the job run, and return the job."""
    answer = await upload(http, site, *files, query=query)
    assert answer.status == 202, answer.body
    await run_jobs(database)
    return (await http.get(answer.header("location") or "")).json()


async def rows_of(database: Database, sql: str, *args: object) -> list[Any]:
    async with database.begin() as tx:
        return list(await tx.fetch(sql, *args))


async def test_an_import_counts_every_row_once_and_says_how_it_understood_the_file(
    alice: Http, database: Database, home: Site
) -> None:
    job = await import_files(alice, database, home, ("backlinks.csv", AHREFS))
    assert (job["state"], job["done"]) == ("done", 5)
    assert (job["accepted"], job["duplicates"], job["rejected"]) == (2, 1, 1)
    listed = (await alice.get(f"/v1/sites/{home.site_id}/imports")).json()["items"][0]
    assert listed["dialect"] == "ahrefs_backlinks"
    assert listed["detection"]["mapping"]["referring_url"] == "Referring page URL"
    sums = [listed[name] for name in ("accepted", "duplicates", "rejected", "own_domain")]
    assert (listed["rows"], sums, listed["new_links"]) == (5, [2, 1, 1, 1], 2)
    same = (await alice.get(f"/v1/imports/{listed['id']}")).json()
    assert same == listed


async def test_links_are_dated_from_the_source_and_asked_to_be_watched(
    alice: Http, database: Database, home: Site
) -> None:
    await import_files(alice, database, home, ("backlinks.csv", AHREFS))
    rows = await rows_of(database, "SELECT * FROM links ORDER BY referring_url")
    assert [row["first_seen_at"] for row in rows] == [
        datetime(2025, 1, 2, 10, tzinfo=UTC),
        datetime(2025, 3, 4, 10, tzinfo=UTC),
    ]
    assert {row["status"] for row in rows} == {"pending"}
    assert [row["sources"] for row in rows] == [["ahrefs"], ["ahrefs"]]
    async with database.begin() as tx:
        tracked = await published(tx, LinkTracked)
        completed = await published(tx, ImportCompleted)
    assert {event.link_id for event in tracked} == {row["link_id"] for row in rows}
    assert {event.hosts for event in tracked} == {("acme.example",)}
    assert [(event.rows, event.accepted) for event in completed] == [(5, 2)]


async def test_claims_and_metrics_stand_beside_what_we_see(
    alice: Http, database: Database, home: Site
) -> None:
    await import_files(alice, database, home, ("backlinks.csv", AHREFS))
    link = (await alice.get(f"/v1/sites/{home.site_id}/links?sort=-ahrefs_dr")).json()["items"][0]
    assert link["metrics"] == {"ahrefs_dr": 55.0}
    assert link["sources"][0]["source"] == "ahrefs"
    assert link["sources"][0]["anchor_text"] == "Acme"
    assert link["anchor_text"] is None  # that is ours to see, and we have not looked yet


async def test_the_same_file_again_refreshes_claims_and_adds_nothing(
    alice: Http, database: Database, home: Site
) -> None:
    for _ in range(2):
        job = await import_files(alice, database, home, ("backlinks.csv", AHREFS))
        assert job["accepted"] == 2
    assert len(await rows_of(database, "SELECT 1 FROM links")) == 2
    assert len(await rows_of(database, "SELECT 1 FROM claims")) == 2
    newest = (await alice.get(f"/v1/sites/{home.site_id}/imports")).json()["items"][0]
    assert newest["new_links"] == 0


async def test_an_import_never_touches_what_we_saw_ourselves(
    alice: Http, database: Database, home: Site
) -> None:
    await import_files(alice, database, home, ("backlinks.csv", AHREFS))
    link_id: UUID = (await rows_of(database, "SELECT link_id FROM links"))[0]["link_id"]
    async with database.begin() as tx:
        await on_link_checked([a_check(link_id, 1)], tx)
    seen = "SELECT status, check_seq, anchor_text FROM links WHERE link_id = $1"
    before = await rows_of(database, seen, link_id)
    await import_files(alice, database, home, ("backlinks.csv", AHREFS))
    assert await rows_of(database, seen, link_id) == before


async def test_known_and_new_links_of_one_batch_are_told_apart(
    alice: Http, database: Database, home: Site
) -> None:
    await import_files(alice, database, home, ("backlinks.csv", AHREFS))
    header, known, *_ = AHREFS.splitlines()
    more = [known.replace("/a\t", f"/{name}\t") for name in ("new", "newer")]
    other = known.replace("https://acme.example/", "https://acme.example/other")
    text = "\n".join([header, more[0], known, other, more[1]])
    job = await import_files(alice, database, home, ("again.csv", text))
    assert (job["accepted"], job["duplicates"]) == (4, 0)
    newest = (await alice.get(f"/v1/sites/{home.site_id}/imports")).json()["items"][0]
    assert newest["new_links"] == 3
    assert len(await rows_of(database, "SELECT 1 FROM links")) == 5
    assert len(await rows_of(database, "SELECT 1 FROM claims")) == 5
    async with database.begin() as tx:
        tracked = [event.link_id for event in await published(tx, LinkTracked)]
    assert len(tracked) == len(set(tracked)) == 5


async def test_the_crawler_is_told_at_once_what_an_imported_link_is_worth(
    alice: Http, database: Database, home: Site
) -> None:
    await import_files(alice, database, home, ("backlinks.csv", AHREFS))
    rows = await rows_of(database, "SELECT link_id, value, told_value FROM links")
    async with database.begin() as tx:
        told = {event.link_id: event.value for event in await published(tx, LinkTracked)}
    assert {row["value"] for row in rows} != {1.0}
    assert all(row["value"] == row["told_value"] == told[row["link_id"]] for row in rows)


async def test_a_file_without_targets_makes_links_of_unknown_target_once(
    alice: Http, database: Database, home: Site
) -> None:
    for _ in range(2):
        job = await import_files(alice, database, home, ("latest.csv", GSC))
        assert (job["accepted"], job["rejected"]) == (40, 0)
    rows = await rows_of(database, "SELECT target_key FROM links")
    assert [row["target_key"] for row in rows] == [None] * 40


async def test_an_unknown_target_on_a_page_that_is_known_joins_its_link(
    alice: Http, database: Database, home: Site
) -> None:
    await import_files(alice, database, home, ("backlinks.csv", AHREFS))
    gsc = "Linking page,Last crawled\nhttps://one.example/a,2026-10-01\nhttps://x.example/,2026-10-02\n"
    job = await import_files(alice, database, home, ("latest.csv", gsc))
    assert job["accepted"] == 2
    assert len(await rows_of(database, "SELECT 1 FROM links")) == 3
    row = await rows_of(database, "SELECT sources FROM links WHERE referring_host = 'one.example'")
    assert row[0]["sources"] == ["ahrefs", "gsc"]


async def test_domains_without_pages_are_claims_and_no_links(
    alice: Http, database: Database, home: Site
) -> None:
    job = await import_files(alice, database, home, ("sites.csv", DOMAINS))
    assert (job["accepted"], job["rejected"]) == (2, 0)
    rows = await rows_of(database, "SELECT domain, link_count FROM domain_claims ORDER BY domain")
    assert [tuple(row) for row in rows] == [("one.example", 1240), ("three.example", 7)]
    assert await rows_of(database, "SELECT 1 FROM links") == []


async def test_several_files_are_one_job_whose_errors_name_file_and_row(
    alice: Http, database: Database, home: Site
) -> None:
    files = (("sites.csv", DOMAINS), ("backlinks.csv", AHREFS))
    job = await import_files(alice, database, home, *files)
    assert (job["state"], job["done"], job["accepted"]) == ("done", 7, 4)
    errors = (await alice.get(f"/v1/jobs/{job['id']}/errors")).json()["items"]
    assert [error["pointer"].split("/")[1:4] for error in errors] == [["files", "1", "rows"]]
    assert "no address at all" in errors[0]["raw"]
    line = AHREFS[: AHREFS.index("no address at all")].count("\n") + 1
    assert (errors[0]["row"], errors[0]["pointer"].split("/")[4]) == (line, str(line))
    as_file = await alice.get(f"/v1/jobs/{job['id']}/errors?format=csv")
    assert b"no address at all" in as_file.body


async def test_a_dry_run_counts_and_stores_nothing(
    alice: Http, database: Database, home: Site
) -> None:
    job = await import_files(alice, database, home, ("b.csv", AHREFS), query="?dry_run=true")
    assert (job["accepted"], job["duplicates"], job["rejected"]) == (2, 1, 1)
    for table in ("links", "claims", "import_chunks", "import_keys"):
        assert await rows_of(database, f"SELECT 1 FROM {table}") == []


async def test_a_file_that_is_no_list_of_links_is_refused_with_a_sentence(
    alice: Http, database: Database, home: Site
) -> None:
    job = await import_files(alice, database, home, ("links.pdf", "%PDF-1.7\nabc"))
    assert job["state"] == "failed"
    assert "PDF" in job["detail"]
    assert job["detail"].startswith("links.pdf: ")


_LEASE_ENDS = "UPDATE jobs SET lease_until = now() - interval '1 second'"


class KilledError(Exception):
    """What a kill -9 between two transactions looks like from inside."""


class DyingRun(JobRun):
    """A run whose process is gone after so many steps."""

    left = 0

    @override
    @asynccontextmanager
    async def step(self, *, ends: bool = False) -> AsyncIterator[Step]:
        if self.left == 0:
            raise KilledError
        self.left -= 1
        async with super().step(ends=ends) as step:
            yield step


async def test_a_killed_import_goes_on_without_doubles(
    alice: Http, database: Database, home: Site
) -> None:
    await upload(alice, home, ("latest.csv", GSC + "not a page,2026-10-01\n"))
    reader = ImportReader(database, batch_rows=7)
    for steps in (1, 2, 3):
        with pytest.raises(KilledError):
            await reader(await _dying_run(database, steps))
    async with database.begin() as tx:
        await tx.run(_LEASE_ENDS)
    await run_jobs(database)
    listed = (await alice.get(f"/v1/sites/{home.site_id}/imports")).json()["items"][0]
    job = (await alice.get(f"/v1/jobs/{listed['job_id']}")).json()
    assert (job["state"], job["done"], job["accepted"], job["rejected"]) == ("done", 41, 40, 1)
    assert (listed["rows"], listed["new_links"]) == (41, 40)
    async with database.begin() as tx:
        assert len(await published(tx, LinkTracked)) == 40
        assert len(await published(tx, ImportCompleted)) == 1


async def _dying_run(database: Database, steps: int) -> JobRun:
    """Claim the job of a worker that was not heard of any more."""
    async with database.begin() as tx:
        await tx.run(_LEASE_ENDS)
        job = await jobs.claim_job(tx, ["import"], lease_s=60)
    assert job is not None
    dying = DyingRun(job, db=database, stop=asyncio.Event(), lease_s=60)
    dying.left = steps
    return dying


async def test_the_import_day_shows_no_growth_no_loss_and_no_change(
    alice: Http, database: Database, home: Site
) -> None:
    await import_files(alice, database, home, ("latest.csv", GSC))
    rows = await rows_of(database, "SELECT link_id FROM links")
    async with database.begin() as tx:
        await on_link_checked([a_check(row["link_id"], 1) for row in rows], tx)
        kinds = {event.kind for event in await published(tx, LinkChanged)}
    assert kinds == {"verified"}
    assert await rows_of(database, "SELECT 1 FROM links WHERE gained_at IS NOT NULL") == []


@pytest.mark.parametrize(
    "body",
    [
        b"--x\r\nbroken",
        b"--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ncut',
    ],
)
async def test_an_upload_that_is_none_is_refused_and_leaves_nothing(
    alice: Http, database: Database, home: Site, body: bytes
) -> None:
    sender = alice.sending(content_type="multipart/form-data; boundary=x")
    answer = await sender.send("POST", f"/v1/sites/{home.site_id}/imports", body)
    assert answer.status == 422
    assert answer.json()["errors"][0]["pointer"] == "/file"
    assert await rows_of(database, "SELECT 1 FROM imports") == []
    assert await rows_of(database, "SELECT 1 FROM import_chunks") == []


async def test_a_body_that_is_no_form_is_told_what_to_send(
    alice: Http, database: Database, home: Site
) -> None:
    sender = alice.sending(content_type="text/plain")
    answer = await sender.send("POST", f"/v1/sites/{home.site_id}/imports", b"x")
    assert answer.status == 415
    assert "multipart/form-data" in answer.json()["detail"]
    assert await rows_of(database, "SELECT 1 FROM imports") == []


async def test_somebody_without_a_grant_cannot_tell_the_site_from_a_missing_one(
    alice: Http, database: Database, home: Site, app: Any
) -> None:
    job = await import_files(alice, database, home, ("latest.csv", GSC))
    listed = (await alice.get(f"/v1/sites/{home.site_id}/imports")).json()["items"][0]
    stranger = as_caller(app, a_caller(home, workspace_role=None))
    for path in (
        f"/v1/sites/{home.site_id}",
        f"/v1/sites/{home.site_id}/links",
        f"/v1/sites/{home.site_id}/imports",
        f"/v1/imports/{listed['id']}",
        f"/v1/jobs/{job['id']}",
    ):
        assert (await stranger.get(path)).status == 404, path
    assert (await upload(stranger, home, ("a.csv", GSC))).status == 404


async def test_the_events_of_an_import_are_written_as_their_class_writes_them(
    alice: Http, database: Database, home: Site
) -> None:
    gsc = 'Linking page,Last crawled\nhttps://z.example/"q",2026-10-01\n'
    await import_files(alice, database, home, ("a.csv", AHREFS), ("b.csv", gsc))
    async with database.begin() as tx:
        rows = [row for row in await outbox.read_oldest(tx, 100) if row.name == LinkTracked.name]
    bodies = [body for row in rows for body in row.bodies()]
    assert len(bodies) == 3
    for body in bodies:
        assert orjson.loads(decode(body).encode()) == orjson.loads(body)
