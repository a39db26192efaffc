"""Says how long a worker that has nothing to do may rest, and that it is there."""

import asyncio
import time

from services.crawler.store import bell, leases
from shared.db import Database
from shared.log import get_logger
from shared.trouble import is_outage

log = get_logger(__name__)

LIVELY_S = 2.0
"""How long after work, or after a bell, a worker looks often: one thing seldom comes alone."""

SELDOM_S = 1.0
"""How long an idle worker rests at most: some things are made due without a bell."""

_OFTEN_S = 0.2
_RECONNECT_S = 0.5


class Waking:
    """Listens for what others make due; who has work, or hears nothing, looks five times a second."""

    def __init__(
        self, db: Database, *, lively_s: float = LIVELY_S, seldom_s: float = SELDOM_S
    ) -> None:
        self._db = db
        self._seldom_s = seldom_s
        self._lively_s = lively_s
        self._bell = asyncio.Event()
        self._hears = False
        self._began = asyncio.Event()
        self._lively_until = time.monotonic() + lively_s

    def stir(self) -> None:
        """Stay lively: there was work."""
        self._lively_until = time.monotonic() + self._lively_s

    @property
    def is_lively(self) -> bool:
        return not self._hears or time.monotonic() < self._lively_until

    async def listen(self, stop: asyncio.Event) -> None:
        """Hear the bell until `stop`, which rings it a last time; survives the database's restarts."""
        while not stop.is_set():
            try:
                await self._hear(stop)
            except Exception as error:  # because what is not the database's trouble goes up
                if not is_outage(error):
                    raise
                log.warning("nothing wakes the worker until its database is back", why=repr(error))
                await _wait(stop, _RECONNECT_S)
        self._began.set()
        self._ring()

    async def begin(self) -> None:
        """Wait until others can tell that somebody looks: what is claimed before could be taken."""
        await self._began.wait()

    async def rest(self, stop: asyncio.Event, due_in_s: float | None) -> None:
        """Rest until the bell, or until something is due if that is known, but not for long."""
        if due_in_s is None or self.is_lively:
            await _wait(stop, _OFTEN_S)
            return
        # What is due and was not to be had is in the hands of others.
        await _wait(self._bell, min(due_in_s, self._seldom_s) if due_in_s > 0 else _OFTEN_S)
        if self._bell.is_set():
            self._bell.clear()
            self.stir()

    async def _hear(self, stop: asyncio.Event) -> None:
        async with self._db.listening() as session:
            await leases.keep_looking(session, self._db.schema)
            await session.add_listener(bell.channel(self._db.schema), self._ring)
            self.stir()  # what rang before is found without a bell
            self._hears = True
            self._began.set()
            try:
                while not stop.is_set() and not session.is_closed():
                    await _wait(stop, SELDOM_S)
            finally:
                self._hears = False

    def _ring(self, *_: object) -> None:
        self._bell.set()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
