"""Mails with reports: one per report and person, claimed when due, and what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.gateway.domain.attempts import ATTEMPTS, Attempt
from services.gateway.domain.report_mails import (
    NEVER_ENDED,
    MailKind,
    MailState,
    Reader,
    reader_of,
)
from services.gateway.store.report_readers import FROM, READER
from shared.db import Tx
from shared.ids import new_id

Row = Mapping[str, Any]
CHANNEL = "gateway_report_mails"
_LEASE = timedelta(minutes=5)
_WAITING, _GOING = MailState.WAITING.value, MailState.ON_ITS_WAY.value
_CLAIM = f"""
WITH due AS (
    SELECT mail_id FROM report_mails WHERE state = '{_WAITING}' AND next_at <= $1
        AND (leased_until IS NULL OR leased_until <= $1)
    ORDER BY next_at, mail_id LIMIT $2 FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE report_mails m SET leased_until = $3, attempts = attempts + 1 FROM due
    WHERE m.mail_id = due.mail_id RETURNING m.mail_id, m.kind, m.report_id, m.reader_id, m.attempts
)
SELECT t.mail_id, t.kind, t.report_id, t.attempts, {READER}
FROM taken t JOIN {FROM} USING (reader_id) ORDER BY t.mail_id
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that is ours for the time of its lease."""

    mail_id: UUID
    kind: MailKind
    report_id: UUID | None
    attempts: int
    """The one that begins now included."""
    reader: Reader
    leased_until: datetime


async def add_reports(
    tx: Tx,
    report_id: UUID,
    *,
    site_id: UUID,
    workspace_id: UUID,
    asked_by: str,
    now: datetime,
    reader_ids: Sequence[UUID] | None = None,
) -> int:
    """Have a report sent to the readers of its site (or to these of them); returns to how many.

    Whoever was sent this report before is not sent it again, whatever became of that mail.
    """
    rows = await tx.fetch(
        "SELECT reader_id FROM report_readers WHERE site_id = $1 AND workspace_id = $2"
        " AND removed_at IS NULL AND left_at IS NULL AND (user_id IS NOT NULL OR confirmed_at"
        " IS NOT NULL) AND ($3::uuid[] IS NULL OR reader_id = ANY($3)) ORDER BY reader_id FOR SHARE",
        *(site_id, workspace_id, None if reader_ids is None else list(reader_ids)),
    )
    readers = [row["reader_id"] for row in rows]
    done = await tx.run(
        "INSERT INTO report_mails (mail_id, workspace_id, site_id, kind, report_id, reader_id,"
        " asked_by, next_at) SELECT mail_id, $3, $4, $5, $6, reader_id, $7, $8"
        " FROM unnest($1::uuid[], $2::uuid[]) AS u(mail_id, reader_id)"
        " ON CONFLICT (report_id, reader_id) DO NOTHING",
        *([new_id() for _ in readers], readers, workspace_id, site_id, MailKind.REPORT),
        *(report_id, asked_by, now),
    )
    await wake(tx)
    return int(done.rpartition(" ")[2])


async def add_confirmation(tx: Tx, reader: Row, *, asked_by: str, now: datetime) -> None:
    """Have an address asked whether it wants reports."""
    await tx.run(
        "INSERT INTO report_mails (mail_id, workspace_id, site_id, kind, reader_id, asked_by, next_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(new_id(), reader["workspace_id"], reader["site_id"], MailKind.CONFIRM),
        *(reader["reader_id"], asked_by, now),
    )
    await wake(tx)


async def count_asked(tx: Tx, workspace_id: UUID, *, since: datetime) -> int:
    """Return how many addresses a workspace had asked since a moment."""
    return int(
        await tx.fetch_value(
            "SELECT count(*) FROM report_mails WHERE workspace_id = $1 AND kind = $2"
            " AND created_at > $3",
            *(workspace_id, MailKind.CONFIRM, since),
        )
    )


async def wake(tx: Tx) -> None:
    await tx.run(f"NOTIFY {CHANNEL}")


async def leave_in_doubt(tx: Tx, now: datetime) -> None:
    """Say of mails that were handed over by somebody who died that nobody knows; they never go again."""
    await tx.run(
        "UPDATE report_mails SET state = $2, leased_until = NULL, last_at = $1"
        f" WHERE state = '{_GOING}' AND leased_until <= $1",
        *(now, MailState.UNKNOWN),
    )


async def claim(tx: Tx, now: datetime, *, limit: int) -> list[Claimed]:
    """Take mails that are due. What was not yet handed over by somebody who died is taken again."""
    leased_until = now + _LEASE
    rows = await tx.fetch(_CLAIM, now, limit, leased_until)
    return [
        Claimed(
            row["mail_id"],
            MailKind(row["kind"]),
            row["report_id"],
            row["attempts"],
            reader_of(row),
            leased_until,
        )
        for row in rows
    ]


async def next_due(tx: Tx) -> datetime | None:
    """Return when the next mail is due, or the lease of one ends."""
    found: datetime | None = await tx.fetch_value(
        "SELECT min(greatest(next_at, leased_until)) FROM report_mails"
        f" WHERE state IN ('{_WAITING}', '{_GOING}')"
    )
    return found


async def hand_over(tx: Tx, mail: Claimed) -> Reader | None:
    """Note, before the mail server is given it, that it is; None if it is not ours any more.

    From this commit on it goes at most once: whoever dies behind it leaves it in doubt.
    """
    rows = await tx.fetch(
        "WITH mine AS (UPDATE report_mails SET state = $3 WHERE mail_id = $1 AND leased_until = $2"
        f" AND state = '{_WAITING}' RETURNING reader_id)"
        f" SELECT {READER} FROM mine JOIN {FROM} USING (reader_id)",
        *(mail.mail_id, mail.leased_until, MailState.ON_ITS_WAY),
    )
    return reader_of(rows[0]) if rows else None


async def settle(
    tx: Tx,
    mail: Claimed,
    state: MailState,
    *,
    now: datetime,
    sentence: str,
    next_at: datetime | None = None,
    attempt: Attempt | None = None,
) -> None:
    """Write down what became of a mail; whoever's lease has ended writes nothing."""
    await tx.run(
        "UPDATE report_mails SET state = $3, next_at = coalesce($4, next_at), leased_until = NULL,"
        " last_at = $5, last_status = $6, last_ms = $7, sentence = $8"
        " WHERE mail_id = $1 AND leased_until = $2",
        *(mail.mail_id, mail.leased_until, state, next_at, now),
        *((None, None) if attempt is None else (attempt.status, attempt.elapsed_ms)),
        sentence,
    )


