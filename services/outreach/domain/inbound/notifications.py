"""Notifications of mail services as JSON in a mail (Amazon SES through SNS, SendGrid) -> notices."""

import json
from collections.abc import Iterator
from typing import Any

from services.outreach.domain.inbound.notice import Notice, one_line
from services.outreach.domain.inbound.verdict import Outcome

_SENDGRID = {
    "bounce": Outcome.BOUNCE,
    "dropped": Outcome.BOUNCE,
    "deferred": Outcome.DELAYED,
    "delivered": Outcome.DELIVERED,
    "spamreport": Outcome.COMPLAINT,
}


def notices_of(text: str) -> list[Notice]:
    """Return what a JSON body reports, or nothing if it is none."""
    start = text.lstrip()[:1]
    if start not in {"{", "["}:
        return []
    told = _read(text)
    if isinstance(told, dict) and isinstance(told.get("Message"), str):
        told = _read(told["Message"])
    if isinstance(told, dict):
        return list(_of_ses(told))
    return list(_of_sendgrid(told)) if isinstance(told, list) else []


def _read(text: str) -> Any:
    # What a mail folds into lines is one line of JSON, and a footer may follow it.
    try:
        return json.JSONDecoder(strict=False).raw_decode(text.lstrip())[0]
    except (ValueError, RecursionError):
        return None


def _of_ses(told: dict[str, Any]) -> Iterator[Notice]:
    kind = str(told.get("notificationType") or told.get("eventType") or "").lower()
    about = told.get(kind)
    if not isinstance(about, dict):
        return
    if kind == "bounce":
        for one in _rows(about.get("bouncedRecipients")):
            yield Notice(
                address=_text(one, "emailAddress"),
                status=_text(one, "status"),
                diagnosis=_text(one, "diagnosticCode").removeprefix("smtp;").strip()
                or f"{_text(about, 'bounceType')} {_text(about, 'bounceSubType')}",
            )
    elif kind == "complaint":
        for one in _rows(about.get("complainedRecipients")):
            yield Notice(
                address=_text(one, "emailAddress"),
                outcome=Outcome.COMPLAINT,
                diagnosis=_text(about, "complaintFeedbackType") or "abuse",
            )
    elif kind == "delivery":
        said = _text(about, "smtpResponse")
        recipients = about.get("recipients")
        for address in recipients if isinstance(recipients, list) else ():
            yield Notice(address=one_line(str(address)), outcome=Outcome.DELIVERED, diagnosis=said)


def _of_sendgrid(told: list[Any]) -> Iterator[Notice]:
    for one in _rows(told):
        outcome = _SENDGRID.get(str(one.get("event") or one.get("type") or ""))
        if outcome is not None:
            yield Notice(
                address=_text(one, "email"),
                outcome=outcome,
                status=_text(one, "status"),
                diagnosis=_text(one, "reason") or _text(one, "response"),
            )


def _rows(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(row: dict[str, Any], name: str) -> str:
    return one_line(str(row.get(name) or ""))
