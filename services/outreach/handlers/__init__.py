"""What outreach does when it hears of something: placements follow what is concluded of their links."""

from collections.abc import Sequence
from uuid import UUID

from services.outreach.domain.money import exchange
from services.outreach.domain.placement import Conclusion, Seen, advance
from services.outreach.domain.prospect import Stage
from services.outreach.handlers.finding import on_mention_found as on_mention_found
from services.outreach.handlers.finding import on_outlink_judged as on_outlink_judged
from services.outreach.handlers.finding import on_page_surveyed as on_page_surveyed
from services.outreach.metrics import CONCLUDED
from services.outreach.store import (
    exchanges,
    finding,
    outreach_settings,
    placements,
    readings,
    sites,
    watch,
)
from services.outreach.store.pipeline import Place, follow_placements
from services.outreach.store.placements import Entry
from services.outreach.store.watch import Concluded, Watched
from shared import outbox, words
from shared.db import Tx
from shared.events import (
    DisavowVersionCreated,
    DomainRead,
    LinkChanged,
    LinkScored,
    LookMade,
    PageRead,
    PlacementEvent,
    PlacementLost,
    PlacementMismatched,
    PlacementVerified,
    ReviewDecided,
    SiteCreated,
    SiteDeleted,
    SiteUpdated,
    ToxicityChanged,
    WorkspaceDeleted,
)
from shared.screen_words import PLACEMENTS

_EVENTS: dict[Seen, type[PlacementEvent]] = {
    Seen.LIVE: PlacementVerified,
    Seen.MISMATCHED: PlacementMismatched,
    Seen.LOST: PlacementLost,
}
_DECISIONS = {
    "keep": "Your team decided to keep this link.",
    "ask_removal": "Your team decided to ask for the removal of this link.",
    "disavow": "Your team decided to disavow this link.",
    "ignore": "Your team decided that nothing needs to be done about this link.",
    "undone": "A decision of your team about this link was taken back.",
}


async def on_site_created(events: Sequence[SiteCreated], tx: Tx) -> None:
    await sites.save_sites(tx, events)


async def on_site_updated(events: Sequence[SiteUpdated], tx: Tx) -> None:
    """Take over what changed; prospects are judged again where it is the words of their site."""
    site_ids = {event.site_id for event in events if event.site_id is not None}
    before = await sites.list_words(tx, site_ids)
    await sites.save_sites(tx, events)
    after = await sites.list_words(tx, site_ids)
    changed = [site_id for site_id in site_ids if before.get(site_id) != after.get(site_id)]
    await readings.mark_sites(tx, changed)
    await finding.mark_sites(tx, changed)


async def on_site_deleted(events: Sequence[SiteDeleted], tx: Tx) -> None:
    await sites.save_sites(tx, events, deleted=True)


async def on_link_changed(events: Sequence[LinkChanged], tx: Tx) -> None:
    """Move placements to what profile concluded of their links, each step told once."""
    newest = _newest(events)
    watched = await watch.lock_watched(tx, newest)
    moved = [
        (watched[key], _concluded(watched[key], event))
        for key, event in newest.items()
        if key in watched and _is_newer(event, watched[key])
    ]
    await watch.save_concluded(tx, [after for _, after in moved])
    steps = [(before, after) for before, after in moved if _is_step(before, after)]
    await placements.add_history(tx, [_entry(after) for _, after in steps])
    await outbox.add(tx, [_event(before, after) for before, after in steps])
    await _move_prospects(tx, steps)
    for _, after in steps:
        CONCLUDED.labels(after.seen).inc()


async def _move_prospects(tx: Tx, steps: Sequence[tuple[Watched, Concluded]]) -> None:
    """A link that was seen, as agreed or not quite, closes the deal with its domain."""
    seen = [one for one, after in steps if after.seen in {Seen.LIVE, Seen.MISMATCHED}]
    places = [Place(one.workspace_id, one.site_id, one.referring_domain) for one in seen]
    await follow_placements(tx, places, Stage.PLACED, "The agreed link was seen.")


async def on_link_scored(events: Sequence[LinkScored], tx: Tx) -> None:
    await watch.save_scores(tx, events)


async def on_page_read(events: Sequence[PageRead], tx: Tx) -> None:
    await watch.save_pages(tx, events)


async def on_domain_read(events: Sequence[DomainRead], tx: Tx) -> None:
    await finding.mark_sites(tx, await readings.save_readings(tx, events))


