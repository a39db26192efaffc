"""Webhooks: receivers that are told what happens, signed, tried again, and sent again on request."""

import secrets as random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.adapters.teller import Teller
from services.gateway.api.caller import CallerDep
from services.gateway.api.inputs import Name
from services.gateway.api.receiving import TestOut, require_room
from services.gateway.api.sites import Sites, SitesDep
from services.gateway.domain import webhooks
from services.gateway.domain.attempts import State
from services.gateway.domain.outward import SUBSCRIBABLE
from services.gateway.store import deliveries, journal, receivers
from services.gateway.store import webhooks as store
from shared import clock, versions
from shared.access import Caller
from shared.db import Tx
from shared.errors import ConflictError, FieldError, InvalidError
from shared.ids import new_id
from shared.inputs import Moment
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import DbDep, TxDep

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
_MAX_SITES = 1_000

_Url = Annotated[
    str,
    Field(max_length=2_000, description="Where messages go, by POST. Public and `https:`."),
]
_Types = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(max_length=len(SUBSCRIBABLE), description="Event types; none: every outward type."),
]
_SiteIds = Annotated[
    list[UUID] | None,
    Field(min_length=1, max_length=_MAX_SITES, description="Sites; null: all of the workspace."),
]


class WebhookIn(BaseModel):
    """A new webhook."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    url: _Url
    types: _Types = Field(default_factory=list)
    site_ids: _SiteIds = None


class WebhookPatch(BaseModel):
    """What may be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    url: _Url | None = None
    types: _Types | None = None
    site_ids: _SiteIds = None
    active: bool | None = Field(
        default=None, description="True goes on where it was switched off; nothing is left out."
    )


class WebhookOut(BaseModel):
    """A webhook and whether it works; everything but its secret."""

    id: UUID
    name: str
    url: str
    types: list[str]
    site_ids: list[UUID] | None
    active: bool
    switched_off_because: str | None
    waiting: int = Field(description="Messages that wait or are tried again, counted up to 10,000.")
    delivered_at: datetime | None = Field(description="When the last message was taken.")
    failing_since: datetime | None = Field(description="Since when none was taken; null: all well.")
    old_secret_until: datetime | None = Field(
        description="Until when the secret before signs, too."
    )
    sentence: str
    created_at: datetime
    version: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        active = row["switched_off_at"] is None
        return cls(**{**row, "id": row["webhook_id"], "active": active, "sentence": _sentence(row)})


class WebhookMade(WebhookOut):
    """A webhook with its secret, which is shown only now."""

    secret: str = Field(description="Check signatures with it (Standard Webhooks). Shown only now.")


class DeliveryOut(BaseModel):
    """One message: the event, and what became of it."""

    event_id: UUID
    type: str
    state: State
    attempts: int
    next_at: datetime | None = Field(description="When it is tried next, while it waits.")
    last_at: datetime | None
    last_status: int | None = Field(description="What the receiver answered last (HTTP).")
    last_ms: int | None
    sentence: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "DeliveryOut":
        waits = row["state"] == State.WAITING
        said = row["sentence"] or "Not sent yet."
        return cls(**{**row, "next_at": row["next_at"] if waits else None, "sentence": said})


class ReplayOut(BaseModel):
    """How many messages are sent again."""

    messages: int
    more: bool = Field(description="There are more events after these: ask again from `next_from`.")
    next_from: datetime | None
    sentence: str


@router.get("")
async def list_webhooks(caller: CallerDep, tx: TxDep, page: PageDep) -> Page[WebhookOut]:
    """List the webhooks of your workspace; owners only."""
    caller.require_workspace(Role.OWNER)
    rows = await store.list_webhooks(
        tx,
        workspace_id=caller.workspace_id,
        after=page.after[0] if page.after else None,
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row["webhook_id"],), item=WebhookOut.of)


