"""A tracked link as a row holds it, and what one look makes of it; pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from uuid import UUID

import orjson

from services.profile.domain.facts import facts_of
from services.profile.domain.lifecycle import Change, LinkState, Look, transition
from services.profile.domain.records import replacer
from services.profile.domain.source import NOWHERE, Source, source_of
from shared.events import LinkChecked, Observation, Occurrence
from shared.vocabulary import ChangeKind, DiscoveryReason, LinkStatus, Outcome, Reason

# A link discovered for one of these reasons has just appeared; for the others we only learnt of it.
APPEARED = frozenset(
    {DiscoveryReason.LINK_ADDED, DiscoveryReason.LINK_RESTORED, DiscoveryReason.WEBMENTION}
)

_OF_ABSENCE = frozenset(
    {Reason.LINK_REMOVED, Reason.LISTING_CHURN, Reason.LINK_IN_COMMENT, Reason.MENTION_ONLY}
)
"""Why the link itself is not there; all else is true of whatever took its place on the page."""
_OF_PLACE = frozenset(
    {Reason.LINK_IN_IFRAME, Reason.LINK_IN_NOSCRIPT, Reason.LINK_HIDDEN_CSS, Reason.ANCHOR_EMPTY}
)


@dataclass(frozen=True, slots=True)
class Link:
    """What a look needs to know of a link, and what it may change."""

    link_id: UUID
    workspace_id: UUID
    site_id: UUID
    referring_url: str
    referring_domain: str
    page_key: UUID
    target_url: str | None
    target_key: UUID | None
    known_since: datetime
    state: LinkState = field(default_factory=LinkState)
    first_seen_at: datetime | None = None
    gained_at: datetime | None = None
    last_seen_at: datetime | None = None
    last_checked_at: datetime | None = None
    next_check_at: datetime | None = None
    changed_at: datetime | None = None
    lost_at: datetime | None = None
    http_status: int | None = None
    final_url: str | None = None
    source: Source = NOWHERE
    seen_print: int = 0
    anchor_kind: str | None = None
    anchor_flags: tuple[str, ...] = ()
    tracked_seq: int = 1
    value: float = 1.0
    relevance: float | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at one link with everything around it that a row or the history keeps."""

    look: Look
    observation: Observation
    occurrences: tuple[Occurrence, ...] = ()
    next_check_at: datetime | None = None
    fingerprint: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A link before and after one look, and the change that a person would see in between."""

    before: Link
    after: Link
    sight: Sight
    change: Change | None


replace_link = replacer(Link)

# What a check may move without anything having become different.
_CONCLUSION = attrgetter(
    "state.status",
    "state.good_status",
    "state.reasons",
    "state.counts",
    "state.confirming_since",
    "state.contract_state",
    "state.contract_reasons",
    "state.missing_since",
    "state.observed_reasons",
    "state.blind_reasons",
    "state.seen",
    "state.baseline",
    "state.baseline_locked",
    "state.terms",
    "state.override",
    "tracked_seq",
    "target_key",
    "seen_print",
    "first_seen_at",
    "gained_at",
    "changed_at",
    "lost_at",
)


def is_unchanged(before: Link, after: Link) -> bool:
    """Say whether only times and sequence numbers moved, as after nearly every look."""
    return bool(_CONCLUSION(before) == _CONCLUSION(after))


def sight_of(event: LinkChecked, target_key: UUID | None, *, agreed: str | None = None) -> Sight:
    """Return what an event says about the link with this target, whose words may be agreed."""
    observation = event.observation
    on_page = observation.occurrences or event.targets
    occurrences = on_page if target_key is None else places_of(event, target_key)
    if observation.outcome is Outcome.FOUND and on_page and not occurrences:
        # The crawler still watches for any target; of ours there was nothing to see this time.
        return _missing_sight(event)
    return _sight(event, occurrences, agreed=agreed)


def places_of(event: LinkChecked, target_key: UUID) -> tuple[Occurrence, ...]:
    """Return the places on the page that link to this target."""
    on_page = event.observation.occurrences or event.targets
    return tuple([o for o in on_page if o.target_key == target_key])


def moved_sight(event: LinkChecked, occurrence: Occurrence) -> Sight:
    """Return what an event says about a link whose page now links to another page of the site."""
    sight = _sight(event, (occurrence,))
    look = replace(sight.look, outcome=Outcome.FOUND, missing_streak=0, missing_since=None)
    # The page's own trouble stands on the new target too; that the old link is gone does not.
    reasons = standing_reasons(event.observation)
    facts = facts_of(event.observation, (occurrence,), reasons)
    return replace(sight, look=replace(look, reasons=reasons, facts=facts))


def standing_reasons(observation: Observation) -> tuple[Reason, ...]:
    """Return what is wrong with the page and the link on it, without why another link is gone."""
    return tuple(reason for reason in observation.reasons if reason not in _OF_ABSENCE)


def page_reasons(observation: Observation) -> tuple[Reason, ...]:
    """Return what is wrong with the page, for a link whose own place nobody judged yet."""
    return tuple(one for one in standing_reasons(observation) if one not in _OF_PLACE)


def sitewide_sight(sight: Sight) -> Sight:
    """Return the sight of a link that is seen on many pages, of which no single look can tell."""
    facts = sight.look.facts
    if facts is None:
        return sight
    facts = replace(facts, reasons=(*facts.reasons, Reason.SITEWIDE))
    return replace(sight, look=replace(sight.look, facts=facts))


def found_sight(
    observation: Observation, occurrences: Sequence[Occurrence], *, agreed: str | None = None
) -> Sight:
    """Return the sight of a link that occurs in these places of an observed page."""
    facts = None
    if occurrences:
        facts = facts_of(observation, occurrences, observation.reasons, agreed=agreed)
    look = Look(
        check_seq=observation.check_seq,
        outcome=Outcome.FOUND,
        checked_at=observation.checked_at,
        reasons=observation.reasons,
        facts=facts,
    )
    return Sight(
        look=look,
        observation=observation,
        occurrences=tuple(occurrences),
        fingerprint=fingerprint(observation, occurrences),
    )


def _sight(
    event: LinkChecked, occurrences: tuple[Occurrence, ...], *, agreed: str | None = None
) -> Sight:
    observation = event.observation
    if observation.outcome is Outcome.FOUND:
        found = found_sight(observation, occurrences, agreed=agreed)
        return replace(found, next_check_at=event.next_check_at)
    look = Look(
        check_seq=observation.check_seq,
        outcome=observation.outcome,
        checked_at=observation.checked_at,
        reasons=_why_missed(event),
        missing_streak=event.missing_streak,
        missing_since=event.missing_since,
    )
    return Sight(look, observation, occurrences, event.next_check_at)


def _why_missed(event: LinkChecked) -> tuple[Reason, ...]:
    """Return why the link was not seen, without what is wrong with another one beside it."""
    reasons = event.observation.reasons
    if event.observation.outcome is not Outcome.MISSING or not event.targets:
        return reasons
    return tuple(r for r in reasons if r in _OF_ABSENCE or r is Reason.PAGE_REDIRECTED)


def _missing_sight(event: LinkChecked) -> Sight:
    sight = _sight(event, ())
    look = replace(sight.look, outcome=Outcome.MISSING, reasons=(Reason.LINK_REMOVED,), facts=None)
    return replace(sight, look=look, fingerprint=0)


def fingerprint(observation: Observation, occurrences: Sequence[Occurrence]) -> int:
    """Return a number that changes with every fact, and with what the link's page in the product shows."""
    shown = (
        *map(vars, occurrences),
        *(observation.http_status, observation.final_url, observation.title),
        *(observation.canonical, observation.meta_robots, observation.x_robots_tag),
        *(observation.page_followed, observation.indexable, observation.reasons),
        *(observation.lang, observation.platform),
    )
    digest = hashlib.blake2b(orjson.dumps(shown, default=str), digest_size=8)
    return int.from_bytes(digest.digest(), signed=True)


