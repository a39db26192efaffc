"""The figures of sites: totals, growth, anchors; each is the count of a list that can be opened."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from services.profile.domain.anchors import AnchorCount, KindCount
from services.profile.domain.velocity import Moves
from services.profile.store import prepared
from shared.db import Tx
from shared.vocabulary import AnchorKind

_ALIVE = "merged_into IS NULL AND deleted_at IS NULL"
_PRESENT = "status IN ('live', 'changed')"
_OVERVIEW = f"""
    SELECT site_id, count(*) AS links,
        count(*) FILTER (WHERE {_PRESENT}) AS links_present,
        count(*) FILTER (WHERE {_PRESENT} AND counts) AS links_counting,
        count(*) FILTER (WHERE {_PRESENT} AND followed) AS links_followed,
        count(DISTINCT referring_domain) FILTER (WHERE {_PRESENT}) AS referring_domains,
        count(*) FILTER (WHERE status = 'pending') AS pending,
        count(*) FILTER (WHERE status = 'live') AS live,
        count(*) FILTER (WHERE status = 'changed') AS changed,
        count(*) FILTER (WHERE status = 'lost') AS lost,
        count(*) FILTER (WHERE status = 'not_found') AS not_found,
        count(*) FILTER (WHERE status = 'unknown') AS unknown,
        count(*) FILTER (WHERE status = 'lost' AND lost_at >= $2) AS lost_30d,
        count(*) FILTER (WHERE {_PRESENT} AND gained_at >= $2) AS gained_30d,
        count(*) FILTER (WHERE confirming_since IS NOT NULL) AS confirming,
        count(*) FILTER (WHERE contract_state = 'mismatched') AS off_contract,
        count(*) FILTER (WHERE toxicity_action IN ('review', 'request_removal', 'propose_disavow'))
            AS worth_a_look,
        count(*) FILTER (WHERE status = 'unknown' AND last_seen_at < $3) AS unseen_14d,
        max(last_checked_at) AS last_checked_at
    FROM links WHERE site_id = ANY($1::uuid[]) AND {_ALIVE} GROUP BY site_id
"""


async def list_overviews(
    tx: Tx, site_ids: Sequence[UUID], *, now: datetime, exact: bool = False
) -> dict[UUID, dict[str, Any]]:
    """Return the figures of each site that has links; of large ones as they were `made_at`."""
    ready = {} if exact else await prepared.find_overviews(tx, site_ids)
    found = {
        site_id: {**overview, "site_id": site_id, "made_at": made_at}
        for site_id, (made_at, overview) in ready.items()
    }
    rest = [site_id for site_id in site_ids if site_id not in found]
    if rest:
        month, fortnight = now - timedelta(days=30), now - timedelta(days=14)
        rows = await tx.fetch(_OVERVIEW, rest, month, fortnight)
        found |= {row["site_id"]: dict(row) for row in rows}
    return found


async def list_known_until(tx: Tx, site_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return until when links that came up can be known: by the newest import or discovery."""
    rows = await tx.fetch(
        "SELECT site_id, greatest(discovered_until, (SELECT max(coalesce(data_until, ended_at))"
        " FROM imports i WHERE i.site_id = sites.site_id AND state = 'done' AND NOT dry_run))"
        " AS known_until FROM sites WHERE site_id = ANY($1::uuid[])",
        list(site_ids),
    )
    return {row["site_id"]: row["known_until"] for row in rows if row["known_until"]}


_LINK_MOVES = f"""
    SELECT 'gained' AS move, (gained_at AT TIME ZONE 'UTC')::date AS day, count(*) AS count
    FROM links WHERE site_id = $1 AND gained_at >= $2 AND ever_live AND {_ALIVE} GROUP BY day
    UNION ALL
    SELECT kind, (at AT TIME ZONE 'UTC')::date AS day, count(*) FROM changes
    WHERE site_id = $1 AND kind IN ('lost', 'recovered') AND at >= $2 GROUP BY kind, day
"""
# A domain with a link of unknown age was there before: its first dated link is not its coming.
_DOMAIN_MOVES = f"""
    WITH domains AS (
        SELECT referring_domain, min(gained_at) AS gained_at, bool_or(gained_at IS NULL) AS undated,
            bool_or(good_status IN ('live', 'changed')) AS present, max(lost_at) AS lost_at
        FROM links WHERE site_id = $1 AND ever_live AND {_ALIVE} GROUP BY referring_domain
    )
    SELECT 'gained' AS move, (gained_at AT TIME ZONE 'UTC')::date AS day, count(*) AS count
    FROM domains WHERE gained_at >= $2 AND NOT undated GROUP BY day
    UNION ALL
    SELECT 'lost', (lost_at AT TIME ZONE 'UTC')::date AS day, count(*)
    FROM domains WHERE lost_at >= $2 AND NOT present GROUP BY day
"""


