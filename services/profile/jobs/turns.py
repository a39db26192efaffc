"""The line in which the batches of an import are stored: two at once, and still in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self


class Turn:
    """One batch's place in the line: two batches are copied at once, and they are committed in order.

    Each has a transaction of its own, so that PostgreSQL is never without work while a commit waits for
    the disk, or a statement for a free moment of this process. At most two are open, and the later one
    never holds what the earlier one needs.
    """

    def __init__(self, pages: frozenset[int]) -> None:
        self.pages = pages
        self.stored = asyncio.Event()
        self._may_begin = self._may_end = _past()

    def behind(self, before: Self, *, alone: bool) -> Self:
        """Take the place behind another, whose commit is waited for first if this is to be `alone`.

        So it is, too, where both have rows about one page: what is known of it decides what becomes
        of them.
        """
        alone = alone or not self.pages.isdisjoint(before.pages)
        self._may_begin = before.stored if alone else before._may_end
        self._may_end = before.stored
        return self

    async def begin(self) -> None:
        """Wait until this batch may be copied."""
        await self._may_begin.wait()

    async def end(self) -> None:
        """Wait, with the batch copied, until it may be committed."""
        await self._may_end.wait()

    @asynccontextmanager
    async def storing(self) -> AsyncIterator[None]:
        """Enclose the batch's transaction; one that fails does so once all before it are committed."""
        try:
            yield
        except Exception:  # because whatever it was, what stood before it must be committed first
            await self._may_end.wait()
            raise
        self.stored.set()


def _past() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event
