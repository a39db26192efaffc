"""The log of outward events that streams and the history read."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from services.gateway.domain.outward import Logged
from shared.db import Tx
from shared.events import Event
from shared.policies import not_held

CHANNEL = "gateway_events"
_ONE_WRITER = 0x6576656E  # "even"
_COLUMNS = "seq, name, workspace_id, site_id, body"


async def add_events(tx: Tx, events: Sequence[Event]) -> None:
    """Append the events and wake the streams when this commits.

    One writer at a time, until its commit: then a reader that saw number n has seen every
    number below it, and `seq` alone is a safe cursor. Numbers given to transactions that run
    side by side would become visible out of order, and a reader would skip the late ones.
    """
    mine = [event for event in events if event.workspace_id is not None]
    if not mine:
        return
    await tx.run(f"SELECT pg_advisory_xact_lock({_ONE_WRITER})")
    await tx.run(
        "INSERT INTO event_log (event_id, name, workspace_id, site_id, body)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::bytea[])"
        " ON CONFLICT (event_id) DO NOTHING",
        [event.event_id for event in mine],
        [event.name for event in mine],
        [event.workspace_id for event in mine],
        [event.site_id for event in mine],
        [event.encode() for event in mine],
    )
    await tx.run(f"NOTIFY {CHANNEL}")


async def list_after(tx: Tx, seq: int, *, limit: int) -> list[Logged]:
    """Return the next events of all workspaces, in order."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM event_log WHERE seq > $1 ORDER BY seq LIMIT $2", *(seq, limit)
    )
    return [Logged(*row) for row in rows]


async def list_of_workspace(
    tx: Tx,
    *,
    workspace_id: UUID,
    after: int,
    names: Collection[str],
    site_ids: Collection[UUID] | None,
    since: datetime | None,
    limit: int,
) -> list[Logged]:
    """Return the next events that a caller may see; `site_ids` None means every site."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM event_log WHERE workspace_id = $1 AND seq > $2"
        " AND (cardinality($3::text[]) = 0 OR name = ANY($3))"
        " AND ($4::uuid[] IS NULL OR site_id = ANY($4))"
        " AND ($5::timestamptz IS NULL OR created_at >= $5) ORDER BY seq LIMIT $6",
        *(workspace_id, after, list(names)),
        *(None if site_ids is None else list(site_ids), since, limit),
    )
    return [Logged(*row) for row in rows]


async def find_number(tx: Tx, event_id: UUID, *, workspace_id: UUID) -> int | None:
    """Return the number of an event of the workspace; None if it is not kept (any more)."""
    found: int | None = await tx.fetch_value(
        "SELECT seq FROM event_log WHERE event_id = $1 AND workspace_id = $2",
        *(event_id, workspace_id),
    )
    return found


async def get_moment(tx: Tx, seq: int) -> datetime:
    """Return when an event came into the log, which is what `since` is about."""
    found: datetime = await tx.fetch_value("SELECT created_at FROM event_log WHERE seq = $1", seq)
    return found


async def get_bounds(tx: Tx) -> tuple[int, int]:
    """Return the oldest and the newest number that exist; (0, 0) while the log is empty."""
    row = (
        await tx.fetch(
            "SELECT coalesce(min(seq), 0) AS oldest, coalesce(max(seq), 0) AS newest FROM event_log"
        )
    )[0]
    return row["oldest"], row["newest"]


async def remove_old(tx: Tx, *, before: datetime, limit: int) -> int:
    """Forget the oldest events; returns how many. The newest stays: numbering goes on from it."""
    done = await tx.run(
        "DELETE FROM event_log WHERE seq IN (SELECT seq FROM event_log WHERE created_at < $1"
        f" AND {not_held()} AND seq < (SELECT max(seq) FROM event_log) ORDER BY seq LIMIT $2)",
        *(before, limit),
    )
    return int(done.rpartition(" ")[2])
