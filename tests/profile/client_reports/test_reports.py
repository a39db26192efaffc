"""Reports for clients: their sums, their states, who reads them, and when they are made by themselves."""

import asyncio
import csv
import html
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from services.profile.adapters.pdf import Printer
from services.profile.domain.site import Site
from services.profile.store import report_schedules
from shared import clock
from shared.access import HIDDEN_FROM_CLIENT, Caller, is_hidden_field, the_house
from shared.db import Database
from shared.events import ReportReady
from shared.ids import new_id
from shared.reporting import DUE, MAKE_DUE, mail_path
from shared.vocabulary import Role
from tests.http import Http
from tests.profile.client_reports.house import (
    MONTH,
    TEXT_OF_MONTH,
    fill,
    finished,
    make,
    parts_of,
    tag,
)
from tests.profile.conftest import a_caller, add_link, as_caller, published, run_jobs


@pytest.fixture
async def month(database: Database, home: Site) -> dict[str, UUID]:
    return await fill(database, home)


@pytest.fixture
def writer(app: FastAPI, home: Site) -> Http:
    """Alice, signed in."""
    return as_caller(app, a_caller(home, is_person=True))


def by_code(report: dict[str, Any]) -> dict[str, Any]:
    results = report["content"]["results"]
    return {one["code"]: one for one in (*results["stocks"], *results["flows"])}


async def ready(database: Database) -> list[ReportReady]:
    async with database.begin() as tx:
        return await published(tx, ReportReady)


@pytest.mark.usefixtures("month")
async def test_a_month_adds_up_link_by_link(writer: Http, database: Database, home: Site) -> None:
    report = await make(writer, database, home)
    figures, content = by_code(report), report["content"]
    pairs = {code: (one["now"], one["before"]) for code, one in figures.items()}
    assert pairs["links"] == (5, 3)
    assert pairs["domains"] == (5, 3)
    assert pairs["gained"] == (1, 0)
    assert (pairs["lost"], pairs["won_back"], pairs["changed"]) == ((1, 1), (1, 0), (1, 0))
    assert content["links"]["balance"] == {
        "start": 3,
        "first_seen": 2,
        "of_them_gained": 1,
        "won_back": 1,
        "lost": 1,
        "otherwise": 0,
        "end": 5,
    }
    named = {
        move: [one["referring_domain"] for one in content["links"][move]["items"]]
        for move in ("gained", "lost", "won_back", "changed")
    }
    assert named == {
        "gained": ["comes.example"],
        "lost": ["goes.example"],
        "won_back": ["returns.example"],
        "changed": ["changes.example"],
    }
    agreed = content["placements"]
    assert (agreed["agreed"], agreed["live"], agreed["live_before"]) == (2, 1, 1)
    # An import is no growth, and the report says so.
    assert "1 more link was seen in place for the first time" in content["links"]["sentences"][0]
    assert (content["remarks"], content["degraded"]) == ([], [])
    assert [one["code"] for one in content["work"]] == [
        *("agreed", "verified", "decided", "removals", "gone", "letters"),
    ]
    # What only the team can use is no step of a client.
    assert "review" in {one["code"] for one in content["next"]}
    assert "mail_stuck" not in {one["code"] for one in content["next"]}


