"""Vendors: who sells or gives links, what was ordered of them, and whether it stayed as agreed."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.outreach.domain.money.payment import PaymentState
from services.outreach.store import payments, vendors
from services.outreach.store.payments import Sum
from services.outreach.store.vendors import Record, Vendor, share
from shared import clock, ids, urls
from shared.access import Caller, Scope
from shared.currencies import totals, written
from shared.db import Tx
from shared.errors import FieldError, ForbiddenError, InvalidError
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/vendors", tags=["vendors"])


class VendorIn(BaseModel):
    """A vendor; only the name is needed."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    url: str | None = Field(default=None, max_length=2_048)
    contact: str | None = Field(default=None, max_length=500, description="Person, mail, phone.")
    note: str | None = Field(default=None, max_length=5_000)


class VendorPatch(BaseModel):
    """Fields to change; those that are left out stay."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="", min_length=1, max_length=200)
    url: str | None = Field(default=None, max_length=2_048)
    contact: str | None = Field(default=None, max_length=500)
    note: str | None = Field(default=None, max_length=5_000)


class Spend(BaseModel):
    amount: Decimal
    currency: str


class VendorOut(BaseModel):
    """A vendor with what is known of its orders, over the sites that the caller may see."""

    vendor_id: UUID
    name: str
    url: str | None
    contact: str | None
    note: str | None
    orders: int
    promised: int
    overdue: int
    live: int
    mismatched: int
    lost: int
    spend: list[Spend] = Field(description="Agreed prices by currency; nothing is converted.")
    paid: list[Spend] = Field(description="Paid and not given back, by currency.")
    owed: list[Spend] = Field(description="Written down as to be paid, by currency.")
    overdue_payments: int = Field(description="Payments whose day is over.")
    as_agreed_share: float | None = Field(
        description="Live as agreed, of those whose link was seen; null while none was seen."
    )
    alive_after_90_days: float | None = Field(description="Null while none is that old.")
    alive_after_365_days: float | None = Field(description="Null while none is that old.")
    created_at: datetime
    version: int


@router.post("", status_code=201)
async def add_vendor(body: VendorIn, caller: CallerDep, tx: TxDep, response: Response) -> VendorOut:
    """Write down a vendor."""
    _require_writer(caller)
    now = clock.now()
    vendor = Vendor(
        vendor_id=ids.new_id(),
        workspace_id=caller.workspace_id,
        name=_name(body.name),
        url=_url(body.url),
        contact=body.contact,
        note=body.note,
        created_by=caller.actor_id,
        created_at=now,
    )
    await vendors.add_vendor(tx, vendor)
    response.headers["ETag"] = etag(vendor.version)
    return (await _with_records(tx, [vendor], caller))[0]


@router.get("")
async def list_vendors(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    q: Annotated[str, Query(max_length=200, description="Part of the name.")] = "",
) -> Page[VendorOut]:
    """Return vendors by name."""
    _require_reader(caller)
    after = None if page.after is None else (str(page.after[0]), UUID(str(page.after[1])))
    rows = await vendors.list_vendors(
        tx,
        workspace_id=caller.workspace_id,
        site_ids=caller.site_ids,
        actor_id=caller.actor_id,
        text=q.strip(),
        after=after,
        limit=page.limit + 1,
    )
    answers = {row.vendor_id: row for row in await _with_records(tx, rows, caller)}
    return page.page(
        rows,
        key=lambda row: (row.name.lower(), row.vendor_id),
        item=lambda row: answers[row.vendor_id],
    )


@router.get("/{vendor_id}")
async def get_vendor(
    vendor_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> VendorOut:
    """Return one vendor: orders, spend, how much of it is as agreed, how long links lived."""
    _require_reader(caller)
    vendor = await _get(tx, vendor_id, caller)
    response.headers["ETag"] = etag(vendor.version)
    return (await _with_records(tx, [vendor], caller))[0]


@router.patch("/{vendor_id}", dependencies=[IF_MATCH])
async def change_vendor(
    vendor_id: UUID,
    body: VendorPatch,
    caller: CallerDep,
    tx: TxDep,
    request: Request,
    response: Response,
) -> VendorOut:
    """Change a vendor's name, address, contact or note."""
    _require_writer(caller)
    before = await _get(tx, vendor_id, caller)
    require_match(request, before.version)
    given = body.model_dump(exclude_unset=True)
    if "name" in given:
        given["name"] = _name(given["name"])
    if "url" in given:
        given["url"] = _url(given["url"])
    after = replace(before, **given, version=before.version + 1)
    await vendors.save_vendor(tx, after, now=clock.now())
    response.headers["ETag"] = etag(after.version)
    return (await _with_records(tx, [after], caller))[0]


