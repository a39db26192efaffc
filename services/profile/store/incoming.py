"""Rows of an import on their way into links and claims.

Rows about pages that nobody knew go straight into the tables. The others are sent as a table of the
transaction that every later statement joins, so that one batch is a handful of statements however many
rows it has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import orjson

from services.profile.domain.imports import LinkRow
from services.profile.domain.site import Site
from services.profile.store import undo
from services.profile.store.fresh import Prepared, clean, clean_json, copy_links
from shared import outbox
from shared.db import Tx
from shared.events import LinkTracked
from shared.urls import domain_or_host
from shared.vocabulary import DiscoveryReason

_TABLE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS incoming (number int NOT NULL, link_id uuid NOT NULL,
        page_key uuid, target_key uuid, referring_url text, referring_host text,
        referring_domain text, target_url text, claim text, metrics text, anchor_text text, rel text,
        kind text, first_seen timestamptz, last_seen timestamptz, lost_at timestamptz,
        told_value float8)
    ON COMMIT DELETE ROWS
"""
_COLUMNS = (
    *("number", "link_id", "page_key", "target_key", "referring_url", "referring_host"),
    *("referring_domain", "target_url", "claim", "metrics", "anchor_text", "rel", "kind"),
    *("first_seen", "last_seen", "lost_at", "told_value"),
)
# A row of unknown target belongs to the links of its page that are known already (seams.md 10).
_ADD_LINKS = """
    INSERT INTO links (link_id, workspace_id, site_id, referring_url, referring_host,
        referring_domain, page_key, target_url, target_key, discovery, known_since, sources, metrics,
        told_value, first_seen_at, gained_at)
    SELECT u.link_id, $1, $2, u.referring_url, u.referring_host, u.referring_domain, u.page_key,
        u.target_url, u.target_key, $3, $4, ARRAY[$5], u.metrics::jsonb, u.told_value, u.first_seen,
        u.first_seen
    FROM incoming u
    WHERE u.target_key IS NOT NULL OR NOT EXISTS (
        SELECT FROM links l WHERE l.site_id = $2 AND l.page_key = u.page_key)
    ORDER BY u.page_key, u.target_key
    ON CONFLICT ON CONSTRAINT links_site_page_target_key DO NOTHING
    RETURNING link_id
"""
# A claim goes to the link itself; one of unknown target to the row of unknown target, to the link
# that this one went up in, or to the first link of its page. `again`: the file has it already.
_RESOLVE = """
    SELECT u.number, found.link_id, c.import_id IS NOT DISTINCT FROM $3 AND c.link_id IS NOT NULL
        AND (u.target_key IS NOT NULL OR found.target_key IS NULL) AS again
    FROM incoming u, LATERAL (
        SELECT coalesce(merged_into, l.link_id) AS link_id, l.target_key FROM links l
        WHERE site_id = $1 AND page_key = u.page_key
            AND (u.target_key IS NULL OR target_key = u.target_key)
        ORDER BY target_key IS NULL DESC, l.link_id LIMIT 1) found
        LEFT JOIN claims c ON c.link_id = found.link_id AND c.source = $4
    WHERE NOT u.link_id = ANY($2::uuid[]) ORDER BY u.number
"""
_SAVE_CLAIMS = """
    INSERT INTO claims (link_id, source, import_id, claim, metrics, anchor_text, rel, kind,
        first_seen_at, last_seen_at, lost_at, claimed_at)
    SELECT u.link_id, $1, $2, u.claim::json, u.metrics::jsonb, u.anchor_text,
        string_to_array(u.rel, ' '), u.kind, u.first_seen, u.last_seen, u.lost_at, $3
    FROM incoming u
    ON CONFLICT (link_id, source) DO UPDATE SET import_id = excluded.import_id,
        claim = excluded.claim, metrics = claims.metrics || excluded.metrics,
        anchor_text = coalesce(excluded.anchor_text, claims.anchor_text),
        rel = coalesce(excluded.rel, claims.rel), kind = coalesce(excluded.kind, claims.kind),
        first_seen_at = least(claims.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(claims.last_seen_at, excluded.last_seen_at),
        lost_at = excluded.lost_at, claimed_at = excluded.claimed_at
"""
# Only rows of which something becomes different are written again.
_DATE_LINKS = """
    UPDATE links SET sources = CASE WHEN sources @> ARRAY[$1] THEN sources
            ELSE array_append(sources, $1) END,
        metrics = links.metrics || u.metrics::jsonb,
        first_seen_at = least(links.first_seen_at, u.first_seen),
        gained_at = least(links.gained_at, u.first_seen)
    FROM incoming u
    WHERE links.link_id = u.link_id AND u.link_id = ANY($2::uuid[])
        AND (NOT links.sources @> ARRAY[$1]
        OR links.metrics IS DISTINCT FROM links.metrics || u.metrics::jsonb
        OR u.first_seen < links.first_seen_at
        OR (u.first_seen IS NOT NULL AND links.gained_at IS NULL))
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of rows: links that nobody knew, and rows that the file had before."""

    made: int = 0
    repeated: int = 0


