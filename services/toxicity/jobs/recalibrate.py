"""The weekly look at the decisions of a site: what they ask of the last layer, counted and proposed."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.toxicity.domain import calibrating
from services.toxicity.domain.calibrating import advice_json, advice_of
from services.toxicity.domain.layer import NO_LAYER, Layer
from services.toxicity.domain.rescore import Tally, differences
from services.toxicity.store import graphs, proposals, queue, rescores, sites
from shared import clock
from shared.db import Database
from shared.job_runner import JobRun

DUE_AT_ONCE = 20


async def recalibrate(run: JobRun) -> None:
    """Perform a job of kind `recalibrate`: a dry run over all links; nothing is applied.

    Its cursor holds what was counted so far, so that a job that was stopped goes on there.
    """
    site_id = run.job.site_id
    if site_id is None:
        return
    if "advice" not in run.job.cursor:
        await _begin(run, site_id)
    advice = advice_of(run.job.cursor["advice"])
    after: UUID | None = UUID(run.job.cursor.get("after", str(sites.START)))
    while advice.layer is not None and after is not None:
        after = await _count_piece(run, site_id, advice.layer, after=after)
    async with run.step(ends=True) as step:
        await proposals.save_proposal(
            step.tx,
            site_id,
            advice,
            workspace_id=run.job.workspace_id,
            counts=_counts_of(run.job.cursor),
            now=clock.now(),
        )


async def _begin(run: JobRun, site_id: UUID) -> None:
    async with run.step() as step:
        decided = await queue.list_decided(step.tx, site_id)
        kept = (await queue.find_layers(step.tx, [site_id])).get(site_id)
        advice = calibrating.advise(decided, in_force=kept.layer if kept else NO_LAYER)
        step.total = await graphs.count_links(step.tx, [site_id]) if advice.layer else 0
        step.cursor = {"advice": advice_json(advice)}


async def _count_piece(run: JobRun, site_id: UUID, layer: Layer, *, after: UUID) -> UUID | None:
    tally = Tally()
    async with run.step() as step:
        batch = await rescores.read_batch(step.tx, site_id, after=after, now=clock.now())
        for _ in differences(batch.under(layer), tally):
            pass
        step.done += len(batch.links)
        last = batch.links[-1][0] if batch.links else after
        step.cursor = {
            **run.job.cursor,
            **_added(_counts_of(run.job.cursor), tally),
            "after": str(batch.last or last),
        }
    return batch.last


def _added(so_far: Mapping[str, Any], tally: Tally) -> dict[str, Any]:
    moves = Counter(so_far["moves"])
    moves.update({f"{old.value} {new.value}": links for (old, new), links in tally.moves.items()})
    return {
        "looked": so_far["looked"] + tally.looked,
        "changed": so_far["changed"] + tally.changed,
        "crossed": so_far["crossed"] + tally.crossed,
        "moves": dict(sorted(moves.items())),
    }


def _counts_of(cursor: Mapping[str, Any]) -> dict[str, Any]:
    counts = {name: cursor.get(name, 0) for name in ("looked", "changed", "crossed")}
    return {**counts, "moves": cursor.get("moves", {})}


async def queue_due_looks_at_decisions(
    db: Database, every: timedelta, pause_s: float, stop: asyncio.Event
) -> None:
    """Queue looks at the decisions of sites that are due, as long as the service runs."""
    while not stop.is_set():
        async with db.begin() as tx:
            await proposals.add_due_jobs(tx, before=clock.now() - every, limit=DUE_AT_ONCE)
        try:
            async with asyncio.timeout(pause_s):
                await stop.wait()
        except TimeoutError:
            continue
