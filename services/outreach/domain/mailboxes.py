"""Mailboxes of a team: their states, and how they are reached; pure."""

from enum import StrEnum


class MailboxState(StrEnum):
    UNCHECKED = "unchecked"
    READY = "ready"
    PAUSED = "paused"
