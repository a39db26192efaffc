"""The order of the review: by expected value, with every fifth link drawn at random; pure.

A queue that shows only suspicious links tells nothing about how often the score is wrong. The random
order is that of a hash of the link's id: the same for everybody, and blind to the score.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from uuid import UUID

EVERY = 5  # one in five is drawn at random

FIRST_VALUE = 2**62
FIRST_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader of the queue stands: how many were shown (modulo 5), and in both orders."""

    shown: int = 0
    value: int = FIRST_VALUE
    link_id: UUID = FIRST_ID
    drawn: str = ""


class Queued(Protocol):
    """What the queue must know of a link."""

    @property
    def link_id(self) -> UUID: ...
    @property
    def value(self) -> int: ...
    @property
    def drawn(self) -> str: ...


Q = TypeVar("Q", bound=Queued)


@dataclass(frozen=True, slots=True)
class Turn(Generic[Q]):
    """A link in the queue, whether it was drawn at random, and the place behind it."""

    link: Q
    is_sample: bool
    after: Place


def in_turn(valued: Sequence[Q], drawn: Sequence[Q], *, start: Place, limit: int) -> list[Turn[Q]]:
    """Return up to `limit` links: four by their value, then one by lot, each only once.

    The queue ends with the last suspicious link: the sample goes with them, never on alone, but
    for the one that closes an unfinished five.
    """
    turns: list[Turn[Q]] = []
    seen: set[UUID] = set()
    by_value, by_lot = iter(valued), iter(drawn)
    place = start
    while len(turns) < limit:
        is_sample = place.shown % EVERY == EVERY - 1
        link = _next(by_lot if is_sample else by_value, seen)
        if link is None and is_sample:
            place = Place(0, place.value, place.link_id, place.drawn)
            continue
        if link is None:
            if place.shown % EVERY == 0:
                break
            # Fewer than four were left: one more by lot closes the five.
            is_sample, link = True, _next(by_lot, seen)
            if link is None:
                break
            place = Place(EVERY - 1, place.value, place.link_id, place.drawn)
        seen.add(link.link_id)
        place = _behind(place, link, is_sample=is_sample)
        turns.append(Turn(link, is_sample, place))
    return turns


def _next(links: Iterator[Q], seen: set[UUID]) -> Q | None:
    return next((link for link in links if link.link_id not in seen), None)


def _behind(place: Place, link: Queued, *, is_sample: bool) -> Place:
    shown = (place.shown + 1) % EVERY
    if is_sample:
        return Place(shown, place.value, place.link_id, link.drawn)
    return Place(shown, link.value, link.link_id, place.drawn)
