"""Valid looks, facts and events of links; override one thing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.profile.domain.contract import Terms
from services.profile.domain.facts import Facts
from services.profile.domain.lifecycle import LinkState, Look, transition
from shared.events import LinkChecked, LinkDiscovered, Observation, Occurrence
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import DiscoveryReason, Outcome, Position, Reason

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
PAGE = "https://blog.example.org/post"
TARGET = "https://acme.example/pricing"


def at(seq: int) -> datetime:
    """Checks are an hour apart."""
    return NOON + timedelta(hours=seq)


def a_fact(**given: Any) -> Facts:
    values: dict[str, Any] = {
        "target_url": TARGET,
        "target_key": page_id(TARGET),
        "anchor_text": "Acme Home",
        "position": Position.CONTENT,
    }
    return Facts(**values | given)


def found(seq: int, **facts: Any) -> Look:
    return Look(seq, Outcome.FOUND, at(seq), facts=a_fact(**facts))


def missing(seq: int, streak: int, reason: Reason = Reason.LINK_REMOVED) -> Look:
    since = at(seq - streak + 1)
    return Look(seq, Outcome.MISSING, at(seq), (reason,), None, streak, since)


def blind(seq: int, reason: Reason = Reason.TIMEOUT) -> Look:
    return Look(seq, Outcome.UNKNOWN, at(seq), (reason,))


def after(*looks: Look, state: LinkState | None = None) -> LinkState:
    """The state of a link after these looks, in this order of delivery."""
    state = state or LinkState()
    for look in looks:
        state, _ = transition(state, look)
    return state


def terms(**given: Any) -> Terms:
    return Terms(placement_id=new_id(), terms_seq=1, **given)


def an_occurrence(target_url: str = TARGET, **given: Any) -> Occurrence:
    values: dict[str, Any] = {
        "target_url": target_url,
        "target_key": page_id(target_url),
        "anchor_text": "Acme Home",
        "position": Position.CONTENT,
        "left_context": "we like",
    }
    return Occurrence(**values | given)


def an_observation(seq: int, outcome: Outcome = Outcome.FOUND, **given: Any) -> Observation:
    values: dict[str, Any] = {
        "page_id": page_id(PAGE),
        "check_id": new_id(),
        "check_seq": seq,
        "checked_at": at(seq),
        "outcome": outcome,
        "http_status": 200,
        "final_url": PAGE,
        "indexable": True,
        "page_followed": True,
        "occurrences": (an_occurrence(),) if outcome is Outcome.FOUND else (),
    }
    return Observation(**values | given)


def a_check(
    link_id: UUID, seq: int, outcome: Outcome = Outcome.FOUND, *, streak: int = 0, **given: Any
) -> LinkChecked:
    event = {name: given.pop(name) for name in ("targets", "site_id") if name in given}
    return LinkChecked(
        link_id=link_id,
        observation=an_observation(seq, outcome, **given),
        missing_streak=streak,
        missing_since=at(seq - streak + 1) if streak else None,
        next_check_at=at(seq + 24),
        **event,
    )


def a_discovery(
    site_id: UUID,
    seq: int = 1,
    *,
    page: str = PAGE,
    target: str = TARGET,
    reason: DiscoveryReason = DiscoveryReason.LINK_ADDED,
) -> LinkDiscovered:
    return LinkDiscovered(
        site_id=site_id,
        reason=reason,
        referring_url=page,
        page_key=page_id(page),
        target_url=target,
        target_key=page_id(target),
        observation=an_observation(seq, occurrences=(an_occurrence(target),)),
    )