async def get_moves(tx: Tx, site_id: UUID, *, since: date, exact: bool = False) -> Moves:
    """Return what came and went on a site since a day."""
    ready = None if exact else await prepared.find_moves(tx, site_id)
    if ready is not None:
        return ready.since(since)
    links = _by_move(await tx.fetch(_LINK_MOVES, site_id, _midnight(since)))
    domains = _by_move(await tx.fetch(_DOMAIN_MOVES, site_id, _midnight(since)))
    return Moves(
        gained_links=links.get("gained", {}),
        lost_links=links.get("lost", {}),
        recovered_links=links.get("recovered", {}),
        gained_domains=domains.get("gained", {}),
        lost_domains=domains.get("lost", {}),
    )


def _midnight(day: date) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")


def _by_move(rows: Sequence[asyncpg.Record]) -> dict[str, dict[date, int]]:
    moves: dict[str, dict[date, int]] = {}
    for row in rows:
        moves.setdefault(row["move"], {})[row["day"]] = row["count"]
    return moves


async def list_anchor_kinds(tx: Tx, site_id: UUID, *, exact: bool = False) -> list[KindCount]:
    """Return how many referring domains and links use each kind of anchor, present links only."""
    ready = None if exact else await prepared.find_kinds(tx, site_id)
    if ready is not None:
        return ready
    rows = await tx.fetch(
        "SELECT coalesce(anchor_kind, 'other') AS kind, count(DISTINCT referring_domain) AS domains,"
        " count(*) AS links, count(*) FILTER (WHERE coalesce(anchor_kind, 'other') = 'other'"
        " AND anchor_flags <@ '{image}') AS unknown_links"
        f" FROM links WHERE site_id = $1 AND {_PRESENT} AND {_ALIVE} GROUP BY 1",
        site_id,
    )
    return [
        KindCount(AnchorKind(row["kind"]), row["domains"], row["links"], row["unknown_links"])
        for row in rows
    ]


async def list_anchor_texts(
    tx: Tx, site_id: UUID, *, limit: int, exact: bool = False
) -> list[AnchorCount]:
    """Return the anchors of the most referring domains; spellings that differ in case are one."""
    ready = None if exact else await prepared.find_texts(tx, site_id)
    if ready is not None:
        return ready[:limit]
    rows = await tx.fetch(
        "SELECT min(anchor_text) AS anchor_text, coalesce(anchor_kind, 'other') AS kind,"
        " count(DISTINCT referring_domain) AS domains, count(*) AS links FROM links"
        f" WHERE site_id = $1 AND {_PRESENT} AND {_ALIVE} AND anchor_text IS NOT NULL"
        " GROUP BY lower(anchor_text), 2 ORDER BY domains DESC, links DESC, 1 LIMIT $2",
        site_id,
        limit,
    )
    return [
        AnchorCount(row["anchor_text"], AnchorKind(row["kind"]), row["domains"], row["links"])
        for row in rows
    ]


_TARGETS = f"""
    SELECT l.target_key, min(l.target_url) AS target_url, count(*) AS links,
        count(*) FILTER (WHERE {_PRESENT}) AS links_present,
        count(DISTINCT referring_domain) FILTER (WHERE {_PRESENT}) AS referring_domains,
        count(*) FILTER (WHERE status = 'lost') AS links_lost
    FROM links l WHERE site_id = $1 AND l.target_key IS NOT NULL AND {_ALIVE} GROUP BY l.target_key
"""


async def list_targets(
    tx: Tx,
    site_id: UUID,
    *,
    broken: bool | None,
    after: tuple[int, UUID] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Return the pages of a site that others link to, those with the most present links first."""
    return await tx.fetch(
        "SELECT d.*, t.broken, t.broken_since, t.http_status, t.final_url, t.checked_at,"
        " claimed_links, claimed_sites,"
        f" coalesce(t.reasons, '{{}}') AS reasons FROM ({_TARGETS}) d LEFT JOIN targets t"
        " ON t.site_id = $1 AND t.target_key = d.target_key"
        " LEFT JOIN (SELECT target_key, max(link_count) AS claimed_links, max(site_count)"
        " AS claimed_sites FROM target_claims WHERE site_id = $1 GROUP BY target_key) c"
        " ON c.target_key = d.target_key"
        " WHERE ($2::boolean IS NULL OR coalesce(t.broken, false) = $2)"
        " AND ($3::bigint IS NULL OR (links_present, d.target_key) < ($3, $4::uuid))"
        " ORDER BY links_present DESC, d.target_key DESC LIMIT $5",
        site_id,
        broken,
        *(after or (None, None)),
        limit,
    )


async def count_targets(tx: Tx, site_id: UUID, *, broken: bool | None) -> int:
    """Return how many pages of a site others link to."""
    return int(
        await tx.fetch_value(
            f"SELECT count(*) FROM ({_TARGETS}) d LEFT JOIN targets t ON t.site_id = $1"
            " AND t.target_key = d.target_key"
            " WHERE ($2::boolean IS NULL OR coalesce(t.broken, false) = $2)",
            site_id,
            broken,
        )
    )