@router.post("", status_code=201)
async def add_webhook(
    body: WebhookIn,
    caller: CallerDep,
    sites: SitesDep,
    db: DbDep,
    request: Request,
    response: Response,
) -> WebhookMade:
    """Add a receiver. It is told whatever happens from now on; its secret is in this answer only."""
    caller.require_workspace(Role.OWNER)
    teller: Teller = request.app.state.teller
    await _require_sense(teller, caller, sites, body.url, body.types, body.site_ids)
    webhook_id, secret = new_id(), webhooks.new_secret(random.token_bytes(webhooks.SECRET_BYTES))
    async with db.begin() as tx:
        await require_room(tx, receivers.WEBHOOKS, caller)
        row = await store.add_webhook(
            tx,
            webhook_id,
            workspace_id=caller.workspace_id,
            name=body.name,
            url=body.url,
            types=sorted(set(body.types)),
            site_ids=body.site_ids,
            secret=teller.seal(secret, webhook_id),
            created_by=caller.actor_id,
        )
        await _note(tx, caller, "webhook.added", webhook_id, {"url": body.url})
    response.headers["Location"] = f"/v1/webhooks/{webhook_id}"
    return WebhookMade(**WebhookOut.of(row).model_dump(), secret=secret)


@router.get("/{webhook_id}")
async def get_webhook(
    webhook_id: UUID, caller: CallerDep, tx: TxDep, response: Response
) -> WebhookOut:
    """Return one webhook."""
    found = WebhookOut.of(await _mine(tx, webhook_id, caller))
    response.headers["ETag"] = versions.etag(found.version)
    return found


@router.patch("/{webhook_id}", dependencies=[versions.IF_MATCH])
async def change_webhook(
    webhook_id: UUID,
    body: WebhookPatch,
    caller: CallerDep,
    sites: SitesDep,
    db: DbDep,
    request: Request,
) -> WebhookOut:
    """Change a webhook, switch it off, or on again; needs its ETag in If-Match."""
    caller.require_workspace(Role.OWNER)
    given = body.model_dump(exclude_unset=True, exclude={"active"})
    teller: Teller = request.app.state.teller
    await _require_sense(
        teller, caller, sites, given.get("url"), given.get("types") or (), given.get("site_ids")
    )
    async with db.begin() as tx:
        await receivers.lock(tx, receivers.WEBHOOKS, webhook_id)
        before = await _mine(tx, webhook_id, caller)
        versions.require_match(request, before["version"])
        kept = {name: value for name, value in given.items() if value is not None}
        if "site_ids" in given:
            kept["site_ids"] = given["site_ids"]  # null is a choice here: every site
        await store.save_webhook(tx, {**before, **kept})
        await _switch(tx, webhook_id, body.active, caller)
        await _note(tx, caller, "webhook.changed", webhook_id, given)
        return WebhookOut.of(await _mine(tx, webhook_id, caller))


@router.delete("/{webhook_id}", status_code=204)
async def remove_webhook(webhook_id: UUID, caller: CallerDep, tx: TxDep) -> None:
    """Remove a webhook; what was still to be told to it is not."""
    caller.require_workspace(Role.OWNER)
    await store.remove_webhook(tx, webhook_id, workspace_id=caller.workspace_id)
    await _note(tx, caller, "webhook.removed", webhook_id, {})


@router.post("/{webhook_id}/secret")
async def replace_secret(
    webhook_id: UUID, caller: CallerDep, tx: TxDep, request: Request
) -> WebhookMade:
    """Make a new secret. For 24 hours messages carry a signature of each, so that none is refused."""
    await _mine(tx, webhook_id, caller)
    teller: Teller = request.app.state.teller
    secret = webhooks.new_secret(random.token_bytes(webhooks.SECRET_BYTES))
    sealed = teller.seal(secret, webhook_id)
    old_until = clock.now() + webhooks.OLD_SECRET
    await store.replace_secret(tx, webhook_id, secret=sealed, old_until=old_until)
    await _note(tx, caller, "webhook.secret_replaced", webhook_id, {})
    made = WebhookOut.of(await _mine(tx, webhook_id, caller))
    return WebhookMade(**made.model_dump(), secret=secret)


@router.post("/{webhook_id}/tests")
async def send_test(webhook_id: UUID, caller: CallerDep, db: DbDep, request: Request) -> TestOut:
    """Send a message of the type `webhook.test` now, and say what the receiver answered."""
    async with db.begin() as tx:
        row = await _mine(tx, webhook_id, caller)
        sealed = await store.sealed_secrets(tx, webhook_id, now=clock.now())
    message_id = new_id()
    teller: Teller = request.app.state.teller
    attempt = await teller.send(
        sealed,
        webhook_id=webhook_id,
        message_id=message_id,
        url=row["url"],
        body=_test_message(message_id, row),
    )
    return TestOut.of(attempt)


