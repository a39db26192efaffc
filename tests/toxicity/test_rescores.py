"""Re-scores on a real PostgreSQL: the dry run tells and changes nothing, the job does it once."""

import asyncio
from typing import Any
from uuid import UUID

import orjson
import pytest
from typing_extensions import override

from services.toxicity import handlers
from services.toxicity.domain.ingest import canonical
from services.toxicity.domain.inputs import facts_of
from services.toxicity.domain.score import judge, waterfall_json
from services.toxicity.domain.weights import MODEL
from services.toxicity.jobs.rescore import rescore
from services.toxicity.store import rescores, sites
from shared import clock
from shared.db import Database
from shared.events import LinkChecked, LinkScored, SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.job_runner import JobRunner
from shared.vocabulary import Role
from tests.toxicity.builders import a_check, a_read
from tests.toxicity.conftest import (
    CountingTx,
    a_caller,
    body_of,
    call,
    published,
    row_of,
)

OLD = "evidence-of-old"
_BY_ANOTHER_MODEL = """
    UPDATE links SET score = 50, milli = 0, band = 'watch', action = 'watch', model = $2,
        explanation = '{"findings": [{"code": "hidden_link", "weight": 1},
            {"code": "gone_since", "weight": 7}]}', explanation_digest = NULL
    WHERE link_id = ANY($1::uuid[])
"""


async def some_links(database: Database, site: SiteCreated, count: int) -> list[LinkChecked]:
    pages = [f"https://blog{number}.example/post" for number in range(count)]
    checks = [a_check(site, page=page) for page in pages]
    async with database.begin() as tx:
        await handlers.on_events([a_read(page) for page in pages], tx)
        await handlers.on_events(checks, tx)
    return checks


async def judge_by_another_model(database: Database, *checks: LinkChecked) -> None:
    async with database.begin() as tx:
        await tx.run(_BY_ANOTHER_MODEL, [one.link_id for one in checks], OLD)


async def dry_lines(client: ServiceClient, site: SiteCreated) -> list[dict[str, Any]]:
    path = f"/v1/sites/{site.site_id}/toxicity/rescore"
    answer = await client.send("GET", path, caller=a_caller(site, Role.VIEWER))
    assert answer.status == 200, answer.body
    assert (answer.header("content-type") or "").startswith("application/jsonl")
    return [orjson.loads(line) for line in answer.body.splitlines()]


async def told(database: Database) -> list[LinkScored]:
    async with database.begin() as tx:
        return await published(tx, LinkScored)


