"""Reports for clients: drafts that may be made again, and approved ones that never change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.profile.domain.client_report.spans import Span
from services.profile.domain.client_report.texts import Texts
from shared import jsontext
from shared.db import Tx
from shared.errors import ConflictError, NotFoundError

_HEAD = """
    r.report_id, r.workspace_id, r.site_id, r.number, r.starts_on, r.ends_on, r.replaces, r.edition,
    r.state, r.scheduled, r.inputs_hash, r.whole_hash, r.created_by, r.created_at, r.made_at,
    r.approved_by, r.approved_at, r.approved_unread, r.version,
    (SELECT n.report_id FROM reports n WHERE n.replaces = r.report_id AND n.state = 'approved')
        AS replaced_by
"""
_WHOLE = f"{_HEAD}, r.content::text AS content, r.texts::text AS texts, r.brand::text AS brand"
_FROM = "FROM reports r JOIN sites s ON s.site_id = r.site_id AND s.deleted_at IS NULL"


@dataclass(frozen=True, slots=True)
class NewReport:
    """A draft as it is added."""

    report_id: UUID
    workspace_id: UUID
    site_id: UUID
    job_id: UUID | None
    span: Span
    content: Mapping[str, Any]
    texts: Texts
    scheduled: bool
    created_by: str
    replaces: UUID | None = None
    edition: int = 1


async def wait_turn(tx: Tx, site_id: UUID) -> None:
    """Let whoever adds a report to a site wait for whoever does it now."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"report {site_id}")


async def add_report(tx: Tx, new: NewReport, *, now: datetime) -> int:
    """Add a draft; returns its number. Call `wait_turn` before."""
    newest = await tx.fetch_value("SELECT max(number) FROM reports WHERE site_id = $1", new.site_id)
    number = int(newest or 0) + 1
    await tx.run(
        "INSERT INTO reports (report_id, workspace_id, site_id, job_id, number, starts_on, ends_on,"
        " replaces, edition, scheduled, content, inputs_hash, texts, created_by, made_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        *(new.report_id, new.workspace_id, new.site_id, new.job_id, number),
        *(new.span.starts_on, new.span.ends_on, new.replaces, new.edition, new.scheduled),
        *(_json(new.content), new.content["inputs_hash"], _json(new.texts), new.created_by, now),
    )
    return number


async def find_of_span(tx: Tx, site_id: UUID, span: Span) -> Sequence[asyncpg.Record]:
    """Return the heads of all reports of these days, the newest first."""
    return await tx.fetch(
        f"SELECT {_HEAD} {_FROM} WHERE r.site_id = $1 AND r.starts_on = $2 AND r.ends_on = $3"
        " ORDER BY r.number DESC LIMIT 100",
        *(site_id, span.starts_on, span.ends_on),
    )


async def find_report(
    tx: Tx, workspace_id: UUID, report_id: UUID, *, lock: bool = False
) -> asyncpg.Record | None:
    """Return one report of a workspace; None also where its site was deleted."""
    rows = await tx.fetch(
        f"SELECT {_WHOLE} {_FROM} WHERE r.report_id = $1 AND r.workspace_id = $2"
        f"{' FOR UPDATE OF r' if lock else ''}",
        *(report_id, workspace_id),
    )
    return rows[0] if rows else None


async def list_reports(
    tx: Tx, site_id: UUID, *, only_approved: bool, before: int | None, limit: int
) -> Sequence[asyncpg.Record]:
    """Return the heads of a site's reports, the newest first."""
    return await tx.fetch(
        f"SELECT {_HEAD} {_FROM} WHERE r.site_id = $1 AND (r.state = 'approved' OR NOT $2)"
        " AND ($3::int IS NULL OR r.number < $3) ORDER BY r.number DESC LIMIT $4",
        *(site_id, only_approved, before, limit),
    )


async def save_content(
    tx: Tx, report_id: UUID, content: Mapping[str, Any], *, job_id: UUID, now: datetime
) -> None:
    """Put other figures into a draft; ConflictError where it is none any more."""
    await _change_draft(
        tx,
        report_id,
        "content = $2, inputs_hash = $3, job_id = $4, made_at = $5",
        *(_json(content), content["inputs_hash"], job_id, now),
    )


