"""How well the score fits the decisions of the site's own people, and the last layer that they move."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from services.toxicity.api.rescores import MoveOut
from services.toxicity.api.versions import site_of
from services.toxicity.domain import calibrating
from services.toxicity.domain.calibrating import Cell, Judgement
from services.toxicity.domain.layer import Layer
from services.toxicity.domain.rescore import moves_of
from services.toxicity.store import proposals, queue, sites
from services.toxicity.store.proposals import Proposal
from shared import clock
from shared.access import Scope
from shared.db import Tx
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["reviews"])


class CellOut(BaseModel):
    """Decisions about links of one band, beside what the score expected of them."""

    band: str
    verdicts: int
    bad: int
    unsure: int = Field(description="Left to Google: neither good nor bad.")
    expected: float | None = Field(description="Mean probability that the score gave.")
    share: float | None = Field(description="Of the verdicts, those that were bad.")
    low: float = Field(description="Lower end of the 95 % interval (Wilson).")
    high: float


class PartOut(BaseModel):
    """One set of decisions."""

    links: int
    domains: int
    brier: float | None = Field(description="Mean squared error of the score; 0 is perfect.")
    whole: CellOut
    bands: list[CellOut]


class LayerOut(BaseModel):
    """The last layer: what is done to log-odds after all findings."""

    changed: bool
    slope: float
    offset: float
    verdicts: int
    fitted_at: datetime | None
    sentence: str


class ProposalOut(BaseModel):
    """What the weekly look at the decisions proposes; it is applied only when a person accepts."""

    state: Literal["proposed", "accepted", "declined", "nothing"]
    slope: float | None
    offset: float | None
    verdicts: int
    error_before: float | None = Field(
        description="Mean squared error of the score, as it was, against the decisions."
    )
    error_after: float | None = Field(
        description="The same if it is fitted to one half of the decisions and held against the other."
    )
    looked: int = Field(description="Links that were looked at in the dry run.")
    changed: int = Field(description="Of them, those that would be judged otherwise.")
    crossed: int = Field(description="Of them, those that would change their band.")
    moves: list[MoveOut]
    made_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    sentence: str
    difference_url: str | None = Field(description="Every link that would change, line by line.")


class CalibrationOut(BaseModel):
    """The score against the decisions of people, on this site's own links."""

    sample: PartOut = Field(
        description="Links drawn at random, up to the first that nobody decided about: unbiased."
    )
    all: PartOut = Field(description="All decisions: chosen by people, so only a hint.")
    sentence: str
    layer: LayerOut
    would_be: LayerOut = Field(description="What the decisions ask for now; POST applies it.")
    proposal: ProposalOut | None = Field(
        description="Of the last weekly look; null: none yet, for too few decisions are there."
    )


@router.get("/v1/sites/{site_id}/reviews/calibration")
async def get_calibration(site_id: UUID, caller: CallerDep, tx: TxDep) -> CalibrationOut:
    """Return how often people agreed with the score, by band, with intervals."""
    await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    return await _report(tx, site_id)


@router.post("/v1/sites/{site_id}/reviews/calibration")
async def recalibrate(site_id: UUID, caller: CallerDep, tx: TxDep) -> CalibrationOut:
    """Fit the last layer to the decisions, if there are enough; the links are judged again then."""
    await site_of(tx, caller, site_id, Role.EDITOR, Scope.TOXICITY_WRITE)
    found = calibrating.fit(await queue.list_decided(tx, site_id))
    await queue.save_layer(tx, site_id, found.layer, verdicts=found.verdicts, now=clock.now())
    await sites.want_walk(tx, [site_id])
    return await _report(tx, site_id)


class AnswerIn(BaseModel):
    """What a person says to the proposal."""

    model_config = ConfigDict(extra="forbid")

    accept: StrictBool = Field(description="true applies it, false leaves the score as it is.")


