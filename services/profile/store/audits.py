"""Audits: everything that one is made of, read at one moment, and the ones that were made."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.profile.domain.audit import EVIDENCE, FINDINGS, AuditInputs, FindingKind
from services.profile.domain.figures import EARNED
from services.profile.domain.filters import LinkFilter
from services.profile.domain.site import Site
from services.profile.domain.velocity import Interval, first_day, periods
from services.profile.store import domains, figures, listing, origins
from services.profile.store.listing import Sort
from services.profile.store.origins import BLOCK, Origin
from shared import jsontext
from shared.db import Tx
from shared.errors import NotFoundError
from shared.vocabulary import ContractState, LinkStatus, Reason
from shared.words import LinkFacts, status

_TOP = 50
_LOSERS = 20
_ALIVE = "merged_into IS NULL AND deleted_at IS NULL"
_PRESENT = "status IN ('live', 'changed')"

# A sum of row hashes needs no order and no memory: the same links give the same number.
_HASH = f"""
    SELECT coalesce(sum(hashtextextended(concat_ws('|', page_key, target_key, status, reasons, rel,
        anchor_text, anchor_kind, kind, position, indexable, followed, counts, contract_state,
        toxicity_band, toxicity_action, host(source_ip), source_lang, source_country,
        source_platform), 0)::numeric), 0)::text FROM links
    WHERE site_id = $1 AND {_ALIVE}
"""


# The pages that earn most, and those that lose most of late.
_TARGETS = f"""
    WITH pages AS (
        SELECT target_key, min(target_url) AS target_url, count(*) AS links,
            count(*) FILTER (WHERE {_PRESENT}) AS links_present,
            count(DISTINCT referring_domain) FILTER (WHERE {_PRESENT}) AS referring_domains,
            count(*) FILTER (WHERE status = 'lost') AS links_lost,
            count(*) FILTER (WHERE {_PRESENT} AND gained_at >= $2) AS gained_90d,
            count(*) FILTER (WHERE status = 'lost' AND lost_at >= $2) AS lost_90d
        FROM links WHERE site_id = $1 AND target_key IS NOT NULL AND {_ALIVE} GROUP BY target_key
    ), ranked AS (
        SELECT *, row_number() OVER (ORDER BY links_present DESC, target_url) AS earns,
            row_number() OVER (ORDER BY lost_90d DESC, target_url) AS loses FROM pages
    )
    SELECT r.*, t.broken, t.http_status FROM ranked r
    LEFT JOIN targets t ON t.site_id = $1 AND t.target_key = r.target_key
    WHERE earns <= $3 OR (loses <= $4 AND lost_90d > 0) OR t.broken
    ORDER BY earns LIMIT 2000
