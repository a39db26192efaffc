"""The launcher: every command loads, helps and fails in a sentence, and starts quickly."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from services.__main__ import COMMANDS, main

ROOT = Path(__file__).parents[2]
PURE = ("disavow", "import")


def anchorwatch(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_help_lists_every_command_in_plain_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(
        f"  {name} " in shown and command.does in shown for name, command in COMMANDS.items()
    )


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "anchorwatch COMMAND" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("anchorwatch 0.")


def test_an_unknown_command_is_wrong_usage_in_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["wash-up"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_module(name: str) -> None:
    assert find_spec(COMMANDS[name].module)


@pytest.mark.parametrize("name", PURE)
def test_a_pure_command_helps_in_under_half_a_second(name: str) -> None:
    def seconds() -> float:
        before = os.times()
        done = anchorwatch(name, "--help")
        after = os.times()
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"usage: anchorwatch {name}")
        return (
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )

    # Seconds of the processor, the best of three: other work on the machine is not its fault.
    assert min(seconds() for _ in range(3)) < 0.5


def test_a_missing_file_is_one_sentence_and_no_traceback(tmp_path: Path) -> None:
    done = anchorwatch("disavow", "lint", str(tmp_path / "nowhere.txt"))
    assert done.returncode == 4
    assert done.stderr.startswith("anchorwatch: ")
    assert "Traceback" not in done.stderr


def test_a_setting_that_cannot_be_used_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANCHORWATCH_PORT", "eighty")
    done = anchorwatch("crawler")
    assert done.returncode == 4
    assert "ANCHORWATCH_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_finds_the_server_by_its_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "links.txt"
    file.write_text("https://blog.example/post\n", encoding="utf-8")
    monkeypatch.setenv("ANCHORWATCH_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("ANCHORWATCH_KEY", "a-key")
    done = anchorwatch("import", str(file), "--site", "shop.example")
    assert done.returncode == 4
    assert "http://127.0.0.1:1" in done.stderr
