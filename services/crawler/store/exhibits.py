"""Reads evidence for those who want to see it, and keeps the links by which it is shared."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.crawler.store.keeping import PROOF
from shared.db import Tx
from shared.errors import NotFoundError
from shared.vocabulary import Outcome

Row = Mapping[str, Any]

_HEAD = (
    "evidence_id, workspace_id, site_id, link_id, number, seen_at, outcome, reasons, changed, sha256,"
    " body_size, stored_bytes, expired_at"
)
_WHOLE = f"{_HEAD}, statement, heads, evidence.body_sha256, evidence_bodies.body"
_FROM = "FROM evidence LEFT JOIN evidence_bodies USING (body_sha256)"


async def find_site(tx: Tx, workspace_id: UUID, link_id: UUID) -> UUID | None:
    """Return the site of a link that is watched, or was and left evidence."""
    site_id: UUID | None = await tx.fetch_value(
        "SELECT site_id FROM watches WHERE link_id = $1 AND workspace_id = $2 UNION ALL"
        " SELECT site_id FROM evidence WHERE link_id = $1 AND workspace_id = $2 LIMIT 1",
        link_id,
        workspace_id,
    )
    return site_id


async def list_of_link(tx: Tx, link_id: UUID, *, before: int | None, limit: int) -> list[Any]:
    """Return evidence of a link without its content, the newest first."""
    return await tx.fetch(
        f"SELECT {_HEAD} FROM evidence WHERE link_id = $1 AND number < $2"
        " ORDER BY number DESC LIMIT $3",
        link_id,
        before if before is not None else 2**62,
        limit,
    )


async def list_whole(tx: Tx, link_id: UUID, *, most_bytes: int, limit: int) -> list[Any]:
    """Return the newest evidence of a link with its content, as much as fits, the oldest first."""
    return await tx.fetch(
        f"SELECT {_WHOLE} FROM (SELECT *, sum(body_size) OVER (ORDER BY number DESC) AS so_far"
        " FROM evidence WHERE link_id = $1 AND expired_at IS NULL ORDER BY number DESC LIMIT $3)"
        " AS evidence LEFT JOIN evidence_bodies USING (body_sha256) WHERE so_far - body_size <= $2"
        " ORDER BY number",
        link_id,
        most_bytes,
        limit,
    )


async def list_kept(tx: Tx, workspace_id: UUID, *, after: UUID, limit: int) -> list[Any]:
    """Return the next evidence of a workspace with its content, and whether it proves an agreement."""
    return await tx.fetch(
        f"SELECT {_WHOLE}, {PROOF.format(of='evidence')} AS is_proof {_FROM}"
        " WHERE workspace_id = $1 AND evidence_id > $2 AND expired_at IS NULL"
        " ORDER BY evidence_id LIMIT $3",
        workspace_id,
        after,
        limit,
    )


async def get_whole(tx: Tx, link_id: UUID, evidence_id: UUID) -> Row:
    """Return one piece of evidence with its content."""
    rows = await tx.fetch(
        f"SELECT {_WHOLE} {_FROM} WHERE evidence_id = $1 AND link_id = $2", evidence_id, link_id
    )
    if not rows:
        raise NotFoundError("There is no such evidence.")
    row: Row = rows[0]
    return row


async def find_before(tx: Tx, row: Row) -> Row | None:
    """Return what to compare with: the evidence before, if its content is still there.

    Where the link is not seen, that is the last piece in which it was: what came between (a first
    miss, a wall) shows no more of it.
    """
    sql = (
        f"SELECT {_WHOLE} {_FROM} WHERE link_id = $1 AND number < $2 AND expired_at IS NULL"
        " AND (outcome = 'found' OR NOT $3) ORDER BY number DESC LIMIT 1"
    )
    for only_found in (row["outcome"] != Outcome.FOUND, False):
        rows = await tx.fetch(sql, row["link_id"], row["number"], only_found)
        if rows:
            found: Row = rows[0]
            return found
    return None


async def list_of_site(tx: Tx, site_id: UUID, *, after: int, limit: int) -> list[Any]:
    """Return the chain of a site with all content, in its order."""
    return await tx.fetch(
        f"SELECT {_WHOLE} {_FROM} WHERE site_id = $1 AND number > $2 ORDER BY number LIMIT $3",
        site_id,
        after,
        limit,
    )


async def find_chain(tx: Tx, workspace_id: UUID, site_id: UUID) -> int | None:
    """Return how many pieces were ever added to a site's chain, None if the site is not known."""
    count: int | None = await tx.fetch_value(
        "SELECT last_number FROM evidence_chains WHERE site_id = $1 AND workspace_id = $2"
        " UNION ALL SELECT 0 FROM sites WHERE site_id = $1 AND workspace_id = $2 LIMIT 1",
        site_id,
        workspace_id,
    )
    return count


# ---- shares -----------------------------------------------------------------------------------------


async def add_share(
    tx: Tx, row: Row, *, share_id: UUID, actor: str, now: datetime, expires_at: datetime
) -> None:
    """Remember a link by which anybody may see this evidence until it ends."""
    await tx.run(
        "INSERT INTO evidence_shares (share_id, evidence_id, workspace_id, site_id, actor,"
        " created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        share_id,
        row["evidence_id"],
        row["workspace_id"],
        row["site_id"],
        actor,
        now,
        expires_at,
    )


async def list_shares(tx: Tx, evidence_id: UUID, now: datetime) -> Sequence[Row]:
    """Return the links that lead to this evidence now, the newest first."""
    return await tx.fetch(
        "SELECT * FROM evidence_shares WHERE evidence_id = $1 AND expires_at > $2"
        " AND revoked_at IS NULL ORDER BY share_id DESC LIMIT 100",
        evidence_id,
        now,
    )


async def revoke_share(tx: Tx, evidence_id: UUID, share_id: UUID, now: datetime) -> None:
    """End a link at once; NotFoundError if there is none."""
    found = await tx.fetch_value(
        "UPDATE evidence_shares SET revoked_at = coalesce(revoked_at, $3)"
        " WHERE share_id = $1 AND evidence_id = $2 RETURNING share_id",
        share_id,
        evidence_id,
        now,
    )
    if found is None:
        raise NotFoundError("There is no such share.")


async def find_shared(tx: Tx, share_id: UUID, now: datetime) -> Row | None:
    """Return what a link leads to, None once it has ended."""
    rows = await tx.fetch(
        "WITH share AS (SELECT evidence_id AS shared_id, expires_at AS shared_until"
        " FROM evidence_shares WHERE share_id = $1 AND expires_at > $2 AND revoked_at IS NULL)"
        f" SELECT {_WHOLE}, shared_until {_FROM} JOIN share ON evidence_id = shared_id",
        share_id,
        now,
    )
    return rows[0] if rows else None