def _require_reader(caller: Caller) -> None:
    caller.require_scope(Scope.OUTREACH_READ)
    if caller.is_only_client:
        raise ForbiddenError("Clients are not shown vendors.", code="role-required")


def _require_writer(caller: Caller) -> None:
    caller.require_scope(Scope.OUTREACH_WRITE)
    roles = {caller.workspace_role, *caller.grants.values()}
    if not roles & {Role.OWNER, Role.EDITOR}:
        raise ForbiddenError("This needs the role editor on a site.", code="role-required")


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise InvalidError(
            "A vendor needs a name.", [FieldError("/name", "missing", "Give the vendor's name.")]
        )
    return name


def _url(text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    found = urls.from_text(text)
    if found is None or "." not in urls.host_of(found):
        raise InvalidError(
            "The vendor's address can't be used.",
            [FieldError("/url", "not-a-url", "Give an address with https://, or leave it out.")],
        )
    return urls.normalise(found)


async def _get(tx: Tx, vendor_id: UUID, caller: Caller) -> Vendor:
    return await vendors.get_vendor(
        tx,
        vendor_id,
        workspace_id=caller.workspace_id,
        site_ids=caller.site_ids,
        actor_id=caller.actor_id,
    )


async def _with_records(tx: Tx, found: list[Vendor], caller: Caller) -> list[VendorOut]:
    now = clock.now()
    vendor_ids = [one.vendor_id for one in found]
    records = await vendors.list_records(
        tx, vendor_ids, site_ids=caller.site_ids, now=now, today=now.date()
    )
    spend = await vendors.list_spend(tx, vendor_ids, site_ids=caller.site_ids)
    sums = await payments.list_by_vendor(tx, vendor_ids, site_ids=caller.site_ids, today=now.date())
    return [
        _answer(
            one,
            records.get(one.vendor_id, Record()),
            spend.get(one.vendor_id, []),
            sums.get(one.vendor_id, []),
        )
        for one in found
    ]


def _answer(
    vendor: Vendor, record: Record, spend: list[tuple[str, Decimal]], sums: list[Sum]
) -> VendorOut:
    known: dict[str, Any] = {
        name: getattr(record, name)
        for name in ("orders", "promised", "overdue", "live", "mismatched", "lost")
    }
    return VendorOut(
        vendor_id=vendor.vendor_id,
        name=vendor.name,
        url=vendor.url,
        contact=vendor.contact,
        note=vendor.note,
        spend=[Spend(currency=currency, amount=amount) for currency, amount in spend],
        paid=_sums(sums, PaymentState.PAID),
        owed=_sums(sums, PaymentState.DUE, PaymentState.OVERDUE),
        overdue_payments=sum(one.count for one in sums if one.state is PaymentState.OVERDUE),
        as_agreed_share=record.as_agreed,
        alive_after_90_days=share(record.alive_90, record.aged_90),
        alive_after_365_days=share(record.alive_365, record.aged_365),
        created_at=vendor.created_at,
        version=vendor.version,
        **known,
    )


def _sums(sums: list[Sum], *states: PaymentState) -> list[Spend]:
    found = totals((one.amount, one.currency) for one in sums if one.state in states)
    return [
        Spend(amount=Decimal(written(amount, currency)), currency=currency)
        for amount, currency in found
        if amount
    ]
