"""How far each mailbox was read, by whom, and when it is looked at again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.outreach.domain.mailboxes import Account
from services.outreach.store.mailboxes import account_of
from shared.db import Tx

_FIRST_RETRY = timedelta(minutes=1)
_LONGEST_RETRY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxReading:
    """A mailbox that is ours to read until the lease ends."""

    workspace_id: UUID
    address: str
    account: Account
    uidvalidity: int | None
    """None: it was never read."""
    last_uid: int
    read_at: datetime | None


_CLAIM = """
    INSERT INTO mailbox_readings AS r (mailbox_id, next_at, lease_until)
    SELECT due.mailbox_id, $1, $3 FROM (
        SELECT b.mailbox_id FROM mailboxes b LEFT JOIN mailbox_readings s USING (mailbox_id)
        WHERE b.removed_at IS NULL AND b.imap_host IS NOT NULL
          AND coalesce(s.next_at, '-infinity') <= $1 AND coalesce(s.lease_until, '-infinity') <= $1
        ORDER BY s.next_at NULLS FIRST, b.mailbox_id LIMIT $2
        FOR UPDATE OF b SKIP LOCKED) AS due
    ON CONFLICT (mailbox_id) DO UPDATE SET lease_until = $3
    WHERE coalesce(r.lease_until, '-infinity') <= $1
    RETURNING r.mailbox_id
"""
_LOAD = """
    SELECT b.mailbox_id, b.workspace_id, b.address, b.imap_host AS host, b.imap_port AS port,
        b.imap_security AS security, b.username AS "user", b.sealed_password, b.sign_in, r.uidvalidity, r.last_uid, r.read_at
    FROM mailboxes b JOIN mailbox_readings r USING (mailbox_id)
    WHERE b.mailbox_id = ANY($1::uuid[]) ORDER BY b.mailbox_id
"""


async def claim_readings(
    tx: Tx, *, now: datetime, lease: timedelta, limit: int
) -> list[MailboxReading]:
    """Claim mailboxes that are to be read now; nobody else reads them meanwhile."""
    claimed = await tx.fetch(_CLAIM, now, limit, now + lease)
    rows = await tx.fetch(_LOAD, [row["mailbox_id"] for row in claimed])
    return [_reading(row) for row in rows]


async def list_readings(tx: Tx, mailbox_ids: Collection[UUID]) -> list[MailboxReading]:
    """Return mailboxes that may be looked into, without claiming them."""
    return [_reading(row) for row in await tx.fetch(_LOAD, list(mailbox_ids))]


async def save_progress(
    tx: Tx, mailbox_id: UUID, *, uidvalidity: int, last_uid: int, now: datetime
) -> None:
    """Note up to which mail of the present numbering everything is taken; never goes back."""
    await tx.run(
        "UPDATE mailbox_readings SET read_at = $4, failures = 0, trouble = NULL, uidvalidity = $2,"
        " last_uid = CASE WHEN uidvalidity = $2 THEN greatest(last_uid, $3) ELSE $3 END"
        " WHERE mailbox_id = $1",
        mailbox_id,
        uidvalidity,
        last_uid,
        now,
    )


async def release(tx: Tx, mailbox_id: UUID, *, again_at: datetime) -> None:
    await tx.run(
        "UPDATE mailbox_readings SET lease_until = NULL, next_at = $2 WHERE mailbox_id = $1",
        mailbox_id,
        again_at,
    )


async def release_failed(tx: Tx, mailbox_id: UUID, *, trouble: str, now: datetime) -> None:
    """Note why a mailbox could not be read; it is tried again later, and ever later."""
    await tx.run(
        "UPDATE mailbox_readings SET lease_until = NULL, failures = failures + 1, trouble = $2,"
        " next_at = $3::timestamptz + least($4::interval * power(2, least(failures, 10)), $5::interval)"
        " WHERE mailbox_id = $1",
        mailbox_id,
        trouble,
        now,
        _FIRST_RETRY,
        _LONGEST_RETRY,
    )


def _reading(row: Mapping[str, Any]) -> MailboxReading:
    return MailboxReading(
        workspace_id=row["workspace_id"],
        address=row["address"],
        account=account_of(row),
        uidvalidity=row["uidvalidity"],
        last_uid=row["last_uid"],
        read_at=row["read_at"],
    )
