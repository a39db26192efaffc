"""The routes of evidence: who may see it, what they get, and links to share that end."""

import io
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]

from services.crawler.app import create_app
from services.crawler.domain.evidence.draft import Draft
from services.crawler.domain.evidence.verifying import verify
from services.crawler.settings import Settings
from services.crawler.store import evidence
from shared.access import Caller, Scope
from shared.db import Database
from shared.http import DirectTransport, ServiceClient
from shared.vocabulary import Outcome, Reason, Role
from shared.wire import Answer
from tests.crawler.builders import NOW, SITE, WORKSPACE, DatabaseFor, a_draft
from tests.fakes import RecordingBus

SECRET = "crawler-tests-secret"
LINK = UUID(int=40)
ALICE = Caller(WORKSPACE, UUID(int=2), "Alice", workspace_role=Role.EDITOR)
CLIENT = Caller(WORKSPACE, UUID(int=3), "Carol", grants={SITE: Role.CLIENT})
STRANGER = Caller(WORKSPACE, UUID(int=4), "Charlie", grants={UUID(int=99): Role.OWNER})
FOREIGNER = Caller(UUID(int=98), UUID(int=5), "Dora", workspace_role=Role.OWNER)
EVIL = b"<html><body><p>See <script>alert(1)</script>&lt;img src=x onerror=alert(2)&gt; us</p>"


@dataclass(slots=True)
class Archive:
    """The crawler's routes over a link that was there and was lost."""

    client: ServiceClient
    db: Database
    seen: Draft
    lost: Draft

    async def ask(
        self, path: str, *, caller: Caller | None = ALICE, method: str = "GET", body: Any = None
    ) -> Answer:
        where, _, query = path.partition("?")
        return await self.client.send(method, where, query=query, caller=caller, body=body)

    @property
    def of_lost(self) -> str:
        return f"/v1/links/{LINK}/evidence/{self.lost.evidence_id}"


@pytest.fixture
async def archive(db_for: DatabaseFor) -> Archive:
    db = db_for("crawler")
    seen = a_draft(link_id=LINK)
    lost = a_draft(
        link_id=LINK,
        seen_at=NOW + timedelta(days=2),
        outcome=Outcome.MISSING,
        reasons=(Reason.LINK_REMOVED,),
        changed=("outcome", "links"),
        body=EVIL,
        supersedes=seen.evidence_id,
    )
    async with db.begin() as tx:
        await evidence.save(tx, [seen])
        await evidence.save(tx, [lost])
    settings = Settings.load({}, internal_secret=SECRET, public_url="https://watch.example/")
    app = create_app(settings, bus=RecordingBus(), db=db)
    client = ServiceClient("crawler", DirectTransport(app), secret=SECRET.encode())
    return Archive(client, db, seen, lost)


async def test_the_list_says_when_what_changed_and_how_large_it_is(archive: Archive) -> None:
    answer = (await archive.ask(f"/v1/links/{LINK}/evidence?limit=1")).json()
    [newest] = answer["items"]
    assert newest["id"] == str(archive.lost.evidence_id)
    assert [one["label"] for one in newest["changed"]] == ["Verdict", "The link on the page"]
    assert (newest["outcome"], newest["body_bytes"]) == ("missing", len(EVIL))
    assert "holds no link to you" in newest["sentence"]
    cursor = f"/v1/links/{LINK}/evidence?limit=1&cursor={answer['next_cursor']}"
    [older] = (await archive.ask(cursor)).json()["items"]
    assert older["id"] == str(archive.seen.evidence_id)


async def test_the_file_opens_in_a_standard_reader_and_proves_itself(archive: Archive) -> None:
    answer = await archive.ask(f"{archive.of_lost}.warc.gz")
    assert answer.header("content-type") == "application/gzip"
    kinds = [
        one.rec_type for one in ArchiveIterator(io.BytesIO(answer.body), check_digests="raise")
    ]
    assert kinds == ["warcinfo", "request", "response", "metadata", "metadata"]
    report = verify(answer.body)
    assert (report.faults, report.is_sealed) == ([], True)


async def test_all_evidence_of_a_link_comes_as_one_file_whose_parts_follow_each_other(
    archive: Archive,
) -> None:
    whole = await archive.ask(f"/v1/links/{LINK}/evidence?format=warc")
    report = verify(whole.body)
    assert (report.faults, len(report.statements)) == ([], 2)
    assert report.statements[1]["previous"] == report.statements[0]["sha256"]


async def test_the_difference_is_told_in_words_and_as_it_is(archive: Archive) -> None:
    answer = (await archive.ask(f"{archive.of_lost}/diff")).json()
    assert answer["before_id"] == str(archive.seen.evidence_id)
    told = {one["name"]: one for one in answer["differences"]}
    assert (told["outcome"]["before"], told["outcome"]["after"]) == ("found", "missing")
    assert told["anchor_text"]["before_text"] == "us"
    assert told["anchor_text"]["after_text"] == "nothing"
    assert answer["place_before"]["left_context"] == "See"
    assert answer["place_after"] is None
    assert told.keys() == {"outcome", "reasons", "target_url", "anchor_text"}
    first = f"/v1/links/{LINK}/evidence/{archive.seen.evidence_id}/diff"
    assert (await archive.ask(first)).json()["before_id"] is None