async def test_what_cannot_be_known_is_null_and_says_why(
    writer: Http, database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        await tx.run("UPDATE sites SET created_at = $1", MONTH.begins + timedelta(days=9))
    report = await make(writer, database, home, parts=None)
    figures = by_code(report)
    assert (figures["links"]["now"], figures["links"]["before"]) == (0, None)
    assert "watched only since 10 " in figures["links"]["before_because"]
    assert figures["gained"]["now"] is None
    assert figures["gained"]["because"] == "No source tells of new links yet."
    assert (figures["lost"]["now"], figures["lost"]["before"]) == (0, None)
    assert report["content"]["links"]["balance"] is None
    assert "losses and changes are not known" in report["content"]["remarks"][0]
    missing = report["content"]["degraded"]
    assert [one["service"] for one in missing] == ["toxicity", "outreach"]
    assert "can be made again" in missing[0]["sentence"]


@pytest.mark.usefixtures("month")
async def test_the_same_inputs_give_the_same_hash_and_others_another(
    writer: Http, database: Database, home: Site
) -> None:
    first = await make(writer, database, home, parts=None)
    path = f"/v1/reports/{first['id']}"
    said = await writer.patch(path, {"summary": "A good month."}, if_match=tag(first))
    assert said.status == 200, said.body
    again = await writer.post(f"{path}/refresh", {})
    second = await finished(writer, database, again.header("location") or "")
    assert (second["inputs_hash"], second["id"]) == (first["inputs_hash"], first["id"])
    assert second["texts"]["summary"] == "A good month."
    # What was missing comes with the next try.
    again = await writer.post(f"{path}/refresh", {"parts": parts_of(home)})
    third = await finished(writer, database, again.header("location") or "")
    assert third["inputs_hash"] != first["inputs_hash"]
    assert (len(second["content"]["degraded"]), third["content"]["degraded"]) == (2, [])


@pytest.mark.usefixtures("month")
async def test_an_approved_report_never_changes_and_a_correction_names_it(
    app: FastAPI, writer: Http, alice: Http, database: Database, home: Site
) -> None:
    report = await make(writer, database, home)
    path = f"/v1/reports/{report['id']}"
    stale = await writer.post(f"{path}/approve", if_match='W/"7"')
    by_key = await alice.post(f"{path}/approve", if_match=tag(report))
    assert (stale.status, by_key.status, by_key.json()["code"]) == (412, 403, "person-required")
    [waits] = (await writer.get("/internal/approvals")).json()
    assert (waits["kind"], waits["id"], waits["may"]) == ("report", report["id"], True)
    assert (await alice.get("/internal/approvals")).json()[0]["may"] is False, "a key approves none"
    approved = (await writer.post(f"{path}/approve", if_match=tag(report))).json()
    assert (approved["state"], approved["approved_by"]) == ("approved", "alice")
    assert (await writer.get("/internal/approvals")).json() == []
    async with database.begin() as tx:
        await add_link(tx, home, page="https://later.example/")
    current = tag(approved)
    for refused in (
        await writer.patch(path, {"summary": "No."}, if_match=current),
        await writer.post(f"{path}/refresh", {}),
        await writer.sending(if_match=current).delete(path),
        await writer.post(f"{path}/approve", if_match=current),
    ):
        assert (refused.status, refused.json()["code"]) == (409, "approved")
    assert (await writer.get(path)).json() == approved
    one_more = await writer.post(f"/v1/sites/{home.site_id}/reports", {"month": TEXT_OF_MONTH})
    assert (one_more.status, one_more.json()["code"]) == (409, "approved-exists")
    second = await make(writer, database, home, month=None, replaces=report["id"])
    assert (second["edition"], second["replaces"], second["state"]) == (2, report["id"], "draft")
    await writer.post(f"/v1/reports/{second['id']}/approve", if_match=tag(second))
    assert (await writer.get(path)).json() == {**approved, "replaced_by": second["id"]}
    events = [(one.state, one.number) for one in await ready(database)]
    assert events == [("draft", 1), ("approved", 1), ("draft", 2), ("approved", 2)]


@pytest.mark.usefixtures("month")
async def test_a_client_reads_approved_reports_of_its_sites_only_and_nothing_hidden(
    app: FastAPI, writer: Http, database: Database, home: Site
) -> None:
    client = as_caller(app, a_caller(home, Role.CLIENT))
    stranger = as_caller(app, a_caller(home, workspace_role=None))
    report = await make(writer, database, home)
    path, reports = f"/v1/reports/{report['id']}", f"/v1/sites/{home.site_id}/reports"
    assert (await client.get(path)).status == 404
    assert (await client.get(reports)).json()["items"] == []
    await writer.post(f"{path}/approve", if_match=tag(report))
    theirs = await client.get(path)
    assert theirs.status == 200
    assert [one["id"] for one in (await client.get(reports)).json()["items"]] == [report["id"]]
    assert [name for name in names_in(theirs.json()) if is_hidden_field(name)] == []
    assert {"price", "vendor"} <= HIDDEN_FROM_CLIENT
    assert (await stranger.get(path)).status == (await stranger.get(reports)).status == 404
    for refused in (
        await client.post(reports, {"month": TEXT_OF_MONTH}),
        await client.post(f"{path}/share", {}),
        await client.get(f"{path}/share"),
        await client.get(f"{reports}/schedule"),
    ):
        assert refused.status == 403


def names_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(name for inner in value.values() for name in names_in(inner))]
    return [name for inner in value for name in names_in(inner)] if isinstance(value, list) else []


