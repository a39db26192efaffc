"""What people and rules decide about links; pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.profile.domain.history import Entry, entry_by_hand
from services.profile.domain.lifecycle import (
    LinkState,
    acknowledge,
    change_between,
    with_override,
)
from services.profile.domain.link import Link
from shared.vocabulary import LinkStatus


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's verdict over ours; without a status it is taken back."""

    status: LinkStatus | None
    reason: str | None


def acknowledged(
    link: Link, *, taken: frozenset[UUID], at: datetime, actor: str | None
) -> tuple[Link, Entry | None]:
    """Take the facts of a link for agreed; `taken` are targets of other links of the page."""
    after = _decided(link, acknowledge(link.state), at)
    seen = after.state.seen
    if seen is not None and seen.target_key not in {None, link.target_key, *taken}:
        after = replace(
            after,
            target_url=seen.target_url,
            target_key=seen.target_key,
            tracked_seq=link.tracked_seq + 1,
        )
    return after, _entry(link, after, at, actor)


def overridden(
    link: Link, verdict: Verdict, *, at: datetime, actor: str | None
) -> tuple[Link, Entry | None]:
    """Let a person's verdict stand over ours."""
    after = _decided(link, with_override(link.state, verdict.status), at)
    return after, _entry(link, after, at, actor)


def _decided(link: Link, state: LinkState, at: datetime) -> Link:
    if state.status is link.state.status:
        return replace(link, state=state)
    lost = state.good_status is LinkStatus.LOST
    return replace(link, state=state, changed_at=at, lost_at=(link.lost_at or at) if lost else None)


def _entry(before: Link, after: Link, at: datetime, actor: str | None) -> Entry | None:
    change = change_between(before.state, after.state, appeared=False)
    return None if change is None else entry_by_hand(after, change, at=at, actor=actor)
