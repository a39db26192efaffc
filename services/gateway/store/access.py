"""Keys and grants, and whose credentials a request came with."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import NotFoundError
from shared.ids import new_id
from shared.vocabulary import Role

Row = Mapping[str, Any]
CHANNEL = "gateway_access"
"""Told when somebody's rights change, so that no process believes an old answer."""

_KEY = (
    "key_id, workspace_id, name, prefix, scopes, workspace_role, created_by, expires_at, revoked_at,"
    " last_used_at, created_at"
)
_GRANTS = (
    "(SELECT coalesce(array_agg(site_id ORDER BY site_id), '{}') FROM grants"
    " WHERE actor_id = found.actor_id) AS sites,"
    " (SELECT coalesce(array_agg(role ORDER BY site_id), '{}') FROM grants"
    " WHERE actor_id = found.actor_id) AS roles"
)
_STANDS = "workspace_id IN (SELECT workspace_id FROM workspaces WHERE deleted_at IS NULL)"
_SEEN_EVERY = timedelta(minutes=5)


async def find_key_caller(tx: Tx, secret_hash: bytes, *, now: datetime) -> Caller | None:
    """Return who a working key belongs to, with its grants, in one statement."""
    rows = await tx.fetch(
        "WITH found AS (SELECT key_id AS actor_id, workspace_id, prefix AS actor, scopes,"
        " workspace_role FROM keys WHERE secret_hash = $1 AND revoked_at IS NULL"
        f" AND (expires_at IS NULL OR expires_at > $2) AND {_STANDS}) SELECT found.*, {_GRANTS} FROM found",
        *(secret_hash, now),
    )
    return _caller(rows, scopes=None)


async def find_session_caller(tx: Tx, token_hash: bytes, *, now: datetime) -> Caller | None:
    """Return who a session belongs to; a signed-in person has every scope that roles leave them."""
    rows = await tx.fetch(
        "WITH found AS (SELECT u.user_id AS actor_id, u.workspace_id, u.email AS actor,"
        " u.workspace_role FROM sessions s JOIN users u USING (user_id) WHERE s.token_hash = $1"
        f" AND s.expires_at > $2 AND u.disabled_at IS NULL AND {_STANDS}) SELECT found.*, {_GRANTS} FROM found",
        *(token_hash, now),
    )
    return _caller(rows, scopes=frozenset(Scope), is_person=True)


async def find_user_caller(
    tx: Tx, user_id: UUID, *, workspace_id: UUID, scopes: frozenset[Scope]
) -> Caller | None:
    """Return what a user may do who is known by other means than signing in, with these scopes only."""
    rows = await tx.fetch(
        "WITH found AS (SELECT user_id AS actor_id, workspace_id, email AS actor, workspace_role"
        " FROM users WHERE user_id = $1 AND workspace_id = $2 AND disabled_at IS NULL)"
        f" SELECT found.*, {_GRANTS} FROM found",
        *(user_id, workspace_id),
    )
    return _caller(rows, scopes=scopes)


async def save_key_used(tx: Tx, key_id: UUID, *, now: datetime) -> None:
    """Note roughly when a key was used; not at every request, which would be a write for each."""
    await tx.run(
        "UPDATE keys SET last_used_at = $2 WHERE key_id = $1"
        " AND (last_used_at IS NULL OR last_used_at < $3)",
        *(key_id, now, now - _SEEN_EVERY),
    )


async def save_user_seen(tx: Tx, user_id: UUID, *, now: datetime) -> None:
    await tx.run(
        "UPDATE users SET last_seen_at = $2 WHERE user_id = $1"
        " AND (last_seen_at IS NULL OR last_seen_at < $3)",
        *(user_id, now, now - _SEEN_EVERY),
    )


async def tell_changed(tx: Tx) -> None:
    """Make every gateway process forget what it remembers of rights, when this commits."""
    await tx.run(f"NOTIFY {CHANNEL}")


# ---- keys -----------------------------------------------------------------------------------------


async def add_key(
    tx: Tx,
    key_id: UUID,
    *,
    workspace_id: UUID,
    name: str,
    prefix: str,
    secret_hash: bytes,
    scopes: Sequence[Scope],
    workspace_role: Role | None,
    created_by: UUID,
    expires_at: datetime | None,
) -> Row:
    rows = await tx.fetch(
        "INSERT INTO keys (key_id, workspace_id, name, prefix, secret_hash, scopes, workspace_role,"
        f" created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING {_KEY}",
        *(key_id, workspace_id, name, prefix, secret_hash, list(scopes), workspace_role),
        *(created_by, expires_at),
    )
    return dict(rows[0])


async def get_key(
    tx: Tx, key_id: UUID, *, workspace_id: UUID, created_by: UUID | None = None
) -> Row:
    rows = await tx.fetch(
        f"SELECT {_KEY} FROM keys WHERE key_id = $1 AND workspace_id = $2"
        " AND ($3::uuid IS NULL OR created_by = $3)",
        *(key_id, workspace_id, created_by),
    )
    if not rows:
        raise NotFoundError("There is no such key.")
    return dict(rows[0])


