"""The disavow file over HTTP: the gate, the evidence, two pairs of eyes, versions and the way back."""

from typing import Any

import pytest

from services.toxicity import handlers
from services.toxicity.store import reviews
from shared.access import Caller
from shared.db import Database
from shared.events import (
    DisavowVersionCreated,
    Event,
    LinkChecked,
    PlacementPromised,
    SiteCreated,
    SiteUpdated,
)
from shared.http import ServiceClient
from shared.ids import new_id
from shared.vocabulary import LinkStatus, Outcome, Reason
from tests.toxicity.builders import a_change, a_check, a_farm_read, a_site
from tests.toxicity.conftest import FARM, a_caller, body_of, call, published, upload

LIST = b"# old list\r\n\r\ndomain: old-spam.com\r\ndomain:blogspot.com\r\nnonsense\r\n"


def path_of(site: SiteCreated, rest: str = "versions") -> str:
    return f"/v1/sites/{site.site_id}/disavow/{rest}"


async def decide(
    client: ServiceClient, caller: Caller, site: SiteCreated, *domains: str, **given: Any
) -> Any:
    values = {"decision": "disavow", "reason": "hidden casino links"} | given
    body = {"site_id": str(site.site_id), "domains": domains, **values}
    return await call(client, "POST", "/v1/reviews", caller, body=body, status=201)


async def look(client: ServiceClient, caller: Caller, site: SiteCreated) -> Any:
    return await call(
        client, "POST", path_of(site), caller, body={}, query="dry_run=true", status=200
    )


async def farms(database: Database, site: SiteCreated, count: int) -> list[str]:
    """Toxic links from so many domains."""
    names = [f"farm-{number}.example" for number in range(count)]
    pages = [f"https://{name}/list" for name in names]
    checks = [a_check(site, page=page, anchor_text="online casino", hidden=True) for page in pages]
    events: list[Event] = [a_farm_read(page) for page in pages]
    events += checks
    events += [
        a_change(check, LinkStatus.LIVE, page=page)
        for check, page in zip(checks, pages, strict=True)
    ]
    async with database.begin() as tx:
        await handlers.on_events(events, tx)
    return names


async def test_a_file_without_an_entry_never_becomes_the_list_in_force(
    client: ServiceClient, site: SiteCreated
) -> None:
    caller, imports = a_caller(site), path_of(site, "imports")
    table = b'"Referring page";"Action"\n"http://spam.com/a";"Keep"\n'
    answer = await upload(client, imports, caller, table)
    assert answer.status == 422
    (fault,) = body_of(answer.body)["errors"]
    assert fault["pointer"] == "/file"
    assert "row of a table" in fault["detail"]
    kept = await call(client, "GET", path_of(site), caller, status=200)
    assert kept["items"] == []
    nothing = await upload(client, imports, caller, b"# Google has no entry of mine\n")
    assert (nothing.status, body_of(nothing.body)["domains"]) == (201, 0)


