"""What is known of a contact: where it was found, and whether it can be written to; pure."""

from enum import StrEnum


class FoundBy(StrEnum):
    PAGE = "page"
    PERSON = "person"
    REPLY = "reply"


class ContactState(StrEnum):
    OK = "ok"
    BOUNCED = "bounced"
    LEFT = "left"
    UNSUBSCRIBED = "unsubscribed"
