"""What other tools claim: rows of links where they name a page, rows of domains where they do not."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import orjson

from services.profile.domain.imports import DomainRow, LinkRow, TargetRow
from services.profile.domain.link import Link
from services.profile.domain.site import Site
from services.profile.store import undo
from shared.db import Tx
from shared.ids import new_id
from shared.urls import domain_or_host
from shared.vocabulary import DiscoveryReason

# A row of unknown target belongs to the links of its page that are known already (seams.md 10).
_ADD_LINKS = """
    INSERT INTO links (link_id, workspace_id, site_id, referring_url, referring_host,
        referring_domain, page_key, target_url, target_key, discovery, known_since, sources, metrics,
        first_seen_at, gained_at)
    SELECT u.link_id, $1, $2, u.referring_url, u.host, u.domain, u.page_key, u.target_url,
        u.target_key, $3, $4, ARRAY[$5], u.metrics, u.first_seen, u.first_seen
    FROM unnest($6::uuid[], $7::text[], $8::text[], $9::text[], $10::uuid[], $11::text[], $12::uuid[],
        $13::jsonb[], $14::timestamptz[])
      AS u(link_id, referring_url, host, domain, page_key, target_url, target_key, metrics, first_seen)
    WHERE u.target_key IS NOT NULL OR NOT EXISTS (
        SELECT FROM links l WHERE l.site_id = $2 AND l.page_key = u.page_key)
    ORDER BY u.page_key, u.target_key
    ON CONFLICT ON CONSTRAINT links_site_page_target_key DO NOTHING
    RETURNING link_id
"""


async def add_claimed_links(
    tx: Tx, site: Site, rows: Sequence[LinkRow], *, source: str, now: datetime
) -> list[Link]:
    """Insert the links that nobody knew yet and return those."""
    if not rows:
        return []
    wanted = {link.link_id: link for link in (_link(site, row, now=now) for row in rows)}
    hosts = [row.referring_host for row in rows]
    added = await tx.fetch(
        _ADD_LINKS,
        site.workspace_id,
        site.site_id,
        DiscoveryReason.IMPORTED,
        now,
        source,
        list(wanted),
        [link.referring_url for link in wanted.values()],
        hosts,
        [link.referring_domain for link in wanted.values()],
        [link.page_key for link in wanted.values()],
        [link.target_url for link in wanted.values()],
        [link.target_key for link in wanted.values()],
        [_json(row.metrics) for row in rows],
        [row.first_seen for row in rows],
    )
    return [wanted[UUID(bytes=row["link_id"].bytes)] for row in added]


def _link(site: Site, row: LinkRow, *, now: datetime) -> Link:
    return Link(
        link_id=new_id(),
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        referring_url=row.referring_url,
        referring_domain=domain_or_host(row.referring_host),
        page_key=row.page_key,
        target_url=row.target_url,
        target_key=row.target_key,
        known_since=now,
    )


# A claim goes to the link itself; one of unknown target to the row of unknown target, to the link
# that this one went up in, or to the first link of its page.
_RESOLVE = """
    SELECT u.number, coalesce(l.merged_into, l.link_id) AS link_id
    FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS u(page_key, target_key, number), LATERAL (
        SELECT link_id, merged_into FROM links WHERE site_id = $1 AND page_key = u.page_key
            AND (u.target_key IS NULL OR target_key = u.target_key)
        ORDER BY target_key IS NULL DESC, link_id LIMIT 1) l
"""
_SAVE_CLAIMS = """
    INSERT INTO claims (link_id, source, import_id, claim, metrics, anchor_text, rel, kind,
        first_seen_at, last_seen_at, lost_at, claimed_at)
    SELECT u.link_id, $1, $2, u.claim, u.metrics, u.anchor_text, string_to_array(u.rel, ' '), u.kind,
        u.first_seen, u.last_seen, u.lost_at, $3
    FROM unnest($4::uuid[], $5::json[], $6::jsonb[], $7::text[], $8::text[], $9::text[],
        $10::timestamptz[], $11::timestamptz[], $12::timestamptz[])
      AS u(link_id, claim, metrics, anchor_text, rel, kind, first_seen, last_seen, lost_at)
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
        metrics = links.metrics || u.metrics,
        first_seen_at = least(links.first_seen_at, u.first_seen),
        gained_at = least(links.gained_at, u.first_seen)
    FROM unnest($2::uuid[], $3::jsonb[], $4::timestamptz[]) AS u(link_id, metrics, first_seen)
    WHERE links.link_id = u.link_id AND (NOT links.sources @> ARRAY[$1]
        OR links.metrics IS DISTINCT FROM links.metrics || u.metrics
        OR u.first_seen < links.first_seen_at
        OR (u.first_seen IS NOT NULL AND links.gained_at IS NULL))
