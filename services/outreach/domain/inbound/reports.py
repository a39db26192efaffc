"""Delivery status notifications (RFC 3464, RFC 6533): their fields -> one notice per recipient."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from services.outreach.domain.inbound.mail import Mail, headers_of
from services.outreach.domain.inbound.notice import Notice, address_in, command_in, one_line
from services.outreach.domain.inbound.verdict import Outcome

STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_OUTCOMES = {
    "failed": Outcome.BOUNCE,
    "failure": Outcome.BOUNCE,
    "delayed": Outcome.DELAYED,
    "delivered": Outcome.DELIVERED,
    "relayed": Outcome.DELIVERED,
    "expanded": Outcome.DELIVERED,
    "deliverable": Outcome.DELIVERED,
}
_RECIPIENT_FIELDS = ("final-recipient", "original-recipient", "x-actual-recipient")
_STARTS = re.compile(
    r"^(?:final-recipient|original-recipient|action)[ \t]*:", re.IGNORECASE | re.MULTILINE
)
_MOST_RECIPIENTS = 500
_LEAST_SAID = 5
# Sendmail's reports hold only the first line of a longer reply; the letter has all of it.
_CUT_SHORT = re.compile(r"[245]\d\d-(?!.*[245]\d\d )")

Fields = dict[str, list[str]]


def status_text_of(mail: Mail) -> str:
    """Return the machine-readable part of a report, or '' where a mail has none."""
    parts = [part.text for part in mail.leaves(*STATUS_TYPES)]
    if parts:
        return "\n\n".join(parts)
    loose = [part.text for part in mail.parts if not part.content_type.startswith("message/rfc")]
    for text in loose:
        start = _STARTS.search(text)
        if start and len(_STARTS.findall(text, 0, start.start() + 4000)) >= 2:
            block = text.rfind("\n\n", 0, start.start())
            return text[max(block, 0) :]
    return ""


def notices_of(status_text: str, letter: str) -> list[Notice]:
    """Return what is reported of each recipient; the letter to people fills what fields leave out."""
    groups = list(islice(_groups(status_text), _MOST_RECIPIENTS))
    shared = _shared_host(groups)
    found = [_notice(group, letter, shared) for group in groups if _is_recipient(group)]
    unique: dict[tuple[str, str], Notice] = {}
    for notice in found:
        unique.setdefault((notice.address.lower(), notice.outcome), notice)
    return list(unique.values())


def _groups(text: str) -> Iterator[Fields]:
    """Return the groups of fields; a second final recipient begins one even without a blank line."""
    for block in re.split(r"\n[ \t]*\n", text.strip()):
        current: list[str] = []
        seen_recipient = False
        for line in block.split("\n"):
            begins = line[:16].lower() == "final-recipient:"
            if begins and seen_recipient:
                yield headers_of("\n".join(current).encode())
                current = []
            seen_recipient = seen_recipient or begins
            current.append(line)
        yield headers_of("\n".join(current).encode())


def _is_recipient(group: Fields) -> bool:
    return any(group.get(name, [""])[0] for name in _RECIPIENT_FIELDS)


def _shared_host(groups: Iterable[Fields]) -> str:
    return next((group["reporting-mta"][0] for group in groups if "reporting-mta" in group), "")


def _notice(group: Fields, letter: str, reporting: str) -> Notice:
    def first(name: str) -> str:
        return group.get(name, [""])[0]

    address = next((found for name in _RECIPIENT_FIELDS if (found := address_in(first(name)))), "")
    address = address or first("final-recipient").partition(";")[2].strip(" <>")
    program, diagnosis = _diagnosis(first("diagnostic-code"))
    action = first("action").split("(")[0].strip().lower()
    outcome = _OUTCOMES.get(action, Outcome.BOUNCE)
    if first("status").startswith("2") and action not in {"failed", "failure"}:
        outcome = Outcome.DELIVERED
    said = one_line(f"{diagnosis} {_comment(first('status'))}")
    if len(one_line(diagnosis)) < _LEAST_SAID or _CUT_SHORT.match(said):
        said = one_line(f"{said} {_told_in(letter, address)}")
    return Notice(
        address=address,
        outcome=outcome,
        status=first("status"),
        diagnosis=said,
        host=one_line(f"{first('remote-mta')} {reporting}"),
        program=program if program != "smtp" else "",
        command=command_in(said) or command_in(letter),
    )


def _diagnosis(field: str) -> tuple[str, str]:
    kind, semicolon, said = field.partition(";")
    name = kind.strip().lower()
    if not semicolon or " " in name:
        return "smtp", field
    return name, said


def _comment(status: str) -> str:
    return status.partition("(")[2].rstrip(") ")


def _told_in(letter: str, address: str) -> str:
    """Return what the letter for people says of an address: from where it is named, else all."""
    at = letter.find(address) if address else -1
    told = letter[at:] if at > 0 else letter
    return (told if len(told) > len(address) + _LEAST_SAID else letter)[:4000]
