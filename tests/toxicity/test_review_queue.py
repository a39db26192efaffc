"""The review: by expected value with one in five by lot, and what decisions say of the score."""

import math
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.toxicity import handlers, jobs
from services.toxicity.domain import calibrating
from services.toxicity.domain.calibrating import Judgement, decided_prefix, fit
from services.toxicity.domain.facts import Decision
from services.toxicity.domain.layer import Layer
from services.toxicity.domain.queueing import Place, in_turn
from services.toxicity.domain.score import judge
from shared.access import Caller
from shared.db import Database
from shared.events import Event, LinkChecked, SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.vocabulary import LinkStatus
from tests.toxicity.builders import (
    a_change,
    a_check,
    a_farm_read,
    a_link_farm,
    a_poisoned_link,
    a_read,
    a_verdict,
    facts,
)
from tests.toxicity.conftest import a_caller, call


@dataclass(frozen=True)
class Item:
    link_id: UUID
    value: int
    drawn: str


def items(count: int) -> list[Item]:
    return [Item(UUID(int=number + 1), 1000 - number, f"{number:04}") for number in range(count)]


def test_every_fifth_is_drawn_by_lot() -> None:
    valued, drawn = items(20), [Item(UUID(int=100 + n), 0, f"{n:04}") for n in range(20)]
    turns = in_turn(valued, drawn, start=Place(), limit=10)
    assert [turn.is_sample for turn in turns] == [False] * 4 + [True] + [False] * 4 + [True]
    assert [turn.link.value for turn in turns if not turn.is_sample] == list(range(1000, 992, -1))


def test_the_sample_ends_with_the_suspicious_links() -> None:
    valued, drawn = items(2), [Item(UUID(int=100 + n), 0, f"{n:04}") for n in range(20)]
    turns = in_turn(valued, drawn, start=Place(), limit=10)
    assert [turn.is_sample for turn in turns] == [False, False, True]
    assert in_turn([], drawn, start=turns[-1].after, limit=10) == []


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 12))
def test_no_link_comes_twice_and_no_suspicious_one_is_left_out(
    suspicious: int, total: int, limit: int
) -> None:
    population = items(max(suspicious, total))
    by_lot = sorted(population, key=lambda item: hash((item.link_id.int * 7919) % 101))
    by_lot = [Item(one.link_id, one.value, f"{n:04}") for n, one in enumerate(by_lot)]
    lots = {one.link_id: one.drawn for one in by_lot}
    valued = [Item(one.link_id, one.value, lots[one.link_id]) for one in population[:suspicious]]
    ids = {one.link_id for one in valued}
    place, shown = Place(), list[UUID]()
    for _ in range(100):
        left = [
            one
            for one in valued
            if one.drawn > place.drawn
            and (
                one.value < place.value
                or (one.value == place.value and one.link_id > place.link_id)
            )
        ]
        drawn = [
            one
            for one in by_lot
            if one.drawn > place.drawn
            and not (
                one.link_id in ids
                and (
                    one.value > place.value
                    or (one.value == place.value and one.link_id <= place.link_id)
                )
            )
        ]
        turns = in_turn(left[:limit], drawn[:limit], start=place, limit=limit)
        if not turns:
            break
        shown += [turn.link.link_id for turn in turns]
        place = turns[-1].after
    assert len(shown) == len(set(shown))
    assert ids <= set(shown)


# ---- the decisions against the score --------------------------------------------------------------


def test_the_sample_is_what_is_decided_without_a_gap_in_random_order() -> None:
    one, two = Judgement(0, Decision.KEEP), Judgement(0, Decision.DISAVOW)
    assert decided_prefix([one, two, None, one]) == [one, two]
    assert decided_prefix([None, one]) == []


def some(count: int, milli: int, decision: Decision, start: int = 0) -> list[Judgement]:
    return [Judgement(milli, decision, f"d{start + n}.example") for n in range(count)]


