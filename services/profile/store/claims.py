"""What other tools claim about domains and about pages of the site, where they name no page that links."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.profile.domain.imports import DomainRow, TargetRow
from services.profile.store import undo
from services.profile.store.fresh import clean_json
from services.profile.store.incoming import json_text
from shared.db import Tx

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
) -> int:
    """Keep what a source says about domains without a page; returns of how many it had before."""
    if not rows:
        return 0
    names = [row.domain for row in rows]
    found = await tx.fetch(
        "SELECT domain FROM domain_claims WHERE site_id = $1 AND source = $2 AND import_id = $3"
        " AND domain = ANY($4::text[])",
        site_id,
        source,
        import_id,
        names,
    )
    before = {row["domain"] for row in found}
    rows = [row for row in rows if row.domain not in before]
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
        [clean_json(row.claim).decode() for row in rows],
        [json_text(row.metrics) for row in rows],
        [row.first_seen for row in rows],
        [row.last_seen for row in rows],
        [row.lost_at for row in rows],
    )
    return len(before)


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
