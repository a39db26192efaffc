"""Messages to other sites: written, read, approved by people, changed, cancelled, resolved."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.outreach.api.mail_house import MailHouse, MailHouseDep
from services.outreach.api.message_checks import (
    draft_of,
    get_message,
    moved,
    require_sendable_text,
)
from services.outreach.api.message_shapes import (
    ApprovedOut,
    ApproveIn,
    MessageIn,
    MessageOut,
    MessagePatch,
    Refused,
    ResolveIn,
    message_out,
)
from services.outreach.domain.letter import footer, one_line
from services.outreach.domain.messages import MessageState
from services.outreach.store import decisions, mailboxes, messages, outreach_settings
from services.outreach.store.messages import SORTS, Filters, Message
from services.outreach.store.parcels import LEAVING
from shared import clock, queries
from shared.access import Caller, Scope, rank
from shared.db import Tx
from shared.errors import FieldError, InvalidError
from shared.pages import Page, PageDep
from shared.versions import IF_MATCH, etag, require_match
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/messages", tags=["messages"])


@router.post("", status_code=201)
async def add_message(
    body: MessageIn, caller: CallerDep, tx: TxDep, house: MailHouseDep, response: Response
) -> MessageOut:
    """Write a message to one reader; it goes out when a person approved it."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    draft = await draft_of(tx, caller, body)
    [message_id] = await messages.add_messages(tx, [draft], created_by=caller.actor_id)
    made = await messages.get_message(tx, message_id, workspace_id=caller.workspace_id)
    return await _shown(tx, caller, house, made, response)


@router.get("")
async def list_messages(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    house: MailHouseDep,
    site_id: UUID | None = None,
    state: Annotated[str | None, Query(description="Only these states (comma = or).")] = None,
    enrollment_id: UUID | None = None,
    contact_id: UUID | None = None,
    sort: Annotated[str, Query(max_length=40, description=", ".join(SORTS))] = "-created",
) -> Page[MessageOut]:
    """Return messages of the sites on which the caller may see what the team sees."""
    caller.require_scope(Scope.OUTREACH_READ)
    column, descending = queries.sort(sort, SORTS)
    filters = Filters(
        site_ids=caller.sites_as(Role.VIEWER, site_id=site_id),
        states=queries.choices("state", state, MessageState),
        enrollment_id=enrollment_id,
        contact_id=contact_id,
    )
    rows = await messages.list_messages(
        tx,
        caller.workspace_id,
        filters,
        sort=column,
        descending=descending,
        after=None if page.after is None else (page.after[0], page.after[1]),
        limit=page.limit + 1,
    )
    count = None
    if page.wants_count:
        count = await messages.count_messages(tx, caller.workspace_id, filters)
    answers = {one.message_id: one for one in await _answers(tx, caller, house, rows)}
    return page.page(
        rows,
        key=lambda row: (row.due_at if column == "due" else row.message_id, row.message_id),
        item=lambda row: answers[row.message_id],
        count=count,
    )


@router.post("/approve")
async def approve_messages(body: ApproveIn, caller: CallerDep, tx: TxDep) -> ApprovedOut:
    """Approve messages as they were read; only a person can, and one that was changed since is refused."""
    caller.require_scope(Scope.OUTREACH_SEND)
    caller.require_person("approve messages")
    wanted = {one.message_id: one.hash for one in body.messages}
    known = await messages.find_messages(tx, wanted, workspace_id=caller.workspace_id)
    refused = {
        message_id: because
        for message_id, read in wanted.items()
        if (because := _refusal(caller, known.get(message_id), read)) is not None
    }
    hashes = {one: read for one, read in wanted.items() if one not in refused}
    approved = await decisions.approve(
        tx,
        hashes,
        workspace_id=caller.workspace_id,
        by=caller.actor_id,
        by_name=caller.actor,
        now=clock.now(),
    )
    done = {one.message_id for one in approved}
    refused |= dict.fromkeys(set(hashes) - done, _CHANGED)
    return ApprovedOut(
        approved=[one for one in wanted if one in done],
        refused=[Refused(message_id=one, because=why) for one, why in refused.items()],
    )


