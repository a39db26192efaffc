"""Rows in the binary form of PostgreSQL's COPY, put together from pieces that many rows share; pure.

A million rows of one file repeat their site, source, moments, targets and metrics. Encoded once and
joined, a row of 15 columns costs a quarter of what asyncpg needs, which encodes each value anew.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from uuid import UUID

NULL = b"\xff\xff\xff\xff"
UUID_LENGTH = b"\x00\x00\x00\x10"
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_DAY = 86_400_000_000
_TEXT_OID = 25
_AT_ONCE = 500

length = struct.Struct(">i").pack
_moment = struct.Struct(">iq").pack
_double = struct.Struct(">id").pack
_integer = struct.Struct(">ii").pack


def begin_row(columns: int) -> bytes:
    """Return what stands before the columns of every row."""
    return struct.pack(">h", columns)


row = b"".join
"""Puts a row together: what `begin_row` says, then one encoded value for each column.

At once and not with the whole table, which would keep a dozen pieces of every row until then.
"""


def table(rows: Iterable[bytes]) -> Iterator[bytes]:
    """Yield rows as what COPY reads, some hundred at a time, so that a big table is never there twice."""
    yield _SIGNATURE
    left = iter(rows)
    while some := b"".join(islice(left, _AT_ONCE)):
        yield some
    yield _END


def text(value: str | None) -> bytes:
    """Encode a text, or JSON as text for a column of type json."""
    if value is None:
        return NULL
    body = value.encode()
    return length(len(body)) + body


def raw(body: bytes) -> bytes:
    """Encode what is in its final form already: JSON for a column of type json, or bytea."""
    return length(len(body)) + body


def jsonb(body: bytes) -> bytes:
    """Encode JSON for a column of type jsonb."""
    return length(len(body) + 1) + b"\x01" + body


def uuid(value: UUID | None) -> bytes:
    return NULL if value is None else UUID_LENGTH + value.bytes


def integer(value: int) -> bytes:
    """Encode a number for a column of type integer."""
    return _integer(4, value)


def double(value: float) -> bytes:
    return _double(8, value)


@lru_cache(maxsize=8_192)
def moment(value: datetime | None) -> bytes:
    """Encode a timestamp with time zone."""
    if value is None:
        return NULL
    since = value - _EPOCH
    return _moment(8, since.days * _DAY + since.seconds * 1_000_000 + since.microseconds)


@lru_cache(maxsize=1_024)
def texts(values: Sequence[str] | None) -> bytes:
    """Encode an array of texts; `values` is a tuple."""
    if values is None:
        return NULL
    if not values:
        return raw(struct.pack(">iii", 0, 0, _TEXT_OID))
    head = struct.pack(">iiiii", 1, 0, _TEXT_OID, len(values), 1)
    return raw(head + b"".join(map(text, values)))
