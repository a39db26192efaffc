"""`python -m tests.toxicity.renown DIR`: make or check the fingerprints of trusted names from public lists.

DIR holds `trusted_domains.csv` and `shared_domains.csv`. With `--check` nothing is written; it says
how many of the names `domain:` lines could still be written for.
"""

import csv
import sys
from pathlib import Path

from services.toxicity.domain import renown
from services.toxicity.domain.guard import common_hold
from shared import urls

PACKAGE = Path(renown.__file__).parent


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0])
    trusted = _names(folder / "trusted_domains.csv", {})
    visited = _names(folder / "shared_domains.csv", {"category": "popular"})
    universities = _names(folder / "shared_domains.csv", {"category": "education"})
    public = _names(folder / "shared_domains.csv", {"category": "government"})
    if "--check" not in arguments:
        (PACKAGE / renown.CENTRAL).write_bytes(renown.packed(trusted | visited))
        (PACKAGE / renown.UNIVERSITIES).write_bytes(renown.packed(universities))
    failed = False
    for title, names in (
        ("most central", trusted),
        ("most visited", visited),
        ("universities", universities),
        ("public bodies", public),
    ):
        free = sorted(name for name in names if common_hold(name) is None)
        failed |= bool(free)
        sys.stdout.write(f"{title}: {len(free)} of {len(names):,} could be written {free[:5]}\n")
    return int(failed)


def _names(path: Path, wanted: dict[str, str]) -> set[str]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row["domain"] for row in csv.DictReader(file) if wanted.items() <= row.items()]
    return {urls.domain_or_host(name) for name in rows}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
