"""Workspaces, users, sessions and one-time login links."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.db import Tx
from shared.errors import ConflictError, FieldError, NotFoundError
from shared.vocabulary import Role

Row = Mapping[str, Any]
_USER = (
    "user_id, workspace_id, email, name, workspace_role, password_hash IS NOT NULL AS has_password,"
    " disabled_at, last_seen_at, version, created_at"
)


async def add_workspace(tx: Tx, workspace_id: UUID, name: str, *, is_operator: bool) -> None:
    await tx.run(
        "INSERT INTO workspaces (workspace_id, name, is_operator) VALUES ($1, $2, $3)",
        *(workspace_id, name, is_operator),
    )


async def find_operator_workspace(tx: Tx) -> UUID | None:
    found: UUID | None = await tx.fetch_value(
        "SELECT workspace_id FROM workspaces WHERE is_operator"
    )
    return found


async def get_workspace(tx: Tx, workspace_id: UUID) -> Row:
    rows = await tx.fetch(
        "SELECT workspace_id, name, is_operator, version, created_at, deleted_at FROM workspaces"
        " WHERE workspace_id = $1 AND removed_at IS NULL",
        workspace_id,
    )
    return _one(rows, "workspace")


async def save_workspace(tx: Tx, workspace_id: UUID, name: str) -> Row:
    rows = await tx.fetch(
        "UPDATE workspaces SET name = $2, version = version + 1 WHERE workspace_id = $1"
        " RETURNING workspace_id, name, is_operator, version, created_at, deleted_at",
        *(workspace_id, name),
    )
    return _one(rows, "workspace")


async def delete_workspace(tx: Tx, workspace_id: UUID, *, now: datetime) -> None:
    """Let nobody in any more; everything else stays until it is removed."""
    await tx.run(
        "UPDATE workspaces SET deleted_at = $2, version = version + 1 WHERE workspace_id = $1",
        *(workspace_id, now),
    )


async def restore_workspace(tx: Tx, workspace_id: UUID) -> Row:
    rows = await tx.fetch(
        "UPDATE workspaces SET deleted_at = NULL, version = version + 1 WHERE workspace_id = $1"
        " AND removed_at IS NULL"
        " RETURNING workspace_id, name, is_operator, version, created_at, deleted_at",
        workspace_id,
    )
    return _one(rows, "workspace")


async def list_workspaces(
    tx: Tx, *, only: UUID | None, after: UUID | None, limit: int
) -> list[Any]:
    return await tx.fetch(
        "SELECT workspace_id, name, is_operator, version, created_at, deleted_at FROM workspaces"
        " WHERE removed_at IS NULL AND ($1::uuid IS NULL OR workspace_id = $1)"
        " AND ($2::uuid IS NULL OR workspace_id > $2) ORDER BY workspace_id LIMIT $3",
        *(only, after, limit),
    )


# ---- users ----------------------------------------------------------------------------------------


async def add_user(
    tx: Tx,
    user_id: UUID,
    *,
    workspace_id: UUID,
    email: str,
    name: str,
    workspace_role: Role | None,
    password_hash: str | None = None,
) -> Row:
    rows = await tx.fetch(
        "INSERT INTO users (user_id, workspace_id, email, name, workspace_role, password_hash)"
        f" VALUES ($1, $2, lower($3), $4, $5, $6) ON CONFLICT (email) DO NOTHING RETURNING {_USER}",
        *(user_id, workspace_id, email, name, workspace_role, password_hash),
    )
    if not rows:
        # The user may be of another workspace, so nothing says who it is.
        fault = FieldError("/email", "email-taken", "Give another address.")
        detail = f"There is a user with the address {email} already."
        raise ConflictError(detail, [fault], code="email-taken")
    return dict(rows[0])


async def get_user(tx: Tx, user_id: UUID, *, workspace_id: UUID) -> Row:
    rows = await tx.fetch(
        f"SELECT {_USER} FROM users WHERE user_id = $1 AND workspace_id = $2",
        *(user_id, workspace_id),
    )
    return _one(rows, "user")


async def find_name(tx: Tx, user_id: UUID) -> str | None:
    """Return how a user is called; None without a name, and for keys."""
    found: str | None = await tx.fetch_value("SELECT name FROM users WHERE user_id = $1", user_id)
    return found or None


async def list_users(tx: Tx, *, workspace_id: UUID, after: UUID | None, limit: int) -> list[Any]:
    return await tx.fetch(
        f"SELECT {_USER} FROM users WHERE workspace_id = $1"
        " AND ($2::uuid IS NULL OR user_id > $2) ORDER BY user_id LIMIT $3",
        *(workspace_id, after, limit),
    )


async def find_user_ids(tx: Tx, emails: Sequence[str], *, workspace_id: UUID) -> Mapping[str, UUID]:
    """Return the working users with these addresses, by address in lower case."""
    rows = await tx.fetch(
        "SELECT email, user_id FROM users WHERE workspace_id = $1 AND disabled_at IS NULL"
        " AND email = ANY(SELECT lower(one) FROM unnest($2::text[]) AS one)",
        *(workspace_id, list(emails)),
    )
    return {row["email"]: row["user_id"] for row in rows}


async def save_user(
    tx: Tx,
    user_id: UUID,
    *,
    workspace_id: UUID,
    name: str,
    workspace_role: Role | None,
    disabled_at: datetime | None,
) -> Row:
    rows = await tx.fetch(
        "UPDATE users SET name = $3, workspace_role = $4, disabled_at = $5, version = version + 1"
        f" WHERE user_id = $1 AND workspace_id = $2 RETURNING {_USER}",
        *(user_id, workspace_id, name, workspace_role, disabled_at),
    )
    return _one(rows, "user")


async def save_password(tx: Tx, user_id: UUID, password_hash: str) -> None:
    await tx.run(
        "UPDATE users SET password_hash = $2, version = version + 1 WHERE user_id = $1",
        *(user_id, password_hash),
    )


async def lock_owners(tx: Tx, *, workspace_id: UUID) -> frozenset[UUID]:
    """Return the working owners; locked, so that two of them cannot remove each other at once."""
    rows = await tx.fetch(
        "SELECT user_id FROM users WHERE workspace_id = $1 AND workspace_role = 'owner'"
        " AND disabled_at IS NULL ORDER BY user_id FOR UPDATE",
        workspace_id,
    )
    return frozenset(row["user_id"] for row in rows)


async def find_owner(tx: Tx, *, workspace_id: UUID) -> UUID | None:
    """Return the oldest working owner of a workspace."""
    found: UUID | None = await tx.fetch_value(
        "SELECT user_id FROM users WHERE workspace_id = $1 AND workspace_role = 'owner'"
        " AND disabled_at IS NULL ORDER BY user_id LIMIT 1",
        workspace_id,
    )
    return found


async def find_credentials(tx: Tx, email: str) -> Row | None:
    rows = await tx.fetch(
        "SELECT user_id, password_hash FROM users WHERE email = lower($1) AND disabled_at IS NULL",
        email,
    )
    return dict(rows[0]) if rows else None


# ---- sessions and login links ---------------------------------------------------------------------


async def add_session(tx: Tx, token_hash: bytes, user_id: UUID, *, expires_at: datetime) -> None:
    await tx.run(
        "INSERT INTO sessions (token_hash, user_id, expires_at) VALUES ($1, $2, $3)",
        *(token_hash, user_id, expires_at),
    )


async def remove_session(tx: Tx, token_hash: bytes) -> None:
    await tx.run("DELETE FROM sessions WHERE token_hash = $1", token_hash)


async def remove_sessions_of(tx: Tx, user_id: UUID) -> None:
    await tx.run("DELETE FROM sessions WHERE user_id = $1", user_id)


async def add_login(tx: Tx, token_hash: bytes, user_id: UUID, *, expires_at: datetime) -> None:
    await tx.run(
        "INSERT INTO logins (token_hash, user_id, expires_at) VALUES ($1, $2, $3)",
        *(token_hash, user_id, expires_at),
    )


async def claim_login(tx: Tx, token_hash: bytes, *, now: datetime) -> UUID | None:
    """Use a login link up and return its user; one statement, so only one request can win it."""
    found: UUID | None = await tx.fetch_value(
        "UPDATE logins SET used_at = $2 FROM users WHERE token_hash = $1 AND used_at IS NULL"
        " AND expires_at > $2 AND users.user_id = logins.user_id AND disabled_at IS NULL"
        " RETURNING logins.user_id",
        *(token_hash, now),
    )
    return found


async def remove_expired(tx: Tx, *, now: datetime, keep: timedelta) -> None:
    """Forget sessions that ended, and login links some time after they did."""
    await tx.run("DELETE FROM sessions WHERE expires_at < $1", now)
    await tx.run("DELETE FROM logins WHERE expires_at < $1", now - keep)


def _one(rows: Sequence[Any], noun: str) -> Row:
    if not rows:
        raise NotFoundError(f"There is no such {noun}.")
    found: Row = rows[0]
    return found
