"""Briefs: written down with every version, read by site and state, and bound to their placements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.outreach.domain.brief import BriefState
from services.outreach.domain.brief.content import BriefContent
from shared.db import Tx
from shared.errors import NotFoundError
from shared.urls import page_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    brief_id: UUID
    workspace_id: UUID
    site_id: UUID
    content: BriefContent
    slot_id: UUID | None = None
    prospect_id: UUID | None = None
    placement_id: UUID | None = None
    state: BriefState = BriefState.DRAFT
    version: int = 1
    approved_by: str | None = None
    approved_at: datetime | None = None
    created_by: str
    created_at: datetime
    updated_at: datetime | None = None

    @property
    def domain(self) -> str | None:
        """The domain that is to carry the link, where one is named."""
        return None if self.content.host is None else self.content.host.domain


# A placement that was cancelled is none: the brief may make another.
_COLUMNS = """
    b.brief_id, b.workspace_id, b.site_id, b.slot_id, b.prospect_id, p.placement_id, b.state,
    b.version, b.content::text AS content, b.approved_by, b.approved_at, b.created_by,
    b.created_at, b.updated_at
"""
_FROM = """
    FROM briefs b JOIN sites s ON s.site_id = b.site_id AND s.deleted_at IS NULL
    LEFT JOIN placements p ON p.placement_id = b.placement_id AND p.cancelled_at IS NULL
"""


def _brief(row: asyncpg.Record) -> Brief:
    known = dict(row)
    content = BriefContent.model_validate_json(known.pop("content"))
    return Brief(content=content, state=BriefState(known.pop("state")), **known)


async def add_brief(tx: Tx, brief: Brief) -> bool:
    """Write a brief; False if its slot has one already."""
    rows = await tx.fetch(
        "INSERT INTO briefs (brief_id, workspace_id, site_id, slot_id, prospect_id,"
        " referring_domain, target_url, target_key, anchor_text, state, content, version,"
        " created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::json, $12,"
        " $13, $14) ON CONFLICT (slot_id) WHERE slot_id IS NOT NULL DO NOTHING RETURNING brief_id",
        *(brief.brief_id, brief.workspace_id, brief.site_id, brief.slot_id, brief.prospect_id),
        *(brief.domain, brief.content.target_url, page_id(brief.content.target_url)),
        *(brief.content.anchor_text, brief.state, brief.content.model_dump_json(), brief.version),
        *(brief.created_by, brief.created_at),
    )
    if rows:
        await _keep_version(tx, brief, brief.created_by, brief.created_at)
    return bool(rows)


async def save_brief(tx: Tx, brief: Brief, *, actor: str, now: datetime) -> None:
    """Keep a brief as it is now, and the version that this makes."""
    await tx.run(
        "UPDATE briefs SET referring_domain = $2, anchor_text = $3, state = $4, content = $5::json,"
        " placement_id = $6, approved_by = $7, approved_at = $8, version = $9, updated_at = $10"
        " WHERE brief_id = $1",
        *(brief.brief_id, brief.domain, brief.content.anchor_text, brief.state),
        *(brief.content.model_dump_json(), brief.placement_id, brief.approved_by),
        *(brief.approved_at, brief.version, now),
    )
    await _keep_version(tx, brief, actor, now)


async def _keep_version(tx: Tx, brief: Brief, actor: str, now: datetime) -> None:
    await tx.run(
        "INSERT INTO brief_versions (brief_id, version, state, content, actor, at)"
        " VALUES ($1, $2, $3, $4::json, $5, $6)",
        *(brief.brief_id, brief.version, brief.state, brief.content.model_dump_json(), actor, now),
    )


async def get_brief(tx: Tx, brief_id: UUID, *, workspace_id: UUID, lock: bool = False) -> Brief:
    """Return one brief; with `lock` nobody else changes it until the transaction ends."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE b.brief_id = $1 AND b.workspace_id = $2"
        f"{' FOR UPDATE OF b' if lock else ''}",
        brief_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such brief.")
    return _brief(rows[0])


async def list_briefs(
    tx: Tx,
    *,
    workspace_id: UUID,
    site_ids: Collection[UUID] | None,
    states: Sequence[str],
    before: UUID | None,
    limit: int,
) -> list[Brief]:
    """Return the briefs of these sites, the newest first; None = every site of the workspace."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE b.workspace_id = $1"
        " AND ($2::uuid[] IS NULL OR b.site_id = ANY($2)) AND ($3::text[] = '{}' OR b.state = ANY($3))"
        " AND ($4::uuid IS NULL OR b.brief_id < $4) ORDER BY b.brief_id DESC LIMIT $5",
        workspace_id,
        None if site_ids is None else list(site_ids),
        list(states),
        before,
        limit,
    )
    return [_brief(row) for row in rows]


async def list_versions(
    tx: Tx, brief_id: UUID, *, before: int | None, limit: int
) -> list[asyncpg.Record]:
    """Return the versions of a brief, the newest first."""
    return await tx.fetch(
        "SELECT version, state, content::text AS content, actor, at FROM brief_versions"
        " WHERE brief_id = $1 AND ($2::int IS NULL OR version < $2) ORDER BY version DESC LIMIT $3",
        brief_id,
        before,
        limit,
    )


async def remove_brief(tx: Tx, brief_id: UUID) -> None:
    """Take a brief away with its versions; its slot is open for another one."""
    await tx.run("DELETE FROM briefs WHERE brief_id = $1", brief_id)
