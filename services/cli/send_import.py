"""Sends a file of links to a running server and follows the job that reads it.

Apart from the dry run, which needs none of what speaks to a server and starts the quicker for it.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from services.cli.dry_import import REFUSED, site_host
from services.cli.progress import progress
from services.cli.server import ClientSettings, Server
from services.profile.domain.imports import Detection, detect_part, lists_own_pages, parts_of
from shared import urls
from shared.errors import AnchorwatchError, NotFoundError, UnavailableError
from shared.ids import new_id

CHUNK = 1024 * 1024
_POLL_S = 0.5
_MAX_SITE_PAGES = 200
_MAX_FAILED_POLLS = 20


def _chunks(path: Path, what: str) -> Iterator[bytes]:
    """Read the file piece by piece; files of more than one piece show how far we are."""
    size = path.stat().st_size
    done = 0
    with path.open("rb") as file, progress() as show:
        while chunk := file.read(CHUNK):
            yield chunk
            done += len(chunk)
            if size > CHUNK:
                show(f"{what} {path.name} (KiB)", done // 1024, size // 1024)


def send(options: argparse.Namespace, mapping: Mapping[str, str]) -> int:
    """Send the file and wait for the end of its job."""
    lists = [] if mapping else _lists_of(options.file)
    if lists and all(one.refused is not None and not lists_own_pages(one) for one in lists):
        print(f"anchorwatch: {options.file.name}: {lists[0].refused}", file=sys.stderr)
        return REFUSED
    server = Server.of(ClientSettings.load())
    site_id = _site_id(server, options.site)
    answer = _upload(server, site_id, options.file, mapping)
    path = answer.headers.get("location") or f"/v1/jobs/{answer.body['id']}"
    job = _follow(server, path)
    if options.errors is not None:
        options.errors.write_bytes(server.download(f"{path}/errors?format=csv"))
    if options.json:
        print(json.dumps(job, ensure_ascii=False, indent=2))
    else:
        print(_job_spoken(options.file.name, job))
        for reason in dict.fromkeys(one.refused for one in lists if one.refused is not None):
            print(f"  Note: {reason}")
    return 0


def _lists_of(path: Path) -> list[Detection]:
    """Return what the file holds, before anything is sent."""
    with path.open("rb") as file:
        return [detect_part(part, site_hosts=()) for part in parts_of(file, path.name)]


def _job_spoken(name: str, job: dict[str, Any]) -> str:
    counts = {field: job.get(field) or 0 for field in ("accepted", "duplicates", "rejected")}
    spoken = [f"{count} {field}" for field, count in counts.items()]
    own = (job.get("done") or 0) - sum(counts.values())
    if own > 0:
        spoken.append(f"{own} from the site itself")
    return f"{name}: {', '.join(spoken)}."


def _site_id(server: Server, site: str) -> UUID:
    try:
        return UUID(site)
    except ValueError:
        pass
    host = site_host(site)
    path = "/v1/sites?limit=500"
    for _ in range(_MAX_SITE_PAGES):
        page = server.get(path).body
        for item in page["items"]:
            hosts = [item["domain"], *(known["host"] for known in item.get("domains", []))]
            if urls.bare_host(host) in map(urls.bare_host, hosts):
                return UUID(item["id"])
        if not page.get("next_cursor"):
            break
        path = f"/v1/sites?limit=500&cursor={quote(page['next_cursor'])}"
    raise NotFoundError(f"The server knows no site {host}. Add it first, or check the key.")


def _upload(server: Server, site_id: UUID, path: Path, mapping: Mapping[str, str]) -> Any:
    boundary = f"anchorwatch-{new_id().hex}"
    name = path.name.replace('"', "%22").replace("\n", "%0A").replace("\r", "%0D")
    field = f'--{boundary}\r\nContent-Disposition: form-data; name="mapping"\r\n\r\n'
    chosen = f"{field}{json.dumps(mapping)}\r\n" if mapping else ""
    before = (
        f"{chosen}--{boundary}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    after = f"\r\n--{boundary}--\r\n".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(before) + path.stat().st_size + len(after)),
        "Idempotency-Key": new_id().hex,
    }

    def body() -> Iterator[bytes]:
        yield before
        yield from _chunks(path, "sending")
        yield after

    return server.post(f"/v1/sites/{site_id}/imports", body(), headers)


def _follow(server: Server, path: str) -> dict[str, Any]:
    """Wait for the end of the job; a server that restarts in between is waited for."""
    failures = 0
    with progress() as show:
        while True:
            try:
                job: dict[str, Any] = server.get(path).body
            except UnavailableError:
                failures += 1
                if failures > _MAX_FAILED_POLLS:
                    raise
            else:
                failures = 0
                show("storing rows", job.get("done") or 0, job.get("total") or 0)
                if job["state"] in {"done", "failed", "cancelled"}:
                    return _ended(job)
            time.sleep(_POLL_S)


def _ended(job: dict[str, Any]) -> dict[str, Any]:
    if job["state"] == "done":
        return job
    what = "was cancelled" if job["state"] == "cancelled" else "stopped at an error"
    detail = job.get("detail") or "The server's jobs show more."
    raise AnchorwatchError(f"The import {what}. {detail}")