@pytest.mark.usefixtures("month")
async def test_a_share_shows_an_approved_report_until_it_is_revoked(
    app: FastAPI, writer: Http, database: Database, home: Site
) -> None:
    report = await make(writer, database, home)
    path = f"/v1/reports/{report['id']}"
    early = await writer.post(f"{path}/share", {})
    assert (early.status, early.json()["code"]) == (409, "draft")
    hurtful = {"summary": "<script>alert(1)</script>\nSecond line.", "comments": {"work": "Busy."}}
    report = (await writer.patch(path, hurtful, if_match=tag(report))).json()
    await writer.post(f"{path}/approve", if_match=tag(report))
    share = (await writer.post(f"{path}/share", {"days": 7})).json()
    anybody = Http(app)
    page = await anybody.get(share["path"])
    shown = page.body.decode()
    assert page.status == 200
    assert "default-src 'none'" in (page.header("content-security-policy") or "")
    assert "<script" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "Busy." in shown
    assert "src=" not in shown.replace('src="data:', "")
    assert [one["id"] for one in (await writer.get(f"{path}/share")).json()["items"]] == [
        share["id"]
    ]
    assert (await writer.delete(f"{path}/share/{share['id']}")).status == 204
    for form in ("", "?format=csv", "?format=pdf"):
        ended = await anybody.get(share["path"] + form)
        assert (ended.status, b"has ended" in ended.body) == (404, True)


@pytest.mark.usefixtures("month")
async def test_a_share_gives_its_page_as_table_too_and_no_more_than_it_shows(
    app: FastAPI, writer: Http, database: Database, home: Site
) -> None:
    app.state.printer = Printer("no-such-browser", sandbox=True)
    report = await make(writer, database, home)
    path = f"/v1/reports/{report['id']}"
    await writer.patch(path, {"summary": '=HYPERLINK("x")'}, if_match=tag(report))
    report = (await writer.get(path)).json()
    await writer.post(f"{path}/approve", if_match=tag(report))
    share = (await writer.post(f"{path}/share", {})).json()["path"]
    anybody = Http(app)
    page = html.unescape((await anybody.get(share)).body.decode())
    assert 'href="?format=csv"' in page
    assert "print this page from your browser" in page, "there is no Chromium"
    table = await anybody.get(f"{share}?format=csv")
    assert "attachment" in (table.header("content-disposition") or "")
    rows = list(csv.reader(io.StringIO(table.body.decode())))[1:]
    assert ["summary", '\'=HYPERLINK("x")', "", "", "", ""] in rows
    pages = {cell for row in rows for cell in row if cell.startswith("http")}
    assert "https://goes.example/post" in pages
    assert not [one for one in pages if one not in page]
    said = [row[1] for row in rows if row[0] in {"work", "next", "remark"}]
    assert said
    assert not [one for one in said if one not in page]
    refused = await anybody.get(f"{share}?format=pdf")
    assert (refused.status, b"cannot print" in refused.body) == (501, True)


