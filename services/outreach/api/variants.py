"""Texts of a step that are tried side by side: what each brought, and taking one out of use."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from services.outreach.api.sequence_shapes import SequenceOut
from services.outreach.api.sequences import answer, get_plan
from services.outreach.api.variant_shapes import VariantsOut, tried_step_out
from services.outreach.domain.sequences.steps import MAX_STEPS
from services.outreach.domain.sequences.variants import stopped, tallies
from services.outreach.store import sequences, variants
from shared import clock
from shared.access import Scope
from shared.errors import ConflictError, NotFoundError
from shared.versions import IF_MATCH, require_match
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/sequences", tags=["sequences"])


@router.get("/{sequence_id}/variants")
async def get_variants(sequence_id: UUID, caller: CallerDep, tx: TxDep) -> VariantsOut:
    """Return what each text brought, of steps that have several; nobody is tracked for it."""
    caller.require_scope(Scope.OUTREACH_READ)
    plan = await get_plan(tx, sequence_id, caller, role=Role.VIEWER)
    versions = await variants.list_versions(tx, sequence_id)
    tried = [step for step in versions[plan.version_no] if step.others]
    counted = await variants.count_tallies(tx, sequence_id) if tried else {}
    return VariantsOut(
        steps=[tried_step_out(step, tallies(step, versions, counted)) for step in tried]
    )


@router.post("/{sequence_id}/steps/{step_no}/variants/{variant}/stop", dependencies=[IF_MATCH])
async def stop_variant(
    sequence_id: UUID,
    step_no: Annotated[int, Path(ge=1, le=MAX_STEPS)],
    variant: Annotated[str, Path(min_length=1, max_length=1)],
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> SequenceOut:
    """Take a text out of use: whoever is enrolled from now on gets one of the others."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    plan = await get_plan(tx, sequence_id, caller, role=Role.EDITOR, lock=True)
    require_match(request, plan.version)
    key = (sequence_id, plan.version_no)
    before = (await sequences.list_steps(tx, [key]))[key]
    tried = {one.name for step in before if step.step_no == step_no for one in step.tried}
    known = {one.name for step in before if step.step_no == step_no for one in step.variants}
    if variant not in known:
        raise NotFoundError("There is no such text in this step.")
    if tried == {variant}:
        raise ConflictError(
            "It is the only text in use. Give another one a weight first.", code="only-text"
        )
    if variant in tried:
        now = clock.now()
        after = replace(plan, version_no=plan.version_no + 1)
        steps = stopped(before, step_no, variant)
        await sequences.add_steps(
            tx, (sequence_id, after.version_no), steps, by=caller.actor, now=now
        )
        await sequences.save_sequence(tx, after, now=now)
    return await answer(tx, sequence_id, caller, response)
