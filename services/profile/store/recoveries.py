"""The queue of what may be won back: opened by losses, closed by what comes back, ranked by chance."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.profile.domain.recovery import (
    Loss,
    RecoveryAction,
    RecoveryKind,
    RecoveryState,
    action_of,
    priority_of,
    probability_of,
)
from services.profile.store import own_pages
from shared import jsontext
from shared.db import Tx
from shared.ids import new_id
from shared.vocabulary import Reason

# What the page said, out of the last look that found the link.
_SENTENCE = """
    nullif(btrim(concat_ws(' ', o.items->0->>'left_context', o.items->0->>'anchor_text',
        o.items->0->>'right_context')), '')
"""
_BROKEN = """
    coalesce((SELECT t.broken FROM targets t WHERE t.site_id = l.site_id
        AND t.target_key = l.target_key), false)
"""
_LOST = f"""
    SELECT l.link_id, l.workspace_id, l.site_id, l.target_key, l.target_url, l.referring_url,
        l.referring_domain, l.anchor_text, {_SENTENCE} AS sentence, l.reasons, l.value, l.lost_at,
        l.terms IS NOT NULL AS contract, {_BROKEN} AS target_broken
    FROM links l LEFT JOIN occurrences o ON o.link_id = l.link_id
    WHERE l.good_status = 'lost' AND l.lost_at IS NOT NULL AND l.merged_into IS NULL
        AND l.deleted_at IS NULL
"""
_ADD = """
    INSERT INTO recoveries (recovery_id, workspace_id, site_id, kind, link_id, target_key, target_url,
        referring_url, referring_domain, anchor_text, sentence, action, reasons, value, probability,
        priority, lost_at, rated_on)
    SELECT recovery_id, workspace_id, site_id, kind, link_id, target_key, target_url, referring_url,
        referring_domain, anchor_text, sentence, action, reasons, value, probability, priority,
        lost_at, rated_on
    FROM json_to_recordset($1::json) AS u(recovery_id uuid, workspace_id uuid, site_id uuid,
        kind text, link_id uuid, target_key uuid, target_url text, referring_url text,
        referring_domain text, anchor_text text, sentence text, action text, reasons text[],
        value float8, probability float8, priority float8, lost_at timestamptz, rated_on date)
    ON CONFLICT DO NOTHING
"""


async def open_losses(tx: Tx, link_ids: Sequence[UUID], *, now: datetime) -> None:
    """Put these lost links into the queue; one that is in it stays as it is."""
    if link_ids:
        rows = await tx.fetch(f"{_LOST} AND l.link_id = ANY($1::uuid[])", list(link_ids))
        await _add(tx, rows, RecoveryKind.LINK, now=now)


async def open_forgotten(tx: Tx, *, now: datetime, limit: int) -> int:
    """Put losses into the queue that nobody put there; returns how many."""
    rows = await tx.fetch(
        f"{_LOST} AND NOT EXISTS (SELECT FROM recoveries r WHERE r.link_id = l.link_id"
        " AND r.lost_at >= l.lost_at) LIMIT $1",
        limit,
    )
    await _add(tx, rows, RecoveryKind.LINK, now=now)
    return len(rows)


_DEAD_TARGETS = """
    SELECT NULL::uuid AS link_id, s.workspace_id, t.site_id, t.target_key, t.target_url,
        (array_agg(l.referring_url ORDER BY l.value DESC, l.link_id))[1] AS referring_url,
        (array_agg(l.referring_domain ORDER BY l.value DESC, l.link_id))[1] AS referring_domain,
        (array_agg(l.anchor_text ORDER BY l.value DESC, l.link_id))[1] AS anchor_text,
        NULL AS sentence,
        t.reasons, sum(l.value) AS value, coalesce(t.broken_since, t.checked_at) AS lost_at,
        false AS contract, true AS target_broken
    FROM targets t JOIN sites s USING (site_id)
    JOIN links l ON l.site_id = t.site_id AND l.target_key = t.target_key
        AND l.good_status IN ('live', 'changed') AND l.merged_into IS NULL AND l.deleted_at IS NULL
    WHERE t.broken AND (t.site_id, t.target_key) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
    GROUP BY s.workspace_id, t.site_id, t.target_key
