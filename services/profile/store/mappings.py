"""Mappings that people chose for files with a header, remembered for the next such file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from shared.db import Tx
from shared.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """Which column fills which field in every file with this header."""

    fingerprint: str
    mapping: dict[str, str]
    header: list[str]
    actor: str
    saved_at: datetime


async def find_mapping(tx: Tx, workspace_id: UUID, fingerprint: str) -> dict[str, str] | None:
    """Return what a person chose for files with this header."""
    text = await tx.fetch_value(
        "SELECT mapping::text FROM mappings WHERE workspace_id = $1 AND fingerprint = $2",
        workspace_id,
        fingerprint,
    )
    return None if text is None else orjson.loads(text)


async def save_mapping(
    tx: Tx,
    workspace_id: UUID,
    fingerprint: str,
    mapping: Mapping[str, str],
    *,
    header: Sequence[str],
    actor: str,
    now: datetime,
) -> None:
    """Remember a mapping; the newest word counts."""
    await tx.run(
        "INSERT INTO mappings (workspace_id, fingerprint, mapping, header, actor, saved_at)"
        " VALUES ($1, $2, $3::jsonb, $4, $5, $6) ON CONFLICT (workspace_id, fingerprint) DO UPDATE"
        " SET mapping = excluded.mapping, actor = excluded.actor, saved_at = excluded.saved_at",
        workspace_id,
        fingerprint,
        orjson.dumps(mapping).decode(),
        [name.replace("\x00", "") for name in header],
        actor,
        now,
    )


async def list_mappings(
    tx: Tx, workspace_id: UUID, *, after: str | None, limit: int
) -> list[SavedMapping]:
    """Return the mappings of a workspace in the order of their fingerprints."""
    rows = await tx.fetch(
        "SELECT fingerprint, mapping::text AS mapping, header, actor, saved_at FROM mappings"
        " WHERE workspace_id = $1 AND ($2::text IS NULL OR fingerprint > $2)"
        " ORDER BY fingerprint LIMIT $3",
        workspace_id,
        after,
        limit,
    )
    return [SavedMapping(row[0], orjson.loads(row[1]), *row[2:]) for row in rows]


async def remove_mapping(tx: Tx, workspace_id: UUID, fingerprint: str) -> None:
    """Forget a mapping: files with this header are read as they are recognised."""
    tag = await tx.run(
        "DELETE FROM mappings WHERE workspace_id = $1 AND fingerprint = $2",
        workspace_id,
        fingerprint,
    )
    if tag == "DELETE 0":
        raise NotFoundError("There is no such mapping.")