_CHANGED = "It was changed since you read it; read it again."


def _refusal(caller: Caller, message: Message | None, read: str) -> str | None:
    if message is None or not caller.may_see(message.site_id):
        return "There is no such message."
    if rank(caller.role_in(message.site_id)) < rank(Role.EDITOR):
        return "This needs the role editor on its site."
    if message.state is not MessageState.PENDING_APPROVAL:
        return "It does not wait for approval any more."
    return _CHANGED if message.body_hash != read else None


@router.get("/{message_id}")
async def get_one_message(
    message_id: UUID, caller: CallerDep, tx: TxDep, house: MailHouseDep, response: Response
) -> MessageOut:
    """Return one message, whole."""
    found = await get_message(tx, caller, message_id, Role.VIEWER)
    return await _shown(tx, caller, house, found, response)


@router.patch("/{message_id}", dependencies=[IF_MATCH])
async def change_message(
    message_id: UUID,
    body: MessagePatch,
    caller: CallerDep,
    tx: TxDep,
    house: MailHouseDep,
    request: Request,
    response: Response,
) -> MessageOut:
    """Change a message that is not on its way yet; an approval of what it was is void."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    before = await get_message(tx, caller, message_id, Role.EDITOR)
    require_match(request, before.version)
    given = {name: getattr(body, name) for name in body.model_fields_set}
    if not given or given.get("due_at", before.due_at) is None:
        detail = "Say what to change: subject, text, to_name, mailbox_id or due_at."
        raise InvalidError(detail, [FieldError("", "nothing-to-change", detail)])
    if "mailbox_id" in given:
        await mailboxes.get_mailbox(tx, body.mailbox_id, workspace_id=caller.workspace_id)
    after = replace(before, **given)
    after = replace(after, subject=one_line(after.subject))
    require_sendable_text(after.subject, after.text)
    saved = moved(await decisions.edit(tx, after, now=clock.now()))
    return await _shown(tx, caller, house, saved, response)


@router.post("/{message_id}/cancel")
async def cancel_message(
    message_id: UUID, caller: CallerDep, tx: TxDep, house: MailHouseDep, response: Response
) -> MessageOut:
    """Cancel a message that is not on its way yet."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    await get_message(tx, caller, message_id, Role.EDITOR)
    because = f"Cancelled by {caller.actor}."
    saved = moved(await decisions.cancel(tx, message_id, because=because, now=clock.now()))
    return await _shown(tx, caller, house, saved, response)


@router.post("/{message_id}/resolve")
async def resolve_message(
    message_id: UUID,
    body: ResolveIn,
    caller: CallerDep,
    tx: TxDep,
    house: MailHouseDep,
    response: Response,
) -> MessageOut:
    """Say what became of a message in doubt; one that was never sent must be approved anew."""
    await get_message(tx, caller, message_id, Role.EDITOR)
    caller.require_scope(Scope.OUTREACH_WRITE)
    caller.require_person("say what became of a message")
    by, now = caller.actor, clock.now()
    if body.outcome == "sent":
        because = f"{by} found it sent."
        said = await decisions.say_sent(tx, message_id, because=because, by_name=by, now=now)
    else:
        said = await decisions.say_unsent(tx, message_id, by_name=by, now=now)
    saved = moved(said)
    return await _shown(tx, caller, house, saved, response)


async def _shown(
    tx: Tx, caller: Caller, house: MailHouse, message: Message, response: Response
) -> MessageOut:
    response.headers["ETag"] = etag(message.version)
    return (await _answers(tx, caller, house, [message]))[0]


async def _answers(
    tx: Tx, caller: Caller, house: MailHouse, found: Sequence[Message]
) -> list[MessageOut]:
    settings = await outreach_settings.get_settings(tx, caller.workspace_id)
    addresses = {
        one.mailbox_id: one.address
        for one in await mailboxes.list_mailboxes(tx, caller.workspace_id)
    }
    base = None if house.public_url is None else house.public_url.rstrip("/")
    below = footer(settings.postal_address, None if base is None else f"{base}{LEAVING}/…")
    return [
        message_out(one, from_email=addresses.get(one.mailbox_id), footer=below) for one in found
    ]
