"""Which slot a placement fills: one of its page and of its anchor's group, the earliest first; pure."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.anchor_bands import Group


class SlotState(StrEnum):
    """Whether something fills a slot, and whether its link was seen."""

    OPEN = "open"
    PROMISED = "promised"
    PLACED = "placed"


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """A slot that no placement fills yet."""

    slot_id: UUID
    target_key: UUID
    group: Group
    due_on: date
    taken_by: str | None = None
    """The domain of the prospect that is to give the link."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A placement; None where nothing was agreed about its page or its words."""

    placement_id: UUID
    target_key: UUID | None
    has_text: bool
    group: Group | None
    domain: str = ""


def fill(slots: Iterable[OpenSlot], agreed: Sequence[Agreed]) -> dict[UUID, UUID]:
    """Return slot -> placement: those of which most is agreed choose first, each the earliest that fits.

    A slot that its prospect has comes first, one that another prospect has only where nothing else fits.
    """
    free: dict[tuple[UUID, Group, str | None], deque[OpenSlot]] = {}
    for slot in sorted(slots, key=_place):
        free.setdefault((slot.target_key, slot.group, slot.taken_by), deque()).append(slot)
    filled: dict[UUID, UUID] = {}
    for one in sorted(agreed, key=_vagueness):
        fitting = [queue for queue in free.values() if queue and fits(queue[0], one)]
        if fitting:
            queue = min(fitting, key=lambda queue: (_claim(queue[0], one), _place(queue[0])))
            filled[queue.popleft().slot_id] = one.placement_id
    return filled


def _claim(slot: OpenSlot, one: Agreed) -> int:
    if slot.taken_by is None:
        return 1
    return 0 if slot.taken_by == one.domain else 2


def _place(slot: OpenSlot) -> tuple[date, UUID]:
    return slot.due_on, slot.slot_id


def fits(slot: OpenSlot, one: Agreed) -> bool:
    """Say whether a placement is what a slot asked for, as far as it is agreed."""
    same_page = one.target_key is None or one.target_key == slot.target_key
    same_words = not one.has_text or one.group is slot.group
    return same_page and same_words


def _vagueness(one: Agreed) -> tuple[int, UUID]:
    return (one.target_key is None) + (not one.has_text), one.placement_id
