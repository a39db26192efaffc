"""Which of the links on a page belongs to which row: unknown and changed targets (seams.md 8, 10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.events import Occurrence


@dataclass(frozen=True, slots=True)
class Assignment:
    """What becomes of a row of unknown target once the page was read."""

    take: Occurrence | None = None
    """The row gets this target."""
    add: tuple[Occurrence, ...] = ()
    """These become rows of their own."""
    merge_into: UUID | None = None
    """Every target has a row already: the claims go to this one."""


def assign(targets: Iterable[Occurrence], tracked: Mapping[UUID, UUID]) -> Assignment:
    """Share out the targets on a page, in document order; `tracked` is target key -> link id."""
    distinct = untracked(targets, {})
    fresh = [target for target in distinct if target.target_key not in tracked]
    if fresh:
        return Assignment(take=fresh[0], add=tuple(fresh[1:]))
    if distinct:
        return Assignment(merge_into=tracked[distinct[0].target_key])
    return Assignment()


def untracked(targets: Iterable[Occurrence], tracked: Mapping[UUID, UUID]) -> list[Occurrence]:
    """Return the first occurrence of every target that no row has yet, in document order."""
    found: dict[UUID, Occurrence] = {}
    for target in targets:
        if target.target_key not in tracked:
            found.setdefault(target.target_key, target)
    return list(found.values())
