"""What a workspace has had to do with one domain, over the sites that somebody may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.outreach.domain.record import Placement
from services.outreach.store import placements, prospect_lists
from services.outreach.store.prospect_lists import Row
from shared.db import Tx
from shared.errors import NotFoundError

MOST = 100
"""Of each kind of thing that one answer holds, the newest."""


async def require_known(
    tx: Tx, workspace_id: UUID, domain: str, site_ids: Sequence[UUID] | None
) -> None:
    """Raise NotFoundError unless one of the sites has to do with the domain: a prospect, placement, offer ..."""
    found = await tx.fetch_value(
        "SELECT EXISTS (SELECT FROM prospects WHERE workspace_id = $1 AND domain = $2"
        " AND ($3::uuid[] IS NULL OR site_id = ANY($3::uuid[])))"
        " OR EXISTS (SELECT FROM offers WHERE workspace_id = $1 AND referring_domain = $2"
        " AND ($3::uuid[] IS NULL OR site_id = ANY($3::uuid[])))"
        " OR EXISTS (SELECT FROM exchanges WHERE workspace_id = $1 AND their_domain = $2"
        " AND ($3::uuid[] IS NULL OR site_id = ANY($3::uuid[])))"
        " OR EXISTS (SELECT FROM placements WHERE workspace_id = $1 AND referring_domain = $2"
        " AND ($3::uuid[] IS NULL OR site_id = ANY($3::uuid[])))",
        workspace_id,
        domain,
        site_ids,
    )
    if not found:
        raise NotFoundError("Nothing is known of this domain here.")


async def list_prospects(
    tx: Tx, workspace_id: UUID, domain: str, site_ids: Sequence[UUID] | None
) -> list[Row]:
    """Return of which sites the domain is a prospect; those of deleted sites are left out."""
    rows = await tx.fetch(
        "SELECT p.prospect_id FROM prospects p JOIN sites s USING (site_id)"
        " WHERE p.workspace_id = $1 AND p.domain = $2 AND s.deleted_at IS NULL"
        " AND ($3::uuid[] IS NULL OR p.site_id = ANY($3::uuid[]))"
        " ORDER BY p.prospect_id DESC LIMIT $4",
        workspace_id,
        domain,
        site_ids,
        MOST,
    )
    return await prospect_lists.list_rows(tx, workspace_id, [row["prospect_id"] for row in rows])


async def list_placements(
    tx: Tx, workspace_id: UUID, domain: str, site_ids: Sequence[UUID] | None, *, today: date
) -> list[Placement]:
    """Return the placements on the domain, the newest first."""
    filters = placements.Filters(site_ids=site_ids, domain=domain)
    return await placements.list_placements(
        tx, workspace_id=workspace_id, today=today, filters=filters, before=None, limit=MOST
    )


async def list_messages(
    tx: Tx, workspace_id: UUID, domain: str, site_ids: Sequence[UUID] | None
) -> list[asyncpg.Record]:
    """Return what was written to the domain, or about a prospect there, the newest first."""
    return await tx.fetch(
        "SELECT m.message_id, m.site_id, m.to_email, m.subject, m.state, m.created_at, m.sent_at"
        " FROM messages m LEFT JOIN prospects p USING (workspace_id, prospect_id)"
        " WHERE m.workspace_id = $1 AND (m.recipient_domain = $2 OR p.domain = $2)"
        " AND ($3::uuid[] IS NULL OR m.site_id = ANY($3::uuid[]))"
        " ORDER BY m.message_id DESC LIMIT $4",
        workspace_id,
        domain,
        site_ids,
        MOST,
    )


async def list_history(
    tx: Tx, workspace_id: UUID, domain: str, site_ids: Sequence[UUID] | None
) -> list[asyncpg.Record]:
    """Return what happened to the prospects of the domain, the newest first."""
    return await tx.fetch(
        "SELECT p.site_id, c.change_id, c.from_stage, c.to_stage, c.sentence, c.actor, c.at"
        " FROM prospect_changes c JOIN prospects p USING (prospect_id)"
        " WHERE p.workspace_id = $1 AND p.domain = $2"
        " AND ($3::uuid[] IS NULL OR p.site_id = ANY($3::uuid[]))"
        " ORDER BY c.change_id DESC LIMIT $4",
        workspace_id,
        domain,
        site_ids,
        MOST,
    )


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about a domain, for all sites of the workspace."""

    note_id: UUID
    text: str
    actor: str
    created_at: datetime


async def list_notes(tx: Tx, workspace_id: UUID, domain: str) -> list[Note]:
    """Return the notes about the domain, the newest first."""
    rows = await tx.fetch(
        "SELECT note_id, text, actor, created_at FROM domain_notes"
        " WHERE workspace_id = $1 AND domain = $2 ORDER BY note_id DESC LIMIT $3",
        workspace_id,
        domain,
        MOST,
    )
    return [Note(*row) for row in rows]


async def add_note(tx: Tx, workspace_id: UUID, domain: str, note: Note) -> None:
    await tx.run(
        "INSERT INTO domain_notes (note_id, workspace_id, domain, text, actor, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        note.note_id,
        workspace_id,
        domain,
        note.text,
        note.actor,
        note.created_at,
    )


async def remove_note(tx: Tx, workspace_id: UUID, domain: str, note_id: UUID) -> None:
    """Delete a note; raises NotFoundError where there is none."""
    tag = await tx.run(
        "DELETE FROM domain_notes WHERE workspace_id = $1 AND domain = $2 AND note_id = $3",
        workspace_id,
        domain,
        note_id,
    )
    if tag.endswith(" 0"):
        raise NotFoundError("There is no such note.")
