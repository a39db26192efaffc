"""Every outward event goes into the log that the streams and the history read; alerts and reports to channels, too."""

from collections.abc import Sequence
from datetime import timedelta

from services.gateway.domain.caller import ourselves
from services.gateway.domain.notices import draft_of, put_off, unsaid
from services.gateway.metrics import CHANNELS_UNKNOWN
from services.gateway.store import (
    access,
    deeds,
    event_log,
    journal,
    keeping,
    notices,
    report_mails,
    snoozes,
    views,
)
from shared import clock, removing
from shared.db import Tx
from shared.events import (
    AlertRaised,
    AlertResolved,
    CopiesSent,
    ErasureDone,
    Event,
    ReportReady,
    SiteDeleted,
    SiteRemoved,
)
from shared.migrations import SERVICES

_JUST_NOW = timedelta(minutes=15)


async def on_outward_event(events: Sequence[Event], tx: Tx) -> None:
    await event_log.add_events(tx, events)


async def on_told(events: Sequence[AlertRaised | AlertResolved | ReportReady], tx: Tx) -> None:
    await event_log.add_events(tx, events)
    over = [event.alert_id for event in events if isinstance(event, AlertResolved)]
    if over:
        await snoozes.end(tx, over)
    drafts = [draft for draft in map(draft_of, events) if draft is not None]
    raised = [draft.alert_id for draft in drafts if draft.can_act]
    off = await snoozes.find_until(tx, raised, now=clock.now()) if raised else {}
    drafts = [put_off(draft, off.get(draft.alert_id)) for draft in drafts]
    noted = await deeds.find_acknowledged(tx, over, since=clock.now() - _JUST_NOW) if over else []
    drafts = [unsaid(draft, noted) for draft in drafts]
    CHANNELS_UNKNOWN.inc(await notices.add_notices(tx, drafts))
    for event in events:
        if isinstance(event, ReportReady) and event.sends:
            await _send(event, tx)


async def _send(event: ReportReady, tx: Tx) -> None:
    """Have a report sent that a person approved, where its schedule wants that."""
    if event.workspace_id is None or event.site_id is None or event.state != "approved":
        return
    await report_mails.add_reports(
        tx,
        event.report_id,
        site_id=event.site_id,
        workspace_id=event.workspace_id,
        asked_by="the schedule of the site's reports",
        now=clock.now(),
    )


async def on_site_deleted(events: Sequence[SiteDeleted], tx: Tx) -> None:
    await event_log.add_events(tx, events)
    site_ids = [event.site_id for event in events if event.site_id is not None]
    await access.remove_grants_on(tx, site_ids)
    await notices.remove_of_sites(tx, site_ids)
    await views.remove_views_on(tx, site_ids)
    await access.tell_changed(tx)


async def on_site_removed(events: Sequence[SiteRemoved], tx: Tx) -> None:
    """Delete what is left of sites that nobody can bring back any more."""
    await keeping.forget_site_lists(
        tx, [event.site_id for event in events if event.site_id is not None]
    )
    await removing.on_site_removed(events, tx)
    for event in events:
        if event.site_id is not None and event.workspace_id is not None:
            await journal.add_entry(
                tx,
                ourselves(event.workspace_id),
                action="site.removed",
                subject=f"site/{event.site_id}",
            )


async def on_erasure_done(events: Sequence[ErasureDone], tx: Tx) -> None:
    """Write into the certificate what a service did."""
    for event in events:
        await keeping.add_part(
            tx,
            event.erasure_id,
            event.service,
            {"counts": event.counts, "kept": event.kept},
            of=len(SERVICES),
            now=clock.now(),
        )


async def on_copies_sent(events: Sequence[CopiesSent], tx: Tx) -> None:
    for event in events:
        await keeping.add_sent(tx, event.rebuild_id, event.service, event.copy_name, event.sent)
