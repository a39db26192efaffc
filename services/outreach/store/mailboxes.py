"""Mailboxes of workspaces: set up, looked at, paused, set to work, taken away."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.outreach.domain.mailboxes import Account, MailboxState, SignIn
from services.outreach.domain.oauth.providers import MailProvider
from services.outreach.domain.preflight import Finding, Level
from shared.db import Tx
from shared.errors import ConflictError, FieldError, NotFoundError
from shared.mail_server import MailSecurity

MAX_MAILBOXES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    mailbox_id: UUID
    workspace_id: UUID
    address: str
    sender_name: str
    smtp_host: str
    smtp_port: int
    smtp_security: MailSecurity
    imap_host: str | None
    imap_port: int | None
    imap_security: MailSecurity | None
    username: str
    sign_in: SignIn = SignIn.PASSWORD
    provider: MailProvider | None = None
    signed_in_as: str | None = None
    """By which address the provider knows whoever signed in."""
    signed_in_by: str | None = None
    signed_in_at: datetime | None = None
    zone: str
    opens: time
    closes: time
    daily_cap: int
    hourly_cap: int
    ramp_from: date | None = None
    state: MailboxState = MailboxState.UNCHECKED
    paused_because: str | None = None
    findings: Sequence[Finding] = ()
    checked_at: datetime | None = None
    created_by: UUID
    created_at: datetime
    version: int = 1


COLUMNS = (
    "mailbox_id, b.workspace_id, address, sender_name, smtp_host, smtp_port, smtp_security, imap_host,"
    " imap_port, imap_security, username, sign_in, b.provider, signed_in_as, signed_in_by, signed_in_at, zone,"
    " opens, closes, daily_cap, hourly_cap, ramp_from, state, paused_because, findings, checked_at,"
    " created_by, created_at, version"
)
_FROM = "FROM mailboxes b LEFT JOIN mail_tokens t USING (mailbox_id)"
_EDITABLE = (
    *("sender_name", "smtp_host", "smtp_port", "smtp_security", "imap_host", "imap_port"),
    *(
        "imap_security",
        "username",
        "sign_in",
        "provider",
        "zone",
        "opens",
        "closes",
        "daily_cap",
        "hourly_cap",
        "state",
    ),
)


async def add_mailbox(tx: Tx, mailbox: Mailbox, *, sealed_password: str) -> None:
    """Write a mailbox; raises ConflictError if the workspace has the address, or too many."""
    count = await tx.fetch_value(
        "SELECT count(*) FROM mailboxes WHERE workspace_id = $1 AND removed_at IS NULL",
        mailbox.workspace_id,
    )
    if count >= MAX_MAILBOXES:
        detail = f"A workspace has at most {MAX_MAILBOXES} mailboxes; remove one first."
        raise ConflictError(detail, code="too-many-mailboxes")
    values = {name: getattr(mailbox, name) for name in ("mailbox_id", "workspace_id", "address")}
    values |= {name: getattr(mailbox, name) for name in (*_EDITABLE, "created_by", "created_at")}
    now = mailbox.created_at
    values |= {"sealed_password": sealed_password, "next_at": now, "counts_from": now}
    tag = await tx.run(
        f"INSERT INTO mailboxes ({', '.join(values)})"
        f" VALUES ({', '.join(f'${at}' for at in range(1, len(values) + 1))})"
        " ON CONFLICT (workspace_id, address) WHERE removed_at IS NULL DO NOTHING",
        *values.values(),
    )
    if tag.endswith(" 0"):
        fault = FieldError("/address", "address-taken", "Use the mailbox that is there.")
        raise ConflictError("There is a mailbox with this address.", [fault], code="address-taken")


async def get_mailbox(tx: Tx, mailbox_id: UUID, *, workspace_id: UUID) -> Mailbox:
    rows = await tx.fetch(
        f"SELECT {COLUMNS} {_FROM} WHERE mailbox_id = $1 AND b.workspace_id = $2"
        " AND removed_at IS NULL",
        mailbox_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such mailbox.")
    return mailbox_of(rows[0])


async def list_mailboxes(tx: Tx, workspace_id: UUID) -> list[Mailbox]:
    """Return the mailboxes of a workspace by address; there are at most MAX_MAILBOXES."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} {_FROM} WHERE b.workspace_id = $1 AND removed_at IS NULL"
        " ORDER BY address",
        workspace_id,
    )
    return [mailbox_of(row) for row in rows]


