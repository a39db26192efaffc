"""Acting from a chat: what may be done about an alert, and the signed tokens that say which; pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

PATH = "/act"
LIFE = timedelta(days=14)
"""How long what a message offers can be used."""
_TAG_BYTES = 16
_BODY = 21  # 16 of the id, 1 of the action, 4 of the time


class Action(StrEnum):
    """What a person may do about an alert."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE_DAY = "snooze_day"
    SNOOZE_WEEK = "snooze_week"
    CHECK = "check"
    TRIAL = "trial"
    """Nothing but to show that what is pressed in the chat arrives."""


SNOOZES: Mapping[Action, timedelta] = {
    Action.SNOOZE_DAY: timedelta(days=1),
    Action.SNOOZE_WEEK: timedelta(days=7),
}
LABELS: Mapping[Action, str] = {
    Action.ACKNOWLEDGE: "Acknowledge",
    Action.SNOOZE_DAY: "Snooze a day",
    Action.SNOOZE_WEEK: "Snooze a week",
    Action.CHECK: "Check again",
    Action.TRIAL: "It arrives",
}
WILL: Mapping[Action, str] = {
    Action.ACKNOWLEDGE: "This alert will be acknowledged: everybody sees that somebody takes care of it.",
    Action.SNOOZE_DAY: "No channel will be told of this alert for a day; then it is told again if it is still open.",
    Action.SNOOZE_WEEK: "No channel will be told of this alert for a week; then it is told again if it is still open.",
    Action.CHECK: "The links that this alert is about will be looked at again, as soon as each site may be asked.",
    Action.TRIAL: "Nothing will be changed; it is only noted that this press arrived.",
}
"""What will happen, before it does."""

_NUMBERS = {action: number for number, action in enumerate(Action, start=1)}
_ACTIONS = {number: action for action, number in _NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Meant:
    """What a token stands for: one action, about what one message told, until a moment."""

    action: Action
    ref: UUID
    """The notice; of a trial the channel."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that a message lets its readers do."""

    action: Action
    token: str
    url: str

    @property
    def label(self) -> str:
        return LABELS[self.action]


@dataclass(frozen=True, slots=True)
class Offering:
    """How messages to one channel offer actions: with buttons that come back, or with links."""

    key: bytes
    base: str
    now: datetime
    is_pressed: bool
    """Whether a press comes back from the chat; otherwise addresses lead to a page."""

    def about_alert(self, ref: UUID, *, has_links: bool) -> tuple[Offer, ...]:
        """Return what may be done about an alert; only links can be looked at again."""
        wanted = [Action.ACKNOWLEDGE, *SNOOZES, *([Action.CHECK] if has_links else [])]
        return tuple(self.one(action, ref) for action in wanted)

    def one(self, action: Action, ref: UUID) -> Offer:
        token = token_of(Meant(action, ref, self.now + LIFE), key=self.key)
        return Offer(action, token, f"{self.base}{PATH}/{token}")


def token_of(meant: Meant, *, key: bytes) -> str:
    """Return 50 letters that fit into whatever a chat sends back (Telegram: 64 bytes)."""
    seconds = int(meant.expires_at.timestamp())
    body = meant.ref.bytes + bytes([_NUMBERS[meant.action]]) + seconds.to_bytes(4, "big")
    return base64.urlsafe_b64encode(body + _tag(body, key)).rstrip(b"=").decode()


def meant_by(token: str, *, key: bytes) -> Meant | None:
    """Return what a token stands for, also when its time is over; None if it is not one of ours."""
    raw = _raw(token)
    if raw is None or not hmac.compare_digest(raw[_BODY:], _tag(raw[:_BODY], key)):
        return None
    return _read(raw)


def claimed_by(token: str) -> Meant | None:
    """Return what a token says of itself, whoever made it: to tell the parts of our own message apart."""
    raw = _raw(token)
    return None if raw is None else _read(raw)


def is_left(token: str, done: Meant) -> bool:
    """Say whether a message still offers this after `done`; what was done is not offered again."""
    found = claimed_by(token)
    if found is None or found.ref != done.ref:
        return True
    if done.action is Action.ACKNOWLEDGE:
        return False
    if done.action in SNOOZES:
        return found.action not in SNOOZES
    return found.action is not done.action


def _raw(token: str) -> bytes | None:
    """Return the bytes of a token in its one spelling, None if it has not the form."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    same = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == token
    return raw if same and len(raw) == _BODY + _TAG_BYTES else None


def _read(raw: bytes) -> Meant | None:
    action = _ACTIONS.get(raw[16])
    if action is None:
        return None
    expires_at = datetime.fromtimestamp(int.from_bytes(raw[17:21], "big"), UTC)
    return Meant(action, UUID(bytes=raw[:16]), expires_at)


def _tag(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:_TAG_BYTES]


# ---- what became of it, in words ----------------------------------------------------------------------

Said = Sequence[str | datetime]
"""A sentence whose times each chat writes in its own way."""


def acknowledged(by: str, at: datetime) -> Said:
    return ("Acknowledged by ", by, ", ", at)


def snoozed(by: str, until: datetime) -> Said:
    return ("Snoozed by ", by, ": told again ", until, " if it is still open then.")


def checking(by: str, at: datetime, links: int) -> Said:
    what = "1 link is" if links == 1 else f"{links:,} links are"
    return (f"{what} looked at again, asked for by ", by, ", ", at)


def plainly(said: Said) -> str:
    """Return a sentence with its times in UTC."""
    return "".join(part if isinstance(part, str) else f"{part:%-d %b, %H:%M} UTC" for part in said)
