"""`anchorwatch check`: one look from the command line, in words or as the API says it."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from services.cli import check
from shared.errors import InvalidError
from shared.settings import SettingsError
from shared.vocabulary import Reason
from tests.web import FakeWeb, fake_web, page

POST = "http://blog.example/post"
LINKED = (
    '<title>A post</title><p>See <a rel="ugc" href="//our.example/page/?utm_source=x">us</a>.</p>'
)


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeWeb]:
    async with fake_web() as web:
        monkeypatch.setenv("ANCHORWATCH_CRAWLER_CONNECT_TO", web.connect_to)
        monkeypatch.setenv("ANCHORWATCH_CRAWLER_MIN_DELAY", "0")
        yield web


async def run(*arguments: str) -> int:
    # In a thread: the command runs a loop of its own, and the web it looks at runs on ours.
    return await asyncio.to_thread(check.main, arguments)


async def test_a_link_that_is_there_exits_with_0(
    site: FakeWeb, capsys: pytest.CaptureFixture[str]
) -> None:
    site.on(POST, LINKED)
    assert await run(POST, "https://www.our.example/page") == 0
    said = capsys.readouterr().out
    assert 'anchor "us"' in said
    assert "not followed (ugc)" in said


async def test_a_link_that_is_not_there_exits_with_1(
    site: FakeWeb, capsys: pytest.CaptureFixture[str]
) -> None:
    site.on(POST, LINKED)
    assert await run(POST, "our.example/other") == 1
    assert "http://our.example/page/?utm_source=x" in capsys.readouterr().out


async def test_a_page_that_cannot_be_seen_exits_with_3(
    site: FakeWeb, capsys: pytest.CaptureFixture[str]
) -> None:
    site.on(POST, page("<h1>No</h1>", status=403))
    assert await run(POST, "our.example") == 3
    said = capsys.readouterr().out
    assert not [reason for reason in Reason if "_" in reason and reason in said]


async def test_json_is_the_answer_of_the_api(
    site: FakeWeb, capsys: pytest.CaptureFixture[str]
) -> None:
    site.on(POST, LINKED)
    assert await run(POST, "our.example", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["http_status"]) == ("found", 200)
    assert answer["occurrences"][0]["rel"] == ["ugc"]


async def test_text_of_a_page_cannot_steer_the_terminal(
    site: FakeWeb, capsys: pytest.CaptureFixture[str]
) -> None:
    site.on(POST, "<title>a\x1b[2Jb\u202ec</title><p><a href=//our.example/>x\x07y</a>")
    await run(POST, "our.example")
    said = capsys.readouterr().out
    assert said.replace("\n", "").isprintable()


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "file:///etc/passwd", "localhost", "http://"])
async def test_a_url_that_must_not_be_asked_is_refused(site: FakeWeb, url: str) -> None:
    with pytest.raises(InvalidError):
        await run(url, "our.example")
    assert site.requests == []


async def test_a_route_that_cannot_be_read_names_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANCHORWATCH_CRAWLER_CONNECT_TO", "nonsense")
    with pytest.raises(SettingsError, match="ANCHORWATCH_CRAWLER_CONNECT_TO"):
        await run(POST, "our.example")