async def test_a_dry_run_tells_each_link_judged_otherwise_and_changes_nothing(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    await some_links(database, site, 3)
    assert await dry_lines(client, site) == []
    await judge_by_another_model(database, toxic)
    events = len(await told(database))
    async with database.begin() as tx:
        before = await row_of(tx, toxic.link_id)
    (line,) = await dry_lines(client, site)
    assert line["link_id"] == str(toxic.link_id)
    assert line["from"] == {"score": 50, "band": "watch", "action": "watch", "model": OLD}
    assert (line["to"]["band"], line["to"]["model"]) == ("propose_disavow", MODEL)
    moved = {one["code"]: (one["from"], one["to"]) for one in line["findings"]}
    assert moved["gone_since"] == (7, None)
    assert moved["hidden_link"][0] == 1
    assert moved["hidden_link"][1] > 1
    assert moved["poison_anchor"][0] is None
    assert all(one["label"] and "_" not in one["label"] for one in line["findings"])
    async with database.begin() as tx:
        assert await row_of(tx, toxic.link_id) == before
    assert len(await told(database)) == events


async def test_a_finding_that_leaves_the_score_alone_is_a_difference_too(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    async with database.begin() as tx:
        await tx.run("UPDATE links SET explanation = '{\"findings\": []}'")
    (line,) = await dry_lines(client, site)
    assert {key: line["from"][key] for key in ("score", "band", "action")} == {
        key: line["to"][key] for key in ("score", "band", "action")
    }
    assert line["findings"]


async def test_a_dry_run_counts_who_would_move_from_which_band_to_which(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    checks = await some_links(database, site, 3)
    await judge_by_another_model(database, toxic, checks[0], checks[1])
    path = f"/v1/sites/{site.site_id}/toxicity/rescores"
    found = await call(client, "POST", path, a_caller(site), query="dry_run=true")
    assert (found["looked"], found["changed"], found["crossed"]) == (4, 3, 3)
    assert (found["dry_run"], found["model"]) == (True, MODEL)
    assert found["moves"] == [
        {"from_band": "watch", "to_band": "ok", "links": 2},
        {"from_band": "watch", "to_band": "propose_disavow", "links": 1},
    ]
    async with database.begin() as tx:
        assert await tx.fetch_value("SELECT count(*) FROM jobs") == 0
        assert (await row_of(tx, toxic.link_id))["model"] == OLD


class StopsAfter(asyncio.Event):
    """A stop that comes before the step after so many."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    @override
    def is_set(self) -> bool:
        self.steps -= 1
        return self.steps < 0


async def test_a_job_re_scores_tells_only_changes_and_goes_on_where_it_stopped(
    client: ServiceClient,
    database: Database,
    site: SiteCreated,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.toxicity.jobs.rescore.BATCH", 2)
    checks = await some_links(database, site, 5)
    by_id = sorted(checks, key=lambda one: one.link_id)
    await judge_by_another_model(database, by_id[0], by_id[4])
    first = len(await told(database))
    path, caller = f"/v1/sites/{site.site_id}/toxicity/rescores", a_caller(site)
    answer = await client.send("POST", path, caller=caller)
    job = body_of(answer.body)
    assert (answer.status, answer.header("location")) == (202, f"/v1/jobs/{job['id']}")
    assert (await call(client, "POST", path, caller, status=202))["id"] == job["id"]

    runner = JobRunner({rescores.KIND: rescore}, db=database)
    assert await runner.run_next(StopsAfter(2))
    stopped = await call(client, "GET", f"/v1/jobs/{job['id']}", caller)
    assert (stopped["state"], stopped["done"], stopped["total"]) == ("queued", 2, 5)
    assert [one.link_id for one in (await told(database))[first:]] == [by_id[0].link_id]

    assert await runner.run_next(asyncio.Event())
    ended = await call(client, "GET", f"/v1/jobs/{job['id']}", caller)
    assert (ended["state"], ended["done"], ended["accepted"]) == ("done", 5, 2)
    again = (await told(database))[first:]
    assert [one.link_id for one in again] == [by_id[0].link_id, by_id[4].link_id]
    assert all(one.scored_seq == 2 and one.model == MODEL for one in again)
    assert await dry_lines(client, site) == []

    await call(client, "POST", path, caller, status=202)
    assert await runner.run_next(asyncio.Event())
    assert len(await told(database)) == first + 2


async def test_a_score_is_made_again_from_what_is_stored_byte_for_byte(
    client: ServiceClient, database: Database, site: SiteCreated, toxic: LinkChecked
) -> None:
    (fine,) = await some_links(database, site, 1)
    for check in (toxic, fine):
        path = f"/v1/links/{check.link_id}/toxicity"
        found = await call(client, "GET", f"{path}/inputs", a_caller(site, Role.VIEWER))
        shown = await call(client, "GET", path, a_caller(site))
        async with database.begin() as tx:
            kept = await tx.fetch_value(
                "SELECT explanation::text FROM links WHERE link_id = $1", check.link_id
            )
        score = judge(facts_of(found["inputs"]))
        assert canonical(waterfall_json(score)) == kept
        assert (score.score, score.milli, score.sentence) == (
            *(shown["score"], shown["log_odds"], shown["sentence"]),
        )
        assert (found["replays"], found["model"]) == (True, shown["model"])
    await judge_by_another_model(database, toxic)
    path = f"/v1/links/{toxic.link_id}/toxicity/inputs"
    found = await call(client, "GET", path, a_caller(site))
    assert (found["replays"], found["model"]) == (False, OLD)
    assert "re-score" in found["note"]


async def test_a_batch_takes_as_many_statements_for_many_links_as_for_few(
    database: Database, site: SiteCreated
) -> None:
    assert site.site_id is not None
    taken = []
    for more in (2, 30):
        await some_links(database, site, more)
        async with database.begin() as tx:
            counting = CountingTx(tx)
            batch = await rescores.read_batch(
                counting, site.site_id, after=sites.START, now=clock.now()
            )
        taken.append((len(batch.links), counting.count))
    assert [links for links, _ in taken] == [2, 32]
    assert taken[0][1] == taken[1][1] <= 6


async def test_batches_follow_each_other_without_a_gap(
    database: Database, site: SiteCreated, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site.site_id is not None
    monkeypatch.setattr(rescores, "BATCH", 2)
    checks = await some_links(database, site, 5)
    seen, sizes = [], []
    after: UUID | None = sites.START
    while after is not None:
        async with database.begin() as tx:
            batch = await rescores.read_batch(tx, site.site_id, after=after, now=clock.now())
        sizes.append(len(batch.links))
        seen += [link_id for link_id, _, _ in batch.links]
        after = batch.last
    assert sizes == [2, 2, 1]
    assert seen == sorted(one.link_id for one in checks)


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("GET", "/v1/sites/{site}/toxicity/rescore", Role.CLIENT),
        ("GET", "/v1/links/{link}/toxicity/inputs", Role.CLIENT),
        ("POST", "/v1/sites/{site}/toxicity/rescores", Role.VIEWER),
    ],
)
async def test_a_lower_role_is_refused(
    client: ServiceClient,
    site: SiteCreated,
    toxic: LinkChecked,
    method: str,
    path: str,
    role: Role,
) -> None:
    full = path.format(site=site.site_id, link=toxic.link_id)
    refused = await call(client, method, full, a_caller(site, role), status=403)
    unknown = path.format(site=new_id(), link=new_id())
    absent = await call(client, method, unknown, a_caller(site), status=404)
    assert refused["code"] != absent["code"]
