"""The links of a site with their scores in force and what they would be judged by now, in batches."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.toxicity.domain.facts import Facts
from services.toxicity.domain.ingest import canonical, digest
from services.toxicity.domain.inputs import inputs_json
from services.toxicity.domain.layer import Layer
from services.toxicity.domain.rescore import Candidate, Standing, by_code
from services.toxicity.domain.score import judge, waterfall_json
from services.toxicity.store import once, scores
from shared.db import Tx
from shared.jobs import Job
from shared.vocabulary import Action, Band

KIND = "rescore"
BATCH = 500

_STANDINGS = """
    SELECT link_id, score, band, action, model, explanation::text AS explanation FROM links
    WHERE site_id = $1 AND link_id > $2 AND scored_at IS NOT NULL ORDER BY link_id LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Links in the order of their ids; `last` says where the next batch begins, None at the end."""

    links: list[Candidate]
    last: UUID | None

    def under(self, layer: Layer | None) -> list[Candidate]:
        """Return the links with another last layer; None: that in force."""
        if layer is None:
            return self.links
        return [(link_id, was, replace(facts, layer=layer)) for link_id, was, facts in self.links]


async def add_job(tx: Tx, *, workspace_id: UUID, site_id: UUID) -> Job:
    """Queue a re-score, or return the one that waits or is under way."""
    return await once.add_job(tx, KIND, workspace_id=workspace_id, site_id=site_id)


async def read_batch(tx: Tx, site_id: UUID, *, after: UUID, now: datetime) -> Batch:
    """Return the next judged links of a site; nothing is locked, nothing is written."""
    rows = await tx.fetch(_STANDINGS, site_id, after, BATCH)
    facts = await scores.read_facts(tx, [row["link_id"] for row in rows], now=now)
    standings = {row["link_id"]: _standing(row) for row in rows}
    return Batch(
        links=[(link_id, standings[link_id], one) for link_id, one in facts],
        last=rows[-1]["link_id"] if len(rows) == BATCH else None,
    )


def _standing(row: asyncpg.Record) -> Standing:
    told = orjson.loads(row["explanation"] or "{}").get("findings", [])
    return Standing(
        score=row["score"],
        band=Band(row["band"]),
        action=Action(row["action"]),
        model=row["model"],
        findings=by_code((one["code"], one["weight"]) for one in told),
    )


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a score is made of, and whether it gives the score in force to the byte."""

    model: str
    scored_at: datetime
    values: Mapping[str, Any]
    replays: bool


async def find_inputs(tx: Tx, link_id: UUID) -> Inputs | None:
    """Return what is stored that a link's score is made of, as of when it was judged."""
    rows = await tx.fetch(
        "SELECT score, milli, band, action, model, sentence, scored_at, explanation_digest"
        " FROM links WHERE link_id = $1 AND scored_at IS NOT NULL",
        link_id,
    )
    if not rows:
        return None
    found = await scores.read_facts(tx, [link_id], now=rows[0]["scored_at"])
    if not found:
        return None
    facts = found[0][1]
    return Inputs(
        model=rows[0]["model"],
        scored_at=rows[0]["scored_at"],
        values=inputs_json(facts),
        replays=_is_of(rows[0], facts),
    )


def _is_of(row: asyncpg.Record, facts: Facts) -> bool:
    score = judge(facts)
    again = (score.score, score.milli, score.band, score.action, score.model, score.sentence)
    kept = tuple(row[one] for one in ("score", "milli", "band", "action", "model", "sentence"))
    return again == kept and digest(canonical(waterfall_json(score))) == row["explanation_digest"]
