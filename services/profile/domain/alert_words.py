"""What an alert says: a title in one sentence, and lines that say which pages and what to do; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.profile.domain.alerts import KINDS, AlertKind
from shared.hostnames import shown

MOST_LINES = 20
MOST_LINKS = 50
_MOST_ITEMS = MOST_LINES - 2
"""Each with a line; then how many more there are, and what to do."""
_LONGEST_LINE = 500
_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that an alert holds."""

    item_id: UUID
    name: str
    url: str
    sentence: str
    at: datetime
    value: float
    link_ids: tuple[UUID, ...] = ()
    over: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """An alert in words."""

    title: str
    sentences: tuple[str, ...]


def words_of(kind: AlertKind, items: Sequence[Item], *, count: int, domains: int) -> Told:
    """Return the words for `count` things from so many domains; `items` are the most valuable of them."""
    known = KINDS[kind]
    if not known.happened:
        title, *more = items[0].sentence.splitlines() or [known.label]
        return Told(
            _cut(title, _LONGEST_TITLE), _with_todo([_cut(line) for line in more], known.todo)
        )
    verb = "was" if count == 1 else "were"
    links = "1 link" if count == 1 else f"{count:,} links"
    origin = shown(items[0].name) if domains == 1 else f"{domains:,} domains"
    lines = [_cut(f"{item.url}: {item.sentence}") for item in items[:_MOST_ITEMS]]
    if count > len(lines):
        lines.append(f"And {count - len(lines):,} more.")
    title = _cut(f"{links} from {origin} {verb} {known.happened}", _LONGEST_TITLE)
    return Told(title, _with_todo(lines, known.todo))


def _with_todo(lines: list[str], todo: str) -> tuple[str, ...]:
    return (*lines[: MOST_LINES - 1], todo) if todo else tuple(lines[:MOST_LINES])


def _cut(text: str, most: int = _LONGEST_LINE) -> str:
    whole = " ".join(text.split())
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"