"""


async def save_claims(
    tx: Tx,
    site_id: UUID,
    rows: Sequence[LinkRow],
    *,
    source: str,
    import_id: UUID,
    now: datetime,
    made: Collection[UUID] = (),
) -> None:
    """Keep what a source says about links; it never touches what we saw ourselves.

    `made` are the links that came with these rows: nothing was there before them.
    """
    claims = await _resolve(tx, site_id, rows)
    if not claims:
        return
    await undo.keep_claims(tx, import_id, claims.keys() - set(made), source=source)
    ids, claimed = list(claims), list(claims.values())
    metrics = [_json(row.metrics) for row in claimed]
    first_seen = [row.first_seen for row in claimed]
    await tx.run(
        _SAVE_CLAIMS,
        source,
        import_id,
        now,
        ids,
        [_json(row.claim) for row in claimed],
        metrics,
        [row.anchor for row in claimed],
        [None if row.rel is None else " ".join(sorted(row.rel)) for row in claimed],
        [row.kind for row in claimed],
        first_seen,
        [row.last_seen for row in claimed],
        [row.lost_at for row in claimed],
    )
    await tx.run(_DATE_LINKS, source, ids, metrics, first_seen)


async def _resolve(tx: Tx, site_id: UUID, rows: Sequence[LinkRow]) -> dict[UUID, LinkRow]:
    """Return the link that each row is about, locked as every other writer of links locks them."""
    if not rows:
        return {}
    found = await tx.fetch(
        _RESOLVE, site_id, [row.page_key for row in rows], [row.target_key for row in rows]
    )
    claims = {pair["link_id"]: rows[pair["number"] - 1] for pair in found}
    await tx.run(
        "SELECT FROM links WHERE link_id = ANY($1::uuid[]) ORDER BY link_id FOR UPDATE",
        list(claims),
    )
    return {link_id: claims[link_id] for link_id in sorted(claims)}


_SAVE_DOMAINS = """
    INSERT INTO domain_claims (site_id, source, domain, import_id, link_count, target_count, claim,
        metrics, first_seen_at, last_seen_at, lost_at, claimed_at)
    SELECT $1, $2, u.domain, $3, u.link_count, u.target_count, u.claim, u.metrics, u.first_seen,
        u.last_seen, u.lost_at, $4
    FROM unnest($5::text[], $6::bigint[], $7::bigint[], $8::json[], $9::jsonb[], $10::timestamptz[],
        $11::timestamptz[], $12::timestamptz[])
      AS u(domain, link_count, target_count, claim, metrics, first_seen, last_seen, lost_at)
    ORDER BY u.domain
    ON CONFLICT (site_id, source, domain) DO UPDATE SET import_id = excluded.import_id,
        link_count = excluded.link_count, target_count = excluded.target_count,
        claim = excluded.claim, metrics = domain_claims.metrics || excluded.metrics,
        first_seen_at = least(domain_claims.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(domain_claims.last_seen_at, excluded.last_seen_at),
        lost_at = excluded.lost_at, claimed_at = excluded.claimed_at
"""


async def save_domain_claims(
    tx: Tx,
    site_id: UUID,
    rows: Sequence[DomainRow],
    *,
    source: str,
    import_id: UUID,
    now: datetime,
) -> None:
    """Keep what a source says about domains that it names without a page."""
    if not rows:
        return
    names = [row.domain for row in rows]
    await undo.keep_domains(tx, site_id, import_id, names, source=source)
    await tx.run(
        _SAVE_DOMAINS,
        site_id,
        source,
        import_id,
        now,
        names,
        [row.link_count for row in rows],
        [row.target_count for row in rows],
        [_json(row.claim) for row in rows],
        [_json(row.metrics) for row in rows],
        [row.first_seen for row in rows],
        [row.last_seen for row in rows],
        [row.lost_at for row in rows],
    )


async def save_target_claims(
    tx: Tx,
    site_id: UUID,
    rows: Sequence[TargetRow],
    *,
    source: str,
    import_id: UUID,
    now: datetime,
) -> None:
    """Keep how many links a source says that pages of the site have; of one page the last row."""
    kept = {row.key: row for row in rows}
    await undo.keep_targets(tx, site_id, import_id, list(kept), source=source)
    await tx.run(
        "INSERT INTO target_claims (site_id, source, target_key, target_url, import_id, link_count,"
        " site_count, claimed_at) SELECT $1, $2, u.key, u.url, $3, u.links, u.sites, $4"
        " FROM unnest($5::uuid[], $6::text[], $7::bigint[], $8::bigint[])"
        " AS u(key, url, links, sites) ORDER BY u.key"
        " ON CONFLICT (site_id, source, target_key) DO UPDATE SET target_url = excluded.target_url,"
        " import_id = excluded.import_id, link_count = excluded.link_count,"
        " site_count = excluded.site_count, claimed_at = excluded.claimed_at",
        site_id,
        source,
        import_id,
        now,
        list(kept),
        [row.url for row in kept.values()],
        [row.link_count for row in kept.values()],
        [row.site_count for row in kept.values()],
    )


def _json(value: object) -> str:
    # A NUL that a broken file carries is JSON, but no jsonb.
    return orjson.dumps(value).decode().replace("\\u0000", "\\ufffd")
