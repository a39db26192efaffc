"""Payments: what is owed and was paid for placements, by currency; nothing of it is for clients."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.outreach.api.payment_shapes import (
    PaidIn,
    PaidOut,
    PaymentIn,
    PaymentOut,
    PaymentPatch,
    SumsOut,
    payment_out,
    sum_out,
)
from services.outreach.domain.money.payment import Payment, PaymentState, faults, sentence
from services.outreach.domain.money.table import csv_of
from services.outreach.domain.record import Placement
from services.outreach.store import money_telling, payments, placements
from services.outreach.store.payments import Filters
from services.outreach.store.placements import Entry
from shared import clock, ids, queries
from shared.access import Caller, Scope
from shared.currencies import said
from shared.db import Database, Tx
from shared.dependencies import DbDep, at_once
from shared.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from shared.inputs import Day
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/payments", tags=["payments"])

MOST = 5_000
"""As many payments as one request marks."""
_SAMPLE = 5
_BATCH = 1_000
_OPEN = (PaymentState.DUE, PaymentState.OVERDUE)


@dataclass(frozen=True, slots=True)
class _Filter:
    """The parameters that say which payments are meant."""

    site_id: UUID | None = None
    placement_id: Annotated[str | None, Query(description="Of these placements (comma = or).")] = (
        None
    )
    vendor_id: UUID | None = None
    campaign: Annotated[str | None, Query(max_length=80)] = None
    state: Annotated[str | None, Query(description="Only these states (comma = or).")] = None
    currency: Annotated[str | None, Query(min_length=3, max_length=3)] = None
    due_from: Day | None = None
    due_to: Day | None = None
    invoice_no: Annotated[str | None, Query(max_length=200)] = None

    def meant(self, caller: Caller, role: Role) -> Filters:
        """Return what is meant, on the sites on which the caller has the role."""
        site_ids = caller.sites_as(role, site_id=self.site_id)
        if site_ids is not None and not site_ids:
            raise ForbiddenError(f"This needs the role {role} on a site.", code="role-required")
        return Filters(
            site_ids=site_ids,
            placement_ids=_ids("placement_id", self.placement_id),
            vendor_id=self.vendor_id,
            campaign=self.campaign,
            states=queries.choices("state", self.state, PaymentState),
            currency=None if self.currency is None else self.currency.upper(),
            due_from=self.due_from,
            due_to=self.due_to,
            invoice_no=self.invoice_no,
        )


FilterDep = Annotated[_Filter, Depends(at_once(_Filter))]


@router.post("", status_code=201)
async def add_payment(
    body: PaymentIn, caller: CallerDep, tx: TxDep, response: Response
) -> PaymentOut:
    """Write down what is to be paid, or was paid, for a placement."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    placement = await _placement(tx, body.placement_id, caller)
    today = clock.now().date()
    given = body.model_dump(exclude={"currency"})
    made = Payment(
        payment_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        site_id=placement.site_id,
        currency=body.currency.upper(),
        created_by=caller.actor_id,
        created_at=clock.now(),
        **_texts(given),
    )
    _refuse(made, today)
    await payments.add_payments(tx, [made])
    await _note(tx, made, "A payment was written down", caller)
    return await _answer(tx, made.payment_id, caller, response)


@router.get("")
async def list_payments(
    caller: CallerDep, tx: TxDep, page: PageDep, wanted: FilterDep
) -> Page[PaymentOut]:
    """Return payments with how each stands today, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    filters, today = wanted.meant(caller, Role.VIEWER), clock.now().date()
    before = None if page.after is None else UUID(str(page.after[0]))
    rows = await payments.list_payments(
        tx, caller.workspace_id, filters, today=today, before=before, limit=page.limit + 1
    )
    count = None
    if page.wants_count:
        count = await payments.count_payments(tx, caller.workspace_id, filters, today=today)
    return page.page(
        rows,
        key=lambda row: (row.payment_id,),
        item=lambda row: payment_out(row, today=today),
        count=count,
    )


@router.get("/sums")
async def sum_payments(caller: CallerDep, tx: TxDep, wanted: FilterDep) -> SumsOut:
    """Return what the payments come to, by currency and state; nothing is converted."""
    caller.require_scope(Scope.OUTREACH_READ)
    filters, today = wanted.meant(caller, Role.VIEWER), clock.now().date()
    sums = await payments.list_sums(tx, caller.workspace_id, filters, today=today)
    return SumsOut(items=[sum_out(one) for one in sums])


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}, "description": "One line for each payment."}},
)
async def export_payments(caller: CallerDep, db: DbDep, wanted: FilterDep) -> StreamingResponse:
    """Return the payments as CSV for spreadsheets, the newest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    filters = wanted.meant(caller, Role.VIEWER)
    return StreamingResponse(
        _lines(db, caller.workspace_id, filters, today=clock.now().date()),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="payments.csv"'},
    )


async def _lines(
    db: Database, workspace_id: UUID, filters: Filters, *, today: date
) -> AsyncIterator[str]:
    before: UUID | None = None
    is_first = True
    while True:
        async with db.begin() as tx:
            rows = await payments.list_payments(
                tx, workspace_id, filters, today=today, before=before, limit=_BATCH
            )
        if rows or is_first:
            yield csv_of(rows, today=today, head=is_first)
        if len(rows) < _BATCH:
            return
        before, is_first = rows[-1].payment_id, False


