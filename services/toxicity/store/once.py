"""Jobs of which a site has no more than one at a time."""

from uuid import UUID

from shared import jobs
from shared.db import Tx
from shared.jobs import Job


async def lock(tx: Tx, kind: str) -> None:
    """Let nobody else queue a job of this kind before the transaction ends."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtext('toxicity.' || $1::text))", kind)


async def add_job(tx: Tx, kind: str, *, workspace_id: UUID, site_id: UUID) -> Job:
    """Queue a job for a site, or return the one that waits or is under way."""
    await lock(tx, kind)
    job_id = await tx.fetch_value(
        "SELECT job_id FROM jobs WHERE workspace_id = $1 AND kind = $2 AND site_id = $3"
        " AND state IN ('queued', 'running') ORDER BY job_id LIMIT 1",
        workspace_id,
        kind,
        site_id,
    )
    if job_id is not None:
        return await jobs.get_job(tx, job_id, workspace_id=workspace_id)
    return await jobs.add_job(tx, kind=kind, workspace_id=workspace_id, site_id=site_id)
