"""What commands share that have a running server do long work: naming a site, waiting for the end of a job."""

import time
from typing import Any
from urllib.parse import quote
from uuid import UUID

from services.cli.dry_import import site_host
from services.cli.progress import progress
from services.cli.server import Server
from shared import urls
from shared.errors import AnchorwatchError, NotFoundError, UnavailableError

_POLL_S = 0.5
_MAX_SITE_PAGES = 200
_MAX_FAILED_POLLS = 20


def site_id_of(server: Server, site: str) -> UUID:
    """Return the id of a site that is named by its id or one of its hosts."""
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


def follow(server: Server, path: str, *, showing: str, what: str) -> dict[str, Any]:
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
                show(showing, job.get("done") or 0, job.get("total") or 0)
                if job["state"] in {"done", "failed", "cancelled"}:
                    return _ended(job, what)
            time.sleep(_POLL_S)


def _ended(job: dict[str, Any], what: str) -> dict[str, Any]:
    if job["state"] == "done":
        return job
    how = "was cancelled" if job["state"] == "cancelled" else "stopped at an error"
    detail = job.get("detail") or "The server's jobs show more."
    raise AnchorwatchError(f"{what} {how}. {detail}")
