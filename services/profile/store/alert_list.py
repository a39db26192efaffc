"""Alerts as people see them: lists, one of them with what it holds, and taking note."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg

from services.profile.domain.alert_words import Item
from services.profile.store.alerts import item_of, wait_turn
from shared.db import Tx
from shared.vocabulary import AlertSeverity, AlertState

MOST_COUNTED = 1_000
_COLUMNS = """
    a.alert_id, a.site_id, a.rule_id, a.rule_name, a.kind, a.severity, a.state, a.count, a.title,
    a.sentences, a.first_at, a.last_at, a.told_at, a.acknowledged_at, a.acknowledged_by, a.note,
    a.resolved_at
"""
# Those that were told: an alert for which too little happened so far is nobody's business.
_SEEN = """
    FROM alerts a JOIN sites s USING (site_id)
    WHERE a.workspace_id = $1 AND s.deleted_at IS NULL AND a.told_at IS NOT NULL
        AND ($2::uuid[] IS NULL OR a.site_id = ANY($2))
        AND a.state = ANY($3::text[])
        AND (cardinality($4::text[]) = 0 OR a.severity = ANY($4))
        AND ($5::uuid IS NULL OR a.rule_id = $5) AND ($6::timestamptz IS NULL OR a.last_at >= $6)
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts are asked for; `site_ids` None means all sites."""

    workspace_id: UUID
    site_ids: Collection[UUID] | None
    states: Sequence[AlertState] = tuple(AlertState)
    severities: Sequence[AlertSeverity] = ()
    rule_id: UUID | None = None
    since: datetime | None = None

    @property
    def values(self) -> tuple[object, ...]:
        sites = None if self.site_ids is None else list(self.site_ids)
        return (
            *(self.workspace_id, sites, list(self.states), list(self.severities)),
            *(self.rule_id, self.since),
        )


async def list_alerts(
    tx: Tx, wanted: Wanted, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[asyncpg.Record]:
    """Return alerts, those with the newest news first."""
    return await tx.fetch(
        f"SELECT {_COLUMNS} {_SEEN} AND ($7::timestamptz IS NULL OR (a.last_at, a.alert_id) < ($7, $8::uuid))"
        " ORDER BY a.last_at DESC, a.alert_id DESC LIMIT $9",
        *wanted.values,
        *(after or (None, None)),
        limit,
    )


async def count_alerts(tx: Tx, wanted: Wanted) -> int:
    """Return how many there are, counted up to MOST_COUNTED."""
    found: int = await tx.fetch_value(
        f"SELECT count(*) FROM (SELECT {_SEEN} LIMIT $7) AS found", *wanted.values, MOST_COUNTED
    )
    return found


async def find_alert(tx: Tx, workspace_id: UUID, alert_id: UUID) -> asyncpg.Record | None:
    """Return one alert of the workspace that was told."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM alerts a JOIN sites s USING (site_id) WHERE a.workspace_id = $1"
        " AND a.alert_id = $2 AND s.deleted_at IS NULL AND a.told_at IS NOT NULL",
        *(workspace_id, alert_id),
    )
    return rows[0] if rows else None


async def list_items(tx: Tx, alert_id: UUID, *, limit: int) -> list[Item]:
    """Return what an alert holds: what goes on first, the most valuable of it first."""
    rows = await tx.fetch(
        "SELECT item_id, name, url, sentence, at, value, link_ids, over FROM alert_items"
        " WHERE alert_id = $1 ORDER BY over, value DESC, item_id LIMIT $2",
        *(alert_id, limit),
    )
    return [item_of(row) for row in rows]


async def list_link_ids(tx: Tx, alert_id: UUID, *, limit: int) -> list[UUID]:
    """Return the links that an alert is about and that are still there, those of what goes on first."""
    rows = await tx.fetch(
        "SELECT found.link_id FROM (SELECT link_id, min(rank) AS rank FROM ("
        " SELECT unnest(link_ids) AS link_id, row_number() OVER (ORDER BY over, value DESC, item_id)"
        " AS rank FROM alert_items WHERE alert_id = $1) AS listed GROUP BY link_id) AS found"
        " JOIN links l USING (link_id) WHERE l.deleted_at IS NULL AND l.merged_into IS NULL ORDER BY rank, link_id LIMIT $2",
        *(alert_id, limit),
    )
    return [row["link_id"] for row in rows]


async def list_open(tx: Tx, wanted: Wanted, *, limit: int) -> list[asyncpg.Record]:
    """Return those that nobody took note of, the oldest first."""
    return await tx.fetch(
        f"SELECT {_COLUMNS} {_SEEN} ORDER BY a.alert_id LIMIT $7",
        *replace(wanted, states=[AlertState.OPEN]).values,
        limit,
    )


async def acknowledge(
    tx: Tx, alert_ids: Collection[UUID], *, actor: str, note: str | None, now: datetime
) -> list[asyncpg.Record]:
    """Note that somebody took note; returns those of the alerts that were open until now."""
    await wait_turn(tx)
    return await tx.fetch(
        "UPDATE alerts SET state = 'acknowledged', acknowledged_at = $4, acknowledged_by = $2, note = $3"
        " WHERE alert_id = ANY($1::uuid[]) AND state = 'open'"
        " RETURNING alert_id, workspace_id, site_id, rule_id, rule_name, severity, title",
        *(list(alert_ids), actor, note, now),
    )
