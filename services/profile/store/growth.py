"""How referring domains of a site came and went, and what was unusual about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.profile.domain.patterns import Group, Shared
from shared.db import Tx
from shared.ids import new_id
from shared.vocabulary import AnchorKind

_ALIVE = "merged_into IS NULL AND deleted_at IS NULL"
_PRESENT = "good_status IN ('live', 'changed')"


@dataclass(frozen=True, slots=True)
class Movements:
    """By day: domains that came by themselves, went, and were known to stand from then on."""

    came: Mapping[date, int]
    went: Mapping[date, int]
    known: Mapping[date, int]


# An import is no growth: a domain that any file named came to our knowledge, not into being. One
# with a link of unknown age was there before, too.
_MOVEMENTS = f"""
    WITH domains AS (
        SELECT referring_domain, min(known_since) AS known_since, min(gained_at) AS gained_at,
            bool_or(gained_at IS NULL OR discovery = 'imported') AS told,
            bool_or({_PRESENT}) AS present, max(lost_at) AS lost_at
        FROM links WHERE site_id = $1 AND ever_live AND {_ALIVE} GROUP BY referring_domain
    )
    SELECT 'came' AS move, (gained_at AT TIME ZONE 'UTC')::date AS day, count(*) AS count
    FROM domains WHERE gained_at IS NOT NULL AND NOT told GROUP BY day
    UNION ALL
    SELECT 'went', (lost_at AT TIME ZONE 'UTC')::date AS day, count(*)
    FROM domains WHERE lost_at IS NOT NULL AND NOT present GROUP BY day
    UNION ALL
    SELECT 'known', (known_since AT TIME ZONE 'UTC')::date AS day, count(*) FROM domains GROUP BY day
"""


async def get_movements(tx: Tx, site_id: UUID) -> Movements:
    """Return how domains came, went and became known, by day."""
    moves: dict[str, dict[date, int]] = {"came": {}, "went": {}, "known": {}}
    for row in await tx.fetch(_MOVEMENTS, site_id):
        moves[row["move"]][row["day"]] = row["count"]
    return Movements(**moves)


async def claim_sites(tx: Tx, today: date, *, limit: int) -> list[tuple[UUID, UUID]]:
    """Take sites whose growth nobody looked at today; returns (site, workspace)."""
    rows = await tx.fetch(
        "UPDATE sites SET growth_on = $1 WHERE site_id IN (SELECT site_id FROM sites"
        " WHERE deleted_at IS NULL AND NOT archived AND growth_on IS DISTINCT FROM $1"
        " ORDER BY site_id LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING site_id, workspace_id",
        today,
        limit,
    )
    return [(row["site_id"], row["workspace_id"]) for row in rows]


async def list_moved_domains(
    tx: Tx, site_id: UUID, *, lost: bool, since: date, until: date, limit: int
) -> list[str]:
    """Name domains that came (or went) between two days."""
    column = "lost_at" if lost else "gained_at"
    rows = await tx.fetch(
        f"SELECT DISTINCT referring_domain FROM links WHERE site_id = $1 AND {column} >= $2"
        f" AND {column} < $3 AND ever_live AND {_ALIVE} AND ($5 OR discovery <> 'imported')"
        " ORDER BY 1 LIMIT $4",
        site_id,
        _midnight(since),
        _midnight(until + timedelta(days=1)),
        limit,
        lost,
    )
    return [row["referring_domain"] for row in rows]


def _midnight(day: date) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Unusual:
    """A row to be kept: a burst, a drop, a drift."""

    kind: str
    started_on: date
    found_on: date
    ended_on: date | None
    count: int
    expected: float
    confidence: float
    sentence: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


_NEAR_DAYS = 7
_KNOWN = """
    SELECT anomaly_id FROM anomalies WHERE site_id = $1 AND kind = $2
    AND started_on <= $4 AND coalesce(ended_on, found_on) >= $3 ORDER BY started_on LIMIT 1
"""


async def save_unusual(
    tx: Tx, site_id: UUID, workspace_id: UUID, found: Unusual
) -> tuple[UUID, bool]:
    """Keep a row, or bring the one about the same days up to date; says whether it is new."""
    last = found.ended_on or found.found_on
    known = await tx.fetch_value(
        _KNOWN,
        site_id,
        found.kind,
        found.started_on - timedelta(days=_NEAR_DAYS),
        last + timedelta(days=_NEAR_DAYS),
    )
    if isinstance(known, UUID):
        await tx.run(
            "UPDATE anomalies SET ended_on = $2, count = $3, expected = $4, confidence = $5,"
            " sentence = $6, evidence = $7::json WHERE anomaly_id = $1",
            known,
            *_values(found),
        )
        return known, False
    anomaly_id = new_id()
    await tx.run(
        "INSERT INTO anomalies (anomaly_id, ended_on, count, expected, confidence, sentence,"
        " evidence, workspace_id, site_id, kind, started_on, found_on)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7::json, $8, $9, $10, $11, $12)",
        anomaly_id,
        *_values(found),
        workspace_id,
        site_id,
        found.kind,
        found.started_on,
        found.found_on,
    )
    return anomaly_id, True


def _values(found: Unusual) -> tuple[object, ...]:
    evidence = orjson.dumps(dict(found.evidence)).decode()
    return (
        *(found.ended_on, found.count, found.expected, found.confidence),
        *(found.sentence, evidence),
    )


async def list_unusual(
    tx: Tx, site_id: UUID, *, after: tuple[date, UUID] | None, limit: int
) -> list[asyncpg.Record]:
    """Return what was unusual about a site's growth, the newest first."""
    return await tx.fetch(
        "SELECT anomaly_id, kind, started_on, found_on, ended_on, count, expected, confidence,"
        " sentence, evidence::text AS evidence FROM anomalies WHERE site_id = $1"
        " AND ($2::date IS NULL OR (started_on, anomaly_id) < ($2, $3::uuid))"
        " ORDER BY started_on DESC, anomaly_id DESC LIMIT $4",
        site_id,
        *(after or (None, None)),
        limit,
    )