@pytest.mark.usefixtures("month")
async def test_a_mail_says_what_the_page_shows_and_leads_there_by_one_address(
    app: FastAPI, writer: Http, database: Database, home: Site
) -> None:
    report = await make(writer, database, home)
    house = as_caller(app, the_house(home.workspace_id))
    path, asked = mail_path(UUID(report["id"])), {"asked_by": "alice@ours.example"}
    assert (await writer.post(path, asked)).status == 403
    assert (await house.post(path, asked)).status == 409, "a draft"
    await writer.post(f"/v1/reports/{report['id']}/approve", if_match=tag(report))
    first, second = [(await house.post(path, asked)).json() for _ in range(2)]
    assert first["path"] == second["path"]
    page = html.unescape((await Http(app).get(first["path"])).body.decode())
    assert first["figures"]
    for figure in first["figures"]:
        label, _, value = figure.partition(": ")
        assert label.lower() in page
        assert f"<b>{value.partition(' ')[0]}</b>" in page
    [share] = (await writer.get(f"/v1/reports/{report['id']}/share")).json()["items"]
    assert (share["for_mail"], share["created_by"]) == (True, "alice@ours.example")
    await writer.delete(f"/v1/reports/{report['id']}/share/{share['id']}")
    assert (await Http(app).get(first["path"])).status == 404
    async with database.begin() as tx:
        await tx.run("UPDATE reports SET approved_unread = true")
    assert (await house.post(path, asked)).status == 409, "no person read it"


@pytest.mark.usefixtures("month")
async def test_a_report_is_a_page_and_a_table_too(
    writer: Http, database: Database, home: Site
) -> None:
    report = await make(writer, database, home)
    path = f"/v1/reports/{report['id']}"
    page = (await writer.get(f"{path}?format=html")).body.decode()
    assert "Draft." in page
    assert f"Links to {home.domain}" in page
    assert "https://goes.example/post" in page
    table = (await writer.sending(accept="text/csv").get(path)).body.decode()
    rows = list(csv.reader(io.StringIO(table)))
    assert ["results", "Links lost", "1", "1", "links", ""] in rows
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/month"),
        ({"month": "2026-13"}, "/month"),
        ({"month": "2999-01"}, "/month"),
        ({"month": "2026-10", "from": "2026-10-01", "to": "2026-10-02"}, "/month"),
        ({"from": "2026-10-01"}, "/to"),
        ({"from": "2026-10-09", "to": "2026-10-01"}, "/to"),
        ({"from": 20261001, "to": "2026-10-01"}, "/from"),
    ],
)
async def test_a_request_that_names_no_days_is_told_what_to_give(
    writer: Http, home: Site, body: dict[str, Any], pointer: str
) -> None:
    refused = await writer.post(f"/v1/sites/{home.site_id}/reports", body)
    assert refused.status == 422
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_there_is_one_draft_of_the_same_days(
    writer: Http, database: Database, home: Site
) -> None:
    path = f"/v1/sites/{home.site_id}/reports"
    body = {"month": TEXT_OF_MONTH}
    both = [await writer.post(path, body), await writer.post(path, body)]
    await run_jobs(database)
    jobs = [(await writer.get(one.header("location") or "")).json() for one in both]
    assert sorted(job["state"] for job in jobs) == ["done", "failed"]
    third = await writer.post(path, body)
    assert (third.status, third.json()["code"]) == (409, "draft-exists")
    (report,) = (await writer.get(path)).json()["items"]
    assert (await writer.sending(if_match=tag(report)).delete(f"/v1/reports/{report['id']}")).status
    assert (await writer.get(path)).json()["items"] == []


# ---- schedules ----------------------------------------------------------------------------------


@pytest.fixture
def house(app: FastAPI) -> Http:
    """The gateway on its own account."""
    return as_caller(app, the_house())


async def schedule(writer: Http, database: Database, home: Site, **given: Any) -> str:
    """Set a schedule that was due a moment ago, as if it were there since long."""
    path = f"/v1/sites/{home.site_id}/reports/schedule"
    body = {"day": 1, "hour": 0, "channel_ids": [str(new_id())], **given}
    assert (await writer.put(path, body)).status == 200
    async with database.begin() as tx:
        await tx.run(
            "UPDATE report_schedules SET set_at = $1, next_at = $2",
            *(MONTH.before.before.begins, clock.now() - timedelta(minutes=1)),
        )
    return path


async def make_due(house: Http, home: Site, *, parts: bool = True) -> list[dict[str, Any]]:
    """Do what the gateway's loop does; returns what was due."""
    due: list[dict[str, Any]] = (await house.post(DUE)).json()["items"]
    for one in due:
        brought = parts_of(home) if parts else {}
        body = {"site_id": one["site_id"], "starts_on": one["starts_on"], "parts": brought}
        assert (await house.post(MAKE_DUE, body)).status == 202
        assert (await house.post(MAKE_DUE, body)).status == 202  # sent twice, made once
    return due