def test_too_few_verdicts_change_nothing_and_say_so() -> None:
    few = [*some(20, 3000, Decision.DISAVOW), *some(29, -3000, Decision.KEEP, 100)]
    assert fit(few).layer is None
    assert "Unchanged: 49 domains" in fit(few).sentence
    one_sided = some(200, -3000, Decision.KEEP)
    assert fit(one_sided).layer is None
    same_domain = [Judgement(0, Decision.DISAVOW, "one.example")] * 60
    assert fit([*same_domain, *some(60, -100, Decision.KEEP)]).layer is None


def test_decisions_that_agree_with_the_score_hardly_move_it() -> None:
    agreed: list[Judgement] = []
    for step in range(-30, 31, 3):
        bad = round(40 / (1 + math.exp(-step / 10)))
        agreed += some(bad, step * 100, Decision.DISAVOW, start=len(agreed))
        agreed += some(40 - bad, step * 100, Decision.KEEP, start=len(agreed))
    layer = fit(agreed).layer
    assert layer is not None
    assert layer.slope_milli == pytest.approx(1000, abs=60)
    assert layer.offset_milli == pytest.approx(0, abs=60)


def test_a_score_that_says_bad_too_often_is_shifted_down_within_bounds() -> None:
    disagreed = [
        *some(10, 3000, Decision.DISAVOW),
        *some(90, 3000, Decision.KEEP, 100),
        *some(60, -3000, Decision.KEEP, 300),
    ]
    layer = fit(disagreed).layer
    assert layer is not None
    assert layer.shift(3000) < -1000
    assert 500 <= layer.slope_milli <= 1500
    assert -3000 <= layer.offset_milli <= 3000


@given(st.integers(500, 1500), st.integers(-2000, 2000), st.sampled_from([None, *Decision]))
def test_a_score_with_a_layer_still_sums_exactly(
    slope: int, offset: int, decision: Decision | None
) -> None:
    verdict = None if decision is None else a_verdict(decision)
    given_facts = facts(link=a_poisoned_link(hidden=True), page=a_link_farm(), verdict=verdict)
    layer = Layer(slope, offset)
    bare = judge(given_facts)
    moved = judge(type(given_facts)(**{**_fields(given_facts), "layer": layer}))
    assert moved.milli == sum(line.milli for line in moved.lines)
    assert [line for line in moved.lines if line.kind != "layer"] == list(bare.lines)
    assert moved.holds == bare.holds
    if layer == Layer():
        assert moved == bare


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


# ---- over HTTP ------------------------------------------------------------------------------------


async def a_profile(
    database: Database, site: SiteCreated, *, toxic: int, fine: int
) -> dict[str, LinkChecked]:
    checks: dict[str, LinkChecked] = {}
    events: list[Event] = []
    for number in range(toxic + fine):
        bad = number < toxic
        page = f"https://{'farm' if bad else 'blog'}-{number}.example/page"
        check = a_check(
            site, page=page, anchor_text="online casino" if bad else "Acme Home", hidden=bad
        )
        checks[page.split("/")[2]] = check
        events += [a_farm_read(page) if bad else a_read(page), check]
        events.append(a_change(check, LinkStatus.LIVE, page=page))
    async with database.begin() as tx:
        await handlers.on_events(events, tx)
    return checks


async def whole_queue(client: ServiceClient, site: SiteCreated, limit: int) -> list[Any]:
    path, query, found = f"/v1/sites/{site.site_id}/reviews", f"limit={limit}", list[Any]()
    while True:
        page = await call(client, "GET", path, a_caller(site), query=query)
        found += page["items"]
        if not page["has_more"]:
            return found
        query = f"limit={limit}&cursor={page['next_cursor']}"


