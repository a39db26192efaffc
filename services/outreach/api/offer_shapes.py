"""What requests and answers about offers look like; never for clients."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from services.outreach.domain.money.offer import (
    LABELS,
    By,
    OfferState,
    OfferTerms,
    reckoned,
    words_of,
)
from services.outreach.domain.money.reading import Named, Per
from services.outreach.domain.terms import MAX_ANCHOR, MAX_NAME, MAX_URL, method_name
from services.outreach.store.offers import Offer, Turn
from services.outreach.store.threads import Inbound
from shared.currencies import said, written
from shared.inputs import Day, Whole
from shared.vocabulary import Position

MAX_NOTE = 2_000
MAX_QUOTE = 500


class TurnIn(BaseModel):
    """What one side offers; what is left out was not said."""

    model_config = ConfigDict(extra="forbid")

    made_by: By = Field(description="`them`, or `us` for what your team proposes.")
    amount: Decimal | None = Field(
        default=None, max_digits=18, decimal_places=4, description="0 is for nothing."
    )
    currency: str | None = Field(default=None, min_length=3, max_length=3)
    per: Per = Field(default=Per.ONCE, description="`once`, or the amount of a month or year.")
    plus_tax: StrictBool = False
    rel: list[str] | None = Field(
        default=None, max_length=3, description="Tokens of the link; an empty list = followed."
    )
    months: Whole | None = Field(default=None, description="So long the link is to stay.")
    method: str | None = Field(default=None, max_length=MAX_NAME, description="As of placements.")
    target_url: str | None = Field(default=None, max_length=MAX_URL)
    quote: str | None = Field(
        default=None, max_length=MAX_QUOTE, description="The sentence in which they say so."
    )
    inbound_id: UUID | None = Field(default=None, description="Their letter.")


class OfferIn(TurnIn):
    """A new offer: of a conversation, or by hand of a site and a domain."""

    thread_id: UUID | None = None
    site_id: UUID | None = Field(default=None, description="Needed without a conversation.")
    referring_domain: str | None = Field(default=None, max_length=253)
    referring_url: str | None = Field(default=None, max_length=MAX_URL)
    vendor_id: UUID | None = None
    campaign: str | None = Field(default=None, max_length=MAX_NAME)
    valid_until: Day | None = None
    note: str | None = Field(default=None, max_length=MAX_NOTE)


class OfferPatch(BaseModel):
    """What stands beside the terms; fields that are left out stay."""

    model_config = ConfigDict(extra="forbid")

    referring_url: str | None = Field(default=None, max_length=MAX_URL)
    vendor_id: UUID | None = None
    campaign: str | None = Field(default=None, max_length=MAX_NAME)
    valid_until: Day | None = None
    note: str | None = Field(default=None, max_length=MAX_NOTE)


class AcceptIn(BaseModel):
    """What the placement has beside the terms of the offer."""

    model_config = ConfigDict(extra="forbid")

    referring_url: str | None = Field(default=None, max_length=MAX_URL)
    anchor_text: str | None = Field(default=None, max_length=MAX_ANCHOR)
    position: Position | None = None
    go_live_on: Day | None = Field(
        default=None, description="The agreed time begins then; left out: today."
    )
    due_on: Day | None = Field(
        default=None, description="Writes down the payments, the first to be paid by this day."
    )
    over_budget: StrictBool = Field(
        default=False, description="Accept though the campaign's budget does not reach."
    )


class DeclineIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    because: str | None = Field(default=None, max_length=500)


class TurnOut(BaseModel):
    turn_id: UUID
    made_by: By
    sentence: str
    quote: str | None
    inbound_id: UUID | None
    actor: str
    at: datetime


class OfferOut(BaseModel):
    """An offer: the terms that stand, how it stands, and what it comes to."""

    offer_id: UUID
    site_id: UUID
    referring_domain: str
    referring_url: str | None
    thread_id: UUID | None
    prospect_id: UUID | None
    vendor_id: UUID | None
    vendor_name: str | None
    campaign: str | None
    made_by: By
    amount: str | None
    currency: str | None
    per: Per
    plus_tax: bool
    rel: list[str] | None
    months: int | None
    method: str | None
    target_url: str | None
    valid_until: date | None
    note: str | None
    state: OfferState
    label: str
    sentence: str
    in_all: str = Field(description="What it comes to if it is accepted, or why that is not known.")
    placement_id: UUID | None
    decided_at: datetime | None
    decided_by: str | None
    because: str | None
    turns: int
    created_at: datetime
    version: int


class OfferWhole(OfferOut):
    """An offer with what was said in turn, the oldest first."""

    history: list[TurnOut]


class AmountOut(BaseModel):
    """An amount that a letter names; nothing is written down by it."""

    inbound_id: UUID
    received_at: datetime
    amount: str
    up_to: str | None = Field(description="Of a range, its upper end.")
    currency: str | None
    per: Per
    plus_tax: bool
    free: bool
    sentence: str = Field(description="The sentence of the letter.")
    words: str
    doubt: str | None = Field(description="What the letter does not say for sure.")


class AmountsOut(BaseModel):
    items: list[AmountOut]


class AcceptedOut(BaseModel):
    """What came of an accepted offer."""

    offer: OfferOut
    placement_id: UUID
    payments: int
    sentence: str
    warnings: list[str]


def terms_of(body: TurnIn) -> OfferTerms:
    return OfferTerms(
        amount=body.amount,
        currency=body.currency.upper() if body.currency and body.amount else None,
        per=body.per,
        plus_tax=body.plus_tax,
        rel=None if body.rel is None else tuple(sorted(set(body.rel))),
        months=body.months,
        method=method_name(body.method),
        target_url=body.target_url,
    )


def offer_out(offer: Offer, *, today: date) -> OfferOut:
    return OfferOut(**_values(offer, today))


def offer_whole(offer: Offer, turns: list[Turn], *, today: date) -> OfferWhole:
    history = [
        TurnOut(**{name: getattr(one, name) for name in TurnOut.model_fields}) for one in turns
    ]
    return OfferWhole(**_values(offer, today), history=history)


def _values(offer: Offer, today: date) -> dict[str, Any]:
    terms, state = offer.terms, offer.state(today)
    deal, wrong = reckoned(terms)
    own = [
        *("offer_id", "site_id", "referring_domain", "referring_url", "thread_id", "prospect_id"),
        *("vendor_id", "vendor_name", "campaign", "made_by", "valid_until", "note", "turns"),
        *("placement_id", "decided_at", "decided_by", "because", "created_at", "version"),
    ]
    amount = terms.amount
    shown = None if amount is None else written(amount, terms.currency or "")
    return {
        **{name: getattr(offer, name) for name in own},
        **{name: getattr(terms, name) for name in ("currency", "per", "plus_tax", "months")},
        **{name: getattr(terms, name) for name in ("method", "target_url")},
        "rel": None if terms.rel is None else list(terms.rel),
        "amount": shown,
        "state": state,
        "label": LABELS[state],
        "sentence": _sentence(offer, state),
        "in_all": deal.sentence if deal else " ".join(one.detail for one in wrong),
    }


def _sentence(offer: Offer, state: OfferState) -> str:
    who = "They ask" if offer.made_by is By.THEM else "Your team proposes"
    text = f"{who}: {words_of(offer.terms)}."
    if state is OfferState.ACCEPTED:
        return f"{text} {offer.decided_by} accepted it."
    if state is OfferState.DECLINED:
        why = f": {offer.because}" if offer.because else ""
        return f"{text} {offer.decided_by} declined it{why}."
    return f"{text} Its last day is over." if state is OfferState.EXPIRED else text


def amount_out(mail: Inbound, one: Named) -> AmountOut:
    currency = one.currency
    return AmountOut(
        inbound_id=mail.inbound_id,
        received_at=mail.received_at,
        amount=written(one.amount, currency or ""),
        up_to=None if one.up_to is None else written(one.up_to, currency or ""),
        currency=currency,
        per=one.per,
        plus_tax=one.plus_tax,
        free=one.is_free,
        sentence=one.sentence,
        words=_amount_words(one),
        doubt=_doubt(one),
    )


def _amount_words(one: Named) -> str:
    if one.is_free:
        return "For nothing"
    text = said(one.amount, one.currency or "")
    if one.up_to is not None:
        text = f"{text} to {said(one.up_to, one.currency or '')}"
    per = {Per.ONCE: "", Per.MONTH: " a month", Per.YEAR: " a year"}[one.per]
    return f"{text}{per}{' + tax' if one.plus_tax else ''}"


def _doubt(one: Named) -> str | None:
    if not one.is_sure:
        return f"Several currencies are called so; it is taken for {one.currency}."
    if one.up_to is not None:
        return "It is a range: ask what it comes to for you."
    return None
