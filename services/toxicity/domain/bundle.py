"""What is handed in with a reconsideration request, as one archive: attempts, replies, dates, the file; pure."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from shared.hostnames import shown
from shared.spreadsheets import harmless

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes
_COLUMNS = ("domain", "state", "happened_on", "step", "contact", "note", "made_by")


def archive(bundle: Mapping[str, Any], *, summary: str, file_text: str) -> bytes:
    """Return a zip with the bundle for programs, a summary to be edited, the log and the file."""
    parts = {
        "summary.txt": summary,
        "attempts.csv": attempts_csv(bundle["domains"]),
        "disavow.txt": file_text,
        "reconsideration.json": json.dumps(bundle, indent=1, sort_keys=True, ensure_ascii=False)
        + "\n",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, text.encode())
    return buffer.getvalue()


def attempts_csv(domains: Sequence[Mapping[str, Any]]) -> str:
    """Return one row for each attempt; a domain without any has one row with its state."""
    rows = []
    for one in domains:
        attempts = one["attempts"] or [{}]
        rows += [
            {**attempt, "domain": one["domain"], "state": one["state"]} for attempt in attempts
        ]
    return table(_COLUMNS, rows)


def table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV in which no cell of a stranger runs as a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(str(row.get(name, "") or "")) for name in columns])
    return buffer.getvalue()


def summary(bundle: Mapping[str, Any]) -> str:
    """Return a draft for the request: facts and dates only; the words about why are a person's."""
    counts = bundle["counts"]
    lines = [
        f"Reconsideration request for {bundle['site']}",
        "",
        f"Manual action: {bundle['manual_action'] or 'not recorded'}",
        f"Links that were made or paid for: {bundle['known_scheme'] or 'not recorded'}",
        "",
        f"Domains we dealt with: {counts['domains']}",
        f"  asked at least once: {counts['asked']}",
        f"  attempts in all: {counts['attempts']}",
        f"  answered: {counts['answered']}, refused: {counts['refused']}",
        f"  links gone, seen by our own crawler: {counts['removed']}",
        f"  disavowed now: {bundle['file']['domains']} domains and {bundle['file']['urls']} pages"
        if bundle["file"]
        else "  disavowed now: no file",
        "",
        "What happened and what we changed so that it does not happen again:",
        "(write this yourself)",
        "",
        "Domain by domain:",
    ]
    for one in bundle["domains"]:
        lines.append(f"* {shown(one['domain'])}: {one['sentence']}")
        lines += [
            f"    {attempt['happened_on']} {attempt['step']}"
            + (f" ({attempt['contact']})" if attempt["contact"] else "")
            + (f": {attempt['note']}" if attempt["note"] else "")
            for attempt in one["attempts"]
        ]
    return "\n".join(lines) + "\n"
