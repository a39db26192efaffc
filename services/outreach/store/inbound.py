"""Mail that came in and belongs to mail of ours, written down with all that follows from it.

All in the transaction that moves the mailbox's reading on: a mail is either taken with its effects or
read again, and a second copy of it changes nothing. Mail that has nothing to do with ours is not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from services.outreach.domain.address import address_key, domain_of
from services.outreach.domain.answers import Trouble
from services.outreach.domain.inbound.arrival import Arrival
from services.outreach.domain.inbound.effects import Effects, bounced, effects_of
from services.outreach.domain.inbound.freemail import is_shared_by_strangers
from services.outreach.domain.inbound.verdict import InboundKind, MailClass, Match, Outcome, Verdict
from services.outreach.domain.message_ids import own_id
from services.outreach.domain.suppression import SuppressionKind, SuppressionReason
from services.outreach.store import contacts, health, messages, prospects, suppressions
from services.outreach.store.suppressions import Suppression
from services.outreach.tables import INBOUND_MESSAGES
from shared import outbox
from shared.db import Tx
from shared.events import ContactUnsubscribed, MessageBounced, ReplyReceived
from shared.ids import new_id

REMEMBERED = timedelta(days=180)
"""For so long a mail without our Message-ID may still belong to what was sent to its sender."""
_US = "Anchorwatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The mailbox that is read, in its present numbering."""

    mailbox_id: UUID
    workspace_id: UUID
    address: str
    uidvalidity: int


@dataclass(frozen=True, slots=True)
class Received:
    uid: int
    at: datetime
    arrival: Arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """The message of ours that a mail belongs to."""

    message_id: UUID
    thread_id: UUID
    mailbox_id: UUID
    site_id: UUID
    contact_id: UUID | None
    prospect_id: UUID | None
    enrollment_id: UUID | None
    step_no: int | None
    address_key: str
    match: Match


async def record(
    tx: Tx, box: Box, received: Sequence[Received], *, key: bytes, now: datetime
) -> dict[InboundKind, int]:
    """Write down what belongs to mail of ours; returns how many that was new, by kind."""
    counts: dict[InboundKind, int] = {}
    own_key = address_key(box.address)
    for one in received:
        arrival = one.arrival
        if address_key(arrival.from_email) == own_key:
            continue  # a copy of what we sent
        ours = await _ours(tx, box, arrival, key=key, now=now)
        if ours is None:
            continue
        inbound_id = await _add(tx, box, one, ours)
        if inbound_id is not None:
            sender, workspace_id = arrival.from_email, box.workspace_id
            await follow(tx, workspace_id, ours, arrival.verdict, sender=sender, now=now)
            await _tell(tx, box, arrival, ours, inbound_id)
            counts[arrival.verdict.kind] = counts.get(arrival.verdict.kind, 0) + 1
    return counts


# ---- which of ours it belongs to -----------------------------------------------------------------

_ROOT = """
    WITH RECURSIVE up AS (
        SELECT message_id, parent_message_id, 0 AS depth FROM messages WHERE message_id = m.message_id
        UNION ALL
        SELECT p.message_id, p.parent_message_id, depth + 1 FROM up
            JOIN messages p ON p.message_id = up.parent_message_id WHERE depth < 50)
    SELECT message_id FROM up ORDER BY depth DESC LIMIT 1
"""
_OURS = f"""
    SELECT m.message_id, ({_ROOT}) AS thread_id, m.mailbox_id, m.site_id, m.contact_id, m.prospect_id,
        m.enrollment_id, m.step_no, m.address_key
    FROM messages m WHERE m.workspace_id = $1 AND m.state IN ('sent', 'sending', 'in_doubt')
"""
_BY_ID = f"{_OURS} AND m.message_id = ANY($2::uuid[]) ORDER BY array_position($2::uuid[], m.message_id) LIMIT 1"
_BY_KEY = f"{_OURS} AND m.address_key = ANY($2::text[]) AND m.updated_at > $3 ORDER BY m.message_id DESC LIMIT 1"
_BY_DOMAIN = (
    f"{_OURS} AND m.recipient_domain = $2 AND m.updated_at > $3 ORDER BY m.message_id DESC LIMIT 1"
)


