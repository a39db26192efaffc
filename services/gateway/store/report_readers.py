"""Who gets the reports of a site by e-mail: people of the workspace, and addresses that said yes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.domain.report_mails import KEPT_UNCONFIRMED, Reader, reader_of
from shared.db import Tx
from shared.errors import NotFoundError
from shared.ids import new_id
from shared.policies import not_held

Row = Mapping[str, Any]
READER = (
    "r.reader_id, r.workspace_id, r.site_id, r.user_id, r.site_label, r.added_by, r.asked_at,"
    " r.times_asked, r.confirmed_at, r.left_at, r.removed_at, r.version, r.created_at,"
    " CASE WHEN r.user_id IS NULL THEN r.email ELSE u.email END AS email, u.workspace_role,"
    " (SELECT g.role FROM grants g WHERE g.actor_id = u.user_id AND g.site_id = r.site_id)"
    " AS granted_role"
)
FROM = (
    "report_readers r LEFT JOIN users u ON u.user_id = r.user_id AND u.disabled_at IS NULL"
    " AND u.workspace_id = r.workspace_id"
)


async def wait_turn(tx: Tx, workspace_id: UUID) -> None:
    """Let whoever changes the readers of a workspace wait for whoever does it now: bounds hold."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"readers {workspace_id}")


async def list_readers(tx: Tx, site_id: UUID, *, workspace_id: UUID) -> list[Any]:
    """Return the readers of a site that nobody removed, the oldest first; there are few of them."""
    return await tx.fetch(
        f"SELECT {READER} FROM {FROM} WHERE r.site_id = $1 AND r.workspace_id = $2"
        " AND r.removed_at IS NULL ORDER BY r.created_at, r.reader_id LIMIT 200",
        *(site_id, workspace_id),
    )


async def find_known(
    tx: Tx, site_id: UUID, *, workspace_id: UUID, user_id: UUID | None, email: str | None
) -> Row | None:
    """Return the reader of a site who is this user or has this address, also one that was removed."""
    rows = await tx.fetch(
        f"SELECT {READER} FROM {FROM} WHERE r.site_id = $1 AND r.workspace_id = $2"
        " AND (r.user_id = $3 OR r.email = $4)",
        *(site_id, workspace_id, user_id, email),
    )
    return dict(rows[0]) if rows else None


async def get_reader(tx: Tx, reader_id: UUID, *, site_id: UUID, workspace_id: UUID) -> Row:
    rows = await tx.fetch(
        f"SELECT {READER} FROM {FROM} WHERE r.reader_id = $1 AND r.site_id = $2"
        " AND r.workspace_id = $3 AND r.removed_at IS NULL",
        *(reader_id, site_id, workspace_id),
    )
    if not rows:
        raise NotFoundError("There is no such reader.")
    return dict(rows[0])


async def find_reader(tx: Tx, reader_id: UUID, *, lock: bool = False) -> Reader | None:
    """Return a reader of any workspace: for whoever comes with an address that only they were sent."""
    rows = await tx.fetch(
        f"SELECT {READER} FROM {FROM} WHERE r.reader_id = $1{' FOR UPDATE OF r' if lock else ''}",
        reader_id,
    )
    return reader_of(rows[0]) if rows else None


async def add_reader(
    tx: Tx,
    site_id: UUID,
    *,
    workspace_id: UUID,
    user_id: UUID | None,
    email: str | None,
    site_label: str,
    added_by: str,
) -> UUID:
    """Add a reader; one who was removed comes back, and an outside one has to say yes again."""
    found: UUID = await tx.fetch_value(
        "INSERT INTO report_readers AS r (reader_id, workspace_id, site_id, user_id, email, site_label,"
        " added_by) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        f" ON CONFLICT ({'site_id, user_id' if email is None else 'site_id, email'}) DO UPDATE"
        " SET removed_at = NULL, confirmed_at = NULL, site_label = excluded.site_label,"
        " added_by = excluded.added_by, version = r.version + 1 RETURNING reader_id",
        *(new_id(), workspace_id, site_id, user_id, email, site_label, added_by),
    )
    return found


async def note_asked(tx: Tx, reader_id: UUID, now: datetime) -> None:
    """Write down that an address is asked; after some weeks the count begins anew."""
    await tx.run(
        "UPDATE report_readers SET asked_at = $2, times_asked = 1 + CASE WHEN asked_at > $3"
        " THEN times_asked ELSE 0 END WHERE reader_id = $1",
        *(reader_id, now, now - KEPT_UNCONFIRMED),
    )


async def confirm(tx: Tx, reader_id: UUID, now: datetime) -> None:
    """Write down that a reader wants reports, by their own word."""
    await tx.run(
        "UPDATE report_readers SET confirmed_at = coalesce(confirmed_at, $2), left_at = NULL,"
        " version = version + 1 WHERE reader_id = $1 AND removed_at IS NULL",
        *(reader_id, now),
    )


async def leave(tx: Tx, reader_id: UUID, now: datetime) -> None:
    """Write down that a reader wants no more, by their own word."""
    await tx.run(
        "UPDATE report_readers SET left_at = coalesce(left_at, $2), version = version + 1"
        " WHERE reader_id = $1",
        *(reader_id, now),
    )


async def remove(tx: Tx, reader_id: UUID, now: datetime) -> None:
    """Take a reader off the list; what was sent to them stays known, so that nothing goes twice."""
    await tx.run(
        "UPDATE report_readers SET removed_at = $2, version = version + 1 WHERE reader_id = $1",
        *(reader_id, now),
    )


async def remove_unconfirmed(tx: Tx, *, before: datetime, limit: int) -> int:
    """Forget addresses whose people never said yes; returns how many."""
    done = await tx.run(
        "DELETE FROM report_readers WHERE ctid = ANY(ARRAY(SELECT ctid FROM report_readers"
        " WHERE email IS NOT NULL AND confirmed_at IS NULL AND left_at IS NULL"
        f" AND coalesce(asked_at, created_at) < $1 AND {not_held()} LIMIT $2))",
        *(before, limit),
    )
    return int(done.rpartition(" ")[2])
