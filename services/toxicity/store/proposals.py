"""What the weekly look at the decisions of a site proposes for its last layer, and what people answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.toxicity.domain.calibrating import ENOUGH, Advice
from services.toxicity.domain.layer import Layer
from services.toxicity.store import once
from shared import jobs
from shared.db import Tx
from shared.errors import ConflictError

KIND = "recalibrate"
PROPOSED, ACCEPTED, DECLINED, NOTHING = "proposed", "accepted", "declined", "nothing"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The newest look at the decisions of a site; `layer` is None where nothing is proposed."""

    state: str
    layer: Layer | None
    verdicts: int
    error_before: float | None
    error_after: float | None
    sentence: str
    made_at: datetime
    counts: Mapping[str, Any]
    answered_by: str | None
    answered_at: datetime | None


# A site is due if people decided something since the last look, and enough in all.
_DUE = """
    SELECT s.site_id, s.workspace_id FROM sites s
    LEFT JOIN layer_proposals p ON p.site_id = s.site_id
    WHERE s.deleted_at IS NULL AND (p.made_at IS NULL OR p.made_at < $1)
        AND EXISTS (SELECT 1 FROM reviews r WHERE r.site_id = s.site_id AND r.undone_at IS NULL
            AND (p.made_at IS NULL OR r.decided_at > p.made_at))
        AND (SELECT count(*) FROM (SELECT 1 FROM review_items i
            WHERE i.site_id = s.site_id AND NOT i.undone LIMIT $2) AS enough) >= $2
        AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.site_id = s.site_id AND j.kind = $3
            AND j.state IN ('queued', 'running'))
    ORDER BY s.site_id LIMIT $4
"""


async def add_due_jobs(tx: Tx, *, before: datetime, limit: int) -> int:
    """Queue a look at the decisions of sites of which the last one was before this moment."""
    await once.lock(tx, KIND)
    rows = await tx.fetch(_DUE, before, ENOUGH, KIND, limit)
    for row in rows:
        await jobs.add_job(tx, kind=KIND, workspace_id=row["workspace_id"], site_id=row["site_id"])
    return len(rows)


async def save_proposal(
    tx: Tx,
    site_id: UUID,
    advice: Advice,
    *,
    workspace_id: UUID,
    counts: Mapping[str, Any],
    now: datetime,
) -> None:
    """Keep what is proposed in the place of what was before; nothing of it is applied."""
    layer = advice.layer
    await tx.run(
        "INSERT INTO layer_proposals (site_id, workspace_id, state, slope_milli, offset_milli,"
        " verdicts, error_before, error_after, sentence, made_at, counts)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::json)"
        " ON CONFLICT (site_id) DO UPDATE SET state = excluded.state,"
        " slope_milli = excluded.slope_milli, offset_milli = excluded.offset_milli,"
        " verdicts = excluded.verdicts, error_before = excluded.error_before,"
        " error_after = excluded.error_after, sentence = excluded.sentence,"
        " made_at = excluded.made_at, counts = excluded.counts, answered_by = NULL,"
        " answered_at = NULL",
        *(site_id, workspace_id, NOTHING if layer is None else PROPOSED),
        None if layer is None else layer.slope_milli,
        None if layer is None else layer.offset_milli,
        *(advice.verdicts, advice.error_before, advice.error_after, advice.sentence, now),
        orjson.dumps(counts).decode(),
    )


async def find_proposal(tx: Tx, site_id: UUID) -> Proposal | None:
    rows = await tx.fetch(
        "SELECT state, slope_milli, offset_milli, verdicts, error_before, error_after, sentence,"
        " made_at, counts::text AS counts, answered_by, answered_at FROM layer_proposals"
        " WHERE site_id = $1",
        site_id,
    )
    return _proposal(rows[0]) if rows else None


async def answer_proposal(
    tx: Tx, site_id: UUID, *, accept: bool, by: str, now: datetime
) -> Proposal:
    """Note what a person answered; raises ConflictError where nothing waits for an answer."""
    tag = await tx.run(
        "UPDATE layer_proposals SET state = $2, answered_by = $3, answered_at = $4"
        " WHERE site_id = $1 AND state = 'proposed'",
        *(site_id, ACCEPTED if accept else DECLINED, by, now),
    )
    found = await find_proposal(tx, site_id)
    if found is None or tag.endswith(" 0"):
        raise ConflictError("Nothing is proposed that waits for an answer.", code="not-proposed")
    return found


def _proposal(row: asyncpg.Record) -> Proposal:
    slope: int | None = row["slope_milli"]
    return Proposal(
        state=row["state"],
        layer=None if slope is None else Layer(slope, row["offset_milli"]),
        verdicts=row["verdicts"],
        error_before=row["error_before"],
        error_after=row["error_after"],
        sentence=row["sentence"],
        made_at=row["made_at"],
        counts=orjson.loads(row["counts"]),
        answered_by=row["answered_by"],
        answered_at=row["answered_at"],
    )
