"""Raw mail -> verdict: the questions in the one order in which they are safe to ask.

A report of Postfix says `Auto-Submitted: auto-replied`, so bounces come before automatic replies; whoever
quotes our mail quotes its words, so people are judged by what they wrote themselves.
"""

import re
from datetime import date
from email.utils import parsedate_to_datetime

from services.outreach.domain.inbound import letters, notifications, reports
from services.outreach.domain.inbound.autoreply import auto_reply_of
from services.outreach.domain.inbound.codes import best_status, reply_code_in
from services.outreach.domain.inbound.daemons import looks_like_bounce
from services.outreach.domain.inbound.feedback import feedback_of
from services.outreach.domain.inbound.intent import wants_no_mail, wish_of
from services.outreach.domain.inbound.mail import Mail, parse
from services.outreach.domain.inbound.notice import Notice, address_in
from services.outreach.domain.inbound.quotes import own_text
from services.outreach.domain.inbound.reasons import is_hard, reason_of
from services.outreach.domain.inbound.verdict import (
    BounceReason,
    MailClass,
    Outcome,
    Recipient,
    Verdict,
)

_NO_REPLY = re.compile(
    r"^(?:no|do|not|dont|never)[._-]?(?:not[._-]?)?(?:reply|respond|answer)", re.IGNORECASE
)
_UNSUBSCRIBE_ADDRESS = re.compile(r"\bunsub(?:scribe)?\+", re.IGNORECASE)
_CLASS_OF = (
    (Outcome.COMPLAINT, MailClass.COMPLAINT),
    (Outcome.BOUNCE, MailClass.BOUNCE),
    (Outcome.DELAYED, MailClass.DELAYED),
    (Outcome.DELIVERED, MailClass.DELIVERED),
)


def classify(raw: bytes, *, received_on: date | None = None) -> Verdict:
    """Say what a mail is. Never raises; linear in the size."""
    return verdict_of(parse(raw), received_on=received_on)


def verdict_of(mail: Mail, *, received_on: date | None = None) -> Verdict:
    """Say what a mail is that was read already.

    Where it does not say when it was written, days are counted from the one on which it came.
    """
    return _complaint(mail) or _bounce(mail) or _written(mail, received_on)


def _complaint(mail: Mail) -> Verdict | None:
    feedback = feedback_of(mail)
    if feedback is None:
        return None
    recipient = Recipient(
        address=feedback.address, outcome=Outcome.COMPLAINT, reason=BounceReason.FEEDBACK
    )
    return Verdict(
        mail_class=MailClass.COMPLAINT,
        decided_by=f"Feedback-Type: {feedback.kind}",
        recipients=(recipient,),
        feedback_type=feedback.kind,
    )


def _bounce(mail: Mail) -> Verdict | None:
    told = notifications.notices_of(mail.text)
    if told:
        return _verdict_on(told, "a notification of the sending service", "")
    status_text = reports.status_text_of(mail)
    if status_text:
        letter = letters.letter_of(mail.text.partition(status_text[:200])[0] or mail.text)
        told = reports.notices_of(status_text, letter)
        if told:
            return _verdict_on(told, "", letter)
    sign = looks_like_bounce(mail)
    if not sign:
        return None
    letter = letters.letter_of(mail.text)
    told = letters.notices_of(
        letter,
        returned=letters.returned_in(mail.text),
        failed_header=mail.header("x-failed-recipients"),
        written_by=address_in(mail.header("from")),
        sent_to=address_in(mail.header("to")),
    )
    return _verdict_on(told, sign, letter)


def _verdict_on(told: list[Notice], sign: str, letter: str) -> Verdict:
    context = letter if len(told) == 1 else ""
    recipients = tuple(_recipient(notice, context) for notice in told)
    outcomes = {one.outcome for one in recipients}
    mail_class = next(named for outcome, named in _CLASS_OF if outcome in outcomes)
    deciding = next(one for one in recipients if MailClass(one.outcome) is mail_class)
    return Verdict(
        mail_class=mail_class,
        decided_by=(deciding.said or sign or f"Action: {deciding.outcome}")[:500],
        recipients=recipients,
        feedback_type=deciding.said if mail_class is MailClass.COMPLAINT else None,
    )


def _recipient(notice: Notice, letter: str) -> Recipient:
    status = best_status(notice.status, (notice.diagnosis,)) or best_status("", (letter,))
    if notice.outcome is Outcome.COMPLAINT:
        reason = BounceReason.FEEDBACK
    elif notice.outcome is Outcome.DELIVERED:
        reason = BounceReason.DELIVERED
        status = next(
            iter(re.findall(r"\b2\.\d\.\d{1,3}\b", f"{notice.status} {notice.diagnosis}")), status
        )
    else:
        reason = reason_of(notice, status, letter)
    return Recipient(
        address=notice.address,
        outcome=notice.outcome,
        status=status or None,
        reply_code=reply_code_in(notice.diagnosis) or reply_code_in(letter) or None,
        reason=reason,
        hard=notice.outcome is Outcome.BOUNCE and is_hard(reason, status),
        said=notice.diagnosis[:500],
    )


def _written(mail: Mail, received_on: date | None) -> Verdict:
    text = own_text(mail.text)
    sender = address_in(mail.header("from"))
    automatic = auto_reply_of(mail, text, written_on=_date_of(mail) or received_on)
    if automatic is not None:
        away = Recipient(address=sender, outcome=Outcome.VACATION, reason=BounceReason.VACATION)
        return Verdict(
            mail_class=MailClass.AUTO_REPLY,
            decided_by=automatic.decided_by[:500],
            recipients=(away,),
            auto_kind=automatic.kind,
            until=automatic.until,
            text=text,
        )
    to = mail.header("to") + mail.header("delivered-to")
    asked = wants_no_mail(text, mail.subject)
    if _UNSUBSCRIBE_ADDRESS.search(to):
        asked = asked or "To: the address for unsubscribing"
    if asked:
        return Verdict(mail_class=MailClass.UNSUBSCRIBE, decided_by=asked[:500], text=text)
    if _NO_REPLY.match(sender):
        return Verdict(mail_class=MailClass.NOREPLY, decided_by=f"From: {sender}", text=text)
    wish = wish_of(text)
    return Verdict(
        mail_class=MailClass.HUMAN,
        decided_by=wish.decided_by,
        intent=wish.intent,
        price=wish.price,
        text=text,
    )


def _date_of(mail: Mail) -> date | None:
    try:
        return parsedate_to_datetime(mail.raw_header("date")).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