async def test_the_queue_is_the_same_however_it_is_paged_and_has_a_sample(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    await a_profile(database, site, toxic=12, fine=12)
    whole = await whole_queue(client, site, 100)
    assert [one["link_id"] for one in await whole_queue(client, site, 3)] == [
        one["link_id"] for one in whole
    ]
    ids = [one["link_id"] for one in whole]
    assert len(ids) == len(set(ids))
    assert {one["referring_domain"] for one in whole} >= {f"farm-{n}.example" for n in range(12)}
    drawn = [number for number, one in enumerate(whole) if one["sample"]]
    assert drawn == [4, 9, len(whole) - 1]  # the last one closes an unfinished five
    values = [one["value"] for one in whole if not one["sample"]]
    assert values == sorted(values, reverse=True)
    path = f"/v1/sites/{site.site_id}/reviews"
    only = await call(client, "GET", path, a_caller(site), query="action=propose_disavow")
    assert len(only["items"]) == 12
    assert not any(one["sample"] for one in only["items"])
    told = await call(client, "GET", "/internal/todo", a_caller(site))
    assert [(one["kind"], one["count"]) for one in told] == [("review", 12)]


async def decide(
    client: ServiceClient, caller: Caller, links: list[LinkChecked], decision: str
) -> None:
    body = {"links": [str(one.link_id) for one in links], "decision": decision}
    await call(client, "POST", "/v1/reviews", caller, body=body, status=201)


async def test_decisions_are_held_against_the_score_and_enough_of_them_move_it(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    caller, path = a_caller(site), f"/v1/sites/{site.site_id}/reviews/calibration"
    checks = await a_profile(database, site, toxic=25, fine=35)
    report = await call(client, "GET", path, caller)
    assert report["sample"]["links"] == 0
    assert "Nothing can be said yet" in report["sentence"]
    toxic = [one for name, one in checks.items() if name.startswith("farm")]
    fine = [one for name, one in checks.items() if name.startswith("blog")]
    await decide(client, caller, toxic, "disavow")
    partly = await call(client, "POST", path, caller)
    assert "Unchanged: 25 domains decided about" in partly["would_be"]["sentence"]
    assert not partly["layer"]["changed"]
    await decide(client, caller, fine, "keep")
    report = await call(client, "GET", path, caller)
    whole = report["sample"]["whole"]
    assert (whole["verdicts"], whole["bad"], report["sample"]["domains"]) == (60, 25, 60)
    assert whole["low"] < 25 / 60 < whole["high"]
    (candidates,) = [one for one in report["sample"]["bands"] if one["band"] == "candidate"]
    assert (candidates["verdicts"], candidates["bad"]) == (25, 25)
    moved = await call(client, "POST", path, caller)
    assert (moved["layer"]["changed"], moved["layer"]["verdicts"]) == (True, 60)
    while await jobs.walk_once(database):
        pass
    answer = await call(client, "GET", f"/v1/links/{toxic[0].link_id}/toxicity", caller)
    assert answer["log_odds"] == sum(line["weight"] for line in answer["waterfall"])
    assert [line["code"] for line in answer["waterfall"] if line["kind"] == "layer"]
    again = await call(client, "GET", path, caller)
    assert again["sample"]["bands"] == report["sample"]["bands"]


async def test_a_whole_network_can_be_decided_about(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    await a_profile(database, site, toxic=3, fine=0)
    network_id = new_id()
    async with database.begin() as tx:
        await tx.run(
            "INSERT INTO networks (network_id, workspace_id, first_found_at, last_found_at, domains,"
            " bits) VALUES ($1, $2, now(), now(), 3, 40)",
            network_id,
            site.workspace_id,
        )
        await tx.run(
            "INSERT INTO network_domains (workspace_id, domain, network_id)"
            " SELECT $1, 'farm-' || n || '.example', $2 FROM generate_series(0, 1) n",
            site.workspace_id,
            network_id,
        )
    body = {"site_id": str(site.site_id), "networks": [str(network_id)], "decision": "disavow"}
    caller = a_caller(site)
    made = await call(client, "POST", "/v1/reviews", caller, body=body, status=201)
    assert made["reviews"][0]["domains"] == ["farm-0.example", "farm-1.example"]
    unknown = {**body, "networks": [str(new_id())]}
    await call(client, "POST", "/v1/reviews", caller, body=unknown, status=404)


def test_the_bands_are_those_of_the_score() -> None:
    cells = calibrating.cells(some(3, 4000, Decision.DISAVOW))
    assert [(one.band, one.verdicts) for one in cells] == [
        ("ok", 0),
        ("watch", 0),
        ("review", 0),
        ("candidate", 3),
    ]
