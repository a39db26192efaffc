"""What a benchmark found: one row per measured thing, a table for people, JSON for machines."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """Medians of interleaved rounds; `ratio` compares with `peer` inside the same run."""

    name: str
    median: float
    unit: str
    min: float
    max: float
    rounds: int
    peer: str | None = None
    ratio: float | None = None
    target: str | None = None
    met: bool | None = None


def row(
    name: str,
    values: Sequence[float],
    unit: str,
    *,
    peer: str | None = None,
    ratio: float | None = None,
    target: str | None = None,
    met: bool | None = None,
) -> Row:
    """Return the row of one arm from its rounds."""
    return Row(
        name=name,
        median=round(statistics.median(values), 4),
        unit=unit,
        min=round(min(values), 4),
        max=round(max(values), 4),
        rounds=len(values),
        peer=peer,
        ratio=None if ratio is None else round(ratio, 3),
        target=target,
        met=met,
    )


def save(rows: Sequence[Row], file: Path) -> None:
    """Write all rows, replacing those of the same name from an earlier partial run."""
    kept = []
    names = {one.name for one in rows}
    if file.exists():
        kept = [old for old in json.loads(file.read_text()) if old["name"] not in names]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([*kept, *map(asdict, rows)], indent=1) + "\n")


def show(rows: Sequence[Row]) -> str:
    """Return the rows as a table of plain text."""
    lines = [f"{'what':58} {'median':>10} {'unit':14} {'ratio':>7}  target"]
    for one in rows:
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        verdict = "" if one.met is None else ("  met" if one.met else "  NOT MET")
        lines.append(
            f"{one.name:58} {one.median:>10.4g} {one.unit:14} {ratio:>7}  "
            f"{one.target or ''}{verdict}"
        )
    return "\n".join(lines)
