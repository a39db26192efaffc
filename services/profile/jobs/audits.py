"""Makes audits: reads everything at one moment, then writes the dated object and tells of it."""

from services.profile.domain.audit import AuditInputs, build_audit
from services.profile.store import audits, sites
from shared import clock, outbox
from shared.db import Database
from shared.errors import InvalidError
from shared.events import AuditCompleted
from shared.ids import new_id
from shared.job_runner import JobRun

KIND = "audit"


class AuditBuilder:
    """Performs jobs of kind `audit`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, run: JobRun) -> None:
        """Make the audit of the job's site."""
        inputs = await self._read(run)
        site, now, audit_id = inputs.site, clock.now(), new_id()
        async with run.step(ends=True) as step:
            number = await audits.next_number(step.tx, site.site_id)
            report = build_audit(inputs, audit_id=audit_id, number=number, now=now)
            await audits.add_audit(step.tx, site, report, job_id=run.job.job_id)
            event = AuditCompleted(
                workspace_id=site.workspace_id, site_id=site.site_id, audit_id=audit_id
            )
            await outbox.add(step.tx, [event])
            step.done = step.accepted = 1
            step.result_url = f"/v1/audits/{audit_id}"

    async def _read(self, run: JobRun) -> AuditInputs:
        async with self._db.begin() as tx:
            # Every figure is of the same moment, so that the sums agree.
            await tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            found = await sites.find_sites(tx, [run.job.site_id] if run.job.site_id else [])
            if not found:
                raise InvalidError("The site of this audit was deleted.")
            return await audits.read_inputs(tx, *found.values(), now=clock.now())
