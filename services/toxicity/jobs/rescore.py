"""The re-score: judges all links of a site by the model of today, piece by piece."""

from uuid import UUID

from services.toxicity.store import graphs, scores, sights, sites
from services.toxicity.store.rescores import BATCH
from shared import clock
from shared.job_runner import JobRun


async def rescore(run: JobRun) -> None:
    """Perform a job of kind `rescore`; its cursor is the last link judged, so that it resumes there."""
    site_id = run.job.site_id
    if site_id is None:
        return
    if run.job.total is None:
        async with run.step() as step:
            step.total = await graphs.count_links(step.tx, [site_id])
    after: UUID | None = UUID(run.job.cursor.get("after", str(sites.START)))
    while after is not None:
        after = await _judge_piece(run, site_id, after=after)


async def _judge_piece(run: JobRun, site_id: UUID, *, after: UUID) -> UUID | None:
    """Judge the next links; only those whose score changes are written and told."""
    async with run.step() as step:
        links = await sights.list_links(step.tx, site_id, after=after, limit=BATCH)
        step.accepted += await scores.score_links(step.tx, links, now=clock.now())
        step.done += len(links)
        if links:
            step.cursor = {"after": str(links[-1])}
    return links[-1] if len(links) == BATCH else None
