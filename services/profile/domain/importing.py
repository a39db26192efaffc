"""A batch of rows of an import, sorted by what becomes of them; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from services.profile.domain.imports import (
    Detection,
    DomainRow,
    LinkRow,
    OwnRow,
    Row,
    RowError,
    key_of,
)


@dataclass(slots=True)
class RowBatch:
    """Rows sorted; `own` are only counted."""

    links: list[LinkRow] = field(default_factory=list)
    domains: list[DomainRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    own: int = 0
    repeated: int = 0
    last_row: int = 0

    @property
    def size(self) -> int:
        return len(self.links) + len(self.domains) + len(self.errors) + self.own + self.repeated

    @property
    def accepted(self) -> int:
        return len(self.links) + len(self.domains) - self.before

    before: int = 0
    """How many of the links and domains an earlier batch of the file had already."""

    @property
    def data_until(self) -> datetime | None:
        """Return the newest date that the rows know of."""
        rows: list[LinkRow | DomainRow] = [*self.links, *self.domains]
        dates = [date for row in rows for date in (row.first_seen, row.last_seen) if date]
        return max(dates, default=None)


def sort_rows(rows: Iterable[Row]) -> RowBatch:
    """Sort rows; of two with the same key in this batch the first one counts."""
    batch = RowBatch()
    met: set[tuple[object, ...]] = set()
    for row in rows:
        batch.last_row = row.row_no
        if isinstance(row, RowError):
            batch.errors.append(row)
            continue
        if isinstance(row, OwnRow):
            batch.own += 1
            continue
        key = _key(row)
        if key in met:
            batch.repeated += 1
            continue
        met.add(key)
        if isinstance(row, LinkRow):
            batch.links.append(row)
        else:
            batch.domains.append(row)
    return batch


def _key(row: LinkRow | DomainRow) -> tuple[object, ...]:
    # Whole numbers hash at a tenth of the cost of UUIDs.
    if isinstance(row, LinkRow):
        return (row.page_key.int, None if row.target_key is None else row.target_key.int)
    return (row.domain,)


def row_keys(batch: RowBatch) -> list[UUID]:
    """Return the 128 bits by which each row of a batch is met again in its file."""
    return [*map(_row_key, batch.links), *map(_row_key, batch.domains)]


def _row_key(row: LinkRow | DomainRow) -> UUID:
    digest = blake2b(digest_size=16)
    for part in key_of(row):
        digest.update(part.bytes if isinstance(part, UUID) else repr(part).encode())
    return UUID(bytes=digest.digest())


def shown_detection(detection: Detection) -> dict[str, Any]:
    """Return what a person is shown about how a file was understood."""
    return {
        "dialect": detection.dialect,
        "source": detection.source,
        "encoding": detection.encoding,
        "delimiter": detection.delimiter,
        "header_row": detection.header_row,
        "header": list(detection.header),
        "mapping": dict(detection.mapping),
        "date_order": detection.date_order,
        "notes": list(detection.notes),
        "fingerprint": detection.fingerprint,
    }
