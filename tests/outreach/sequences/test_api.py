"""The routes of sequences: made, changed in versions, people enrolled in bulk and each only once."""

from datetime import date
from typing import Any

import pytest

from services.outreach.adapters.calendars import PackagedCalendar
from services.outreach.domain.sequences.calendars import Holiday
from services.outreach.jobs.sequencing import move_some
from shared import clock
from shared.db import Database
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.vocabulary import Role
from tests.outreach.conftest import a_caller, add_site, erased
from tests.outreach.sequences.house import (
    STEPS,
    a_person,
    a_sequence,
    comes_in,
    rows_of,
    send,
)


async def enrol(
    client: ServiceClient, sequence: dict[str, Any], site: SiteCreated, body: Any, **given: Any
) -> Any:
    path = f"/v1/sequences/{sequence['sequence_id']}/enrollments"
    return await send(client, "POST", path, site, body, **given)


async def test_a_playbook_becomes_a_sequence_of_its_own(
    client: ServiceClient, site: SiteCreated
) -> None:
    offered = await send(client, "GET", "/v1/playbooks", site, query="language=de")
    assert len(offered["items"]) == 6
    body: dict[str, Any] = {
        "site_id": str(site.site_id),
        "name": " Tote  Links ",
        "campaign": "Herbst",
    }
    body |= {"playbook": {"way": "broken_link", "language": "de"}}
    made = await send(client, "POST", "/v1/sequences", site, body, status=201)
    assert (made["name"], made["method"], made["campaign"]) == (
        "Tote Links",
        "broken link",
        "Herbst",
    )
    assert [one["name"] for one in made["variables"]] == [
        "page",
        "anchor",
        "broken",
        "offer",
        "ours",
    ]
    assert (made["mailbox_id"], made["funnel"]["replied"]["sentence"]) == (
        None,
        "0 of 0, too few to say.",
    )
    again = await send(client, "POST", "/v1/sequences", site, body, status=409)
    assert again["code"] == "name-taken"
    person = {"rows": [{"contact_id": str(new_id())}]}
    assert (await enrol(client, made, site, person, status=409))["code"] == "mailbox-needed"
    neither = {key: value for key, value in body.items() if key != "playbook"}
    problem = await send(client, "POST", "/v1/sequences", site, neither, status=422)
    assert problem["errors"][0]["pointer"] == "/steps"
    bad = neither | {"name": "Other", "steps": [{"subject": "[topic]", "body": "{{Name}}"}]}
    problem = await send(client, "POST", "/v1/sequences", site, bad, status=422)
    assert {one["pointer"] for one in problem["errors"]} == {"/steps/0/subject", "/steps/0/body"}


