"""What may be asked back for a lost link: what was paid, which part of the agreed time it served, a draft."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.outreach.domain.money.refund import letter, reckon
from services.outreach.store import payments, placements
from services.outreach.store.payments import Filters
from shared import clock
from shared.access import Scope
from shared.currencies import Money, written
from shared.errors import NotFoundError
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/placements/{placement_id}/refund", tags=["payments"])

_MOST = 500


class AmountOut(BaseModel):
    amount: str
    currency: str


class ShareOut(BaseModel):
    """Which part of the agreed time the link was there, by calendar days."""

    begins_on: date
    ends_on: date
    agreed_days: int
    served_days: int
    served_share: float


class LetterOut(BaseModel):
    """A draft; nothing is sent by it."""

    subject: str
    text: str


class RefundOut(BaseModel):
    """What is known of a lost link's money. It is something to reckon by, no claim in law."""

    paid: list[AmountOut] = Field(description="Less what came back, by currency.")
    served: ShareOut | None = Field(description="Null where it can't be told; `sentences` say why.")
    unserved: list[AmountOut] = Field(description="Of what was paid, for days it was not there.")
    sentences: list[str]
    letter: LetterOut | None = Field(
        description="Asks for the link, another page or the money; null where nothing is owed."
    )


@router.get("")
async def get_refund(
    placement_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    language: Annotated[Literal["en", "de"], Query(description="Of the letter.")] = "en",
) -> RefundOut:
    """Return what was paid for a lost link, which share of the agreed time it served, and a letter."""
    caller.require_scope(Scope.OUTREACH_READ)
    placement = await placements.get_placement(tx, placement_id, workspace_id=caller.workspace_id)
    if not caller.may_see(placement.site_id):
        raise NotFoundError("There is no such placement.")
    caller.require(placement.site_id, Role.VIEWER)
    today = clock.now().date()
    filters = Filters(placement_ids=[placement_id])
    made = await payments.list_payments(tx, caller.workspace_id, filters, today=today, limit=_MOST)
    found = reckon(placement, made, today=today)
    draft, share = letter(placement, found, language=language), found.share
    return RefundOut(
        paid=_amounts(found.paid),
        served=None
        if share is None
        else ShareOut(
            begins_on=share.begins_on,
            ends_on=share.ends_on,
            agreed_days=share.agreed_days,
            served_days=share.served_days,
            served_share=round(float(share.served), 4),
        ),
        unserved=_amounts(found.unserved),
        sentences=list(found.sentences),
        letter=None if draft is None else LetterOut(subject=draft.subject, text=draft.text),
    )


def _amounts(sums: Iterable[Money]) -> list[AmountOut]:
    return [AmountOut(amount=written(*one), currency=one[1]) for one in sums]