@router.post("/paid")
async def mark_paid(
    body: PaidIn,
    caller: CallerDep,
    tx: TxDep,
    wanted: FilterDep,
    *,
    dry_run: Annotated[bool, Query(description="Only say what would be marked.")] = False,
) -> PaidOut:
    """Write that all open payments that the filter means were paid on a day."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    filters = wanted.meant(caller, Role.EDITOR)
    filters = replace(filters, states=[one for one in filters.states if one in _OPEN] or _OPEN)
    today = clock.now().date()
    found = await payments.list_payments(
        tx, caller.workspace_id, filters, today=today, limit=MOST + 1, lock=not dry_run
    )
    if len(found) > MOST:
        detail = f"More than {MOST:,} payments match. Narrow the filter and do it in parts."
        raise InvalidError(detail, [FieldError("/query", "too-many", detail)])
    sums = await payments.list_sums(tx, caller.workspace_id, filters, today=today)
    if not dry_run:
        await _pay(tx, found, body, caller, today=today)
    return PaidOut(
        matched=len(found),
        changed=0 if dry_run else len(found),
        dry_run=dry_run,
        sums=[sum_out(one) for one in sums],
        sample=[payment_out(one, today=today) for one in found[:_SAMPLE]] if dry_run else [],
    )


async def _pay(tx: Tx, found: list[Payment], body: PaidIn, caller: Caller, *, today: date) -> None:
    method = _line(body.method)
    after = [replace(one, paid_on=body.paid_on, method=method or one.method) for one in found]
    if after:
        _refuse(after[0], today)
    now = clock.now()
    ids_ = [one.payment_id for one in found]
    await payments.mark_paid(tx, ids_, paid_on=body.paid_on, method=method, now=now)
    entries = [
        Entry(one.placement_id, "payment", sentence(one, today), now, actor=caller.actor)
        for one in after
    ]
    await placements.add_history(tx, entries)
    await money_telling.tell_settled(tx, after, "It was paid.")


@router.get("/{payment_id}")
async def get_payment(
    payment_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> PaymentOut:
    """Return one payment."""
    caller.require_scope(Scope.OUTREACH_READ)
    return await _answer(tx, payment_id, caller, response)


@router.patch("/{payment_id}", dependencies=[IF_MATCH])
async def change_payment(
    payment_id: UUID,
    body: PaymentPatch,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> PaymentOut:
    """Change a payment: that it was paid, came back, is owed no more, or what else was wrong."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await _get(tx, payment_id, caller, role=Role.EDITOR, lock=True)
    require_match(request, before.version)
    given = _texts(body.model_dump(exclude_unset=True))
    if "currency" in given:
        given["currency"] = given["currency"].upper()
    after, today, now = replace(before, **given), clock.now().date(), clock.now()
    _refuse(after, today)
    await payments.save_payment(tx, after, now=now)
    entry = Entry(after.placement_id, "payment", sentence(after, today), now, actor=caller.actor)
    await placements.add_history(tx, [entry])
    if before.is_open and (not after.is_open or before.due_on != after.due_on):
        await money_telling.tell_settled(tx, [before], sentence(after, today))
    return await _answer(tx, payment_id, caller, response)


@router.delete("/{payment_id}", status_code=204)
async def remove_payment(payment_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Remove a payment that was written down by mistake; the history of the placement keeps it."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await _get(tx, payment_id, caller, role=Role.EDITOR, lock=True)
    if before.paid_on is not None:
        detail = "It was paid, so it stays. Take back the day on which it was paid first."
        raise ConflictError(detail, code="paid")
    await payments.remove_payment(tx, payment_id)
    await _note(tx, before, "A payment was removed", caller)
    await money_telling.tell_settled(tx, [before], "It was removed.")


async def _placement(tx: Tx, placement_id: UUID, caller: Caller) -> Placement:
    found = await placements.find_placement(tx, placement_id, workspace_id=caller.workspace_id)
    if found is None or not caller.sees_everything_in(found.site_id):
        fault = FieldError("/placement_id", "not-found", "Give the id of one of your placements.")
        raise InvalidError("There is no such placement.", [fault])
    caller.require(found.site_id, Role.EDITOR)
    return found


async def _get(
    tx: Tx, payment_id: UUID, caller: Caller, *, role: Role, lock: bool = False
) -> Payment:
    found = await payments.get_payment(tx, payment_id, workspace_id=caller.workspace_id, lock=lock)
    if not caller.sees_everything_in(found.site_id):
        raise NotFoundError("There is no such payment.")
    caller.require(found.site_id, role)
    return found


async def _answer(tx: Tx, payment_id: UUID, caller: Caller, response: Response) -> PaymentOut:
    found = await _get(tx, payment_id, caller, role=Role.VIEWER)
    response.headers["ETag"] = etag(found.version)
    return payment_out(found, today=clock.now().date())


async def _note(tx: Tx, one: Payment, what: str, caller: Caller) -> None:
    text = f"{what}: {said(one.amount, one.currency)}."
    entry = Entry(one.placement_id, "payment", text, clock.now(), actor=caller.actor)
    await placements.add_history(tx, [entry])


def _refuse(payment: Payment, today: date) -> None:
    wrong = faults(payment, today)
    if wrong:
        raise InvalidError("The payment can't be written down like this.", wrong)


def _texts(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with their texts on one line, empty ones as None; a note keeps its lines."""
    lines = ("invoice_no", "invoice_url", "method")
    return {name: _line(value) if name in lines else value for name, value in given.items()}


def _line(text: str | None) -> str | None:
    return " ".join((text or "").split()) or None


def _ids(name: str, text: str | None) -> list[UUID]:
    found = []
    for one in queries.split(name, text):
        try:
            found.append(UUID(one))
        except ValueError as error:
            fix = FieldError(f"/query/{name}", "not-an-id", "Give ids, with commas between.")
            raise InvalidError(f"{one[:50]!r} is no id.", [fix]) from error
    return found