async def test_new_steps_are_a_new_version_and_other_changes_are_not(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    made = await a_sequence(client, database, site)
    path = f"/v1/sequences/{made['sequence_id']}"
    renamed = await send(
        client, "PATCH", path, site, {"name": "Tulips", "steps": STEPS}, headers={"If-Match": "*"}
    )
    assert (renamed["name"], renamed["version_no"], renamed["version"]) == ("Tulips", 1, 2)
    template = {"name": "Last try", "subject": "x", "body": "The end, {{firstname}}."}
    kept = await send(client, "POST", "/v1/templates", site, template, status=201)
    steps = [*STEPS, {"delay_days": 7, "thread": "reply", "template_id": kept["template_id"]}]
    longer = await send(
        client, "PATCH", path, site, {"steps": steps}, headers={"If-Match": 'W/"2"'}
    )
    assert (longer["version_no"], longer["steps"][2]["body"]) == (2, "The end, {{firstname}}.")
    versions = await send(client, "GET", f"{path}/versions", site)
    assert [(one["version_no"], len(one["steps"])) for one in versions] == [(2, 3), (1, 2)]
    stale = await client.send(
        "PATCH", path, caller=a_caller(site), body={"name": "x"}, headers={"If-Match": 'W/"1"'}
    )
    assert stale.status == 412
    for caller, status in (
        (a_caller(site, Role.VIEWER), 403),
        (a_caller(await add_site(database, "other.example")), 404),
    ):
        await send(
            client, "PATCH", path, site, {}, headers={"If-Match": "*"}, caller=caller, status=status
        )
    await send(client, "GET", path, site, caller=a_caller(site, Role.CLIENT), status=403)
    shown = await send(client, "POST", f"{path}/preview", site, {"variables": {"topic": "roses"}})
    assert [one["subject"] for one in shown["steps"][:2]] == [
        "Roses on blog.example",
        "Re: Roses on blog.example",
    ]
    bare = await send(client, "POST", f"{path}/preview", site, {})
    assert bare["refusal"] == "There is no value for “topic”."


async def test_people_are_enrolled_and_the_others_are_told_why_not(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    made = await a_sequence(client, database, site)
    async with database.begin() as tx:
        ann = await a_person(tx, site, "ann@blog.example")
        bob = await a_person(tx, site, "bob@blog.example")
        form = await a_person(tx, site, None, "form.example")
        nameless = await a_person(tx, site, "info@press.example", name=None)
        gone = await a_person(tx, site, "eve@gone.example")
        await tx.run("UPDATE contacts SET state = 'left' WHERE contact_id = $1", gone.contact_id)
        never = await a_person(tx, site, "fay@never.example")
    suppressed = {"values": ["never.example"]}
    await send(client, "POST", "/v1/suppressions", site, suppressed, status=201)
    everybody = rows_of(ann, bob, form, nameless, gone, never)
    everybody["rows"] += [{"prospect_id": str(new_id())}, {"contact_id": str(new_id())}, {}]
    tried = await enrol(client, made, site, everybody, query="dry_run=true")
    done = await enrol(client, made, site, everybody)
    assert [one["email"] for one in done["accepted"]] == ["ann@blog.example"]
    assert [(one["row"], one["code"]) for one in done["refused"]] == [
        (1, "twice"),
        (2, "no-address"),
        (3, "missing-variables"),
        (4, "left"),
        (5, "suppressed"),
        (6, "no-prospect"),
        (7, "no-contact"),
        (8, "no-address"),
    ]
    assert tried["refused"] == done["refused"]
    assert (tried["accepted"][0]["enrollment_id"], tried["dry_run"]) == (None, True)
    again = await enrol(client, made, site, rows_of(ann, bob))
    assert [one["sentence"].partition(",")[0] for one in again["refused"]] == [
        "This person is being written to already",
        "Somebody at this domain is being written to already",
    ]
    assert "“Roses” by Alice" in again["refused"][0]["sentence"]


async def test_the_lock_holds_over_all_sites_of_a_workspace_and_keeps_names_to_itself(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    other = await add_site(database, "second.example", site.workspace_id)
    first, second = [await a_sequence(client, database, one) for one in (site, other)]
    async with database.begin() as tx:
        ann = await a_person(tx, site, "Ann.Lee+links@gmail.com", "blog.example")
        carl = await a_person(tx, site, "carl@third.example")
        twin = await a_person(tx, other, "bob@blog.example")
    [enrolled] = (await enrol(client, first, site, rows_of(ann)))["accepted"]
    [refused] = (await enrol(client, second, other, rows_of(twin)))["refused"]
    assert "for another site of your workspace" in refused["sentence"]
    path = f"/v1/enrollments/{enrolled['enrollment_id']}"
    [mine] = (await send(client, "GET", f"/v1/sites/{other.site_id}/prospects", other))["items"]
    stranger = {"contact_id": str(carl.contact_id), "prospect_id": mine["prospect_id"]}
    [hidden] = (await enrol(client, second, other, {"rows": [stranger]}))["refused"]
    assert (hidden["code"], hidden["domain"]) == ("no-contact", None)
    stopped = await send(client, "POST", f"{path}/cancel", site, {"because": "Not now"})
    assert (stopped["state"], stopped["because"]) == ("cancelled", "Stopped by Alice: Not now")
    assert (await enrol(client, second, other, rows_of(twin)))["refused"] == []
    assert (await erased(database, site, "annlee@gmail.com"))["enrollments"] == 1
    async with database.begin() as tx:
        assert not await tx.fetch("SELECT FROM enrollments WHERE address_key LIKE '%gmail%'")


async def test_an_enrollment_is_paused_resumed_and_stopped_with_its_message(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    made = await a_sequence(client, database, site)
    async with database.begin() as tx:
        ann = await a_person(tx, site, "ann@blog.example")
    [enrolled] = (await enrol(client, made, site, rows_of(ann)))["accepted"]
    path = f"/v1/enrollments/{enrolled['enrollment_id']}"
    await move_some(database, now=clock.now())
    paused = await send(client, "POST", f"{path}/pause", site, {})
    assert (paused["state"], paused["awaits_step"], paused["words"]["label"]) == (
        "paused",
        1,
        "Paused",
    )
    assert (await send(client, "POST", f"{path}/resume", site, {}))["state"] == "active"
    everybody = f"/v1/sequences/{made['sequence_id']}/enrollments"
    listed = await send(client, "GET", everybody, site, query="state=active")
    assert [one["email"] for one in listed["items"]] == ["ann@blog.example"]
    await send(client, "DELETE", f"/v1/sequences/{made['sequence_id']}", site, status=204)
    ended = await send(client, "GET", path, site)
    assert (ended["state"], ended["because"]) == ("cancelled", "The sequence was removed.")
    async with database.begin() as tx:
        states = await tx.fetch("SELECT state FROM messages")
    assert [row["state"] for row in states] == ["cancelled"]
    assert (await send(client, "POST", f"{path}/resume", site, {}, status=409))["code"] == "over"


async def test_templates_are_kept_under_their_names(
    client: ServiceClient, site: SiteCreated
) -> None:
    body = {"name": "Hello", "language": "en", "subject": "Hi {{name}}", "body": "About {{topic}}"}
    made = await send(client, "POST", "/v1/templates", site, body, status=201)
    assert made["variables"] == ["topic"]
    assert (await send(client, "POST", "/v1/templates", site, body, status=409))["errors"]
    path = f"/v1/templates/{made['template_id']}"
    match = {"If-Match": 'W/"1"'}
    changed = await send(client, "PATCH", path, site, {"body": "About {{x}}"}, headers=match)
    assert (changed["variables"], changed["version"]) == (["x"], 2)
    broken = {"body": "About {{x"}
    await send(client, "PATCH", path, site, broken, headers={"If-Match": "*"}, status=422)
    await send(client, "GET", path, site, caller=a_caller(site, Role.CLIENT), status=403)
    await send(client, "DELETE", path, site, status=204)
    assert (await send(client, "GET", "/v1/templates", site))["items"] == []


async def test_the_funnel_counts_people_once_and_says_when_they_are_too_few(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    made = await a_sequence(client, database, site)
    async with database.begin() as tx:
        people = [await a_person(tx, site, f"ann@blog{number}.example") for number in range(60)]
    done = await enrol(client, made, site, rows_of(*people))
    async with database.begin() as tx:
        ids = [one["enrollment_id"] for one in done["accepted"]]
        await tx.run("UPDATE enrollments SET sent_at = now()")
        await tx.run(
            "UPDATE enrollments SET state = 'replied', intent = 'interested'"
            " WHERE enrollment_id = ANY($1::uuid[])",
            ids[:12],
        )
        await tx.run("UPDATE prospects SET stage = 'placed' WHERE domain = 'blog3.example'")
    funnel = (await send(client, "GET", f"/v1/sequences/{made['sequence_id']}", site))["funnel"]
    assert (funnel["enrolled"], funnel["sent"], funnel["open"]) == (60, 60, 48)
    assert (funnel["replied"]["share"], funnel["placed"]["count"]) == (0.2, 1)
    assert (
        funnel["replied"]["sentence"] == "12 of 60: 20.0 %, most likely between 11.8 % and 31.8 %."
    )
    assert funnel["intents"] == [{"intent": "interested", "label": "Interested", "count": 12}]


TWO: list[dict[str, Any]] = [
    {**STEPS[0], "variants": [{"subject": "Tulips", "body": "Dear {{firstname}}."}]},
    STEPS[1],
]


async def test_two_texts_are_tried_and_each_person_keeps_theirs(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    made = await a_sequence(client, database, site, steps=TWO)
    path = f"/v1/sequences/{made['sequence_id']}"
    shown = await send(client, "POST", f"{path}/preview", site, {"variables": {"topic": "x"}})
    assert [(one["step_no"], one["variant"]) for one in shown["steps"]] == [
        (1, "A"),
        (1, "B"),
        (2, None),
    ]
    async with database.begin() as tx:
        people = [await a_person(tx, site, f"ann@blog{number}.example") for number in range(130)]
    await enrol(client, made, site, rows_of(*people))
    await move_some(database, now=clock.now())
    async with database.begin() as tx:
        got = await tx.fetch("SELECT variant, subject, message_id FROM messages")
        assert {(row["variant"], row["subject"][:6]) for row in got} == {
            ("A", "Roses "),
            ("B", "Tulips"),
        }
        await tx.run(
            "UPDATE messages SET state = 'sent', sent_at = now(), approved_by = $1,"
            " approved_hash = body_hash",
            new_id(),
        )
        for row in got:  # every reader of the second text says yes; nobody else
            if row["variant"] == "B":
                await comes_in(tx, None, "human", message_id=row["message_id"], intent="interested")
        await tx.run(
            "INSERT INTO placements (placement_id, workspace_id, site_id, referring_domain,"
            " first_live_at, created_by) SELECT message_id, workspace_id, site_id,"
            " recipient_domain, now() + interval '1 day', message_id FROM messages"
            " WHERE variant = 'B' LIMIT 1"
        )
    [step] = (await send(client, "GET", f"{path}/variants", site))["steps"]
    one, other = step["texts"]
    assert (one["sent"] + other["sent"], one["positive"]["count"]) == (130, 0)
    assert (other["positive"]["share"], other["placed"]["count"]) == (1.0, 1)
    assert (step["by_answers"]["winner"], step["by_links"]["winner"]) == ("B", None)

    stop = f"{path}/steps/1/variants/A/stop"
    match = {"If-Match": f'W/"{made["version"]}"'}
    viewer = a_caller(site, Role.VIEWER)
    await send(client, "POST", stop, site, headers=match, caller=viewer, status=403)
    stopped = await send(client, "POST", stop, site, headers=match)
    assert (stopped["version_no"], stopped["steps"][0]["weight"]) == (2, 0)
    last = await send(
        client, "POST", stop.replace("/A/", "/B/"), site, headers={"If-Match": "*"}, status=409
    )
    assert last["code"] == "only-text"
    async with database.begin() as tx:
        late = [await a_person(tx, site, f"eve@late{number}.example") for number in range(9)]
    await enrol(client, stopped, site, rows_of(*late))
    await move_some(database, now=clock.now())
    async with database.begin() as tx:
        rows = await tx.fetch("SELECT subject, variant FROM messages WHERE to_email LIKE 'eve@%'")
    assert {(row["subject"], row["variant"]) for row in rows} == {("Tulips", None)}
    [step] = (await send(client, "GET", f"{path}/variants", site))["steps"]
    assert (step["texts"][0]["is_stopped"], step["by_answers"]["winner"]) == (True, "B")


async def test_whose_holidays_count_is_said_before_anybody_is_enrolled(
    client: ServiceClient, database: Database, site: SiteCreated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PackagedCalendar, "holiday", _always_a_holiday_on_mondays)
    monkeypatch.setattr(PackagedCalendar, "country_name", lambda _, country: country.upper())
    made = await a_sequence(client, database, site)
    async with database.begin() as tx:
        de = await a_person(tx, site, "ann@blog.de")
        com = await a_person(tx, site, "bob@blog.com")
        told = '{"facts": {"lang": "de-AT"}}'
        await tx.run("INSERT INTO readings (domain, told) VALUES ('blog.com', $1::json)", told)
    tried = await enrol(client, made, site, rows_of(de, com), query="dry_run=true")
    german, austrian = tried["accepted"]
    assert "public holidays in DE are left out (by the address blog.de)" in german["calendar"]
    assert "in AT are left out (by the language that blog.com states)" in austrian["calendar"]
    assert all(one.startswith("Monday ") for one in german["left_out"])
    assert german["left_out"]
    path = f"/v1/sequences/{made['sequence_id']}/preview"
    body = {"contact_id": str(de.contact_id), "variables": {"topic": "x"}}
    shown = await send(client, "POST", path, site, body)
    assert shown["calendar"] == german["calendar"]
    assert shown["steps"][1]["left_out"] == german["left_out"]


def _always_a_holiday_on_mondays(_: object, country: str, day: date) -> Holiday | None:
    return Holiday("Blue Monday", country.upper()) if day.weekday() == 0 else None