"""


async def read_inputs(tx: Tx, site: Site, *, now: datetime) -> AuditInputs:
    """Return what an audit of a site is made of, in a number of statements that does not grow."""
    site_id = site.site_id
    overviews = await figures.list_overviews(tx, [site_id], now=now, exact=True)
    known = await figures.list_known_until(tx, [site_id])
    first = first_day(Interval.MONTH, _a_year_before(now), now.date())
    moves = await figures.get_moves(tx, site_id, since=first, exact=True)
    now_90d = now - EARNED
    sitewide = await domains.list_sitewide(tx, site_id, limit=_TOP)
    found = [await _evidence(tx, site_id, kind, now=now) for kind in FINDINGS]
    return AuditInputs(
        site=site,
        overview=overviews.get(site_id, {}),
        reasons=await _counts(tx, site_id, "unnest(reasons)", "true"),
        rel=await _rel_mix(tx, site_id),
        kinds=await figures.list_anchor_kinds(tx, site_id, exact=True),
        texts=await figures.list_anchor_texts(tx, site_id, limit=_TOP, exact=True),
        bands=await count_bands(tx, site_id),
        actions=await count_actions(tx, site_id),
        toxicity_models=sorted(
            await _counts(tx, site_id, "toxicity_model", "toxicity_model IS NOT NULL")
        ),
        months=periods(moves, interval=Interval.MONTH, since=first, until=now.date()),
        domains={
            **await _domain_totals(tx, site_id),
            "sitewide": sitewide[0]["domains"] if sitewide else 0,
        },
        positions=await _counts(tx, site_id, "coalesce(position, 'unknown')", _PRESENT),
        origins={
            by: [
                dict(row)
                for row in await origins.list_origins(tx, site_id, by, after=None, limit=_TOP)
            ]
            for by in (Origin.LANG, Origin.COUNTRY, Origin.PLATFORM, Origin.IP_BLOCK)
        },
        sitewide=[{name: row[name] for name in ("domain", "links", "pages")} for row in sitewide],
        targets=[_target(row) for row in await tx.fetch(_TARGETS, site_id, now_90d, _TOP, _LOSERS)],
        lost_90d=await listing.count_links(
            tx, site_id, LinkFilter(status=(LinkStatus.LOST,), lost_from=now_90d)
        ),
        contracts=await listing.count_links(
            tx, site_id, LinkFilter(contract_state=tuple(ContractState))
        ),
        imports=await _imports(tx, site_id),
        counts={kind.code: count for kind, (count, _) in zip(FINDINGS, found, strict=True)},
        evidence={kind.code: links for kind, (_, links) in zip(FINDINGS, found, strict=True)},
        links_hash=str(await tx.fetch_value(_HASH, site_id)),
        known_until=known.get(site_id),
    )


def _a_year_before(now: datetime) -> date:
    return now.date().replace(year=now.year - 1, day=1)


async def _counts(tx: Tx, site_id: UUID, what: str, where: str) -> dict[str, int]:
    rows = await tx.fetch(
        f"SELECT {what} AS name, count(*) AS count FROM links"
        f" WHERE site_id = $1 AND {where} AND {_ALIVE} GROUP BY 1",
        site_id,
    )
    return {row["name"]: row["count"] for row in rows}


async def count_bands(tx: Tx, site_id: UUID) -> dict[str, int]:
    """Return how many links are in each band of toxicity."""
    return await _counts(tx, site_id, "toxicity_band", "toxicity_band IS NOT NULL")


async def count_actions(tx: Tx, site_id: UUID) -> dict[str, int]:
    """Return for how many links each action is advised."""
    return await _counts(tx, site_id, "toxicity_action", "toxicity_action IS NOT NULL")


async def _rel_mix(tx: Tx, site_id: UUID) -> dict[str, int]:
    """Return how many present links are followed, and how many carry each token that stops it."""
    rows = await tx.fetch(
        "SELECT count(*) FILTER (WHERE followed) AS followed,"
        " count(*) FILTER (WHERE NOT followed) AS unfollowed,"
        " count(*) FILTER (WHERE 'nofollow' = ANY(rel)) AS nofollow,"
        " count(*) FILTER (WHERE 'sponsored' = ANY(rel)) AS sponsored,"
        " count(*) FILTER (WHERE 'ugc' = ANY(rel)) AS ugc"
        f" FROM links WHERE site_id = $1 AND {_PRESENT} AND {_ALIVE}",
        site_id,
    )
    return dict(rows[0])


async def _domain_totals(tx: Tx, site_id: UUID) -> dict[str, int]:
    rows = await tx.fetch(
        "SELECT count(DISTINCT referring_domain) AS known,"
        f" count(DISTINCT referring_domain) FILTER (WHERE {_PRESENT}) AS present,"
        f" count(DISTINCT referring_domain) FILTER (WHERE {_PRESENT} AND counts) AS counting,"
        f" count(DISTINCT referring_host) FILTER (WHERE {_PRESENT}) AS hosts,"
        f" count(DISTINCT host(source_ip)) FILTER (WHERE {_PRESENT}) AS ips,"
        f" count(DISTINCT {BLOCK}) FILTER (WHERE {_PRESENT}) AS ip_blocks"
        f" FROM links WHERE site_id = $1 AND {_ALIVE}",
        site_id,
    )
    claimed = await tx.fetch_value(
        "SELECT count(DISTINCT domain) FROM domain_claims d WHERE site_id = $1 AND NOT EXISTS"
        " (SELECT FROM links l WHERE l.site_id = $1 AND l.referring_domain = d.domain)",
        site_id,
    )
    return {**dict(rows[0]), "only_claimed": claimed}


async def _imports(tx: Tx, site_id: UUID) -> list[dict[str, Any]]:
    """Return the files that the record stands on, one row for each time one was read."""
    rows = await tx.fetch(
        "SELECT file_name AS file, dialect, source, rows, accepted, duplicates, rejected, own_domain,"
        " new_links, sha256, ended_at FROM imports WHERE site_id = $1 AND state = 'done'"
        " AND NOT dry_run ORDER BY created_at, file_no LIMIT 1000",
        site_id,
    )
    return [dict(row) | {"ended_at": row["ended_at"].isoformat()} for row in rows]


async def _evidence(
    tx: Tx, site_id: UUID, kind: FindingKind, *, now: datetime
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many links a finding is about, and the ones that matter most."""
    count = await listing.count_links(tx, site_id, kind.wanted)
    sort = Sort("authority", descending=True)
    rows = await listing.list_links(tx, site_id, kind.wanted, sort=sort, after=None, limit=EVIDENCE)
    return count, [_link(row, now=now) for row in rows]


