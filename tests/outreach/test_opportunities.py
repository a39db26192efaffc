"""What the crawler tells of pages of others becomes opportunities; accepted ones are written about truthfully."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.outreach import handlers
from services.outreach.domain.opportunities import Place, list_reasons, variables_of
from services.outreach.jobs.judging import judge_some
from services.outreach.jobs.sequencing import move_some
from shared import clock, urls
from shared.db import Database
from shared.events import (
    Event,
    MentionFound,
    OutlinkDoubted,
    OutlinkJudged,
    PageSurveyed,
    SiteCreated,
    SiteHost,
    SiteUpdated,
    TargetLook,
)
from shared.http import ServiceClient
from shared.ids import new_id
from shared.opportunities import OpportunityKind, OutlinkState
from shared.vocabulary import Reason, Role
from tests.outreach.conftest import a_caller, add_site, published
from tests.outreach.mail import a_turn
from tests.outreach.sequences.house import a_person, a_sequence, became, send
from tests.outreach.test_judging import a_reading
from tests.outreach.test_prospects_api import call

DEAD = "https://gone.example/pruning-guide"
GARDEN = {"roses": 30, "pruning": 20, "hedges": 9, "shears": 8}
MONEY = {"mortgage": 40, "lenders": 30}


@pytest.fixture
async def gardener(database: Database) -> SiteCreated:
    """A site whose topic is known."""
    created = SiteCreated(
        workspace_id=new_id(),
        site_id=new_id(),
        version_no=1,
        domain="acme.example",
        domains=(SiteHost(host="acme.example"),),
        keywords=("rose pruning", "garden shears", "hedges"),
    )
    async with database.begin() as tx:
        await handlers.on_site_created([created], tx)
        await handlers.on_domain_read([a_reading("acme.example")], tx)
    return created


def surveyed(site: SiteCreated, url: str, words: dict[str, int], **given: Any) -> PageSurveyed:
    values: dict[str, Any] = {
        "workspace_id": site.workspace_id,
        "site_id": site.site_id,
        "page_url": url,
        "page_key": urls.page_id(url),
        "domain": urls.domain_or_host(urls.host_of(url)),
        "read_at": clock.now(),
        "title": "A page",
        "language": "en",
        "words": words,
        "word_count": 300,
    }
    return PageSurveyed(**values | given)


def judged(site: SiteCreated, page: str, **given: Any) -> OutlinkJudged:
    now = clock.now()
    look = TargetLook(at=now, http_status=404, reasons=(Reason.PAGE_404,))
    values: dict[str, Any] = {
        "workspace_id": site.workspace_id,
        "site_id": site.site_id,
        "page_url": page,
        "page_key": urls.page_id(page),
        "domain": urls.domain_or_host(urls.host_of(page)),
        "outlink_url": DEAD,
        "outlink_key": urls.page_id(DEAD),
        "outlink_domain": "gone.example",
        "anchor_text": "pruning guide",
        "left_context": "Read the",
        "right_context": "first.",
        "state": OutlinkState.DEAD,
        "first": look.model_copy(update={"at": now - timedelta(hours=2)}),
        "last": look,
        "page_seen_at": now,
        "judged_at": now,
    }
    return OutlinkJudged(**values | given)


async def tell(database: Database, *events: Event) -> None:
    async with database.begin() as tx:
        for event in events:
            if isinstance(event, PageSurveyed):
                await handlers.on_page_surveyed([event], tx)
            elif isinstance(event, OutlinkJudged):
                await handlers.on_outlink_judged([event], tx)
            elif isinstance(event, MentionFound):
                await handlers.on_mention_found([event], tx)


PAGES = ("https://rose.example/links", "https://hedge.example/tips", "https://bank.example/x")


async def furnish(database: Database, site: SiteCreated) -> None:
    """Three pages link to one dead address; two of them are about gardens."""
    for page, words in zip(PAGES, (GARDEN, GARDEN, MONEY), strict=True):
        await tell(database, surveyed(site, page, words), judged(site, page))


def path_of(site: SiteCreated) -> str:
    return f"/v1/sites/{site.site_id}/opportunities"


async def listed(client: ServiceClient, site: SiteCreated, query: str = "") -> Any:
    return (await call(client, "GET", path_of(site), site, query=query))["items"]


async def decide(client: ServiceClient, site: SiteCreated, **body: Any) -> Any:
    given = {name: body.pop(name) for name in ("query", "status", "caller") if name in body}
    return await call(client, "POST", f"{path_of(site)}/decisions", site, body=body, **given)


async def test_pages_that_link_to_one_dead_address_are_one_opportunity_with_its_evidence(
    client: ServiceClient, database: Database, gardener: SiteCreated
) -> None:
    await furnish(database, gardener)
    await tell(database, judged(gardener, PAGES[0]))  # told twice, counted once
    [one] = await listed(client, gardener, "kind=broken_link&sort=-domains")
    assert (one["pages"], one["domains"], one["relevant_domains"]) == (3, 3, 2)
    assert one["sentence"] == "3 pages on 3 domains link to it, 2 of them near your topic."
    assert one["anchors"] == ["pruning guide"]
    assert "3 pages on 3 domains link to it with the words “pruning guide”" in one["idea"]
    first = one["top_pages"][0]
    assert first["relevance"] >= 50
    assert "rose" in {word["word"] for word in first["shared"]}
    assert first["left_context"] + first["anchor_text"] == "Read thepruning guide"
    assert "404" in str(first["last_look"]["http_status"])
    assert first["first_look"]["at"] < first["last_look"]["at"]
    whole = await call(client, "GET", f"{path_of(gardener)}/{one['opportunity_id']}", gardener)
    assert [page["relevance"] for page in whole["top_pages"]][-1] == 0

    back = judged(gardener, PAGES[0], state=OutlinkState.ANSWERS)
    unsure = judged(gardener, PAGES[1], state=OutlinkState.UNSURE)
    await tell(database, back, unsure)
    [one] = await listed(client, gardener)
    assert (one["pages"], one["relevant_domains"]) == (2, 1)  # a look that saw nothing ends nothing
    for page in PAGES[1:]:
        await tell(database, judged(gardener, page, state=OutlinkState.REMOVED))
    assert await listed(client, gardener) == []
    [over] = await listed(client, gardener, "state=over")
    assert over["sentence"] == "No page links there any more, or it answers again."


async def test_lists_and_mentions_are_opportunities_where_they_are_near(
    client: ServiceClient, database: Database, gardener: SiteCreated
) -> None:
    url = "https://rose.example/links"
    lists = {"listed_domains": 12, "list_word": "useful links"}
    await tell(database, surveyed(gardener, url, GARDEN, **lists))
    await tell(database, surveyed(gardener, "https://bank.example/links", MONEY, **lists))
    [one] = await listed(client, gardener, "kind=resource_page")
    assert one["subject_url"] == url
    assert one["reasons"] == [
        "Its lists lead to 12 other domains.",
        "It calls itself a list of links: “useful links”.",
    ]
    await tell(database, surveyed(gardener, url, GARDEN, **lists, links_to_site=True))
    assert await listed(client, gardener, "kind=resource_page") == []

    values: dict[str, Any] = {
        "workspace_id": gardener.workspace_id,
        "site_id": gardener.site_id,
        "page_url": "https://names.example/us",
        "page_key": urls.page_id("https://names.example/us"),
        "domain": "names.example",
        "seen_at": clock.now(),
    }
    named = MentionFound(**values, term="Acme", sentence="We like Acme.", title="Us")
    await tell(database, named)
    [one] = await listed(client, gardener, "kind=unlinked_mention")
    assert (one["quote"], one["sentence"]) == (
        "We like Acme.",
        "It names “Acme” without a link.",
    )
    ids = [one["opportunity_id"]]
    [said] = (await decide(client, gardener, opportunity_ids=ids, decision="accept"))["results"]
    assert (said["prospects_added"], said["target_url"]) == (1, "https://acme.example/")
    [prospect] = (await call(client, "GET", f"/v1/sites/{gardener.site_id}/prospects", gardener))[
        "items"
    ]
    assert (prospect["url"], prospect["source_note"]) == (
        "https://names.example/us",
        "We like Acme.",
    )
    await tell(database, MentionFound(**values, is_there=False))
    [one] = await listed(client, gardener, "kind=unlinked_mention&state=accepted")
    assert one["pages"] == 0


async def test_other_words_of_the_site_judge_what_was_found_again_but_not_what_people_decided(
    client: ServiceClient, database: Database, gardener: SiteCreated
) -> None:
    lists = {"listed_domains": 12, "list_word": "useful links"}
    for domain, words in (("rose", GARDEN), ("hedge", GARDEN), ("bank", MONEY)):
        await tell(database, surveyed(gardener, f"https://{domain}.example/list", words, **lists))
    await furnish(database, gardener)
    found = await listed(client, gardener, "kind=resource_page&q=hedge")
    ids = [one["opportunity_id"] for one in found]
    await decide(client, gardener, opportunity_ids=ids, decision="dismiss", reason="Not ours.")

    async def sums(role: Role = Role.VIEWER) -> dict[str, int]:
        todo = await call(
            client, "GET", "/internal/todo", gardener, caller=a_caller(gardener, role)
        )
        return {one["kind"]: one["count"] for one in todo}

    assert await sums() == {"opportunity": 2}  # a list near the topic, and the dead address
    assert await sums(Role.CLIENT) == {}
    keywords = ("mortgage lenders", "savings", "interest rates", "credit")
    about_money = {"keywords": keywords, "version_no": gardener.version_no + 1}
    values = gardener.model_dump(exclude={"event_id", "occurred_at"}) | about_money
    async with database.begin() as tx:
        await tx.run("DELETE FROM readings")  # its home page would still be about gardens
        await handlers.on_site_updated([SiteUpdated(**values)], tx)
    rounds = 0
    while await judge_some(database, now=clock.now()):
        rounds += 1
    assert rounds == 1
    lists_now = await listed(client, gardener, "kind=resource_page&state=open,over,dismissed")
    assert {one["subject_url"]: one["state"] for one in lists_now} == {
        "https://rose.example/list": "over",
        "https://hedge.example/list": "dismissed",
        "https://bank.example/list": "open",
    }
    [dead] = await listed(client, gardener, "kind=broken_link")
    assert (dead["pages"], dead["relevant_domains"]) == (3, 1)

    async with database.begin() as tx:
        back = SiteUpdated(**values | {"version_no": 3, "keywords": gardener.keywords})
        await handlers.on_site_updated([back], tx)
    await judge_some(database, now=clock.now())
    [rose] = await listed(client, gardener, "kind=resource_page")
    assert rose["subject_url"] == "https://rose.example/list"


async def test_what_is_dismissed_stays_away_until_somebody_takes_it_back(
    client: ServiceClient, database: Database, gardener: SiteCreated
) -> None:
    await furnish(database, gardener)
    [one] = await listed(client, gardener)
    ids = [one["opportunity_id"]]
    await decide(client, gardener, opportunity_ids=ids, decision="dismiss", status=422)
    tried = await decide(
        client,
        gardener,
        opportunity_ids=[*ids, str(new_id())],
        decision="dismiss",
        reason="Not ours.",
        query="dry_run=true",
    )
    assert [row["changed"] for row in tried["results"]] == [True]
    assert len(await listed(client, gardener)) == 1
    await decide(client, gardener, opportunity_ids=ids, decision="dismiss", reason="Not ours.")
    await furnish(database, gardener)
    assert await listed(client, gardener) == []
    [gone] = await listed(client, gardener, "state=dismissed")
    assert (gone["because"], gone["decided_by"]) == ("Not ours.", "Alice")
    await decide(client, gardener, opportunity_ids=ids, decision="reopen")
    assert len(await listed(client, gardener)) == 1

    for role, status in ((Role.VIEWER, 403), (Role.CLIENT, 403)):
        caller = a_caller(gardener, role)
        body: dict[str, Any] = {"opportunity_ids": ids, "decision": "accept"}
        await decide(client, gardener, **body, caller=caller, status=status)
    client_role = a_caller(gardener, Role.CLIENT)
    await call(client, "GET", path_of(gardener), gardener, caller=client_role, status=403)
    other = await add_site(database, "other.example", gardener.workspace_id)
    stranger = a_caller(other)
    await call(client, "GET", path_of(gardener), gardener, caller=stranger, status=404)
    assert (await decide(client, other, opportunity_ids=ids, decision="accept"))["results"] == []


async def test_accepting_makes_prospects_near_the_topic_and_a_letter_is_looked_at_before_it_goes(
    client: ServiceClient, database: Database, gardener: SiteCreated
) -> None:
    await furnish(database, gardener)
    owner = a_caller(gardener, Role.OWNER, workspace=True)
    forbidden = {"values": ["hedge.example"], "reason": "complained"}
    await call(
        client, "POST", "/v1/suppressions", gardener, body=forbidden, caller=owner, status=201
    )
    [one] = await listed(client, gardener)
    ids = [one["opportunity_id"]]
    best = {"candidates": [{"url": "https://acme.example/prune", "title": "Pruning", "score": 1}]}
    body = {"opportunity_ids": ids, "decision": "accept", "matches": {ids[0]: best}}
    tried = await decide(client, gardener, **body, query="dry_run=true")
    made = await decide(client, gardener, **body)
    assert tried["results"] == made["results"]
    [said] = made["results"]
    assert (said["prospects_added"], said["target_url"]) == (1, "https://acme.example/prune")
    assert [line.partition(":")[0] for line in said["left_out"]] == [
        "hedge.example",
        "bank.example",
    ]
    assert "never written to" in said["left_out"][0]
    [prospect] = (await call(client, "GET", f"/v1/sites/{gardener.site_id}/prospects", gardener))[
        "items"
    ]
    assert (prospect["url"], prospect["source_label"]) == (PAGES[0], "A dead link")

    letter = await letter_about(client, database, gardener, prospect["prospect_id"])
    assert f"the link “pruning guide” to\n{DEAD}\nleads nowhere" in letter
    assert "we have “Pruning” at\nhttps://acme.example/prune" in letter
    async with database.begin() as tx:
        await tx.run("UPDATE opportunity_pages SET judged_at = judged_at - interval '2 days'")
    assert "looked at once more" in await turn(database)
    [doubt] = await published(database, OutlinkDoubted)
    assert (doubt.page_url, doubt.outlink_url) == (PAGES[0], DEAD)
    assert "looked at once more" in await turn(database)
    assert len(await published(database, OutlinkDoubted)) == 1  # asked once in six hours
    for state, said_so in (
        (OutlinkState.UNSURE, "looked at once more"),
        (OutlinkState.ANSWERS, "works again"),
        (OutlinkState.REMOVED, "gone from the page"),
    ):
        await tell(database, judged(gardener, PAGES[0], state=state))
        assert said_so in await turn(database)
    await tell(database, judged(gardener, PAGES[0]))
    assert await turn(database) == ""


TYPED = {"page": "https://rose.example/links", "broken": "https://gone.example/old-guide"}
TYPED |= {"ours": "https://acme.example/prune", "offer": "“Pruning”", "anchor": "“a guide”"}


async def the_letter(database: Database) -> Any:
    async with database.begin() as tx:
        (row,) = await tx.fetch("SELECT state, because, body_hash, message_id FROM messages")
    return row


async def approve(client: ServiceClient, site: SiteCreated, letter: Any) -> None:
    body = {"messages": [{"message_id": str(letter["message_id"]), "hash": letter["body_hash"]}]}
    ann = replace(a_caller(site), is_person=True)
    done = await call(client, "POST", "/v1/messages/approve", site, body=body, caller=ann)
    assert done["refused"] == []


async def test_a_dead_link_that_was_typed_is_looked_at_and_goes_out_alive_only_by_a_persons_word(
    client: ServiceClient, database: Database, gardener: SiteCreated
) -> None:
    async with database.begin() as tx:
        person = await a_person(tx, gardener, "ann@rose.example")
    await letter_about(client, database, gardener, str(person.contact_id), typed=TYPED)
    [doubt] = await published(database, OutlinkDoubted)
    assert (doubt.page_url, doubt.outlink_url) == (TYPED["page"], TYPED["broken"])

    async def seen(state: OutlinkState) -> Any:
        links = {"outlink_url": doubt.outlink_url, "outlink_key": doubt.outlink_key}
        await tell(database, judged(gardener, TYPED["page"], state=state, **links))
        return await the_letter(database)

    assert "is being looked at" in (await the_letter(database))["because"]
    assert "could not be seen yet" in (await seen(OutlinkState.UNSURE))["because"]
    await approve(client, gardener, await the_letter(database))
    assert "looked at once more" in await turn(database)  # nobody saw it dead yet
    alive = await seen(OutlinkState.ANSWERS)
    assert (alive["state"], alive["because"][:33]) == (
        *("pending_approval", "The link that it calls dead works"),
    )
    assert (await seen(OutlinkState.UNSURE))["because"] == alive["because"]  # it takes nothing back
    dead = await seen(OutlinkState.DEAD)
    assert (dead["state"], dead["because"]) == ("pending_approval", None)
    await seen(OutlinkState.ANSWERS)
    await approve(client, gardener, await the_letter(database))
    assert (await seen(OutlinkState.ANSWERS))["state"] == "approved"  # no news
    async with database.begin() as tx:
        enrollment_id = await tx.fetch_value("SELECT enrollment_id FROM enrollments")
    path = f"/v1/enrollments/{enrollment_id}/resume"
    other = {"variables": {"broken": "https://gone.example/another"}}
    problem = await call(client, "POST", path, gardener, body=other, status=422)
    assert problem["errors"][0]["pointer"] == "/variables/broken"
    assert await turn(database) == ""


async def test_a_dead_link_that_is_no_address_is_refused(
    client: ServiceClient, database: Database, gardener: SiteCreated
) -> None:
    async with database.begin() as tx:
        person = await a_person(tx, gardener, "ann@rose.example")
    typed = TYPED | {"broken": "the old guide"}
    refused = await letter_about(client, database, gardener, str(person.contact_id), typed=typed)
    assert "whole addresses" in refused


async def letter_about(
    client: ServiceClient,
    database: Database,
    site: SiteCreated,
    person_id: str,
    *,
    typed: dict[str, str] | None = None,
) -> str:
    """Enrol a prospect in the playbook for broken links; returns the first letter, approved.

    With `typed` it is a contact with values typed by hand, and the letter is left to be approved.
    """
    sequence_path, key = await dead_links(client, database, site), "contact_id"
    if typed is None:
        key, ann = "prospect_id", {"email": "ann@rose.example", "name": "Ann Lee"}
        path = f"/v1/prospects/{person_id}/contacts"
        await send(client, "POST", path, site, ann, status=201)
    body = {"rows": [{key: person_id, "variables": typed or {}}]}
    enrolled = await send(client, "POST", f"{sequence_path}/enrollments", site, body)
    if enrolled["refused"]:
        return str(enrolled["refused"][0]["sentence"])
    await move_some(database, now=clock.now())
    async with database.begin() as tx:
        if typed is None:
            await became(tx, enrolled["accepted"][0]["enrollment_id"], "approved")
        await tx.run("UPDATE messages SET due_at = now() - interval '1 hour'")
        text: str = await tx.fetch_value("SELECT text FROM messages")
    return text


async def dead_links(client: ServiceClient, database: Database, site: SiteCreated) -> str:
    """Make a sequence of the playbook for broken links; returns its path."""
    playbook: dict[str, Any] = {"playbook": {"way": "broken_link", "language": "en"}}
    sequence = await a_sequence(client, database, site, method="broken link")
    made = await send(
        client,
        "POST",
        "/v1/sequences",
        site,
        playbook
        | {
            "site_id": str(site.site_id),
            "name": "Dead links",
            "mailbox_id": sequence["mailbox_id"],
        },
        status=201,
    )
    return f"/v1/sequences/{made['sequence_id']}"


async def turn(database: Database) -> str:
    """Let the mailbox have its turn; returns why its letter was held, empty if it was claimed."""
    async with database.begin() as tx:
        await tx.run("UPDATE messages SET due_at = now() - interval '1 hour', because = NULL")
        await tx.run(
            "UPDATE mailboxes SET next_at = '-infinity', opens = '00:00', closes = '23:59'"
        )
        now = clock.now()
        taken = await a_turn(tx, now)
        return "" if taken.claimed else await tx.fetch_value("SELECT because FROM messages") or "?"


def a_list(**given: Any) -> PageSurveyed:
    site = SiteCreated(workspace_id=UUID(int=1), site_id=UUID(int=2), version_no=1, domain="a.b")
    return surveyed(site, "https://x.example/", GARDEN, **given)


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({"listed_domains": 8, "list_word": "links"}, 2),
        ({"listed_domains": 7, "list_word": "links"}, 0),
        ({"listed_domains": 30, "word_count": 900}, 2),
        ({"listed_domains": 30, "word_count": 5_000}, 0),
        ({"listed_domains": 8, "list_word": "links", "indexable": False}, 0),
        ({"listed_domains": 8, "list_word": "links", "failure": Reason.TIMEOUT}, 0),
    ],
)
def test_a_page_that_collects_links_says_so_or_holds_little_else(
    given: dict[str, Any], count: int
) -> None:
    assert len(list_reasons(a_list(**given))) == count


def test_what_is_too_long_for_a_letter_is_left_out_rather_than_cut() -> None:
    place = Place(
        kind=OpportunityKind.BROKEN_LINK,
        page_url="https://a.example/" + "x" * 600,
        subject_url=DEAD,
        anchor_text=" a  guide ",
        ours=None,
        offer=None,
    )
    assert variables_of(place) == {"broken": DEAD, "anchor": "“a guide”"}