async def give_up(tx: Tx, now: datetime) -> None:
    """End mails whose attempts never came to an end, so that none is tried for ever."""
    await tx.run(
        "UPDATE report_mails SET state = $2, sentence = $3, leased_until = NULL, last_at = $1"
        f" WHERE state = '{_WAITING}' AND attempts >= $4"
        " AND (leased_until IS NULL OR leased_until <= $1) AND next_at <= $1",
        *(now, MailState.FAILED, NEVER_ENDED, ATTEMPTS),
    )


async def list_mails(
    tx: Tx, report_id: UUID, *, workspace_id: UUID, before: UUID | None, limit: int
) -> list[Any]:
    """Return the mails of a report, the newest first."""
    return await tx.fetch(
        "SELECT m.mail_id, m.reader_id, m.state, m.attempts, m.next_at, m.last_at, m.sentence,"
        " m.asked_by, m.created_at, CASE WHEN r.user_id IS NULL THEN r.email ELSE u.email END AS email"
        " FROM report_mails m JOIN report_readers r USING (reader_id)"
        " LEFT JOIN users u ON u.user_id = r.user_id"
        " WHERE m.report_id = $1 AND m.workspace_id = $2 AND ($3::uuid IS NULL OR m.mail_id < $3)"
        " ORDER BY m.mail_id DESC LIMIT $4",
        *(report_id, workspace_id, before, limit),
    )


async def list_confirmations(tx: Tx, reader_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return what became of the newest mail that asked each of these readers."""
    rows = await tx.fetch(
        "SELECT DISTINCT ON (reader_id) reader_id, state, attempts, sentence FROM report_mails"
        " WHERE reader_id = ANY($1::uuid[]) AND kind = $2 ORDER BY reader_id, mail_id DESC",
        *(list(reader_ids), MailKind.CONFIRM),
    )
    return {row["reader_id"]: dict(row) for row in rows}
