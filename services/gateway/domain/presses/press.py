"""A press of a button, whichever chat it came from; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.gateway.domain.texts import plain

WINDOW_S = 300
"""A request that was signed longer ago is not believed: somebody may have kept it."""
MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a chat, as the provider knows them."""

    person_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed a button of a message of ours."""

    token: str
    person: Person
    answer_url: str | None = None
    """Slack: where the answer goes."""
    query_id: str | None = None
    """Telegram: the press, as it is answered."""
    message: Mapping[str, Any] = field(default_factory=dict)
    """The message as it stands in the chat now."""


@dataclass(frozen=True, slots=True)
class Code:
    """Somebody wrote a one-time code into the chat."""

    code: str
    person: Person
    chat: int


@dataclass(frozen=True, slots=True)
class Ping:
    """The provider asks whether we are there."""


Heard = Press | Code | Ping | None
"""What came; None is nothing that we act on."""


def person_of(person_id: str, name: str) -> Person:
    return Person(person_id, plain(name, MAX_NAME) or "Somebody")


def json_of(body: bytes | str) -> Mapping[str, Any]:
    """Return a JSON object, empty for whatever is none."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def part(found: Any, *names: str) -> Mapping[str, Any]:
    """Return an object within objects, empty where there is none."""
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def items(found: Any, name: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list, empty where there is none."""
    listed = found.get(name) if isinstance(found, Mapping) else None
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def text(found: Mapping[str, Any], *names: str) -> str:
    """Return the first of these fields that holds a text; empty where none does."""
    values = (found.get(name) for name in names)
    return next((one for one in values if isinstance(one, str) and one), "")


def number(found: Mapping[str, Any], name: str) -> int | None:
    value = found.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def is_recent(stamp: str, *, now_s: float) -> bool:
    """Say whether a time in seconds, as it was signed, is of now."""
    is_time = stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12
    return is_time and abs(now_s - int(stamp)) <= WINDOW_S
