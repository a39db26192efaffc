"""Forgetting, erasing and sending again go on after a kill: nothing twice, nothing left out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from services.crawler.jobs.erasing import erase_evidence
from services.crawler.store import evidence
from services.crawler.store import keeping as of_crawler
from services.gateway.store import keeping as of_gateway
from services.profile.store import keeping as of_profile
from services.profile.store import months
from shared import clock, copies, erasing, ids, outbox, shelves
from shared.catalogue import Tie
from shared.db import Database
from shared.events import CopiesWanted, ErasureRequested
from shared.job_runner import JobRun, JobRunner, Perform
from shared.jobs import Step
from tests.crawler.builders import a_draft
from tests.keeping.filling import fill

Tied = tuple[Tie, ...]


class KilledError(BaseException):
    """Stands for SIGKILL: nothing catches it, nothing is cleaned up."""


async def perform_killed(
    db: Database, kind: str, perform: Perform, monkeypatch: pytest.MonkeyPatch, *, after: int
) -> int:
    """Perform a job twice: killed after some steps, then by another worker; returns the steps in all."""
    whole, steps, limit = JobRun.step, 0, after

    @asynccontextmanager
    async def counted(self: JobRun, *, ends: bool = False) -> AsyncIterator[Step]:
        nonlocal steps
        if steps == limit:
            raise KilledError
        async with whole(self, ends=ends) as step:
            yield step
        steps += 1

    monkeypatch.setattr(JobRun, "step", counted)
    with pytest.raises((KilledError, BaseExceptionGroup)):
        await JobRunner({kind: perform}, db=db, lease_s=0.0).run_next(asyncio.Event())
    async with db.begin() as tx:
        state = await tx.fetch_value("SELECT state FROM jobs WHERE kind = $1", kind)
    assert (steps, state) == (after, "running")
    limit = -1
    await JobRunner({kind: perform}, db=db).run_next(asyncio.Event())
    return steps


async def test_forgetting_goes_on_and_spares_what_is_held(
    db_for: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    db, workspace, held = db_for("gateway"), ids.new_id(), ids.new_id()
    async with db.begin() as tx:
        await tx.run("INSERT INTO workspaces (workspace_id, name) VALUES ($1, 'w')", workspace)
        await tx.run(
            "INSERT INTO audit_log (entry_id, workspace_id, occurred_at, actor_id, actor, action,"
            " subject, site_id) SELECT gen_random_uuid(), $1, now() - n * interval '1 hour', $1, 'a',"
            " 'x', 'y', CASE WHEN n % 10 = 0 THEN $2::uuid END FROM generate_series(1, 5000) n",
            *(workspace, held),
        )
        policy = await of_gateway.lock_policy(tx, workspace)
        await of_gateway.save_policy(tx, policy, days={"audit_log": 90}, held_sites=[held])
    kept = of_gateway.shelves_of(30)
    due = [one for one in kept if one.kind == "audit_log"]
    old = 5000 - 90 * 24
    async with db.begin() as tx:
        policy = await of_gateway.lock_policy(tx, workspace)
        counted = await due[0].count(tx, policy, clock.now())
    assert counted == old - old // 10
    assert await shelves.queue_due(db, kept) == 1
    assert await shelves.queue_due(db, kept) == 0  # one is under way
    forgetter = shelves.Forgetter(kept)
    await perform_killed(db, shelves.KIND, forgetter, monkeypatch, after=2)
    async with db.begin() as tx:
        left = await tx.fetch_value("SELECT count(*) FROM audit_log")
        done = await tx.fetch("SELECT done, cursor->'counts'->>'audit_log' AS n FROM jobs")
    assert left == 5000 - counted
    assert [tuple(row) for row in done] == [(counted, str(counted))]
    assert await shelves.queue_due(db, kept) == 0  # only what is held is as old


async def test_sending_again_goes_on_and_sends_nothing_twice(
    db_for: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    db, workspace = db_for("profile"), ids.new_id()
    async with db.begin() as tx:
        await tx.run(
            "INSERT INTO sites (site_id, workspace_id, domain, name, domains) SELECT gen_random_uuid(),"
            " $1, 's' || n || '.example', 's', '[]' FROM generate_series(1, 1200) n",
            workspace,
        )
        wanted = CopiesWanted(
            workspace_id=workspace, service="crawler", copies=("sites", "watches")
        )
        await copies.on_copies_wanted([wanted], tx)
    sender = copies.Sender(of_profile.MIRROR.pages)
    await perform_killed(db, copies.KIND, sender, monkeypatch, after=1)
    async with db.begin() as tx:
        sent = await tx.fetch(
            "SELECT convert_from(body, 'UTF8')::jsonb->>'siteid' AS site, queue FROM outbox"
            " WHERE name = 'site.updated'"
        )
    assert len(sent) == 1200
    assert len({row["site"] for row in sent}) == 1200
    assert {row["queue"] for row in sent} == {"crawler.events"}  # and nobody else hears of it


async def test_an_erasure_goes_on_and_forgets_the_address_itself(
    db_for: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    db = db_for("profile")
    mine = {"workspace_id": ids.new_id(), "site_id": ids.new_id()}
    other = {"workspace_id": ids.new_id(), "site_id": ids.new_id()}
    asked = ErasureRequested(
        workspace_id=mine["workspace_id"], erasure_id=ids.new_id(), address="ann@rose.example"
    )
    async with db.begin() as tx:
        for number, given in enumerate((mine, other), 1):
            await fill(tx, given, tuple(of_profile.TIES), number)
        await tx.run("UPDATE links SET note = 'Ann@Rose.example said no'")
        await tx.run(
            "UPDATE changes SET actor = 'ann@rose.example', current = '{\"to\": \"ann@rose.example\"}'"
        )
        await erasing.queue(tx, asked)
    eraser = erasing.Eraser(of_profile.PEOPLE)
    steps = await perform_killed(db, erasing.KIND, eraser, monkeypatch, after=5)
    assert steps > 10
    async with db.begin() as tx:
        notes = await tx.fetch(
            "SELECT note FROM links ORDER BY workspace_id = $1", mine["workspace_id"]
        )
        current = await tx.fetch_value(
            "SELECT current->>'to' FROM changes WHERE workspace_id = $1", mine["workspace_id"]
        )
        payload = await tx.fetch_value(
            "SELECT payload::text FROM jobs WHERE kind = $1", erasing.KIND
        )
        told = await outbox.read_oldest(tx, 100)
    assert [row["note"] for row in notes] == ["Ann@Rose.example said no", "[erased] said no"]
    assert current == "[erased]"
    assert "ann@" not in payload
    done = [row for row in told if row.name == "erasure.done"]
    assert len(done) == 1
    assert b'"links":1' in done[0].body
    assert b'"changes":1' in done[0].body


async def test_a_month_with_a_look_at_a_held_site_stays_whole(
    db_for: Callable[[str], Database],
) -> None:
    db, workspace, held = db_for("profile"), ids.new_id(), ids.new_id()
    old = clock.now().replace(year=2020, month=5, day=3)
    async with db.begin() as tx:
        await months.add_months(tx, old.date(), count=2)
        await tx.run(
            "INSERT INTO observations (link_id, check_seq, checked_at, site_id, outcome,"
            " reasons) VALUES ($1, 1, $2, $1, 'found', '{}')",
            *(held, old),
        )
        await tx.run(
            "INSERT INTO retention (workspace_id, version_no, held_sites) VALUES ($1, 1, $2)",
            *(workspace, [held]),
        )
        assert await months.drop_months(tx, before=clock.now()) >= 1
        assert "observations_2020_05" in await months.list_months(tx)
        assert "observations_2020_06" not in await months.list_months(tx)
        await tx.run("UPDATE retention SET held_sites = '{}'")
        await months.drop_months(tx, before=clock.now())
        assert "observations_2020_05" not in await months.list_months(tx)


async def test_kept_pages_that_name_the_person_lose_their_content_but_for_proofs(
    db_for: Callable[[str], Database],
) -> None:
    db, person = db_for("crawler"), b"<a href='mailto:ann@rose.example'>Ann</a>"
    free, proof, other = a_draft(body=person + b" "), a_draft(body=person), a_draft()
    async with db.begin() as tx:
        await evidence.save(tx, [free, proof, other])
        await tx.run(
            "INSERT INTO pages (page_id, page_key, url, host, next_check_at)"
            " VALUES ($1, $1, 'https://blog.example/', 'blog.example', now())",
            proof.link_id,
        )
        await tx.run(
            "INSERT INTO watches (link_id, page_id, site_id, workspace_id, tracked_seq, hosts, value,"
            " contract, ever_live, known_since) VALUES ($1, $1, $2, $3, 1, '{}', 1, true, true, now())",
            *(proof.link_id, proof.site_id, proof.workspace_id),
        )
        await erasing.queue(
            tx,
            ErasureRequested(
                workspace_id=free.workspace_id, erasure_id=ids.new_id(), address="ann@rose.example"
            ),
        )
    people = replace(of_crawler.PEOPLE, more=erase_evidence)
    runner = JobRunner({erasing.KIND: erasing.Eraser(people)}, db=db)
    assert await runner.run_next(asyncio.Event())
    async with db.begin() as tx:
        rows = await tx.fetch("SELECT evidence_id FROM evidence WHERE expired_at IS NOT NULL")
        told = [row for row in await outbox.read_oldest(tx, 100) if row.name == "erasure.done"]
    assert [row["evidence_id"] for row in rows] == [free.evidence_id]
    assert b'"counts":{"evidence":1}' in told[0].body
    assert b'"kept":{"evidence":1}' in told[0].body
