"""What the toxicity service says about links: columns to filter by, and rows of the history."""

from collections.abc import Sequence

from services.profile.domain.history import Entry
from services.profile.domain.lifecycle import Change
from services.profile.domain.occasions import flagged_domain
from services.profile.store import history, links, occasions, scores
from shared.db import Tx
from shared.events import DomainFlagged, LinkScored, ToxicityChanged
from shared.vocabulary import ChangeKind


async def on_link_scored(events: Sequence[LinkScored], tx: Tx) -> None:
    """Take over scores; an older one never overwrites a newer one."""
    newest: dict[object, LinkScored] = {}
    for event in events:
        known = newest.get(event.link_id)
        if known is None or known.scored_seq < event.scored_seq:
            newest[event.link_id] = event
    await scores.save_scores(tx, sorted(newest.values(), key=lambda event: event.link_id))


async def on_toxicity_changed(events: Sequence[ToxicityChanged], tx: Tx) -> None:
    """Write into the history that a link crossed into another band."""
    found = await links.lock_links(tx, {event.link_id for event in events})
    entries = [
        Entry(
            change_id=event.event_id,
            link=found[event.link_id],
            change=Change(
                kind=ChangeKind.TOXIC,
                from_status=found[event.link_id].state.status,
                to_status=found[event.link_id].state.status,
                reasons=(),
                previous={"band": event.from_band},
                current={"band": event.to_band, "score": event.score},
            ),
            sentence=event.sentence,
            at=event.occurred_at,
        )
        for event in events
        if event.link_id in found
    ]
    await history.add_changes(tx, entries)


async def on_domain_flagged(events: Sequence[DomainFlagged], tx: Tx) -> None:
    """Let the rules of alerts know what became of a referring domain since we know it."""
    told = [flagged_domain(event.site_id, event) for event in events if event.site_id is not None]
    places = [(one.site_id, one.name, one.at) for one in told]
    new = await occasions.find_newly_imported(tx, places)
    await occasions.add_occasions(tx, [one for one in told if (one.site_id, one.name) not in new])
