"""Sends a file of links to a running server and follows the job that reads it.

Apart from the dry run, which needs none of what speaks to a server and starts the quicker for it.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from services.cli.dry_import import REFUSED
from services.cli.following import follow, site_id_of
from services.cli.progress import progress
from services.cli.server import ClientSettings, Server
from services.profile.domain.imports import Detection, detect_part, lists_own_pages, parts_of
from shared.ids import new_id

CHUNK = 1024 * 1024


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
    site_id = site_id_of(server, options.site)
    answer = _upload(server, site_id, options.file, mapping)
    path = answer.headers.get("location") or f"/v1/jobs/{answer.body['id']}"
    job = follow(server, path, showing="storing rows", what="The import")
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
