"""What became of referring domains: told once from two looks, and never from what one of them lacks."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.toxicity import handlers
from services.toxicity.domain.turns import age_of, turns
from shared.db import Database
from shared.events import DomainFlagged, Event, LinkChecked, SiteCreated
from shared.flag_words import Flag
from shared.http import ServiceClient
from shared.vocabulary import LinkStatus, Outcome, Reason, Role
from tests.toxicity.builders import NOON, PAGE, a_change, a_check, a_read, a_site
from tests.toxicity.conftest import a_caller, call, published

BEFORE: dict[str, Any] = {
    "http_status": 200,
    "title": "Garden notes from Kent",
    "word_count": 400,
    "text_fingerprint": "0" * 16,
    "template_fingerprint": "0" * 16,
    "text_language": "en",
    "spam_words": 0,
    "tracker_ids": ["UA-1-1"],
    "name_servers": ["ns1.kent.example", "ns2.kent.example"],
    "outlinks_external": 10,
    "injected_blocks": 0,
}
OTHER = "f" * 16
SOLD = {
    "title": "Slot online terpercaya",
    "text_fingerprint": OTHER,
    "template_fingerprint": OTHER,
    "text_language": "id",
    "spam_words": 30,
    "tracker_ids": ["G-9"],
    "name_servers": ["a.parkhost.example"],
}
CASES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("nothing new", {}, set()),
    ("sold", SOLD, {"repurposed"}),
    ("another article", {"title": "About roses", "text_fingerprint": OTHER}, set()),
    (
        "a redesign",
        {"title": "Kent in bloom", "text_fingerprint": OTHER, "template_fingerprint": OTHER},
        set(),
    ),
    (
        "a redesign with other tools",
        {**SOLD, "title": "Kent in bloom", "text_language": "en", "spam_words": 0},
        set(),
    ),
    ("another language alone", {"text_language": "fr"}, set()),
    (
        "another owner",
        {**SOLD, "text_language": "en", "spam_words": 0, "template_fingerprint": "0" * 16},
        {"repurposed"},
    ),
    ("links sold", {"outlinks_external": 150}, {"outlinks_jumped"}),
    ("some more links", {"outlinks_external": 90}, set()),
    ("hacked", {"injected_blocks": 2}, {"hacked"}),
    ("an error page", {**SOLD, "http_status": 503}, set()),
]


@pytest.mark.parametrize(("name", "now", "expected"), CASES)
def test_what_became_of_a_domain(name: str, now: dict[str, Any], expected: set[str]) -> None:
    found = turns(BEFORE, {**BEFORE, **now})
    assert {one.flag.value for one in found} == expected, name
    assert all(text.endswith(".") for one in found for text in one.evidence)


@given(st.sets(st.sampled_from(sorted(BEFORE))), st.sampled_from([None, "missing"]))
def test_what_one_look_lacks_is_no_sign(gaps: set[str], how: str | None) -> None:
    """A look without some facts tells no more than the whole one."""
    now = {**BEFORE, **SOLD, "injected_blocks": 1, "outlinks_external": 500}
    whole = {one.flag: set(one.evidence) for one in turns(BEFORE, now)}
    kept = {name: value for name, value in BEFORE.items() if name not in gaps}
    less = kept if how == "missing" else {**kept, **dict.fromkeys(gaps - {"word_count"})}
    less.setdefault("word_count", 0)
    for one in turns(less, now):
        assert set(one.evidence) <= whole[one.flag]


def test_the_age_is_the_earliest_that_anybody_tells_and_none_is_none() -> None:
    told, page, known = date(2019, 3, 2), date(2015, 1, 1), date(2026, 11, 1)
    assert age_of(told=None, page=None, known=None) is None
    found = age_of(told=told, page=page, known=known)
    assert found is not None
    assert (found.on, found.told_by) == (page, "page")
    only = age_of(told=None, page=None, known=known)
    assert only is not None
    assert only.sentence == "It has been known here since 1 Nov 2026."
    assert age_of(told=known, page=None, known=known) == only  # our own look, not another tool's


# ---- with the service ---------------------------------------------------------------------------


def a_look(seq: int, **given: Any) -> Event:
    facts = {**BEFORE, **given}
    return a_read(seq=seq, **{key: value for key, value in facts.items() if key != "http_status"})


async def send(database: Database, *events: Event) -> None:
    async with database.begin() as tx:
        await handlers.on_events(events, tx)


async def told(database: Database) -> list[DomainFlagged]:
    async with database.begin() as tx:
        return await published(tx, DomainFlagged)


async def listed(client: ServiceClient, site: SiteCreated, query: str = "") -> list[Any]:
    path = f"/v1/sites/{site.site_id}/flagged-domains"
    found = await call(client, "GET", path, a_caller(site, Role.VIEWER), query=query)
    items: list[Any] = found["items"]
    return items


@pytest.fixture
async def link(database: Database, site: SiteCreated) -> LinkChecked:
    check = a_check(site)
    await send(database, a_look(1), check)
    return check


async def test_a_domain_that_became_another_site_is_told_once_and_is_evidence(
    client: ServiceClient, database: Database, site: SiteCreated, link: LinkChecked
) -> None:
    await send(database, a_look(3, **SOLD))
    await send(database, a_look(2))  # late, and older than what is kept
    await send(database, a_look(4, **SOLD))
    (event,) = await told(database)
    assert (event.domain, event.kind, event.site_id) == (
        *("posts.example", "repurposed", site.site_id),
    )
    (shown,) = await listed(client, site)
    assert shown["evidence"] == list(event.evidence)
    assert any("Indonesian" in text for text in shown["evidence"])
    assert (shown["page_url"], shown["ended_at"]) == (PAGE, None)
    score = await call(client, "GET", f"/v1/links/{link.link_id}/toxicity", a_caller(site))
    (found,) = [one for one in score["findings"] if one["code"] == "repurposed_domain"]
    assert "looked like another site" in found["evidence"]
    assert score["action"] != "propose_disavow"
    page = await call(client, "GET", "/v1/domains/posts.example/toxicity", a_caller(site))
    assert [one["kind"] for one in page["flags"]] == ["repurposed"]
    assert page["first_seen"]["told_by"] == "us"


async def test_a_first_look_says_nothing_of_what_became_of_it(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    await send(database, a_look(1, **SOLD, injected_blocks=3), a_check(site))
    assert await listed(client, site) == []


async def test_a_parked_domain_is_flagged_until_it_is_there_again_and_told_anew_then(
    client: ServiceClient, database: Database, site: SiteCreated, link: LinkChecked
) -> None:
    def look(seq: int, reason: Reason | None) -> Event:
        outcome = Outcome.FOUND if reason is None else Outcome.MISSING
        if reason is Reason.TIMEOUT:
            outcome = Outcome.UNKNOWN
        return a_check(
            *(site,),
            link_id=link.link_id,
            seq=seq,
            outcome=outcome,
            reasons=() if reason is None else (reason,),
        )

    await send(database, look(2, Reason.PARKED))
    await send(database, look(3, Reason.PARKED))
    assert [one.kind for one in await told(database)] == ["parked"]
    await send(database, look(4, Reason.TIMEOUT))  # not seen is not there again
    assert len(await listed(client, site, "open=true")) == 1
    await send(database, look(6, None))
    assert await listed(client, site, "open=true") == []
    assert len(await listed(client, site, "open=false&kind=parked")) == 1
    await send(database, look(7, Reason.PARKED))
    assert len(await told(database)) == 2


async def test_a_name_that_is_gone_from_the_dns_is_told_until_its_link_is_live(
    client: ServiceClient, database: Database, site: SiteCreated, link: LinkChecked
) -> None:
    gone = a_change(link, LinkStatus.LOST, reasons=(Reason.DNS_GONE,))
    await send(database, gone)
    assert [one["kind"] for one in await listed(client, site, "open=true")] == ["name_gone"]
    back = a_change(link, LinkStatus.LIVE, from_status=LinkStatus.LOST)
    await send(database, back.model_copy(update={"occurred_at": gone.occurred_at + timedelta(1)}))
    assert await listed(client, site, "open=true") == []


async def test_what_a_source_says_of_the_age_is_a_fact_and_no_evidence(
    client: ServiceClient, database: Database, site: SiteCreated, link: LinkChecked
) -> None:
    path = f"/v1/links/{link.link_id}/toxicity"
    before = await call(client, "GET", path, a_caller(site))
    seen_at = NOON.replace(year=2012, month=5, day=4)
    await send(database, a_change(link, LinkStatus.LIVE, first_seen_at=seen_at))
    page = await call(client, "GET", "/v1/domains/posts.example/toxicity", a_caller(site))
    assert page["first_seen"] == {
        "on": "2012-05-04",
        "told_by": "source",
        "sentence": "Another tool saw a link on it on 4 May 2012.",
    }
    after = await call(client, "GET", path, a_caller(site))
    assert after["findings"] == before["findings"]


async def test_a_client_and_a_stranger_see_no_flags(
    client: ServiceClient, database: Database, site: SiteCreated, link: LinkChecked
) -> None:
    path = f"/v1/sites/{site.site_id}/flagged-domains"
    await call(client, "GET", path, a_caller(site, Role.CLIENT), status=403)
    await call(client, "GET", path, a_caller(a_site()), status=404)
    assert {one.value for one in Flag} >= {"parked", "hacked"}
