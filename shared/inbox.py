"""Which events a service has already handled, so that each counts once however often it comes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import UUID

from shared.db import Tx

KEEP = timedelta(days=14)
"""Longer than the retry ladder and anything a broker holds back."""

_CHUNK = 10_000
_NUMBER = attrgetter("int")


async def admit(tx: Tx, event_ids: Iterable[UUID]) -> set[UUID]:
    """Note the ids and return those that are new. Sorted, so that two consumers cannot deadlock."""
    rows = await tx.fetch(
        "INSERT INTO inbox (event_id) SELECT unnest($1::uuid[])"
        " ON CONFLICT DO NOTHING RETURNING event_id",
        sorted(event_ids, key=_NUMBER),  # a third of the time that comparing UUIDs takes
    )
    return {row[0] for row in rows}


async def forget(tx: Tx, event_ids: Iterable[UUID]) -> None:
    """Take ids back: these events were not handled and may come again."""
    await tx.run("DELETE FROM inbox WHERE event_id = ANY($1::uuid[])", list(event_ids))


async def clean(tx: Tx, now: datetime) -> int:
    """Delete one chunk of what is older than KEEP; returns how many rows that were.

    The ids carry their time (UUIDv7), so the primary key finds old rows without another index;
    `received_at` has the last word because a replayed event comes long after its id was made.
    """
    before = now - KEEP
    tag = await tx.run(
        "DELETE FROM inbox WHERE event_id = ANY(ARRAY("
        " SELECT event_id FROM inbox WHERE event_id < $1 AND received_at < $2"
        " ORDER BY event_id LIMIT $3))",
        _first_id(before),
        before,
        _CHUNK,
    )
    return int(tag.rpartition(" ")[2])


def _first_id(moment: datetime) -> UUID:
    """Return the lowest UUIDv7 of a moment."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
