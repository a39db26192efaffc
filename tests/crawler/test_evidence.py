"""Evidence through the real fetcher and worker: written on change and only then, once for all, and let go."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

from services.crawler import handlers
from services.crawler.app import create_app
from services.crawler.domain.evidence.draft import heads_of, new_exhibit
from services.crawler.domain.evidence.integrity import fault_of
from services.crawler.domain.evidence.packing import unpacked
from services.crawler.domain.evidence.verifying import verify
from services.crawler.jobs.housekeeping import expire_evidence
from services.crawler.settings import Settings
from services.crawler.store.retention import Keep
from services.crawler.store.siblings import StoredSiblings
from shared import clock
from shared.access import Caller
from shared.events import LinkUntracked
from shared.http import DirectTransport, ServiceClient
from shared.vocabulary import Reason, Role
from tests import web as fakes
from tests.crawler.builders import WORKSPACE, DatabaseFor, a_tracked
from tests.crawler.test_checking import BARE, LINKED, POST, Crew
from tests.fakes import RecordingBus
from tests.web import fake_web, gzipped, page, redirect

SECRET = "crawler-tests-secret"
FOREVER = Keep(days=400, total_bytes=10**12, site_bytes=10**12)


@pytest.fixture
async def crew(db_for: DatabaseFor) -> AsyncIterator[Crew]:
    async with fake_web() as site:
        yield Crew(db_for("crawler"), site)


async def rows(crew: Crew) -> list[Any]:
    async with crew.db.begin() as tx:
        return await tx.fetch(
            "SELECT evidence.*, body FROM evidence LEFT JOIN evidence_bodies USING (body_sha256)"
            " ORDER BY site_id, number"
        )


async def lose(crew: Crew, *links: Any) -> None:
    """See links, miss them, and confirm that they are gone."""
    crew.site.on(POST, LINKED)
    await crew.track(*links)
    await crew.check(len(links))
    crew.site.on(POST, BARE)
    await crew.check(len(links))
    async with crew.db.begin() as tx:
        await tx.run("UPDATE watches SET missing_since = missing_since - interval '2 hours'")
    await crew.check(len(links))


async def test_a_loss_leaves_the_page_before_and_both_pages_without_the_link(crew: Crew) -> None:
    await lose(crew, a_tracked(POST, target_url=None))
    seen, missed, confirmed = await rows(crew)
    assert [row["outcome"] for row in (seen, missed, confirmed)] == ["found", "missing", "missing"]
    assert seen["changed"] == ["first_look"]
    assert "links" in missed["changed"]
    assert confirmed["changed"] == ["outcome"]
    assert unpacked(seen["body"]) == LINKED.encode()
    assert unpacked(missed["body"]) == BARE.encode()
    assert confirmed["body_sha256"] == missed["body_sha256"]
    assert await crew.value("SELECT count(*) FROM evidence_bodies") == 2


async def test_the_evidence_of_a_lost_link_opens_in_a_standard_reader_and_a_changed_byte_is_found(
    crew: Crew,
) -> None:
    link = a_tracked(POST, target_url=None)
    await lose(crew, link)
    app = create_app(Settings.load({}, internal_secret=SECRET), bus=RecordingBus(), db=crew.db)
    client = ServiceClient("crawler", DirectTransport(app), secret=SECRET.encode())
    alice = Caller(WORKSPACE, UUID(int=2), "Alice", workspace_role=Role.VIEWER)
    path = f"/v1/links/{link.link_id}/evidence"
    data = (await client.send("GET", path, query="format=warc", caller=alice)).body
    records = ArchiveIterator(io.BytesIO(data), check_digests="raise")
    shown = [one.content_stream().read() for one in records if one.rec_type == "response"]
    # Each of the looks that missed it asked twice.
    assert shown == [LINKED.encode(), *[BARE.encode()] * 4]
    report = verify(data)
    assert (report.faults, len(report.statements)) == ([], 3)
    assert report.statements[2]["missing_looks"] == 2
    for at in range(5, len(data), len(data) // 20):
        assert verify(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]).faults, at


async def test_both_answers_of_a_page_that_was_asked_twice_are_kept(crew: Crew) -> None:
    link = a_tracked(POST, target_url=None)
    crew.site.on(POST, LINKED)
    await crew.track(link)
    await crew.check()
    crew.site.on(POST, fakes.in_turn(BARE, LINKED))
    [look] = await crew.check()
    assert look.observation.reasons[0] is Reason.CLOAKED
    row = (await rows(crew))[-1]
    told = orjson.loads(unpacked(row["statement"]))
    [aside] = heads_of(row["heads"]).asides
    assert (aside.role, aside.body) == ("first_ask", BARE.encode())
    assert [one["role"] for one in told["asides"]] == ["first_ask"]
    assert unpacked(row["body"]) == LINKED.encode()
    assert fault_of(row) is None
    changed = new_exhibit(
        heads_of(row["heads"]).captures,
        unpacked(row["body"]),
        asides=[replace(aside, body=b"Another page")],
    )
    assert "besides" in (fault_of({**row, "heads": changed.stored_heads}) or "")


async def test_a_soft_404_keeps_what_its_host_answers_for_a_made_up_address(crew: Crew) -> None:
    everything = "<title>Our blog</title><p>What you look for has moved on, as all things do.</p>"
    crew.siblings = StoredSiblings(crew.db)
    await crew.track(a_tracked(POST, target_url=None))
    crew.site.on(POST, everything)
    crew.site.otherwise = page(everything)
    crew.site.on(POST.rpartition("/posts")[0] + "/robots.txt", page("", status=404))
    [look] = await crew.check()
    assert look.observation.reasons == (Reason.SOFT_404,)
    [row] = await rows(crew)
    [aside] = heads_of(row["heads"]).asides
    assert aside.role == "probe"
    assert aside.captures[-1].url != POST
    assert aside.body is None  # the same as that of the page
    told = orjson.loads(unpacked(row["statement"]))
    assert told["asides"][0]["captures"][-1]["payload_size"] == len(everything)


async def test_the_check_names_its_evidence_and_later_ones_name_the_one_that_holds(
    crew: Crew,
) -> None:
    crew.site.on(POST, fakes.cached(LINKED, etag='"v1"'))
    await crew.track(a_tracked(POST, target_url=None))
    [first] = await crew.check()
    [second] = await crew.check()
    [row] = await rows(crew)
    assert first.observation.evidence_id == second.observation.evidence_id == row["evidence_id"]


async def test_steady_looks_write_nothing_even_if_the_text_around_the_link_differs(
    crew: Crew,
) -> None:
    await crew.track(a_tracked(POST))
    for number in range(4):
        crew.site.on(POST, f"<p>Visit {number} of {number * 7}</p>{LINKED}")
        await crew.check()
    assert len(await rows(crew)) == 1


@pytest.mark.parametrize(
    ("later", "changed"),
    [
        (LINKED.replace("<a ", '<a rel="nofollow" '), ["links"]),
        (LINKED.replace(">us<", ">our shop<"), ["links"]),
        (page(LINKED, X_Robots_Tag="noindex"), ["reasons", "directives"]),
        (page("<h1>Later</h1>", status=503), ["outcome", "reasons", "links", "directives", "address"]),
        (redirect("/new"), ["reasons", "address"]),
    ],
)  # fmt: skip
async def test_each_kind_of_change_is_kept_and_named(
    crew: Crew, later: Any, changed: list[str]
) -> None:
    crew.site.on(POST, LINKED)
    crew.site.on("http://blog.example/new", LINKED)
    await crew.track(a_tracked(POST, target_url=None))
    await crew.check()
    crew.site.on(POST, later)
    await crew.check()
    assert [row["changed"] for row in await rows(crew)] == [["first_look"], changed]


async def test_what_is_kept_is_what_came_over_the_wire(crew: Crew) -> None:
    crew.site.on("http://blog.example/old", redirect("/post", Set_Cookie="a=1"))
    crew.site.on(POST, gzipped(LINKED))
    await crew.track(a_tracked("http://blog.example/old", target_url=None))
    await crew.check()
    [row] = await rows(crew)
    body = unpacked(row["body"])
    assert body[:2] == b"\x1f\x8b"
    moved, last = orjson.loads(unpacked(row["heads"]))["captures"]
    assert moved[2].startswith("GET /old HTTP/1.1\r\n")
    assert "Host: blog.example\r\n" in moved[2]
    assert moved[3].startswith("HTTP/1.1 302 Found\r\n")
    assert moved[4] is None
    assert "Cookie: a=1" in last[2]
    assert "Content-Encoding: gzip\r\n" in last[3]
    statement = orjson.loads(unpacked(row["statement"]))
    told = statement["captures"][1]
    assert told["response_sha256"] == hashlib.sha256(last[3].encode() + body).hexdigest()
    assert told["payload_sha256"] == hashlib.sha256(body).hexdigest()
    assert statement["observation"]["evidence_id"] == str(row["evidence_id"])


async def test_a_large_body_is_cut_and_says_so(crew: Crew) -> None:
    crew.site.on(POST, LINKED + "<p>" + "many words " * 20_000)
    await crew.track(a_tracked(POST, target_url=None))
    await crew.check()
    [row] = await rows(crew)
    assert (row["body_size"], len(unpacked(row["body"]))) == (100_000, 100_000)
    assert orjson.loads(unpacked(row["statement"]))["captures"][0]["truncated"] == "length"


async def test_of_a_page_that_sends_its_reader_on_only_the_head_is_kept_and_said_to_be(
    crew: Crew,
) -> None:
    crew.site.on(POST, '<meta http-equiv="refresh" content="0; url=/new"><p>Moved.</p>')
    crew.site.on("http://blog.example/new", LINKED)
    await crew.track(a_tracked(POST, target_url=None))
    await crew.check()
    [row] = await rows(crew)
    told = orjson.loads(unpacked(row["statement"]))["captures"]
    assert [one["url"] for one in told] == [POST, "http://blog.example/new"]
    assert [one["truncated"] for one in told] == ["unspecified", None]
    assert unpacked(row["body"]) == LINKED.encode()


async def test_a_look_without_an_answer_is_kept_as_a_statement_alone(crew: Crew) -> None:
    crew.site.on(POST, fakes.silent())
    await crew.track(a_tracked(POST, target_url=None))
    [check] = await crew.check()
    assert check.observation.reasons == (Reason.TIMEOUT,)
    [row] = await rows(crew)
    statement = orjson.loads(unpacked(row["statement"]))
    assert (row["body_size"], statement["captures"]) == (0, [])


async def test_each_record_names_the_one_before_it_in_the_chain_of_its_site(crew: Crew) -> None:
    other = a_tracked(POST, site_id=UUID(int=8), workspace_id=UUID(int=9), hosts=("else.example",),
                      target_url="https://else.example/")  # fmt: skip
    await lose(crew, a_tracked(POST), a_tracked(POST, target_url=None), other)
    found = await rows(crew)
    for site_id in {row["site_id"] for row in found}:
        chain = [row for row in found if row["site_id"] == site_id]
        assert [row["number"] for row in chain] == list(range(1, len(chain) + 1))
        previous = None
        for row in chain:
            text = unpacked(row["statement"])
            assert hashlib.sha256(text).digest() == row["sha256"]
            assert orjson.loads(text)["previous"] == (previous.hex() if previous else None)
            previous = row["sha256"]
    # Missing from the start and never seen live, the third link has nothing to confirm.
    assert await crew.value("SELECT max(needed_by) FROM evidence_bodies") == 4


async def test_without_room_for_bodies_nothing_is_kept(crew: Crew) -> None:
    crew.evidence_body = 0
    crew.site.on(POST, LINKED)
    await crew.track(a_tracked(POST))
    [check] = await crew.check()
    assert (await rows(crew), check.observation.evidence_id) == ([], None)


# ---- retention --------------------------------------------------------------------------------------


async def expire(crew: Crew, keep: Keep, *, later: timedelta = timedelta(0)) -> None:
    await expire_evidence(crew.db, keep, clock=lambda: clock.now() + later, stop=asyncio.Event())


async def test_age_removes_content_that_was_superseded_and_bodies_that_nobody_needs(
    crew: Crew,
) -> None:
    await lose(crew, a_tracked(POST, target_url=None))
    await expire(crew, FOREVER, later=timedelta(days=399))
    assert all(row["statement"] is not None for row in await rows(crew))
    await expire(crew, FOREVER, later=timedelta(days=401))
    seen, missed, confirmed = await rows(crew)
    assert seen["expired_at"] is not None
    assert missed["expired_at"] is not None
    assert (confirmed["expired_at"], unpacked(confirmed["body"])) == (None, BARE.encode())
    assert await crew.value("SELECT array_agg(needed_by) FROM evidence_bodies") == [1]
    assert await crew.value("SELECT stored_bytes FROM evidence_chains") == confirmed["stored_bytes"]


async def test_age_counts_for_the_newest_evidence_only_once_its_link_is_watched_no_more(
    crew: Crew,
) -> None:
    crew.site.on(POST, LINKED)
    link = a_tracked(POST, target_url=None)
    await crew.track(link)
    await crew.check()
    gone = LinkUntracked(
        workspace_id=link.workspace_id, site_id=link.site_id, link_id=link.link_id, tracked_seq=2
    )
    async with crew.db.begin() as tx:
        await handlers.on_link_untracked([gone], tx)
    await crew.track(link.model_copy(update={"tracked_seq": 3}))
    await expire(crew, FOREVER, later=timedelta(days=401))
    assert [row["expired_at"] for row in await rows(crew)] == [None]
    async with crew.db.begin() as tx:
        await handlers.on_link_untracked([gone.model_copy(update={"tracked_seq": 4})], tx)
    await expire(crew, FOREVER, later=timedelta(days=401))
    assert [row["expired_at"] is None for row in await rows(crew)] == [False]


@pytest.mark.parametrize("bound", ["total_bytes", "site_bytes"])
async def test_beyond_the_most_bytes_the_oldest_goes_first(crew: Crew, bound: str) -> None:
    await lose(crew, a_tracked(POST, target_url=None))
    sizes = [row["stored_bytes"] for row in await rows(crew)]
    keep = Keep(**{"days": 400, "total_bytes": 10**12, "site_bytes": 10**12, bound: sum(sizes)})
    await expire(crew, keep)
    assert [row["expired_at"] is None for row in await rows(crew)] == [True] * 3
    await expire(crew, Keep(**{"days": 400, "total_bytes": 10**12, "site_bytes": 10**12, bound: 1}))
    assert [row["expired_at"] is None for row in await rows(crew)] == [False] * 3
    assert await crew.value("SELECT count(*) FROM evidence_bodies") == 0
