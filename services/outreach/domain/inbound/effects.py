"""What follows from a mail that belongs to one of ours: for the address, its messages, and the prospect.

A fault of ours (blocked, no DMARC, taken for spam) never counts against the recipient, and an automatic
reply never ends a conversation.
"""

from dataclasses import dataclass

from services.outreach.domain.address import address_key
from services.outreach.domain.contact import ContactState
from services.outreach.domain.inbound.reasons import OUR_FAULT
from services.outreach.domain.inbound.verdict import (
    AutoKind,
    Intent,
    MailClass,
    Outcome,
    Recipient,
    Verdict,
)
from services.outreach.domain.prospect import Stage
from services.outreach.domain.suppression import SuppressionReason

_NO_COMPLAINT = frozenset({"auth-failure", "not-spam"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What is to be done; nothing by default."""

    suppress: SuppressionReason | None = None
    contact: ContactState | None = None
    cancel_because: str | None = None
    """Why what waits for this address is not sent."""
    stage: Stage | None = None
    stage_because: str = ""
    is_dead_address: bool = False
    is_our_fault: bool = False
    is_complaint: bool = False


NOTHING = Effects()


def effects_of(verdict: Verdict, key: str) -> Effects:
    """Return what follows for the address that our mail went to."""
    match verdict.mail_class:
        case MailClass.COMPLAINT:
            return _of_complaint(verdict)
        case MailClass.BOUNCE:
            return _of_bounce(bounced(verdict, key))
        case MailClass.UNSUBSCRIBE:
            return Effects(
                suppress=SuppressionReason.UNSUBSCRIBED,
                contact=ContactState.UNSUBSCRIBED,
                cancel_because="They asked not to be written to any more.",
                stage=Stage.DECLINED,
                stage_because="They asked not to be written to any more.",
            )
        case MailClass.HUMAN:
            return _of_answer(verdict)
        case MailClass.AUTO_REPLY if verdict.auto_kind is AutoKind.GONE:
            return Effects(
                contact=ContactState.LEFT,
                cancel_because="The person has left, or nobody reads there any more.",
            )
    return NOTHING


def bounced(verdict: Verdict, key: str) -> Recipient | None:
    """Return what is reported of our recipient: by address, else of the first that failed."""
    failed = [one for one in verdict.recipients if one.outcome is Outcome.BOUNCE]
    own = [one for one in failed if address_key(one.address) == key]
    return next(iter(own or failed), None)


def _of_complaint(verdict: Verdict) -> Effects:
    if verdict.feedback_type in _NO_COMPLAINT:
        return NOTHING
    return Effects(
        suppress=SuppressionReason.COMPLAINED,
        contact=ContactState.UNSUBSCRIBED,
        cancel_because="They marked a message as spam.",
        stage=Stage.DECLINED,
        stage_because="They marked a message as spam.",
        is_complaint=True,
    )


def _of_bounce(recipient: Recipient | None) -> Effects:
    if recipient is None:
        return NOTHING
    if recipient.hard:
        return Effects(
            suppress=SuppressionReason.HARD_BOUNCE,
            contact=ContactState.BOUNCED,
            cancel_because="The address does not exist.",
            is_dead_address=True,
        )
    return Effects(is_our_fault=recipient.reason in OUR_FAULT)


def _of_answer(verdict: Verdict) -> Effects:
    refused = verdict.intent is Intent.NOT_INTERESTED
    return Effects(
        cancel_because="They answered.",
        stage=Stage.DECLINED if refused else Stage.ENGAGED,
        stage_because="They answered: not interested." if refused else "They answered.",
    )
