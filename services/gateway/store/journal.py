"""The audit log and the stored answers of idempotent requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from shared import log
from shared.access import Caller
from shared.db import Tx
from shared.ids import new_id

KEEP_ANSWERS_HOURS = 24


async def add_entry(
    tx: Tx,
    caller: Caller,
    *,
    action: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
    site_id: UUID | None = None,
) -> None:
    """Write down what somebody did; the database refuses to change it later."""
    await tx.run(
        "INSERT INTO audit_log (entry_id, workspace_id, actor_id, actor, action, subject, site_id,"
        " detail, trace_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *(new_id(), caller.workspace_id, caller.actor_id, caller.actor, action, subject, site_id),
        *(orjson.dumps(detail or {}, default=str).decode(), log.trace_id()),
    )


async def list_entries(
    tx: Tx,
    *,
    workspace_id: UUID,
    actor_id: UUID | None,
    action: str | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Return entries, newest first (the ids are in time order)."""
    return await tx.fetch(
        "SELECT entry_id, occurred_at, actor_id, actor, action, subject, site_id, detail, trace_id"
        " FROM audit_log WHERE workspace_id = $1 AND ($2::uuid IS NULL OR actor_id = $2)"
        " AND ($3::text IS NULL OR action = $3) AND ($4::uuid IS NULL OR entry_id < $4)"
        " ORDER BY entry_id DESC LIMIT $5",
        *(workspace_id, actor_id, action, before, limit),
    )


# ---- idempotency ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of an earlier request with the same key; `status` is None while it runs."""

    fingerprint: bytes | None
    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes


async def claim_key(
    tx: Tx,
    actor_id: UUID,
    key: str,
    *,
    fingerprint: bytes | None,
    now: datetime,
    locked_until: datetime,
) -> Stored | None:
    """Return None if this request is the first with its key, else what is stored of the first.

    A first request that died holds the key only until its lock ends; then the next one takes over.
    """
    claimed = await tx.fetch_value(
        "INSERT INTO idempotency AS i (actor_id, idempotency_key, fingerprint, locked_until)"
        " VALUES ($1, $2, $3, $5) ON CONFLICT (actor_id, idempotency_key) DO UPDATE"
        " SET fingerprint = $3, locked_until = $5, created_at = now(), status = NULL,"
        " headers = NULL, body = NULL"
        " WHERE (i.status IS NULL AND i.locked_until < $4)"
        f" OR i.created_at < $4 - interval '{KEEP_ANSWERS_HOURS} hours'"
        " RETURNING true",
        *(actor_id, key, fingerprint, now, locked_until),
    )
    if claimed:
        return None
    rows = await tx.fetch(
        "SELECT fingerprint, status, headers, body FROM idempotency"
        " WHERE actor_id = $1 AND idempotency_key = $2",
        *(actor_id, key),
    )
    if not rows:
        # The first request gave the key back in between: as if it were still running.
        return Stored(fingerprint, None, (), b"")
    row = rows[0]
    headers = tuple((name, value) for name, value in row["headers"] or ())
    return Stored(row["fingerprint"], row["status"], headers, row["body"] or b"")


async def save_answer(tx: Tx, actor_id: UUID, key: str, answer: Stored) -> None:
    """Keep the answer for whoever repeats the request."""
    await tx.run(
        "UPDATE idempotency SET fingerprint = $3, status = $4, headers = $5, body = $6"
        " WHERE actor_id = $1 AND idempotency_key = $2",
        *(actor_id, key, answer.fingerprint, answer.status),
        *(orjson.dumps(answer.headers).decode(), answer.body),
    )


async def remove_key(tx: Tx, actor_id: UUID, key: str) -> None:
    """Give a key back: its request did not come to an end, so it may be tried again."""
    await tx.run(
        "DELETE FROM idempotency WHERE actor_id = $1 AND idempotency_key = $2", *(actor_id, key)
    )


async def remove_old_answers(tx: Tx, *, now: datetime, limit: int) -> int:
    """Forget answers after a day; returns how many."""
    done = await tx.run(
        "DELETE FROM idempotency WHERE ctid = ANY(ARRAY(SELECT ctid FROM idempotency"
        f" WHERE created_at < $1::timestamptz - interval '{KEEP_ANSWERS_HOURS} hours' LIMIT $2))",
        *(now, limit),
    )
    return int(done.rpartition(" ")[2])