async def _ours(tx: Tx, box: Box, arrival: Arrival, *, key: bytes, now: datetime) -> Ours | None:
    named = [found for text in arrival.names if (found := own_id(text, key=key)) is not None]
    if named and (row := await _first(tx, _BY_ID, box.workspace_id, named)):
        return Ours(**row, match=Match.STRONG)
    since = now - REMEMBERED
    keys = _keys_of(arrival)
    if keys and (row := await _first(tx, _BY_KEY, box.workspace_id, keys, since)):
        return Ours(**row, match=Match.WEAK)
    domain = domain_of(arrival.from_email)
    is_colleague = arrival.verdict.mail_class in {MailClass.HUMAN, MailClass.UNSUBSCRIBE}
    if not is_colleague or not domain or is_shared_by_strangers(domain):
        return None
    row = await _first(tx, _BY_DOMAIN, box.workspace_id, domain, since)
    return Ours(**row, match=Match.WEAK) if row else None


async def _first(tx: Tx, statement: str, *arguments: object) -> dict[str, Any] | None:
    rows = await tx.fetch(statement, *arguments)
    return dict(rows[0]) if rows else None


def _keys_of(arrival: Arrival) -> list[str]:
    """Return whom it is about: of a report the recipients that it names, else the sender."""
    reported = [
        one.address
        for one in arrival.verdict.recipients
        if one.outcome is not Outcome.VACATION and one.address
    ]
    about = reported or ([] if _is_report(arrival.verdict) else [arrival.from_email])
    return [address_key(address) for address in about]


def _is_report(verdict: Verdict) -> bool:
    return verdict.mail_class in {
        MailClass.BOUNCE,
        MailClass.COMPLAINT,
        MailClass.DELAYED,
        MailClass.DELIVERED,
    }


# ---- what is kept ----------------------------------------------------------------------------------


async def _add(tx: Tx, box: Box, received: Received, ours: Ours) -> UUID | None:
    """Write one down; None if it is there already."""
    arrival, verdict = received.arrival, received.arrival.verdict
    failed = bounced(verdict, ours.address_key) if verdict.mail_class is MailClass.BOUNCE else None
    price = verdict.price
    values = {
        "inbound_id": new_id(),
        "workspace_id": box.workspace_id,
        "mailbox_id": box.mailbox_id,
        "uidvalidity": box.uidvalidity,
        "uid": received.uid,
        "digest": arrival.digest,
        "message_id": ours.message_id,
        "thread_id": ours.thread_id,
        "site_id": ours.site_id,
        "contact_id": ours.contact_id,
        "prospect_id": ours.prospect_id,
        "enrollment_id": ours.enrollment_id,
        "match": ours.match,
        "rfc_message_id": arrival.rfc_message_id,
        "thread_ids": list(arrival.thread_ids),
        "from_email": arrival.from_email,
        "from_name": arrival.from_name,
        "address_key": address_key(arrival.from_email),
        "subject": arrival.subject,
        "text": arrival.text,
        "is_list": arrival.is_list,
        "received_at": received.at,
        "kind": verdict.kind,
        "intent": verdict.intent,
        "auto_kind": verdict.auto_kind,
        "sentence": verdict.decided_by,
        "price_amount": _money(price.amount) if price else None,
        "price_currency": price.currency if price else None,
        "resume_on": verdict.until,
        "bounced_key": ours.address_key if failed else None,
        "bounce_reason": failed.reason if failed else None,
        "bounce_status": failed.status if failed else None,
        "hard": failed.hard if failed else False,
    }
    statement = insert(INBOUND_MESSAGES).values(values).on_conflict_do_nothing()
    made = await tx.execute(statement.returning(INBOUND_MESSAGES.c.inbound_id))
    return made.scalar_one_or_none()


