"""`anchorwatch audit`: import link files, check every link, score and report; nothing else is needed.

Everything runs in this process: embedded PostgreSQL, embedded bus, the five services. Without
`--home` the data is thrown away at the end. Exit codes: 0 done, 2 wrong usage, 4 failed.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from services import embedded, serving
from services.cli.all import api_of
from services.cli.direct import DirectApi
from services.cli.progress import Progress, progress
from services.cli.summary import spoken
from services.cli.verdicts import Verdicts
from services.embedded import House
from shared import log
from shared.errors import AnchorwatchError, InvalidError

_POLL_S = 0.3
_PAGE = 500
_FORMS = {".html": "html", ".htm": "html", ".csv": "csv", ".pdf": "pdf"}


def main(arguments: Sequence[str]) -> int:
    """Run the whole pipeline once."""
    options = _parser().parse_args(list(arguments))
    for path in (path for group in options.files for path in group):
        if not path.is_file():
            why = "this is no file" if path.exists() else "there is no such file"
            raise InvalidError(f"{path}: {why}.")
    for path in (options.out, options.links):
        # Now, and not after an hour of looking at links.
        if path is not None and not path.resolve().parent.is_dir():
            raise InvalidError(f"{path}: there is no such folder to write to.")
    log.configure("audit", level="error")
    with _folder(options.home) as folder:
        serving.run(_run(options, folder))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anchorwatch audit",
        description="Import link files, look at every link, score and report.",
    )
    parser.add_argument("--site", required=True, metavar="DOMAIN", help="the site's domain")
    parser.add_argument(
        "--import",
        dest="files",
        action="append",
        required=True,
        nargs="+",
        type=Path,
        metavar="FILE",
        help="an export of a backlink tool or a list of links; repeatable",
    )
    parser.add_argument("--brand", action="append", default=[], help="a name of the brand")
    parser.add_argument("--keyword", action="append", default=[], help="what it wants to rank for")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the audit there: .json, .html, .csv or .pdf"
    )
    parser.add_argument(
        "--links", type=Path, metavar="FILE", help="write every link, as JSON lines"
    )
    parser.add_argument("--home", type=Path, metavar="DIR", help="keep the data there")
    parser.add_argument(
        "--confirm-after",
        type=float,
        metavar="SECONDS",
        help="look at a missing link again after so long (an hour)",
    )
    parser.add_argument("--json", action="store_true", help="print the audit as JSON")
    return parser


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    """Give the home: the one asked for, or one that is gone afterwards."""
    if given is not None:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="anchorwatch-audit-"))
    # As root the database runs as another account, which has to pass through here.
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _run(options: argparse.Namespace, folder: Path) -> None:
    with progress() as show, serving.stopping() as stop:
        show("Starting", 0, 0)
        async with (
            embedded.running(folder, given=_given(options)) as house,
            house.gateway.router.lifespan_context(house.gateway),
        ):
            audit = _Audit(options, house, await api_of(house), show)
            report, content = await _unless_stopped(audit.run(), stop)
    if options.out:
        await asyncio.to_thread(options.out.write_bytes, content)
    print(json.dumps(report, ensure_ascii=False) if options.json else spoken(report))


def _given(options: argparse.Namespace) -> embedded.Given:
    if options.confirm_after is None:
        return {}
    return {"crawler": {"confirm_after": options.confirm_after}}


async def _unless_stopped(work: Any, stop: asyncio.Event) -> "Written":
    """Return what the work returns; a signal ends it, and everything is still closed in order."""
    async with asyncio.TaskGroup() as group:
        working = group.create_task(work)
        stopped = group.create_task(stop.wait())
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            raise KeyboardInterrupt
        stopped.cancel()
        found: Written = await working
    return found


Written = tuple[dict[str, Any], bytes]
"""The audit, and what goes into the file that was asked for."""


@dataclass(frozen=True, slots=True)
class _Audit:
    options: argparse.Namespace
    house: House
    api: DirectApi
    show: Progress

    async def run(self) -> Written:
        """Import, wait for every verdict, and return the audit."""
        known = await self._known_site()
        site_id = known or await self._new_site()
        files = [path for group in self.options.files for path in group]
        job = await self.api.upload(f"/v1/sites/{site_id}/imports", files)
        await self._follow(job, "Reading rows")
        verdicts = Verdicts(self.house, UUID(site_id), self.show)
        since = None
        if known:
            me = await self.api.get("/v1/me")
            since = await verdicts.ask_again(UUID(me["workspace_id"]))
        await verdicts.wait(since=since)
        self.show("Writing the report", 0, 0)
        report = await self._report(site_id)
        if self.options.links:
            await self._write_links(site_id)
        return report, await self._content(report)

    async def _content(self, report: Mapping[str, Any]) -> bytes:
        """Return what to write, in the form that the name of the file asks for."""
        ending = self.options.out.suffix.lower() if self.options.out else ""
        if ending in _FORMS:
            path = f"/v1/audits/{report['id']}"
            return await self.api.read(path, {"format": _FORMS[ending]})
        return (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode()

    async def _known_site(self) -> str | None:
        """Return the id of the site if the home knows it; then it stays as it is."""
        found = await self.api.get("/v1/sites", {"limit": _PAGE})
        for site in found["items"]:
            if self.options.site.lower() in {host["host"] for host in site["domains"]}:
                return str(site["id"])
        return None

    async def _new_site(self) -> str:
        words = {"brands": self.options.brand, "keywords": self.options.keyword}
        made = await self.api.post("/v1/sites", {"domain": self.options.site, **words})
        return str(made["id"])

    async def _follow(self, job: Mapping[str, Any], what: str) -> Mapping[str, Any]:
        while job["state"] in {"queued", "running"}:
            self.show(what, job["done"], job["total"] or 0)
            await asyncio.sleep(_POLL_S)
            job = await self.api.get(f"/v1/jobs/{job['id']}")
        if job["state"] != "done":
            raise AnchorwatchError(job["detail"] or f"{what} did not end well.")
        return job

    async def _report(self, site_id: str) -> dict[str, Any]:
        started = await self.api.post(f"/v1/sites/{site_id}/audits", {})
        if "state" in started:
            job = await self._follow(started, "Writing the report")
            started = {"id": str(job["result_url"]).rpartition("/")[2]}
        report: dict[str, Any] = await self.api.get(f"/v1/audits/{started['id']}")
        return report

    async def _write_links(self, site_id: str) -> None:
        query: dict[str, Any] = {"limit": _PAGE}
        with self.options.links.open("w", encoding="utf-8") as file:
            while True:
                page = await self.api.get(f"/v1/sites/{site_id}/links", query)
                lines = [json.dumps(link, ensure_ascii=False) + "\n" for link in page["items"]]
                await asyncio.to_thread(file.writelines, lines)
                if page["next_cursor"] is None:
                    return
                query["cursor"] = page["next_cursor"]
