"""A row of a link's history, and the event that tells the world of it; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from services.profile.domain.imports import LinkColumns
from services.profile.domain.lifecycle import Change
from services.profile.domain.link import Link, Sight, Step
from services.profile.domain.site import Site
from shared import bundles, words
from shared.events import LinkAdopted, LinkChanged, LinkTracked, LinkUntracked
from shared.ids import new_id, spelled


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one link, with the words for it."""

    change_id: UUID
    link: Link
    change: Change
    sentence: str
    at: datetime
    check_seq: int | None = None
    evidence_id: UUID | None = None
    actor: str | None = None
    sentence_before: str | None = None
    """The link with the words around it, as the page had it."""
    sentence_after: str | None = None


def entry_of_step(step: Step, change: Change) -> Entry:
    """Return the history row for what a look changed."""
    return Entry(
        change_id=new_id(),
        link=step.after,
        change=change,
        sentence=sentence(step.after, change, at=step.sight.look.checked_at),
        at=step.sight.look.checked_at,
        check_seq=step.sight.look.check_seq,
        evidence_id=step.sight.observation.evidence_id,
    )


def entry_by_hand(link: Link, change: Change, *, at: datetime, actor: str | None) -> Entry:
    """Return the history row for what a person, a rule or a contract changed."""
    return Entry(new_id(), link, change, sentence(link, change, at=at), at, actor=actor)


def sentence(link: Link, change: Change, *, at: datetime) -> str:
    """Return what a person reads about a change; without the day, which stands beside it."""
    state = link.state
    facts = words.LinkFacts(
        reasons=change.reasons,
        breaches=state.contract_reasons,
        last_live_at=link.last_seen_at,
        confirming_since=state.confirming_since,
        missed_at=state.missing_since,
        lost_at=link.lost_at,
        next_check_at=link.next_check_at,
        counts=state.counts,
    )
    return words.status(change.to_status, facts, now=at).sentence


def sentence_of(sight: Sight) -> str | None:
    """Return how a link stands in its text: the first place of it on the page."""
    if not sight.occurrences:
        return None
    place = sight.occurrences[0]
    words_ = (place.left_context, place.anchor_text or place.image_alt or "", place.right_context)
    return " ".join(" ".join(words_).split()) or None


def changed_events(entries: Sequence[Entry]) -> list[LinkChanged]:
    """Return what the other services and subscribers are told."""
    return [_changed_event(entry) for entry in entries]


def _changed_event(entry: Entry) -> LinkChanged:
    link, change, state = entry.link, entry.change, entry.link.state
    return LinkChanged(
        workspace_id=link.workspace_id,
        site_id=link.site_id,
        link_id=link.link_id,
        change_id=entry.change_id,
        check_seq=entry.check_seq,
        kind=change.kind,
        from_status=change.from_status,
        to_status=change.to_status,
        reasons=change.reasons,
        previous=dict(change.previous),
        current=dict(change.current),
        referring_url=link.referring_url,
        referring_domain=link.referring_domain,
        target_url=link.target_url,
        sentence=entry.sentence,
        evidence_id=entry.evidence_id,
        contract_state=state.contract_state,
        contract_reasons=state.contract_reasons,
        placement_id=state.terms.placement_id if state.terms else None,
        checked_at=link.last_checked_at,
        followed=state.seen.followed if state.seen else None,
        counts=state.counts,
        first_seen_at=link.first_seen_at,
    )


def tracked_event(link: Link, hosts: Sequence[str], *, priority: int = 0) -> LinkTracked:
    """Return the request to the crawler to watch a link on these terms."""
    return LinkTracked(
        workspace_id=link.workspace_id,
        site_id=link.site_id,
        link_id=link.link_id,
        referring_url=link.referring_url,
        page_key=link.page_key,
        target_url=link.target_url,
        target_key=link.target_key,
        hosts=tuple(hosts),
        value=link.value,
        contract=link.state.terms is not None,
        ever_live=link.state.ever_live,
        known_since=link.known_since,
        priority=priority,
        tracked_seq=link.tracked_seq,
    )


def tracked_frame(site: Site, now: datetime) -> bytes:
    """Return what the `tracked_event`s of an import share, as a frame of `shared.bundles`.

    Written by hand, because an import makes millions: a tenth of the cost. A test compares.
    """
    time, hosts = orjson.dumps(now).decode(), orjson.dumps(site.hosts).decode()
    return bundles.frame(
        *(
            '{"specversion":"1.0","id":"',
            1,
            '","source":"/anchorwatch/profile","type":"link.tracked",',
        ),
        *('"subject":"link/', 2, f'","time":{time},"datacontenttype":"application/json",'),
        f'"dataschema":"urn:anchorwatch:link.tracked:1","workspaceid":"{site.workspace_id}",',
        *(f'"siteid":"{site.site_id}","data":{{"link_id":"', 2, '","referring_url":', 3),
        *(',"page_key":"', 4, '","target_url":', 5, ',"target_key":', 6, f',"hosts":{hosts}'),
        *(',"value":', 7, f',"contract":false,"ever_live":false,"known_since":{time},'),
        '"priority":0,"tracked_seq":1}}',
    )


def tracked_pieces(
    rows: LinkColumns,
    *,
    event_ids: Sequence[bytes],
    link_ids: Sequence[bytes],
    values: Sequence[bytes],
) -> list[bytes]:
    """Return what `tracked_frame` lacks of each event; a value is the JSON of its link's worth."""
    keys = dict(zip(rows.target_url, rows.target_key, strict=True))
    targets = {
        url: orjson.dumps(url) + bundles.PIECE + orjson.dumps(key) for url, key in keys.items()
    }
    pieces = zip(
        spelled(event_ids),
        spelled(link_ids),
        map(orjson.dumps, rows.referring_url),
        spelled([key.bytes for key in rows.page_key]),
        map(targets.__getitem__, rows.target_url),
        values,
        strict=True,
    )
    return list(map(bundles.PIECE.join, pieces))


def adopted_event(link: Link, sight: Sight) -> LinkAdopted:
    """Return the look that found a link, for whoever weighs it."""
    seen = {"occurrences": sight.occurrences, "occurrence_count": len(sight.occurrences)}
    return LinkAdopted(
        workspace_id=link.workspace_id,
        site_id=link.site_id,
        link_id=link.link_id,
        observation=sight.observation.model_copy(update=seen),
        tracked_seq=link.tracked_seq,
    )


def untracked_event(link: Link, *, merged_into: UUID | None = None) -> LinkUntracked:
    """Return the request to the crawler to stop watching a link."""
    return LinkUntracked(
        workspace_id=link.workspace_id,
        site_id=link.site_id,
        link_id=link.link_id,
        tracked_seq=link.tracked_seq + 1,
        merged_into=merged_into,
    )
