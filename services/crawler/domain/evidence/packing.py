"""Packs what evidence is stored as; what would not become smaller stays as it is."""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_LEVEL = 3
_PLAIN = b"\x00"
_PACKED = b"\x01"
_MAX_UNPACKED = 64 * 1024 * 1024


def packed(content: bytes) -> bytes:
    """Return content in its stored form."""
    small = zstd.compress(content, _LEVEL)
    return _PACKED + small if len(small) < len(content) else _PLAIN + content


def unpacked(stored: bytes) -> bytes:
    """Return the content of a stored form; ValueError for what was never one."""
    if stored[:1] == _PLAIN:
        return stored[1:]
    if stored[:1] != _PACKED:
        raise ValueError("this was not packed by us")
    opened = zstd.ZstdDecompressor()
    try:
        content = opened.decompress(stored[1:], max_length=_MAX_UNPACKED)
    except zstd.ZstdError as error:
        raise ValueError("the packed content is broken") from error
    if not opened.eof or opened.unused_data:
        raise ValueError("the packed content is not whole")
    return content
