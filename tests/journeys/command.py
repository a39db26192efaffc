"""`anchorwatch audit` as a person runs it: a process of its own, on a web of the test's making."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.web import Authority, FakeWeb

ROOT = Path(__file__).parents[2]
TARGET = "target.example"


@dataclass(frozen=True, slots=True)
class Audited:
    """What a finished run left: the report, one link per line, and what it said to the person."""

    report: dict[str, Any]
    links: list[dict[str, Any]]
    said: str

    @property
    def imports(self) -> dict[str, dict[str, Any]]:
        return {one["file"]: one for one in self.report["imports"]}


async def audit(
    web: FakeWeb,
    folder: Path,
    *files: Path,
    authority: Authority | None = None,
    arguments: tuple[str, ...] = (),
    **settings: str,
) -> Audited:
    """Audit the target on these files; `settings` are fields of the crawler's settings."""
    report, links = folder / "report.json", folder / "links.jsonl"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", "audit", "--site", TARGET, *arguments),
        *("--out", str(report), "--links", str(links), "--import", *map(str, files)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=_environment(web, authority, settings),
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()[-3000:]
    lines = links.read_text(encoding="utf-8").splitlines()
    found = json.loads(report.read_text(encoding="utf-8"))
    return Audited(found, [json.loads(line) for line in lines], out.decode())


def _environment(
    web: FakeWeb, authority: Authority | None, settings: dict[str, str]
) -> dict[str, str]:
    given = {"connect_to": web.connect_to, **settings}
    environment = {f"ANCHORWATCH_CRAWLER_{name.upper()}": text for name, text in given.items()}
    environment.setdefault("ANCHORWATCH_CRAWLER_RENDER", "off")
    if authority is not None:
        environment["SSL_CERT_FILE"] = str(authority.certificate)
    return {"PATH": os.defpath, **environment}