def see(link: Link, sight: Sight, *, appeared: bool = False) -> Step:
    """Take one look into account; `appeared` says that the link is known to have just come."""
    look = sight.look
    state, change = transition(link.state, look)
    if change is not None and appeared and change.kind is ChangeKind.VERIFIED:
        change = replace(change, kind=ChangeKind.NEW)
    if state is link.state:
        return Step(link, link, sight, None)
    newest = look.check_seq > link.state.check_seq
    found = look.outcome is Outcome.FOUND
    newest_found = found and look.check_seq > link.state.found_seq
    seen_print = sight.fingerprint if newest_found and look.facts is not None else link.seen_print
    after = replace_link(
        link,
        state=state,
        seen_print=seen_print,
        first_seen_at=_earliest(link.first_seen_at, look.checked_at)
        if found
        else link.first_seen_at,
        last_seen_at=look.checked_at if newest_found else link.last_seen_at,
        last_checked_at=look.checked_at if newest else link.last_checked_at,
        next_check_at=sight.next_check_at if newest else link.next_check_at,
        http_status=sight.observation.http_status if newest else link.http_status,
        final_url=sight.observation.final_url if newest else link.final_url,
        source=source_of(sight.observation, link.source) if newest_found else link.source,
    )
    return Step(link, _dated(after, change, look), sight, change)


def _dated(link: Link, change: Change | None, look: Look) -> Link:
    """Write down when we concluded what changed."""
    if change is None:
        return link
    lost = link.state.good_status is LinkStatus.LOST
    gained = link.gained_at
    if change.kind is ChangeKind.NEW and gained is None:
        gained = look.checked_at
    return replace(
        link,
        changed_at=max(link.changed_at or look.checked_at, look.checked_at),
        lost_at=(link.lost_at or look.checked_at) if lost else None,
        gained_at=gained,
    )


def _earliest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
