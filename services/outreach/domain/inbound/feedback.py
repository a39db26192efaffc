"""Abuse reports (RFC 5965) and reports of failed authentication (RFC 6591)."""

from dataclasses import dataclass

from services.outreach.domain.inbound.mail import Mail, headers_of
from services.outreach.domain.inbound.notice import address_in

_TYPE = "message/feedback-report"
_RECIPIENT_FIELDS = (
    "original-rcpt-to",
    "removal-recipient",
    "x-hotmail-original-recipient",
    "redacted-address",
)
_RETURNED = (
    "message/rfc822",
    "text/rfc822-headers",
    "text/rfc822-header",
    "message/rfc822-headers",
)


@dataclass(frozen=True, slots=True)
class Feedback:
    kind: str
    address: str


def feedback_of(mail: Mail) -> Feedback | None:
    """Return what somebody complains of, or None where a mail is no such report."""
    report = next(mail.leaves(_TYPE), None)
    if report is None and "feedback-report" not in mail.top.raw_header("content-type").lower():
        return _of_bare_report(mail)
    fields = headers_of((report or mail.top).body)
    return _feedback(fields, mail)


def _of_bare_report(mail: Mail) -> Feedback | None:
    """Microsoft's reports are plain mails: from staff@hotmail.com with a complaint as the subject."""
    sender = mail.header("from").lower()
    if "staff@hotmail" not in sender or "complaint about message from" not in mail.subject.lower():
        return None
    return _feedback({}, mail)


def _feedback(fields: dict[str, list[str]], mail: Mail) -> Feedback:
    kind = fields.get("feedback-type", ["abuse"])[0].strip().lower() or "abuse"
    address = next(
        (found for name in _RECIPIENT_FIELDS if (found := address_in(fields.get(name, [""])[0]))),
        "",
    )
    return Feedback(kind, address or _recipient_of_returned(mail))


def _recipient_of_returned(mail: Mail) -> str:
    for part in mail.leaves(*_RETURNED):
        headers = headers_of(part.body.lstrip(b"\n").partition(b"\n\n")[0])
        for name in ("x-hmxmroriginalrecipient", "x-original-to", "delivered-to", "to"):
            address = address_in(headers.get(name, [""])[0])
            if address:
                return address
    return ""
