"""Every outward event goes into the log that the streams and the history read; alerts and reports to channels, too."""

from collections.abc import Sequence
from datetime import timedelta

from services.gateway.domain.caller import ourselves
from services.gateway.domain.notices import draft_of, unsaid
from services.gateway.metrics import CHANNELS_UNKNOWN
from services.gateway.store import access, deeds, event_log, journal, keeping, notices, views
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
        await notices.remove_reminders(tx, over)
    drafts = [draft for draft in map(draft_of, events) if draft is not None]
    noted = await deeds.find_acknowledged(tx, over, since=clock.now() - _JUST_NOW) if over else []
    drafts = [unsaid(draft, noted) for draft in drafts]
    CHANNELS_UNKNOWN.inc(await notices.add_notices(tx, drafts))


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