async def on_look_made(events: Sequence[LookMade], tx: Tx) -> None:
    """Keep what was seen of links that we owe; an answer that nobody waits for any more is dropped."""
    looks = {event.look_id: event for event in events}
    waiting = await exchanges.lock_by_looks(tx, looks)
    changed = []
    for look_id, before in waiting.items():
        after = exchange.advance(before, looks[look_id])
        await exchanges.save_exchange(tx, after, now=after.looked_at or before.created_at)
        if (after.seen, set(after.reasons)) != (before.seen, set(before.reasons)):
            changed.append((after, exchange.sentence(after, looks[look_id].looked_at.date())))
    await exchanges.tell_changed(tx, changed)


async def on_toxicity_changed(events: Sequence[ToxicityChanged], tx: Tx) -> None:
    """Note in the history of placements that their links look worse or better than before."""
    found = await watch.list_of_links(tx, [event.link_id for event in events])
    await placements.add_history(
        tx,
        [
            Entry(
                placement_id,
                "toxicity",
                f"The link is now judged so: {event.sentence or words.band(event.to_band).label}.",
                event.occurred_at,
            )
            for event in events
            for placement_id in found.get(event.link_id, [])
        ],
    )


async def on_review_decided(events: Sequence[ReviewDecided], tx: Tx) -> None:
    """Note in the history of placements what people decided about their links or domains."""
    for event in events:
        sentence = _DECISIONS.get(event.decision)
        if sentence is None or event.site_id is None:
            continue
        found = await watch.list_of_domains(tx, event.site_id, event.domains, event.links)
        await placements.add_history(
            tx,
            [
                Entry(one, "review", sentence, event.occurred_at, (), event.decided_by)
                for one in found
            ],
        )


async def on_disavow_version_created(_: Sequence[DisavowVersionCreated], __: Tx) -> None:
    """Change nothing: the decisions that a disavow list is made of came one by one before it."""


async def on_workspace_deleted(events: Sequence[WorkspaceDeleted], tx: Tx) -> None:
    """Send no mail of a workspace that was deleted; whoever brings it back switches it on again."""
    for event in events:
        if event.workspace_id is not None:
            await outreach_settings.switch_off(tx, event.workspace_id)


def _newest(events: Sequence[LinkChanged]) -> dict[UUID, LinkChanged]:
    newest: dict[UUID, LinkChanged] = {}
    for event in events:
        if event.placement_id is None:
            continue
        known = newest.get(event.placement_id)
        if known is None or _age(known) < _age(event):
            newest[event.placement_id] = event
    return newest


def _age(event: LinkChanged) -> tuple[object, int]:
    return event.occurred_at, event.check_seq or 0


def _is_newer(event: LinkChanged, watched: Watched) -> bool:
    if watched.concluded_at is None:
        return True
    known = (watched.concluded_at, watched.concluded_seq)
    return known < (event.occurred_at, event.check_seq or 0)


def _concluded(watched: Watched, event: LinkChanged) -> Concluded:
    reasons = event.contract_reasons or event.reasons
    conclusion = Conclusion(event.to_status, event.contract_state, reasons)
    step = advance(watched.seen, watched.reasons, conclusion)
    return Concluded(
        placement_id=watched.placement_id,
        link_id=event.link_id,
        seen=step.seen,
        reasons=step.reasons,
        at=event.occurred_at,
        seq=event.check_seq or 0,
    )


def _is_step(before: Watched, after: Concluded) -> bool:
    """Say whether there is news: another state, or other differences from what was agreed."""
    if before.seen is not after.seen:
        return after.seen in _EVENTS
    return after.seen is Seen.MISMATCHED and set(before.reasons) != set(after.reasons)


def _entry(after: Concluded) -> Entry:
    said, why = PLACEMENTS[after.seen.value], words.breaches(after.reasons)
    text = f"{said.label}: {why}." if why else said.sentence
    return Entry(after.placement_id, after.seen.value, text, after.at, after.reasons)


def _event(before: Watched, after: Concluded) -> PlacementEvent:
    return _EVENTS[after.seen](
        workspace_id=before.workspace_id,
        site_id=before.site_id,
        placement_id=before.placement_id,
        link_id=after.link_id,
        referring_domain=before.referring_domain,
        reasons=after.reasons,
    )
