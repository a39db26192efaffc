"""The import contracts are awake: each forbidden kind of import, injected into a copy, is caught."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# (file, line that is added at its end, contract that must break)
VIOLATIONS = {
    "service to service": (
        "services/profile/domain/injected.py",
        "import services.crawler.domain",
        "Services never import each other",
    ),
    "shared to a service": (
        "shared/clock.py",
        "import services.profile.domain",
        "shared never imports a service",
    ),
    "a room that is not on the list": (
        "services/profile/utils.py",
        '"""Odds and ends."""',
        "Every service has the same rooms",
    ),
    "store to adapters": (
        "services/crawler/adapters/injected.py",
        "import services.crawler.store",
        "Every service has the same rooms",
    ),
    "handlers to jobs": (
        "services/crawler/handlers.py",
        "import services.crawler.jobs",
        "Every service has the same rooms",
    ),
    "domain up to store": (
        "services/toxicity/domain/injected.py",
        "import services.toxicity.store",
        "Every service has the same rooms",
    ),
    "domain that waits": (
        "services/outreach/domain/injected.py",
        "import asyncio",
        "domain is pure",
    ),
    "domain that knows SQL": (
        "services/profile/domain/injected.py",
        "import sqlalchemy",
        "domain is pure",
    ),
    "domain that stores, through shared": (
        "services/gateway/domain/injected.py",
        "import shared.db",
        "domain is pure",
    ),
    "settings outside app": (
        "services/profile/handlers.py",
        "import services.profile.settings",
        "Only app reads settings",
    ),
    "tables outside store": (
        "services/profile/handlers.py",
        "import services.profile.tables",
        "Only store knows the tables",
    ),
    "SQL in a handler": (
        "services/toxicity/handlers.py",
        "import sqlalchemy",
        "SQL only in store and tables",
    ),
    "FastAPI in a handler": (
        "services/outreach/handlers.py",
        "import fastapi",
        "FastAPI only in app and api",
    ),
    "aio_pika in a service": (
        "services/gateway/app.py",
        "import aio_pika",
        "aio_pika only behind shared.bus.rabbit",
    ),
}
LEGAL = {
    "services/profile/domain/injected.py": "import shared.events",
    "services/crawler/adapters/injected.py": "import services.crawler.domain",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the source that a test may break."""
    ignore = shutil.ignore_patterns("__pycache__", "console", "versions")
    for top in ("services", "shared"):
        shutil.copytree(ROOT / top, tmp_path / top, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def add(tree: Path, file: str, line: str) -> None:
    path = tree / file
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")


def broken_contracts(tree: Path) -> list[str]:
    # The copy must win over the installed package, which an editable install puts on the path.
    run = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports; "
    done = subprocess.run(
        [sys.executable, "-c", run + "sys.exit(lint_imports(no_cache=True))"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    return [
        line.removesuffix(" BROKEN") for line in done.stdout.splitlines() if line.endswith("BROKEN")
    ]


def test_the_tree_as_it_is_keeps_every_contract_and_legal_imports_pass(tree: Path) -> None:
    for file, line in LEGAL.items():
        add(tree, file, line)
    assert broken_contracts(tree) == []


@pytest.mark.parametrize("kind", VIOLATIONS)
def test_an_injected_violation_is_caught(tree: Path, kind: str) -> None:
    file, line, contract = VIOLATIONS[kind]
    add(tree, file, line)
    assert any(broken.startswith(contract) for broken in broken_contracts(tree))
