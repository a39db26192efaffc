"""Addresses and domains that must never be written to: how they are spelled, and what they cover."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

from services.outreach.domain.address import GMAIL, GOOGLEMAIL, address_key
from shared import urls


class SuppressionKind(StrEnum):
    EMAIL = "email"
    DOMAIN = "domain"
    ERASED = "erased"
    """A person of whom nothing but a salted hash of the address is kept."""


class SuppressionReason(StrEnum):
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    HARD_BOUNCE = "hard_bounce"
    MANUAL = "manual"
    LEGAL = "legal"
    LEFT_COMPANY = "left_company"
    ERASED = "erased"


REASON_WORDS: dict[SuppressionReason, str] = {
    SuppressionReason.UNSUBSCRIBED: "Asked not to be written to any more",
    SuppressionReason.COMPLAINED: "Marked a message as spam",
    SuppressionReason.HARD_BOUNCE: "The address does not exist",
    SuppressionReason.MANUAL: "Somebody on your team decided so",
    SuppressionReason.LEGAL: "A legal demand",
    SuppressionReason.LEFT_COMPANY: "The person has left",
    SuppressionReason.ERASED: "Asked that everything about them be deleted",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is suppressed, in the one spelling under which it is kept and looked for."""

    kind: SuppressionKind
    value: str


def subject_of(text: str) -> Subject | None:
    """Return the e-mail address or domain that a person meant, or None."""
    text = text.strip().removeprefix("mailto:")
    if "@" in text:
        address = normal_address(text)
        return None if address is None else Subject(SuppressionKind.EMAIL, address)
    host = urls.host_of(urls.from_text(text) or "")
    if not urls.registrable_domain(host):
        return None
    return Subject(SuppressionKind.DOMAIN, urls.bare_host(host))


def normal_address(text: str) -> str | None:
    """Return the spelling of an address under which it is suppressed, or None where it is none.

    Without its +tag, because whoever unsubscribed `ann@x` has not agreed to mail for `ann+news@x`.
    """
    key = address_key(text)
    local, at, host = key.rpartition("@")
    if not at or not local or not urls.registrable_domain(host) or any(map(str.isspace, local)):
        return None
    return key


def erased(address: str, workspace_id: UUID) -> Subject:
    """Return what stays of a person who was erased: a hash, salted so that no two workspaces share it."""
    digest = blake2b(address.encode(), key=workspace_id.bytes, digest_size=20)
    return Subject(SuppressionKind.ERASED, digest.hexdigest())


def covering(address: str, workspace_id: UUID) -> list[Subject]:
    """Return everything that, if suppressed, forbids writing to this address."""
    host = address.rpartition("@")[2]
    subjects = [
        Subject(SuppressionKind.EMAIL, address),
        erased(address, workspace_id),
        *covering_domain(host),
    ]
    if host == GMAIL:
        subjects.append(Subject(SuppressionKind.DOMAIN, GOOGLEMAIL))
    return subjects


def covering_domain(domain: str) -> list[Subject]:
    """Return the domains that, if suppressed, forbid writing to anybody at this one."""
    labels = domain.split(".")
    names = [".".join(labels[at:]) for at in range(len(labels) - 1)]
    return [Subject(SuppressionKind.DOMAIN, name) for name in names]


def first_cover(address: str, suppressed: Iterable[Subject], workspace_id: UUID) -> Subject | None:
    """Return which of these suppressions forbids writing to an address, the narrowest first."""
    known = set(suppressed)
    return next((one for one in covering(address, workspace_id) if one in known), None)
