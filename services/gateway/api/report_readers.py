"""Who gets the reports of a site by e-mail: an owner names them, and addresses from outside say yes themselves."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.adapters.report_desk import ReportDesk
from services.gateway.api.caller import CallerDep
from services.gateway.api.inputs import Email
from services.gateway.api.receiving import require_mail_server
from services.gateway.domain.report_mails import (
    KEPT_UNCONFIRMED,
    MAX_ASKED,
    MAX_ASKED_A_DAY,
    MAX_READERS,
    Standing,
    reader_of,
    sentence_of,
    standing_words,
)
from services.gateway.store import journal, people, report_mails
from services.gateway.store import report_readers as store
from shared import clock
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import ConflictError
from shared.vocabulary import Role
from shared.web import DbDep, TxDep

router = APIRouter(prefix="/v1/sites/{site_id}/report-readers", tags=["client reports"])
_DAY = timedelta(days=1)


class ReaderIn(BaseModel):
    """Somebody who is to get the reports of a site."""

    model_config = ConfigDict(extra="forbid")

    email: Email = Field(
        description="A person of the workspace who may see the site, or any other address: that is asked"
        " by a mail first, and gets nothing before it said yes."
    )


class ReaderOut(BaseModel):
    """A reader, and whether reports go there."""

    id: UUID
    email: str
    is_user: bool = Field(
        description="A person of the workspace; others had to say yes themselves."
    )
    standing: Standing
    label: str
    sentence: str
    added_by: str
    added_at: datetime
    asked_at: datetime | None = Field(description="When the address was last asked.")
    confirmed_at: datetime | None
    left_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any], asked: Mapping[str, Any] | None) -> "ReaderOut":
        reader = reader_of(row)
        standing = reader.standing
        label, sentence = standing_words(standing)
        if standing is Standing.READS and (why := reader.why_not()) is not None:
            label, sentence = "Gets nothing", why
        elif standing is Standing.ASKED and asked is not None:
            sentence = f"{sentence} That mail: {sentence_of(asked)}"
        return cls(
            id=reader.reader_id,
            email=reader.email or "a person who is gone",
            is_user=reader.is_user,
            standing=standing,
            label=label,
            sentence=sentence,
            added_by=reader.added_by,
            added_at=row["created_at"],
            asked_at=row["asked_at"],
            confirmed_at=reader.confirmed_at,
            left_at=reader.left_at,
        )


class ReadersOut(BaseModel):
    """All readers of a site."""

    items: list[ReaderOut]


@router.get("")
async def list_report_readers(
    site_id: UUID, caller: CallerDep, db: DbDep, request: Request
) -> ReadersOut:
    """Return who gets the reports of a site by e-mail; for whoever may send them."""
    caller.require_scope(Scope.LINKS_READ)
    caller.require(site_id, Role.EDITOR)
    await _desk(request).site(site_id, caller)
    async with db.begin() as tx:
        rows = await store.list_readers(tx, site_id, workspace_id=caller.workspace_id)
        asked = await report_mails.list_confirmations(tx, [row["reader_id"] for row in rows])
    return ReadersOut(items=[ReaderOut.of(row, asked.get(row["reader_id"])) for row in rows])


@router.post("", status_code=201)
async def add_report_reader(
    site_id: UUID, body: ReaderIn, caller: CallerDep, db: DbDep, request: Request
) -> ReaderOut:
    """Name somebody who gets the reports; an address from outside is asked first. Owners only."""
    caller.require(site_id, Role.OWNER)
    caller.require_person("name who gets reports by e-mail")
    site = await _desk(request).site(site_id, caller)
    require_mail_server(request.app.state.messenger)
    async with db.begin() as tx:
        await store.wait_turn(tx, caller.workspace_id)
        found = await people.find_user_ids(tx, [body.email], workspace_id=caller.workspace_id)
        user_id = found.get(body.email.lower())
        email = None if user_id is not None else body.email.lower()
        known = await store.find_known(
            tx, site_id, workspace_id=caller.workspace_id, user_id=user_id, email=email
        )
        _require_new(known)
        await _require_room(tx, site_id, caller)
        reader_id = await store.add_reader(
            tx,
            site_id,
            workspace_id=caller.workspace_id,
            user_id=user_id,
            email=email,
            site_label=str(site["domain"]),
            added_by=caller.actor,
        )
        if user_id is None:
            await _ask(tx, site_id, reader_id, caller)
        return await _noted(tx, site_id, reader_id, caller, "report_reader.added")


@router.post("/{reader_id}/confirmations", status_code=201)
async def ask_report_reader(
    site_id: UUID, reader_id: UUID, caller: CallerDep, tx: TxDep, request: Request
) -> ReaderOut:
    """Ask an address that said nothing yet once more."""
    caller.require(site_id, Role.OWNER)
    caller.require_person("have an address asked")
    require_mail_server(request.app.state.messenger)
    await store.wait_turn(tx, caller.workspace_id)
    await _ask(tx, site_id, reader_id, caller)
    return await _noted(tx, site_id, reader_id, caller, "report_reader.asked")


@router.delete("/{reader_id}", status_code=204)
async def remove_report_reader(
    site_id: UUID, reader_id: UUID, caller: CallerDep, tx: TxDep
) -> Response:
    """Send somebody no more reports."""
    caller.require_scope(Scope.LINKS_WRITE)
    caller.require(site_id, Role.OWNER)
    await store.get_reader(tx, reader_id, site_id=site_id, workspace_id=caller.workspace_id)
    await store.remove(tx, reader_id, clock.now())
    await _note(tx, caller, "report_reader.removed", site_id, reader_id)
    return Response(status_code=204)


def _desk(request: Request) -> ReportDesk:
    desk: ReportDesk = request.app.state.report_desk
    return desk


def _require_new(known: Mapping[str, Any] | None) -> None:
    if known is None:
        return
    reader = reader_of(known)
    if reader.left_at is not None:
        raise ConflictError(
            "This person said that they want no reports of this site. Only they can take that back, by the"
            " address in the mails that they got.",
            code="wants-none",
        )
    if reader.removed_at is None:
        raise ConflictError("This person is on the list already.", code="known-reader")


async def _require_room(tx: Tx, site_id: UUID, caller: Caller) -> None:
    rows = await store.list_readers(tx, site_id, workspace_id=caller.workspace_id)
    if len(rows) >= MAX_READERS:
        raise ConflictError(
            f"A site has at most {MAX_READERS} readers of its reports; remove one first.",
            code="too-many-readers",
        )


async def _ask(tx: Tx, site_id: UUID, reader_id: UUID, caller: Caller) -> None:
    """Have an address asked, within bounds: nobody is to be bothered by means of us."""
    row = await store.get_reader(tx, reader_id, site_id=site_id, workspace_id=caller.workspace_id)
    if reader_of(row).standing is not Standing.ASKED:
        raise ConflictError("There is nothing to ask this person.", code="nothing-to-ask")
    now = clock.now()
    recently = row["asked_at"] is not None and row["asked_at"] > now - KEPT_UNCONFIRMED
    if recently and row["times_asked"] >= MAX_ASKED:
        raise ConflictError(
            f"This address was asked {MAX_ASKED} times within {KEPT_UNCONFIRMED.days} days and said nothing."
            " Call them instead.",
            code="asked-enough",
        )
    since = now - _DAY
    if await report_mails.count_asked(tx, caller.workspace_id, since=since) >= MAX_ASKED_A_DAY:
        raise ConflictError(
            f"A workspace asks at most {MAX_ASKED_A_DAY} addresses a day; go on tomorrow.",
            code="asked-enough-today",
        )
    await store.note_asked(tx, reader_id, now)
    await report_mails.add_confirmation(tx, row, asked_by=caller.actor, now=now)


async def _noted(tx: Tx, site_id: UUID, reader_id: UUID, caller: Caller, action: str) -> ReaderOut:
    await _note(tx, caller, action, site_id, reader_id)
    row = await store.get_reader(tx, reader_id, site_id=site_id, workspace_id=caller.workspace_id)
    asked = await report_mails.list_confirmations(tx, [reader_id])
    return ReaderOut.of(row, asked.get(reader_id))


async def _note(tx: Tx, caller: Caller, action: str, site_id: UUID, reader_id: UUID) -> None:
    await journal.add_entry(
        tx, caller, action=action, subject=f"report-reader/{reader_id}", site_id=site_id
    )
