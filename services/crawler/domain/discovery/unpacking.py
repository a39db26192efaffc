"""Undoes gzip and Zstandard of a file as it streams in, and goes on behind a damaged place."""

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import cast

from zlib_ng import zlib_ng as zlib

from services.crawler.domain.discovery.hits import Damage

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BREAK = None
"""Stands in the stream where bytes are missing: what came before and after does not belong together."""

_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
# What is left of a slice at the end of a member is copied: small slices keep files of many small
# members, as crawls are, from being copied over and over.
_SLICE = 16 * 1024
_ZSTD_SLICE = 128 * 1024
_WINDOW_LOG = 27
_BOMB_RATIO = 200
_BOMB_FROM = 64 * 1024 * 1024
_BOMB = "it unpacks to more than a log or an archive can hold, and was read no further"
_BROKEN = "a part could not be unpacked"
_CUT = "the file ends in the middle"
_GzipError = cast("type[Exception]", zlib.error)  # its stub says that it is an instance


def unpacked(chunks: Iterable[bytes], damage: Damage) -> Iterator[bytes | None]:
    """Yield the bytes of a file without its packing, told by its first bytes; BREAK where some miss."""
    chunks = iter(chunks)
    first = b""
    while len(first) < len(_ZSTD) and (chunk := next(chunks, None)) is not None:
        first += chunk
    packed = _Counted(chain((first,), chunks))
    if first.startswith(_GZIP):
        return _bounded(_gunzipped(packed, damage), packed, damage)
    if first.startswith(_ZSTD):
        return _bounded(_unzstd(packed, damage), packed, damage)
    return iter(packed)


class _Counted:
    """Chunks of a file, with how many bytes of it were taken so far."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.taken += len(chunk)
            yield chunk


def _bounded(
    pieces: Iterable[bytes | None], packed: _Counted, damage: Damage
) -> Iterator[bytes | None]:
    """Stop where more comes out than a log or an archive can hold: a few bytes may unpack for hours."""
    given = 0
    for piece in pieces:
        given += len(piece or b"")
        if given > _BOMB_FROM and given > _BOMB_RATIO * packed.taken:
            damage.note(_BOMB)
            yield BREAK
            return
        yield piece


def _gunzipped(chunks: Iterable[bytes], damage: Damage) -> Iterator[bytes | None]:
    member = zlib.decompressobj(16 + zlib.MAX_WBITS)
    begun = is_lost = False
    tail = b""  # behind a break: what the magic of a member may begin with
    for coming in chunks:
        chunk, tail, at = tail + coming, b"", 0
        while at < len(chunk):
            if is_lost or not begun:
                start = _next_member(chunk, at, is_lost=is_lost)
                if start < 0:
                    tail = chunk[-len(_GZIP) + 1 :] if is_lost else b""
                    break
                at, is_lost, begun = start, False, True
            piece = chunk[at : at + _SLICE]
            try:
                out = member.decompress(piece)
            except _GzipError:
                damage.note(_BROKEN)
                yield BREAK
                member, is_lost, at = zlib.decompressobj(16 + zlib.MAX_WBITS), True, at + 1
                continue
            if out:
                yield out
            at += len(piece)
            if member.eof:
                at -= len(member.unused_data)
                member, begun = zlib.decompressobj(16 + zlib.MAX_WBITS), False
    if begun and not is_lost:
        damage.note(_CUT)
        yield BREAK


def _next_member(chunk: bytes, at: int, *, is_lost: bool) -> int:
    """Return where a member begins; between sound ones there may be zeros, behind a break anything."""
    if is_lost:
        return chunk.find(_GZIP, at)
    while at < len(chunk) and chunk[at] == 0:
        at += 1
    return at if at < len(chunk) else -1


def _unzstd(chunks: Iterable[bytes], damage: Damage) -> Iterator[bytes | None]:
    frame = _new_frame()
    begun = False
    for chunk in chunks:
        at = 0
        while at < len(chunk):
            piece = chunk[at : at + _ZSTD_SLICE]
            try:
                out = frame.decompress(piece)
            except zstd.ZstdError:
                # Frames are long and their magic is short: there is no telling where the next begins.
                damage.note(_BROKEN)
                yield BREAK
                return
            begun = True
            at += len(piece)
            if out:
                yield out
            if frame.eof:
                at -= len(frame.unused_data)
                frame, begun = _new_frame(), False
    if begun:
        damage.note(_CUT)
        yield BREAK


def _new_frame() -> zstd.ZstdDecompressor:
    return zstd.ZstdDecompressor(
        options={int(zstd.DecompressionParameter.window_log_max): _WINDOW_LOG}
    )
