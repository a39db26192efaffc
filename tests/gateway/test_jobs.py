"""Jobs: all services are asked at once, and one that is silent is named, never left out."""

import asyncio
from typing import Any
from uuid import UUID

from shared import jobs
from shared.db import Database
from shared.http import DirectTransport
from shared.ids import new_id
from shared.jobs import RowError
from tests.gateway.conftest import House


async def add_job(house: House, db: Database, **fields: Any) -> str:
    async with db.begin() as tx:
        job = await jobs.add_job(tx, kind="import", workspace_id=house.workspace_id, **fields)
    return str(job.job_id)


async def test_a_job_is_found_in_whichever_service_runs_it(house: House) -> None:
    for db in (house.workers["profile"], house.workers["outreach"]):
        job_id = await add_job(house, db, total=7)

        found = (await house.alice.get(f"/v1/jobs/{job_id}")).json()

        assert (found["id"], found["state"], found["total"]) == (job_id, "queued", 7)
    assert (await house.alice.get(f"/v1/jobs/{new_id()}")).status == 404


async def test_the_list_has_the_jobs_of_all_newest_first(house: House) -> None:
    ids = [await add_job(house, db) for db in house.workers.values()]

    listed = (await house.alice.get("/v1/jobs")).json()

    assert [job["id"] for job in listed["items"]] == ids[::-1]
    assert listed["degraded"] == []
    short = (await house.alice.get("/v1/jobs?limit=2")).json()
    assert ([job["id"] for job in short["items"]], short["has_more"]) == (ids[:1:-1], True)
    none = (await house.alice.get("/v1/jobs?state=done,failed")).json()["items"]
    assert none == []
    assert (await house.alice.get("/v1/jobs?state=lazy")).status == 422


async def test_a_silent_service_is_named_and_never_counted_as_empty(house: House) -> None:
    job_id = await add_job(house, house.workers["profile"])
    hidden = await add_job(house, house.workers["toxicity"])

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise OSError("away")

    house.app.state.clients["toxicity"].transport = DirectTransport(broken)

    listed = (await house.alice.get("/v1/jobs")).json()
    assert [job["id"] for job in listed["items"]] == [job_id]
    assert listed["degraded"] == [{"service": "toxicity", "code": "unreachable"}]
    assert (await house.alice.get(f"/v1/jobs/{job_id}")).status == 200
    lost = await house.alice.get(f"/v1/jobs/{hidden}")
    assert (lost.status, lost.json()["code"]) == (503, "unavailable")
    assert (lost.header("content-type"), lost.header("retry-after")) == (
        "application/problem+json",
        "2",
    )


async def test_a_job_is_told_although_another_service_is_slow(house: House) -> None:
    job_id = await add_job(house, house.workers["profile"])
    asked = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        asked.set()
        await asyncio.Event().wait()

    house.app.state.clients["crawler"].transport = DirectTransport(slow)

    async with asyncio.timeout(5):
        found = await house.alice.get(f"/v1/jobs/{job_id}")

    assert asked.is_set()
    assert (found.status, found.json()["state"]) == (200, "queued")


async def test_a_job_of_another_site_is_not_there(house: House) -> None:
    mine, other = await house.a_site("mine.example"), await house.a_site("other.example")
    key = await house.a_key(sites={str(mine): "viewer"})
    own = await add_job(house, house.workers["profile"], site_id=mine)
    for site_id in (other, None):
        job_id = await add_job(house, house.workers["profile"], site_id=site_id)
        for path in ("", "/errors", "/errors?format=csv"):
            assert (await key.get(f"/v1/jobs/{job_id}{path}")).status == 404
        assert (await key.post(f"/v1/jobs/{job_id}/cancel")).status == 404
    assert [job["id"] for job in (await key.get("/v1/jobs")).json()["items"]] == [own]
    assert (await key.get(f"/v1/jobs?site_id={other}")).status == 404


async def test_errors_of_rows_are_paged_and_come_as_a_file_that_runs_nothing(house: House) -> None:
    job_id = await add_job(house, house.workers["profile"])
    errors = [
        RowError(n, "/referring_url", "not-a-url", "Give a URL.", raw="=HYPERLINK(1)")
        for n in range(2, 5)
    ]
    async with house.workers["profile"].begin() as tx:
        await jobs.add_errors(tx, UUID(job_id), errors)

    page = await house.alice.get(f"/v1/jobs/{job_id}/errors?limit=2")
    assert [e["row"] for e in page.json()["items"]] == [2, 3]
    next_path = (page.header("link") or "").partition("<")[2].partition(">")[0]
    assert [e["row"] for e in (await house.alice.get(next_path)).json()["items"]] == [4]

    file = await house.alice.get(f"/v1/jobs/{job_id}/errors?format=csv")
    assert (file.header("content-disposition") or "").endswith('.csv"')
    lines = file.body.decode().splitlines()
    assert lines[0] == "row,column,code,what to do,as given"
    assert lines[1].endswith(",'=HYPERLINK(1)")


async def test_a_job_is_cancelled_by_an_editor_only(house: House) -> None:
    mine = await house.a_site()
    job_id = await add_job(house, house.workers["profile"], site_id=mine)
    viewer = await house.a_key(workspace_role="viewer")

    assert (await viewer.post(f"/v1/jobs/{job_id}/cancel")).status == 403
    cancelled = await house.alice.post(f"/v1/jobs/{job_id}/cancel")
    assert cancelled.json()["state"] == "cancelled"
    assert (await house.alice.post(f"/v1/jobs/{job_id}/cancel")).status == 409
