"""`anchorwatch rebuild`: have copies of what other services own sent again, and compare both sides.

Exit codes: 0 all copies agree, 1 some differ, 2 wrong usage, 4 failed.
"""

import argparse
import json
from collections.abc import Sequence
from typing import Any

from services.cli.following import follow, site_id_of
from services.cli.server import ClientSettings, Server
from shared.copy_list import COPIES
from shared.ids import new_id

_SERVICES = tuple(dict.fromkeys(one.service for one in COPIES))
_NAMES = tuple(dict.fromkeys(one.name for one in COPIES))


def main(arguments: Sequence[str]) -> int:
    """Ask a running server for a rebuild and follow it."""
    parser = argparse.ArgumentParser(
        prog="anchorwatch rebuild",
        description="Have owners send what others keep copies of once more, and compare both sides.",
    )
    parser.add_argument("--service", choices=_SERVICES, help="only the copies that this one has")
    parser.add_argument("--copy", action="append", choices=_NAMES, help="only this copy")
    parser.add_argument("--site", help="only this site, by its domain or id")
    parser.add_argument("--dry-run", action="store_true", help="only compare")
    parser.add_argument("--json", action="store_true", help="print what a program may read")
    options = parser.parse_args(arguments)
    server = Server.of(ClientSettings.load())
    asked: dict[str, Any] = {"service": options.service, "copies": options.copy}
    if options.site is not None:
        asked["site_id"] = str(site_id_of(server, options.site))
    path = "/v1/rebuilds" + ("?dry_run=true" if options.dry_run else "")
    headers = {"Content-Type": "application/json", "Idempotency-Key": new_id().hex}
    answer = server.post(path, json.dumps(asked).encode(), headers)
    done = answer.body
    if not options.dry_run:
        job = f"/v1/jobs/{done['job_id']}"
        follow(server, job, showing="copies sent", what="The rebuild")
        done = server.get(f"{path}/{done['rebuild_id']}").body
    print(json.dumps(done, ensure_ascii=False, indent=2) if options.json else _spoken(done))
    return 0 if all(one["same"] for one in done["compared"]) else 1


def _spoken(done: dict[str, Any]) -> str:
    return "\n".join([*(one["sentence"] for one in done["compared"]), done["sentence"]])
