"""What the crawler saw: of links that we track, of links that nobody knew, of target pages."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.profile.domain.batch import (
    Batch,
    apply_checks,
    apply_sight,
    needs_counting,
    needs_tracked,
)
from services.profile.domain.contract import SITEWIDE_PAGES
from services.profile.domain.link import APPEARED, Link, found_sight
from services.profile.domain.occasions import broken_page
from services.profile.domain.site import Site
from services.profile.domain.steady import part
from services.profile.handlers.saving import save_batch
from services.profile.store import links, occasions, recoveries, sites, steady, targets
from shared import clock, outbox
from shared.db import Tx
from shared.events import LinkChecked, LinkDiscovered, TargetBroken, TargetChecked
from shared.ids import new_id
from shared.urls import domain_or_host, host_of
from shared.vocabulary import Reason


async def on_link_checked(events: Sequence[LinkChecked], tx: Tx) -> None:
    """Conclude from what was seen; the order and repetition of the events do not matter."""
    heads = await steady.lock_heads(tx, {event.link_id for event in events})
    looks = part(heads, events)
    await steady.save_steady(tx, looks.steady)
    if looks.others:
        found = await links.lock_links(tx, {event.link_id for event in looks.others})
        tracked = await links.list_tracked(tx, needs_tracked(found, looks.others))
        many = await links.find_sitewide(tx, needs_counting(found), pages=SITEWIDE_PAGES)
        await save_batch(tx, apply_checks(Batch(found, tracked, many), looks.others))


async def on_link_discovered(events: Sequence[LinkDiscovered], tx: Tx) -> None:
    """Take over links that nobody tracked yet, each with the look that found it."""
    owners = await sites.find_sites(tx, {event.site_id for event in events if event.site_id})
    known = [event for event in events if event.site_id in owners]
    new = {(e.site_id, e.page_key, e.target_key): e for e in known if e.site_id}
    wanted = [_new_link(owners[site_id], event) for (site_id, *_), event in new.items()]
    added = await links.add_links(tx, wanted, [event.reason for event in new.values()])
    batch = Batch({link.link_id: link for link in added})
    for link in added:
        if link.target_key is None:
            continue
        event = new[link.site_id, link.page_key, link.target_key]
        occurrences = tuple(
            o for o in event.observation.occurrences if o.target_key == event.target_key
        )
        sight = found_sight(event.observation, occurrences or event.observation.occurrences)
        apply_sight(batch, link, sight, appeared=event.reason in APPEARED)
    batch.adopted.update(batch.links)
    await save_batch(tx, batch)
    await sites.mark_discovered(tx, _discovered_until(known))


def _discovered_until(events: Sequence[LinkDiscovered]) -> dict[UUID, datetime]:
    until: dict[UUID, datetime] = {}
    for event in events:
        if event.site_id is not None:
            seen_at = event.observation.checked_at
            until[event.site_id] = max(until.get(event.site_id, seen_at), seen_at)
    return until


def _new_link(site: Site, event: LinkDiscovered) -> Link:
    return Link(
        link_id=new_id(),
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        referring_url=event.referring_url,
        referring_domain=domain_or_host(host_of(event.referring_url)),
        page_key=event.page_key,
        target_url=event.target_url,
        target_key=event.target_key,
        known_since=event.observation.checked_at,
    )


async def on_target_checked(events: Sequence[TargetChecked], tx: Tx) -> None:
    """Keep how our own pages answer, and say so when one that has links breaks."""
    newest: dict[tuple[UUID, UUID], TargetChecked] = {}
    for event in events:
        if event.site_id is not None:
            key = (event.site_id, event.target_key)
            if key not in newest or newest[key].check_seq < event.check_seq:
                newest[key] = event
    broken = await targets.save_targets(tx, [newest[key] for key in sorted(newest)])
    back = [key for key, event in newest.items() if event.broken is False]
    now = clock.now()
    await recoveries.open_targets(tx, list(broken), now=now)
    await recoveries.close_targets(tx, back, now=now)
    told = [_broken_event(newest[key], one.links) for key, one in broken.items()]
    await outbox.add(tx, told)
    # One that was broken when it was first looked at is no news: an import may have named it.
    fallen = {key: one.links for key, one in broken.items() if one.answered and one.links > 0}
    missed = [broken_page(key[0], newest[key], count) for key, count in fallen.items()]
    await occasions.add_occasions(tx, missed)
    await occasions.end_targets(tx, back, now=now)


def _broken_event(event: TargetChecked, links_there: int) -> TargetBroken:
    return TargetBroken(
        workspace_id=event.workspace_id,
        site_id=event.site_id,
        target_url=event.target_url,
        http_status=event.http_status,
        reason=next(iter(event.reasons), Reason.TARGET_ERROR),
        links=links_there,
    )
