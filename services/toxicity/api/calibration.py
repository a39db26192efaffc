"""How well the score fits the decisions of the site's own people, and the last layer that they move."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.toxicity.api.versions import site_of
from services.toxicity.domain import calibrating
from services.toxicity.domain.calibrating import Cell, Judgement
from services.toxicity.store import queue, sites
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


class CalibrationOut(BaseModel):
    """The score against the decisions of people, on this site's own links."""

    sample: PartOut = Field(
        description="Links drawn at random, up to the first that nobody decided about: unbiased."
    )
    all: PartOut = Field(description="All decisions: chosen by people, so only a hint.")
    sentence: str
    layer: LayerOut
    would_be: LayerOut = Field(description="What the decisions ask for now; POST applies it.")


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


async def _report(tx: Tx, site_id: UUID) -> CalibrationOut:
    sample = calibrating.decided_prefix(await queue.list_drawn(tx, site_id))
    decided = await queue.list_decided(tx, site_id)
    kept = (await queue.find_layers(tx, [site_id])).get(site_id)
    wanted = calibrating.fit(decided)
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
