"""Links that a site owes in return: agreed, looked at on its own pages, and shown beside what it is owed."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.api.shapes import PlacementOut, shown
from services.outreach.domain.money import exchange as domain
from services.outreach.domain.money.exchange import (
    LABELS,
    MAX_URL,
    Exchange,
    ExchangeState,
    Seen,
    address,
    faults,
)
from services.outreach.store import exchanges, placements, sites
from services.outreach.store.exchanges import Filters
from shared import clock, hostnames, ids, queries, urls, words
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from shared.inputs import Day
from shared.pages import Page, PageDep
from shared.reciprocity import CLAUSE, MOST_DOMAINS
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Reason, Role
from shared.web import CallerDep, TxDep

router = APIRouter(tags=["exchanges"])

_MOST_OF_DOMAIN = 50


class ExchangeFields(BaseModel):
    """What was agreed about a link that we owe; what is left out was not agreed."""

    model_config = ConfigDict(extra="forbid")

    our_url: str = Field(default="", max_length=MAX_URL, description="The page of ours.")
    their_url: str = Field(default="", max_length=MAX_URL, description="To where it links.")
    rel: list[str] | None = Field(
        default=None, max_length=3, description="Agreed tokens; an empty list = must be followed."
    )
    since_on: Day | None = None
    until_on: Day | None = Field(default=None, description="Until when we owe it.")
    placement_id: UUID | None = Field(default=None, description="The link that we get for it.")
    note: str | None = Field(default=None, max_length=2_000)


class ExchangeIn(ExchangeFields):
    """A link that we owe; our page is looked at by itself."""

    site_id: UUID


class ReasonOut(BaseModel):
    code: Reason
    label: str
    sentence: str


class ExchangeOut(BaseModel):
    """A link that we owe, how it stands, and what was last seen of it."""

    exchange_id: UUID
    site_id: UUID
    our_url: str
    their_url: str
    their_domain: str
    rel: list[str] | None
    since_on: date | None
    until_on: date | None
    placement_id: UUID | None
    note: str | None
    state: ExchangeState
    label: str
    sentence: str
    reasons: list[ReasonOut]
    looked_at: datetime | None
    failing_since: datetime | None = Field(
        description="Since when no look could see the page; what was seen before stands."
    )
    next_look_at: datetime | None
    evidence: dict[str, Any] | None = Field(
        description="What the last look that could see found: time, status, each place of the link."
    )
    created_at: datetime
    version: int


class DomainOut(BaseModel):
    """Both sides of an exchange with one domain."""

    domain: str
    readable_domain: str
    sentence: str
    owed: list[ExchangeOut] = Field(description="What we owe them.")
    placements: list[PlacementOut] = Field(description="What they owe us.")


class ReciprocityOut(BaseModel):
    """How many of the domains that link to the site it links back to, as far as that was seen."""

    site_id: UUID
    linked_domains: list[str] = Field(
        description="Domains that the site was seen to link to, at most 500."
    )
    home_read_at: datetime | None
    live_domains: int | None = Field(default=None, description="Null where it can't be had.")
    reciprocal_domains: list[str] | None = None
    share: float | None = None
    sentence: str
    clause: str = Field(description="What Google's policy says of exchanges.")
    degraded: list[dict[str, str]] = Field(default_factory=list)


@router.post("/v1/exchanges", status_code=201)
async def add_exchange(
    body: ExchangeIn, caller: CallerDep, tx: TxDep, response: Response
) -> ExchangeOut:
    """Write down a link that we owe; our page is looked at at once, and from time to time."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require(body.site_id, Role.EDITOR)
    now = clock.now()
    given = body.model_dump(exclude={"site_id"})
    made = Exchange(
        exchange_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        site_id=body.site_id,
        next_look_at=now,
        created_by=caller.actor_id,
        created_at=now,
        **_addressed(given, needed=True),
    )
    await _refuse(tx, made, caller)
    await exchanges.add_exchange(tx, made)
    if made.state(now.date()) is ExchangeState.UNVERIFIED:
        await exchanges.ask_now(tx, made, now=now)
    return await _answer(tx, made.exchange_id, caller, response)


