"""Judging all links of a site anew: what would change as lines or counts, then doing it as a job."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from services.toxicity.domain import weights
from services.toxicity.domain.layer import Layer
from services.toxicity.domain.rescore import Difference, Tally, difference_json, differences
from services.toxicity.store import proposals, reads, rescores, sites
from shared import clock
from shared.access import Scope
from shared.db import Database
from shared.dependencies import DbDep
from shared.errors import NotFoundError
from shared.job_routes import JobOut
from shared.jsontext import dumps
from shared.vocabulary import Band, Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["toxicity"])

_NO_STORE = {"Cache-Control": "no-store"}


class MoveOut(BaseModel):
    """Links that would leave one band for another."""

    from_band: Band
    to_band: Band
    links: int


class RescoreCounts(BaseModel):
    """What a re-score would change."""

    site_id: UUID
    model: str = Field(description="The model that would judge.")
    looked: int = Field(description="Judged links that were looked at: all of the site.")
    changed: int = Field(description="Of them, those with another score, band, action or finding.")
    crossed: int = Field(description="Of them, those that would change their band.")
    moves: list[MoveOut]
    dry_run: bool = True


class InputsOut(BaseModel):
    """All that the score of a link is made of."""

    link_id: UUID
    site_id: UUID
    model: str = Field(description="The model that judged.")
    scored_at: datetime
    replays: bool = Field(
        description="True: the model of today makes the very score that is shown from these inputs."
    )
    note: str
    inputs: dict[str, Any]


async def _batches(
    db: Database,
    site_id: UUID,
    tally: Tally,
    *,
    start: UUID = sites.START,
    layer: Layer | None = None,
) -> AsyncIterator[list[Difference]]:
    """Yield what would change, batch by batch, each read in a transaction of its own."""
    after: UUID | None = start
    while after is not None:
        async with db.begin() as tx:
            batch = await rescores.read_batch(tx, site_id, after=after, now=clock.now())
        after = batch.last
        yield list(differences(batch.under(layer), tally))


async def _lines(
    db: Database, site_id: UUID, *, start: UUID, layer: Layer | None
) -> AsyncIterator[bytes]:
    async for found in _batches(db, site_id, Tally(), start=start, layer=layer):
        yield b"".join(dumps(difference_json(one)) + b"\n" for one in found)


async def _counts(db: Database, site_id: UUID) -> AsyncIterator[bytes]:
    """Yield the counts; a blank for each batch before them keeps a long wait alive."""
    tally = Tally()
    async for _ in _batches(db, site_id, tally):
        yield b" "
    answer = RescoreCounts(
        site_id=site_id,
        model=weights.MODEL,
        looked=tally.looked,
        changed=tally.changed,
        crossed=tally.crossed,
        moves=[
            MoveOut(from_band=before, to_band=after, links=links)
            for (before, after), links in sorted(tally.moves.items())
        ],
    )
    yield dumps(answer.model_dump(mode="json"))


@router.get(
    "/v1/sites/{site_id}/toxicity/rescore",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/jsonl": {"schema": {"type": "string"}}}}},
)
async def stream_rescore(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    db: DbDep,
    after: Annotated[
        UUID,
        Query(description="Goes on behind this link: the last one of a stream that broke off."),
    ] = sites.START,
    layer: Annotated[
        Literal["proposed"] | None,
        Query(description="`proposed`: with the last layer that waits for an answer."),
    ] = None,
) -> StreamingResponse:
    """Return the links that would be judged otherwise now, as lines of JSON; nothing is changed.

    The lines are in the order of `link_id`.
    """
    caller.require_scope(Scope.TOXICITY_READ)
    caller.require(site_id, Role.VIEWER)
    await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    proposal = await proposals.find_proposal(tx, site_id) if layer else None
    lines = _lines(db, site_id, start=after, layer=None if proposal is None else proposal.layer)
    media = "application/jsonl; charset=utf-8"
    return StreamingResponse(lines, media_type=media, headers=_NO_STORE)


@router.post(
    "/v1/sites/{site_id}/toxicity/rescores",
    status_code=202,
    response_model=JobOut,
    responses={200: {"model": RescoreCounts, "description": "With `dry_run`: the counts."}},
)
async def start_rescore(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    db: DbDep,
    response: Response,
    dry_run: Annotated[bool, Query(description="Only count what would change.")] = False,
) -> Any:
    """Judge all links of a site anew as a job, or with `dry_run` only count what would change."""
    caller.require_scope(Scope.TOXICITY_WRITE)
    caller.require(site_id, Role.EDITOR)
    await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    if dry_run:
        media = "application/json"
        return StreamingResponse(_counts(db, site_id), media_type=media, headers=_NO_STORE)
    job = await rescores.add_job(tx, workspace_id=caller.workspace_id, site_id=site_id)
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return JobOut.of(job)


@router.get("/v1/links/{link_id}/toxicity/inputs")
async def get_link_inputs(link_id: UUID, caller: CallerDep, tx: TxDep) -> InputsOut:
    """Return what the score of a link is made of, from which it can be made again byte for byte."""
    caller.require_scope(Scope.TOXICITY_READ)
    site_id, judged = await reads.get_link(tx, link_id, workspace_id=caller.workspace_id)
    if not caller.may_see(site_id):
        raise NotFoundError("There is no such link.")
    caller.require(site_id, Role.VIEWER)
    found = None if judged is None else await rescores.find_inputs(tx, link_id)
    if found is None:
        raise NotFoundError("This link has not been judged yet.", code="not-judged-yet")
    return InputsOut(
        link_id=link_id,
        site_id=site_id,
        model=found.model,
        scored_at=found.scored_at,
        replays=found.replays,
        note=_note(found),
        inputs=dict(found.values),
    )


def _note(found: rescores.Inputs) -> str:
    if found.replays:
        return "From these inputs the score that is shown is made again, byte for byte."
    if found.model != weights.MODEL:
        return "Another model judged this link; a re-score would judge it by the one of today."
    return "What is known around this link has changed since it was judged; a re-score takes it in."
