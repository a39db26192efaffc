"""Four answers about a link and its source: each from what was seen, and none from another."""

import dataclasses
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from services.toxicity import handlers
from services.toxicity.domain.answers import (
    QUESTIONS,
    Says,
    answers_json,
    answers_of,
    answers_of_source,
)
from services.toxicity.domain.facts import Facts
from services.toxicity.domain.score import judge
from services.toxicity.domain.source import GraphView, Source
from shared.db import Database
from shared.events import LinkChecked, SiteCreated
from shared.http import ServiceClient
from shared.vocabulary import Outcome, Reason, Role
from tests.toxicity.builders import (
    PARAGRAPH,
    a_check,
    a_link,
    a_link_farm,
    a_page,
    a_poisoned_link,
    a_read,
    facts,
)
from tests.toxicity.conftest import FARM, a_caller, call
from tests.toxicity.test_score import all_facts

COUNTED: dict[str, Any] = {"page_followed": True, "indexable": True}
REAL: dict[str, Any] = {"word_count": 600, "has_contact": True}


def says(given_facts: Facts) -> dict[str, str]:
    found = answers_json(answers_of(given_facts, judge(given_facts)))
    return {name: one["says"] for name, one in found.items()}


CASES = [
    ("is_real", Says.YES, facts(page=a_page(**REAL))),
    ("is_real", Says.PARTLY, facts(page=a_page(word_count=600))),
    ("is_real", Says.NO, facts(page=a_link_farm())),
    ("is_real", Says.NO, facts(last_reasons=frozenset({Reason.PARKED}))),
    ("is_real", Says.UNKNOWN, facts(page=None)),
    ("shows_pattern", Says.NO, facts()),
    ("shows_pattern", Says.YES, facts(link=a_poisoned_link(hidden=True), page=a_link_farm())),
    ("shows_pattern", Says.UNKNOWN, facts(page=None)),
    ("passes", Says.YES, facts(link=a_link(**COUNTED))),
    ("passes", Says.PARTLY, facts(link=a_link(hidden=True, **COUNTED))),
    ("passes", Says.NO, facts(link=a_link(rel=frozenset({"ugc"}), **COUNTED))),
    ("passes", Says.NO, facts(link=a_link(page_followed=True, indexable=False))),
    ("passes", Says.NO, facts(lost=True)),
    ("passes", Says.UNKNOWN, facts()),
    ("is_worth", Says.YES, facts(source=Source(graph=GraphView(authority=0.97)))),
    ("is_worth", Says.PARTLY, facts(source=Source(graph=GraphView(authority=0.6)))),
    ("is_worth", Says.NO, facts(source=Source(graph=GraphView(authority=0.1)))),
    ("is_worth", Says.UNKNOWN, facts()),
]


@pytest.mark.parametrize(("question", "answer", "known"), CASES)
def test_an_answer(question: str, answer: Says, known: Facts) -> None:
    assert says(known)[question] == answer


@given(all_facts)
def test_answers_are_plain_sentences_and_the_unseen_is_never_a_no(known: Facts) -> None:
    found = answers_json(answers_of(known, judge(known)))
    assert list(found) == list(QUESTIONS)
    for one in found.values():
        texts = [one["question"], one["sentence"], *one["evidence"]]
        assert not [text for text in texts if "_" in text or text[-1] not in ".?"]
    blind = dataclasses.replace(
        known, link=None, page=None, source=Source(), last_reasons=frozenset(), lost=False
    )
    assert set(says(blind).values()) == {Says.UNKNOWN}


def test_no_answer_is_made_from_another() -> None:
    """A link that passes nothing on a real, well linked page may still show a pattern."""
    link = a_poisoned_link(hidden=True, rel=frozenset({"nofollow"}), **COUNTED)
    known = facts(
        link=link, page=a_page(**REAL), source=Source(graph=GraphView(authority=0.95, in_links=9))
    )
    assert says(known) == {
        "is_real": "yes",
        "shows_pattern": "partly",
        "passes": "no",
        "is_worth": "yes",
    }


def test_a_source_is_as_real_as_its_best_page_and_as_bad_as_its_worst_link() -> None:
    good = facts(link=a_link(context=PARAGRAPH, **COUNTED), page=a_page(**REAL))
    bad = facts(link=a_poisoned_link(hidden=True), page=a_link_farm(), lost=True)
    found = answers_of_source([(one, judge(one)) for one in (good, bad)])
    assert found is not None
    assert (found.is_real.says, found.shows_pattern.says) == (Says.YES, Says.YES)
    assert (found.passes.says, found.passes.sentence) == (
        Says.PARTLY,
        "1 of 2 links that were looked at do.",
    )
    assert answers_of_source([]) is None


async def test_the_answers_of_a_link_and_of_its_domain_are_in_the_api(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    path = f"/v1/links/{toxic.link_id}/toxicity"
    link = await call(client, "GET", path, a_caller(site, Role.CLIENT))
    source = await call(client, "GET", "/v1/domains/example.net/toxicity", a_caller(site))
    for found in (link["answers"], source["answers"]):
        assert list(found) == list(QUESTIONS)
        assert (found["is_real"]["says"], found["shows_pattern"]["says"]) == ("no", "yes")
        assert found["is_worth"]["says"] == "unknown"
    assert link["answers"]["shows_pattern"]["sentence"] == f"{link['sentence']}."
    against = [one["evidence"] for one in link["findings"] if one["weight"] > 0]
    assert link["answers"]["shows_pattern"]["evidence"] == against[:8]
    assert "The page has 40 words." in link["answers"]["is_real"]["evidence"]


async def test_the_list_of_domains_answers_for_each(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    unseen = a_check(
        site, page="https://far.example/a", outcome=Outcome.UNKNOWN, reasons=(Reason.TIMEOUT,)
    )
    fine = a_check(site, rel=("nofollow",))
    async with database.begin() as tx:
        await handlers.on_events([a_read(**REAL), fine, unseen], tx)
    path = f"/v1/sites/{site.site_id}/toxicity/domains"
    listed = (await call(client, "GET", path, a_caller(site, Role.VIEWER)))["items"]
    found = {one["domain"]: one["answers"] for one in listed}
    assert found["posts.example"]["is_real"]["says"] == "yes"
    assert found["posts.example"]["passes"] == {
        "question": "Does the link pass anything?",
        "says": "no",
        "sentence": "0 of 1 live links are followed.",
        "evidence": [],
    }
    assert found["example.net"]["shows_pattern"]["says"] == "yes"


async def test_whoever_reviews_a_link_has_its_answers(
    client: ServiceClient, site: SiteCreated, toxic: LinkChecked
) -> None:
    path = f"/v1/sites/{site.site_id}/reviews"
    (item,) = (await call(client, "GET", path, a_caller(site, Role.VIEWER)))["items"]
    told = {name: one["says"] for name, one in item["answers"].items()}
    assert told == {
        "is_real": "no",
        "shows_pattern": "yes",
        "passes": "unknown",
        "is_worth": "unknown",
    }


async def test_what_is_said_of_the_score_is_the_score_in_force(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    async with database.begin() as tx:
        await tx.run("UPDATE links SET band = 'watch', sentence = 'Worth a look: older words'")
    path = f"/v1/links/{toxic.link_id}/toxicity"
    found = await call(client, "GET", path, a_caller(site))
    told = found["answers"]["shows_pattern"]
    assert (told["says"], told["sentence"]) == ("partly", "Worth a look: older words.")
    assert UUID(found["link_id"]) == toxic.link_id
    assert FARM in found["referring_url"]