async def test_a_confirmed_loss_is_compared_with_the_page_that_had_the_link(
    archive: Archive,
) -> None:
    again = a_draft(link_id=LINK, outcome=Outcome.MISSING, reasons=(Reason.LINK_REMOVED,),
                    seen_at=NOW + timedelta(days=3))  # fmt: skip
    async with archive.db.begin() as tx:
        await evidence.save(tx, [again])
    path = f"/v1/links/{LINK}/evidence/{again.evidence_id}"
    diff = (await archive.ask(f"{path}/diff")).json()
    assert diff["before_id"] == str(archive.seen.evidence_id)
    text = (await archive.ask(f"{path}/page")).body.decode()
    assert "2 times in a row, first on 25 November 2026, 11:00:00 UTC" in text


async def test_the_page_marks_the_link_and_runs_and_loads_nothing(archive: Archive) -> None:
    answer = await archive.ask(f"{archive.of_lost}/page")
    text = answer.body.decode()
    assert "See <mark>us</mark> for more." in text
    assert "24 November 2026" in text
    assert "<th>Server</th><td>nginx</td>" in text
    assert "&lt;img src=x onerror=alert(2)&gt;" in text
    assert "<img" not in text
    assert "<script" not in text
    policy = answer.header("content-security-policy") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "sandbox" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("caller", [STRANGER, FOREIGNER])
@pytest.mark.parametrize("what", ["", "/diff", "/page", "/shares", ".warc.gz"])
async def test_evidence_of_another_site_is_as_if_it_were_not_there(
    archive: Archive, caller: Caller, what: str
) -> None:
    assert (await archive.ask(f"{archive.of_lost}{what}", caller=caller)).status == 404
    assert (await archive.ask(f"/v1/links/{LINK}/evidence", caller=caller)).status == 404
    assert (await archive.ask(f"/v1/sites/{SITE}/evidence", caller=caller)).status == 404


async def test_a_client_may_look_but_not_share(archive: Archive) -> None:
    for what in ("", "/diff", "/page", ".warc.gz"):
        assert (await archive.ask(f"{archive.of_lost}{what}", caller=CLIENT)).status == 200
    shares = f"{archive.of_lost}/shares"
    assert (await archive.ask(shares, caller=CLIENT)).status == 403
    made = await archive.ask(shares, caller=CLIENT, method="POST", body={})
    assert made.status == 403
    reader = replace(ALICE, scopes=frozenset({Scope.LINKS_READ}))
    assert (await archive.ask(shares, caller=reader, method="POST", body={})).status == 403


async def test_a_shared_link_works_without_a_caller_until_it_is_revoked(archive: Archive) -> None:
    shares = f"{archive.of_lost}/shares"
    made = await archive.ask(shares, method="POST", body={"hours": 2})
    share = made.json()
    assert made.status == 201
    assert share["url"] == f"https://watch.example{share['path']}"
    assert (await archive.ask(shares)).json()["items"][0]["path"] == share["path"]
    shown = await archive.ask(share["path"], caller=None)
    assert (shown.status, "This link works until" in shown.body.decode()) == (200, True)
    gone = await archive.ask(f"{shares}/{share['id']}", method="DELETE")
    assert gone.status == 204
    ended = await archive.ask(share["path"], caller=None)
    assert (ended.status, "does not work" in ended.body.decode()) == (404, True)
    assert (await archive.ask(shares)).json()["items"] == []


async def test_a_shared_link_ends_by_itself(archive: Archive) -> None:
    shares = f"{archive.of_lost}/shares"
    share = (await archive.ask(shares, method="POST", body={"hours": 1})).json()
    async with archive.db.begin() as tx:
        await tx.run("UPDATE evidence_shares SET expires_at = now() - interval '1 second'")
    assert (await archive.ask(share["path"], caller=None)).status == 404


@pytest.mark.parametrize("hours", [0, 24 * 90 + 1, "2", 1.5])
async def test_a_share_has_an_end_within_bounds(archive: Archive, hours: Any) -> None:
    answer = await archive.ask(f"{archive.of_lost}/shares", method="POST", body={"hours": hours})
    assert answer.status == 422


async def test_the_chain_of_a_site_says_which_piece_was_tampered_with(archive: Archive) -> None:
    path = f"/v1/sites/{SITE}/evidence?include=count"
    answer = (await archive.ask(path)).json()
    assert (answer["count"], [one["fault"] for one in answer["items"]]) == (2, [None, None])
    assert answer["items"][1]["previous"] == answer["items"][0]["sha256"]
    async with archive.db.begin() as tx:
        await tx.run("UPDATE evidence_bodies SET body = '\\x00616263' WHERE body_sha256 = $1",
                     archive.lost.exhibit.body_sha256)  # fmt: skip
    items = (await archive.ask(path)).json()["items"]
    assert [one["fault"] is None for one in items] == [True, False]


async def test_what_retention_emptied_is_said_to_be_gone(archive: Archive) -> None:
    async with archive.db.begin() as tx:
        await tx.run("UPDATE evidence SET expired_at = now(), statement = NULL, heads = NULL,"
                     " body_sha256 = NULL WHERE number = 1")  # fmt: skip
    first = f"/v1/links/{LINK}/evidence/{archive.seen.evidence_id}"
    assert (await archive.ask(f"{first}.warc.gz")).status == 410
    assert (await archive.ask(first)).json()["expired_at"] is not None
    assert (await archive.ask(f"{archive.of_lost}/diff")).json()["before_id"] is None
    assert (await archive.ask(f"{archive.of_lost}/page")).status == 200
