"""Writes evidence: bodies once for all who need them, each record into the chain of its site."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.crawler.domain.evidence.draft import Draft, sealed
from services.crawler.domain.evidence.packing import packed
from shared.db import Tx

# Retention locks rows of evidence before bodies and chains, and so does this.
_LOCK = "SELECT 1 FROM evidence WHERE evidence_id = ANY($1::uuid[]) ORDER BY evidence_id FOR UPDATE"

_BODIES = """
INSERT INTO evidence_bodies (body_sha256, body, needed_by)
SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[])
ON CONFLICT (body_sha256) DO UPDATE SET needed_by = evidence_bodies.needed_by + excluded.needed_by
"""

# The update without effect locks the row: whoever comes next sees what we append.
_CHAINS = """
INSERT INTO evidence_chains (site_id, workspace_id)
SELECT * FROM unnest($1::uuid[], $2::uuid[])
ON CONFLICT (site_id) DO UPDATE SET last_number = evidence_chains.last_number
RETURNING site_id, last_number, last_sha256
"""

_ADD = """
WITH new AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[],
        $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::bytea[], $11::bytea[],
        $12::bytea[], $13::bytea[], $14::int[], $15::int[], $16::uuid[])
    AS new (evidence_id, workspace_id, site_id, link_id, number, seen_at, outcome, reasons, changed,
        sha256, statement, heads, body_sha256, body_size, stored_bytes, supersedes)
), followed AS (
    UPDATE evidence SET superseded_at = new.seen_at FROM new
    WHERE evidence.evidence_id = new.supersedes
), grown AS (
    UPDATE evidence_chains SET last_number = mine.number, last_sha256 = mine.sha256,
        stored_bytes = evidence_chains.stored_bytes + mine.added
    FROM (
        SELECT DISTINCT ON (site_id) site_id, number, sha256,
            sum(stored_bytes) OVER (PARTITION BY site_id) AS added
        FROM new ORDER BY site_id, number DESC
    ) AS mine
    WHERE evidence_chains.site_id = mine.site_id
)
INSERT INTO evidence (evidence_id, workspace_id, site_id, link_id, number, seen_at, outcome, reasons,
    changed, sha256, statement, heads, body_sha256, body_size, stored_bytes)
SELECT evidence_id, workspace_id, site_id, link_id, number, seen_at, outcome,
    string_to_array(reasons, ' '), string_to_array(changed, ' '), sha256, statement, heads,
    body_sha256, body_size, stored_bytes
FROM new
"""


@dataclass(frozen=True, slots=True)
class _Link:
    """A draft that got its place in the chain."""

    draft: Draft
    number: int
    sha256: bytes
    statement: bytes

    @property
    def stored_bytes(self) -> int:
        return len(self.statement) + self.draft.weight


async def save(tx: Tx, drafts: Sequence[Draft]) -> None:
    """Write evidence: four statements, however much it is."""
    if not drafts:
        return
    followed = sorted(one.supersedes for one in drafts if one.supersedes is not None)
    await tx.fetch(_LOCK, followed)
    await _save_bodies(tx, drafts)
    rows = _chained(drafts, await _lock_chains(tx, drafts))
    await tx.run(
        _ADD,
        [row.draft.evidence_id for row in rows],
        [row.draft.workspace_id for row in rows],
        [row.draft.site_id for row in rows],
        [row.draft.link_id for row in rows],
        [row.number for row in rows],
        [row.draft.seen_at for row in rows],
        [row.draft.outcome for row in rows],
        [" ".join(row.draft.reasons) for row in rows],
        [" ".join(row.draft.changed) for row in rows],
        [row.sha256 for row in rows],
        [row.statement for row in rows],
        [row.draft.exhibit.stored_heads for row in rows],
        [row.draft.exhibit.body_sha256 for row in rows],
        [len(row.draft.exhibit.body) for row in rows],
        [row.stored_bytes for row in rows],
        [row.draft.supersedes for row in rows],
    )


async def _save_bodies(tx: Tx, drafts: Sequence[Draft]) -> None:
    bodies = {one.exhibit.body_sha256: one.exhibit.stored_body for one in drafts}
    needed = Counter(one.exhibit.body_sha256 for one in drafts)
    digests = sorted(bodies)
    await tx.run(
        _BODIES, digests, [bodies[one] for one in digests], [needed[one] for one in digests]
    )


async def _lock_chains(tx: Tx, drafts: Sequence[Draft]) -> dict[UUID, tuple[int, bytes | None]]:
    workspaces = {one.site_id: one.workspace_id for one in drafts}
    sites = sorted(workspaces)
    rows = await tx.fetch(_CHAINS, sites, [workspaces[site_id] for site_id in sites])
    return {row["site_id"]: (row["last_number"], row["last_sha256"]) for row in rows}


def _chained(drafts: Sequence[Draft], ends: dict[UUID, tuple[int, bytes | None]]) -> list[_Link]:
    rows = []
    for draft in drafts:
        last, previous = ends[draft.site_id]
        text = sealed(draft.statement, number=last + 1, previous=previous)
        sha256 = hashlib.sha256(text).digest()
        rows.append(_Link(draft, last + 1, sha256, packed(text)))
        ends[draft.site_id] = (last + 1, sha256)
    return rows
