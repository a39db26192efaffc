"""What toxicity does when it hears of something: keep it, judge what it touches, tell what changed."""

from collections.abc import Sequence

from services.toxicity.domain.ingest import fold, is_news
from services.toxicity.metrics import SCORED
from services.toxicity.store import agreed, attacks, flags, registrations, scores, sights, sites
from shared import clock
from shared.db import Tx
from shared.events import (
    Event,
    LinkAdopted,
    LinkChanged,
    LinkChecked,
    LinkUntracked,
    PageRead,
    RegistrationRead,
    SiteDeleted,
    SiteSnapshot,
)
from shared.events.outreach import PlacementTerms


async def on_events(events: Sequence[Event], tx: Tx) -> None:
    """Take in a whole batch, whatever it holds, and judge once what it touches.

    One handler for all, because all of them touch the same rows: each transaction locks sites,
    then pages, links and counts, each in the order of their ids, and so none waits for another
    that waits for it. The order of the events does not matter: every row guards what is newer.
    """
    await _keep_sites(tx, [one for one in events if isinstance(one, SiteSnapshot)])
    await agreed.save_terms(tx, [one for one in events if isinstance(one, PlacementTerms)])
    sightings = fold(one for one in events if isinstance(one, LinkChecked | LinkAdopted))
    reads = [one for one in events if isinstance(one, PageRead)]
    turned = await flags.list_turns(tx, reads)
    pages = await sights.save_pages(
        tx,
        reads,
        seen=[one.page_id for one in sightings.values()],
    )
    changes = [one for one in events if isinstance(one, LinkChanged)]
    gone = [one for one in events if isinstance(one, LinkUntracked)]
    told = {*sightings, *(one.link_id for one in changes), *(one.link_id for one in gone)}
    kept = await sights.lock_links(tx, told, pages=pages)
    await sights.save_sightings(tx, sightings.values())
    touched = {
        *(key for key, one in kept.items() if one.page_id in pages),
        *(key for key, one in sightings.items() if is_news(one, kept.get(key))),
        *await sights.save_changes(tx, changes),
        *await sights.save_untracked(tx, gone),
    }
    await attacks.save_arrivals(tx, changes)
    now = clock.now()
    await flags.flag_pages(tx, turned, now=now)
    await flags.flag_links(tx, sightings, kept, changes, now=now)
    told_by_registries = [one for one in events if isinstance(one, RegistrationRead)]
    await registrations.save(tx, told_by_registries, now=now)
    SCORED.inc(await scores.score_links(tx, touched, now=now))


async def _keep_sites(tx: Tx, snapshots: Sequence[SiteSnapshot]) -> None:
    if snapshots:
        await sites.save_sites(tx, snapshots)
        await sites.mark_deleted(tx, [one for one in snapshots if isinstance(one, SiteDeleted)])
