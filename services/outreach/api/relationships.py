"""Relationships: everything that the workspace has had to do with one domain, on one page."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.api.contacts import ContactOut, contacts_out
from services.outreach.api.exchanges import ExchangeOut, exchange_out
from services.outreach.api.offer_shapes import OfferOut, offer_out
from services.outreach.api.prospect_shapes import ChangeOut, ProspectOut, prospect_out
from services.outreach.api.shapes import PlacementOut, shown
from services.outreach.domain.record import Placement
from services.outreach.domain.suppression import REASON_WORDS
from services.outreach.store import contacts, exchanges, offers, relationships, suppressions
from services.outreach.store.relationships import Note
from shared import clock, hostnames, ids, urls
from shared.access import Caller, Scope
from shared.currencies import totals, written
from shared.db import Tx
from shared.errors import FieldError, ForbiddenError, InvalidError
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/relationships/{domain}", tags=["relationships"])


class Spend(BaseModel):
    amount: str
    currency: str


class LinksOut(BaseModel):
    """The links of the domain to one site."""

    site_id: UUID
    site_domain: str
    links: int
    links_present: int


class MailOut(BaseModel):
    """A message to the domain."""

    message_id: UUID
    site_id: UUID
    to_email: str
    subject: str
    state: str
    created_at: datetime
    sent_at: datetime | None


class HistoryOut(ChangeOut):
    """A line of the history of one of its prospects."""

    site_id: UUID


class NoteOut(BaseModel):
    note_id: UUID
    text: str
    actor: str
    created_at: datetime


class RelationshipOut(BaseModel):
    """What there is about a domain on the sites that you may see; of each kind the newest hundred."""

    domain: str
    readable_domain: str
    do_not_contact: str | None = Field(description="What forbids writing to it, in a sentence.")
    prospects: list[ProspectOut]
    contacts: list[ContactOut]
    placements: list[PlacementOut]
    spend: list[Spend] = Field(
        description="Agreed prices of these placements by currency; nothing is converted."
    )
    offers: list[OfferOut] = Field(description="What was asked or proposed there.")
    owed: list[ExchangeOut] = Field(description="Links that you owe them in return.")
    messages: list[MailOut]
    notes: list[NoteOut]
    history: list[HistoryOut]
    links: list[LinksOut] = Field(
        default_factory=list, description="Its links to your sites; see `degraded`."
    )
    degraded: list[dict[str, str]] = Field(
        default_factory=list, description="Services whose part is missing in this answer."
    )


@router.get("")
async def get_relationship(domain: str, caller: CallerDep, tx: TxDep) -> RelationshipOut:
    """Return all that is known of a domain: links, placements, prices, mails, people, notes, history."""
    caller.require_scope(Scope.OUTREACH_READ)
    domain, seen = await _known(tx, caller, domain, Role.VIEWER)
    workspace_id, today = caller.workspace_id, clock.now().date()
    found = await relationships.list_prospects(tx, workspace_id, domain, seen)
    agreed = await relationships.list_placements(tx, workspace_id, domain, seen, today=today)
    offered = await offers.list_offers(
        tx,
        workspace_id,
        offers.Filters(site_ids=seen, domain=domain),
        today=today,
        before=None,
        limit=relationships.MOST,
    )
    owed = await exchanges.list_exchanges(
        tx,
        workspace_id,
        exchanges.Filters(site_ids=seen, domains=[domain]),
        today=today,
        limit=relationships.MOST,
    )
    mails = await relationships.list_messages(tx, workspace_id, domain, seen)
    known = await contacts.list_by_domains(tx, workspace_id, [domain])
    forbidden = await _forbidden(tx, caller, domain)
    return RelationshipOut(
        domain=domain,
        readable_domain=hostnames.shown(domain),
        do_not_contact=forbidden,
        prospects=[prospect_out(row, forbidden=forbidden) for row in found],
        contacts=await contacts_out(tx, caller, known.get(domain, [])),
        placements=[PlacementOut(**shown(one, caller, today=today)) for one in agreed],
        spend=_spend(agreed),
        offers=[offer_out(one, today=today) for one in offered],
        owed=[exchange_out(one, today) for one in owed],
        messages=[MailOut(**dict(row)) for row in mails],
        notes=[_note(one) for one in await relationships.list_notes(tx, workspace_id, domain)],
        history=[
            HistoryOut(**dict(row))
            for row in await relationships.list_history(tx, workspace_id, domain, seen)
        ],
    )


class NoteIn(BaseModel):
    """What to remember about a domain; whoever may see it on a site reads it."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=5_000)


@router.post("/notes", status_code=201)
async def add_note(domain: str, body: NoteIn, caller: CallerDep, tx: TxDep) -> NoteOut:
    """Write something down about a domain."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    domain, _ = await _known(tx, caller, domain, Role.EDITOR)
    text = body.text.strip()
    if not text:
        raise InvalidError(
            "An empty note says nothing.", [FieldError("/text", "missing", "Write something.")]
        )
    note = Note(ids.new_id(), text, caller.actor, clock.now())
    await relationships.add_note(tx, caller.workspace_id, domain, note)
    return _note(note)


@router.delete("/notes/{note_id}", status_code=204)
async def remove_note(domain: str, note_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Delete a note."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    domain, _ = await _known(tx, caller, domain, Role.EDITOR)
    await relationships.remove_note(tx, caller.workspace_id, domain, note_id)


async def _known(tx: Tx, caller: Caller, domain: str, role: Role) -> tuple[str, list[UUID] | None]:
    """Return the domain as it is kept, and the sites on which the caller has the role.

    NotFoundError where none of the caller's sites has to do with it, whatever others have.
    """
    host = urls.host_of(urls.from_text(hostnames.ascii_form(domain)) or "")
    name = urls.domain_or_host(host) or domain
    await relationships.require_known(tx, caller.workspace_id, name, _sites(caller, Role.CLIENT))
    if caller.is_only_client:
        raise ForbiddenError("Clients are not shown contacts.", code="role-required")
    seen = _sites(caller, role)
    if seen == []:
        raise ForbiddenError(f"This needs the role {role} on a site.", code="role-required")
    await relationships.require_known(tx, caller.workspace_id, name, seen)
    return name, seen


def _sites(caller: Caller, role: Role) -> list[UUID] | None:
    found = caller.sites_as(role)
    return None if found is None else list(found)


async def _forbidden(tx: Tx, caller: Caller, domain: str) -> str | None:
    known = await suppressions.list_covering_domains(tx, [domain], workspace_id=caller.workspace_id)
    return f"{REASON_WORDS[known[domain].reason]}." if domain in known else None


def _spend(agreed: Iterable[Placement]) -> list[Spend]:
    sums = totals(
        (one.terms.price, one.terms.currency or "")
        for one in agreed
        if one.terms.price is not None and one.cancelled_at is None
    )
    return [Spend(amount=written(*one), currency=one[1]) for one in sums]


def _note(one: Note) -> NoteOut:
    return NoteOut(note_id=one.note_id, text=one.text, actor=one.actor, created_at=one.created_at)
