"""What may be won back: the queue, its drafts, and what people did about it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.profile.api.link_models import Row, WordsOut
from services.profile.domain.recovery import (
    RecoveryAction,
    RecoveryKind,
    RecoveryState,
    Written,
    draft_from,
    draft_of,
)
from services.profile.store import own_pages, recoveries, sites
from services.profile.store.recoveries import Decision
from shared import clock, queries, recovery_words
from shared.access import Caller, Scope
from shared.db import Tx
from shared.dependencies import CallerDep, TxDep
from shared.errors import InvalidError, NotFoundError
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Reason, Role
from shared.words import Words

router = APIRouter(prefix="/v1", tags=["recoveries"])
WAITING = (RecoveryState.OPEN, RecoveryState.ASKED)


class DraftOut(BaseModel):
    """A letter to copy; nothing sends it."""

    subject: str
    body: str


class RecoveryOut(BaseModel):
    """A lost link, or a page of yours that died, with what to do about it."""

    id: UUID
    site_id: UUID
    kind: RecoveryKind
    link_id: UUID | None
    referring_url: str | None
    referring_domain: str | None
    target_url: str | None
    anchor_text: str | None
    meant_url: str | None = Field(description="Of a typo: the page that was meant.")
    sentence: str | None = Field(description="How the link stood in its text, seen last.")
    reasons: list[Reason]
    action: RecoveryAction
    action_words: WordsOut
    value: float
    probability: float
    priority: float = Field(description="Value times probability; the order of the list.")
    lost_at: datetime
    state: RecoveryState
    state_words: WordsOut
    asked_on: date | None
    asked_by: str | None
    note: str | None
    closed_at: datetime | None
    domain_links: int | None = Field(description="Other pages of the domain that link to you.")
    domain_sentence: str | None
    draft: DraftOut | None = Field(
        description="null until `draft_from`, or if there is nobody to ask."
    )
    draft_from: datetime | None
    version: int

    @classmethod
    def of(cls, row: Row, *, now: datetime, meant: str | None = None) -> "RecoveryOut":
        is_link = row["kind"] == RecoveryKind.LINK
        is_asked_for = is_link or row["action"] == RecoveryAction.FIX_TYPO
        domain = row["referring_domain"] or ""
        draft = _draft(row, now=now, meant=meant) if is_asked_for else None
        names = set(cls.model_fields) & set(row.keys()) - {"domain_links"}
        return cls(
            id=row["recovery_id"],
            action_words=_words(recovery_words.recovery_action(row["action"])),
            state_words=_words(recovery_words.recovery_state(row["state"])),
            domain_links=row["domain_links"] if is_link else None,
            domain_sentence=recovery_words.beside(domain, row["domain_links"]) if is_link else None,
            draft=draft,
            draft_from=draft_from(row["lost_at"]) if is_asked_for else None,
            meant_url=meant,
            **{name: row[name] for name in names},
        )


def _words(said: Words) -> WordsOut:
    return WordsOut(label=said.label, sentence=said.sentence, todo=said.todo)


def _draft(row: Row, *, now: datetime, meant: str | None) -> DraftOut | None:
    about = Written(
        action=RecoveryAction(row["action"]),
        referring_url=row["referring_url"],
        target_url=row["target_url"] or "",
        anchor_text=row["anchor_text"] or "",
        sentence=row["sentence"] or "",
        lost_at=row["lost_at"],
        contract=bool(row["contract"]),
        meant_url=meant,
    )
    draft = draft_of(about, now=now)
    return None if draft is None else DraftOut(subject=draft.subject, body=draft.body)


@router.get("/sites/{site_id}/recoveries")
async def list_recoveries(
    site_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    paging: PageDep,
    state: Annotated[
        str | None, Query(max_length=100, description="open, asked, won_back, dismissed")
    ] = None,
    kind: Annotated[str | None, Query(max_length=40, description="link, target")] = None,
) -> Page[RecoveryOut]:
    """Return what may be won back, what is likely to bring most first."""
    await _see(tx, caller, site_id)
    now = clock.now()
    rows = await recoveries.list_recoveries(
        tx,
        site_id,
        states=queries.choices("state", state, RecoveryState) or WAITING,
        kinds=queries.choices("kind", kind, RecoveryKind),
        after=None if paging.after is None else (paging.after[0], paging.after[1]),
        limit=paging.limit + 1,
    )
    meant = await _meant(tx, rows)
    return paging.page(
        rows,
        key=lambda row: (row["priority"], row["recovery_id"]),
        item=lambda row: RecoveryOut.of(row, now=now, meant=meant.get(row["target_url"])),
    )


async def _meant(tx: Tx, rows: Sequence[Row]) -> dict[str, str]:
    """Return which pages were meant by the addresses that have a typo."""
    typos = [
        (row["site_id"], row["target_url"])
        for row in rows
        if row["action"] == RecoveryAction.FIX_TYPO
    ]
    return await own_pages.find_meant(tx, typos)


async def _see(tx: Tx, caller: Caller, site_id: UUID) -> None:
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.VIEWER)
    await sites.get_site(tx, caller.workspace_id, site_id)


class StateCount(BaseModel):
    """How many items are in one state, and what they are worth together."""

    items: int
    value: float


class RecoverySummary(BaseModel):
    """How the recovery of a site's links goes."""

    open: StateCount
    asked: StateCount
    won_back: StateCount
    dismissed: StateCount