@router.post("/v1/sites/{site_id}/reviews/calibration/proposal")
async def answer_proposal(
    site_id: UUID, body: AnswerIn, caller: CallerDep, tx: TxDep
) -> CalibrationOut:
    """Accept or decline what is proposed for the last layer; accepted, the links are judged again."""
    await site_of(tx, caller, site_id, Role.EDITOR, Scope.TOXICITY_WRITE)
    now = clock.now()
    found = await proposals.answer_proposal(
        tx, site_id, accept=body.accept, by=caller.actor, now=now
    )
    if body.accept:
        await queue.save_layer(tx, site_id, found.layer, verdicts=found.verdicts, now=now)
        await sites.want_walk(tx, [site_id])
    return await _report(tx, site_id)


async def _report(tx: Tx, site_id: UUID) -> CalibrationOut:
    sample = calibrating.decided_prefix(await queue.list_drawn(tx, site_id))
    decided = await queue.list_decided(tx, site_id)
    kept = (await queue.find_layers(tx, [site_id])).get(site_id)
    wanted = calibrating.fit(decided)
    proposal = await proposals.find_proposal(tx, site_id)
    whole = calibrating.whole(sample)
    return CalibrationOut(
        sample=_part(sample),
        all=_part(decided),
        sentence=_sentence(whole),
        layer=LayerOut(
            changed=kept is not None,
            slope=kept.layer.slope_milli / 1000 if kept else 1.0,
            offset=kept.layer.offset_milli / 1000 if kept else 0.0,
            verdicts=kept.verdicts if kept else 0,
            fitted_at=kept.fitted_at if kept else None,
            sentence="Fitted to your decisions." if kept else "Unchanged: as the model is shipped.",
        ),
        would_be=LayerOut(
            changed=wanted.layer is not None,
            slope=wanted.layer.slope_milli / 1000 if wanted.layer else 1.0,
            offset=wanted.layer.offset_milli / 1000 if wanted.layer else 0.0,
            verdicts=wanted.verdicts,
            fitted_at=None,
            sentence=wanted.sentence,
        ),
        proposal=None if proposal is None else _proposal(site_id, proposal),
    )


def _proposal(site_id: UUID, found: Proposal) -> ProposalOut:
    layer: Layer | None = found.layer
    waits = found.state == proposals.PROPOSED
    counts = found.counts
    return ProposalOut.model_validate(
        {
            "state": found.state,
            "slope": None if layer is None else layer.slope_milli / 1000,
            "offset": None if layer is None else layer.offset_milli / 1000,
            "verdicts": found.verdicts,
            "error_before": found.error_before,
            "error_after": found.error_after,
            **{name: counts[name] for name in ("looked", "changed", "crossed")},
            "moves": [
                {"from_band": old, "to_band": new, "links": links}
                for old, new, links in moves_of(counts)
            ],
            "made_at": found.made_at,
            "answered_by": found.answered_by,
            "answered_at": found.answered_at,
            "sentence": found.sentence,
            "difference_url": f"/v1/sites/{site_id}/toxicity/rescore?layer=proposed"
            if waits
            else None,
        }
    )


def _part(judgements: list[Judgement]) -> PartOut:
    return PartOut(
        links=len(judgements),
        domains=len({one.domain for one in judgements}),
        brier=calibrating.brier(judgements),
        whole=_cell(calibrating.whole(judgements)),
        bands=[_cell(one) for one in calibrating.cells(judgements)],
    )


def _cell(cell: Cell) -> CellOut:
    return CellOut(
        band=cell.band,
        verdicts=cell.verdicts,
        bad=cell.bad,
        unsure=cell.unsure,
        expected=cell.expected,
        share=cell.share,
        low=cell.low,
        high=cell.high,
    )


def _sentence(whole: Cell) -> str:
    if not whole.verdicts:
        return (
            "Nothing can be said yet: decide about the links marked as sample, from the first on."
        )
    return (
        f"By your own decisions about {whole.verdicts:,} links drawn at random, between"
        f" {100 * whole.low:.0f} % and {100 * whole.high:.0f} % of the links are bad."
    )
