"""Has copies sent again and compares them; looks each day, unasked, whether all of them are whole."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from services.gateway.adapters.copies import ask_faces
from services.gateway.domain.comparing import Compared, compare
from services.gateway.jobs.following import first_of
from services.gateway.metrics import COPIES_DIFFERING
from services.gateway.store import keeping
from shared import clock, outbox
from shared.copy_list import COPIES, Copy
from shared.db import Database
from shared.events import CopiesWanted
from shared.http import ServiceClient
from shared.job_runner import JobRun
from shared.log import get_logger
from shared.migrations import SERVICES
from shared.shelves import queue_once

log = get_logger(__name__)
SELF_CHECK = "self_check"
REBUILD = "rebuild"
_EVERY = timedelta(hours=24)
_LOOK_S = 900.0
_PAUSE_S = 2.0
_TRIES = 5
_PATIENCE = timedelta(hours=6)
"""How long a rebuild waits for owners to send, and then for receivers to take in what was sent."""
_SETTLE = timedelta(minutes=30)
_FEW = 100


class SelfChecker:
    """Performs jobs of kind `self_check`: compares every copy of a workspace."""

    def __init__(self, db: Database, clients: Mapping[str, ServiceClient], pause_s: float) -> None:
        self._db = db
        self._clients = clients
        self._pause_s = pause_s

    async def __call__(self, run: JobRun) -> None:
        """Look a few times where something differs: what is on its way is no difference."""
        workspace_id = run.job.workspace_id
        found = await self._look(workspace_id)
        for _ in range(_TRIES):
            if all(one.same for one in found):
                break
            async with run.step():
                pass
            await asyncio.sleep(self._pause_s)
            found = await self._look(workspace_id)
        async with run.step(ends=True) as step:
            step.done += len(found)
            await keeping.save_self_check(
                step.tx, workspace_id, [one.as_json() for one in found], clock.now()
            )
        for one in found:
            if not one.same:
                log.warning("copy differs", service=one.service, copy=one.copy, why=one.sentence)
        await measure(self._db)

    async def _look(self, workspace_id: UUID) -> list[Compared]:
        faces = await ask_faces(self._db, self._clients, keeping.MIRROR, workspace_id, None)
        return compare(faces)


class Rebuilder:
    """Performs jobs of kind `rebuild`: asks for copies, waits until they came, and compares."""

    def __init__(self, db: Database, clients: Mapping[str, ServiceClient], pause_s: float) -> None:
        self._db = db
        self._clients = clients
        self._pause_s = pause_s

    async def __call__(self, run: JobRun) -> None:
        if "asked_at" not in run.job.cursor:
            await self._ask(run)
        await self._wait(run)
        found = await self._settle(run)
        async with run.step(ends=True) as step:
            rebuild_id = UUID(str(run.job.payload["rebuild_id"]))
            await keeping.end_rebuild(
                step.tx, rebuild_id, [one.as_json() for one in found], clock.now()
            )

    async def _ask(self, run: JobRun) -> None:
        given = run.job.payload
        async with run.step() as step:
            site = given.get("site_id")
            events = [
                CopiesWanted(
                    workspace_id=run.job.workspace_id,
                    site_id=None if site is None else UUID(str(site)),
                    service=service,
                    copies=tuple(names),
                    rebuild_id=UUID(str(given["rebuild_id"])),
                )
                for service, names in given["copies"].items()
            ]
            await outbox.add(step.tx, events)
            step.total = sum(len(names) for names in given["copies"].values())
            step.cursor = {"asked_at": clock.now().timestamp(), "heard": 0}

    async def _wait(self, run: JobRun) -> None:
        """Wait until every owner has sent its copies; each of them is one step done."""
        while int(run.job.cursor["heard"]) < (run.job.total or 0):
            async with run.step() as step:
                row = await keeping.get_rebuild(
                    step.tx, UUID(str(run.job.payload["rebuild_id"])), run.job.workspace_id
                )
                heard = len(orjson.loads(row["sent"]))
                step.done += heard - int(run.job.cursor["heard"])
                step.cursor = {**run.job.cursor, "heard": heard}
            if _age(run) > _PATIENCE:
                break
            await asyncio.sleep(self._pause_s)

    async def _settle(self, run: JobRun) -> list[Compared]:
        """Compare until nothing differs any more, or what differs stays so."""
        began = clock.now()
        site = run.job.payload.get("site_id")
        wanted = wanted_of(run.job.payload["copies"])
        while True:
            faces = await ask_faces(
                self._db,
                self._clients,
                keeping.MIRROR,
                run.job.workspace_id,
                None if site is None else UUID(str(site)),
            )
            found = compare(faces, wanted)
            if all(one.same and one.known for one in found) or clock.now() - began > _SETTLE:
                return found
            async with run.step():
                pass
            await asyncio.sleep(self._pause_s)


def wanted_of(names: Mapping[str, Sequence[str]]) -> list[Copy]:
    """Return the copies that are named by service."""
    return [one for one in COPIES if one.name in names.get(one.service, ())]


def _age(run: JobRun) -> timedelta:
    return timedelta(seconds=clock.now().timestamp() - float(run.job.cursor["asked_at"]))


async def watch_copies(stop: asyncio.Event, *, db: Database) -> None:
    """Have every workspace's copies compared once a day, and let go of workspaces that were deleted."""
    while not stop.is_set():
        now = clock.now()
        async with db.begin() as tx:
            for workspace_id in await keeping.list_unchecked(tx, now - _EVERY, limit=_FEW):
                await queue_once(tx, SELF_CHECK, workspace_id)
        async with db.begin() as tx:
            gone = await keeping.remove_due_workspaces(tx, now, limit=_FEW)
        for workspace_id in gone:
            log.info("workspace is removed", workspace_id=workspace_id)
        await measure(db)
        await first_of(stop, seconds=_LOOK_S)


async def measure(db: Database) -> None:
    """Say in the metrics how many copies differ."""
    async with db.begin() as tx:
        differing: Mapping[str, Any] = await keeping.count_differing(tx)
    for service in SERVICES:
        COPIES_DIFFERING.labels(service).set(differing.get(service, 0))
