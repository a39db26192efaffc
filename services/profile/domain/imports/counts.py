"""Counts rows the way every answer shows them: rows = accepted + duplicates + rejected + own."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from services.profile.domain.imports.rows import DomainRow, LinkRow, OwnRow, Row, RowError

_SMALLEST = 1 << 12


@dataclass(slots=True)
class Counts:
    """The four ways a row can go; they always sum to `rows`."""

    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    own_domain: int = 0


class Seen:
    """The keys met so far, 8 bytes each: 5 million rows fit in 128 MiB (a set needs 700)."""

    __slots__ = ("_count", "_slots")

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * _SMALLEST))
        self._count = 0

    def add(self, row: LinkRow | DomainRow) -> bool:
        """Remember the key of the row; say whether it is new."""
        if isinstance(row, LinkRow):
            key = row.page_key.int ^ (0 if row.target_key is None else row.target_key.int * 3)
        else:
            key = int.from_bytes(blake2b(row.domain.encode(), digest_size=8).digest())
        if not self._insert(self._slots, (key & 0xFFFFFFFFFFFFFFFF) or 1):
            return False
        self._count += 1
        if self._count * 2 > len(self._slots):
            self._grow()
        return True

    @staticmethod
    def _insert(slots: "array[int]", key: int) -> bool:
        mask = len(slots) - 1
        at = key & mask
        while slots[at]:
            if slots[at] == key:
                return False
            at = (at + 1) & mask
        slots[at] = key
        return True

    def _grow(self) -> None:
        larger = array("Q", bytes(16 * len(self._slots)))
        for key in self._slots:
            if key:
                self._insert(larger, key)
        self._slots = larger


def count_rows(rows: Iterable[Row], counts: Counts) -> Iterator[LinkRow | DomainRow | RowError]:
    """Count every row into `counts`; yield the accepted ones and the errors."""
    seen = Seen()
    for row in rows:
        counts.rows += 1
        if isinstance(row, OwnRow):
            counts.own_domain += 1
        elif isinstance(row, RowError):
            counts.rejected += 1
            yield row
        elif seen.add(row):
            counts.accepted += 1
            yield row
        else:
            counts.duplicates += 1
