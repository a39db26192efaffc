"""The commands that open a database: migrate, login, keys, deadletters."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.__main__ import main
from shared import dead_letters
from shared.db import Database
from shared.dead_letters import Parked
from shared.events import LinkUntracked
from shared.ids import new_id
from shared.postgres import EmbeddedPostgres
from tests.conftest import run_sql

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command on this test's database; returns its exit code and what it printed."""
    monkeypatch.setenv("ANCHORWATCH_DATABASE_URL", database_url)

    def command(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        return code, capsys.readouterr().out

    return command


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database with nothing in it."""
    name = f"test_{new_id().hex}"
    run_sql(postgres, f"CREATE DATABASE {name}")
    yield postgres.url(name)
    run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


async def park(db: Database) -> LinkUntracked:
    event = LinkUntracked(link_id=new_id())
    letter = Parked(
        event_id=event.event_id,
        name=event.name,
        queue="crawler.bulk",
        reason="dropped",
        detail="the handler could not take it",
        body=event.encode(),
        attempts=4,
    )
    async with db.begin() as tx:
        await dead_letters.park(tx, [letter])
    return event


def test_migrate_brings_an_empty_database_to_this_version(
    empty_url: str, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setenv("ANCHORWATCH_DATABASE_URL", empty_url)
    code, said = run("migrate", "gateway", "outreach")
    assert (code, said) == (0, "gateway: up to date\noutreach: up to date\n")
    assert run("login")[0] == 0


def test_the_first_login_shows_a_key_and_later_ones_only_a_link(run: Run) -> None:
    code, first = run("login")
    assert code == 0
    assert "/login?token=" in first
    assert "API key, shown only now: aw_" in first
    again = run("login")[1]
    assert "API key" not in again
    assert again != first


def test_a_new_master_key_is_made_in_the_home(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANCHORWATCH_HOME", str(tmp_path))
    code, said = run("keys", "rotate")
    assert (code, said) == (
        0,
        f"0 encrypted anew with the first key of {tmp_path / 'master-key'}.\n",
    )
    assert len((tmp_path / "master-key").read_text().split()) == 2
    monkeypatch.setenv("ANCHORWATCH_MASTER_KEY", "x" * 32)
    assert run("keys", "rotate") == (0, "0 encrypted anew with the first key of the setting.\n")


async def test_a_dead_letter_is_listed_and_replayed_once(
    run: Run, db_for: Callable[[str], Database]
) -> None:
    db = db_for("crawler")
    event = await park(db)
    code, listed = await asyncio.to_thread(run, "deadletters", "list", "--json")
    [letter] = [json.loads(line) for line in listed.splitlines()]
    assert code == 0
    assert (letter["service"], letter["event_id"]) == ("crawler", str(event.event_id))

    code, said = await asyncio.to_thread(run, "deadletters", "replay", "crawler", "--everything")
    assert (code, said) == (0, "1 sent again to crawler.\n")
    async with db.begin() as tx:
        assert await tx.fetch_value("SELECT queue FROM outbox") == "crawler.bulk"

    code, said = await asyncio.to_thread(run, "deadletters", "replay", "crawler", "--everything")
    assert (code, said) == (1, "0 sent again to crawler.\n")
    code, said = await asyncio.to_thread(run, "deadletters", "list")
    assert said.startswith("No dead letters")
