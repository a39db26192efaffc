"""Offers: what somebody asks or proposes for a link, in turn, until a person accepts or declines it."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.outreach.api.offer_shapes import (
    AcceptedOut,
    AcceptIn,
    AmountsOut,
    DeclineIn,
    OfferIn,
    OfferOut,
    OfferPatch,
    OfferWhole,
    TurnIn,
    amount_out,
    offer_out,
    offer_whole,
    terms_of,
)
from services.outreach.api.placements import promise, require_vendor
from services.outreach.api.shapes import PlacementIn, Price
from services.outreach.domain.inbound.verdict import InboundKind
from services.outreach.domain.money.campaign import left_of
from services.outreach.domain.money.offer import (
    Deal,
    OfferState,
    OfferTerms,
    faults,
    last_day,
    parts,
    reckoned,
    words_of,
)
from services.outreach.domain.money.payment import Payment
from services.outreach.domain.money.reading import MOST, amounts_in
from services.outreach.domain.terms import warnings
from services.outreach.store import (
    campaigns,
    offers,
    payments,
    placements,
    prospects,
    sites,
    threads,
)
from services.outreach.store.offers import Filters, Offer, Turn
from services.outreach.store.threads import Inbound
from shared import clock, ids, outbox, queries, urls
from shared.access import Caller, Scope
from shared.currencies import said
from shared.db import Tx
from shared.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from shared.events import OfferAccepted
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["offers"])

_MOST_TURNS = 200


@router.get("/v1/threads/{thread_id}/amounts")
async def list_amounts(thread_id: UUID, caller: CallerDep, tx: TxDep) -> AmountsOut:
    """Return the amounts that people named in a conversation, each with its sentence, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    mails = await _mails(tx, caller, thread_id, Role.VIEWER)
    found = [
        amount_out(mail, one)
        for mail in reversed(mails)
        if mail.kind is InboundKind.HUMAN
        for one in amounts_in(mail.text)
    ]
    return AmountsOut(items=found[:MOST])


@router.post("/v1/offers", status_code=201)
async def add_offer(body: OfferIn, caller: CallerDep, tx: TxDep, response: Response) -> OfferWhole:
    """Write an offer down, theirs or your own; nothing is agreed or sent by it."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    place = await _place(tx, body, caller)
    terms = await _checked(tx, body, place["site_id"], caller)
    await _require_mail(tx, body, body.thread_id, caller)
    if body.vendor_id is not None:
        await require_vendor(tx, body.vendor_id, caller)
    now = clock.now()
    name = " ".join((body.campaign or "").split()) or None
    spelled = await campaigns.name_campaigns(
        tx, caller.workspace_id, place["site_id"], [name], by=caller.actor_id, now=now
    )
    made = Offer(
        offer_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        made_by=body.made_by,
        terms=terms,
        vendor_id=body.vendor_id,
        campaign=spelled[name],
        valid_until=body.valid_until,
        note=body.note,
        created_by=caller.actor_id,
        created_at=now,
        **place,
    )
    await offers.add_offer(tx, made)
    await offers.add_turn(tx, made.offer_id, _turn(body, terms, caller))
    return await _answer(tx, made.offer_id, caller, response)


@router.get("/v1/offers")
async def list_offers(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    site_id: UUID | None = None,
    thread_id: UUID | None = None,
    referring_domain: Annotated[str | None, Query(max_length=253)] = None,
    state: Annotated[str | None, Query(description="Only these states (comma = or).")] = None,
) -> Page[OfferOut]:
    """Return offers with the terms that stand, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    site_ids = caller.sites_as(Role.VIEWER, site_id=site_id)
    if caller.is_only_client:
        raise ForbiddenError("Clients are not shown offers.", code="role-required")
    filters = Filters(
        site_ids=site_ids,
        states=queries.choices("state", state, OfferState),
        thread_id=thread_id,
        domain=_domain(referring_domain),
    )
    today = clock.now().date()
    before = None if page.after is None else UUID(str(page.after[0]))
    rows = await offers.list_offers(
        tx, caller.workspace_id, filters, today=today, before=before, limit=page.limit + 1
    )
    return page.page(
        rows, key=lambda row: (row.offer_id,), item=lambda row: offer_out(row, today=today)
    )


