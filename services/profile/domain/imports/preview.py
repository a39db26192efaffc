"""What a person sees of a list before it is imported: counts, the first rows, and what is wrong."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from services.profile.domain.imports.counts import Counts, count_rows
from services.profile.domain.imports.reader import read
from services.profile.domain.imports.rows import Detection, DomainRow, LinkRow, RowError


@dataclass(slots=True)
class Preview:
    """The beginning of what was read of a list."""

    counts: Counts = field(default_factory=Counts)
    sample: list[LinkRow | DomainRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


def preview(
    chunks: Iterable[bytes],
    detection: Detection,
    site_hosts: Collection[str],
    *,
    most_rows: int,
    most_errors: int | None,
) -> Preview:
    """Read a whole list, but keep only its first rows and errors (all errors if None)."""
    found = Preview()
    for row in count_rows(read(chunks, detection, site_hosts), found.counts):
        if isinstance(row, RowError):
            if most_errors is None or len(found.errors) < most_errors:
                found.errors.append(row)
        elif len(found.sample) < most_rows:
            found.sample.append(row)
    return found