async def save_mailbox(
    tx: Tx, mailbox: Mailbox, *, sealed_password: str | None, now: datetime
) -> None:
    """Write a changed mailbox; its password only where there is a new one."""
    sets = ", ".join(f"{name} = ${at}" for at, name in enumerate(_EDITABLE, start=4))
    await tx.run(
        f"UPDATE mailboxes SET {sets}, sealed_password = coalesce($2, sealed_password),"
        " updated_at = $3, next_at = $3, version = version + 1 WHERE mailbox_id = $1",
        mailbox.mailbox_id,
        sealed_password,
        now,
        *(getattr(mailbox, name) for name in _EDITABLE),
    )


async def get_account(tx: Tx, mailbox_id: UUID) -> Account:
    """Return how a mailbox is signed in to, to send."""
    return await _account(tx, mailbox_id, "smtp")


async def get_reading_account(tx: Tx, mailbox_id: UUID) -> Account:
    """Return how a mailbox is signed in to, to read; it has a server for that."""
    return await _account(tx, mailbox_id, "imap")


async def _account(tx: Tx, mailbox_id: UUID, kind: str) -> Account:
    rows = await tx.fetch(
        f"SELECT mailbox_id, {kind}_host AS host, {kind}_port AS port, {kind}_security AS security,"
        ' username AS "user", sealed_password, sign_in FROM mailboxes WHERE mailbox_id = $1',
        mailbox_id,
    )
    return account_of(rows[0])


def account_of(row: Mapping[str, Any]) -> Account:
    return Account(
        mailbox_id=row["mailbox_id"],
        host=row["host"],
        port=row["port"],
        security=MailSecurity(row["security"]),
        user=row["user"],
        sealed_password=row["sealed_password"],
        sign_in=SignIn(row["sign_in"]),
    )


async def save_findings(
    tx: Tx, mailbox_id: UUID, findings: Sequence[Finding], state: MailboxState, *, now: datetime
) -> None:
    """Write what a look found; a mailbox that somebody paused stays paused."""
    await tx.run(
        "UPDATE mailboxes SET findings = $2::jsonb, checked_at = $3, updated_at = $3,"
        " version = version + 1, state = CASE WHEN state = 'paused' THEN state ELSE $4 END"
        " WHERE mailbox_id = $1",
        mailbox_id,
        orjson.dumps([asdict(one) for one in findings]).decode(),
        now,
        state,
    )


async def set_to_work(tx: Tx, mailbox_id: UUID, *, now: datetime) -> None:
    """Make a mailbox ready, and begin anew to count what speaks against it."""
    await tx.run(
        "UPDATE mailboxes SET state = 'ready', paused_because = NULL, auth_failures = 0, blocks = 0,"
        " counts_from = $2, next_at = $2, updated_at = $2, version = version + 1"
        " WHERE mailbox_id = $1",
        mailbox_id,
        now,
    )


async def remove_mailbox(tx: Tx, mailbox_id: UUID, *, now: datetime) -> None:
    """Take a mailbox away with its password, and cancel what waits to be sent from it."""
    await tx.run(
        "UPDATE mailboxes SET removed_at = $2, state = 'paused', sealed_password = '',"
        " paused_because = 'It was removed.', version = version + 1 WHERE mailbox_id = $1",
        mailbox_id,
        now,
    )
    await tx.run(
        "UPDATE messages SET state = 'cancelled', because = 'Its mailbox was removed.',"
        " updated_at = $2, version = version + 1 WHERE message_id IN (SELECT message_id FROM messages"
        " WHERE mailbox_id = $1 AND state IN ('pending_approval', 'approved')"
        " ORDER BY message_id FOR UPDATE)",
        mailbox_id,
        now,
    )


async def list_sealed(tx: Tx, *, after: UUID | None, limit: int) -> list[asyncpg.Record]:
    """Return sealed passwords in order of their mailboxes, to seal them anew."""
    return await tx.fetch(
        "SELECT mailbox_id, sealed_password FROM mailboxes WHERE removed_at IS NULL"
        " AND ($1::uuid IS NULL OR mailbox_id > $1) ORDER BY mailbox_id LIMIT $2",
        after,
        limit,
    )


async def save_sealed(tx: Tx, mailbox_id: UUID, sealed_password: str) -> None:
    await tx.run(
        "UPDATE mailboxes SET sealed_password = $2 WHERE mailbox_id = $1",
        mailbox_id,
        sealed_password,
    )


def mailbox_of(row: Mapping[str, Any]) -> Mailbox:
    values = dict(row)
    for name in ("smtp_security", "imap_security"):
        values[name] = None if values[name] is None else MailSecurity(values[name])
    values |= {"state": MailboxState(values["state"]), "sign_in": SignIn(values["sign_in"])}
    if values["provider"] is not None:
        values["provider"] = MailProvider(values["provider"])
    values["findings"] = [
        Finding(**one | {"level": Level(one["level"])}) for one in values["findings"]
    ]
    return Mailbox(**values)
