"""What requests and answers about placements look like; clients get no price, vendor or note."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.outreach.domain.placement import State
from services.outreach.domain.record import Placement
from services.outreach.domain.terms import MAX_ANCHOR, MAX_NAME, MAX_URL, Draft, warnings
from shared import words
from shared.access import Caller, for_client
from shared.currencies import written
from shared.inputs import Day, Shape, Whole
from shared.screen_words import PLACEMENTS
from shared.vocabulary import Position, Reason


class Price(BaseModel):
    """An amount of money; amounts are text so that no cent is lost on the way."""

    model_config = ConfigDict(extra="forbid")

    amount: Decimal = Field(
        max_digits=18,
        decimal_places=4,
        description='Such as "120.50", with no more digits behind the point than the currency has.',
    )
    currency: Annotated[
        str, Shape("^[A-Za-z]{3}$", "Give a currency by its three letters, such as EUR.")
    ] = Field(description="ISO 4217, such as EUR.")


class TermsIn(BaseModel):
    """What was agreed about one link; what is left out was not agreed."""

    model_config = ConfigDict(extra="forbid")

    referring_url: str | None = Field(
        default=None, max_length=MAX_URL, description="The page that will carry the link."
    )
    referring_domain: str | None = Field(
        default=None, max_length=253, description="Enough where the page is not known yet."
    )
    target_url: str | None = Field(default=None, max_length=MAX_URL)
    anchor_text: str | None = Field(default=None, max_length=MAX_ANCHOR)
    rel: list[str] | None = Field(
        default=None,
        max_length=3,
        description="Agreed tokens (nofollow, sponsored, ugc); an empty list = must be followed.",
    )
    position: Position | None = None
    go_live_on: Day | None = None
    until_on: Day | None = Field(default=None, description="Until when the link must stay.")
    max_outlinks: Whole | None = Field(default=None, description="Most outside links on the page.")
    price: Price | None = None
    method: str | None = Field(
        default=None,
        max_length=MAX_NAME,
        description="How the link is got, such as `guest post`; survival is drawn by it.",
    )
    campaign: str | None = Field(
        default=None, max_length=MAX_NAME, description="What it is part of; the same."
    )
    vendor_id: UUID | None = None
    note: str | None = Field(default=None, max_length=2_000)


class PlacementIn(TermsIn):
    """A new placement."""

    site_id: UUID


class StateWords(BaseModel):
    label: str
    sentence: str


class PlacementOut(BaseModel):
    """A placement: what was agreed, what was seen, and how it stands today."""

    placement_id: UUID
    site_id: UUID
    referring_url: str | None
    referring_domain: str
    target_url: str | None
    anchor_text: str | None
    rel: list[str] | None
    position: Position | None
    go_live_on: date | None
    until_on: date | None
    max_outlinks: int | None
    price: Price | None = Field(default=None, description="Not for clients.")
    method: str | None
    campaign: str | None = Field(default=None, description="Not for clients.")
    vendor_id: UUID | None = Field(default=None, description="Not for clients.")
    vendor_name: str | None = Field(default=None, description="Not for clients.")
    note: str | None = Field(default=None, description="Not for clients.")
    state: State
    overdue: bool = Field(description="Should be live by now and was never seen.")
    reasons: list[Reason] = Field(description="What is not as agreed, or why the link is gone.")
    words: StateWords
    warnings: list[str]
    link_id: UUID | None
    page_title: str | None
    page_contacts: list[str] | None = Field(
        default=None, description="Addresses that the page shows. Not for clients."
    )
    page_outlinks: int | None
    toxicity_sentence: str | None
    first_live_at: datetime | None
    lost_at: datetime | None
    created_at: datetime
    updated_at: datetime | None
    version: int


def draft_of(body: TermsIn) -> Draft:
    """Return the terms of a request, still unchecked."""
    return Draft(
        page=body.referring_url,
        domain=body.referring_domain,
        target=body.target_url,
        anchor_text=body.anchor_text,
        rel=body.rel,
        position=body.position,
        go_live_on=body.go_live_on,
        until_on=body.until_on,
        max_outlinks=body.max_outlinks,
        price=None if body.price is None else body.price.amount,
        currency=None if body.price is None else body.price.currency,
        method=body.method,
        campaign=body.campaign,
    )


POINTERS = {
    "page": "/referring_url",
    "domain": "/referring_domain",
    "target": "/target_url",
    "price": "/price/amount",
    "currency": "/price/currency",
}


def shown(placement: Placement, caller: Caller, *, today: date) -> dict[str, Any]:
    """Return a placement as this caller may see it."""
    answer = _whole(placement, today)
    if caller.sees_everything_in(placement.site_id):
        return answer
    # What is warned of says that something is paid.
    stripped: dict[str, Any] = for_client(answer | {"warnings": []})
    return stripped


def _whole(placement: Placement, today: date) -> dict[str, Any]:
    terms, state = placement.terms, placement.state(today)
    price = None
    if terms.price is not None:
        price = {
            "amount": written(terms.price, terms.currency or ""),
            "currency": terms.currency,
        }
    return {
        "placement_id": placement.placement_id,
        "site_id": placement.site_id,
        "referring_url": terms.referring_url,
        "referring_domain": terms.referring_domain,
        "target_url": terms.target_url,
        "anchor_text": terms.anchor_text,
        "rel": None if terms.rel is None else list(terms.rel),
        "position": terms.position,
        "go_live_on": terms.go_live_on,
        "until_on": terms.until_on,
        "max_outlinks": terms.max_outlinks,
        "price": price,
        "method": terms.method,
        "campaign": terms.campaign,
        "vendor_id": placement.vendor_id,
        "vendor_name": placement.vendor_name,
        "note": placement.note,
        "state": state,
        "overdue": placement.overdue(today),
        "reasons": list(placement.reasons),
        "words": _words(placement, today),
        "warnings": warnings(terms),
        "link_id": placement.link_id,
        "page_title": placement.page_title,
        "page_contacts": list(placement.page_contacts),
        "page_outlinks": placement.page_outlinks,
        "toxicity_sentence": placement.toxicity_sentence,
        "first_live_at": placement.first_live_at,
        "lost_at": placement.lost_at,
        "created_at": placement.created_at,
        "updated_at": placement.updated_at,
        "version": placement.version,
    }


def _words(placement: Placement, today: date) -> dict[str, str]:
    state = placement.state(today)
    said = PLACEMENTS[state]
    label, sentence = said.label, said.sentence
    if placement.overdue(today):
        label, sentence = "Overdue", "The link should be there by now and was never seen."
    elif placement.reasons and state in {State.MISMATCHED, State.LOST}:
        sentence = f"{sentence[:-1]}: {words.breaches(placement.reasons)}."
    return {"label": label, "sentence": sentence}
