"""Backups on a real PostgreSQL: what is restored is what was there, and nothing is ever overwritten."""

import asyncio
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services import home
from services.__main__ import main
from services.profile.handlers.observations import on_link_checked
from shared import dumps, outbox
from shared.bus.embedded import EmbeddedBus
from shared.db import Database
from shared.events import LinkUntracked
from shared.ids import new_id
from shared.migrations import SERVICES, migrate_all
from shared.postgres import EmbeddedPostgres
from tests.conftest import run_sql
from tests.fault.house import add_links
from tests.outreach.mail import switch
from tests.profile.builders import a_check, an_occurrence

Run = Callable[..., tuple[int, str]]
NASTY = "Zoë's “links”\t\n\\N \x01 ☂ 🪝"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a database; returns its exit code and what it said, errors too."""

    def command(url: str, *arguments: object) -> tuple[int, str]:
        monkeypatch.setenv("ANCHORWATCH_DATABASE_URL", url)
        code = main([str(argument) for argument in arguments])
        said = capfd.readouterr()
        return code, said.out + said.err

    return command


@pytest.fixture
def empty_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database with nothing in it."""
    name = f"test_{new_id().hex}"
    run_sql(postgres, f"CREATE DATABASE {name}")
    yield postgres.url(name)
    run_sql(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def filled_url(database_url: str, db_for: Callable[[str], Database]) -> str:
    """A database with links, looks in a partition, occurrences, and an event that waits."""
    profile = db_for("profile")
    ids = await add_links(profile, 20)
    async with profile.begin() as tx:
        seen = an_occurrence(anchor_text=NASTY, rel=("nofollow", "ugc"))
        await on_link_checked([a_check(one, 1, occurrences=(seen,)) for one in ids], tx)
    async with db_for("crawler").begin() as tx:
        await outbox.add(tx, [LinkUntracked(link_id=new_id())])
    return database_url


async def contents(url: str) -> dict[str, dumps.Contents]:
    return {service: await dumps.contents_of(url, service) for service in SERVICES}


async def backed_up(run: Run, url: str, path: Path) -> Path:
    code, said = await asyncio.to_thread(run, url, "backup", path)
    assert code == 0, said
    assert f"{path}: " in said
    return path


async def test_what_is_restored_is_what_was_there(
    run: Run,
    filled_url: str,
    empty_url: str,
    tmp_path: Path,
    db_for: Callable[[str], Database],
) -> None:
    async with db_for("outreach").begin() as tx:
        await switch(tx, new_id())
    path = await backed_up(run, filled_url, tmp_path / "backup.zip")
    code, said = await asyncio.to_thread(run, empty_url, "restore", path)
    assert (code, "each as it was" in said) == (0, True), said
    assert "Mail to other sites is switched off" in said
    found, before = await contents(empty_url), await contents(filled_url)
    other = {
        (service, table)
        for service, tables in before.items()
        for table, content in tables.items()
        if found[service].get(table) != content
    }
    assert other == {("outreach", "outreach_settings")}
    assert found["profile"]["links"].rows == 20
    restored = Database(empty_url, schema="profile")
    async with restored.begin() as tx:
        texts = await tx.fetch("SELECT DISTINCT anchor_text, rel, value > 0 FROM links")
        assert [tuple(row) for row in texts] == [(NASTY, ["nofollow", "ugc"], True)]
        # Numbers go on where they were.
        await outbox.add(tx, [LinkUntracked(link_id=new_id())])
        [newest, before] = await tx.fetch("SELECT id FROM outbox ORDER BY id DESC LIMIT 2")
        assert newest["id"] > before["id"]
    await restored.close()


async def test_a_restore_that_was_broken_off_goes_on(
    run: Run, filled_url: str, empty_url: str, tmp_path: Path
) -> None:
    path = await backed_up(run, filled_url, tmp_path / "backup.zip")
    assert (await asyncio.to_thread(run, empty_url, "restore", path))[0] == 0
    gone = Database(empty_url, schema="profile")
    async with gone.begin() as tx:
        await tx.run("DROP SCHEMA toxicity CASCADE")
        await tx.run("DROP SCHEMA gateway CASCADE")
        await tx.run("CREATE SCHEMA gateway")  # as a deployment makes it, for the service's role
    await gone.close()
    assert (await asyncio.to_thread(run, empty_url, "restore", path))[0] == 0
    assert await contents(empty_url) == await contents(filled_url)


async def test_nothing_is_overwritten(run: Run, filled_url: str, tmp_path: Path) -> None:
    path = await backed_up(run, filled_url, tmp_path / "backup.zip")
    code, said = await asyncio.to_thread(run, filled_url, "backup", path)
    assert (code, "there already" in said) == (4, True)
    changed = Database(filled_url, schema="profile")
    async with changed.begin() as tx:
        await tx.run("DELETE FROM occurrences")
    await changed.close()
    before = await contents(filled_url)
    code, said = await asyncio.to_thread(run, filled_url, "restore", path)
    assert (code, "holds an Anchorwatch already" in said) == (4, True)
    assert await contents(filled_url) == before


async def test_a_backup_is_tried_without_touching_anything(
    run: Run, filled_url: str, tmp_path: Path
) -> None:
    path = await backed_up(run, filled_url, tmp_path / "backup.zip")
    code, said = await asyncio.to_thread(
        run, "postgresql://nobody@nowhere.invalid/none", "restore", path, "--verify"
    )
    assert (code, "can be restored" in said) == (0, True), said


async def test_every_schema_is_of_one_moment(
    filled_url: str, db_for: Callable[[str], Database]
) -> None:
    async with dumps.moment(filled_url, "crawler") as first:
        async with db_for("profile").begin() as tx:
            await tx.run("DELETE FROM links")
        async with dumps.moment(filled_url, "profile", of=first.snapshot) as second:
            assert (await second.contents())["links"].rows == 20


def _rewritten(path: Path, to: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Copy a backup with something about its entries changed."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with zipfile.ZipFile(to, "w") as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return to


def _manifest(entries: dict[str, bytes], service: str, **news: object) -> None:
    manifest = json.loads(entries["manifest.json"])
    manifest["schemas"][service] |= news
    entries["manifest.json"] = json.dumps(manifest).encode()


async def test_what_cannot_be_trusted_is_refused_before_anything_is_done(
    run: Run, filled_url: str, empty_url: str, tmp_path: Path
) -> None:
    path = await backed_up(run, filled_url, tmp_path / "backup.zip")
    broken = tmp_path / "broken.zip"

    def without(name: str) -> Callable[[dict[str, bytes]], None]:
        return lambda entries: entries.__delitem__(name)

    async def restored() -> str:
        code, said = await asyncio.to_thread(run, empty_url, "restore", broken)
        assert code == 4
        assert await contents(empty_url) == {service: {} for service in SERVICES}
        return said

    assert "no file" in await restored()
    broken.write_bytes(path.read_bytes()[:-2_000])
    assert "damaged" in await restored()
    body = bytearray(path.read_bytes())
    body[body.index(b"PGDMP") + 500] ^= 1
    broken.write_bytes(body)
    assert "damaged" in await restored()
    body = bytearray(path.read_bytes())
    body[body.index(b'"anchorwatch"')] ^= 1
    broken.write_bytes(body)
    assert "is not a backup" in await restored()
    _rewritten(path, broken, without("toxicity.dump"))
    assert "toxicity.dump is missing" in await restored()
    _rewritten(path, broken, without("manifest.json"))
    assert "is not a backup" in await restored()
    _rewritten(path, broken, lambda entries: _manifest(entries, "outreach", revision="9999"))
    assert "newer Anchorwatch" in await restored()


async def test_a_table_that_differs_is_named(
    run: Run, filled_url: str, empty_url: str, tmp_path: Path
) -> None:
    path = await backed_up(run, filled_url, tmp_path / "backup.zip")

    def one_row_less(entries: dict[str, bytes]) -> None:
        contents = json.loads(entries["manifest.json"])["schemas"]["profile"]["contents"]
        contents["links"]["rows"] = 21
        _manifest(entries, "profile", contents=contents)

    other = _rewritten(path, tmp_path / "other.zip", one_row_less)
    code, said = await asyncio.to_thread(run, empty_url, "restore", other)
    assert (code, "profile.links is not as it was" in said) == (4, True)


def test_a_home_comes_back_in_another_with_its_events_on_their_way(
    home_folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANCHORWATCH_HOME", str(home_folder))
    path = home_folder / "backup.zip"
    home.secret_of(home_folder)
    with home.locked(home_folder), home.database(home_folder, durable=False) as server:
        asyncio.run(_leave_on_its_way(server.url()))
        assert main(["backup", str(home_folder)]) == 0
        [made] = home_folder.glob("*anchorwatch-*")
        assert made.stat().st_mode & 0o077 == 0
        made.rename(path)
        # Beside RabbitMQ nobody would look for what the embedded bus holds.
        monkeypatch.setenv("ANCHORWATCH_DATABASE_URL", server.url("postgres"))
        assert main(["restore", str(path)]) == 4
        assert "on their way" in capfd.readouterr().err
        monkeypatch.delenv("ANCHORWATCH_DATABASE_URL")
    again = home_folder / "again"
    monkeypatch.setenv("ANCHORWATCH_HOME", str(again))
    assert main(["restore", str(path)]) == 0
    with home.database(again, durable=False) as server:
        waiting = asyncio.run(dumps.contents_of(server.url(), "bus"))
    assert waiting["deliveries"].rows == len(LinkUntracked.consumers)


async def _leave_on_its_way(url: str) -> None:
    await migrate_all(url)
    crawler, its_own = Database(url, schema="crawler"), Database(url, schema="bus")
    bus = EmbeddedBus(its_own)
    await bus.open()
    async with crawler.begin() as tx:
        await outbox.add(tx, [LinkUntracked(link_id=new_id())])
    await bus.carry(crawler)
    await crawler.close()
    await its_own.close()
