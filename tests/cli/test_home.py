"""The home folder: one process at a time, secrets for their owner only, its database adopted."""

import asyncio
import multiprocessing
import os
import signal
import stat
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from services import home
from shared import postgres
from shared.errors import ConflictError, NotFoundError
from tests.waiting import eventually

SPAWN = multiprocessing.get_context("spawn")


def hold(path: Path, held: Event) -> None:
    with home.locked(path):
        held.set()
        signal.pause()


def test_two_processes_cannot_work_in_one_home(tmp_path: Path) -> None:
    held = SPAWN.Event()
    holder = SPAWN.Process(target=hold, args=(tmp_path, held))
    holder.start()
    assert held.wait(30)
    with pytest.raises(ConflictError, match=f"process {holder.pid}"), home.locked(tmp_path):
        pass
    holder.kill()
    holder.join()
    with home.locked(tmp_path):
        assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    secret = home.secret_of(tmp_path)
    assert len(secret) >= 32
    assert home.secret_of(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_short_command_finds_the_database_of_a_home_whether_it_runs_or_not(
    home_folder: Path,
) -> None:
    home.secret_of(home_folder)
    with home.visited_database(home_folder) as visited:
        assert visited.is_running()
    assert not visited.is_running()
    with home.locked(home_folder), home.database(home_folder, durable=False) as running:
        with home.visited_database(home_folder) as visited:
            assert visited.sockets == running.sockets
        assert running.is_running()


def test_a_server_that_a_killed_process_left_is_adopted(home_folder: Path) -> None:
    home.secret_of(home_folder)
    left = postgres.start(home_folder, durable=False)
    before = (left.data / "postmaster.pid").read_text().splitlines()[0]
    with home.locked(home_folder), home.database(home_folder) as adopted:
        assert (adopted.data / "postmaster.pid").read_text().splitlines()[0] == before


async def test_a_server_that_goes_away_is_started_again(home_folder: Path) -> None:
    server = await asyncio.to_thread(postgres.start, home_folder, durable=False)
    stop = asyncio.Event()

    async def is_back() -> bool:
        return await asyncio.to_thread(server.is_running)

    async with asyncio.TaskGroup() as group:
        await asyncio.to_thread(server.kill)
        assert not server.is_alive()
        group.create_task(home.keep_database(home_folder, server, stop, pause_s=0.05))
        await eventually(is_back)
        stop.set()
    assert server.is_alive()
    await asyncio.to_thread(server.stop)


def test_a_folder_without_anchorwatch_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="ANCHORWATCH_HOME"), home.visited_database(tmp_path):
        pass
