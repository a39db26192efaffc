"""Every outward event goes into the log that the streams and the history read."""

from collections.abc import Sequence

from services.gateway.store import access, event_log
from shared.db import Tx
from shared.events import Event, SiteDeleted


async def on_outward_event(events: Sequence[Event], tx: Tx) -> None:
    await event_log.add_events(tx, events)


async def on_site_deleted(events: Sequence[SiteDeleted], tx: Tx) -> None:
    await event_log.add_events(tx, events)
    await access.remove_grants_on(tx, [e.site_id for e in events if e.site_id is not None])
    await access.tell_changed(tx)
