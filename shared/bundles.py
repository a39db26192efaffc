"""Many events of one type as one row of the outbox: what they share stands there once; pure.

An import makes hundreds of thousands of events that differ in a quarter of their bytes, and what a row
of the outbox costs is its bytes: written to the table, to the log, and read again. JSON holds no bare
control characters, so two of them can stand between the parts. The frame is a format string of
PostgreSQL (`%1$s`), so that the embedded bus takes a bundle apart where it lies.
"""

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter

MAX_EVENTS = 100
MAX_BYTES = 64_000
"""Most bytes of a bundle's own, unless one event alone has more: its message stays below 256,000."""

ROW = b"\x1e"
PIECE = b"\x1f"
_PLACE = re.compile(rb"%(?:(\d+)\$s|%)")


def frame(*parts: str | int) -> bytes:
    """Return the frame of texts that all events share and of numbers of pieces, from 1."""
    return "".join(
        f"%{one}$s" if isinstance(one, int) else one.replace("%", "%%") for one in parts
    ).encode()


def bundles(shared: bytes, rows: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield bundles, each with its number of events; a row is one event's pieces, joined by PIECE.

    One event alone is no bundle but itself.
    """
    part: list[bytes] = []
    size = 0
    for row in rows:
        size += len(row)
        if part and (len(part) == MAX_EVENTS or size > MAX_BYTES):
            yield _bundle(shared, part)
            part, size = [], len(row)
        part.append(row)
    if part:
        yield _bundle(shared, part)


def _bundle(shared: bytes, part: list[bytes]) -> tuple[int, bytes]:
    bundle = ROW.join((shared, *part))
    return len(part), bundle if len(part) > 1 else events_of(bundle)[0]


def events_of(bundle: bytes) -> list[bytes]:
    """Return the events of a bundle, each as the JSON that it would have been alone."""
    shared, *rows = bundle.split(ROW)
    numbers = [int(number) - 1 for number in _PLACE.findall(shared) if number]
    pattern = _PLACE.sub(lambda place: b"%b" if place[1] else b"%%", shared)
    pick = itemgetter(*numbers, numbers[0])  # one more than needed, so that it always gives a tuple
    return [pattern % pick(row.split(PIECE))[:-1] for row in rows]
