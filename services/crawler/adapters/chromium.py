"""Starts a headless Chromium that has no network of its own, and ends it with all that belongs to it."""

import asyncio
import fcntl
import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from services.crawler.adapters.cdp import BrowserGoneError, Cdp, CommandError
from shared.chromium import WALLED_FLAGS, as_nobody, is_root
from shared.log import get_logger

log = get_logger(__name__)

_PREFIX = "aw-render-"
_START_S = 30.0
_CLOSE_S = 3.0
# The browser speaks on 3 and 4; the shell turns its own two pipes into these.
_WITH_PIPES = 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1'
_FLAGS = (
    *WALLED_FLAGS,
    "--remote-debugging-pipe",
    "--block-new-web-contents",
    "--window-size=1366,900",
)


@dataclass(slots=True)
class Browser:
    """A running browser; `finished` asks for its end."""

    cdp: Cdp
    process: asyncio.subprocess.Process
    finished: asyncio.Event
    product: str
    pages: int = 0
    tabs: int = 0

    @property
    def is_gone(self) -> bool:
        return self.finished.is_set() or self.process.returncode is not None

    def memory_mib(self) -> float:
        """Return the memory that this browser's processes do not share with files."""
        return sum(_memory_kib(pid) for pid in _session_of(self.process.pid)) / 1024

    def end_largest(self) -> None:
        """End the process that takes most: its page crashes, the others go on."""
        helpers = [pid for pid in _session_of(self.process.pid) if pid != self.process.pid]
        if helpers:
            with suppress(ProcessLookupError):
                os.kill(max(helpers, key=_memory_kib), signal.SIGKILL)


@asynccontextmanager
async def running_browser(
    program: str, *, sandbox: bool, group: asyncio.TaskGroup
) -> AsyncIterator[Browser]:
    """Run a browser with an empty profile for the block; nothing of it is left afterwards.

    It ends by itself when this process dies: its pipes close. `group` listens to it.
    """
    flags = _FLAGS if sandbox else (*_FLAGS, "--no-sandbox")
    nobody = pwd.getpwnam("nobody") if is_root() else None
    with _profile(nobody) as folder:
        command = ("/bin/sh", "-c", _WITH_PIPES, "sh", program, *flags)
        process = await asyncio.create_subprocess_exec(
            *as_nobody((*command, f"--user-data-dir={folder}", "about:blank")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # Nothing of our environment, which holds secrets, is any business of a page.
            env={"PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"},
            cwd=folder,
            start_new_session=True,
        )
        if process.stdin is None or process.stdout is None:
            raise BrowserGoneError("the browser has no pipes")
        cdp = Cdp(process.stdout, process.stdin)
        reading = group.create_task(cdp.run())
        try:
            yield Browser(cdp, process, asyncio.Event(), await _greet(cdp))
        finally:
            await _close(cdp, process)
            reading.cancel()
            process.stdin.close()


async def _greet(cdp: Cdp) -> str:
    try:
        async with asyncio.timeout(_START_S):
            return str((await cdp.send("Browser.getVersion"))["product"])
    except TimeoutError as error:
        raise BrowserGoneError("the browser does not answer") from error


async def _close(cdp: Cdp, process: asyncio.subprocess.Process) -> None:
    with suppress(TimeoutError, BrowserGoneError, CommandError):
        async with asyncio.timeout(_CLOSE_S):
            await cdp.send("Browser.close")
            await process.wait()
    # Renderers that hang, and helpers that outlive their browser, end with its session.
    for pid in _session_of(process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


@contextmanager
def _profile(owner: pwd.struct_passwd | None) -> Iterator[Path]:
    """Make an empty folder for the block; those that killed processes left behind go with it."""
    place = Path(tempfile.gettempdir())
    for stale in place.glob(f"{_PREFIX}*"):
        _remove_if_left(stale)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if owner is not None:
                os.chown(folder, owner.pw_uid, owner.pw_gid)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_left(folder: Path) -> None:
    try:
        with (folder / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return  # in use, being made, or another user's


def _session_of(leader: int) -> list[int]:
    """Return the processes of a session, from /proc; without one, the leader alone."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            # pid (name) state ppid pgrp session ...; the name may hold anything.
            fields = entry.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == leader and fields[0] not in {"Z", "X"}:
                found.append(int(entry.parent.name))
    return found


def _memory_kib(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text(errors="replace")
    except OSError:
        return 0
    fields = dict(line.partition(":")[::2] for line in text.splitlines())
    return sum(int((fields.get(name) or "0").split()[0]) for name in ("RssAnon", "RssShmem"))