@router.get("/v1/offers/{offer_id}")
async def get_offer(offer_id: UUID, caller: CallerDep, tx: TxDep, response: Response) -> OfferWhole:
    """Return one offer with what was said in turn."""
    caller.require_scope(Scope.OUTREACH_READ)
    return await _answer(tx, offer_id, caller, response)


@router.patch("/v1/offers/{offer_id}", dependencies=[IF_MATCH])
async def change_offer(
    offer_id: UUID,
    body: OfferPatch,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> OfferWhole:
    """Change what stands beside the terms of an open offer; new terms are a turn."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await _open(tx, offer_id, caller, request, also_expired=True)
    given: dict[str, Any] = body.model_dump(exclude_unset=True)
    now = clock.now()
    if given.get("vendor_id") is not None:
        await require_vendor(tx, given["vendor_id"], caller)
    if "referring_url" in given:
        given["referring_url"] = _page(given["referring_url"], before.referring_domain)
    if "campaign" in given:
        name = " ".join((given["campaign"] or "").split()) or None
        spelled = await campaigns.name_campaigns(
            tx, caller.workspace_id, before.site_id, [name], by=caller.actor_id, now=now
        )
        given["campaign"] = spelled[name]
    await offers.save_offer(tx, replace(before, **given), now=now)
    return await _answer(tx, offer_id, caller, response)


@router.post("/v1/offers/{offer_id}/turns", status_code=201, dependencies=[IF_MATCH])
async def add_turn(
    offer_id: UUID,
    body: TurnIn,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> OfferWhole:
    """Write down a counter-offer of either side: its terms are those that stand from then on."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await _open(tx, offer_id, caller, request, also_expired=True)
    if before.turns >= _MOST_TURNS:
        raise ConflictError(f"An offer has at most {_MOST_TURNS} turns.", code="too-many")
    terms = await _checked(tx, body, before.site_id, caller)
    await _require_mail(tx, body, before.thread_id, caller)
    after = replace(before, made_by=body.made_by, terms=terms)
    await offers.save_offer(tx, after, now=clock.now())
    await offers.add_turn(tx, offer_id, _turn(body, terms, caller))
    return await _answer(tx, offer_id, caller, response)


@router.post("/v1/offers/{offer_id}/accept", status_code=201, dependencies=[IF_MATCH])
async def accept_offer(
    offer_id: UUID, body: AcceptIn, caller: CallerDep, tx: TxDep, request: Request
) -> AcceptedOut:
    """Accept the terms that stand: they become a placement, with its payments where a day is given.

    `If-Match` says which version was read: a counter-offer in between is never accepted unseen.
    """
    caller.require_scope(Scope.OUTREACH_WRITE)
    offer = await _open(tx, offer_id, caller, request)
    deal, wrong = reckoned(offer.terms)
    if deal is None:
        raise InvalidError("What it comes to can't be reckoned.", wrong)
    if not body.over_budget:
        await _require_budget(tx, offer, deal)
    now = clock.now()
    today = now.date()
    placement_id = await promise(tx, _promise(offer, deal, body, today), caller)
    made = _payments(offer, deal, body, placement_id, caller)
    await payments.add_payments(tx, made)
    after = replace(
        offer,
        kept_state=OfferState.ACCEPTED.value,
        placement_id=placement_id,
        decided_at=now,
        decided_by=caller.actor,
    )
    await offers.save_offer(tx, after, now=now)
    event = OfferAccepted(
        workspace_id=offer.workspace_id,
        site_id=offer.site_id,
        offer_id=offer_id,
        placement_id=placement_id,
        referring_domain=offer.referring_domain,
        amount=deal.price,
        currency=offer.terms.currency if deal.price is not None else None,
        campaign=offer.campaign,
    )
    await outbox.add(tx, [event])
    saved = await offers.get_offer(tx, offer_id, workspace_id=caller.workspace_id)
    placed = await placements.get_placement(tx, placement_id, workspace_id=caller.workspace_id)
    return AcceptedOut(
        offer=offer_out(saved, today=today),
        placement_id=placement_id,
        payments=len(made),
        sentence=f"Agreed: {words_of(offer.terms)}. {deal.sentence}",
        warnings=warnings(placed.terms),
    )


@router.post("/v1/offers/{offer_id}/decline", dependencies=[IF_MATCH])
async def decline_offer(
    offer_id: UUID,
    body: DeclineIn,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> OfferWhole:
    """Decline an offer; nobody is written to by it."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await _open(tx, offer_id, caller, request, also_expired=True)
    now = clock.now()
    after = replace(
        before,
        kept_state=OfferState.DECLINED.value,
        decided_at=now,
        decided_by=caller.actor,
        because=" ".join((body.because or "").split()) or None,
    )
    await offers.save_offer(tx, after, now=now)
    return await _answer(tx, offer_id, caller, response)


# ---- what is given -----------------------------------------------------------------------------------


async def _place(tx: Tx, body: OfferIn, caller: Caller) -> dict[str, Any]:
    """Return site, domain, page and conversation of a new offer."""
    if body.thread_id is None:
        if body.site_id is None:
            fault = FieldError("/site_id", "missing", "Give the site, or the conversation.")
            raise InvalidError("An offer is for a site.", [fault])
        site_id, thread, domain = body.site_id, None, body.referring_domain
        caller.require(site_id, Role.EDITOR)
        await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    else:
        thread = (await _mails(tx, caller, body.thread_id, Role.EDITOR))[-1]
        site_id = thread.site_id
        domain = body.referring_domain or await _domain_of(tx, thread)
    page = None if body.referring_url is None else urls.from_text(body.referring_url)
    name = _domain(urls.host_of(page) if page else domain)
    if name is None or "." not in name:
        fix = "Give the domain that would carry the link, or its page."
        fault = FieldError("/referring_domain", "missing", fix)
        raise InvalidError("An offer is for a link from somewhere.", [fault])
    return {
        "site_id": site_id,
        "referring_domain": name,
        "referring_url": _page(body.referring_url, name),
        "thread_id": body.thread_id,
        "prospect_id": None if thread is None else thread.prospect_id,
    }


async def _domain_of(tx: Tx, mail: Inbound) -> str | None:
    """Return the domain of the prospect that a conversation is about, else that of its sender."""
    if mail.prospect_id is not None:
        found = await prospects.find_domain(tx, mail.workspace_id, mail.prospect_id)
        if found is not None:
            return found
    return mail.from_email.rpartition("@")[2]


def _domain(text: str | None) -> str | None:
    if text is None:
        return None
    host = urls.host_of(urls.from_text(text) or "")
    return urls.domain_or_host(host) or None


def _page(text: str | None, domain: str) -> str | None:
    if text is None or not text.strip():
        return None
    page = urls.from_text(text)
    if page is None or urls.domain_or_host(urls.host_of(page)) != domain:
        fault = FieldError("/referring_url", "other-domain", f"Give a page of {domain}.")
        raise InvalidError("The page is none of the domain of this offer.", [fault])
    return urls.normalise(page)


async def _checked(tx: Tx, body: TurnIn, site_id: UUID, caller: Caller) -> OfferTerms:
    terms = terms_of(body)
    wrong = faults(terms)
    if terms.target_url is not None:
        site = await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
        target = urls.from_text(terms.target_url)
        if target is None or not urls.same_site(urls.host_of(target), site.hosts):
            fix = "Give a page of this site."
            wrong.append(FieldError("/target_url", "not-your-site", fix))
        else:
            terms = replace(terms, target_url=urls.normalise(target))
    if wrong:
        raise InvalidError("The offer can't be written down like this.", wrong)
    return terms


async def _require_mail(tx: Tx, body: TurnIn, thread_id: UUID | None, caller: Caller) -> None:
    """Raise InvalidError unless the letter that is named is one of the conversation."""
    if body.inbound_id is None:
        return
    mails = [] if thread_id is None else await _mails(tx, caller, thread_id, Role.EDITOR)
    if body.inbound_id not in {one.inbound_id for one in mails}:
        fault = FieldError("/inbound_id", "not-found", "Give a letter of the conversation.")
        raise InvalidError("There is no such letter in its conversation.", [fault])


def _turn(body: TurnIn, terms: OfferTerms, caller: Caller) -> Turn:
    return Turn(
        turn_id=ids.new_id(),
        made_by=body.made_by,
        sentence=f"{words_of(terms)}.",
        quote=body.quote,
        inbound_id=body.inbound_id,
        actor=caller.actor,
        at=clock.now(),
    )


# ---- what is there -----------------------------------------------------------------------------------


async def _mails(tx: Tx, caller: Caller, thread_id: UUID, role: Role) -> list[Inbound]:
    mails = await threads.list_mails(tx, caller.workspace_id, thread_id)
    if not caller.sees_everything_in(mails[0].site_id):
        raise NotFoundError("There is no such conversation.")
    caller.require(mails[0].site_id, role)
    return mails


async def _get(tx: Tx, offer_id: UUID, caller: Caller, *, role: Role, lock: bool = False) -> Offer:
    found = await offers.get_offer(tx, offer_id, workspace_id=caller.workspace_id, lock=lock)
    if not caller.sees_everything_in(found.site_id):
        raise NotFoundError("There is no such offer.")
    caller.require(found.site_id, role)
    return found


async def _open(
    tx: Tx, offer_id: UUID, caller: Caller, request: Request, *, also_expired: bool = False
) -> Offer:
    """Return an offer that nobody decided on yet, locked, in the version that the caller has read."""
    found = await _get(tx, offer_id, caller, role=Role.EDITOR, lock=True)
    require_match(request, found.version)
    state = found.state(clock.now().date())
    if state is OfferState.EXPIRED and not also_expired:
        detail = "Its last day is over. Ask whether it still stands, and set a new day."
        raise ConflictError(detail, code="expired")
    if state in {OfferState.ACCEPTED, OfferState.DECLINED}:
        raise ConflictError(f"It was {state} already.", code="decided")
    return found


async def _answer(tx: Tx, offer_id: UUID, caller: Caller, response: Response) -> OfferWhole:
    found = await _get(tx, offer_id, caller, role=Role.VIEWER)
    turns = await offers.list_turns(tx, offer_id, limit=_MOST_TURNS)
    response.headers["ETag"] = etag(found.version)
    return offer_whole(found, turns, today=clock.now().date())


# ---- accepting ---------------------------------------------------------------------------------------


async def _require_budget(tx: Tx, offer: Offer, deal: Deal) -> None:
    campaign = await campaigns.find_campaign(tx, offer.site_id, offer.campaign, lock=True)
    currency = offer.terms.currency
    if campaign is None or deal.price is None or currency is None:
        return
    spends = (await campaigns.list_spends(tx, [campaign.campaign_id])).get(campaign.campaign_id, [])
    left = left_of(campaign, spends, currency)
    if left is not None and deal.price > left:
        detail = (
            f"The budget of {campaign.name!r} has {said(max(left, left * 0), currency)} left, and this comes to"
            f" {said(deal.price, currency)}. Raise the budget, or accept it with over_budget."
        )
        fault = FieldError("/over_budget", "over-budget", "Say true to accept it all the same.")
        raise ConflictError(detail, [fault], code="over-budget")


def _promise(offer: Offer, deal: Deal, body: AcceptIn, today: date) -> PlacementIn:
    terms = offer.terms
    first = body.go_live_on or today
    price = None
    if deal.price is not None and terms.currency is not None:
        price = Price(amount=deal.price, currency=terms.currency)
    page = body.referring_url or offer.referring_url
    return PlacementIn(
        site_id=offer.site_id,
        referring_url=_page(page, offer.referring_domain),
        referring_domain=offer.referring_domain,
        target_url=terms.target_url,
        anchor_text=body.anchor_text,
        rel=None if terms.rel is None else list(terms.rel),
        position=body.position,
        go_live_on=body.go_live_on,
        until_on=None if deal.months is None else last_day(first, deal.months),
        price=price,
        method=terms.method,
        campaign=offer.campaign,
        vendor_id=offer.vendor_id,
        note=offer.note,
    )


def _payments(
    offer: Offer, deal: Deal, body: AcceptIn, placement_id: UUID, caller: Caller
) -> list[Payment]:
    currency = offer.terms.currency
    if body.due_on is None or currency is None:
        return []
    return [
        Payment(
            payment_id=ids.new_id(),
            workspace_id=offer.workspace_id,
            site_id=offer.site_id,
            placement_id=placement_id,
            amount=amount,
            currency=currency,
            due_on=due_on,
            created_by=caller.actor_id,
            created_at=clock.now(),
        )
        for due_on, amount in parts(offer.terms, deal, body.due_on)
    ]
