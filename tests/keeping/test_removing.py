"""A site or workspace that is deleted for good leaves no row in any table, whichever tables there are."""

import asyncio
import importlib
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from shared import removing
from shared.catalogue import Tie
from shared.db import Database
from shared.ids import new_id
from shared.job_runner import JobRun, JobRunner
from shared.migrations import SERVICES
from shared.removing import Remover
from tests.keeping.filling import count_all, count_rows, fill

# What is no row of anybody's: the relay's and consumers' own, and the work of deleting itself.
_NOBODYS = {"outbox", "inbox", "copies", "jobs", "job_errors", "dead_letters"}


def ties_of(service: str) -> tuple[Sequence[Tie], dict[str, str]]:
    keeping = importlib.import_module(f"services.{service}.store.keeping")
    return keeping.TIES, getattr(keeping, "BESIDE", {})


async def two_of_everything(db: Database, ties: Sequence[Tie]) -> tuple[dict[str, UUID], ...]:
    mine = {"workspace_id": new_id(), "site_id": new_id()}
    other = {"workspace_id": new_id(), "site_id": new_id()}
    for number, ids in enumerate((mine, other), 1):
        async with db.begin() as tx:
            await fill(tx, ids, tuple(ties), number)
    return mine, other


async def perform(db: Database, remover: Remover) -> None:
    runner = JobRunner({removing.SITE: remover, removing.WORKSPACE: remover}, db=db)
    stop = asyncio.Event()
    while await runner.run_next(stop):
        pass


@pytest.mark.parametrize("service", SERVICES)
async def test_a_removed_site_leaves_no_row(
    service: str, db_for: Callable[[str], Database]
) -> None:
    db, (ties, beside) = db_for(service), ties_of(service)
    mine, other = await two_of_everything(db, ties)
    async with db.begin() as tx:
        kept = await count_rows(tx, "site_id", other["site_id"])
        assert await count_rows(tx, "site_id", mine["site_id"])
        await removing.queue_site(tx, mine["site_id"], mine["workspace_id"])
    await perform(db, Remover(ties, beside))
    async with db.begin() as tx:
        assert await count_rows(tx, "site_id", mine["site_id"]) == {}
        assert await count_rows(tx, "site_id", other["site_id"]) == kept


@pytest.mark.parametrize("service", SERVICES)
async def test_a_removed_workspace_leaves_no_row(
    service: str, db_for: Callable[[str], Database]
) -> None:
    db, (ties, beside) = db_for(service), ties_of(service)
    mine, _ = await two_of_everything(db, ties)
    async with db.begin() as tx:
        before = await count_all(tx)
        shared = {name for name, count in before.items() if count == 2} - _NOBODYS
        await removing.queue_workspace(tx, mine["workspace_id"])
    await perform(db, Remover(ties, beside))
    async with db.begin() as tx:
        assert await count_rows(tx, "workspace_id", mine["workspace_id"]) == {}
        assert await count_rows(tx, "site_id", mine["site_id"]) == {}
        after = await count_all(tx)
    # Of every table one of the two rows went, but of those that belong to no workspace at all.
    assert {name for name in shared if after[name] == 2} == _INSTALLATIONS[service]
    assert {name for name in shared if after[name] == 0} == set()


_INSTALLATIONS: dict[str, set[str]] = {
    "crawler": {
        *("domain_readings", "evidence_bodies", "hosts", "opt_outs", "pages", "registrations"),
        *("registries", "rendered", "robots", "siblings", "sources"),
        # Pages of others are read once for all that want them.
        *("surveys", "outlinks", "outlink_addresses"),
    },
    "profile": set(),
    "toxicity": {"pages", "registrations"},
    "outreach": {"readings"},
    "gateway": set(),
}
"""Tables that no workspace owns; a new table that is neither here nor emptied fails the test above."""


async def test_a_removal_that_is_killed_goes_on(db_for: Callable[[str], Database]) -> None:
    db, (ties, beside) = db_for("profile"), ties_of("profile")
    mine, _ = await two_of_everything(db, ties)
    async with db.begin() as tx:
        await removing.queue_site(tx, mine["site_id"], mine["workspace_id"])
    remover, steps = Remover(ties, beside), 0

    class Killed(BaseException):
        """Stands for SIGKILL: nothing is caught, nothing cleaned up."""

    async def dies(run: JobRun) -> None:
        nonlocal steps
        while await remover._step(run):
            steps += 1
            if steps == 7:
                raise Killed

    runner = JobRunner({removing.SITE: dies}, db=db, lease_s=0.0)
    with pytest.raises((Killed, BaseExceptionGroup)):
        await runner.run_next(asyncio.Event())
    async with db.begin() as tx:
        job: Any = (
            await tx.fetch("SELECT state, cursor::text FROM jobs WHERE kind = $1", removing.SITE)
        )[0]
        assert job["state"] == "running"
        assert await count_rows(tx, "site_id", mine["site_id"])
    await perform(db, remover)
    async with db.begin() as tx:
        assert await count_rows(tx, "site_id", mine["site_id"]) == {}