@router.get("/{webhook_id}/deliveries")
async def list_deliveries(
    webhook_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    state: Annotated[State | None, Query(description="Only messages in this state.")] = None,
) -> Page[DeliveryOut]:
    """List the messages of the last 30 days, the newest event first."""
    await _mine(tx, webhook_id, caller)
    rows = await deliveries.list_deliveries(
        tx,
        webhook_id,
        state=state,
        before=page.after[0] if page.after else None,
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row["seq"],), item=DeliveryOut.of)


@router.post("/{webhook_id}/replay")
async def replay(
    webhook_id: UUID,
    caller: CallerDep,
    tx: TxDep,
    since: Annotated[
        Moment, Query(alias="from", description="Send again what happened from then on.")
    ],
) -> ReplayOut:
    """Send the events since a moment again, with the ids that they had; at most 10,000 at once."""
    row = await _mine(tx, webhook_id, caller)
    if row["switched_off_at"] is not None:
        raise ConflictError("The webhook is switched off; switch it on first.", code="switched-off")
    messages, next_from = await deliveries.hand_out_again(
        tx, deliveries.subscriber_of(row), since, now=clock.now()
    )
    await _note(tx, caller, "webhook.replayed", webhook_id, {"from": since, "messages": messages})
    said = "1 message is" if messages == 1 else f"{messages:,} messages are"
    return ReplayOut(
        messages=messages,
        more=next_from is not None,
        next_from=next_from,
        sentence=f"{said} sent again.",
    )


async def _mine(tx: Tx, webhook_id: UUID, caller: Caller) -> Mapping[str, Any]:
    caller.require_workspace(Role.OWNER)
    return await store.get_webhook(tx, webhook_id, workspace_id=caller.workspace_id)


async def _switch(tx: Tx, webhook_id: UUID, active: bool | None, caller: Caller) -> None:
    if active is True:
        await store.switch_on(tx, webhook_id, now=clock.now())
        await deliveries.wake(tx)
    elif active is False:
        because = f"Switched off by {caller.actor}."
        await receivers.switch_off(
            tx, receivers.WEBHOOKS, webhook_id, because=because, now=clock.now()
        )


async def _require_sense(
    teller: Teller,
    caller: Caller,
    sites: Sites,
    url: str | None,
    types: Sequence[str],
    site_ids: Sequence[UUID] | None,
) -> None:
    refusal = None if url is None else teller.courier.refusal(url)
    if refusal is not None:
        raise InvalidError(
            f"This address cannot get messages. {refusal}",
            [FieldError("/url", "address-not-allowed", refusal)],
            code="address-not-allowed",
        )
    unknown = sorted(set(types) - SUBSCRIBABLE)
    if unknown:
        fix = f"Use some of: {', '.join(sorted(SUBSCRIBABLE))}."
        raise InvalidError(
            f"There is no event type {unknown[0][:100]!r}.",
            [FieldError("/types", "not-allowed", fix)],
        )
    await sites.require_all(caller, site_ids or ())


async def _note(
    tx: Tx, caller: Caller, action: str, webhook_id: UUID, detail: Mapping[str, Any]
) -> None:
    subject = f"webhook/{webhook_id}"
    await journal.add_entry(tx, caller, action=action, subject=subject, detail=detail)


def _sentence(row: Mapping[str, Any]) -> str:
    if row["switched_off_at"] is not None:
        return f"Switched off: {row['switched_off_because']} What happens is kept for 30 days."
    if row["failing_since"] is not None:
        return "The receiver takes nothing now; messages are tried again for three days."
    if row["waiting"]:
        return "Messages are on their way."
    return "All well." if row["delivered_at"] else "Nothing was sent yet. Send a test."


def _test_message(message_id: UUID, row: Mapping[str, Any]) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": str(message_id),
            "source": "/anchorwatch/gateway",
            "type": "webhook.test",
            "subject": f"webhook/{row['webhook_id']}",
            "time": clock.now(),
            "datacontenttype": "application/json",
            "workspaceid": str(row["workspace_id"]),
            "data": {"webhook_id": str(row["webhook_id"]), "webhook_name": row["name"]},
        }
    )