def _link(row: asyncpg.Record, *, now: datetime) -> dict[str, Any]:
    facts = LinkFacts(
        reasons=[Reason(code) for code in row["reasons"]],
        breaches=[Reason(code) for code in row["contract_reasons"]],
        last_live_at=row["last_seen_at"],
        missed_at=row["missing_since"],
        lost_at=row["lost_at"],
    )
    return {
        "link_id": str(row["link_id"]),
        "referring_url": row["referring_url"],
        "target_url": row["target_url"],
        "sentence": status(LinkStatus(row["status"]), facts, now=now).sentence,
    }


def _target(row: asyncpg.Record) -> dict[str, Any]:
    names = ("target_url", "links", "links_present", "referring_domains", "links_lost", "broken")
    return {name: row[name] for name in (*names, "http_status", "gained_90d", "lost_90d")}


async def next_number(tx: Tx, site_id: UUID) -> int:
    """Return the number of the site's next audit; audits of one site wait for each other."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"audit {site_id}")
    newest = await tx.fetch_value("SELECT max(number) FROM audits WHERE site_id = $1", site_id)
    return int(newest or 0) + 1


async def add_audit(tx: Tx, site: Site, report: Mapping[str, Any], *, job_id: UUID | None) -> None:
    await tx.run(
        "INSERT INTO audits (audit_id, workspace_id, site_id, job_id, number, inputs_hash, model,"
        " report) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        UUID(report["id"]),
        site.workspace_id,
        site.site_id,
        job_id,
        report["number"],
        report["inputs_hash"],
        report["model"],
        jsontext.dumps(report).decode(),
    )


async def get_audit(tx: Tx, workspace_id: UUID, audit_id: UUID) -> tuple[UUID, bytes]:
    """Return the site of an audit and its JSON, as it was written."""
    rows = await tx.fetch(
        "SELECT site_id, report::text AS report FROM audits"
        " WHERE audit_id = $1 AND workspace_id = $2",
        audit_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such audit.")
    return rows[0]["site_id"], rows[0]["report"].encode()


async def list_audits(
    tx: Tx, site_id: UUID, *, before: int | None, limit: int
) -> list[asyncpg.Record]:
    """Return the audits of a site, the newest first."""
    return await tx.fetch(
        "SELECT audit_id, number, inputs_hash, model, created_at FROM audits WHERE site_id = $1"
        " AND ($2::int IS NULL OR number < $2) ORDER BY number DESC LIMIT $3",
        site_id,
        before,
        limit,
    )
