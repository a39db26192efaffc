"""Offers and what was said in turn about each; the terms that stand are those of the last turn."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.outreach.domain.money.offer import By, OfferState, OfferTerms, state_of
from services.outreach.domain.money.reading import Per
from shared.currencies import exact
from shared.db import Tx
from shared.errors import NotFoundError

_TERMS = ("amount", "currency", "per", "plus_tax", "rel", "months", "method", "target_url")
_OWN = (
    *("offer_id", "workspace_id", "site_id", "referring_domain", "referring_url", "thread_id"),
    *("prospect_id", "vendor_id", "campaign", "state", "made_by", "valid_until", "note"),
    *("placement_id", "decided_at", "decided_by", "because", "version", "created_by", "created_at"),
)
_COLUMNS = (
    f"{', '.join(f'o.{name}' for name in (*_OWN, *_TERMS))}, v.name AS vendor_name,"
    " (SELECT count(*) FROM offer_turns t WHERE t.offer_id = o.offer_id) AS turns"
)
_FROM = """
    FROM offers o JOIN sites s ON s.site_id = o.site_id AND s.deleted_at IS NULL
    LEFT JOIN vendors v ON v.vendor_id = o.vendor_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    offer_id: UUID
    workspace_id: UUID
    site_id: UUID
    referring_domain: str
    referring_url: str | None = None
    thread_id: UUID | None = None
    prospect_id: UUID | None = None
    vendor_id: UUID | None = None
    vendor_name: str | None = None
    campaign: str | None = None
    kept_state: str = OfferState.OPEN.value
    made_by: By
    terms: OfferTerms
    valid_until: date | None = None
    note: str | None = None
    placement_id: UUID | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    because: str | None = None
    version: int = 1
    turns: int = 1
    created_by: UUID
    created_at: datetime

    def state(self, today: date) -> OfferState:
        return state_of(self.kept_state, self.valid_until, today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one side said at one time."""

    turn_id: UUID
    made_by: By
    sentence: str
    quote: str | None = None
    """The sentence of their letter."""
    inbound_id: UUID | None = None
    actor: str
    at: datetime


async def add_offer(tx: Tx, offer: Offer) -> None:
    columns = [name for name in (*_OWN, *_TERMS) if name != "version"]
    places = ", ".join(f"${number}" for number, _ in enumerate(columns, 1))
    await tx.run(
        f"INSERT INTO offers ({', '.join(columns)}) VALUES ({places})",
        *(_value(offer, name) for name in columns),
    )


def _value(offer: Offer, name: str) -> Any:
    if name == "rel":
        return None if offer.terms.rel is None else list(offer.terms.rel)
    if name in _TERMS:
        return getattr(offer.terms, name)
    return offer.kept_state if name == "state" else getattr(offer, name)


async def add_turn(tx: Tx, offer_id: UUID, turn: Turn) -> None:
    await tx.run(
        "INSERT INTO offer_turns (turn_id, offer_id, made_by, sentence, quote, inbound_id, actor, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        *(turn.turn_id, offer_id, turn.made_by, turn.sentence, turn.quote, turn.inbound_id),
        *(turn.actor, turn.at),
    )


async def list_turns(tx: Tx, offer_id: UUID, *, limit: int) -> list[Turn]:
    """Return what was said in turn, the oldest first."""
    rows = await tx.fetch(
        "SELECT turn_id, made_by, sentence, quote, inbound_id, actor, at FROM offer_turns"
        " WHERE offer_id = $1 ORDER BY turn_id LIMIT $2",
        *(offer_id, limit),
    )
    return [Turn(**{**dict(row), "made_by": By(row["made_by"])}) for row in rows]


async def get_offer(tx: Tx, offer_id: UUID, *, workspace_id: UUID, lock: bool = False) -> Offer:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE o.offer_id = $1 AND o.workspace_id = $2"
        f"{' FOR UPDATE OF o' if lock else ''}",
        *(offer_id, workspace_id),
    )
    if not rows:
        raise NotFoundError("There is no such offer.")
    return _offer(rows[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which offers are meant; empty means any."""

    site_ids: Collection[UUID] | None = None
    states: Sequence[OfferState] = ()
    thread_id: UUID | None = None
    domain: str | None = None


_STATE = "CASE WHEN o.state = 'open' AND o.valid_until < $2 THEN 'expired' ELSE o.state END"


async def list_offers(
    tx: Tx,
    workspace_id: UUID,
    filters: Filters,
    *,
    today: date,
    before: UUID | None,
    limit: int,
) -> list[Offer]:
    """Return offers, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE o.workspace_id = $1"
        " AND ($3::uuid[] IS NULL OR o.site_id = ANY($3::uuid[]))"
        f" AND ($4::text[] = '{{}}' OR {_STATE} = ANY($4::text[]))"
        " AND ($5::uuid IS NULL OR o.thread_id = $5)"
        " AND ($6::text IS NULL OR o.referring_domain = $6)"
        " AND ($7::uuid IS NULL OR o.offer_id < $7) ORDER BY o.offer_id DESC LIMIT $8",
        workspace_id,
        today,
        None if filters.site_ids is None else list(filters.site_ids),
        list(filters.states),
        filters.thread_id,
        filters.domain,
        before,
        limit,
    )
    return [_offer(row) for row in rows]


async def save_offer(tx: Tx, offer: Offer, *, now: datetime) -> None:
    """Write a changed offer."""
    names = [
        *("referring_url", "vendor_id", "campaign", "state", "made_by", "valid_until", "note"),
        *("placement_id", "decided_at", "decided_by", "because", *_TERMS),
    ]
    listed = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, 3))
    await tx.run(
        f"UPDATE offers SET updated_at = $2, version = version + 1, {listed} WHERE offer_id = $1",
        *(offer.offer_id, now, *(_value(offer, name) for name in names)),
    )


def _offer(row: asyncpg.Record) -> Offer:
    values = dict(row)
    terms = {name: values.pop(name) for name in _TERMS}
    terms["amount"] = exact(terms["amount"], terms["currency"])
    terms["per"] = Per(terms["per"])
    terms["rel"] = None if terms["rel"] is None else tuple(terms["rel"])
    values["kept_state"] = values.pop("state")
    values["made_by"] = By(values["made_by"])
    return Offer(terms=OfferTerms(**terms), **values)