"""


async def open_targets(tx: Tx, keys: Sequence[tuple[UUID, UUID]], *, now: datetime) -> None:
    """Put own pages that died, and that others link to, into the queue."""
    if keys:
        sites, targets = zip(*keys, strict=True)
        rows = await tx.fetch(_DEAD_TARGETS, list(sites), list(targets))
        dead = [(row["site_id"], row["target_url"]) for row in rows]
        typos = await own_pages.find_meant(tx, dead)
        await _add(tx, rows, RecoveryKind.TARGET, now=now, typos=typos)


async def _add(
    tx: Tx,
    rows: Sequence[asyncpg.Record],
    kind: RecoveryKind,
    *,
    now: datetime,
    typos: Container[str] = (),
) -> None:
    if rows:
        items = [
            _item(dict(row) | {"typo": row["target_url"] in typos}, kind, now=now) for row in rows
        ]
        await tx.run(_ADD, jsontext.dumps(items).decode())


def _item(row: dict[str, Any], kind: RecoveryKind, *, now: datetime) -> dict[str, Any]:
    loss = _loss(row, kind)
    del row["contract"], row["target_broken"], row["typo"]
    if kind is RecoveryKind.LINK:
        row["target_key"] = None  # the key of an item of a target, and of no other
    return row | {
        "recovery_id": new_id(),
        "kind": kind,
        "action": action_of(loss),
        "probability": probability_of(loss, now=now),
        "priority": priority_of(loss, now=now),
        "rated_on": now.date(),
    }


def _loss(row: Any, kind: RecoveryKind) -> Loss:
    return Loss(
        kind=kind,
        reasons=tuple(map(Reason, row["reasons"])),
        value=row["value"],
        lost_at=row["lost_at"],
        contract=row["contract"],
        target_broken=row["target_broken"],
        typo=row["typo"],
    )


async def close_links(tx: Tx, link_ids: Sequence[UUID], *, now: datetime) -> None:
    """Take links that are back out of the queue, as won."""
    if link_ids:
        await tx.run(
            "UPDATE recoveries SET state = 'won_back', closed_at = $2, version = version + 1"
            " WHERE link_id = ANY($1::uuid[]) AND closed_at IS NULL",
            list(link_ids),
            now,
        )


async def close_targets(tx: Tx, keys: Sequence[tuple[UUID, UUID]], *, now: datetime) -> None:
    """Take own pages that answer again out of the queue, as won."""
    if keys:
        sites, targets = zip(*keys, strict=True)
        await tx.run(
            "UPDATE recoveries SET state = 'won_back', closed_at = $3, version = version + 1"
            " WHERE kind = 'target' AND closed_at IS NULL AND (site_id, target_key) IN"
            " (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
            list(sites),
            list(targets),
            now,
        )


_STALE = f"""
    SELECT r.recovery_id, r.kind, r.reasons, r.lost_at, r.asked_on, r.action,
        CASE WHEN r.kind = 'link' THEN l.value ELSE (SELECT coalesce(sum(o.value), 0) FROM links o
            WHERE o.site_id = r.site_id AND o.target_key = r.target_key
            AND o.good_status IN ('live', 'changed') AND o.merged_into IS NULL
            AND o.deleted_at IS NULL) END AS value,
        coalesce(l.terms IS NOT NULL, false) AS contract,
        r.kind = 'target' OR {_BROKEN} AS target_broken
    FROM recoveries r LEFT JOIN links l ON l.link_id = r.link_id
    WHERE r.closed_at IS NULL AND r.rated_on < $1 ORDER BY r.recovery_id LIMIT $2
    FOR UPDATE OF r SKIP LOCKED
