"""Prospects are judged by what their pages say, each figure with its evidence; what was not seen is no figure."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outreach import handlers
from services.outreach.domain.contact import is_for_outreach, rank_of, role_of
from services.outreach.domain.judging import judge, topic_of_site
from services.outreach.domain.quality import Seen, quality_of, quality_of_failure
from services.outreach.domain.relevance import Text, relevance_of, topic_of
from services.outreach.jobs.judging import judge_some
from shared.db import Database
from shared.events import (
    DomainRead,
    PageFacts,
    PersonSeen,
    ReadingRequested,
    SiteCreated,
    SiteHost,
    SiteUpdated,
)
from shared.http import ServiceClient
from shared.vocabulary import Reason, Role
from tests.outreach.conftest import NOON, a_caller, erased, published
from tests.outreach.test_prospects_api import add, call

GARDEN = Text(
    title="Pruning roses and hedges | Rose garden",
    headings=("When to prune", "Sharp shears for roses"),
    words={"roses": 20, "pruning": 9, "hedges": 6, "shears": 5, "soil": 4, "spring": 30},
    language="en",
)
MONEY = Text(
    title="Mortgage rates today",
    headings=("Compare lenders",),
    words={"mortgage": 30, "rates": 20, "lenders": 12, "interest": 9, "spring": 2},
    language="en",
)


def a_reading(domain: str = "rose.example", **given: Any) -> DomainRead:
    facts = PageFacts(
        url=f"https://{domain}/",
        final_url=f"https://{domain}/",
        referring_domain=domain,
        host=domain,
        http_status=200,
        title="Pruning roses and hedges",
        text_language="en",
        word_count=400,
        has_contact=True,
        outlink_domains=("rival.example", "acme.example"),
    )
    values: dict[str, Any] = {
        "domain": domain,
        "read_at": NOON,
        "http_status": 200,
        "facts": facts,
        "indexable": True,
        "headings": ("When to prune", "Sharp shears"),
        "words": {"roses": 40, "pruning": 20, "shears": 9},
        "pages": (f"https://{domain}/", f"https://{domain}/contact"),
        "people": (
            PersonSeen(email=f"info@{domain}", source_url=f"https://{domain}/"),
            PersonSeen(
                email=f"ann@{domain}",
                name="Ann Lee",
                role="Editor",
                source_url=f"https://{domain}/contact",
            ),
            PersonSeen(email=f"noreply@{domain}", source_url=f"https://{domain}/"),
        ),
    }
    return DomainRead(**values | given)


def test_who_writes_about_the_same_is_nearer_than_who_does_not() -> None:
    topic = topic_of(["Acme"], ["rose pruning", "garden shears"], GARDEN)
    near, far = relevance_of(topic, GARDEN), relevance_of(topic, MONEY)
    assert near.score is not None
    assert far.score is not None
    assert near.score >= 65
    assert far.score <= 20
    first = near.shared[0]
    assert (first.yours, first.points) == ("one of your keywords", 3.0)
    assert near.sentence.startswith("It shares “")


def test_other_forms_of_a_word_are_the_same_word() -> None:
    topic = topic_of([], ["pruned roses", "hedge"], None)
    found = relevance_of(topic, Text(title="Prune a rose", words={"hedges": 70}, language="en"))
    assert {one.word for one in found.shared} == {"pruned", "roses", "hedge"}


@pytest.mark.parametrize(
    ("text", "keywords", "sentence"),
    [
        (Text(title="Roses", words={"roses": 9}), ["rose", "hedge", "soil"], "too little text"),
        (GARDEN, ["rose"], "Too little is known of your own topic"),
        (MONEY, ["rose", "hedge", "soil"], "shares none"),
        (
            Text(title="Rosen", words={"rosen": 90}, language="de"),
            ["rosen", "hedge", "soil"],
            "shares “rosen”",
        ),
    ],
)
def test_what_cannot_be_said_is_not_said(text: Text, keywords: list[str], sentence: str) -> None:
    assert sentence in relevance_of(topic_of([], keywords, None), text).sentence


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=4), st.integers(0, 9_999))
def test_a_relevance_is_a_share_whatever_is_written(
    title: str, keywords: list[str], times: int
) -> None:
    text = Text(title=title, headings=keywords, words=dict.fromkeys(title.split(), times))
    found = relevance_of(topic_of([title], keywords, GARDEN), text)
    assert found.score is None or 0 <= found.score <= 100


def a_home(**given: Any) -> Seen:
    facts = a_reading().facts
    assert facts is not None
    return Seen(facts.model_copy(update=given), indexable=True, names_somebody=False)


def test_what_speaks_against_a_domain_takes_points_off_and_what_was_not_seen_does_not() -> None:
    fine = quality_of(a_home())
    assert (fine.score, [one.points for one in fine.findings]) == (100, [0])
    crowd = quality_of(a_home(outlinks_external=250, has_contact=False))
    assert (crowd.score, len(crowd.findings)) == (70, 2)
    spam = a_home(injected_blocks=2, spam_words=40, redirect_domains=("casino.example",))
    assert quality_of(spam).score == 0
    assert quality_of_failure(Reason.PARKED).score == 0
    for reason in (Reason.BLOCKED_BY_WALL, Reason.ROBOTS_DISALLOWS_US, Reason.TIMEOUT):
        assert quality_of_failure(reason).score is None


def test_links_to_competitors_and_to_the_site_are_told() -> None:
    topic = topic_of_site((), ("roses",), a_reading("acme.example"))
    verdict = judge(
        topic,
        a_reading(),
        None,
        competitors=["https://www.rival.example/x"],
        own_hosts=("acme.example",),
    )
    assert verdict.evidence["links_to_competitors"] == ["rival.example"]
    assert verdict.evidence["home_links_to_you"] is True
    walled = judge(topic, None, Reason.BLOCKED_BY_WALL, competitors=[], own_hosts=())
    assert (walled.relevance.score, walled.quality.score) == (None, None)
    assert walled.evidence["failure"]


def test_role_addresses_come_first_and_some_are_for_others() -> None:
    assert role_of("Redaktion@rose.example") == "Editors"
    assert role_of("ann@rose.example") is None
    ordered = sorted(["ann@x.de", "info@x.de", "editor@x.de"], key=rank_of)
    assert ordered == ["editor@x.de", "info@x.de", "ann@x.de"]
    for other in ("noreply@x.de", "security@x.de", "abuse@x.de", "privacy@x.de", "a@localhost"):
        assert not is_for_outreach(other), other


async def judged(database: Database, *events: DomainRead) -> None:
    async with database.begin() as tx:
        await handlers.on_domain_read(events, tx)
    while await judge_some(database, now=NOON):
        pass


async def test_a_reading_judges_prospects_and_finds_whom_to_write_to(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    path = f"/v1/sites/{site.site_id}/prospects"
    await add(client, site, "rose.example\nwall.example")
    asked = [one.domain for one in await published(database, ReadingRequested)]
    assert sorted(asked) == ["acme.example", "rose.example", "wall.example"]
    wall = DomainRead(domain="wall.example", read_at=NOON, failure=Reason.BLOCKED_BY_WALL)
    await judged(database, a_reading("acme.example"), a_reading(), wall)
    rose, walled = (await call(client, "GET", path, site, query="sort=-relevance"))["items"]
    assert (rose["domain"], rose["quality"], rose["contacts"]) == ("rose.example", 100, 2)
    assert rose["relevance"] > 50
    assert (walled["relevance"], walled["quality"], walled["contacts"]) == (None, None, 0)
    detail = await call(client, "GET", f"/v1/prospects/{rose['prospect_id']}", site)
    evidence = detail["evidence"]
    assert evidence["links_to_competitors"] == []
    assert {"pruning", "hedges"} <= {one["word"] for one in evidence["shared"]}
    assert evidence["pages"] == ["https://rose.example/", "https://rose.example/contact"]
    people = await call(client, "GET", f"/v1/prospects/{rose['prospect_id']}/contacts", site)
    assert [(one["email"], one["role"], one["source_url"]) for one in people["items"]] == [
        ("info@rose.example", "General", "https://rose.example/"),
        ("ann@rose.example", "Editor", "https://rose.example/contact"),
    ]
    # A later look that saw nothing takes nothing away, and an older one changes nothing.
    later = NOON + timedelta(days=1)
    failed = DomainRead(domain="rose.example", read_at=later, failure=Reason.TIMEOUT)
    older = a_reading(read_at=NOON - timedelta(days=9), words={}, headings=())
    await judged(database, failed, older)
    again = await call(client, "GET", f"/v1/prospects/{rose['prospect_id']}", site)
    assert (again["relevance"], again["evidence"]["shared"]) == (
        rose["relevance"],
        evidence["shared"],
    )
    assert again["evidence"]["failure"]
    changes = await call(client, "GET", f"/v1/prospects/{rose['prospect_id']}/changes", site)
    assert len(changes["items"]) == 2


async def test_other_words_of_the_site_judge_anew_and_the_erased_stay_away(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    path = f"/v1/sites/{site.site_id}/prospects"
    await erased(database, site, "ann@rose.example")
    await add(client, site, "rose.example")
    await judged(database, a_reading())
    (one,) = (await call(client, "GET", path, site))["items"]
    assert (one["relevance"], one["contacts"]) == (None, 1)
    update = SiteUpdated(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        version_no=2,
        domain="acme.example",
        domains=(SiteHost(host="acme.example"),),
        keywords=("roses", "pruning", "shears"),
        competitors=("rival.example",),
    )
    async with database.begin() as tx:
        await handlers.on_site_updated([update], tx)
    await judged(database)
    (one,) = (await call(client, "GET", path, site))["items"]
    assert one["relevance"] > 40
    # Known domains are judged at once, without another look.
    await add(client, site, "other.example")
    before = len(await published(database, ReadingRequested))
    await judged(database, a_reading("other.example"))
    second = f"/v1/prospects/{one['prospect_id']}/readings"
    await call(client, "POST", second, site, status=202)
    assert len(await published(database, ReadingRequested)) == before + 1
    await call(client, "POST", second, site, caller=a_caller(site, Role.VIEWER), status=403)
