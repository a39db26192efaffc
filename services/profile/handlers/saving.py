"""The end of every handler that looked at links: save, write history, tell."""

from dataclasses import replace
from uuid import UUID

from services.profile.domain.anchor import classified
from services.profile.domain.batch import Batch, apply_sight
from services.profile.domain.history import (
    Entry,
    adopted_event,
    entry_by_hand,
    entry_of_step,
    sentence_of,
    tracked_event,
    untracked_event,
)
from services.profile.domain.lifecycle import change_between, with_terms
from services.profile.domain.link import Link
from services.profile.domain.relevance import relevance_of
from services.profile.domain.site import Site
from services.profile.store import contracts, history, links, recoveries, sites
from shared import clock, outbox
from shared.db import Tx
from shared.events import Event
from shared.vocabulary import ChangeKind, DiscoveryReason, LinkStatus


async def save_batch(tx: Tx, batch: Batch) -> None:
    """Write what a batch left: a constant number of statements, however many links it holds."""
    await _add_found_beside(tx, batch)
    entries = [entry_of_step(step, change) for step, change in batch.changes]
    bound = await _bind_contracts(tx, batch, entries)
    touched, saved = batch.outcome()
    owners = await sites.find_sites(tx, {link.site_id for link in saved}) if saved else {}
    saved = [_with_anchor(link, owners) for link in saved]
    saved = _with_relevance(saved, batch, owners)
    await links.touch_links(tx, touched)
    await links.save_links(tx, saved)
    await history.add_observations(tx, batch.seen)
    await _remember_sentences(tx, batch, entries)
    await history.save_occurrences(tx, batch.shown)
    await links.merge_links(tx, batch.merged, clock.now())
    await history.record_entries(tx, entries)
    await _mark_recoveries(tx, entries)
    watch = batch.retargeted | batch.adopted | bound
    events: list[Event] = [
        tracked_event(link, owners[link.site_id].hosts)
        for link in saved
        if link.link_id in watch and link.site_id in owners
    ]
    events += [
        untracked_event(batch.links[link_id], merged_into=into)
        for link_id, into in batch.merged.items()
    ]
    events += [
        adopted_event(link, sight)
        for link, sight in batch.seen
        if link.link_id in batch.adopted and link.site_id in owners
    ]
    await outbox.add(tx, events)


async def _mark_recoveries(tx: Tx, entries: list[Entry]) -> None:
    """Put what was lost into the queue, and take what is back out of it."""
    by_kind: dict[ChangeKind, list[UUID]] = {ChangeKind.LOST: [], ChangeKind.RECOVERED: []}
    for entry in entries:
        by_kind.get(entry.change.kind, []).append(entry.link.link_id)
    now = clock.now()
    await recoveries.open_losses(tx, by_kind[ChangeKind.LOST], now=now)
    await recoveries.close_links(tx, by_kind[ChangeKind.RECOVERED], now=now)


async def _remember_sentences(tx: Tx, batch: Batch, entries: list[Entry]) -> None:
    """Write beside each change how the link stood in its text before and after it."""
    old = {e.link.link_id for e in entries if e.change.from_status is not LinkStatus.PENDING}
    known = await history.list_sentences(tx, old) if old else {}
    shown = {link.link_id: sentence_of(sight) for link, sight in batch.shown}
    for number, entry in enumerate(entries):
        link_id = entry.link.link_id
        before = known.get(link_id)
        after = shown.get(link_id) or before
        if entry.change.kind is ChangeKind.LOST:
            after = None
        entries[number] = replace(entry, sentence_before=before, sentence_after=after)
        if after is not None:
            known[link_id] = after


async def _add_found_beside(tx: Tx, batch: Batch) -> None:
    """Insert the links that were found beside a tracked one and take the same look at them."""
    found = {(link.site_id, link.page_key, link.target_key): look for link, look in batch.added}
    added = await links.add_links(
        tx,
        [link for link, _ in batch.added],
        [DiscoveryReason.PAGE_FOUND] * len(batch.added),
    )
    for link in added:
        batch.include(link)
        apply_sight(batch, link, found[link.site_id, link.page_key, link.target_key])


async def _bind_contracts(tx: Tx, batch: Batch, entries: list[Entry]) -> set[UUID]:
    """Give links that are there for the first time the promise that waited for them."""
    fresh = batch.first_seen_live()
    if not fresh:
        return set()
    promises = await contracts.claim_promises(tx, fresh)
    for link_id, terms in promises.items():
        link = batch.links[link_id]
        state = with_terms(link.state, terms)
        bound = replace(link, state=state, tracked_seq=link.tracked_seq + 1)
        batch.links[link_id] = bound
        change = change_between(link.state, state, appeared=False)
        if change is not None:
            at = link.last_checked_at or link.known_since
            entries.append(entry_by_hand(bound, change, at=at, actor=None))
    return set(promises)


def _with_relevance(links: list[Link], batch: Batch, owners: dict[UUID, Site]) -> list[Link]:
    """Say of links whose pages were read anew how relevant those are, if the site has keywords."""
    shown = {link.link_id: sight for link, sight in batch.shown}
    return [
        replace(link, relevance=relevance_of(owners[link.site_id].keywords, shown[link.link_id]))
        if link.link_id in shown and link.site_id in owners
        else link
        for link in links
    ]


def _with_anchor(link: Link, owners: dict[UUID, Site]) -> Link:
    """Classify the anchor of a link that was seen; cheap beside the writing of the row."""
    seen, site = link.state.seen, owners.get(link.site_id)
    if seen is None or site is None:
        return link
    kind, flags = classified(site, seen)
    return replace(link, anchor_kind=kind, anchor_flags=flags)