def _money(amount: str) -> Decimal | None:
    value = Decimal(amount)
    return value if value < Decimal(10) ** 12 else None


# ---- what follows ----------------------------------------------------------------------------------


async def follow(
    tx: Tx, workspace_id: UUID, ours: Ours, verdict: Verdict, *, sender: str, now: datetime
) -> None:
    """Do what follows from a mail: for the addresses, what waits for them, the prospect, the mailbox."""
    effects = effects_of(verdict, ours.address_key)
    keys = {ours.address_key}
    if verdict.mail_class in {MailClass.HUMAN, MailClass.UNSUBSCRIBE}:
        keys.add(address_key(sender))
    if effects.suppress is not None:
        made = [
            _suppression(workspace_id, key, effects.suppress, verdict.decided_by, now=now)
            for key in sorted(keys)
        ]
        await suppressions.add_suppressions(tx, made)
    if effects.contact is not None:
        for one in sorted(keys):
            await contacts.set_state(tx, workspace_id, one, effects.contact, now=now)
    if effects.cancel_because is not None:
        enrollments = () if ours.enrollment_id is None else (ours.enrollment_id,)
        await messages.cancel_open(
            tx,
            workspace_id,
            enrollment_ids=enrollments,
            address_keys=sorted(keys),
            because=effects.cancel_because,
        )
    if effects.stage is not None and ours.prospect_id is not None:
        because = effects.stage_because
        await prospects.set_stage(tx, workspace_id, [ours.prospect_id], effects.stage, because)
    await _judge_mailbox(tx, ours, effects, now=now)


def _suppression(
    workspace_id: UUID, key: str, reason: SuppressionReason, note: str, *, now: datetime
) -> Suppression:
    return Suppression(
        suppression_id=new_id(),
        workspace_id=workspace_id,
        kind=SuppressionKind.EMAIL,
        value=key,
        reason=reason,
        note=note[:500] or None,
        created_by=_US,
        created_at=now,
    )


async def _judge_mailbox(tx: Tx, ours: Ours, effects: Effects, *, now: datetime) -> None:
    """Count what speaks against the mailbox that sent; only what surely is about its mail."""
    if effects.is_dead_address:
        await health.note_bounces(tx, [ours.message_id], now=now)
    if ours.match is not Match.STRONG:
        return
    if effects.is_our_fault:
        await health.note_trouble(tx, ours.mailbox_id, Trouble.BLOCKED, now=now)
    if effects.is_complaint:
        await health.pause(tx, ours.mailbox_id, because=health.SPAM, now=now)


async def _tell(tx: Tx, box: Box, arrival: Arrival, ours: Ours, inbound_id: UUID) -> None:
    verdict = arrival.verdict
    about = {
        "workspace_id": box.workspace_id,
        "site_id": ours.site_id,
        "message_id": ours.message_id,
        "mailbox_id": ours.mailbox_id,
        "contact_id": ours.contact_id,
        "prospect_id": ours.prospect_id,
        "enrollment_id": ours.enrollment_id,
        "step_no": ours.step_no,
    }
    match verdict.mail_class:
        case MailClass.BOUNCE | MailClass.COMPLAINT:
            failed = bounced(verdict, ours.address_key) or verdict.recipients[0]
            event = MessageBounced(
                reason=failed.reason, hard=failed.hard, status=failed.status, **about
            )
            await outbox.add(tx, [event])
        case MailClass.HUMAN:
            reply = ReplyReceived(
                inbound_id=inbound_id,
                thread_id=ours.thread_id,
                intent=verdict.intent or "other",
                sentence=verdict.decided_by,
                sure=ours.match is Match.STRONG,
                **about,
            )
            await outbox.add(tx, [reply])
        case MailClass.UNSUBSCRIBE:
            left = ContactUnsubscribed(
                workspace_id=box.workspace_id,
                site_id=ours.site_id,
                contact_id=ours.contact_id,
                contact_email=arrival.from_email,
                message_id=ours.message_id,
            )
            await outbox.add(tx, [left])
