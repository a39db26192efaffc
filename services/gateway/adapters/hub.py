"""The newest outward events in memory, and the bell that wakes the streams of this process.

Readers pull: each keeps its own place, so a slow one costs no buffer and loses nothing; it falls
out of the memory here and goes on from the database.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import islice, takewhile

from services.gateway.domain.outward import Logged

_KEPT = 4096


class Hub:
    """Knows the last few thousand events, in order."""

    def __init__(self) -> None:
        self._recent: deque[Logged] = deque()
        self._floor = 0
        self._newest = 0
        self._bell = asyncio.Event()
        self.closed = False
        self.open_streams = 0

    @property
    def newest(self) -> int:
        """Return the number of the newest event that was read."""
        return self._newest

    def start(self, newest: int) -> None:
        """Begin after this number, or go on after it if events were missed meanwhile."""
        self._recent.clear()
        self._floor = self._newest = newest

    def feed(self, events: Sequence[Logged]) -> None:
        """Take the next events, in order, and wake every reader."""
        if not events:
            return
        self._recent.extend(events)
        self._newest = events[-1].seq
        while len(self._recent) > _KEPT:
            self._floor = self._recent.popleft().seq
        self._ring()

    def close(self) -> None:
        """Wake every reader for the last time."""
        self.closed = True
        self._ring()

    def after(self, seq: int, *, limit: int) -> list[Logged] | None:
        """Return the events after a number; None if they are no longer all in memory."""
        if seq < self._floor:
            return None
        newer = list(takewhile(lambda event: event.seq > seq, reversed(self._recent)))
        return list(islice(reversed(newer), limit))

    async def wait(self, seq: int, *, seconds: float) -> bool:
        """Wait until there is an event after this number; False if none came in time."""
        if self._newest > seq or self.closed:
            return True
        bell = self._bell
        try:
            async with asyncio.timeout(seconds):
                await bell.wait()
        except TimeoutError:
            return False
        return True

    def _ring(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()
