"""The tokens of mailboxes, sealed, and sign-ins that somebody began. A token is locked before its mailbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.outreach.domain.oauth.flow import Problem
from services.outreach.domain.oauth.providers import MailProvider
from shared.db import Tx

_OLD_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    mailbox_id: UUID
    workspace_id: UUID
    provider: MailProvider
    sealed_refresh: str
    sealed_access: str
    expires_at: datetime
    trouble: Problem | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in that waits for its person to come back from the provider."""

    mailbox_id: UUID
    workspace_id: UUID
    provider: MailProvider
    actor_id: UUID
    sealed_verifier: str
    redirect_url: str
    expires_at: datetime


_TOKEN = "mailbox_id, workspace_id, provider, sealed_refresh, sealed_access, expires_at, trouble"  # noqa: S105
_BEGUN = "mailbox_id, workspace_id, provider, actor_id, sealed_verifier, redirect_url, expires_at"


async def find_token(tx: Tx, mailbox_id: UUID, *, lock: bool = False) -> Token | None:
    """Return the token of a mailbox; `lock` keeps others from refreshing it at the same time."""
    rows = await tx.fetch(
        f"SELECT {_TOKEN} FROM mail_tokens WHERE mailbox_id = $1{' FOR UPDATE' if lock else ''}",
        mailbox_id,
    )
    return _token(rows[0]) if rows else None


async def save_signed_in(
    tx: Tx, token: Token, *, account: str | None, by: str, now: datetime
) -> None:
    """Write what a person signed in for; its mailbox is to be checked anew."""
    await tx.run(
        f"INSERT INTO mail_tokens ({_TOKEN}, signed_in_as, signed_in_by, signed_in_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, $8, $9)"
        " ON CONFLICT (mailbox_id) DO UPDATE SET provider = $3, sealed_refresh = $4, sealed_access = $5,"
        " expires_at = $6, trouble = NULL, signed_in_as = $7, signed_in_by = $8, signed_in_at = $9",
        *(token.mailbox_id, token.workspace_id, token.provider, token.sealed_refresh),
        *(token.sealed_access, token.expires_at, account, by, now),
    )
    await tx.run(
        "UPDATE mailboxes SET state = 'unchecked', paused_because = NULL, auth_failures = 0,"
        " updated_at = $2, version = version + 1 WHERE mailbox_id = $1",
        token.mailbox_id,
        now,
    )
    await tx.run(
        "UPDATE mailbox_readings SET next_at = $2, failures = 0 WHERE mailbox_id = $1",
        token.mailbox_id,
        now,
    )


async def save_refreshed(
    tx: Tx,
    mailbox_id: UUID,
    *,
    sealed_access: str,
    sealed_refresh: str | None,
    expires_at: datetime,
) -> None:
    """Write a new access token, and the refresh token that replaces the one before where there is one."""
    await tx.run(
        "UPDATE mail_tokens SET sealed_access = $2, sealed_refresh = coalesce($3, sealed_refresh),"
        " expires_at = $4 WHERE mailbox_id = $1",
        mailbox_id,
        sealed_access,
        sealed_refresh,
        expires_at,
    )


async def note_trouble(tx: Tx, mailbox_id: UUID, trouble: Problem) -> None:
    await tx.run("UPDATE mail_tokens SET trouble = $2 WHERE mailbox_id = $1", mailbox_id, trouble)


async def take_token(tx: Tx, mailbox_id: UUID) -> Token | None:
    """Take the token of a mailbox away, with sign-ins that wait; returns it to be given back."""
    await tx.run("DELETE FROM mail_sign_ins WHERE mailbox_id = $1", mailbox_id)
    rows = await tx.fetch(
        f"DELETE FROM mail_tokens WHERE mailbox_id = $1 RETURNING {_TOKEN}", mailbox_id
    )
    return _token(rows[0]) if rows else None


async def begin(tx: Tx, state_digest: bytes, begun: Begun, *, now: datetime) -> None:
    """Note a sign-in; the one before it of the same mailbox is of no use any more."""
    await tx.run(
        "DELETE FROM mail_sign_ins WHERE state_digest IN (SELECT state_digest FROM mail_sign_ins"
        " WHERE mailbox_id = $1 OR expires_at <= $2 ORDER BY state_digest LIMIT $3"
        " FOR UPDATE SKIP LOCKED)",
        begun.mailbox_id,
        now,
        _OLD_AT_ONCE,
    )
    await tx.run(
        f"INSERT INTO mail_sign_ins (state_digest, {_BEGUN}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        state_digest,
        *(getattr(begun, name) for name in _BEGUN.split(", ")),
    )


async def use_up(
    tx: Tx, state_digest: bytes, *, workspace_id: UUID, actor_id: UUID, provider: MailProvider
) -> Begun | None:
    """Take a sign-in that this person began at this provider; there is no second time."""
    rows = await tx.fetch(
        "DELETE FROM mail_sign_ins WHERE state_digest = $1 AND workspace_id = $2 AND actor_id = $3"
        f" AND provider = $4 RETURNING {_BEGUN}",
        state_digest,
        workspace_id,
        actor_id,
        provider,
    )
    if not rows:
        return None
    return Begun(**dict(rows[0]) | {"provider": MailProvider(rows[0]["provider"])})


async def list_sealed(tx: Tx, *, after: UUID | None, limit: int) -> list[asyncpg.Record]:
    """Return sealed tokens in order of their mailboxes, locked, to seal them anew."""
    return await tx.fetch(
        "SELECT mailbox_id, sealed_refresh, sealed_access FROM mail_tokens"
        " WHERE $1::uuid IS NULL OR mailbox_id > $1 ORDER BY mailbox_id LIMIT $2 FOR UPDATE",
        after,
        limit,
    )


async def save_sealed(tx: Tx, mailbox_id: UUID, *, refresh: str, access: str) -> None:
    await tx.run(
        "UPDATE mail_tokens SET sealed_refresh = $2, sealed_access = $3 WHERE mailbox_id = $1",
        mailbox_id,
        refresh,
        access,
    )


def _token(row: Mapping[str, Any]) -> Token:
    trouble = None if row["trouble"] is None else Problem(row["trouble"])
    values = {"provider": MailProvider(row["provider"]), "trouble": trouble}
    return Token(**dict(row) | values)
