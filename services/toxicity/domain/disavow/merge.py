"""Brings a list in force and decisions together, and says how two lists differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.toxicity.domain.disavow.entries import (
    DOMAIN,
    Entry,
    Numbered,
    covering_domain,
    settle,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a second list has that the first had not, and the other way round."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int


def merge(
    current: Iterable[Entry], *, added: Iterable[Entry] = (), removed: Iterable[str] = ()
) -> list[Entry]:
    """Return the list in force with decisions applied.

    An upload replaces the whole list at Google, so what is in force stays unless somebody decided
    to take it out. `removed` names hosts: their entries go, and so do those of pages below them.
    Where both lists name the same thing the older note stays.
    """
    lifted = set(removed)
    both = [entry for entry in current if covering_domain(entry.host, lifted) is None]
    both += added
    kept, _ = settle(Numbered(0, entry) for entry in both)
    return [item.entry for item in kept]


@dataclass(frozen=True, slots=True)
class Merged:
    """Three lists brought together, and which side brought what."""

    entries: tuple[Entry, ...]
    added_by_ours: tuple[str, ...]
    added_by_theirs: tuple[str, ...]
    removed_by_ours: tuple[str, ...]
    removed_by_theirs: tuple[str, ...]


def merge_three(base: Iterable[Entry], ours: Iterable[Entry], theirs: Iterable[Entry]) -> Merged:
    """Return what two lists that grew out of one make together.

    What either side added is in, what either side took out is out: a list has no other changes, so
    there are no conflicts. Where both have an entry, our note stays.
    """
    old = {entry.line for entry in base}
    mine = {entry.line: entry for entry in ours}
    other = {entry.line: entry for entry in theirs}
    both = {**other, **mine}
    wanted = [
        entry for line, entry in both.items() if (line in mine and line in other) or line not in old
    ]
    kept, _ = settle(Numbered(0, entry) for entry in wanted)
    return Merged(
        entries=tuple(item.entry for item in kept),
        added_by_ours=tuple(sorted(mine.keys() - old)),
        added_by_theirs=tuple(sorted(other.keys() - old)),
        removed_by_ours=tuple(sorted(old - mine.keys())),
        removed_by_theirs=tuple(sorted(old - other.keys())),
    )


def diff(before: Iterable[Entry], after: Iterable[Entry]) -> Difference:
    """Return how the second list differs from the first; notes do not count."""
    old = {entry.line for entry in before}
    new = {entry.line for entry in after}
    return Difference(
        added=tuple(sorted(new - old)), removed=tuple(sorted(old - new)), kept=len(old & new)
    )


def counts(entries: Sequence[Entry]) -> tuple[int, int]:
    """Return how many domains and how many pages a list names."""
    domains = sum(entry.kind is DOMAIN for entry in entries)
    return domains, len(entries) - domains
