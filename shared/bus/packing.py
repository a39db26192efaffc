"""From outbox rows to messages: bulk events of one type travel packed, everything else alone; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.bundles import MAX_EVENTS
from shared.bus.topology import PREFIX, rung_name
from shared.events import BATCH_CONTENT_TYPE, CONTENT_TYPE, REGISTRY
from shared.outbox import Row

MAX_BYTES = 256_000

BULK_EXCHANGE = f"{PREFIX}.bulk"
EVENTS_EXCHANGE = f"{PREFIX}.events"


@dataclass(frozen=True, slots=True)
class Message:
    """One message for the broker, and the outbox rows that it carries."""

    exchange: str
    routing_key: str
    body: bytes
    content_type: str
    message_id: UUID
    name: str
    attempt: int
    row_ids: tuple[int, ...]
    events: int = 1


def pack(rows: Iterable[Row], *, ladder: Sequence[float]) -> list[Message]:
    """Return the messages that carry the rows: packs of one type, then single ones, each in order."""
    by_name: dict[str, list[Row]] = {}
    singles: list[Message] = []
    for row in rows:
        event = REGISTRY.get(row.name)
        if row.queue is not None:
            singles.append(_for_queue(row, row.queue, ladder))
        elif event is not None and event.packed:
            by_name.setdefault(row.name, []).append(row)
        else:
            singles.append(_single(row, EVENTS_EXCHANGE, row.name))
    return [_packed(part) for same in by_name.values() for part in _parts(same)] + singles


def _parts(rows: Sequence[Row]) -> list[list[Row]]:
    """Split rows so that no part is too long or too big; a huge event or a bundle is one of its own."""
    parts: list[list[Row]] = []
    size = events = 0
    for row in rows:
        size += len(row.body) + 1
        events += row.events
        if not parts or events > MAX_EVENTS or size > MAX_BYTES or row.events > 1:
            parts.append([])
            size = len(row.body) + 1
            # Nothing goes behind a bundle.
            events = 1 if row.events == 1 else MAX_EVENTS
        parts[-1].append(row)
    return parts


def _packed(rows: Sequence[Row]) -> Message:
    return Message(
        exchange=BULK_EXCHANGE,
        routing_key=rows[0].name,
        # The rows hold finished JSON: putting them into an array needs no parser.
        body=b"[" + b",".join(body for row in rows for body in row.bodies()) + b"]",
        content_type=BATCH_CONTENT_TYPE,
        message_id=rows[0].event_id,
        name=rows[0].name,
        attempt=0,
        row_ids=tuple(row.row_id for row in rows),
        events=sum(row.events for row in rows),
    )


def _for_queue(row: Row, queue: str, ladder: Sequence[float]) -> Message:
    """Return a retry (through its rung's exchange) or a replay (the default exchange)."""
    exchange = "" if row.rung is None else rung_name(ladder[min(row.rung, len(ladder) - 1)])
    return _single(row, exchange, queue)


def _single(row: Row, exchange: str, routing_key: str) -> Message:
    return Message(
        exchange=exchange,
        routing_key=routing_key,
        body=row.body,
        content_type=CONTENT_TYPE,
        message_id=row.event_id,
        name=row.name,
        attempt=row.attempt,
        row_ids=(row.row_id,),
    )
