"""Prospects of sites: written down once per domain, and moved through their stages with a history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.outreach.domain.prospect import LOST, Stage, reachable_from
from shared import clock, outbox
from shared.db import Tx
from shared.events import ProspectEvent, ProspectFound, ProspectQualified, ProspectRejected
from shared.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    prospect_id: UUID
    workspace_id: UUID
    site_id: UUID
    domain: str
    url: str | None = None
    stage: Stage = Stage.DISCOVERED
    status: str = ""
    source: str
    source_note: str | None = None
    owner: str | None = None
    snoozed_until: datetime | None = None
    relevance: int | None = None
    quality: int | None = None
    judgement: dict[str, Any] | None = None
    read_at: datetime | None = None
    version: int = 1
    created_by: str
    created_at: datetime
    updated_at: datetime | None = None
    stage_at: datetime


COLUMNS = (
    "prospect_id, workspace_id, site_id, domain, url, stage, status, source, source_note, owner,"
    " snoozed_until, relevance, quality, judgement, read_at, version, created_by, created_at,"
    " updated_at, stage_at"
)
_EVENTS: dict[Stage, type[ProspectEvent]] = {
    Stage.QUALIFIED: ProspectQualified,
    Stage.REJECTED: ProspectRejected,
}
_NAMES = COLUMNS.split(", ")


async def find_domain(tx: Tx, workspace_id: UUID, prospect_id: UUID) -> str | None:
    """Return the domain of a prospect of the workspace."""
    found: str | None = await tx.fetch_value(
        "SELECT domain FROM prospects WHERE workspace_id = $1 AND prospect_id = $2",
        workspace_id,
        prospect_id,
    )
    return found


async def add_prospects(tx: Tx, prospects: Sequence[Prospect]) -> set[UUID]:
    """Write prospects; returns the ids that were new, the sites have the other domains already."""
    ordered = sorted(prospects, key=lambda one: (one.site_id, one.domain))
    rows = await tx.fetch(
        "INSERT INTO prospects (prospect_id, workspace_id, site_id, domain, url, stage, status,"
        " source, source_note, owner, created_by, created_at, stage_at) SELECT * FROM unnest("
        "$1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],"
        " $8::text[], $9::text[], $10::text[], $11::text[], $12::timestamptz[],"
        " $13::timestamptz[]) ON CONFLICT (site_id, domain) DO NOTHING RETURNING prospect_id",
        [one.prospect_id for one in ordered],
        [one.workspace_id for one in ordered],
        [one.site_id for one in ordered],
        [one.domain for one in ordered],
        [one.url for one in ordered],
        [one.stage for one in ordered],
        [one.status for one in ordered],
        [one.source for one in ordered],
        [one.source_note for one in ordered],
        [one.owner for one in ordered],
        [one.created_by for one in ordered],
        [one.created_at for one in ordered],
        [one.stage_at for one in ordered],
    )
    return {row["prospect_id"] for row in rows}


async def list_known(tx: Tx, site_id: UUID, wanted: Mapping[str, Prospect]) -> set[UUID]:
    """Return the ids of those, by their domains, that the site has already."""
    rows = await tx.fetch(
        "SELECT domain FROM prospects WHERE site_id = $1 AND domain = ANY($2::text[])",
        site_id,
        list(wanted),
    )
    return {wanted[row["domain"]].prospect_id for row in rows}


async def tell_found(tx: Tx, prospects: Iterable[Prospect]) -> None:
    await outbox.add(
        tx,
        [
            ProspectFound(
                workspace_id=one.workspace_id,
                site_id=one.site_id,
                prospect_id=one.prospect_id,
                domain=one.domain,
                source=one.source,
            )
            for one in prospects
        ],
    )


async def get_prospects(
    tx: Tx, workspace_id: UUID, prospect_ids: Iterable[UUID]
) -> dict[UUID, Prospect]:
    """Return those of these prospects that the workspace has, by their ids."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM prospects WHERE workspace_id = $1"
        " AND prospect_id = ANY($2::uuid[])",
        workspace_id,
        list(prospect_ids),
    )
    return {row["prospect_id"]: prospect_of(row) for row in rows}


