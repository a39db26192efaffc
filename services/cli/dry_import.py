"""What `anchorwatch import --dry-run` says about a file: no server, no database."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import orjson

from services.cli.progress import progress
from services.profile.domain.imports import (
    Counts,
    Detection,
    Dialect,
    DomainRow,
    LinkRow,
    Part,
    detect_part,
    lists_own_pages,
    parts_of,
    preview,
    read_targets,
    remap,
)
from services.profile.domain.imports.labels import DIALECT_LABELS, field_label
from shared import urls
from shared.errors import InvalidError
from shared.spreadsheets import harmless

REFUSED = 1
CHUNK = 1024 * 1024
SHOWN_ERRORS = 100
SHOWN_ROWS = 5
_COUNTS = tuple(asdict(Counts()))


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person who asks has given beside the file."""

    hosts: Sequence[str]
    mapping: Mapping[str, str] = field(default_factory=dict)
    errors: Path | None = None
    as_json: bool = False


def site_host(text: str) -> str:
    """Return the host that names a site; raises InvalidError for what is none."""
    url = urls.from_text(text)
    host = "" if url is None else urls.host_of(url)
    if "." not in host:
        raise InvalidError(f"{text!r} is no domain; give the site's domain, such as example.com.")
    if urls.is_public_suffix(host):
        raise InvalidError(f"{host} is a public suffix: anybody may have names below it.")
    return host


def run(path: Path, wish: Wish) -> int:
    """Print what the file holds; the exit code says whether it is a list of links."""
    if str(path) == "-":
        report = _report(sys.stdin.buffer, Path("stdin"), wish, size=0)
    else:
        with path.open("rb") as file:
            report = _report(file, path, wish, size=path.stat().st_size)
    if wish.errors is not None:
        _save_errors(report.pop("all_errors"), wish.errors)
    report.pop("all_errors", None)
    if wish.as_json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_spoken(one) for one in report.get("files") or [report]))
    return REFUSED if report["refused"] is not None else 0


def _report(file: IO[bytes], path: Path, wish: Wish, *, size: int) -> dict[str, Any]:
    """Return the answer about the file; of an archive its sums, with each list beside them."""
    try:
        parts = parts_of(file, path.name)
    except InvalidError as error:
        refused = Detection(Dialect.UNREADABLE, "none", "none", None, None, refused=error.detail)
        return _described(path.name, refused)
    reports = [_part_report(part, wish, size=size) for part in parts]
    return reports[0] if len(reports) == 1 else _summed(path.name, reports)


def _part_report(part: Part, wish: Wish, *, size: int) -> dict[str, Any]:
    """Return the answer about one list."""
    try:
        detection = detect_part(part, site_hosts=wish.hosts)
        if wish.mapping:
            detection = remap(detection, wish.mapping)
        report = _described(part.name, detection)
        shown_size = size if part.member is None else 0
        if detection.refused is None:
            report |= _counted(part, detection, wish, size=shown_size)
        elif lists_own_pages(detection):
            with closing(part.chunks()) as chunks:
                report["targets"] = sum(1 for _ in read_targets(chunks, detection, wish.hosts))
    except InvalidError as error:
        if wish.mapping:
            raise
        refused = Detection(Dialect.UNREADABLE, "none", "none", None, None, refused=error.detail)
        return _described(part.name, refused)
    return report


def _described(name: str, detection: Detection) -> dict[str, Any]:
    return {
        "file": name,
        "dialect": detection.dialect,
        "encoding": detection.encoding,
        "delimiter": detection.delimiter,
        "header_row": detection.header_row,
        "header": list(detection.header),
        "mapping": dict(detection.mapping),
        "fingerprint": detection.fingerprint,
        "notes": list(detection.notes),
        "refused": detection.refused,
        "targets": 0,
        **asdict(Counts()),
        "errors": [],
        "sample": [],
        "all_errors": [],
    }


