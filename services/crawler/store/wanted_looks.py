"""Looks that somebody wants: whose turn it is, and what was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared import outbox
from shared.db import Tx
from shared.events import LookMade, LookRequested

_LEASE = timedelta(minutes=5)
"""How long a first look may take before it is made again; each further one is waited for twice as long."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page, and the link that is looked for on it."""

    look_id: UUID
    workspace_id: UUID | None
    site_id: UUID | None
    url: str
    target: str
    tries: int
    """How often its turn came, this one included."""


async def want(tx: Tx, events: Sequence[LookRequested], now: datetime) -> None:
    """Have looks made in their turn."""
    await tx.run(
        "INSERT INTO wanted_looks (look_id, workspace_id, site_id, url, target, due_at)"
        " SELECT *, $6 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])"
        " ON CONFLICT DO NOTHING",
        [event.look_id for event in events],
        [event.workspace_id for event in events],
        [event.site_id for event in events],
        [event.url for event in events],
        [event.target for event in events],
        now,
    )


async def claim(tx: Tx, now: datetime, *, limit: int) -> list[Wanted]:
    """Return looks whose turn it is; other processes get others, until the lease ends."""
    rows = await tx.fetch(
        "UPDATE wanted_looks SET tries = tries + 1,"
        " due_at = $1::timestamptz + $3::interval * power(2, tries) WHERE look_id IN ("
        "SELECT look_id FROM wanted_looks WHERE due_at <= $1 ORDER BY due_at, look_id LIMIT $2"
        " FOR UPDATE SKIP LOCKED) RETURNING look_id, workspace_id, site_id, url, target, tries",
        now,
        limit,
        _LEASE,
    )
    return [Wanted(*row) for row in rows]


async def save(tx: Tx, event: LookMade) -> None:
    """Tell what was seen, once: whoever comes after the end of a lease is too late."""
    tag = await tx.run("DELETE FROM wanted_looks WHERE look_id = $1", event.look_id)
    if tag.endswith(" 1"):
        await outbox.add(tx, [event])
