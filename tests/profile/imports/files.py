"""Builds export files as other tools write them."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from services.profile.domain.imports import Counts, Detection, Row, count_rows, detect, read

DATA = Path(__file__).parents[1] / "data" / "imports"
SITE = ("target.example",)


def a_file(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    quote_all: bool = False,
    newline: str = "\n",
    preamble: str = "",
) -> bytes:
    """Write a table the way a tool or a spreadsheet would."""
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=delimiter,
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
        lineterminator=newline,
    )
    writer.writerow(header)
    writer.writerows(rows)
    return (preamble + out.getvalue()).encode(encoding)


def links(count: int, *, start: int = 0) -> list[tuple[str, str, str]]:
    """Make (referring URL, target URL, anchor) rows."""
    return [
        (f"https://s{number}.example/post, one", "https://target.example/p", f"Word {number}")
        for number in range(start, start + count)
    ]


def read_all(
    content: bytes,
    *,
    file_name: str | None = None,
    chunk: int = 1 << 20,
    site: Sequence[str] = SITE,
) -> tuple[Detection, dict[str, int], list[Row]]:
    """Detect and read a whole file; return the counts and every accepted row and error."""
    found = detect(content, file_name, site_hosts=site)
    counts = Counts()
    rows: list[Row] = []
    if found.refused is None:
        chunks = (content[at : at + chunk] for at in range(0, len(content), chunk))
        rows = list(count_rows(read(chunks, found, site), counts))
    return found, asdict(counts), rows


def counted(
    rows: int, *, accepted: int | None = None, duplicates: int = 0, rejected: int = 0, own: int = 0
) -> dict[str, int]:
    """Write down the counts that are expected."""
    if accepted is None:
        accepted = rows - duplicates - rejected - own
    return {
        "rows": rows,
        "accepted": accepted,
        "duplicates": duplicates,
        "rejected": rejected,
        "own_domain": own,
    }
