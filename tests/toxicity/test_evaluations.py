"""Places for a link, judged before anybody is asked: the advice, its reasons, and what is never held against one."""

from typing import Any

import pytest

from services.toxicity import handlers
from services.toxicity.domain.answers import Says
from services.toxicity.domain.evaluation import Advice, Place, evaluate
from services.toxicity.domain.facts import Decision
from services.toxicity.domain.guard import common_hold, guard_of
from services.toxicity.domain.source import GraphView, ListsView, NameView, Source
from shared.db import Database
from shared.events import SiteCreated
from shared.http import ServiceClient
from shared.vocabulary import Reason, Role
from tests.toxicity.builders import a_check, a_link_farm, a_page, a_read
from tests.toxicity.conftest import a_caller


def an_honest_page(**given: Any) -> Any:
    values = {
        "word_count": 800,
        "visible_chars": 5_000,
        "anchor_chars": 400,
        "outlinks_external": 10,
        "has_contact": True,
        "has_legal": True,
    }
    return a_page(**values | given)


def a_place(**given: Any) -> Place:
    seen = {"page": an_honest_page(), "indexable": True, "page_followed": True, "unfollowed": 0}
    return Place(**seen | given)


def test_a_real_page_that_links_out_is_worth_asking() -> None:
    found = evaluate(a_place())

    assert found.advice is Advice.GOOD
    assert found.sentence.startswith("Worth asking. Nothing worrying was seen.")
    assert found.answers.passes.says is Says.YES
    assert found.score.score is not None


@pytest.mark.parametrize(
    ("given", "advice", "why"),
    [
        ({"page": a_link_farm()}, Advice.STAY_AWAY, "hardly anything for people"),
        ({"reasons": frozenset({Reason.PARKED}), "page": None}, Advice.STAY_AWAY, "parked"),
        ({"decision": Decision.DISAVOW}, Advice.STAY_AWAY, "Your team decided to disavow"),
        ({"decision": Decision.ASK_REMOVAL}, Advice.STAY_AWAY, "taken out"),
        (
            {"hold": guard_of(own=["acme.example"]).of_domain("acme.example")},
            Advice.STAY_AWAY,
            "a site of your own",
        ),
        ({"page_followed": False}, Advice.LOOK_CLOSER, "pass nothing"),
        ({"indexable": False}, Advice.LOOK_CLOSER, "keeps itself out of search results"),
        ({"unfollowed": 10}, Advice.LOOK_CLOSER, "10 of its 10 links to other sites are marked"),
        ({"page": a_page()}, Advice.LOOK_CLOSER, "Little was seen of it"),
        ({"hold": common_hold("wordpress.com")}, Advice.LOOK_CLOSER, "who"),
        ({"page": None}, Advice.NOT_SEEN, "not read"),
        (
            {"page": None, "reasons": frozenset({Reason.BLOCKED_BY_WALL})},
            Advice.NOT_SEEN,
            "not read",
        ),
        ({"unfollowed": None}, Advice.GOOD, "Nothing worrying"),
    ],
)
def test_what_speaks_against_a_place_is_said(
    given: dict[str, Any], advice: Advice, why: str
) -> None:
    found = evaluate(a_place(**given))

    assert found.advice is advice
    assert any(why in reason for reason in found.reasons), found.reasons


def test_what_is_said_of_a_place_is_not_what_is_to_be_done_about_a_link() -> None:
    farm = evaluate(a_place(page=a_link_farm()))

    assert farm.answers.shows_pattern.sentence.startswith(
        ("Something speaks against it: a page", "It shows a pattern of spam: a page")
    )
    assert "Google" not in farm.answers.shows_pattern.sentence


def test_a_bad_name_alone_never_condemns_a_place() -> None:
    worst = Source(name=NameView(0.999, ("casino",)))
    assert evaluate(a_place(source=worst)).advice is Advice.GOOD
    with_lists = Source(name=NameView(0.999), lists=ListsView(("one list", "another list")))
    assert evaluate(a_place(source=with_lists)).advice is not Advice.GOOD


def test_a_page_that_marks_some_links_passes_partly() -> None:
    passes = evaluate(a_place(unfollowed=4)).answers.passes

    assert (passes.says, passes.sentence[:22]) == (Says.PARTLY, "4 of its 10 links to o")


def test_what_is_not_known_is_a_note_and_no_fault() -> None:
    unknown = evaluate(a_place())
    assert len(unknown.notes) == 2
    known = evaluate(
        a_place(
            source=Source(graph=GraphView(authority=0.95), lists=ListsView(())),
            live_links=2,
            decision=Decision.KEEP,
        )
    )
    assert known.advice is Advice.GOOD
    assert known.notes == (
        "The domain has 2 links to your site already: another one counts for less.",
        "Your team decided to keep links of this domain.",
    )
    assert known.answers.is_worth.says is Says.YES


# ---- the route that the gateway asks ------------------------------------------------------------


async def ask(
    client: ServiceClient, site: SiteCreated, *items: dict[str, Any], role: Role = Role.EDITOR
) -> Any:
    path = f"/internal/sites/{site.site_id}/evaluations"
    body = {"items": list(items)}
    return await client.send("POST", path, caller=a_caller(site, role), body=body)


def seen(page: str, **facts: Any) -> dict[str, Any]:
    read = a_read(page, **facts)
    values = read.facts.model_dump(mode="json")
    return {
        "domain": values["referring_domain"],
        "reasons": [],
        "indexable": True,
        "page_followed": True,
        "facts": values,
        "address": page,
    }


async def test_places_are_judged_in_their_order_with_what_the_site_knows(
    client: ServiceClient, site: SiteCreated, database: Database
) -> None:
    async with database.begin() as tx:
        page = "https://known.example/a"
        await handlers.on_events([a_read(page, word_count=400)], tx)
        await handlers.on_events([a_check(site, page=page)], tx)
    unseen = {"domain": "silent.example", "reasons": ["blocked_by_wall"], "facts": None}

    answer = await ask(
        client,
        site,
        {**unseen, "indexable": None, "page_followed": None},
        seen("https://known.example/b", word_count=600, has_contact=True, visible_chars=4_000),
    )

    silent, known = answer.json()
    assert (silent["advice"], silent["toxicity"]["insufficient_data"]) == ("not_seen", True)
    assert known["advice"] == "good"
    assert known["notes"][0].startswith("The domain has 1 link to your site already")
    assert known["answers"]["is_real"]["says"] == "yes"
    weights = [line["weight"] for line in known["toxicity"]["waterfall"]]
    assert sum(weights) < 0


async def test_only_who_works_on_the_site_may_ask(client: ServiceClient, site: SiteCreated) -> None:
    assert (await ask(client, site, role=Role.VIEWER)).status == 403
    assert (await ask(client, site)).json() == []
