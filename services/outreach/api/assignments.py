"""Prospects in the plan: which open slot each is to fill, suggested with its reason, by hand or many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.domain.opportunities import WAYS
from services.outreach.domain.plan.assigning import (
    Assigned,
    FreeSlot,
    Wanting,
    assign,
    reason_of,
)
from services.outreach.domain.prospect import LOST, Stage
from services.outreach.store import assigning, opportunities, plans, prospects, sites
from services.outreach.store.prospects import Prospect
from shared import urls
from shared.access import Scope
from shared.db import Tx
from shared.opportunities import OpportunityKind
from shared.prospect_words import STAGES
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/sites/{site_id}/plan", tags=["plan"])
MOST_AT_ONCE = 500
_DONE = LOST | {Stage.PLACED}


class AssignmentIn(BaseModel):
    """A prospect, and the slot that it is to fill."""

    model_config = ConfigDict(extra="forbid")

    prospect_id: UUID
    slot_id: UUID | None = Field(default=None, description="None: the open one that fits best.")


class AssignmentsIn(BaseModel):
    """Who is to fill which slots, or whose slots are to be free again."""

    model_config = ConfigDict(extra="forbid")

    rows: list[AssignmentIn] = Field(min_length=1, max_length=MOST_AT_ONCE)
    release: bool = Field(default=False, description="Free the slots of these prospects instead.")


class AssignmentOut(BaseModel):
    """What became of one prospect; without a slot the sentence says why."""

    prospect_id: UUID
    domain: str | None
    slot_id: UUID | None
    target_url: str | None
    month: date | None
    changed: bool
    sentence: str


class AssignmentsOut(BaseModel):
    """What became of all; with `dry_run` nothing was written."""

    dry_run: bool
    assigned: int
    results: list[AssignmentOut]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A slot for a prospect, or why there is none."""

    sentence: str
    slot: FreeSlot | None = None
    changed: bool = False


@router.post("/assignments")
async def assign_prospects(
    site_id: UUID,
    body: AssignmentsIn,
    caller: CallerDep,
    tx: TxDep,
    dry_run: Annotated[bool, Query(description="Only say what would happen.")] = False,
) -> AssignmentsOut:
    """Give prospects slots of the plan, each the one that fits best or the one that is named.

    A prospect has one slot at most. It is free again when the prospect is lost (rejected, declined, no
    answer, never write), and a placement of its domain fills it by itself.
    """
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require(site_id, Role.EDITOR)
    await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    await plans.lock_site(tx, site_id)
    wanted = {row.prospect_id: row.slot_id for row in body.rows}
    known = await prospects.get_prospects(tx, caller.workspace_id, wanted)
    ours = {key: one for key, one in known.items() if one.site_id == site_id}
    if body.release:
        answers = await _release(tx, list(ours), dry_run=dry_run)
    else:
        answers = await _assign(tx, site_id, ours, wanted, dry_run=dry_run)
    results = [
        _row(key, ours.get(key), answers.get(key, _Answer("There is no such prospect.")))
        for key in wanted
    ]
    return AssignmentsOut(
        dry_run=dry_run, assigned=sum(row.changed for row in results), results=results
    )


async def _release(tx: Tx, ids: Sequence[UUID], *, dry_run: bool) -> dict[UUID, _Answer]:
    held = await assigning.list_held(tx, ids)
    if not dry_run:
        await assigning.release(tx, list(held))
    return {
        key: _Answer("Its slot is open again.", changed=True)
        if key in held
        else _Answer("It has no slot.")
        for key in ids
    }


async def _assign(
    tx: Tx,
    site_id: UUID,
    ours: dict[UUID, Prospect],
    wanted: dict[UUID, UUID | None],
    *,
    dry_run: bool,
) -> dict[UUID, _Answer]:
    held = await assigning.list_held(tx, list(ours))
    answers = {
        key: _Answer("It has a slot already; free that one first.", slot)
        for key, slot in held.items()
    }
    answers |= {
        key: _Answer(f"It can fill no slot: {STAGES[one.stage].label.lower()}.")
        for key, one in ours.items()
        if one.stage in _DONE and key not in held
    }
    left = [one for key, one in ours.items() if key not in answers]
    free = {slot.slot_id: slot for slot in await assigning.list_free(tx, site_id)}
    wanting = {one.prospect_id: one for one in await _wanting(tx, site_id, left)}
    found = _named(free, wanting, wanted, answers)
    taken = {one.slot.slot_id for one in found}
    others = [one for key, one in wanting.items() if wanted[key] is None]
    found += assign([slot for key, slot in free.items() if key not in taken], others)
    if not dry_run:
        await assigning.save(tx, {one.slot.slot_id: one.prospect_id for one in found})
    answers |= {one.prospect_id: _Answer(one.reason, one.slot, changed=True) for one in found}
    none = "No slot is open: make the plan longer first."
    return {key: _Answer(none) for key in wanting} | answers


def _named(
    free: dict[UUID, FreeSlot],
    wanting: dict[UUID, Wanting],
    wanted: dict[UUID, UUID | None],
    answers: dict[UUID, _Answer],
) -> list[Assigned]:
    """Take the slots that are named; of those that are not open it is said."""
    found: list[Assigned] = []
    taken: set[UUID] = set()
    for key, one in wanting.items():
        slot_id = wanted[key]
        if slot_id is None:
            continue
        slot = free.get(slot_id)
        if slot is None or slot_id in taken:
            answers[key] = _Answer("That slot is not open, or somebody has it.")
            continue
        taken.add(slot_id)
        found.append(Assigned(key, slot, f"By hand. {reason_of(slot, one)}"))
    return found


async def _wanting(tx: Tx, site_id: UUID, found: Sequence[Prospect]) -> list[Wanting]:
    spoken = await opportunities.list_spoken(tx, site_id, [one.prospect_id for one in found], None)
    wanting = []
    for one in found:
        place = spoken[one.prospect_id].place if one.prospect_id in spoken else None
        judgement = one.judgement or {}
        kind = place.kind if place else _kind_of(one.source)
        wanting.append(
            Wanting(
                prospect_id=one.prospect_id,
                offered_key=urls.page_id(place.ours) if place and place.ours else None,
                method=WAYS[kind].method if kind else None,
                words=[word["word"] for word in judgement.get("shared", [])],
                language=judgement.get("your_language") or "",
            )
        )
    return wanting


def _kind_of(source: str) -> OpportunityKind | None:
    return OpportunityKind(source) if source in set(OpportunityKind) else None


def _row(key: UUID, one: Prospect | None, answer: _Answer) -> AssignmentOut:
    slot = answer.slot
    return AssignmentOut(
        prospect_id=key,
        domain=one.domain if one else None,
        slot_id=slot.slot_id if slot else None,
        target_url=slot.target_url if slot else None,
        month=slot.due_on.replace(day=1) if slot else None,
        changed=answer.changed,
        sentence=answer.sentence,
    )