async def list_keys(
    tx: Tx, *, workspace_id: UUID, created_by: UUID | None, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    return await tx.fetch(
        f"SELECT {_KEY} FROM keys WHERE workspace_id = $1"
        " AND ($2::uuid IS NULL OR created_by = $2) AND ($3::uuid IS NULL OR key_id > $3)"
        " ORDER BY key_id LIMIT $4",
        *(workspace_id, created_by, after, limit),
    )


async def remove_key(tx: Tx, key_id: UUID, *, workspace_id: UUID, now: datetime) -> None:
    """Revoke a key; its row stays, because the audit log speaks of it."""
    done = await tx.run(
        "UPDATE keys SET revoked_at = coalesce(revoked_at, $3) WHERE key_id = $1"
        " AND workspace_id = $2",
        *(key_id, workspace_id, now),
    )
    if done == "UPDATE 0":
        raise NotFoundError("There is no such key.")


async def remove_keys_of(tx: Tx, user_id: UUID, *, now: datetime) -> None:
    """Revoke the keys that a user made, who may no longer come in."""
    await tx.run(
        "UPDATE keys SET revoked_at = $2 WHERE created_by = $1 AND revoked_at IS NULL",
        *(user_id, now),
    )


# ---- grants ---------------------------------------------------------------------------------------


async def save_grants(
    tx: Tx, actor_id: UUID, grants: Mapping[UUID, Role], *, workspace_id: UUID
) -> list[asyncpg.Record]:
    """Give an actor these roles on these sites; one that it has already changes."""
    ids = [new_id() for _ in grants]
    return await tx.fetch(
        "INSERT INTO grants (grant_id, workspace_id, actor_id, site_id, role)"
        " SELECT grant_id, $1, $2, site_id, role"
        " FROM unnest($3::uuid[], $4::uuid[], $5::text[]) AS new (grant_id, site_id, role)"
        " ON CONFLICT (actor_id, site_id) DO UPDATE SET role = excluded.role"
        " RETURNING grant_id, actor_id, site_id, role, created_at",
        *(workspace_id, actor_id, ids, list(grants), list(grants.values())),
    )


async def count_grants(tx: Tx, actor_id: UUID) -> int:
    found: int = await tx.fetch_value("SELECT count(*) FROM grants WHERE actor_id = $1", actor_id)
    return found


async def get_grant(tx: Tx, grant_id: UUID, *, workspace_id: UUID) -> Row:
    rows = await tx.fetch(
        "SELECT grant_id, actor_id, site_id, role, created_at FROM grants"
        " WHERE grant_id = $1 AND workspace_id = $2",
        *(grant_id, workspace_id),
    )
    if not rows:
        raise NotFoundError("There is no such grant.")
    return dict(rows[0])


async def list_grants(
    tx: Tx,
    *,
    workspace_id: UUID,
    actor_id: UUID | None,
    site_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    return await tx.fetch(
        "SELECT grant_id, actor_id, site_id, role, created_at FROM grants WHERE workspace_id = $1"
        " AND ($2::uuid IS NULL OR actor_id = $2) AND ($3::uuid IS NULL OR site_id = $3)"
        " AND ($4::uuid IS NULL OR grant_id > $4) ORDER BY grant_id LIMIT $5",
        *(workspace_id, actor_id, site_id, after, limit),
    )


async def remove_grant(tx: Tx, grant_id: UUID) -> None:
    await tx.run("DELETE FROM grants WHERE grant_id = $1", grant_id)


async def remove_grants_on(tx: Tx, site_ids: Sequence[UUID]) -> None:
    """Forget the grants on sites that are gone."""
    await tx.run("DELETE FROM grants WHERE site_id = ANY($1::uuid[])", list(site_ids))


async def find_actor_workspace(tx: Tx, actor_id: UUID) -> UUID | None:
    """Return the workspace of a user or key that may be given something."""
    found: UUID | None = await tx.fetch_value(
        "SELECT workspace_id FROM users WHERE user_id = $1 UNION ALL"
        " SELECT workspace_id FROM keys WHERE key_id = $1 AND revoked_at IS NULL LIMIT 1",
        actor_id,
    )
    return found


def _caller(
    rows: Sequence[Row], *, scopes: frozenset[Scope] | None, is_person: bool = False
) -> Caller | None:
    if not rows:
        return None
    row = rows[0]
    return Caller(
        workspace_id=row["workspace_id"],
        actor_id=row["actor_id"],
        actor=row["actor"],
        scopes=frozenset(map(Scope, row["scopes"])) if scopes is None else scopes,
        grants=dict(zip(row["sites"], map(Role, row["roles"]), strict=True)),
        workspace_role=None if row["workspace_role"] is None else Role(row["workspace_role"]),
        is_person=is_person,
    )