@router.get("/v1/exchanges")
async def list_exchanges(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    site_id: UUID | None = None,
    state: Annotated[str | None, Query(description="Only these states (comma = or).")] = None,
    domain_name: Annotated[str | None, Query(alias="domain", max_length=253)] = None,
) -> Page[ExchangeOut]:
    """Return links that we owe, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    filters = Filters(
        site_ids=_readable(caller, site_id),
        states=queries.choices("state", state, ExchangeState),
        domains=[] if domain_name is None else [_domain(domain_name)],
    )
    today = clock.now().date()
    before = None if page.after is None else UUID(str(page.after[0]))
    rows = await exchanges.list_exchanges(
        tx, caller.workspace_id, filters, today=today, before=before, limit=page.limit + 1
    )
    return page.page(
        rows, key=lambda row: (row.exchange_id,), item=lambda row: exchange_out(row, today)
    )


@router.get("/v1/exchanges/domains")
async def list_domains(
    caller: CallerDep, tx: TxDep, page: PageDep, site_id: UUID | None = None
) -> Page[DomainOut]:
    """Return both sides by domain: what we owe there, and what was agreed there for us."""
    caller.require_scope(Scope.OUTREACH_READ)
    site_ids = _readable(caller, site_id)
    today = clock.now().date()
    after = None if page.after is None else str(page.after[0])
    limit = min(page.limit, 100)
    names = await exchanges.list_domains(
        tx, caller.workspace_id, site_ids=site_ids, after=after, limit=limit + 1
    )
    owed = await exchanges.list_exchanges(
        tx,
        caller.workspace_id,
        Filters(site_ids=site_ids, domains=names),
        today=today,
        limit=_MOST_OF_DOMAIN * len(names) or 1,
    )
    agreed = await placements.list_of_domains(
        tx, caller.workspace_id, names, site_ids=site_ids, each=_MOST_OF_DOMAIN
    )
    answers = {
        name: DomainOut(
            domain=name,
            readable_domain=hostnames.shown(name),
            owed=[exchange_out(one, today) for one in owed if one.their_domain == name],
            placements=[
                PlacementOut(**shown(one, caller, today=today))
                for one in agreed
                if one.terms.referring_domain == name
            ],
            sentence="",
        )
        for name in names
    }
    for one in answers.values():
        one.sentence = _both(one)
    return replace(page, limit=limit).page(
        names, key=lambda name: (name,), item=lambda name: answers[name]
    )


@router.get("/v1/exchanges/{exchange_id}")
async def get_exchange(
    exchange_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> ExchangeOut:
    """Return one link that we owe, with the evidence of the last look."""
    caller.require_scope(Scope.OUTREACH_READ)
    return await _answer(tx, exchange_id, caller, response)


@router.patch("/v1/exchanges/{exchange_id}", dependencies=[IF_MATCH])
async def change_exchange(
    exchange_id: UUID,
    body: ExchangeFields,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> ExchangeOut:
    """Change what was agreed; fields that are left out stay, `null` takes a term back."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await _get(tx, exchange_id, caller, role=Role.EDITOR, lock=True)
    require_match(request, before.version)
    if before.cancelled_at is not None:
        raise ConflictError("A cancelled obligation can't be changed.", code="cancelled")
    given = _addressed(body.model_dump(exclude_unset=True), needed=False)
    after, now = replace(before, **given), clock.now()
    if (after.our_url, after.their_url, after.rel) != (
        *(before.our_url, before.their_url),
        before.rel,
    ):
        after = replace(after, seen=Seen.UNVERIFIED, reasons=(), missing_since=None, evidence=None)
        after = replace(after, failure=None, failing_since=None, failures=0)
    await _refuse(tx, after, caller)
    await exchanges.save_exchange(tx, replace(after, next_look_at=now, look_id=None), now=now)
    return await _answer(tx, exchange_id, caller, response)


