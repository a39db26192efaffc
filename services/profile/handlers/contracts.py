"""What outreach agreed with others: the terms become columns of the link they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.profile.domain.batch import Batch
from services.profile.domain.contract import Terms, terms_of
from services.profile.domain.history import Entry, entry_by_hand, tracked_event
from services.profile.domain.lifecycle import change_between, with_terms
from services.profile.domain.link import Link
from services.profile.domain.site import Site
from services.profile.store import contracts, history, links, sites
from shared import clock, outbox
from shared.db import Tx
from shared.events import PlacementPromised, PlacementTerms, PlacementUpdated
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import DiscoveryReason


async def on_placement_promised(events: Sequence[PlacementPromised], tx: Tx) -> None:
    """Take over the terms of promised links."""
    await _take_terms(events, tx)


async def on_placement_updated(events: Sequence[PlacementUpdated], tx: Tx) -> None:
    """Take over changed terms; a cancelled placement frees its link."""
    await _take_terms(events, tx)


async def _take_terms(events: Sequence[PlacementTerms], tx: Tx) -> None:
    owners = await sites.find_sites(tx, {event.site_id for event in events if event.site_id})
    newest = _newest(events, owners)
    fresh = set(await contracts.save_contracts(tx, list(newest.values())))
    taken = [event for event in newest.values() if event.placement_id in fresh]
    if not taken:
        return
    pairs = await _find_or_add_links(tx, taken, owners)
    freed = await contracts.bind_links(tx, fresh, pairs)
    found = await links.lock_links(tx, {*pairs.values(), *freed})
    agreed = {pairs[event.placement_id]: event for event in taken if event.placement_id in pairs}
    batch, entries = Batch(dict(found)), list[Entry]()
    for link in found.values():
        event = agreed.get(link.link_id)
        _put_under(batch, entries, link, terms_of(event) if event else None)
    _, saved = batch.outcome()
    await links.save_links(tx, saved)
    await history.record_entries(tx, entries)
    watched = [(link, owners[link.site_id].hosts) for link in saved]
    await outbox.add(tx, [tracked_event(link, hosts) for link, hosts in watched])


def _newest(
    events: Sequence[PlacementTerms], owners: Mapping[UUID, Site]
) -> dict[UUID, PlacementTerms]:
    newest: dict[UUID, PlacementTerms] = {}
    for event in events:
        known = newest.get(event.placement_id)
        if event.site_id in owners and (known is None or known.terms_seq < event.terms_seq):
            newest[event.placement_id] = event
    return newest


async def _find_or_add_links(
    tx: Tx, taken: Sequence[PlacementTerms], owners: Mapping[UUID, Site]
) -> dict[UUID, UUID]:
    """Return the link of each placement that is about one; a page that was named gets its row."""
    valid = [event for event in taken if not event.cancelled]
    pairs = await contracts.match_links(tx, valid)
    expected = [
        _expected_link(event, event.referring_url, owners[event.site_id])
        for event in valid
        if event.site_id and event.referring_url and event.placement_id not in pairs
    ]
    if expected:
        await links.add_links(tx, expected, [DiscoveryReason.PLACEMENT] * len(expected))
        pairs = await contracts.match_links(tx, valid)
    return pairs


def _put_under(batch: Batch, entries: list[Entry], link: Link, terms: Terms | None) -> None:
    state = with_terms(link.state, terms)
    bound = replace(link, state=state, tracked_seq=link.tracked_seq + 1)
    change = change_between(link.state, state, appeared=False)
    if change is not None:
        now = clock.now()
        bound = replace(bound, changed_at=now)
        entries.append(entry_by_hand(bound, change, at=now, actor=None))
    batch.links[link.link_id] = bound


def _expected_link(event: PlacementTerms, referring_url: str, site: Site) -> Link:
    """Return the link that should come up on the page that was named."""
    return Link(
        link_id=new_id(),
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        referring_url=referring_url,
        referring_domain=event.referring_domain,
        page_key=page_id(referring_url),
        target_url=event.target_url,
        target_key=page_id(event.target_url) if event.target_url else None,
        known_since=event.occurred_at,
    )