def _counted(part: Part, detection: Detection, wish: Wish, *, size: int) -> dict[str, Any]:
    kept = SHOWN_ERRORS if wish.errors is None else None
    with closing(part.chunks()) as chunks:
        shown = _shown(chunks, part.name, size)
        found = preview(shown, detection, wish.hosts, most_rows=SHOWN_ROWS, most_errors=kept)
    errors = [row._asdict() for row in found.errors]
    sample = [_plain(row) for row in found.sample]
    first = errors[:SHOWN_ERRORS]
    return {**asdict(found.counts), "errors": first, "sample": sample, "all_errors": errors}


def _shown(chunks: Iterator[bytes], name: str, size: int) -> Iterator[bytes]:
    """Pass the chunks on; files of more than one piece show how far we are."""
    done = 0
    with progress() as show:
        for chunk in chunks:
            yield chunk
            done += len(chunk)
            if size > CHUNK:
                show(f"reading {name} (KiB)", done // 1024, size // 1024)


def _summed(name: str, reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the sums over the lists of an archive; what they have in common is said of it."""
    good = [report for report in reports if report["refused"] is None] or [reports[0]]
    same = {
        key: good[0][key] if all(one[key] == good[0][key] for one in good) else None
        for key in ("encoding", "delimiter", "header_row", "header", "mapping", "fingerprint")
    }
    alike = len({report["dialect"] for report in good}) == 1
    refused = [report for report in reports if report["refused"] is not None]
    return {
        "file": name,
        "dialect": good[0]["dialect"] if alike else Dialect.ZIP,
        **same,
        "mapping": same["mapping"] or {},
        "notes": [f"{one['file']}: {one['refused']}" for one in refused],
        "refused": good[0]["refused"],
        **{count: sum(report[count] for report in reports) for count in (*_COUNTS, "targets")},
        "errors": _joined(reports, "errors")[:SHOWN_ERRORS],
        "sample": _joined(reports, "sample")[:SHOWN_ROWS],
        "all_errors": _joined(reports, "all_errors"),
        "files": [{k: v for k, v in one.items() if k != "all_errors"} for one in reports],
    }


def _joined(reports: Sequence[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return [{"file": report["file"], **row} for report in reports for row in report[key]]


def _plain(row: LinkRow | DomainRow) -> dict[str, Any]:
    found = row._asdict()
    for name in ("page_key", "target_key"):
        found.pop(name, None)
    found["claim"] = orjson.loads(row.claim)
    return {name: _json_value(value) for name, value in found.items()}


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return sorted(value) if isinstance(value, frozenset) else value


def _save_errors(errors: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write every row that could not be used as a table that a spreadsheet opens safely."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "row", "column", "code", "what to do", "as given"])
        for error in errors:
            cells = (error.get("file", ""), error["row_no"], error["pointer"], error["code"])
            words = (error["detail"], error["raw"])
            writer.writerow([*cells, *map(harmless, words)])


def _spoken(report: Mapping[str, Any]) -> str:
    if report["refused"] is not None:
        return f"{report['file']}: {report['refused']}"
    kind = DIALECT_LABELS[report["dialect"]]
    lines = [
        f"{report['file']}: {kind}, {report['encoding']}, {_counts_spoken(report)}",
        *(f"  {theirs}: {field_label(ours)}" for ours, theirs in report["mapping"].items()),
        *(f"  Note: {note}" for note in report["notes"]),
        *(f"  Line {error['row_no']}: {error['detail']}" for error in report["errors"][:10]),
    ]
    if report["rejected"] > 10:
        lines.append(f"  ... and {report['rejected'] - 10} more; --errors FILE keeps them all.")
    return "\n".join(lines)


def _counts_spoken(counts: Mapping[str, Any]) -> str:
    return (
        f"{counts['rows']} rows: {counts['accepted']} accepted, {counts['duplicates']} twice, "
        f"{counts['own_domain']} from the site itself, {counts['rejected']} rejected."
    )
