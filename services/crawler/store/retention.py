"""Lets go of evidence that is too old or too much: its content, never its place in the chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.crawler.store.keeping import PROOF
from shared.db import Tx
from shared.policies import not_held


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long and how much evidence is kept."""

    days: int
    total_bytes: int
    site_bytes: int


# The newest evidence of a watched link has no superseded_at, so age never removes it; that of a link
# which is watched once more has one and is passed over. Nothing of a site under a legal hold goes, nor
# what proves something about a placement in force, however many bytes that is.
_FREE = f"{not_held()} AND NOT {PROOF.format(of='evidence')}"
_TOO_OLD = f"""
SELECT evidence_id FROM evidence
WHERE superseded_at < $1::timestamptz - least($3::int, (SELECT min((days->>'evidence')::int)
        FROM retention)) * interval '1 day'
    AND superseded_at < $1::timestamptz - least($3::int, (SELECT (days->>'evidence')::int
        FROM retention r WHERE r.workspace_id = evidence.workspace_id)) * interval '1 day'
    AND expired_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM watches WHERE watches.link_id = evidence.link_id
    AND watches.evidence_id = evidence.evidence_id AND watches.removed_at IS NULL
) AND {_FREE}
ORDER BY superseded_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""

_OLDEST = f"""
SELECT evidence_id FROM evidence WHERE expired_at IS NULL AND {_FREE}
ORDER BY seen_at LIMIT $1 FOR UPDATE SKIP LOCKED
"""

_OLDEST_OF_SITE = f"""
SELECT evidence_id FROM evidence WHERE expired_at IS NULL AND site_id = $2 AND {_FREE}
ORDER BY number LIMIT $1 FOR UPDATE SKIP LOCKED
"""

# Locks as the recorder does: bodies by digest, then chains by site.
_LOCK_BODIES = """
SELECT 1 FROM evidence_bodies WHERE body_sha256 IN (
    SELECT body_sha256 FROM evidence WHERE evidence_id = ANY($1::uuid[])
) ORDER BY body_sha256 FOR UPDATE
"""

_LOCK_CHAINS = """
SELECT 1 FROM evidence_chains WHERE site_id IN (
    SELECT site_id FROM evidence WHERE evidence_id = ANY($1::uuid[])
) ORDER BY site_id FOR UPDATE
"""

_EXPIRE = """
WITH gone AS (
    SELECT evidence_id, site_id, body_sha256, stored_bytes FROM evidence
    WHERE evidence_id = ANY($1::uuid[])
), let_go AS (
    UPDATE evidence_bodies SET needed_by = needed_by - mine.rows
    FROM (SELECT body_sha256, count(*) AS rows FROM gone GROUP BY body_sha256) AS mine
    WHERE evidence_bodies.body_sha256 = mine.body_sha256
), shrunk AS (
    UPDATE evidence_chains SET stored_bytes = greatest(0, evidence_chains.stored_bytes - mine.bytes)
    FROM (SELECT site_id, sum(stored_bytes) AS bytes FROM gone GROUP BY site_id) AS mine
    WHERE evidence_chains.site_id = mine.site_id
)
UPDATE evidence SET statement = NULL, heads = NULL, body_sha256 = NULL, stored_bytes = 0,
    expired_at = $2
WHERE evidence_id IN (SELECT evidence_id FROM gone)
"""


async def expire(tx: Tx, keep: Keep, now: datetime, *, limit: int) -> int:
    """Empty the evidence that is due, a bounded number of rows; returns how many."""
    rows = await tx.fetch(_TOO_OLD, now, limit, keep.days)
    if not rows:
        over = await tx.fetch_value(
            "SELECT site_id FROM evidence_chains WHERE stored_bytes > $1"
            f" AND {not_held()} ORDER BY stored_bytes DESC LIMIT 1",
            keep.site_bytes,
        )
        if over is not None:
            rows = await tx.fetch(_OLDEST_OF_SITE, limit, over)
    if not rows:
        total = await tx.fetch_value("SELECT sum(stored_bytes) FROM evidence_chains")
        if (total or 0) > keep.total_bytes:
            rows = await tx.fetch(_OLDEST, limit)
    ids = [row["evidence_id"] for row in rows]
    await empty(tx, ids, now)
    return len(ids)


async def empty(tx: Tx, evidence_ids: Sequence[UUID], now: datetime) -> None:
    """Take the content of evidence away; its place in the chain stays."""
    if evidence_ids:
        ids = list(evidence_ids)
        await tx.fetch(_LOCK_BODIES, ids)
        await tx.fetch(_LOCK_CHAINS, ids)
        await tx.run(_EXPIRE, ids, now)


async def remove_unneeded(tx: Tx, now: datetime, *, limit: int) -> int:
    """Delete bodies that no evidence needs, and links to share that ran out long ago."""
    bodies = await tx.fetch(
        "DELETE FROM evidence_bodies WHERE body_sha256 IN (SELECT body_sha256 FROM evidence_bodies"
        " WHERE needed_by = 0 ORDER BY body_sha256 LIMIT $1 FOR UPDATE SKIP LOCKED)"
        " AND needed_by = 0 RETURNING 1",
        limit,
    )
    shares = await tx.fetch(
        "DELETE FROM evidence_shares WHERE share_id IN (SELECT share_id FROM evidence_shares"
        " WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        now - timedelta(days=30),
        limit,
    )
    return max(len(bodies), len(shares))
