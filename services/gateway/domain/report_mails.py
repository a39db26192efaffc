"""Reports by e-mail: who gets them, what became of each mail, in words; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.access import rank, stronger
from shared.vocabulary import Role

PATH = "/reading"
CONFIRM, LEAVE = "report reader confirms", "report reader leaves"
"""What an address is good for; one for the other is worth nothing."""
FOR_EVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
CONFIRM_LIFE = timedelta(days=14)
KEPT_UNCONFIRMED = timedelta(days=30)
"""So long the address of somebody who never answered is kept."""
MAX_READERS = 50
"""Of one site."""
MAX_ASKED = 3
"""Mails that ask one address within those days."""
MAX_ASKED_A_DAY = 20
"""Mails that ask, of one workspace."""
MAX_PDF_BYTES = 5 * 1024 * 1024


class MailKind(StrEnum):
    """What a mail is for."""

    REPORT = "report"
    CONFIRM = "confirm"


class MailState(StrEnum):
    """What became of a mail."""

    WAITING = "waiting"
    ON_ITS_WAY = "on_its_way"
    """The mail server is being given it; if nobody says what came of it, it is never sent again."""
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHHELD = "withheld"
    UNKNOWN = "unknown"


class Standing(StrEnum):
    """How a reader stands."""

    READS = "reads"
    ASKED = "asked"
    LEFT = "left"
    REMOVED = "removed"


_STANDINGS: Mapping[Standing, tuple[str, str]] = {
    Standing.READS: (
        "Gets reports",
        "Each approved report that is sent goes to this person, once.",
    ),
    Standing.ASKED: (
        "Not confirmed yet",
        "A mail asked whether they want it; until they say so, nothing else is sent.",
    ),
    Standing.LEFT: (
        "Wants none",
        "This person wants no more of it. Only they can take that back, by the address in their mails.",
    ),
    Standing.REMOVED: ("Removed", "Taken off the list; nothing is sent."),
}
LEFT_IN_DOUBT = (
    "It is not known whether it arrived: it was handed over, and no answer was noted."
    " It is not sent again, so that nobody gets it twice."
)
NEVER_ENDED = "Not delivered: no attempt came to an end."


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets reports of a site."""

    reader_id: UUID
    workspace_id: UUID
    site_id: UUID
    email: str | None
    """None of a user who is gone or disabled."""
    is_user: bool
    site_label: str
    added_by: str
    confirmed_at: datetime | None
    left_at: datetime | None
    removed_at: datetime | None
    role: Role | None
    """Of a user: the stronger of both roles."""

    @property
    def standing(self) -> Standing:
        if self.removed_at is not None:
            return Standing.REMOVED
        if self.left_at is not None:
            return Standing.LEFT
        if not self.is_user and self.confirmed_at is None:
            return Standing.ASKED
        return Standing.READS

    def why_not(self) -> str | None:
        """Return why this person is sent no report now; None if they are."""
        if self.standing is not Standing.READS:
            return _STANDINGS[self.standing][1]
        if self.email is None:
            return "This person cannot sign in any more."
        if self.is_user and rank(self.role) < rank(Role.CLIENT):
            return "This person may not see the site (any more)."
        return None


def reader_of(row: Mapping[str, Any]) -> Reader:
    """Return a reader out of a row."""
    granted, whole = row["granted_role"], row["workspace_role"]
    roles = [None if one is None else Role(one) for one in (whole, granted)]
    same = ("reader_id", "workspace_id", "site_id", "email", "site_label", "added_by")
    times = ("confirmed_at", "left_at", "removed_at")
    return Reader(
        **{name: row[name] for name in (*same, *times)},
        is_user=row["user_id"] is not None,
        role=stronger(*roles),
    )


def standing_words(standing: Standing) -> tuple[str, str]:
    """Return the label of a standing, and what it means."""
    return _STANDINGS[standing]


def sentence_of(row: Mapping[str, Any]) -> str:
    """Return what became of a mail, in a sentence."""
    state = MailState(row["state"])
    if state is MailState.UNKNOWN:
        return LEFT_IN_DOUBT
    if state is MailState.ON_ITS_WAY:
        return "The mail server is being given it."
    said: str = row["sentence"] or "Not sent yet."
    if state is MailState.WAITING and row["attempts"]:
        return f"{said} It is tried again."
    return said
