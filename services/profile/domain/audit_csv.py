"""The figures of an audit as a table for spreadsheets; pure."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from shared.spreadsheets import harmless

_HEAD = ("group", "figure", "count", "unit", "list", "new links known up to")


def csv_of(report: Mapping[str, Any]) -> str:
    """Return one line for each figure and finding; no cell is taken for a formula."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(_HEAD)
    known = report["velocity"]["known_up_to"] or "not known"
    for one in report.get("figures", ()):
        cells = (one["group"], one["label"], one["count"], one["unit"], one["list_url"])
        write.writerow(map(_safe, (*cells, known if "gained" in one["code"] else "")))
    for one in report["findings"]:
        cells = ("findings", one["sentence"], one["count"], "", one["list_url"])
        write.writerow(map(_safe, (*cells, "")))
    return out.getvalue()


def _safe(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value
