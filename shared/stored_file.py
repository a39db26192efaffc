"""An uploaded file in the database as a file that a thread reads, at any place, a chunk at a time."""

import io
from collections.abc import Callable

from typing_extensions import Buffer, override

CHUNK = 1_048_576


class StoredFile(io.RawIOBase):
    """Reads chunks of CHUNK bytes, of which only the last may be shorter; keeps one of them."""

    def __init__(self, fetch: Callable[[int], bytes | None], *, size: int) -> None:
        super().__init__()
        self._fetch = fetch
        self._size = size
        self._at = 0
        self._kept: tuple[int, bytes] | None = None

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        into = memoryview(buffer).cast("B")
        number, begin = divmod(self._at, CHUNK)
        part = self._chunk(number)[begin : begin + len(into)]
        into[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _chunk(self, number: int) -> bytes:
        if self._kept is None or self._kept[0] != number:
            self._kept = (number, self._fetch(number) or b"")
        return self._kept[1]