async def save_texts(tx: Tx, report_id: UUID, texts: Texts) -> None:
    """Put other sentences into a draft."""
    await _change_draft(tx, report_id, "texts = $2", _json(texts))


async def approve(
    tx: Tx,
    report_id: UUID,
    *,
    actor: str,
    brand: Mapping[str, Any],
    whole_hash: str,
    now: datetime,
    unread: bool = False,
) -> None:
    """Make a draft a report that never changes any more."""
    await _change_draft(
        tx,
        report_id,
        "state = 'approved', approved_by = $2, brand = $3, whole_hash = $4, approved_at = $5,"
        " approved_unread = $6",
        *(actor, _json(brand), whole_hash, now, unread),
    )


async def _change_draft(tx: Tx, report_id: UUID, change: str, *values: object) -> None:
    found = await tx.fetch_value(
        f"UPDATE reports SET {change}, version = version + 1"
        " WHERE report_id = $1 AND state = 'draft' RETURNING report_id",
        *(report_id, *values),
    )
    if found is None:
        raise ConflictError("This report was approved, so it does not change.", code="approved")


async def remove_draft(tx: Tx, report_id: UUID) -> None:
    """Delete a draft."""
    await tx.run("DELETE FROM reports WHERE report_id = $1 AND state = 'draft'", report_id)


# ---- addresses that show a report ---------------------------------------------------------------


async def add_share(
    tx: Tx,
    row: asyncpg.Record,
    *,
    share_id: UUID,
    actor: str,
    now: datetime,
    expires_at: datetime,
    for_mail: bool = False,
) -> None:
    """Remember an address by which anybody may read this report until it ends."""
    await tx.run(
        "INSERT INTO report_shares (share_id, report_id, workspace_id, actor, created_at, expires_at,"
        " for_mail) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *(share_id, row["report_id"], row["workspace_id"], actor, now, expires_at, for_mail),
    )


async def list_shares(tx: Tx, report_id: UUID, now: datetime) -> Sequence[asyncpg.Record]:
    """Return the addresses that show this report now, the newest first."""
    return await tx.fetch(
        "SELECT * FROM report_shares WHERE report_id = $1 AND expires_at > $2"
        " AND revoked_at IS NULL ORDER BY share_id DESC LIMIT 100",
        *(report_id, now),
    )


async def find_share_for_mail(tx: Tx, report_id: UUID, *, until: datetime) -> asyncpg.Record | None:
    """Return the address that mails lead to, if it works until then."""
    rows = await tx.fetch(
        "SELECT share_id, expires_at FROM report_shares WHERE report_id = $1 AND for_mail"
        " AND expires_at >= $2 AND revoked_at IS NULL ORDER BY share_id DESC LIMIT 1",
        *(report_id, until),
    )
    return rows[0] if rows else None


async def revoke_share(tx: Tx, report_id: UUID, share_id: UUID, now: datetime) -> None:
    """End an address at once; NotFoundError if there is none."""
    found = await tx.fetch_value(
        "UPDATE report_shares SET revoked_at = coalesce(revoked_at, $3)"
        " WHERE share_id = $1 AND report_id = $2 RETURNING share_id",
        *(share_id, report_id, now),
    )
    if found is None:
        raise NotFoundError("There is no such share.")


async def find_shared(tx: Tx, share_id: UUID, now: datetime) -> asyncpg.Record | None:
    """Return the report that an address shows, None once it has ended or its site is gone."""
    rows = await tx.fetch(
        f"SELECT {_WHOLE} {_FROM} JOIN report_shares h ON h.report_id = r.report_id"
        " WHERE h.share_id = $1 AND h.expires_at > $2 AND h.revoked_at IS NULL"
        " AND r.state = 'approved'",
        *(share_id, now),
    )
    return rows[0] if rows else None


def _json(value: Any) -> str:
    return jsontext.dumps(value).decode()