async def test_a_schedule_makes_the_latest_month_once_and_tells_of_it(
    writer: Http, house: Http, database: Database, home: Site
) -> None:
    path = await schedule(writer, database, home, send_after_approval=True)
    due = await make_due(house, home)
    assert [one["starts_on"] for one in due] == [MONTH.starts_on.isoformat()]
    await run_jobs(database)
    (report,) = (await writer.get(f"/v1/sites/{home.site_id}/reports")).json()["items"]
    assert (report["state"], report["scheduled"]) == ("draft", True)
    assert report["created_by"] == "the schedule, as alice set it"
    (event,) = await ready(database)
    assert (event.state, len(event.channel_ids), event.scheduled) == ("draft", 1, True)
    assert MONTH.label in event.title
    assert not event.sends, "nobody approved it yet"
    await writer.post(f"/v1/reports/{report['id']}/approve", if_match="*")
    assert [one.sends for one in await ready(database)] == [False, True]
    # The next one is due in the next month, and the month that is made stays made.
    shown = (await writer.get(path)).json()
    assert shown["made_month"] == MONTH.starts_on.isoformat()
    assert shown["next_at"] > clock.now().isoformat()
    async with database.begin() as tx:
        await tx.run("UPDATE report_schedules SET next_at = now() - interval '1 minute'")
    assert await make_due(house, home) == []


async def test_what_one_gateway_is_about_to_make_no_other_makes(
    writer: Http, house: Http, database: Database, home: Site
) -> None:
    await schedule(writer, database, home)
    async with asyncio.TaskGroup() as group:
        gateways = [group.create_task(house.post(DUE)) for _ in range(2)]
    assert sorted(len(one.result().json()["items"]) for one in gateways) == [0, 1]
    # If the one dies over it, its lease ends and the report is due again.
    async with database.begin() as tx:
        later = clock.now() + timedelta(minutes=6)
        assert len(await report_schedules.claim_due(tx, later, limit=5)) == 1


async def test_nothing_is_approved_unread_unless_a_person_said_so_and_nothing_is_missing(
    app: FastAPI, writer: Http, alice: Http, house: Http, database: Database, home: Site
) -> None:
    path = f"/v1/sites/{home.site_id}/reports/schedule"
    by_key = await alice.put(path, {"day": 1, "approve_without_reading": True})
    assert (by_key.status, by_key.json()["code"]) == (403, "person-required")
    await schedule(writer, database, home, approve_without_reading=True)
    assert "Nobody looks at it first" in (await writer.get(path)).json()["sentence"]
    await make_due(house, home, parts=False)
    await run_jobs(database)
    reports = f"/v1/sites/{home.site_id}/reports"
    (report,) = (await writer.get(reports)).json()["items"]
    assert report["state"] == "draft"  # two parts are missing
    await writer.sending(if_match=tag(report)).delete(f"/v1/reports/{report['id']}")
    async with database.begin() as tx:
        await tx.run(
            "UPDATE report_schedules SET made_month = NULL, next_at = now() - interval '1 minute'"
        )
    await make_due(house, home)
    await run_jobs(database)
    (report,) = (await writer.get(reports)).json()["items"]
    assert report["state"] == "approved"
    assert report["approved_by"] == "the schedule, as alice set it"


async def test_only_the_house_makes_what_is_due_and_a_schedule_ends(
    app: FastAPI, writer: Http, database: Database, home: Site
) -> None:
    owner: Caller = a_caller(home, is_person=True)
    assert (await as_caller(app, owner).post(DUE)).status == 403
    path = await schedule(writer, database, home)
    assert (await writer.put(path, {"day": 2})).status == 428
    wrong = await writer.put(path, {"day": 29}, if_match="*")
    zone = await writer.put(path, {"day": 2, "time_zone": "Mars/Base"}, if_match="*")
    assert [one.json()["errors"][0]["pointer"] for one in (wrong, zone)] == ["/day", "/time_zone"]
    assert (await writer.sending(if_match="*").delete(path)).status == 204
    assert (await writer.get(path)).status == 404
