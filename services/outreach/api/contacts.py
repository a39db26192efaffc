"""Contacts: whom to write to at a domain, and where each was found."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.api.prospect_shapes import WordsOut, words_of
from services.outreach.api.prospects import get_row
from services.outreach.domain.address import MAX_ADDRESS, fault_of, written
from services.outreach.domain.contact import ContactState, FoundBy, rank_of
from services.outreach.domain.suppression import REASON_WORDS, first_cover
from services.outreach.store import contacts, people, prospects, suppressions
from services.outreach.store.contacts import Contact, Filters
from services.outreach.store.prospects import Change
from shared import clock, ids, prospect_words, queries, urls
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import (
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from shared.inputs import Shape
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["contacts"])

_Name = Annotated[str | None, Field(default=None, max_length=200)]
_Language = Annotated[str, Shape("^[a-z]{2,3}$", "Give a language by its code, such as en or de.")]


class ContactPatch(BaseModel):
    """What people may change; a field that is left out stays, null clears it."""

    model_config = ConfigDict(extra="forbid")

    name: _Name
    role: _Name
    language: _Language | None = None
    state: ContactState = ContactState.OK


class ContactIn(BaseModel):
    """Somebody to write to: an address, or the page with the form where there is none."""

    model_config = ConfigDict(extra="forbid")

    email: str | None = Field(default=None, max_length=MAX_ADDRESS)
    source_url: str | None = Field(
        default=None, max_length=2_048, description="Where it stands; without an address, the form."
    )
    name: _Name
    role: _Name
    language: _Language | None = None


class ContactOut(BaseModel):
    """A contact, with where and when it was found."""

    contact_id: UUID
    domain: str
    email: str | None = Field(description="null: the site has a form and shows no address.")
    name: str | None
    role: str | None
    language: str | None
    source_url: str | None
    source_at: datetime | None
    found_by: FoundBy
    found_words: WordsOut
    state: ContactState
    words: WordsOut
    do_not_contact: str | None = Field(description="What forbids writing to it, in a sentence.")
    created_by: str
    created_at: datetime


@router.get("/v1/contacts")
async def list_contacts(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    domain: Annotated[str | None, Query(max_length=253)] = None,
    state: Annotated[str | None, Query(description="Only in this state.")] = None,
    q: Annotated[str, Query(max_length=253, description="Part of address, name or domain.")] = "",
) -> Page[ContactOut]:
    """Return contacts, the newest first: of all, or of the domains of the sites that you may see."""
    _require_reader(caller)
    states = queries.choices("state", state, ContactState)
    filters = Filters(
        site_ids=caller.sites_as(Role.VIEWER),
        domain=domain,
        state=states[0] if states else None,
        text=q.strip(),
    )
    rows = await contacts.list_contacts(
        tx,
        caller.workspace_id,
        filters,
        before=None if page.after is None else UUID(str(page.after[0])),
        limit=page.limit + 1,
    )
    shown = {one.contact_id: one for one in await contacts_out(tx, caller, rows)}
    return page.page(
        rows, key=lambda row: (row.contact_id,), item=lambda row: shown[row.contact_id]
    )


@router.get("/v1/prospects/{prospect_id}/contacts")
async def list_of_prospect(prospect_id: UUID, caller: CallerDep, tx: TxDep) -> Page[ContactOut]:
    """Return the contacts at a prospect's domain, those first that can be written to."""
    row = await get_row(tx, caller, prospect_id, Role.VIEWER)
    domain = row.prospect.domain
    found = await contacts.list_by_domains(tx, caller.workspace_id, [domain])
    ordered = sorted(found.get(domain, []), key=lambda one: (one.state != "ok", rank_of(one.email)))
    return Page(items=await contacts_out(tx, caller, ordered), next_cursor=None, has_more=False)