@router.delete("/v1/exchanges/{exchange_id}", status_code=204)
async def cancel_exchange(exchange_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Say that nothing is owed any more; it can still be read."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await _get(tx, exchange_id, caller, role=Role.EDITOR, lock=True)
    if before.cancelled_at is None:
        now = clock.now()
        await exchanges.save_exchange(tx, replace(before, cancelled_at=now), now=now)


@router.post("/v1/exchanges/{exchange_id}/checks", status_code=202)
async def check_exchange(exchange_id: UUID, caller: CallerDep, tx: TxDep) -> ExchangeOut:
    """Look at our page now; what is seen comes by itself."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    found = await _get(tx, exchange_id, caller, role=Role.EDITOR, lock=True)
    if found.cancelled_at is not None:
        raise ConflictError("Nothing is owed any more, so nothing is looked for.", code="cancelled")
    await exchanges.ask_now(tx, found, now=clock.now())
    return exchange_out(found, clock.now().date())


@router.get("/v1/sites/{site_id}/exchanges/share")
async def get_share(site_id: UUID, caller: CallerDep, tx: TxDep) -> ReciprocityOut:
    """Return which share of the domains that link to the site it is known to link back to."""
    caller.require_scope(Scope.OUTREACH_READ)
    caller.require(site_id, Role.VIEWER)
    await sites.get_site(tx, site_id, workspace_id=caller.workspace_id)
    linked, read_at = await exchanges.list_linked_domains(tx, site_id, limit=MOST_DOMAINS)
    return ReciprocityOut(
        site_id=site_id,
        linked_domains=linked,
        home_read_at=read_at,
        sentence="How many domains link to you now can't be had at this moment.",
        clause=CLAUSE,
    )


# ---- what all of them need ---------------------------------------------------------------------------


def _readable(caller: Caller, site_id: UUID | None) -> frozenset[UUID] | None:
    site_ids = caller.sites_as(Role.VIEWER, site_id=site_id)
    if caller.is_only_client:
        raise ForbiddenError("Clients are not shown exchanges.", code="role-required")
    return site_ids


def _domain(text: str) -> str:
    host = urls.host_of(urls.from_text(hostnames.ascii_form(text)) or "")
    return urls.domain_or_host(host) or text


def _addressed(given: dict[str, Any], *, needed: bool) -> dict[str, Any]:
    """Return the fields with their addresses as we write them; one that is none is refused."""
    wrong = []
    for name in ("our_url", "their_url"):
        if name not in given:
            continue
        found = address(given[name] or "")
        if found is None:
            fix = "Give the address of a page, with https://."
            code = "missing" if needed and not given[name] else "not-a-url"
            wrong.append(FieldError(f"/{name}", code, fix))
        else:
            given[name] = found
    if wrong:
        raise InvalidError("The obligation can't be written down like this.", wrong)
    if "their_url" in given:
        given["their_domain"] = urls.domain_or_host(urls.host_of(given["their_url"]))
    if given.get("rel") is not None:
        given["rel"] = tuple(sorted(set(given["rel"])))
    return given


async def _refuse(tx: Tx, one: Exchange, caller: Caller) -> None:
    site = await sites.get_site(tx, one.site_id, workspace_id=caller.workspace_id)
    wrong = faults(one, site.hosts)
    if one.placement_id is not None:
        found = await placements.find_placement(
            tx, one.placement_id, workspace_id=caller.workspace_id
        )
        if found is None or found.site_id != one.site_id:
            fix = "Give the id of a placement of this site."
            wrong.append(FieldError("/placement_id", "not-found", fix))
    if wrong:
        raise InvalidError("The obligation can't be written down like this.", wrong)


async def _get(
    tx: Tx, exchange_id: UUID, caller: Caller, *, role: Role, lock: bool = False
) -> Exchange:
    found = await exchanges.get_exchange(
        tx, exchange_id, workspace_id=caller.workspace_id, lock=lock
    )
    if not caller.sees_everything_in(found.site_id):
        raise NotFoundError("There is no such obligation.")
    caller.require(found.site_id, role)
    return found


async def _answer(tx: Tx, exchange_id: UUID, caller: Caller, response: Response) -> ExchangeOut:
    found = await _get(tx, exchange_id, caller, role=Role.VIEWER)
    response.headers["ETag"] = etag(found.version)
    return exchange_out(found, clock.now().date())


def exchange_out(one: Exchange, today: date) -> ExchangeOut:
    """Return a link that we owe as people see it."""
    state = one.state(today)
    same = [
        *("exchange_id", "site_id", "our_url", "their_url", "their_domain", "since_on", "until_on"),
        *("placement_id", "note", "looked_at", "next_look_at", "evidence", "created_at", "version"),
        "failing_since",
    ]
    return ExchangeOut(
        **{name: getattr(one, name) for name in same},
        rel=None if one.rel is None else list(one.rel),
        state=state,
        label=LABELS[state],
        sentence=domain.sentence(one, today),
        reasons=[
            ReasonOut(code=each, label=said.label, sentence=said.sentence)
            for each in one.reasons
            for said in [words.reason(each)]
        ],
    )


def _both(one: DomainOut) -> str:
    """Say who owes whom how much of it is there."""
    ours = [each for each in one.owed if each.state is not ExchangeState.CANCELLED]
    kept = sum(each.state is ExchangeState.KEPT for each in ours)
    theirs = [each for each in one.placements if each.state != "cancelled"]
    live = sum(each.state == "live" for each in theirs)
    back = f"{live} of {len(theirs)} are there as agreed" if theirs else "none is written down"
    return f"You owe them {len(ours)}, {kept} seen as agreed; of theirs to you, {back}."