"""


async def rate_again(tx: Tx, *, now: datetime, limit: int) -> int:
    """Rank the open items anew, with what links are worth by now; returns how many."""
    rows = await tx.fetch(_STALE, now.date(), limit)
    losses = [_rated(row) for row in rows]
    await tx.run(
        "UPDATE recoveries r SET value = u.value, probability = u.probability,"
        " priority = u.priority, action = u.action, rated_on = $6"
        " FROM unnest($1::uuid[], $2::float8[], $3::float8[], $4::float8[], $5::text[])"
        " AS u(recovery_id, value, probability, priority, action)"
        " WHERE r.recovery_id = u.recovery_id",
        [row["recovery_id"] for row in rows],
        [loss.value for loss in losses],
        [probability_of(loss, now=now) for loss in losses],
        [priority_of(loss, now=now) for loss in losses],
        [action_of(loss) for loss in losses],
        now.date(),
    )
    return len(rows)


def _rated(row: asyncpg.Record) -> Loss:
    asked = row["asked_on"]
    at = datetime.fromisoformat(f"{asked.isoformat()}T00:00:00+00:00") if asked else None
    return Loss(
        kind=RecoveryKind(row["kind"]),
        reasons=tuple(map(Reason, row["reasons"])),
        value=row["value"] or 0.0,
        lost_at=row["lost_at"],
        contract=row["contract"],
        target_broken=row["target_broken"],
        typo=row["action"] == RecoveryAction.FIX_TYPO,
        asked_at=at,
    )


_SHOWN = """
    r.*, coalesce((SELECT count(DISTINCT o.page_key) FROM links o JOIN links l
        ON l.link_id = r.link_id WHERE o.site_id = r.site_id
        AND o.referring_domain = r.referring_domain AND o.page_key <> l.page_key
        AND o.good_status IN ('live', 'changed') AND o.merged_into IS NULL
        AND o.deleted_at IS NULL), 0) AS domain_links,
    (SELECT l.terms IS NOT NULL FROM links l WHERE l.link_id = r.link_id) AS contract
"""


async def list_recoveries(
    tx: Tx,
    site_id: UUID,
    *,
    states: Sequence[str],
    kinds: Sequence[str],
    after: tuple[float, UUID] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Return the queue of a site, what is likely to bring most first."""
    return await tx.fetch(
        f"SELECT {_SHOWN} FROM recoveries r WHERE r.site_id = $1 AND r.state = ANY($2::text[])"
        " AND (cardinality($3::text[]) = 0 OR r.kind = ANY($3::text[]))"
        " AND ($4::float8 IS NULL OR (r.priority, r.recovery_id) < ($4, $5::uuid))"
        " ORDER BY r.priority DESC, r.recovery_id DESC LIMIT $6",
        site_id,
        list(states),
        list(kinds),
        *(after or (None, None)),
        limit,
    )


async def find_recovery(tx: Tx, workspace_id: UUID, recovery_id: UUID) -> asyncpg.Record | None:
    """Return one item of a workspace."""
    rows = await tx.fetch(
        f"SELECT {_SHOWN} FROM recoveries r WHERE r.recovery_id = $1 AND r.workspace_id = $2",
        recovery_id,
        workspace_id,
    )
    return rows[0] if rows else None


async def count_states(tx: Tx, site_id: UUID) -> dict[str, asyncpg.Record]:
    """Return for each state how many items of a site are in it, and what they are worth."""
    rows = await tx.fetch(
        "SELECT state, count(*) AS items, sum(value) AS value FROM recoveries WHERE site_id = $1"
        " GROUP BY state",
        site_id,
    )
    return {row["state"]: row for row in rows}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person did with an item."""

    state: RecoveryState
    asked_on: date | None
    note: str | None


async def save_decision(
    tx: Tx, recovery_id: UUID, decision: Decision, *, actor: str, now: datetime
) -> None:
    """Write down what a person did with an item."""
    closes = decision.state is RecoveryState.DISMISSED
    await tx.run(
        "UPDATE recoveries SET state = $2, asked_on = $3, note = $4,"
        " asked_by = CASE WHEN $3::date IS NULL THEN NULL ELSE coalesce(asked_by, $5) END,"
        " closed_at = $6, closed_by = $7, version = version + 1, rated_on = rated_on - 1"
        " WHERE recovery_id = $1",
        recovery_id,
        decision.state,
        decision.asked_on,
        decision.note,
        actor,
        now if closes else None,
        actor if closes else None,
    )