@router.post("/v1/prospects/{prospect_id}/contacts", status_code=201)
async def add_contact(
    prospect_id: UUID, body: ContactIn, caller: CallerDep, tx: TxDep
) -> ContactOut:
    """Write down somebody to write to at a prospect's domain."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    row = await get_row(tx, caller, prospect_id, Role.EDITOR)
    contact = _checked(body, row.prospect.domain, caller)
    if not await people.without_erased(tx, [contact]):
        detail = "This person asked that everything about them be deleted. Leave them alone."
        raise ConflictError(detail, [FieldError("/email", "erased", detail)], code="erased")
    if not await contacts.add_contacts(tx, [contact]):
        fault = FieldError("/email", "known", "Use the contact that is there.")
        raise ConflictError("This contact is known already.", [fault], code="known")
    change = Change(prospect_id, "A contact was written down.", contact.created_at, caller.actor)
    await prospects.add_history(tx, [change])
    return (await contacts_out(tx, caller, [contact]))[0]


def _checked(body: ContactIn, domain: str, caller: Caller) -> Contact:
    faults = [fault for fault in (_email_fault(body), _source_fault(body)) if fault]
    if faults:
        raise InvalidError("The contact can't be written down like this.", faults)
    now = clock.now()
    return Contact(
        contact_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        domain=domain,
        email=written(body.email) if body.email else None,
        name=body.name or None,
        role=body.role or None,
        language=body.language,
        source_url=urls.from_text(body.source_url) if body.source_url else None,
        source_at=now,
        found_by=FoundBy.PERSON,
        created_by=caller.actor,
        created_at=now,
    )


def _email_fault(body: ContactIn) -> FieldError | None:
    fault = fault_of(body.email) if body.email else None
    return None if fault is None else FieldError("/email", "not-an-address", fault)


def _source_fault(body: ContactIn) -> FieldError | None:
    if body.source_url and urls.from_text(body.source_url) is None:
        return FieldError("/source_url", "not-a-url", "Give the address of the page.")
    if not body.email and not body.source_url:
        detail = "Give an address, or the page with the form where there is none."
        return FieldError("/email", "missing", detail)
    return None


@router.get("/v1/contacts/{contact_id}")
async def get_contact(contact_id: UUID, caller: CallerDep, tx: TxDep) -> ContactOut:
    """Return one contact."""
    caller.require_scope(Scope.OUTREACH_READ)
    found = await _get(tx, caller, contact_id, Role.VIEWER)
    return (await contacts_out(tx, caller, [found]))[0]


@router.patch("/v1/contacts/{contact_id}")
async def change_contact(
    contact_id: UUID, body: ContactPatch, caller: CallerDep, tx: TxDep
) -> ContactOut:
    """Change what is known of a contact; the address and where it was found stay."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await _get(tx, caller, contact_id, Role.EDITOR)
    after = replace(before, **body.model_dump(exclude_unset=True))
    if before.state is ContactState.UNSUBSCRIBED and after.state is not before.state:
        raise ConflictError("They asked to be left alone; that stays.", code="unsubscribed")
    await contacts.save_contact(tx, after, now=clock.now())
    return (await contacts_out(tx, caller, [after]))[0]


async def _get(tx: Tx, caller: Caller, contact_id: UUID, role: Role) -> Contact:
    """Return a contact at a domain that is a prospect of a site on which the caller has the role."""
    found = (await contacts.get_contacts(tx, caller.workspace_id, [contact_id])).get(contact_id)
    if found is None or not await contacts.is_of(tx, found, caller.sites_as(Role.CLIENT)):
        raise NotFoundError("There is no such contact.")
    if not await contacts.is_of(tx, found, caller.sites_as(role)):
        raise ForbiddenError(f"This needs the role {role} on a site.", code="role-required")
    return found


async def contacts_out(tx: Tx, caller: Caller, found: list[Contact]) -> list[ContactOut]:
    """Return contacts as they are shown, with what forbids writing to them."""
    addresses = {one.address_key for one in found if one.address_key}
    known = await suppressions.list_covering(tx, addresses, workspace_id=caller.workspace_id)

    def forbidden(one: Contact) -> str | None:
        if one.address_key is None:
            return None
        cover = first_cover(one.address_key, known, caller.workspace_id)
        return None if cover is None else f"{REASON_WORDS[known[cover].reason]}."

    return [_out(one, forbidden(one)) for one in found]


def _out(one: Contact, forbidden: str | None) -> ContactOut:
    return ContactOut(
        contact_id=one.contact_id,
        domain=one.domain,
        email=one.email,
        name=one.name,
        role=one.role,
        language=one.language,
        source_url=one.source_url,
        source_at=one.source_at,
        found_by=one.found_by,
        found_words=words_of(prospect_words.FOUND_BY[one.found_by]),
        state=one.state,
        words=words_of(prospect_words.CONTACT_STATES[one.state]),
        do_not_contact=forbidden,
        created_by=one.created_by,
        created_at=one.created_at,
    )


def _require_reader(caller: Caller) -> None:
    caller.require_scope(Scope.OUTREACH_READ)
    if caller.is_only_client:
        raise ForbiddenError("Clients are not shown contacts.", code="role-required")
