"""The weekly look at the decisions: it proposes, a person answers, and nothing is applied silently."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson

from services.toxicity import jobs
from services.toxicity.domain.calibrating import Judgement, advice_json, advice_of, advise
from services.toxicity.domain.facts import Decision
from services.toxicity.domain.layer import NO_LAYER, Layer
from services.toxicity.jobs.recalibrate import recalibrate
from services.toxicity.store import proposals
from shared import clock
from shared.db import Database
from shared.events import LinkChecked, SiteCreated
from shared.http import ServiceClient
from shared.job_runner import JobRunner
from shared.vocabulary import Role
from tests.toxicity.conftest import a_caller, call, row_of
from tests.toxicity.test_rescores import StopsAfter
from tests.toxicity.test_review_queue import a_profile, decide

WEEK = timedelta(days=7)


def some(count: int, milli: int, decision: Decision, name: str) -> list[Judgement]:
    return [Judgement(milli, decision, f"{name}{number}.example") for number in range(count)]


def mixed(*groups: list[Judgement]) -> list[Judgement]:
    """Return them in an order that knows nothing of the groups, as the database does."""
    return sorted((one for group in groups for one in group), key=lambda one: hash_of(one.domain))


def hash_of(text: str) -> int:
    return sum((7 * at + 1) * ord(letter) for at, letter in enumerate(text)) % 101


TOO_HARSH = mixed(
    some(10, 3000, Decision.DISAVOW, "a"),
    some(90, 3000, Decision.KEEP, "b"),
    some(60, -3000, Decision.KEEP, "c"),
)


def test_a_layer_is_proposed_only_where_unseen_decisions_speak_for_it() -> None:
    advice = advise(TOO_HARSH, in_force=NO_LAYER)
    assert advice.layer is not None
    assert advice.error_before is not None
    assert advice.error_after is not None
    assert advice.error_after < advice.error_before / 2
    assert advice_of(orjson.loads(orjson.dumps(advice_json(advice)))) == advice
    assert advise(TOO_HARSH, in_force=advice.layer).layer is None


def test_too_few_decisions_propose_nothing() -> None:
    few = advise(TOO_HARSH[:40], in_force=NO_LAYER)
    assert (few.layer, "it takes 50" in few.sentence) == (None, True)


def test_a_fit_that_other_decisions_speak_against_is_not_proposed() -> None:
    """The halves contradict each other: what either asks for is wrong for the other."""
    first = [*some(20, 1500, Decision.DISAVOW, "a"), *some(10, 1500, Decision.KEEP, "b")]
    second = [*some(10, -1500, Decision.KEEP, "c"), *some(20, -1500, Decision.DISAVOW, "d")]
    halves = [one for pair in zip(first, second, strict=True) for one in pair]
    advice = advise(halves, in_force=Layer(500, 350))
    assert advice.layer is None
    assert "no better" in advice.sentence


# ---- with the service ---------------------------------------------------------------------------


async def a_harsh_profile(
    client: ServiceClient, database: Database, site: SiteCreated
) -> dict[str, LinkChecked]:
    """Links that look bad, most of which the people of the site keep."""
    checks = await a_profile(database, site, toxic=45, fine=20)
    toxic = [one for name, one in checks.items() if name.startswith("farm")]
    fine = [one for name, one in checks.items() if name.startswith("blog")]
    await decide(client, a_caller(site), toxic[:12], "disavow")
    await decide(client, a_caller(site), toxic[12:] + fine, "keep")
    return checks


async def look(database: Database, *, stop: asyncio.Event | None = None) -> None:
    runner = JobRunner({proposals.KIND: recalibrate}, db=database)
    assert await runner.run_next(stop or asyncio.Event())


async def queue(database: Database, before: Any = None) -> int:
    async with database.begin() as tx:
        moment = before or clock.now() - WEEK
        return await proposals.add_due_jobs(tx, before=moment, limit=10)


def path_of(site: SiteCreated) -> str:
    return f"/v1/sites/{site.site_id}/reviews/calibration"


async def test_a_weekly_look_proposes_with_its_difference_and_applies_nothing_by_itself(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    checks = await a_harsh_profile(client, database, site)
    last = checks["farm-44.example"]
    async with database.begin() as tx:
        before = await row_of(tx, last.link_id)
    assert await queue(database) == 1
    assert await queue(database) == 0
    await look(database)
    async with database.begin() as tx:
        assert await row_of(tx, last.link_id) == before
    report = await call(client, "GET", path_of(site), a_caller(site, Role.VIEWER))
    proposal = report["proposal"]
    assert (proposal["state"], report["layer"]["changed"]) == ("proposed", False)
    assert (proposal["verdicts"], proposal["looked"]) == (65, 65)
    words = await call(client, "GET", "/internal/approvals", a_caller(site))
    [word] = [one for one in words if one["kind"] == "calibration"]
    assert word["title"] == "Learned from 65 decisions of your people"
    assert proposal["error_after"] < proposal["error_before"]
    path, _, query = proposal["difference_url"].partition("?")
    answer = await client.send("GET", path, caller=a_caller(site), query=query)
    lines = [orjson.loads(line) for line in answer.body.splitlines()]
    assert len(lines) == proposal["changed"] > 0
    assert sum(one["links"] for one in proposal["moves"]) == proposal["crossed"]
    assert await queue(database, clock.now() + WEEK) == 0  # nobody decided anything since


async def test_an_accepted_proposal_is_applied_and_a_declined_one_is_not(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    checks = await a_harsh_profile(client, database, site)
    path, caller = path_of(site), a_caller(site)
    body = {"accept": False}
    await call(client, "POST", f"{path}/proposal", caller, body=body, status=409)
    found: dict[str, Any] = {}
    for accept in (False, True):
        await queue(database, clock.now() + WEEK)
        await look(database)
        body = {"accept": accept}
        found = await call(client, "POST", f"{path}/proposal", caller, body=body)
        assert found["layer"]["changed"] is accept
        assert found["proposal"]["state"] == ("accepted" if accept else "declined")
        assert (found["proposal"]["answered_by"], found["proposal"]["difference_url"]) == (
            *("Alice", None),
        )
        await decide(client, caller, [checks["farm-0.example"]], "disavow")
    assert found["layer"]["slope"] == found["proposal"]["slope"]
    while await jobs.walk_once(database):
        pass
    shown = await call(
        client, "GET", f"/v1/links/{checks['farm-1.example'].link_id}/toxicity", caller
    )
    assert [line["code"] for line in shown["waterfall"] if line["kind"] == "layer"]
    viewer = a_caller(site, Role.VIEWER)
    await call(client, "POST", f"{path}/proposal", viewer, body=body, status=403)


async def test_a_look_that_was_stopped_goes_on_where_it_stood(
    client: ServiceClient, database: Database, site: SiteCreated, monkeypatch: Any
) -> None:
    monkeypatch.setattr("services.toxicity.store.rescores.BATCH", 20)
    await a_harsh_profile(client, database, site)
    await queue(database)
    await look(database, stop=StopsAfter(3))  # its beginning and two pieces
    async with database.begin() as tx:
        assert await proposals.find_proposal(tx, site.site_id or site.event_id) is None
        done = await tx.fetch_value("SELECT done FROM jobs WHERE kind = 'recalibrate'")
    assert done == 40
    await look(database)
    report = await call(client, "GET", path_of(site), a_caller(site))
    assert report["proposal"]["looked"] == 65


async def test_sites_with_few_decisions_are_not_looked_at(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    checks = await a_profile(database, site, toxic=5, fine=5)
    await decide(client, a_caller(site), list(checks.values()), "keep")
    assert await queue(database) == 0
    report = await call(client, "GET", path_of(site), a_caller(site))
    assert report["proposal"] is None


async def test_a_stream_that_broke_off_goes_on_behind_its_last_line(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    await a_profile(database, site, toxic=3, fine=3)
    async with database.begin() as tx:
        await tx.run("UPDATE links SET score = 50, band = 'watch'")
    path = f"/v1/sites/{site.site_id}/toxicity/rescore"
    whole = (await client.send("GET", path, caller=a_caller(site))).body.splitlines()
    second = orjson.loads(whole[1])["link_id"]
    rest = await client.send("GET", path, caller=a_caller(site), query=f"after={second}")
    assert (len(whole), rest.body.splitlines()) == (6, whole[2:])
