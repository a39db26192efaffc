"""`anchorwatch evidence verify`: is evidence as it was written, in files or in the store.

Exit codes: 0 all of it is, 1 something is not (each is named), 2 wrong usage, 4 failed.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from services.cli.plain import plain
from services.cli.server import ClientSettings, Server
from services.crawler.domain.evidence.verifying import Report, verify
from shared.errors import AnchorwatchError

MOST_BYTES = 2 * 1024 * 1024 * 1024
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in one file, or in the chain of one site."""

    subject: str
    count: int
    faults: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


def main(arguments: Sequence[str]) -> int:
    """Check what is named, say what was found, and return the exit code."""
    parser = _parser()
    options = parser.parse_args(list(arguments))
    if not options.files and not options.site:
        parser.error("name a FILE, or a site with --site")
    findings = [_of_file(path) for path in options.files]
    if options.site:
        given = {
            name: value
            for name, value in (("home", options.home), ("url", options.url))
            if value is not None
        }
        server = Server.of(ClientSettings.load(**given))
        findings += [_of_site(server, site_id) for site_id in options.site]
    _say(findings, as_json=options.json)
    return 1 if any(finding.faults for finding in findings) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch evidence",
        description="Check that evidence is as it was written.",
        epilog="Exit codes: 0 all of it is, 1 something is not, 2 wrong usage, 4 failed.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "verify",
        help="check files, or the chain of a site in the store",
        description="Check every digest, statement and seal of WARC files without any server; with "
        "--site, the whole chain of a site in a running Anchorwatch.",
    )
    command.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a .warc.gz file")
    command.add_argument("--site", action="append", default=[], type=UUID, help="id of a site")
    command.add_argument("--home", type=Path, help="folder with the key of a running Anchorwatch")
    command.add_argument("--url", help="address of a running Anchorwatch")
    command.add_argument("--json", action="store_true", help="for programs")
    return parser


def _of_file(path: Path) -> Finding:
    if path.stat().st_size > MOST_BYTES:
        raise AnchorwatchError(f"{path} is larger than {MOST_BYTES} bytes.")
    report = verify(path.read_bytes())
    faults = tuple((fault.record, fault.what) for fault in report.faults)
    return Finding(str(path), len(report.records), faults, tuple(_notes(report)))


def _notes(report: Report) -> Iterator[str]:
    if not report.is_sealed and not report.faults:
        yield "It was not written by Anchorwatch: only the digests that it brings were checked."
    for one in report.statements:
        yield (
            f"evidence {one['evidence_id']}, number {one['number']} of site {one['site_id']}, "
            f"SHA-256 {one['sha256']}"
        )


# ---- the store --------------------------------------------------------------------------------------


def _of_site(server: Server, site_id: UUID) -> Finding:
    faults: list[tuple[str, str]] = []
    number, sha256, count = 0, None, 0
    for item, count in _chain(server, site_id):  # noqa: B007 - the last count is told below
        where = f"evidence {item['id']} (number {item['number']})"
        if item["number"] != number + 1:
            missing = f"{number + 1} to {item['number'] - 1}"
            faults.append((where, f"before it, number {missing} of the chain is missing"))
        elif item["previous"] is not None and item["previous"] != sha256:
            faults.append((where, "it does not follow the one before it in the chain"))
        if item["fault"] is not None:
            faults.append((where, item["fault"]))
        number, sha256 = item["number"], item["sha256"]
    if number < count:
        faults.append((f"number {number + 1}", "the end of the chain is missing"))
    notes = (f"The last one has SHA-256 {sha256}.",) if sha256 is not None else ()
    return Finding(f"site {site_id}", number, tuple(faults), notes)


def _chain(server: Server, site_id: UUID) -> Iterator[tuple[dict[str, Any], int]]:
    path = f"/v1/sites/{site_id}/evidence?limit={_PAGE}&include=count"
    more = ""
    while True:
        page = server.get(path + more).body
        for item in page["items"]:
            yield item, page["count"]
        if not page["has_more"]:
            return
        more = f"&cursor={quote(page['next_cursor'])}"


# ---- answers ----------------------------------------------------------------------------------------


def _say(findings: Sequence[Finding], *, as_json: bool) -> None:
    if as_json:
        told = [
            {
                "subject": one.subject,
                "records": one.count,
                "intact": not one.faults,
                "faults": [{"record": record, "what": what} for record, what in one.faults],
                "notes": one.notes,
            }
            for one in findings
        ]
        print(json.dumps(told, indent=2))
        return
    for one in findings:
        verdict = "is NOT as it was written" if one.faults else "is as it was written"
        print(f"{one.subject}: {verdict} ({one.count} records)")
        for record, what in one.faults:
            print(f"  {plain(record)}: {plain(what)}")
        for note in one.notes:
            print(f"  {plain(note)}")
