"""The figures of an audit as a table for spreadsheets; pure."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from shared.spreadsheets import harmless

_HEAD = ("group", "figure", "count", "unit", "list")


def csv_of(report: Mapping[str, Any]) -> str:
    """Return one line for each figure and finding; no cell is taken for a formula."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(_HEAD)
    for one in report.get("figures", ()):
        write.writerow(
            map(_safe, (one["group"], one["label"], one["count"], one["unit"], one["list_url"]))
        )
    for one in report["findings"]:
        write.writerow(map(_safe, ("findings", one["sentence"], one["count"], "", one["list_url"])))
    return out.getvalue()


def _safe(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value