@dataclass(frozen=True, slots=True)
class Move:
    """A prospect that came to another stage."""

    prospect_id: UUID
    site_id: UUID
    domain: str
    before: Stage


# Locked in the order of their ids, so that two movers never wait for each other.
_MOVE = """
    UPDATE prospects p SET stage = $3, status = $4, stage_at = $5, updated_at = $5,
        version = version + 1
    FROM (SELECT prospect_id, stage FROM prospects WHERE workspace_id = $1
        AND prospect_id = ANY($2::uuid[]) AND stage = ANY($6::text[])
        ORDER BY prospect_id FOR UPDATE) AS was
    WHERE p.prospect_id = was.prospect_id
    RETURNING p.prospect_id, p.site_id, p.domain, was.stage AS before
"""


async def set_stage(
    tx: Tx,
    workspace_id: UUID,
    prospect_ids: Iterable[UUID],
    stage: Stage,
    sentence: str,
    actor: str = "",
    *,
    by_person: bool = False,
) -> list[Move]:
    """Move prospects to a stage and keep why; returns those that moved.

    What merely happened (`by_person` is false) never takes a prospect back: a first message leaves
    an agreed one where it is. A prospect that is lost gives its slot of the plan back.
    """
    now = clock.now()
    rows = await tx.fetch(
        _MOVE,
        workspace_id,
        sorted(set(prospect_ids)),
        stage,
        sentence,
        now,
        sorted(reachable_from(stage, by_person=by_person)),
    )
    moves = [
        Move(row["prospect_id"], row["site_id"], row["domain"], Stage(row["before"]))
        for row in rows
    ]
    await add_history(
        tx,
        [Change(one.prospect_id, sentence, now, actor, one.before, stage) for one in moves],
    )
    if stage in LOST:
        await tx.run(
            "UPDATE plan_slots SET prospect_id = NULL WHERE prospect_id = ANY($1::uuid[])",
            [one.prospect_id for one in moves],
        )
    event = _EVENTS.get(stage)
    if event is not None:
        await outbox.add(tx, [_event(event, one, workspace_id, sentence) for one in moves])
    return moves


def _event(
    kind: type[ProspectEvent], move: Move, workspace_id: UUID, sentence: str
) -> ProspectEvent:
    return kind(
        workspace_id=workspace_id,
        site_id=move.site_id,
        prospect_id=move.prospect_id,
        domain=move.domain,
        sentence=sentence,
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a prospect's history."""

    prospect_id: UUID
    sentence: str
    at: datetime
    actor: str = ""
    from_stage: Stage | None = None
    to_stage: Stage | None = None


async def add_history(tx: Tx, changes: Iterable[Change]) -> None:
    lines = list(changes)
    if lines:
        await tx.run(
            "INSERT INTO prospect_changes (change_id, prospect_id, from_stage, to_stage, sentence,"
            " actor, at) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[],"
            " $5::text[], $6::text[], $7::timestamptz[])",
            [new_id() for _ in lines],
            [line.prospect_id for line in lines],
            [line.from_stage for line in lines],
            [line.to_stage for line in lines],
            [line.sentence for line in lines],
            [line.actor for line in lines],
            [line.at for line in lines],
        )


async def list_history(
    tx: Tx, prospect_id: UUID, *, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Return what happened to a prospect, the newest first."""
    return await tx.fetch(
        "SELECT change_id, from_stage, to_stage, sentence, actor, at FROM prospect_changes"
        " WHERE prospect_id = $1 AND ($2::uuid IS NULL OR change_id < $2)"
        " ORDER BY change_id DESC LIMIT $3",
        prospect_id,
        before,
        limit,
    )


def prospect_of(row: asyncpg.Record) -> Prospect:
    """Return the prospect of a row with all of its columns, whatever stands beside them."""
    values = {name: row[name] for name in _NAMES}
    values["stage"] = Stage(values["stage"])
    return Prospect(**values)


async def find_by_domains(tx: Tx, site_id: UUID, domains: Iterable[str]) -> dict[str, Prospect]:
    """Return those of these domains that are prospects of a site."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM prospects WHERE site_id = $1 AND domain = ANY($2::text[])",
        site_id,
        list(domains),
    )
    return {row["domain"]: prospect_of(row) for row in rows}
