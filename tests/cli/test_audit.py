"""`anchorwatch audit`: from files of links to the truth about each of them, in one command."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.web import FakeWeb, fake_web, page, redirect

ROOT = Path(__file__).parents[2]
SITE = "shop.example"
LINK = f'<p>We buy our beans at <a href="http://{SITE}/beans">the Shop</a> by the harbour.</p>'
ROWS = {
    "http://good.example/a": ("live", page(LINK)),
    "http://good.example/b": ("live", page(LINK.replace("<a ", '<a rel="nofollow" '))),
    "http://old.example/gone": ("not_found", page("<p>Gone.</p>", status=410)),
    "http://edited.example/a": ("not_found", page("<p>We make tea now.</p>" * 40)),
    "http://wall.example/a": ("unknown", page("<p>Access denied.</p>", status=403)),
    "http://down.example/a": ("unknown", page("<p>Later.</p>", status=503)),
    "http://loop.example/a": ("unknown", redirect("http://loop.example/a")),
}


@pytest.fixture
async def web() -> AsyncIterator[FakeWeb]:
    """The internet of these tests."""
    async with fake_web() as served:
        for url, (_, behaviour) in ROWS.items():
            served.on(url, behaviour)
        yield served


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A list of links as somebody would save it from a spreadsheet, with one row that is none."""
    path = tmp_path / "links.csv"
    rows = [f"{url},http://{SITE}/beans" for url in ROWS]
    path.write_text("\n".join(["Source url,Target url", *rows, "not a link,"]) + "\n")
    return path


async def audit(web: FakeWeb, *arguments: str | Path) -> tuple[int, str, str]:
    """Run the command and return its exit code, its answer and what it said meanwhile."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", "audit", "--site", SITE, *map(str, arguments)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={
            "PATH": os.defpath,
            "ANCHORWATCH_CRAWLER_CONNECT_TO": web.connect_to,
            "ANCHORWATCH_CRAWLER_MIN_DELAY": "0",
        },
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def statuses(path: Path) -> dict[str, str]:
    links: list[dict[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()]
    return {link["referring_url"]: link["status"] for link in links}


async def test_every_link_of_a_file_gets_its_verdict(
    web: FakeWeb, export: Path, tmp_path: Path
) -> None:
    out, links = tmp_path / "report.json", tmp_path / "links.jsonl"
    code, said, progress = await audit(
        web, "--import", export, "--out", out, "--links", links, "--brand", "The Shop"
    )
    assert code == 0, progress
    assert statuses(links) == {url: status for url, (status, _) in ROWS.items()}

    report = json.loads(out.read_text())
    assert report["statuses"] == {
        "pending": 0,
        "live": 2,
        "changed": 0,
        "lost": 0,
        "not_found": 2,
        "unknown": 3,
    }
    [imported] = report["imports"]
    assert imported["file"] == "links.csv"
    assert (imported["rows"], imported["accepted"], imported["rejected"]) == (8, 7, 1)
    assert report["velocity"]["months"][-1]["lost_links"] == 0
    assert len(report["inputs_hash"]) == 64

    assert "7 links from" in said
    assert "1 not readable" in said
    assert "links.csv: Table of links," in said
    assert not {"not_found", "page_410", "blocked_by_wall"} & set(said.split())
    assert "Checking links: 7 of 7" in progress


async def test_a_home_remembers_and_the_next_audit_sees_what_became_of_its_links(
    web: FakeWeb, export: Path, home_folder: Path, tmp_path: Path
) -> None:
    links = tmp_path / "links.jsonl"
    common = ("--home", home_folder, "--links", links, "--confirm-after", "0", "--import", export)
    code, _, progress = await audit(web, *common)
    assert code == 0, progress
    web.on("http://good.example/a", page("<p>We make tea now.</p>" * 40))
    web.on("http://good.example/b", page("<p>Access denied.</p>", status=403))
    web.on("http://edited.example/a", page(LINK))

    out = tmp_path / "report.html"
    code, _, progress = await audit(web, *common, "--out", out)
    assert code == 0, progress
    shown = out.read_text("utf-8")
    assert shown.startswith("<!doctype html>")
    assert "1 link is gone, confirmed by a second look." in shown
    assert statuses(links) == {
        **{url: status for url, (status, _) in ROWS.items()},
        "http://good.example/a": "lost",
        "http://good.example/b": "unknown",
        "http://edited.example/a": "live",
    }


async def test_a_file_that_is_not_there_is_said_at_once(web: FakeWeb, tmp_path: Path) -> None:
    code, _, said = await audit(web, "--import", tmp_path / "nowhere.csv")
    assert code == 4
    assert said == f"anchorwatch: {tmp_path / 'nowhere.csv'}: there is no such file.\n"


async def test_a_report_that_could_not_be_written_is_said_before_anything_is_looked_at(
    web: FakeWeb, tmp_path: Path
) -> None:
    links = tmp_path / "links.txt"
    links.write_text("http://good.example/a\n")
    out = tmp_path / "nowhere" / "report.json"

    code, _, said = await audit(web, "--import", links, "--out", out)

    assert code == 4
    assert said == f"anchorwatch: {out}: there is no such folder to write to.\n"
