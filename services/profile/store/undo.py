"""Keeps what an import found before it wrote, and takes an import back so that nothing of it stays."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.profile.domain.history import untracked_event
from services.profile.domain.link import Link
from services.profile.store import links
from shared import outbox
from shared.db import Tx

_KEEP_CLAIMS = """
    INSERT INTO import_undo (import_id, kind, source, link_id, previous, previous_import,
        first_seen_at, gained_at)
    SELECT $1, 'claim', $2, l.link_id, CASE WHEN c.link_id IS NOT NULL THEN to_json(c) END,
        c.import_id, l.first_seen_at, l.gained_at
    FROM links l LEFT JOIN claims c ON c.link_id = l.link_id AND c.source = $2
    WHERE l.link_id = ANY($3::uuid[]) AND c.import_id IS DISTINCT FROM $1
"""


async def keep_claims(tx: Tx, import_id: UUID, link_ids: Collection[UUID], *, source: str) -> None:
    """Keep the claims, and the dates, of links that an import is about to write over."""
    if link_ids:
        await tx.run(_KEEP_CLAIMS, import_id, source, list(link_ids))


@dataclass(frozen=True, slots=True)
class _Named:
    """A table of claims whose rows have a name in the place of a link."""

    kind: str
    table: str
    name: str


_NAMED = (
    _Named("domain", "domain_claims", "domain"),
    _Named("target", "target_claims", "target_key"),
)


async def keep_domains(
    tx: Tx, site_id: UUID, import_id: UUID, domains: Sequence[str], *, source: str
) -> None:
    """Keep the claims about domains that an import is about to write over."""
    await _keep_named(tx, _NAMED[0], site_id, import_id, domains, source=source)


async def keep_targets(
    tx: Tx, site_id: UUID, import_id: UUID, keys: Sequence[UUID], *, source: str
) -> None:
    """Keep the claims about targets that an import is about to write over."""
    await _keep_named(tx, _NAMED[1], site_id, import_id, list(map(str, keys)), source=source)


async def _keep_named(
    tx: Tx, named: _Named, site_id: UUID, import_id: UUID, names: Sequence[str], *, source: str
) -> None:
    if not names:
        return
    await tx.run(
        "INSERT INTO import_undo (import_id, kind, source, name, previous, previous_import)"
        f" SELECT $1, $2, $3, c.{named.name}::text, to_json(c), c.import_id FROM {named.table} c"
        f" WHERE c.site_id = $4 AND c.source = $3 AND c.{named.name}::text = ANY($5::text[])"
        " AND c.import_id IS DISTINCT FROM $1",
        import_id,
        named.kind,
        source,
        site_id,
        names,
    )


async def skip_in_memory(tx: Tx, import_id: UUID) -> None:
    """Let later imports remember what was there before this one, as if it had never been."""
    await tx.run(
        "UPDATE import_undo later SET previous = own.previous, previous_import = own.previous_import,"
        " first_seen_at = own.first_seen_at, gained_at = own.gained_at"
        " FROM import_undo own WHERE later.previous_import = $1 AND own.import_id = $1"
        " AND own.kind = later.kind AND own.source = later.source"
        " AND own.link_id IS NOT DISTINCT FROM later.link_id"
        " AND own.name IS NOT DISTINCT FROM later.name",
        import_id,
    )
    # What this import made is now the work of the one that wrote over it.
    await tx.run("DELETE FROM import_undo WHERE previous_import = $1", import_id)


_TAKE = """
    WITH own AS (
        SELECT link_id FROM claims WHERE import_id = $1 ORDER BY link_id LIMIT $2
    ), locked AS (
        SELECT link_id FROM links WHERE link_id IN (SELECT link_id FROM own)
        ORDER BY link_id FOR UPDATE
    )
    DELETE FROM claims USING locked
    WHERE claims.link_id = locked.link_id AND claims.import_id = $1
    RETURNING claims.link_id, claims.source, claims.first_seen_at
"""
_RESTORE = """
    INSERT INTO claims SELECT (json_populate_record(NULL::claims, u.previous)).*
    FROM import_undo u WHERE u.import_id = $1 AND u.link_id = ANY($2::uuid[])
        AND u.previous IS NOT NULL
    ON CONFLICT (link_id, source) DO NOTHING
"""
# A link goes with its import if nothing else speaks for it: no claim, no person, no contract.
_ORPHANS = """
    SELECT l.link_id FROM links l WHERE l.link_id = ANY($2::uuid[]) AND l.discovery = 'imported'
        AND NOT EXISTS (SELECT FROM claims c WHERE c.link_id = l.link_id)
        AND NOT EXISTS (SELECT FROM import_undo u WHERE u.import_id = $1 AND u.link_id = l.link_id)
        AND l.placement_id IS NULL AND l.tags = '{}' AND l.note IS NULL AND l.owner IS NULL
        AND l.override IS NULL
