"""A mail server that kills whoever sends to it, and the account of what it was given."""

import asyncio
import os
import signal
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from typing_extensions import override

from shared.db import Database
from tests.mailroom import Mailroom


@dataclass(slots=True)
class DeadlyRoom(Mailroom):
    """Kills the sender when it is about to hand over, or has just handed over, a letter."""

    kill_before: str | None = None
    kill_after: str | None = None
    kill_in: int | None = None
    """After so many steps of whatever letters."""
    senders: list[int] = field(default_factory=list)

    @override
    async def handle_RCPT(
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]
    ) -> str:
        self._count()
        if address == self.kill_before:
            self.kill_before = None
            self._kill()
        return await Mailroom.handle_RCPT(self, _, __, envelope, address, ___)

    @override
    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:
        answer = await Mailroom.handle_DATA(self, server, _, envelope)
        self._count()
        if self.kill_after in envelope.rcpt_tos:
            self.kill_after = None
            self._kill()
        return answer

    def _count(self) -> None:
        if self.kill_in is not None:
            self.kill_in -= 1
            if self.kill_in == 0:
                self._kill()

    def _kill(self) -> None:
        for pid in self.senders:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def doubles(self) -> int:
        """How many letters came more than once."""
        seen: Counter[Any] = Counter(mail["Message-ID"] for _, mail in self.got)
        return sum(count - 1 for count in seen.values())


async def start_sender(
    room: DeadlyRoom, database: Database, now: datetime, *, turns: int = 1
) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fault.sending_process"),
        *(database.url, str(room.port), now.isoformat(), str(turns)),
        stderr=asyncio.subprocess.DEVNULL,
    )
    room.senders = [process.pid]
    return process
