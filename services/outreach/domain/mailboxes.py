"""Mailboxes of a team: their states, and how they are reached; pure."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.mail_server import MailSecurity

MAIL_PORTS = frozenset({25, 143, 465, 587, 993, 2525})
"""The ports on which mailboxes are reached: submission and IMAP."""


class MailboxState(StrEnum):
    UNCHECKED = "unchecked"
    READY = "ready"
    PAUSED = "paused"


class SignIn(StrEnum):
    """By what a mailbox shows who it is."""

    PASSWORD = "password"  # noqa: S105 - the name of a way
    OAUTH = "oauth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How a server of a mailbox is reached; the password, or its token, is opened when it is needed."""

    mailbox_id: UUID
    host: str
    port: int
    security: MailSecurity
    user: str
    sealed_password: str
    sign_in: SignIn = SignIn.PASSWORD


def bound_to(mailbox_id: UUID) -> str:
    """Return what the password of a mailbox is sealed with."""
    return f"mailbox/{mailbox_id}"