@router.get("/sites/{site_id}/recoveries/summary")
async def get_summary(site_id: UUID, caller: CallerDep, tx: TxDep) -> RecoverySummary:
    """Return how many items are open, asked for, won back and let go, with their value."""
    await _see(tx, caller, site_id)
    counted = await recoveries.count_states(tx, site_id)
    found = {
        state: StateCount(items=counted[state]["items"], value=counted[state]["value"])
        if state in counted
        else StateCount(items=0, value=0.0)
        for state in RecoveryState
    }
    return RecoverySummary(**found)


class RecoveryChange(BaseModel):
    """What a person did; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    state: RecoveryState | None = Field(
        default=None, description="`dismissed` lets it go, `open` takes that back."
    )
    asked_on: date | None = Field(
        default=None, description="The day somebody was asked; null: nobody."
    )
    note: str | None = Field(default=None, max_length=2000)


@router.patch("/recoveries/{recovery_id}", dependencies=[IF_MATCH])
async def change_recovery(
    recovery_id: UUID,
    body: RecoveryChange,
    request: Request,
    response: Response,
    caller: CallerDep,
    tx: TxDep,
) -> RecoveryOut:
    """Note that somebody was asked, or let an item go; needs If-Match with the item's ETag."""
    caller.require_scope(Scope.LINKS_WRITE)
    row = await _visible(tx, caller, recovery_id)
    caller.require(row["site_id"], Role.EDITOR)
    require_match(request, row["version"])
    await recoveries.save_decision(
        tx, recovery_id, _decision(row, body), actor=caller.actor, now=clock.now()
    )
    return await _answer(tx, caller, recovery_id, response)


@router.get("/recoveries/{recovery_id}")
async def get_recovery(
    recovery_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> RecoveryOut:
    """Return one item of the queue."""
    caller.require_scope(Scope.LINKS_READ)
    return await _answer(tx, caller, recovery_id, response)


async def _answer(tx: Tx, caller: Caller, recovery_id: UUID, response: Response) -> RecoveryOut:
    row = await _visible(tx, caller, recovery_id)
    response.headers["ETag"] = etag(row["version"])
    meant = await _meant(tx, [row])
    return RecoveryOut.of(row, now=clock.now(), meant=meant.get(row["target_url"]))


async def _visible(tx: Tx, caller: Caller, recovery_id: UUID) -> Row:
    row: Row | None = await recoveries.find_recovery(tx, caller.workspace_id, recovery_id)
    if row is None or not caller.may_see(row["site_id"]):
        raise NotFoundError("There is no such recovery.")
    caller.require(row["site_id"], Role.VIEWER)
    return row


def _decision(row: Row, body: RecoveryChange) -> Decision:
    given = body.model_fields_set
    if row["state"] == RecoveryState.WON_BACK or body.state is RecoveryState.WON_BACK:
        raise InvalidError("What was won back is decided by what is seen, not by hand.")
    asked_on = body.asked_on if "asked_on" in given else row["asked_on"]
    state = RecoveryState.ASKED if asked_on else RecoveryState.OPEN
    kept = (
        row["state"] == RecoveryState.DISMISSED and body.state is None and "asked_on" not in given
    )
    if body.state is RecoveryState.DISMISSED or kept:
        state = RecoveryState.DISMISSED
    return Decision(state, asked_on, body.note if "note" in given else row["note"])