_KINDS = f"""
    SELECT kind, count(*) FILTER (WHERE came) AS new, count(*) FILTER (WHERE NOT came) AS before
    FROM (
        SELECT referring_domain, coalesce(anchor_kind, 'other') AS kind,
            coalesce(bool_and(gained_at >= $2 AND discovery <> 'imported'), false) AS came
        FROM links WHERE site_id = $1 AND status IN ('live', 'changed') AND {_ALIVE}
        GROUP BY referring_domain, 2
    ) d GROUP BY kind
"""


async def list_kinds_before_and_new(
    tx: Tx, site_id: UUID, *, since: date
) -> tuple[dict[AnchorKind, int], dict[AnchorKind, int]]:
    """Return how many domains use each kind of anchor: those before a day, and those since."""
    rows = await tx.fetch(_KINDS, site_id, _midnight(since))
    before = {AnchorKind(row["kind"]): row["before"] for row in rows if row["before"]}
    return before, {AnchorKind(row["kind"]): row["new"] for row in rows if row["new"]}


@dataclass(frozen=True, slots=True)
class Losses:
    """The links that died between two days, by what they share, and how many stood."""

    groups: tuple[Group, ...]
    stood: int
    died: int


_TEMPLATE = "substring(referring_url from '^[a-z]+://([^/]+/[^/?#]+/)')"
_SHARES = f"""
    SELECT l.link_id, l.referring_domain, l.lost_at >= $2 AND NOT {_PRESENT} AS died, s.shared, s.value
    FROM links l LEFT JOIN contracts c ON c.link_id = l.link_id AND NOT c.cancelled
    CROSS JOIN LATERAL (VALUES
        ('vendor', coalesce(c.vendor_name, c.vendor_id::text)),
        ('network', CASE WHEN l.source_ip IS NOT NULL
            THEN host(network(set_masklen(l.source_ip, CASE family(l.source_ip) WHEN 4 THEN 24 ELSE 48 END)))
                || CASE family(l.source_ip) WHEN 4 THEN '/24' ELSE '/48' END END),
        ('domain', l.referring_domain),
        ('template', {_TEMPLATE}),
        ('target', l.target_url),
        ('anchor', nullif(lower(l.anchor_text), ''))
    ) AS s(shared, value)
    WHERE l.site_id = $1 AND l.ever_live AND l.merged_into IS NULL AND l.deleted_at IS NULL
        AND s.value IS NOT NULL
        AND ({_PRESENT} OR l.lost_at >= $2) AND (l.lost_at IS NULL OR l.lost_at < $3 OR {_PRESENT})
"""
_LOSSES = f"""
    WITH shares AS ({_SHARES})
    SELECT shared, value, count(*) AS stood, count(DISTINCT referring_domain) FILTER (WHERE died) AS domains,
        array_agg(link_id ORDER BY link_id) FILTER (WHERE died) AS died
    FROM shares GROUP BY shared, value HAVING count(*) FILTER (WHERE died) >= $4
    ORDER BY count(*) FILTER (WHERE died) DESC, shared, value LIMIT $5
"""
_ALL = f"""
    SELECT count(*) AS stood, count(*) FILTER (WHERE lost_at >= $2 AND NOT {_PRESENT}) AS died FROM links
    WHERE site_id = $1 AND ever_live AND {_ALIVE}
        AND ({_PRESENT} OR (lost_at >= $2 AND lost_at < $3))
"""


async def get_losses(
    tx: Tx, site_id: UUID, *, since: date, until: date, least: int, limit: int
) -> Losses:
    """Return what the links that died between two days have in common."""
    days = (_midnight(since), _midnight(until + timedelta(days=1)))
    [whole] = await tx.fetch(_ALL, site_id, *days)
    if whole["died"] < least:
        return Losses((), whole["stood"], whole["died"])
    rows = await tx.fetch(_LOSSES, site_id, *days, least, limit)
    groups = tuple(
        Group(
            Shared(row["shared"]),
            row["value"],
            row["stood"],
            frozenset(row["died"]),
            row["domains"],
        )
        for row in rows
    )
    return Losses(groups, whole["stood"], whole["died"])