async def store_links(tx: Tx, prepared: Prepared, *, expect_new: bool = False) -> Stored:
    """Add the links that are new and keep what the source says of all; what we saw is not touched.

    Where nobody is expected to know any of them, nobody is asked before the first try.
    """
    rows = prepared.rows
    if not rows:
        return Stored()
    fresh = await _copy_fresh(tx, prepared, expect_new=expect_new)
    rest = sorted(set(range(len(rows))) - set(fresh)) if len(fresh) < len(rows) else ()
    made, repeated = await _store_met(tx, prepared, rest) if rest else ([], 0)
    new = [*fresh, *made]
    events = prepared.events if len(new) == len(rows) else [prepared.events[at] for at in new]
    await outbox.add_bundled(tx, LinkTracked, prepared.frame, events)
    return Stored(len(new), repeated)


async def _copy_fresh(tx: Tx, prepared: Prepared, *, expect_new: bool) -> list[int]:
    """Add the rows about pages of which no link is known; returns their numbers."""
    rows = prepared.rows
    unaimed = [row for row in rows if row.target_key is None]
    for asked in (unaimed, rows) if expect_new else (rows,):
        known = await _known_pages(tx, prepared.met.site, asked) if asked else frozenset()
        fresh = [at for at, row in enumerate(rows) if not known or row.page_key not in known]
        if not fresh or await _copy(tx, prepared, fresh):
            return fresh
    return []  # somebody else is adding them at this moment


async def _known_pages(tx: Tx, site: Site, rows: Sequence[LinkRow]) -> frozenset[UUID]:
    """Return the pages of which the site has links already."""
    found = await tx.fetch(
        "SELECT page_key FROM links WHERE site_id = $1 AND page_key = ANY($2::uuid[])",
        site.site_id,
        [row.page_key for row in rows],
    )
    return frozenset(row["page_key"] for row in found)


async def _copy(tx: Tx, prepared: Prepared, numbers: Sequence[int]) -> bool:
    """Add these rows as new; False if one of them is there already, and then none is added."""
    try:
        async with tx.savepoint():
            await copy_links(tx, prepared, numbers)
    except asyncpg.UniqueViolationError:
        return False
    return True


async def _store_met(tx: Tx, prepared: Prepared, numbers: Sequence[int]) -> tuple[list[int], int]:
    """Store rows about pages of which links are known: one by one new or old.

    Returns the numbers of those that were new, and how many the file had before.
    """
    met = prepared.met
    site, source, import_id = met.site, met.source, met.import_id
    await tx.run(_TABLE)
    records = [_record(at, prepared) for at in numbers]
    await tx.copy("incoming", records, _COLUMNS)
    found = await tx.fetch(
        _ADD_LINKS, site.workspace_id, site.site_id, DiscoveryReason.IMPORTED, met.now, source
    )
    made = {row["link_id"] for row in found}
    resolved: Mapping[UUID, int] = {}
    repeated = 0
    if len(made) < len(numbers):
        resolved, repeated = await _resolve(tx, site, made, source=source, import_id=import_id)
        await undo.keep_claims(tx, import_id, set(resolved), source=source)
    await tx.run(_SAVE_CLAIMS, source, import_id, met.now)
    if resolved:
        await tx.run(_DATE_LINKS, source, list(resolved))
    return [at for at in numbers if UUID(bytes=prepared.ids[at]) in made], repeated


async def _resolve(
    tx: Tx, site: Site, made: set[UUID], *, source: str, import_id: UUID
) -> tuple[Mapping[UUID, int], int]:
    """Point the rows about known links at these, locked in the order of all writers.

    Returns the links with their row's number; of rows about one link the last stays.
    """
    found = await tx.fetch(_RESOLVE, site.site_id, list(made), import_id, source)
    meant = {row["link_id"]: row["number"] for row in found if not row["again"]}
    locked = await tx.fetch(
        "SELECT link_id FROM links WHERE link_id = ANY($1::uuid[]) ORDER BY link_id FOR UPDATE",
        list(meant),
    )
    if len(locked) < len(meant):
        raise asyncpg.SerializationError("A link was taken back while a claim about it was stored")
    numbers = set(meant.values())
    dropped = [row["number"] for row in found if row["number"] not in numbers]
    await tx.run("DELETE FROM incoming WHERE number = ANY($1::int[])", dropped)
    await tx.run(
        "UPDATE incoming SET link_id = u.link_id FROM unnest($1::int[], $2::uuid[])"
        " AS u(number, link_id) WHERE incoming.number = u.number",
        list(meant.values()),
        list(meant),
    )
    return meant, sum(row["again"] for row in found)


def _record(number: int, prepared: Prepared) -> tuple[object, ...]:
    row = prepared.rows[number]
    rel = row.rel
    return (
        number,
        UUID(bytes=prepared.ids[number]),
        row.page_key,
        row.target_key,
        row.referring_url,
        row.referring_host,
        domain_or_host(row.referring_host),
        row.target_url,
        clean_json(row.claim).decode(),
        json_text(row.metrics),
        clean(row.anchor),
        None if rel is None else " ".join(sorted(rel)),
        row.kind,
        row.first_seen,
        row.last_seen,
        row.lost_at,
        prepared.values[number],
    )


def json_text(value: object) -> str:
    """Return a value as JSON that jsonb takes."""
    return clean_json(orjson.dumps(value)).decode()
