"""The review queue: what waits for a decision, by expected value and by lot; and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.toxicity.domain.calibrating import Judgement
from services.toxicity.domain.facts import Decision
from services.toxicity.domain.layer import Layer
from services.toxicity.domain.queueing import Place, Turn, in_turn
from services.toxicity.store.reads import LINK_COLUMNS, OPEN, UNDECIDED, Judged, judged_of
from shared.db import Tx
from shared.vocabulary import Action

MAX_DRAWN = 5_000
MAX_DECIDED = 20_000

# Uncertainty x links x authority, in millionths: what a decision about it may change.
_P = "(1 / (1 + exp(-greatest(least(l.milli, 20000), -20000) / 1000.0)))"
_VALUE = f"""(1000000 * 4 * {_P} * (1 - {_P}) * ln(1 + coalesce(d.links, 1))
    * (0.1 + coalesce(s.authority, 0) / 100.0))::bigint"""
_FROM = """
    FROM links l LEFT JOIN pages p ON p.page_id = l.page_id
    LEFT JOIN domain_counts d ON d.site_id = l.site_id AND d.referring_domain = l.referring_domain
    LEFT JOIN standings s ON s.workspace_id = l.workspace_id AND s.domain = l.referring_domain
"""
_DRAWN = "md5(l.link_id::text)"
_WAITS = f"l.action IN {OPEN} AND NOT l.lost AND {UNDECIDED}"
_BY_VALUE = f"""
    SELECT * FROM (
        SELECT {LINK_COLUMNS}, l.explanation, {_DRAWN} AS drawn, {_VALUE} AS value {_FROM}
        WHERE l.site_id = $1 AND {_WAITS} AND ($5::text[] = '{{}}' OR l.action = ANY($5::text[]))
            AND {_DRAWN} > $6) q
    WHERE q.value < $2 OR (q.value = $2 AND q.link_id > $3)
    ORDER BY q.value DESC, q.link_id LIMIT $4
"""
_BY_LOT = f"""
    SELECT * FROM (
        SELECT {LINK_COLUMNS}, l.explanation, {_DRAWN} AS drawn, {_VALUE} AS value,
            l.action IN {OPEN} AS waits {_FROM}
        WHERE l.site_id = $1 AND l.score IS NOT NULL AND NOT l.lost AND l.untracked_at IS NULL
            AND {UNDECIDED} AND {_DRAWN} > $5) q
    WHERE NOT (q.waits AND (q.value > $2 OR (q.value = $2 AND q.link_id <= $3)))
    ORDER BY q.drawn LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A link that waits for a decision, with its places in both orders."""

    judged: Judged
    value: int
    drawn: str

    @property
    def link_id(self) -> UUID:
        return self.judged.link_id


async def list_queue(
    tx: Tx, site_id: UUID, *, actions: Sequence[Action] = (), start: Place, limit: int
) -> list[Turn[Waiting]]:
    """Return links that wait for a decision; with `actions` only those, and none by lot."""
    valued = await tx.fetch(
        _BY_VALUE,
        site_id,
        start.value,
        start.link_id,
        limit,
        list(actions),
        "" if actions else start.drawn,
    )
    drawn = []
    if not actions:
        drawn = await tx.fetch(_BY_LOT, site_id, start.value, start.link_id, limit, start.drawn)
    return in_turn(
        [_waiting(row) for row in valued],
        [_waiting(row) for row in drawn],
        start=start,
        limit=limit,
    )


def _waiting(row: asyncpg.Record) -> Waiting:
    return Waiting(judged_of(row), row["value"], row["drawn"])


async def count_queue(tx: Tx, site_id: UUID, *, actions: Sequence[Action] = ()) -> int:
    return int(
        await tx.fetch_value(
            f"SELECT count(*) FROM links l WHERE l.site_id = $1 AND {_WAITS}"
            " AND ($2::text[] = '{}' OR l.action = ANY($2::text[]))",
            site_id,
            list(actions),
        )
    )


# What the score was without decisions and without a layer fitted to them: a decision may not
# confirm itself.
_JUDGEMENTS = """
    SELECT q.link_id, q.domain, v.decision, q.milli - coalesce((
            SELECT sum((w->>'weight')::int) FROM json_array_elements(q.explanation->'waterfall') w
            WHERE w->>'kind' = 'layer' OR w->>'code' IN ('domain_kept', 'domain_condemned',
                'limit_history')), 0) AS milli
    FROM (SELECT l.link_id, l.site_id, l.milli, l.explanation, l.referring_domain AS domain,
            md5(l.link_id::text) AS drawn
        FROM links l WHERE l.site_id = $1 AND l.score IS NOT NULL AND NOT l.lost
            AND l.untracked_at IS NULL {where}
        ORDER BY md5(l.link_id::text) LIMIT $2) q
    LEFT JOIN LATERAL (
        SELECT r.decision FROM review_items i JOIN reviews r ON r.review_id = i.review_id
        WHERE i.site_id = q.site_id AND NOT i.undone
            AND i.subject IN (q.link_id::text, q.domain)
        ORDER BY (i.link_id IS NULL), i.review_id DESC LIMIT 1) v ON true
    ORDER BY q.drawn
"""


async def list_drawn(tx: Tx, site_id: UUID) -> list[Judgement | None]:
    """Return the first links in random order, None for each that nobody has decided about."""
    rows = await tx.fetch(_JUDGEMENTS.format(where=""), site_id, MAX_DRAWN)
    return [_judgement(row) for row in rows]


async def list_decided(tx: Tx, site_id: UUID) -> list[Judgement]:
    """Return all decisions about links, in random order."""
    rows = await tx.fetch(_JUDGEMENTS.format(where=f"AND NOT ({UNDECIDED})"), site_id, MAX_DECIDED)
    return [found for row in rows if (found := _judgement(row)) is not None]


def _judgement(row: asyncpg.Record) -> Judgement | None:
    if row["decision"] is None:
        return None
    return Judgement(row["milli"], Decision(row["decision"]), row["domain"] or "")


@dataclass(frozen=True, slots=True)
class KeptLayer:
    layer: Layer
    verdicts: int
    fitted_at: datetime


async def find_layers(tx: Tx, site_ids: Sequence[UUID]) -> dict[UUID, KeptLayer]:
    """Return the last layers of these sites, where there are any."""
    rows = await tx.fetch(
        "SELECT site_id, slope_milli, offset_milli, verdicts, fitted_at FROM calibrations"
        " WHERE site_id = ANY($1::uuid[])",
        list(site_ids),
    )
    return {
        row["site_id"]: KeptLayer(
            Layer(row["slope_milli"], row["offset_milli"]), row["verdicts"], row["fitted_at"]
        )
        for row in rows
    }


async def save_layer(
    tx: Tx, site_id: UUID, layer: Layer | None, *, verdicts: int, now: datetime
) -> None:
    """Keep the last layer of a site; None takes it away."""
    if layer is None:
        await tx.run("DELETE FROM calibrations WHERE site_id = $1", site_id)
        return
    await tx.run(
        "INSERT INTO calibrations (site_id, slope_milli, offset_milli, verdicts, fitted_at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (site_id) DO UPDATE SET"
        " slope_milli = excluded.slope_milli, offset_milli = excluded.offset_milli,"
        " verdicts = excluded.verdicts, fitted_at = excluded.fitted_at",
        site_id,
        layer.slope_milli,
        layer.offset_milli,
        verdicts,
        now,
    )
