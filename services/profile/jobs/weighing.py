"""Tells the crawler what links are worth: their own value times the weight of the page they lead to."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.profile.domain.history import tracked_event
from services.profile.store import links, sites, worth
from shared import outbox
from shared.db import Tx
from shared.job_runner import JobRun

BATCH = 500


async def tell_values(tx: Tx, ids: Sequence[UUID]) -> int:
    """Tell the crawler what these links are worth to us now."""
    locked = await links.lock_links(tx, ids) if ids else {}
    if not locked:
        return 0
    await worth.mark_told(tx, sorted(locked))
    owners = await sites.find_sites(tx, {link.site_id for link in locked.values()})
    moved = [replace(link, tracked_seq=link.tracked_seq + 1) for link in locked.values()]
    events = [
        tracked_event(one, owners[one.site_id].hosts) for one in moved if one.site_id in owners
    ]
    await outbox.add(tx, events)
    return len(locked)


async def weigh_targets(run: JobRun, site_id: UUID) -> None:
    """Weigh the links of a site anew and tell the crawler, in steps; the night does what is left."""
    count = 1
    while count:
        async with run.step() as step:
            count = await worth.weigh_targets(step.tx, site_id=site_id, limit=BATCH)
    count = 1
    while count:
        async with run.step() as step:
            ids = await worth.list_untold(step.tx, site_id=site_id, limit=BATCH)
            count = await tell_values(step.tx, ids)
