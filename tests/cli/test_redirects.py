"""`anchorwatch redirects`: two lists in, a ranking or the rules of a web server out."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.cli import redirects


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    dead, live = tmp_path / "dead.txt", tmp_path / "live.txt"
    dead.write_text("/2019/05/tea-guide.html\n\nhttps://acme.example/zz\n", encoding="utf-8")
    live.write_text("\ufeff/\r\n/blog/tea-guide\r\n/blog/coffee-guide\r\n", encoding="utf-8")
    return ["--dead", str(dead), "--live", str(live)]


def test_it_ranks_candidates_as_json(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert redirects.main([*files, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [list(one) for one in found] == [["dead", "candidates", "action"]] * 2
    assert found[0]["dead"] == "/2019/05/tea-guide.html"
    assert found[0]["candidates"][0]["path"] == "/blog/tea-guide"
    assert found[0]["candidates"][0]["score"] > 0.9
    assert found[0]["action"] == "redirect"
    assert found[1] == {"dead": "https://acme.example/zz", "candidates": [], "action": "gone"}


def test_it_writes_the_rules_of_a_server(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert redirects.main([*files, "--format", "nginx"]) == 0
    said = capsys.readouterr().out
    assert '"/2019/05/tea-guide.html" "/blog/tea-guide";' in said
    assert '"/zz" "410";' in said


def test_a_person_reads_what_to_do(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert redirects.main(files) == 0
    assert "Nothing fits: answer 410 Gone" in capsys.readouterr().out


def test_it_starts_in_half_a_second(files: list[str]) -> None:
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        command = [sys.executable, "-m", "services", "redirects", *files, "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds.append(time.perf_counter() - started)
        assert json.loads(done.stdout)
    assert min(seconds) < 0.5
