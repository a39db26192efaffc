"""What other tools claim: rows of links where they name a page, rows of domains where they do not."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson

from services.profile.domain.imports import DomainRow, LinkRow
from services.profile.domain.link import Link
from services.profile.domain.site import Site
from shared.db import Tx
from shared.ids import new_id
from shared.urls import domain_or_host
from shared.vocabulary import DiscoveryReason

# A row of unknown target belongs to the links of its page that are known already (seams.md 10).
_ADD_LINKS = """
    INSERT INTO links (link_id, workspace_id, site_id, referring_url, referring_host,
        referring_domain, page_key, target_url, target_key, discovery, known_since)
    SELECT u.link_id, $1, $2, u.referring_url, u.host, u.domain, u.page_key, u.target_url,
        u.target_key, $3, $4
    FROM unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[], $11::uuid[])
      AS u(link_id, referring_url, host, domain, page_key, target_url, target_key)
    WHERE u.target_key IS NOT NULL OR NOT EXISTS (
        SELECT FROM links l WHERE l.site_id = $2 AND l.page_key = u.page_key)
    ORDER BY u.page_key, u.target_key
    ON CONFLICT ON CONSTRAINT links_site_page_target_key DO NOTHING
    RETURNING link_id
"""


async def add_claimed_links(
    tx: Tx, site: Site, rows: Sequence[LinkRow], *, now: datetime
) -> list[Link]:
    """Insert the links that nobody knew yet and return those."""
    wanted = {link.link_id: link for link in (_link(site, row, now=now) for row in rows)}
    hosts = [row.referring_host for row in rows]
    added = await tx.fetch(
        _ADD_LINKS,
        site.workspace_id,
        site.site_id,
        DiscoveryReason.IMPORTED,
        now,
        list(wanted),
        [link.referring_url for link in wanted.values()],
        hosts,
        [link.referring_domain for link in wanted.values()],
        [link.page_key for link in wanted.values()],
        [link.target_url for link in wanted.values()],
        [link.target_key for link in wanted.values()],
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
_SAVE_CLAIMS = """
    WITH u AS (
        SELECT * FROM unnest($4::uuid[], $5::uuid[], $6::json[], $7::jsonb[], $8::text[], $9::text[],
            $10::text[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[])
          AS u(page_key, target_key, claim, metrics, anchor_text, rel, kind, first_seen, last_seen,
            lost_at)
    ), target AS (
        SELECT u.*, coalesce(l.merged_into, l.link_id) AS link_id FROM u, LATERAL (
            SELECT link_id, merged_into FROM links WHERE site_id = $1 AND page_key = u.page_key
                AND (u.target_key IS NULL OR target_key = u.target_key)
            ORDER BY target_key IS NULL DESC, link_id LIMIT 1) l
    ), saved AS (
        INSERT INTO claims (link_id, source, import_id, claim, metrics, anchor_text, rel, kind,
            first_seen_at, last_seen_at, lost_at, claimed_at)
        SELECT DISTINCT ON (link_id) link_id, $2, $3::uuid, claim, metrics, anchor_text,
            string_to_array(rel, ' '), kind, first_seen, last_seen, lost_at, $14::timestamptz
        FROM target ORDER BY link_id
        ON CONFLICT (link_id, source) DO UPDATE SET import_id = excluded.import_id,
            claim = excluded.claim, metrics = claims.metrics || excluded.metrics,
            anchor_text = coalesce(excluded.anchor_text, claims.anchor_text),
            rel = coalesce(excluded.rel, claims.rel), kind = coalesce(excluded.kind, claims.kind),
            first_seen_at = least(claims.first_seen_at, excluded.first_seen_at),
            last_seen_at = greatest(claims.last_seen_at, excluded.last_seen_at),
            lost_at = excluded.lost_at, claimed_at = excluded.claimed_at
        RETURNING link_id, metrics, first_seen_at
    ), locked AS (
        -- In the order of every other writer of links, so that none waits for another in a ring.
        SELECT link_id FROM links WHERE link_id IN (SELECT link_id FROM saved)
        ORDER BY link_id FOR UPDATE
    )
    UPDATE links SET sources = CASE WHEN sources @> ARRAY[$2] THEN sources
            ELSE array_append(sources, $2) END,
        metrics = links.metrics || saved.metrics,
        first_seen_at = least(links.first_seen_at, saved.first_seen_at),
        gained_at = least(links.gained_at, saved.first_seen_at)
    FROM saved JOIN locked USING (link_id)
    WHERE links.link_id = saved.link_id AND (NOT links.sources @> ARRAY[$2]
        OR links.metrics IS DISTINCT FROM links.metrics || saved.metrics
        OR saved.first_seen_at < links.first_seen_at
        OR (saved.first_seen_at IS NOT NULL AND links.gained_at IS NULL))
"""


async def save_claims(
    tx: Tx,
    site_id: UUID,
    rows: Sequence[LinkRow],
    *,
    source: str,
    import_id: UUID | None,
    now: datetime,
) -> None:
    """Keep what a source says about links; it never touches what we saw ourselves."""
    if not rows:
        return
    await tx.run(
        _SAVE_CLAIMS,
        site_id,
        source,
        import_id,
        [row.page_key for row in rows],
        [row.target_key for row in rows],
        [_json(row.claim) for row in rows],
        [_json(row.metrics) for row in rows],
        [row.anchor for row in rows],
        [None if row.rel is None else " ".join(sorted(row.rel)) for row in rows],
        [row.kind for row in rows],
        [row.first_seen for row in rows],
        [row.last_seen for row in rows],
        [row.lost_at for row in rows],
        now,
    )


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
    await tx.run(
        _SAVE_DOMAINS,
        site_id,
        source,
        import_id,
        now,
        [row.domain for row in rows],
        [row.link_count for row in rows],
        [row.target_count for row in rows],
        [_json(row.claim) for row in rows],
        [_json(row.metrics) for row in rows],
        [row.first_seen for row in rows],
        [row.last_seen for row in rows],
        [row.lost_at for row in rows],
    )


def _json(value: object) -> str:
    # A NUL that a broken file carries is JSON, but no jsonb.
    return orjson.dumps(value).decode().replace("\\u0000", "\\ufffd")
