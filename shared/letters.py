"""From deliveries to typed events: read the envelopes, and say which bytes are no event of ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from shared.bus import Delivery
from shared.dead_letters import Parked
from shared.events import Event, UnknownEventError, decode
from shared.isolation import Handler


@dataclass(frozen=True, slots=True)
class Letter:
    """One envelope out of a delivery; its contents are not looked at yet."""

    event_id: UUID
    envelope: dict[str, Any]
    attempt: int
    crashes: int

    @property
    def name(self) -> str:
        return str(self.envelope.get("type", ""))

    @property
    def body(self) -> bytes:
        """Return the envelope as a message of its own."""
        return orjson.dumps(self.envelope)


def open_deliveries(
    deliveries: Iterable[Delivery], *, queue: str
) -> tuple[dict[UUID, Letter], list[Parked]]:
    """Return the letters by event id, in order and each once, and the bytes that hold none."""
    letters: dict[UUID, Letter] = {}
    unreadable: list[Parked] = []
    for delivery in deliveries:
        for envelope in _envelopes(delivery.body):
            event_id = _event_id(envelope)
            if event_id is None:
                body = envelope if isinstance(envelope, bytes) else orjson.dumps(envelope)
                unreadable.append(_unreadable(body, queue))
            else:
                letter = Letter(event_id, envelope, delivery.attempt, delivery.crashes)
                letters.setdefault(event_id, letter)
    return letters, unreadable


def read_letters(
    letters: Iterable[Letter], *, queue: str, known: frozenset[str]
) -> tuple[list[Event], list[Parked]]:
    """Return the events of the letters, and those to park: unknown here, or not as agreed."""
    events: list[Event] = []
    parked: list[Parked] = []
    for letter in letters:
        if letter.name not in known:
            why = f"No handler of this service takes {letter.name!r}"
            parked.append(park(letter, queue=queue, reason="unknown-event", detail=why))
            continue
        try:
            events.append(decode(letter.envelope))
        except UnknownEventError as error:
            parked.append(park(letter, queue=queue, reason="unknown-event", detail=str(error)))
        except (ValueError, KeyError, TypeError) as error:
            parked.append(park(letter, queue=queue, reason="not-as-agreed", detail=repr(error)))
    return events, parked


def park(letter: Letter, *, queue: str, reason: str, detail: str) -> Parked:
    """Return a letter as a dead one."""
    return Parked(
        event_id=letter.event_id,
        name=letter.name,
        queue=queue,
        reason=reason,
        detail=detail,
        body=letter.body,
        attempts=letter.attempt + 1,
    )


def runs(
    events: Sequence[Event], handlers: Mapping[type[Event], Handler[Any]], *, longest: int
) -> list[list[Event]]:
    """Split events into runs that one handler takes, in order, none longer than `longest`."""
    found: list[list[Event]] = []
    for event in events:
        same = found and handlers[type(found[-1][0])] == handlers[type(event)]
        if same and len(found[-1]) < longest:
            found[-1].append(event)
        else:
            found.append([event])
    return found


def _envelopes(body: bytes) -> list[Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return [body]
    return found if isinstance(found, list) else [found]


def _event_id(envelope: object) -> UUID | None:
    if not isinstance(envelope, dict):
        return None
    try:
        return UUID(envelope.get("id"))
    except (ValueError, TypeError, AttributeError):
        return None


def _unreadable(body: bytes, queue: str) -> Parked:
    return Parked(
        event_id=None,
        name=None,
        queue=queue,
        reason="unreadable",
        detail="These bytes are not a CloudEvent with an id",
        body=body,
        attempts=1,
    )
