"""Undoes content codings as the bytes stream in, never producing more than it was allowed to."""

import sys
from collections.abc import Iterator
from typing import Protocol, cast

import brotli
from zlib_ng import zlib_ng as zlib  # a third of zlib's time for the same bytes

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, deflate, br, zstd"

_STEP = 256 * 1024
_MAX_MEMBERS = 100
_BOMB_RATIO = 200
_BOMB_FROM = 1024 * 1024
# RFC 8878, 3.1.1.1.2 recommends decoders to support 8 MB and to refuse what needs more memory.
_ZSTD_WINDOW_LOG = 23
_GZIP_MAGIC = b"\x1f\x8b"
_BrokenError = cast("type[Exception]", zlib.error)  # its stub says that it is an instance


class UndecodableError(ValueError):
    """The body is not what its content coding says, or the coding is unknown or stacked."""


class TooLargeError(ValueError):
    """The body passed a cap: bytes on the wire, bytes decoded, or their ratio."""


class _Stream(Protocol):
    """A decompressor that gives at most `room` bytes a call; `more` says it could give further ones."""

    more: bool

    def feed(self, data: bytes, room: int) -> bytes: ...
    def complete(self) -> bool: ...


class Body:
    """Collects one response body under its caps."""

    def __init__(
        self, coding: str, *, max_wire: int, max_decoded: int, keep: int = 0, leave: int = 0
    ) -> None:
        """Take a body of this coding; its first `keep` bytes as they came stay in `wire`.

        One of at most `leave` bytes on the wire is left in its coding.
        """
        self._stream = _stream(coding)
        self._max_wire = max_wire
        self._max_decoded = max_decoded
        self._decoded = bytearray()
        self.wire_bytes = 0
        self._keep = max(keep, leave)
        self._leave = leave
        self._wire = bytearray()

    def __len__(self) -> int:
        return len(self._decoded)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes from the wire; raise TooLargeError or UndecodableError."""
        for _ in self.steps(chunk):
            pass

    def steps(self, chunk: bytes) -> Iterator[int]:
        """As `feed`, but stop after each quarter of a megabyte and give the size so far.

        A few bytes may become many: whoever takes steps can wait for room before the next one.
        """
        self.wire_bytes += len(chunk)
        if self.wire_bytes > self._max_wire:
            raise TooLargeError("too many bytes on the wire")
        if self._stream is None:
            yield self._take(chunk)
            return
        before = len(self._wire)
        if before < self._keep:
            self._wire += chunk[: self._keep - before]
        if self.is_packed:
            return
        if self._leave:
            chunk, self._leave = bytes(self._wire[:before]) + chunk, 0
        yield self._take(self._stream.feed(chunk, _STEP))
        while self._stream.more:
            yield self._take(self._stream.feed(b"", _STEP))

    def finish(self) -> bytes:
        """Return the whole body; raise UndecodableError if its coding broke off."""
        if self.is_packed:
            return b""
        if self._stream is not None and self.wire_bytes and not self._stream.complete():
            raise UndecodableError("the compressed body broke off")
        return self.so_far()

    def so_far(self) -> bytes:
        """Return what has been decoded until now."""
        return bytes(self._decoded)

    @property
    def is_packed(self) -> bool:
        """Return whether all that came so far is in `wire`, and nothing of it is undone yet."""
        return self._stream is not None and 0 < self.wire_bytes <= self._leave

    @property
    def wire(self) -> bytes | None:
        """Return the start of the body as it came; None where no coding was undone."""
        return None if self._stream is None else bytes(self._wire)

    def _take(self, out: bytes) -> int:
        self._decoded += out
        size = len(self._decoded)
        if size > self._max_decoded:
            raise TooLargeError("too many bytes after decoding")
        if size > _BOMB_FROM and size > _BOMB_RATIO * self.wire_bytes:
            raise TooLargeError("decompression bomb")
        return size


def _stream(coding: str) -> _Stream | None:
    name = coding.strip().lower()
    if name in {"", "identity"}:
        return None
    if name in {"gzip", "x-gzip"}:
        return _Gzip()
    if name == "deflate":
        return _Deflate()
    if name == "br":
        return _Brotli()
    if name == "zstd":
        return _Zstd()
    # Stacked codings ("gzip, gzip") too: browsers disagree about them, so what we would read proves nothing.
    raise UndecodableError(f"content coding {name[:40]!r}")


class _Gzip:
    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._pending = b""
        self._members = 1
        self.more = False

    def feed(self, data: bytes, room: int) -> bytes:
        data = self._pending + data
        if self._zlib.eof:
            if len(data) >= len(_GZIP_MAGIC) and not data.startswith(_GZIP_MAGIC):
                data = b""  # padding after the last member: browsers ignore it
            if len(data) < len(_GZIP_MAGIC):
                self._pending, self.more = data, False
                return b""
            self._next_member()
        try:
            out = self._zlib.decompress(data, room)
        except _BrokenError as error:
            raise UndecodableError("broken gzip") from error
        self._pending = self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail
        # zlib may have taken all input and still hold output back when it filled the room.
        self.more = bool(self._pending) or len(out) == room
        return out

    def complete(self) -> bool:
        return self._zlib.eof

    def _next_member(self) -> None:
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise UndecodableError("too many gzip members")
        self._zlib = zlib.decompressobj(16 + zlib.MAX_WBITS)


class _Deflate:
    """RFC 9110 says zlib, many servers send raw deflate: the first two bytes tell."""

    def __init__(self) -> None:
        self._zlib: zlib._Decompress | None = None
        self._head = b""
        self.more = False

    def feed(self, data: bytes, room: int) -> bytes:
        if self._zlib is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            data = self._head
            self._zlib = zlib.decompressobj(zlib.MAX_WBITS if _is_zlib(data) else -zlib.MAX_WBITS)
        try:
            out = self._zlib.decompress(self._zlib.unconsumed_tail + data, room)
        except _BrokenError as error:
            raise UndecodableError("broken deflate") from error
        self.more = bool(self._zlib.unconsumed_tail) or len(out) == room
        return out

    def complete(self) -> bool:
        return self._zlib is not None and self._zlib.eof


def _is_zlib(head: bytes) -> bool:
    return head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0


class _Brotli:
    def __init__(self) -> None:
        self._brotli = brotli.Decompressor()
        self.more = False

    def feed(self, data: bytes, room: int) -> bytes:
        try:
            out: bytes = self._brotli.process(data, output_buffer_limit=room)
        except brotli.error as error:
            raise UndecodableError("broken brotli") from error
        self.more = not self._brotli.can_accept_more_data()
        return out

    def complete(self) -> bool:
        return bool(self._brotli.is_finished())


class _Zstd:
    def __init__(self) -> None:
        self._zstd = _new_zstd()
        self._frames = 1
        self.more = False

    def feed(self, data: bytes, room: int) -> bytes:
        if self._zstd.eof:
            data = self._zstd.unused_data + data
            if not data:
                return b""
            self._next_frame()
        try:
            out = self._zstd.decompress(data, room)
        except zstd.ZstdError as error:
            raise UndecodableError("broken zstd") from error
        self.more = bool(self._zstd.unused_data) if self._zstd.eof else not self._zstd.needs_input
        return out

    def complete(self) -> bool:
        return self._zstd.eof

    def _next_frame(self) -> None:
        self._frames += 1
        if self._frames > _MAX_MEMBERS:
            raise UndecodableError("too many zstd frames")
        self._zstd = _new_zstd()


def _new_zstd() -> zstd.ZstdDecompressor:
    return zstd.ZstdDecompressor(
        options={int(zstd.DecompressionParameter.window_log_max): _ZSTD_WINDOW_LOG}
    )
