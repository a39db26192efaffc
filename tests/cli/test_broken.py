"""`anchorwatch broken`: dead links on pages of others, with one look or two, and no server."""

import asyncio
import json

import pytest

from services.cli import broken
from tests.web import FakeWeb, fake_web, page

LIST = "http://roses.example/links"
TEXT = "Gardeners prune roses with sharp shears. " * 10
BODY = f"""<title>Links</title><p>{TEXT}<p>Read the <a href="http://gone.example/pruning-roses">guide to
pruning roses\x1b[2J</a> first.<p><a href="http://well.example/">Well</a>"""
MAP = "<urlset><url><loc>http://acme.example/blog/how-to-prune-roses</loc></url></urlset>"


async def run(web: FakeWeb, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("ANCHORWATCH_CRAWLER_CONNECT_TO", web.connect_to)
    monkeypatch.setenv("ANCHORWATCH_CRAWLER_MIN_DELAY", "0")
    monkeypatch.setenv("ANCHORWATCH_CRAWLER_CONNECT_TIMEOUT", "0.5")
    return await asyncio.to_thread(broken.main, arguments)


async def test_what_looks_dead_needs_a_second_look_and_names_a_page_of_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with fake_web() as web:
        web.on(LIST, BODY)
        web.on("http://gone.example/pruning-roses", page("no", status=410))
        web.on("http://well.example/", f"<p>{TEXT}")
        web.on("http://acme.example/sitemap.xml", page(MAP, content_type="application/xml"))
        given = ("--page", LIST, "--site", "acme.example")
        assert await run(web, monkeypatch, *given) == 0
        said = capsys.readouterr().out
        assert "Looks dead; needs a second look" in said
        assert '"Read the [guide to pruning roses[2J] first."' in said
        assert "Yours: http://acme.example/blog/how-to-prune-roses (shares prune, roses)" in said
        assert await run(web, monkeypatch, *given, "--json", "--confirm-after", "0.1") == 0
        [one] = json.loads(capsys.readouterr().out)["dead"]
        assert (one["confirmed"], one["last_look"]["http_status"]) == (True, 410)
        assert one["first_look"]["at"] < one["last_look"]["at"]
        web.on("http://gone.example/pruning-roses", page("busy", status=503))
        assert await run(web, monkeypatch, *given) == 1
        assert await run(web, monkeypatch, *given, "--page", "http://nowhere.example/") == 3