async def test_a_version_is_the_list_in_force_and_decisions_and_nothing_else(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller = a_caller(site)
    dry = await upload(client, path_of(site, "imports"), caller, LIST, query="dry_run=true")
    assert (dry.status, body_of(dry.body)["version_no"]) == (200, None)
    taken = body_of((await upload(client, path_of(site, "imports"), caller, LIST)).body)
    assert (taken["version_no"], taken["domains"], taken["merge"]) == (1, 1, None)
    assert [one["code"] for one in taken["refused"]] == ["public_suffix"]
    assert [one["line"] for one in taken["errors"]] == [5]
    plain = await look(client, caller, site)
    assert plain["added"] == plain["removed"] == plain["held_back_by"] == []
    await decide(client, caller, site, "example.net")
    body = {"reason": "clean-up"}
    built = await call(client, "POST", path_of(site), caller, body=body, status=201)
    assert (built["version"]["version_no"], built["added"]) == (2, ["domain:example.net"])
    impact = built["impact"]
    assert (impact["new_domains"], impact["links"], impact["good_links"]) == (1, 1, 0)
    answer = await client.send("GET", path_of(site, "versions/2.txt"), caller=caller)
    assert answer.header("content-type") == "text/plain; charset=utf-8"
    text = answer.body.decode("ascii")
    assert text.splitlines()[-1] == "domain:example.net"
    assert "hidden casino links" in text
    assert "domain:old-spam.com" in text
    found = await call(client, "GET", path_of(site, "versions/1/diff/2"), caller)
    assert found == {"added": ["domain:example.net"], "removed": [], "kept": 1}
    listed = (await call(client, "GET", path_of(site), caller))["items"]
    assert [(one["version_no"], one["origin"], one["made_by"]) for one in listed] == [
        (2, "built", "Alice"),
        (1, "imported", "Alice"),
    ]
    async with database.begin() as tx:
        told = await published(tx, DisavowVersionCreated)
    assert [(one.version_no, one.domains) for one in told] == [(1, 1), (2, 2)]


async def test_the_answer_to_the_need_is_no_until_a_person_says_why(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller = a_caller(site)
    need = await call(client, "GET", path_of(site, "need"), caller)
    assert (need["needed"], need["candidates"], need["answered_by"]) == ("no", 1, None)
    assert "most sites need no disavow file" in need["advice"]
    await decide(client, caller, site, "example.net")
    problem = await call(client, "POST", path_of(site), caller, body={}, status=409)
    assert problem["code"] == "advice-first"
    said = {"known_scheme": "links bought in 2019"}
    need = await call(client, "PUT", path_of(site, "need"), caller, body=said)
    assert (need["needed"], need["answered_by"]) == ("consider", "Alice")
    await call(client, "POST", path_of(site), caller, body={}, status=201)
    updated = SiteUpdated(
        **{**site.model_dump(exclude={"event_id", "occurred_at"}), "version_no": 2},
    ).model_copy(update={"manual_action": "Unnatural links, since May"})
    async with database.begin() as tx:
        await handlers.on_events([updated], tx)
    assert (await call(client, "GET", path_of(site, "need"), caller))["needed"] == "yes"


async def test_who_was_shown_the_advice_may_still_decide_otherwise(
    client: ServiceClient, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller = a_caller(site)
    await decide(client, caller, site, "example.net")
    shown = await look(client, caller, site)
    assert [one["code"] for one in shown["held_back_by"]] == ["advice-first"]
    assert shown["advice"]
    await call(client, "POST", path_of(site), caller, body={}, status=201)


async def test_a_domain_that_nobody_looked_at_is_not_written(
    client: ServiceClient, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller = a_caller(site)
    await decide(client, caller, site, "never-seen.example", "example.net")
    await look(client, caller, site)
    built = await call(client, "POST", path_of(site), caller, body={}, status=201)
    assert built["added"] == ["domain:example.net"]
    assert [(one["entry"], one["code"]) for one in built["refused"]] == [
        ("domain:never-seen.example", "no_page_read")
    ]


async def test_a_domain_whose_last_looks_failed_waits_for_the_third(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller = a_caller(site)
    await decide(client, caller, site, "example.net")
    for seq in (2, 3, 4):
        assert (await look(client, caller, site))["added"] == (
            ["domain:example.net"] if seq == 2 else []
        )
        failed = a_check(
            site,
            link_id=toxic.link_id,
            seq=seq,
            page=FARM,
            outcome=Outcome.UNKNOWN,
            reasons=(Reason.TIMEOUT,),
        )
        async with database.begin() as tx:
            await handlers.on_events([failed], tx)
    assert (await look(client, caller, site))["added"] == ["domain:example.net"]


async def test_a_domain_of_which_a_link_was_promised_is_not_written(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller = a_caller(site)
    await decide(client, caller, site, "example.net")
    promised = PlacementPromised(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        placement_id=new_id(),
        terms_seq=1,
        referring_domain="example.net",
    )
    for event, codes in (
        (promised, ["placement"]),
        (promised.model_copy(update={"terms_seq": 2, "cancelled": True}), []),
    ):
        async with database.begin() as tx:
            await handlers.on_events([event], tx)
        shown = await look(client, caller, site)
        assert [one["code"] for one in shown["refused"]] == codes


async def test_a_large_set_needs_two_people_who_saw_its_impact(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    names = await farms(database, site, 20)
    alice = a_caller(site)
    await decide(client, alice, site, *names[:2])
    shown = await look(client, alice, site)
    assert (shown["needs_confirmation"], shown["impact"]["share"]) == (True, 0.1)
    assert "2 of 20 referring domains" in shown["large_because"]
    problem = await call(client, "POST", path_of(site), alice, body={}, status=409)
    assert problem["code"] == "large-set"
    agreed = {"confirm_large": True}
    for _ in range(2):  # the same person twice is one person
        waits = await call(client, "POST", path_of(site), alice, body=agreed, status=202)
        assert (waits["version"], waits["confirmed_by"]) == (None, ["Alice"])
    bob = Caller(alice.workspace_id, new_id(), "Bob", grants=alice.grants)
    for caller, may in ((alice, False), (bob, True)):
        [word] = await call(client, "GET", "/internal/approvals", caller)
        assert (word["kind"], word["may"]) == ("disavow", may)
        assert word["title"] == "Confirmed by Alice; a second person has to look"
    built = await call(client, "POST", path_of(site), bob, body=agreed, status=201)
    assert (built["domains"], built["confirmed_by"]) == (2, ["Alice", "Bob"])
    assert await call(client, "GET", "/internal/approvals", bob) == []
    await decide(client, alice, site, names[2], names[3])
    problem = await call(client, "POST", path_of(site), bob, body={}, status=409)
    assert problem["code"] == "large-set"


async def test_a_set_with_much_of_the_authority_needs_two_people(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    names = await farms(database, site, 40)
    async with database.begin() as tx:
        await tx.run(
            "INSERT INTO standings (workspace_id, domain, made_at, seeded_rank)"
            " SELECT $1, u.name, now(), CASE WHEN u.name = $3 THEN 0.03 ELSE 0.97 / 39 END"
            " FROM unnest($2::text[]) AS u(name)",
            site.workspace_id,
            names,
            names[0],
        )
    caller = a_caller(site)
    await decide(client, caller, site, names[0])
    shown = await look(client, caller, site)
    assert shown["impact"]["authority_share"] == pytest.approx(0.03, abs=1e-4)
    assert "3.0 % of the profile's authority" in shown["large_because"]


async def test_a_decision_to_keep_takes_a_domain_out_of_the_next_version(
    client: ServiceClient, site: SiteCreated
) -> None:
    caller = a_caller(site)
    await upload(client, path_of(site, "imports"), caller, LIST)
    await decide(client, caller, site, "old-spam.com", decision="keep")
    built = await call(client, "POST", path_of(site), caller, body={}, status=201)
    assert built["removed"] == ["domain:old-spam.com"]


async def test_a_link_decided_about_is_written_as_its_page(
    client: ServiceClient, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller = a_caller(site)
    body = {"links": [str(toxic.link_id)], "decision": "disavow"}
    await call(client, "POST", "/v1/reviews", caller, body=body, status=201)
    await look(client, caller, site)
    built = await call(client, "POST", path_of(site), caller, body={}, status=201)
    assert built["added"] == [FARM]


async def test_an_uploaded_file_is_brought_together_with_what_we_did_since(
    client: ServiceClient, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller, imports = a_caller(site), path_of(site, "imports")
    await upload(client, imports, caller, b"domain:old-spam.com\ndomain:good-one.com\n")
    await decide(client, caller, site, "example.net")
    await decide(client, caller, site, "good-one.com", decision="keep")
    await look(client, caller, site)
    await call(client, "POST", path_of(site), caller, body={}, status=201)
    theirs = b"domain:old-spam.com\ndomain:good-one.com\ndomain:by-hand.com\n"
    merged = body_of((await upload(client, imports, caller, theirs, query="base=1")).body)
    assert merged["version_no"] == 3
    lines = [line for line in merged["clean"].splitlines() if line.startswith("domain:")]
    assert sorted(lines) == ["domain:by-hand.com", "domain:example.net", "domain:old-spam.com"]
    assert merged["merge"] == {
        "added_by_us": ["domain:example.net"],
        "added_by_the_file": ["domain:by-hand.com"],
        "removed_by_us": ["domain:good-one.com"],
        "removed_by_the_file": [],
    }


async def test_an_older_version_can_be_restored_and_entries_lifted(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    caller = a_caller(site)
    await upload(client, path_of(site, "imports"), caller, LIST)
    await decide(client, caller, site, "example.net")
    await look(client, caller, site)
    await call(client, "POST", path_of(site), caller, body={}, status=201)
    lift = {"entries": ["example.net"], "reason": "they cleaned up"}
    lifted = await call(client, "POST", path_of(site, "lifts"), caller, body=lift, status=201)
    assert (lifted["origin"], lifted["removed"], lifted["reason"]) == (
        "lifted",
        1,
        "they cleaned up",
    )
    assert site.site_id is not None
    async with database.begin() as tx:
        assert await reviews.list_standing(tx, site.site_id) == []
    assert (await look(client, caller, site))["added"] == []
    problem = await call(client, "POST", path_of(site, "lifts"), caller, body=lift, status=409)
    assert problem["code"] == "not-in-the-list"
    restored = await call(client, "POST", path_of(site, "versions/2/restores"), caller, status=201)
    assert (restored["version_no"], restored["origin"], restored["added"]) == (4, "restored", 1)
    await call(client, "POST", path_of(site, "versions/9/restores"), caller, status=404)


@pytest.mark.parametrize("rest", ["need", "versions"])
async def test_a_stranger_learns_nothing(
    client: ServiceClient, site: SiteCreated, rest: str
) -> None:
    stranger = a_caller(a_site())
    refused = await call(client, "GET", path_of(site, rest), stranger, status=404)
    absent = await call(client, "GET", path_of(a_site(), rest), stranger, status=404)
    assert refused["code"] == absent["code"]
