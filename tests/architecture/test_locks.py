"""The lock files: every package with hashes, no index host, one version of everything."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-bench.lock",
    "requirements-train.lock",
)
ALLOWED_LINE = re.compile(
    r"[a-z0-9][a-z0-9._-]*==[^\s;]+( ; [^\\]+)? \\"
    r"|    --hash=sha256:[0-9a-f]{64}( \\)?"
    r"|    # via.*|    #   [a-z0-9._-]+.*|"
)


def pins(lock: str) -> dict[str, Version]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = [line.rstrip(" \\") for line in text.splitlines() if line[:1].isalnum()]
    requirements = [Requirement(line) for line in lines]
    return {r.name: Version(next(iter(r.specifier)).version) for r in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_packages_and_hashes_and_nothing_else(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not ALLOWED_LINE.fullmatch(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://pypi.example/simple",
        "--find-links /opt/wheels",
        "ada-url @ https://files.example/ada.whl \\",
        "ada-url>=4 \\",
        "-e .",
    ],
)
def test_a_line_with_a_host_or_without_a_pin_is_seen(line: str) -> None:
    assert not ALLOWED_LINE.fullmatch(line)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text)
    assert [entry.partition("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS[1:])
def test_tests_and_benchmarks_use_the_versions_that_run(lock: str) -> None:
    running = pins(LOCKS[0])
    larger = pins(lock)
    assert running.items() <= larger.items()


def test_the_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(line) for line in project["dependencies"]]
    locked = pins(LOCKS[0])
    missing = [
        str(wanted)
        for wanted in asked
        if wanted.name not in locked or not wanted.specifier.contains(locked[wanted.name])
    ]
    assert asked
    assert missing == []
