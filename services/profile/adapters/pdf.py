"""Prints a page to PDF with a headless Chromium that has no network of its own."""

import asyncio
import os
import pwd
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

from shared.chromium import WALLED_FLAGS, as_nobody, find_program, is_root
from shared.errors import UnavailableError

_WITHIN_S = 60.0
_MOST_WAITING = 8
"""Pages that wait for their turn or are printed; whoever comes then is told so at once."""
_PREFIX = "aw-print-"


class NoBrowserError(UnavailableError):
    """There is no Chromium here."""


class Printer:
    """Prints one page at a time; the page must need nothing from anywhere."""

    def __init__(self, program: str | None, *, sandbox: bool) -> None:
        self._wanted = program
        self._sandbox = sandbox
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0

    @property
    def can_print(self) -> bool:
        """Say whether there is a Chromium here."""
        return find_program(self._wanted) is not None

    async def pdf_of(self, page: str) -> bytes:
        """Return the PDF of a page; raises NoBrowserError, or UnavailableError where it fails."""
        program = find_program(self._wanted)
        if program is None:
            raise NoBrowserError(
                "A PDF is printed by Chromium, and none is installed here. Install Debian's chromium, "
                "name one in ANCHORWATCH_PROFILE_PDF_PROGRAM, or print the page from your browser."
            )
        if self._waiting >= _MOST_WAITING:
            raise UnavailableError("Too many PDFs are being printed; try again in a minute.")
        self._waiting += 1
        try:
            return await self._in_turn(program, page)
        finally:
            self._waiting -= 1

    async def _in_turn(self, program: str, page: str) -> bytes:
        async with self._turn:
            folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=_PREFIX))
            try:
                return await self._print(program, folder, page)
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _print(self, program: str, folder: Path, page: str) -> bytes:
        source, target = folder / "page.html", folder / "page.pdf"
        source.write_text(page, encoding="utf-8")
        nobody = pwd.getpwnam("nobody") if is_root() else None
        if nobody is not None:
            for path in (folder, source):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        command = (
            *(program, *WALLED_FLAGS, *(() if self._sandbox else ("--no-sandbox",))),
            *(f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}"),
            *("--no-pdf-header-footer", f"file://{source}"),
        )
        process = await asyncio.create_subprocess_exec(
            *as_nobody(command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"},
            cwd=folder,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(_WITHIN_S):
                await process.wait()
        except TimeoutError:
            pass
        finally:
            # Helpers that outlive their browser end with its session.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if not target.is_file():
            raise UnavailableError(
                "Chromium did not print the page. Where its sandbox cannot run, as in most containers,"
                " set ANCHORWATCH_PROFILE_PDF_SANDBOX=false; the page has no scripts and no network."
            )
        return target.read_bytes()
