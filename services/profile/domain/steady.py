"""The short way of nearly every look: it found what the look before it found; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.profile.domain.link import fingerprint, places_of
from shared.events import LinkChecked
from shared.vocabulary import Outcome


@dataclass(slots=True)
class Head:
    """As much of a link as tells whether a look makes nothing different; it moves on with the looks."""

    link_id: UUID
    target_key: UUID | None
    check_seq: int
    found_seq: int
    seen_print: int
    last_seen_at: datetime | None
    has_terms: bool
    is_steady: bool = True

    def take(self, event: LinkChecked) -> None:
        """Move on with a look, or note that the looks at this link need the long way."""
        if self.is_steady and _is_same_again(self, event):
            self.check_seq = self.found_seq = event.observation.check_seq
            self.last_seen_at = event.observation.checked_at
        else:
            self.is_steady = False


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks of a batch: those that only move times and numbers, and those to conclude from."""

    steady: list[LinkChecked]
    others: list[LinkChecked]


def part(heads: Mapping[UUID, Head], events: Sequence[LinkChecked]) -> Looks:
    """Part the looks at known links. All looks at one link go the same way, in their order."""
    known = [(head, event) for event in events if (head := heads.get(event.link_id)) is not None]
    for head, event in known:
        head.take(event)
    return Looks(
        steady=[event for head, event in known if head.is_steady],
        others=[event for head, event in known if not head.is_steady],
    )


def _is_same_again(head: Head, event: LinkChecked) -> bool:
    """Say whether the newest look found what the newest before it found, and no clock ran backwards.

    The fingerprint covers all facts, so that an equal one leaves nothing to conclude. Terms may
    ask for more than the facts, and a link of unknown target may get one: these go the long way.
    """
    look = event.observation
    if (
        look.outcome is not Outcome.FOUND
        or head.target_key is None
        or head.has_terms
        or head.last_seen_at is None
        or look.checked_at < head.last_seen_at
        or not look.check_seq > head.check_seq == head.found_seq > 0
    ):
        return False
    places = places_of(event, head.target_key)
    return bool(places) and fingerprint(look, places) == head.seen_print
