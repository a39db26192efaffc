"""Events that no handler could take: parked with the reason, listed, and replayed to the one queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared import outbox
from shared.db import Tx
from shared.ids import new_id

MAX_DETAIL = 2_000


@dataclass(frozen=True, slots=True)
class Parked:
    """What to park; without an id the bytes could not even be read as an event."""

    event_id: UUID | None
    name: str | None
    queue: str
    reason: str
    detail: str
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    dead_letter_id: UUID
    event_id: UUID | None
    name: str | None
    queue: str
    reason: str
    detail: str
    body: bytes
    attempts: int
    created_at: datetime
    last_at: datetime
    replayed_at: datetime | None


async def park(tx: Tx, letters: Sequence[Parked]) -> None:
    """Keep letters; one that failed again after a replay is the same letter once more."""
    if not letters:
        return
    await tx.run(
        "INSERT INTO dead_letters (dead_letter_id, event_id, name, queue, reason, detail, body,"
        " attempts, last_at) SELECT *, now() FROM unnest($1::uuid[], $2::uuid[], $3::text[],"
        " $4::text[], $5::text[], $6::text[], $7::bytea[], $8::int[])"
        " ON CONFLICT (event_id) DO UPDATE SET queue = excluded.queue, reason = excluded.reason,"
        " detail = excluded.detail, last_at = excluded.last_at, replayed_at = NULL,"
        " attempts = dead_letters.attempts + excluded.attempts",
        [new_id() for _ in letters],
        [letter.event_id for letter in letters],
        [letter.name for letter in letters],
        [letter.queue for letter in letters],
        [letter.reason for letter in letters],
        [_printable(letter.detail) for letter in letters],
        [letter.body for letter in letters],
        [letter.attempts for letter in letters],
    )


async def list_dead_letters(
    tx: Tx, *, limit: int = 100, after: UUID | None = None, waiting_only: bool = True
) -> list[DeadLetter]:
    """Return a page of letters, oldest first; `after` is the last id of the page before."""
    rows = await tx.fetch(
        "SELECT dead_letter_id, event_id, name, queue, reason, detail, body, attempts,"
        " created_at, last_at, replayed_at FROM dead_letters"
        " WHERE ($1::uuid IS NULL OR dead_letter_id > $1)"
        " AND (NOT $2 OR replayed_at IS NULL) ORDER BY dead_letter_id LIMIT $3",
        after,
        waiting_only,
        limit,
    )
    return [DeadLetter(*row) for row in rows]


async def count_waiting(tx: Tx) -> int:
    """Return how many letters wait for somebody to look at them."""
    return int(await tx.fetch_value("SELECT count(*) FROM dead_letters WHERE replayed_at IS NULL"))


async def replay(tx: Tx, dead_letter_ids: Sequence[UUID]) -> int:
    """Send letters to the queue they came from, with their old id; returns how many went.

    Bytes that are no event, and letters that are already on their way, stay where they are.
    """
    rows = await tx.fetch(
        "UPDATE dead_letters SET replayed_at = now() WHERE dead_letter_id = ANY($1::uuid[])"
        " AND replayed_at IS NULL AND event_id IS NOT NULL AND name IS NOT NULL"
        " RETURNING event_id, name, body, queue, 0",
        list(dead_letter_ids),
    )
    await outbox.add_again(tx, [outbox.Again(*row) for row in rows])
    return len(rows)


def _printable(text: str) -> str:
    # PostgreSQL's text cannot hold NUL, and an error may quote what it could not read.
    return text[:MAX_DETAIL].replace("\x00", "\N{REPLACEMENT CHARACTER}")
