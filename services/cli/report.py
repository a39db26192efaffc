"""`anchorwatch report`: the report of a month for a client, made by a running Anchorwatch if it is not there yet.

Exit codes: 0 written, 2 wrong usage, 4 failed.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from services.cli.following import follow, site_id_of
from services.cli.server import ClientSettings, Server
from services.profile.domain.client_report.spans import read_month
from shared.ids import new_id

_FORMS = {".html": "html", ".pdf": "pdf", ".csv": "csv", ".json": "json"}
_MOST_PAGES = 200


def main(arguments: Sequence[str]) -> int:
    """Write the report of a month into a file."""
    options = _parser().parse_args(list(arguments))
    settings = ClientSettings.load(**({"home": options.home} if options.home else {}))
    server = Server.of(settings)
    site_id = site_id_of(server, options.site)
    report = _find(server, site_id, options.month)
    if report is None:
        path = _start(server, f"/v1/sites/{site_id}/reports", {"month": options.month})
        report = _made(server, path)
    elif options.again:
        report = _made(server, _start(server, f"/v1/reports/{report['id']}/refresh", {}))
    else:
        report = server.get(f"/v1/reports/{report['id']}").body
    form = _FORMS[options.out.suffix.lower()]
    options.out.write_bytes(server.download(f"/v1/reports/{report['id']}?format={form}"))
    print(_said(report, options.out))
    for one in report["content"]["degraded"]:
        print(f"  {one['sentence']}", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch report",
        description="Write the report of a month for a client into a file. Where there is none of that month,"
        " a draft is made; approving is done by a person in the console.",
    )
    parser.add_argument("--site", required=True, help="its domain, or its id")
    parser.add_argument("--month", required=True, type=_month, help="such as 2026-10")
    parser.add_argument("--out", required=True, type=_file, help="report.html, .pdf, .csv or .json")
    parser.add_argument("--again", action="store_true", help="take the figures of a draft again")
    parser.add_argument("--home", type=Path, help="folder with the key of a running Anchorwatch")
    return parser


def _month(text: str) -> str:
    try:
        return f"{read_month(text).starts_on:%Y-%m}"
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _file(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in _FORMS:
        raise argparse.ArgumentTypeError(f"Let it end in {', '.join(_FORMS)}.")
    return path


def _find(server: Server, site_id: UUID, month: str) -> dict[str, Any] | None:
    """Return the newest report of the month that no correction has taken the place of."""
    span = read_month(month)
    path = f"/v1/sites/{site_id}/reports?limit=500"
    for _ in range(_MOST_PAGES):
        page = server.get(path).body
        for one in page["items"]:
            days = (one["starts_on"], one["ends_on"])
            same = days == (span.starts_on.isoformat(), span.ends_on.isoformat())
            if same and one["replaced_by"] is None:
                found: dict[str, Any] = one
                return found
        if not page.get("next_cursor"):
            return None
        path = f"/v1/sites/{site_id}/reports?limit=500&cursor={page['next_cursor']}"
    return None


def _start(server: Server, path: str, body: dict[str, Any]) -> str:
    headers = {"Content-Type": "application/json", "Idempotency-Key": new_id().hex}
    answer = server.post(path, json.dumps(body).encode(), headers)
    return answer.headers.get("location") or f"/v1/jobs/{answer.body['id']}"


def _made(server: Server, path: str) -> dict[str, Any]:
    job = follow(server, path, showing="reading the month", what="The report")
    report: dict[str, Any] = server.get(job["result_url"]).body
    return report


def _said(report: dict[str, Any], out: Path) -> str:
    state = "approved" if report["state"] == "approved" else "a draft, not approved yet"
    return f"{out}: report no. {report['number']} for {report['label']}, {state}."
