"""What is known of a contact: where it was found, whose it is, and whether it is one for outreach; pure."""

import re
from enum import StrEnum

from services.outreach.domain.address import fault_of, is_unattended


class FoundBy(StrEnum):
    PAGE = "page"
    PERSON = "person"
    REPLY = "reply"


class ContactState(StrEnum):
    OK = "ok"
    BOUNCED = "bounced"
    LEFT = "left"
    UNSUBSCRIBED = "unsubscribed"


# Role addresses come before those of single people: they are made to be written to.
_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (role, re.compile(rf"(?:{names})"))
    for role, names in (
        ("Editors", r"edit(?:or|ors|orial)|redaktion|redazione|redaction|redaccion"),
        ("Partners", r"partner(?:s|ships)?|collab(?:s|oration)?|advertis(?:e|ing)|ads|werbung"),
        ("Press", r"press|presse|prensa|media|pr"),
        ("Marketing", r"marketing|seo"),
        ("Webmaster", r"web(?:master|site)?|admin"),
        (
            "General",
            r"info|contact|kontakt|contacto|hello|hallo|hi|mail|office|team|support|service",
        ),
    )
)
_NOT_FOR_OUTREACH = re.compile(
    r"security|privacy|datenschutz|dsgvo|gdpr|dpo|legal|billing|invoices?|jobs?|careers?|karriere|hr"
)


def role_of(email: str) -> str | None:
    """Return the role that an address is named after, None for a person's."""
    local = email.rpartition("@")[0].lower()
    return next((role for role, names in _ROLES if names.fullmatch(local)), None)


def rank_of(email: str | None) -> int:
    """Return the place of an address among those of one domain: roles, people, forms."""
    if email is None:
        return len(_ROLES) + 1
    role = role_of(email)
    return next((at for at, (name, _) in enumerate(_ROLES) if name == role), len(_ROLES))


def is_for_outreach(email: str) -> bool:
    """Say whether an address that a page shows is one to write to about links."""
    local = email.rpartition("@")[0].lower()
    is_other = is_unattended(email) or _NOT_FOR_OUTREACH.fullmatch(local) is not None
    return fault_of(email) is None and not is_other
