"""Which open slot of the plan fits a prospect: by the page it is offered, by way, by shared words; pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote, urlsplit
from uuid import UUID

from shared.anchor_stems import stem
from shared.anchor_text import fold

_WORD = re.compile(r"[^\W\d_]{3,}")
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSlot:
    """A slot that neither a placement fills nor a prospect has."""

    slot_id: UUID
    target_url: str
    target_key: UUID
    label: str
    method: str | None
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanting:
    """A prospect without a slot, and what is known of what a link from there would be."""

    prospect_id: UUID
    offered_key: UUID | None = None
    """The page of ours that an accepted opportunity offers."""
    method: str | None = None
    words: Sequence[str] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Assigned:
    """The slot that fits a prospect, and why."""

    prospect_id: UUID
    slot: FreeSlot
    reason: str


def assign(free: Iterable[FreeSlot], wanting: Sequence[Wanting]) -> list[Assigned]:
    """Return a slot for each prospect while there are any: those whose page is offered choose first."""
    left = {slot.slot_id: slot for slot in free}
    found: list[Assigned] = []
    for one in sorted(wanting, key=lambda one: (one.offered_key is None, not one.words)):
        best = min(left.values(), key=lambda slot: _rank(slot, one), default=None)
        if best is not None:
            del left[best.slot_id]
            found.append(Assigned(one.prospect_id, best, reason_of(best, one)))
    return found


def _rank(slot: FreeSlot, one: Wanting) -> tuple[bool, bool, int, date, UUID]:
    return (
        not _is_offered(slot, one),
        not _is_way(slot, one),
        -len(_shared(slot, one)),
        slot.due_on,
        slot.slot_id,
    )


def reason_of(slot: FreeSlot, one: Wanting) -> str:
    """Say why a slot fits a prospect."""
    said = []
    if _is_offered(slot, one):
        said.append("It is the page that was found to fit what lies open there")
    elif shared := _shared(slot, one):
        words = ", ".join(f"“{word}”" for word in shared[:_MOST_NAMED])
        said.append(f"Its address names {words}, which you share")
    if _is_way(slot, one):
        said.append(f"it is planned as {slot.method}")
    said.append("it is the next one due" if not said else "of these it is the next one due")
    sentence = "; ".join(said)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _is_offered(slot: FreeSlot, one: Wanting) -> bool:
    return one.offered_key is not None and one.offered_key == slot.target_key


def _is_way(slot: FreeSlot, one: Wanting) -> bool:
    return one.method is not None and slot.method == one.method


def _shared(slot: FreeSlot, one: Wanting) -> list[str]:
    path = unquote(urlsplit(slot.target_url).path)
    own = {stem(word, one.language) for word in _WORD.findall(fold(path))}
    return [word for word in one.words if stem(fold(word), one.language) in own]