"""
# Links that the import made and others speak for: they are now the work of those.
_HAND_OVER = """
    DELETE FROM import_undo u WHERE u.link_id = ANY($2::uuid[]) AND u.import_id <> $1
        AND u.previous IS NULL AND NOT EXISTS (
            SELECT FROM import_undo own WHERE own.import_id = $1 AND own.link_id = u.link_id)
"""
_REDATE = """
    UPDATE links l SET
        sources = CASE WHEN EXISTS (SELECT FROM claims c WHERE c.link_id = l.link_id
            AND c.source = gone.source) THEN l.sources ELSE array_remove(l.sources, gone.source) END,
        metrics = coalesce((SELECT jsonb_object_agg(m.key, m.value ORDER BY c.claimed_at)
            FROM claims c, jsonb_each(c.metrics) m WHERE c.link_id = l.link_id), '{}'),
        first_seen_at = CASE WHEN l.first_seen_at = gone.first_seen_at
            THEN least(u.first_seen_at, rest.first_seen_at) ELSE l.first_seen_at END,
        gained_at = CASE WHEN l.gained_at = gone.first_seen_at
            THEN least(u.gained_at, rest.first_seen_at) ELSE l.gained_at END
    FROM unnest($2::uuid[], $3::text[], $4::timestamptz[]) AS gone(link_id, source, first_seen_at)
        LEFT JOIN import_undo u ON u.import_id = $1 AND u.link_id = gone.link_id,
        LATERAL (SELECT min(c.first_seen_at) AS first_seen_at FROM claims c
            WHERE c.link_id = gone.link_id) rest
    WHERE l.link_id = gone.link_id
"""


async def take_back_claims(tx: Tx, import_id: UUID, *, limit: int) -> int:
    """Take back some of the links and claims of an import; returns of how many, 0 at the end."""
    gone = await tx.fetch(_TAKE, import_id, limit)
    if not gone:
        return 0
    ids = [row["link_id"] for row in gone]
    await tx.run(_RESTORE, import_id, ids)
    orphans = [row["link_id"] for row in await tx.fetch(_ORPHANS, import_id, ids)]
    await _remove_links(tx, await links.lock_links(tx, orphans))
    await tx.run(_HAND_OVER, import_id, ids)
    await tx.run(_REDATE, import_id, *_columns(gone))
    return len(gone)


def _columns(gone: Sequence[asyncpg.Record]) -> tuple[list[UUID], list[str], list[datetime | None]]:
    return (
        [row["link_id"] for row in gone],
        [row["source"] for row in gone],
        [row["first_seen_at"] for row in gone],
    )


async def _remove_links(tx: Tx, doomed: dict[UUID, Link]) -> None:
    """Forget links with everything that was ever seen of them, and stop watching them."""
    if not doomed:
        return
    await outbox.add(tx, [untracked_event(link) for link in doomed.values()])
    ids = list(doomed)
    for table in ("claims", "observations", "changes", "recoveries"):
        await tx.run(f"DELETE FROM {table} WHERE link_id = ANY($1::uuid[])", ids)
    await tx.run("DELETE FROM links WHERE merged_into = ANY($1::uuid[])", ids)
    await tx.run("DELETE FROM links WHERE link_id = ANY($1::uuid[])", ids)


async def take_back_names(tx: Tx, import_id: UUID) -> int:
    """Take back what an import says about domains and targets; returns of how many rows."""
    taken = 0
    for named in _NAMED:
        tag = await tx.run(f"DELETE FROM {named.table} WHERE import_id = $1", import_id)
        taken += int(tag.rpartition(" ")[2])
        await tx.run(
            f"INSERT INTO {named.table} SELECT (json_populate_record(NULL::{named.table},"
            " u.previous)).* FROM import_undo u WHERE u.import_id = $1 AND u.kind = $2"
            " AND u.previous IS NOT NULL ON CONFLICT DO NOTHING",
            import_id,
            named.kind,
        )
    return taken


async def remove_old_memory(tx: Tx, *, before: datetime, limit: int) -> int:
    """Forget what imports found that ended so long ago that nobody takes them back any more."""
    tag = await tx.run(
        "DELETE FROM import_undo WHERE ctid = ANY(ARRAY(SELECT u.ctid FROM import_undo u"
        " JOIN imports i USING (import_id) WHERE i.ended_at < $1 LIMIT $2))",
        before,
        limit,
    )
    return int(tag.rpartition(" ")[2])
