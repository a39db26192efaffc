"""Conversations: what came back, what it was taken for, and an answer to it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.outreach.api.thread_shapes import (
    ConversationOut,
    CorrectionIn,
    MailOut,
    ReplyIn,
    ReplyOut,
    ThreadOut,
    entries_of,
    mail_out,
    thread_out,
)
from services.outreach.domain.inbound.verdict import InboundKind, Intent, MailClass, Verdict
from services.outreach.domain.messages import Draft, MessageState
from services.outreach.domain.suppression import REASON_WORDS, first_cover
from services.outreach.store import inbound, messages, suppressions, threads
from services.outreach.store.threads import Filters, Inbound, ThreadState
from shared import clock, queries
from shared.access import Caller, Scope
from shared.db import Tx
from shared.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from shared.pages import Page, PageDep
from shared.vocabulary import Role
from shared.web import CallerDep, TxDep

router = APIRouter(prefix="/v1/threads", tags=["threads"])


@router.get("")
async def list_threads(
    caller: CallerDep,
    tx: TxDep,
    page: PageDep,
    site_id: Annotated[UUID | None, Query(description="Only of this site.")] = None,
    state: Annotated[str | None, Query(description="`open`, `answered` or `closed`.")] = None,
    intent: Annotated[str | None, Query(description="What they want; comma = or.")] = None,
    kind: Annotated[str | None, Query(description="What the newest mail is; comma = or.")] = None,
) -> Page[ThreadOut]:
    """Return conversations in which something came back, the newest mail first."""
    caller.require_scope(Scope.OUTREACH_READ)
    site_ids = caller.sites_as(Role.VIEWER, site_id=site_id)
    if caller.is_only_client:
        raise ForbiddenError("Conversations are for your team.", code="role-required")
    states = queries.choices("state", state, ThreadState)
    filters = Filters(
        site_ids=site_ids,
        state=states[0] if states else None,
        intents=queries.choices("intent", intent, Intent),
        kinds=queries.choices("kind", kind, InboundKind),
    )
    rows = await threads.list_threads(
        tx,
        caller.workspace_id,
        filters,
        before=None if page.after is None else UUID(str(page.after[0])),
        limit=page.limit + 1,
    )
    return page.page(rows, key=lambda row: (row.newest.inbound_id,), item=thread_out)


@router.get("/{thread_id}")
async def get_thread(thread_id: UUID, caller: CallerDep, tx: TxDep) -> ConversationOut:
    """Return one conversation with both directions, the oldest first."""
    caller.require_scope(Scope.OUTREACH_READ)
    mails = await _mails(tx, caller, thread_id, Role.VIEWER)
    ours = await threads.list_messages(tx, caller.workspace_id, thread_id)
    return ConversationOut(
        thread_id=thread_id,
        site_id=mails[0].site_id,
        prospect_id=mails[0].prospect_id,
        entries=entries_of(ours, mails),
    )


@router.post("/{thread_id}/replies", status_code=201)
async def reply(thread_id: UUID, body: ReplyIn, caller: CallerDep, tx: TxDep) -> ReplyOut:
    """Write an answer to the newest mail of a person; it waits for approval like every message."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    mails = await _mails(tx, caller, thread_id, Role.EDITOR)
    answered = next((one for one in reversed(mails) if one.kind is InboundKind.HUMAN), None)
    if answered is None:
        raise ConflictError("No person wrote here, so nobody would read an answer.")
    await _require_reachable(tx, caller, answered)
    ours = await _message(tx, caller, answered)
    [message_id] = await messages.add_messages(
        tx, [_draft(body, answered, ours.mailbox_id)], created_by=caller.actor_id
    )
    return ReplyOut(message_id=message_id, state=MessageState.PENDING_APPROVAL)


@router.patch("/{thread_id}/mails/{inbound_id}")
async def correct(
    thread_id: UUID, inbound_id: UUID, body: CorrectionIn, caller: CallerDep, tx: TxDep
) -> MailOut:
    """Say what a mail really is; what follows from that is done at once."""
    caller.require_scope(Scope.OUTREACH_WRITE)
    if body.intent is not None and body.kind != "human":
        fault = FieldError("/intent", "not-a-person", "Leave it out unless a person wrote.")
        raise InvalidError("Only a person wants something.", [fault])
    mails = await _mails(tx, caller, thread_id, Role.EDITOR)
    mail = next((one for one in mails if one.inbound_id == inbound_id), None)
    if mail is None:
        raise NotFoundError("There is no such mail in this conversation.")
    kind, now = InboundKind(body.kind), clock.now()
    intent = (body.intent or Intent.OTHER) if kind is InboundKind.HUMAN else None
    await threads.save_correction(tx, mail, kind=kind, intent=intent, by=caller.actor, now=now)
    verdict = Verdict(
        mail_class=MailClass(kind), decided_by=f"{caller.actor} said so.", intent=intent
    )
    ours = threads.ours_of(mail, await _message(tx, caller, mail))
    sender = mail.from_email
    await inbound.follow(tx, caller.workspace_id, ours, verdict, sender=sender, now=now)
    changed = await threads.list_mails(tx, caller.workspace_id, thread_id)
    return mail_out(next(one for one in changed if one.inbound_id == inbound_id))


async def _mails(tx: Tx, caller: Caller, thread_id: UUID, role: Role) -> list[Inbound]:
    """Return the mails of a conversation that the caller may read, or may write in."""
    mails = await threads.list_mails(tx, caller.workspace_id, thread_id)
    if not caller.sees_everything_in(mails[0].site_id):
        raise NotFoundError("There is no such conversation.")
    caller.require(mails[0].site_id, role)
    return mails


async def _message(tx: Tx, caller: Caller, mail: Inbound) -> messages.Message:
    """Return the message of ours that a mail belongs to."""
    ours = await threads.list_messages(tx, caller.workspace_id, mail.thread_id)
    found = next((one for one in ours if one.message_id == mail.message_id), None)
    if found is None:
        raise NotFoundError("The message that this belongs to is gone.")
    return found


async def _require_reachable(tx: Tx, caller: Caller, mail: Inbound) -> None:
    key = mail.address_key
    covering = await suppressions.list_covering(tx, [key], workspace_id=caller.workspace_id)
    cover = first_cover(key, covering, caller.workspace_id)
    if cover is not None:
        reason = REASON_WORDS[covering[cover].reason]
        raise ConflictError(f"They must not be written to: {reason.lower()}.", code="suppressed")


def _draft(body: ReplyIn, mail: Inbound, mailbox_id: UUID) -> Draft:
    subject = body.subject or mail.subject
    if body.subject is None and not subject.lower().startswith("re:"):
        subject = f"Re: {subject}"
    return Draft(
        workspace_id=mail.workspace_id,
        site_id=mail.site_id,
        mailbox_id=mailbox_id,
        contact_id=mail.contact_id,
        prospect_id=mail.prospect_id,
        to_email=mail.from_email,
        to_name=mail.from_name or None,
        subject=subject[:300],
        text=body.text,
        due_at=clock.now(),
        parent_message_id=mail.message_id,
        answers=mail.thread_ids,
    )
