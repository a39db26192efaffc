"""Having links taken out without sending mail from here: whom to ask, what to write, what came of it."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from services.toxicity.api.toxicity import registrable
from services.toxicity.api.versions import site_of
from services.toxicity.domain import bundle, removal
from services.toxicity.domain.removal import Attempt, State, Step
from services.toxicity.store import cases, removals, versions
from services.toxicity.store.removals import Asked
from services.toxicity.store.sites import Site
from shared import clock
from shared.access import Scope
from shared.db import Tx
from shared.errors import NotFoundError
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

MAX_DOMAINS = 500
MAX_LETTERS = 50
MOST = 10_000
"""Domains that a table or a bundle holds."""

router = APIRouter(prefix="/v1/sites/{site_id}", tags=["removals"])


class AttemptOut(BaseModel):
    """One line of the log."""

    step: Step
    happened_on: date
    contact: str
    note: str
    made_by: str


class RemovalOut(BaseModel):
    """A domain whose links are to go, and how far that is."""

    domain: str
    state: State
    sentence: str
    decision: str | None
    links: int
    live: int
    gone_on: date | None
    contacts: list[str] = Field(description="Addresses that its own pages show.")
    contact_words: str = Field(description="The contacts, or honestly that none is known.")
    attempts: list[AttemptOut]


@router.get("/removals")
async def list_removals(
    site_id: UUID, caller: CallerDep, tx: TxDep, page: PageDep
) -> Page[RemovalOut]:
    """Return the domains whose links are to go, by the alphabet."""
    await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    after = "" if page.after is None else str(page.after[0])
    rows = await removals.list_asked(tx, site_id, after=after, limit=page.limit + 1)
    return page.page(rows, key=lambda row: (row.domain,), item=_out)


@router.get(
    "/removals.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def get_table(site_id: UUID, caller: CallerDep, tx: TxDep) -> Response:
    """Return the same as a table to work through: domain, contacts, state, dates."""
    site = await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    rows = [_row(one) for one in await removals.list_asked(tx, site_id, after="", limit=MOST)]
    text = bundle.table(_COLUMNS, rows)
    name = f"removals-{site.domain}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


_COLUMNS = (
    "domain",
    "contacts",
    "state",
    "links",
    "live",
    "asked_on",
    "last_on",
    "gone_on",
    "note",
)


def _row(one: Asked) -> dict[str, Any]:
    attempts = one.attempts
    asked = [attempt.happened_on for attempt in attempts if attempt.step is Step.ASKED]
    return {
        "domain": one.domain,
        "contacts": _contact_words(one),
        "state": removal.state_of(attempts, one.sight).value.replace("_", " "),
        "links": one.sight.links,
        "live": one.sight.live,
        "asked_on": asked[0] if asked else "",
        "last_on": attempts[-1].happened_on if attempts else "",
        "gone_on": one.sight.gone_on or "",
        "note": attempts[-1].note if attempts else "",
    }


def _contact_words(one: Asked) -> str:
    known = [attempt.contact for attempt in one.attempts if attempt.contact]
    found = list(dict.fromkeys([*one.emails, *known]))
    if found:
        return " ".join(found)
    if one.has_contact_page:
        return "not known; its pages link to a contact page"
    return "not known"


def _out(one: Asked) -> RemovalOut:
    state = removal.state_of(one.attempts, one.sight)
    return RemovalOut(
        domain=one.domain,
        state=state,
        sentence=removal.sentence(state, one.attempts, one.sight),
        decision=one.decision,
        links=one.sight.links,
        live=one.sight.live,
        gone_on=one.sight.gone_on if state is State.REMOVED else None,
        contacts=list(one.emails),
        contact_words=_contact_words(one),
        attempts=[_attempt(attempt) for attempt in one.attempts],
    )


def _attempt(attempt: Attempt) -> AttemptOut:
    return AttemptOut(
        step=attempt.step,
        happened_on=attempt.happened_on,
        contact=attempt.contact,
        note=attempt.note,
        made_by=attempt.made_by,
    )


class LogIn(BaseModel):
    """What was done or heard; that links are gone is seen by the crawler and cannot be typed in."""

    model_config = ConfigDict(extra="forbid")

    domains: list[Annotated[str, Field(max_length=253)]] = Field(
        min_length=1, max_length=MAX_DOMAINS
    )
    step: Step
    happened_on: date | None = Field(default=None, description="Today, if not given.")
    contact: str = Field(default="", max_length=300, description="Who was written to, and how.")
    note: str = Field(default="", max_length=2_000, description="What was said or answered.")


class LogOut(BaseModel):
    removal_ids: list[UUID]


@router.post("/removals", status_code=201)
async def log_attempt(site_id: UUID, body: LogIn, caller: CallerDep, tx: TxDep) -> LogOut:
    """Write into the log of these domains; nothing is sent."""
    site = await site_of(tx, caller, site_id, Role.EDITOR, Scope.TOXICITY_WRITE)
    now = clock.now()
    domains = list(dict.fromkeys(registrable(text) for text in body.domains))
    attempt = Attempt(
        step=body.step,
        happened_on=body.happened_on or now.date(),
        contact=body.contact.strip(),
        note=body.note.strip(),
        made_by=caller.actor,
    )
    new = await removals.add_attempts(
        tx, site_id, domains, attempt, workspace_id=site.workspace_id, now=now
    )
    return LogOut(removal_ids=new)


class TakeBackIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    removal_ids: list[UUID] = Field(min_length=1, max_length=MAX_DOMAINS)


@router.post("/removals/undo", status_code=204)
async def take_back(site_id: UUID, body: TakeBackIn, caller: CallerDep, tx: TxDep) -> None:
    """Take lines of the log back that were written by mistake."""
    await site_of(tx, caller, site_id, Role.EDITOR, Scope.TOXICITY_WRITE)
    await removals.take_back(tx, site_id, body.removal_ids, now=clock.now())


@router.get("/removals/letter", response_class=PlainTextResponse)
async def get_letter(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    domain: Annotated[
        str | None,
        Query(max_length=253, description="The domain to write to; without it, all of the list."),
    ] = None,
) -> PlainTextResponse:
    """Return a letter to copy into a mail program of your own; a reminder if it was asked before."""
    site = await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    if domain is None:
        asked = await removals.list_asked(tx, site_id, after="", limit=MAX_LETTERS)
        letters = [await _letter(tx, site, one.domain) for one in asked]
        return PlainTextResponse(_BETWEEN.join(filter(None, letters)))
    letter = await _letter(tx, site, registrable(domain))
    if not letter:
        raise NotFoundError("No live link from this domain is known; there is nothing to ask for.")
    return PlainTextResponse(letter)


_BETWEEN = f"\n{'-' * 72}\n\n"


async def _letter(tx: Tx, site: Site, domain: str) -> str:
    """Return the letter to a domain; empty where no link of it is live."""
    pages = await removals.list_pages(tx, site.site_id, domain)
    if not pages:
        return ""
    log = await removals.list_attempts(tx, site.site_id, [domain])
    return removal.letter(site.domain, domain, pages, again=bool(log))


@router.get("/disavow/reconsideration")
async def get_reconsideration(site_id: UUID, caller: CallerDep, tx: TxDep) -> dict[str, Any]:
    """Return what a reconsideration request rests on: attempts, replies, dates, the file, a summary."""
    site = await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    found, text = await _bundle(tx, site)
    return {**found, "summary": bundle.summary(found), "disavow": text}


@router.get(
    "/disavow/reconsideration.zip",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
)
async def get_archive(site_id: UUID, caller: CallerDep, tx: TxDep) -> Response:
    """Return the same as one archive; the same state gives the same bytes."""
    site = await site_of(tx, caller, site_id, Role.VIEWER, Scope.TOXICITY_READ)
    found, text = await _bundle(tx, site)
    data = bundle.archive(found, summary=bundle.summary(found), file_text=text)
    name = f"reconsideration-{site.domain}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/zip", headers=headers)


async def _bundle(tx: Tx, site: Site) -> tuple[dict[str, Any], str]:
    asked = await removals.list_asked(tx, site.site_id, after="", limit=MOST)
    newest = await versions.find_last(tx, site.site_id)
    answer = await cases.find_answer(tx, site.site_id)
    domains = [_out(one).model_dump(mode="json") for one in asked]
    file = None
    if newest is not None:
        file = {
            "version_no": newest.version_no,
            "domains": newest.domains,
            "urls": newest.urls,
            "made_by": newest.made_by,
            "created_at": newest.created_at.isoformat(),
            "reason": newest.reason,
        }
    found = {
        "site": site.domain,
        "manual_action": (answer and answer.manual_action) or site.manual_action,
        "known_scheme": answer.known_scheme if answer else None,
        "counts": _counts(domains),
        "domains": domains,
        "file": file,
    }
    return found, newest.text if newest else ""


def _counts(domains: Sequence[dict[str, Any]]) -> dict[str, int]:
    steps = [[attempt["step"] for attempt in one["attempts"]] for one in domains]
    return {
        "domains": len(domains),
        "asked": sum(bool(one) for one in steps),
        "attempts": sum(map(len, steps)),
        "answered": sum(Step.ANSWERED in one for one in steps),
        "refused": sum(Step.REFUSED in one for one in steps),
        "removed": sum(one["state"] == State.REMOVED for one in domains),
    }
