"""The browser's process and its folder: nothing of either is left, however it ends."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.crawler.adapters.chromium import running_browser
from tests.crawler.browsers import chromium, holds

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose name leaves room for the browser's sockets."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        path = Path(folder)
        path.chmod(0o755)  # as root the browser runs as nobody
        yield path


async def test_nothing_is_left_of_a_browser_whose_process_is_killed(short_folder: Path) -> None:
    script = f"""
import asyncio, os
from services.crawler.adapters.chromium import running_browser
async def main():
    async with (
        asyncio.TaskGroup() as group,
        running_browser({chromium()!r}, sandbox=False, group=group) as browser,
    ):
        print(browser.process.pid, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(short_folder)},  # noqa: TID251 - a child inherits it
    )
    assert process.stdout is not None
    pid = int(await process.stdout.readline())
    process.kill()
    await process.wait()
    await holds(lambda: not _is_running(pid))
    # The next browser of anybody sweeps up what the killed one could not.
    left = _files(short_folder)
    assert left
    before = tempfile.tempdir
    tempfile.tempdir = str(short_folder)
    try:
        async with (
            asyncio.TaskGroup() as group,
            running_browser(chromium(), sandbox=False, group=group) as browser,
        ):
            assert not left[0].exists()
            ours = browser.process.pid
    finally:
        tempfile.tempdir = before
    assert _files(short_folder) == []
    assert not _is_running(ours)


async def test_a_browser_is_never_root_and_knows_nothing_of_our_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANCHORWATCH_INTERNAL_SECRET", "a secret that no page may read")
    async with (
        asyncio.TaskGroup() as group,
        running_browser(chromium(), sandbox=False, group=group) as browser,
    ):
        process = Path(f"/proc/{browser.process.pid}")
        environment = _text(process / "environ")
        owner = next(line for line in _text(process / "status").splitlines() if "Uid:" in line)
    assert "ANCHORWATCH" not in environment
    assert "0" not in owner.split()[1:]


def _is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _text(path: Path) -> str:
    return path.read_text(errors="replace")


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())
