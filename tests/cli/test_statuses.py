"""`anchorwatch check --status-only`: how many URLs answer, by HEAD, in lines for people or programs."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.cli import check
from tests.web import FakeWeb, fake_web, page, redirect

HERE, THERE, GONE = (f"http://blog.example/{name}" for name in ("here", "there", "gone"))


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeWeb]:
    async with fake_web() as web:
        monkeypatch.setenv("ANCHORWATCH_CRAWLER_CONNECT_TO", web.connect_to)
        monkeypatch.setenv("ANCHORWATCH_CRAWLER_MIN_DELAY", "0")
        web.on(HERE, page(b""))
        yield web


async def run(*arguments: str) -> int:
    # In a thread: the command runs a loop of its own, and the web it looks at runs on ours.
    return await asyncio.to_thread(check.main, ["--status-only", *arguments])


async def test_every_url_gets_a_line_and_redirects_say_where_they_lead(
    site: FakeWeb, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.on(THERE, redirect("/here"))
    listed = tmp_path / "urls.txt"
    listed.write_text(f"{HERE}\n\n{THERE}\n{HERE}\n")
    assert await run("--file", str(listed)) == 0
    assert sorted(capsys.readouterr().out.splitlines()) == [
        f"200\t{HERE}",
        f"200\t{THERE} -> {HERE}",
    ]


async def test_gone_is_1_and_not_knowing_is_3(
    site: FakeWeb, capsys: pytest.CaptureFixture[str]
) -> None:
    site.on("http://closed.example/robots.txt", page("User-agent: *\nDisallow: /"))
    assert await run("http://closed.example/") == 3
    assert await run(HERE, GONE, "http://closed.example/", "--json") == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()[1:]]
    assert {(one["url"], one["status"], one["reason"]) for one in told} == {
        (HERE, 200, None),
        (GONE, 404, None),
        ("http://closed.example/", None, "robots_disallows_us"),
    }


async def test_a_server_that_knows_no_head_is_asked_with_get(site: FakeWeb) -> None:
    site.on(HERE, page("", status=405))
    assert await run(HERE) == 1
    assert len(site.asked(HERE)) == 2


async def test_nothing_to_ask_is_wrong_usage(site: FakeWeb) -> None:
    with pytest.raises(SystemExit) as ended:
        await run()
    assert ended.value.code == 2
    assert not site.requests
