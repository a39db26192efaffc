"""Who may ask for rendering, how, and where it is on: settings, the API's route and the command line."""

import asyncio
from pathlib import Path

import pytest

from services.cli import check
from services.crawler.adapters import eyes
from services.crawler.adapters.eyes import sightline_of
from services.crawler.settings import Settings
from shared.vocabulary import RenderState
from tests.crawler.browsers import chromium
from tests.web import fake_web

PAGE = "http://blog.example/post"
LINKED = "<p>See <a id=l href=//our.example/>our page</a></p><script>l.remove()</script>"


def settings(**given: str | bool) -> Settings:
    return Settings.load({}, **({"render_program": chromium()} | given))


def test_by_itself_a_browser_is_used_only_in_its_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eyes, "is_root", lambda: True)
    assert sightline_of(settings()).render is None
    assert sightline_of(settings(render="off")).render is None
    as_nobody = sightline_of(settings(render="on")).render
    assert as_nobody is not None
    assert as_nobody.sandbox
    monkeypatch.setattr(eyes, "is_root", lambda: False)
    sandboxed = sightline_of(settings()).render
    assert sandboxed is not None
    assert sandboxed.sandbox
    assert sightline_of(settings(render_sandbox=False)).render is None


def test_rendering_that_is_on_needs_a_browser(tmp_path: Path) -> None:
    missing = str(tmp_path / "no-such-program")
    assert sightline_of(settings(render_program=missing)).render is None
    with pytest.raises(ValueError, match=r"RENDER: .* no Chromium was found"):
        sightline_of(settings(render="on", render_program=missing))


async def test_the_command_line_renders_on_demand_and_says_the_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with fake_web() as web:
        monkeypatch.setenv("ANCHORWATCH_CRAWLER_CONNECT_TO", web.connect_to)
        monkeypatch.setenv("ANCHORWATCH_CRAWLER_MIN_DELAY", "0")
        monkeypatch.setenv("ANCHORWATCH_CRAWLER_RENDER_PROGRAM", chromium())
        monkeypatch.setenv("ANCHORWATCH_CRAWLER_RENDER_SANDBOX", "false")
        web.on(PAGE, LINKED)
        assert await asyncio.to_thread(check.main, [PAGE, "our.example", "--render"]) == 0
        said = capsys.readouterr().out
        assert "Removed by scripts" in said
        assert "from its bytes alone: found" in said
        assert "after its scripts ran: not there" in said
        assert await asyncio.to_thread(check.main, [PAGE, "our.example"]) == 0
        plain = capsys.readouterr().out
    assert "scripts" not in plain
    assert not [state for state in RenderState if "_" in state and state in said]
