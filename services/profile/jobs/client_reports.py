"""Makes reports for clients: reads everything at one moment, then writes the draft and tells of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.profile.domain.client_report.approving import brand_of, ready_event
from services.profile.domain.client_report.content import build_content, whole_hash
from services.profile.domain.client_report.inputs import ReportInputs
from services.profile.domain.client_report.orders import Order
from services.profile.domain.client_report.texts import EMPTY, texts_of
from services.profile.store import client_reports, report_inputs, report_schedules, sites
from services.profile.store.client_reports import NewReport
from shared import clock, outbox
from shared.db import Database, Tx
from shared.errors import InvalidError
from shared.ids import new_id
from shared.job_runner import JobRun
from shared.jobs import Step


class ReportMaker:
    """Performs jobs of kind `client_report`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, run: JobRun) -> None:
        """Make the report that the job asks for, or its figures again."""
        order, now = Order.of(run.job.payload), clock.now()
        inputs = await self._read(run, order, now)
        content = build_content(inputs, now=now)
        async with run.step(ends=True) as step:
            if order.report_id is None:
                report_id = await _add(step, run.job.job_id, order, inputs, content, now=now)
            else:
                report_id = order.report_id
                await client_reports.save_content(
                    step.tx, report_id, content, job_id=run.job.job_id, now=now
                )
            step.done = step.accepted = 1
            step.result_url = None if report_id is None else f"/v1/reports/{report_id}"

    async def _read(self, run: JobRun, order: Order, now: datetime) -> ReportInputs:
        async with self._db.begin() as tx:
            # Every figure is of the same moment, so that the sums agree.
            await tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            found = await sites.find_sites(tx, [run.job.site_id] if run.job.site_id else [])
            if not found:
                raise InvalidError("The site of this report was deleted.")
            (site,) = found.values()
            return await report_inputs.read_inputs(tx, site, order.span, order.parts, now=now)


async def _add(
    step: Step,
    job_id: UUID,
    order: Order,
    inputs: ReportInputs,
    content: Mapping[str, Any],
    *,
    now: datetime,
) -> UUID | None:
    """Add the draft; None where a schedule finds that somebody made one of these days already."""
    tx, site = step.tx, inputs.site
    await client_reports.wait_turn(tx, site.site_id)
    known = await client_reports.find_of_span(tx, site.site_id, order.span)
    if order.scheduled and known:
        return None
    if any(row["state"] == "draft" for row in known):
        raise InvalidError("There is a draft of these days already: open it, or delete it.")
    replaced = await _replaced(tx, order, site.workspace_id)
    new = NewReport(
        report_id=new_id(),
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        job_id=job_id,
        span=order.span,
        content=content,
        texts=EMPTY if replaced is None else texts_of(orjson.loads(replaced["texts"])),
        scheduled=order.scheduled,
        created_by=order.created_by,
        replaces=order.replaces,
        edition=1 if replaced is None else replaced["edition"] + 1,
    )
    number = await client_reports.add_report(tx, new, now=now)
    await _tell(tx, new, inputs, number, now=now)
    return new.report_id


async def _replaced(tx: Tx, order: Order, workspace_id: UUID) -> Any:
    if order.replaces is None:
        return None
    row = await client_reports.find_report(tx, workspace_id, order.replaces)
    if row is None or row["replaced_by"] is not None:
        raise InvalidError("The report that this one corrects is gone, or was corrected meanwhile.")
    return row


async def _tell(
    tx: Tx, new: NewReport, inputs: ReportInputs, number: int, *, now: datetime
) -> None:
    """Tell of the new report; where its schedule says so in so many words, approve it, too."""
    site = inputs.site
    schedule = None
    if new.scheduled:
        schedule = await report_schedules.find_schedule(tx, site.site_id)
    approves = schedule is not None and schedule.approves_itself and not new.content["degraded"]
    if schedule is not None and approves:
        brand = brand_of(site)
        await client_reports.approve(
            tx,
            new.report_id,
            actor=f"the schedule, as {schedule.set_by} set it",
            brand=brand,
            whole_hash=whole_hash(new.content, new.texts, brand),
            now=now,
            unread=True,
        )
    event = ready_event(
        site,
        new.report_id,
        number=number,
        span=new.span,
        approved=approves,
        scheduled=new.scheduled,
        channel_ids=() if schedule is None else schedule.channel_ids,
        degraded=[one["sentence"] for one in new.content["degraded"]],
        now=now,
    )
    await outbox.add(tx, [event])
