"""Mailboxes of a team: their states, and how they are reached; pure."""

from enum import StrEnum


class MailboxState(StrEnum):
    UNCHECKED = "unchecked"
    READY = "ready"
    PAUSED = "paused"


class Security(StrEnum):
    """How the connection to a mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
