"""What becomes of a batch of deliveries inside one transaction: handled, known already, again later, or parked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared import dead_letters, inbox, outbox
from shared.bus import BATCH, Delivery
from shared.db import Tx
from shared.dead_letters import Parked
from shared.events import Event
from shared.isolation import Fault, Handler, handle_isolated
from shared.letters import Letter, open_deliveries, park, read_letters, runs
from shared.log import get_logger
from shared.outbox import Again

log = get_logger(__name__)

CRASHES = 5
"""After so many consumers ended holding a message, its events travel on alone, each as a retry."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a batch comes from and who takes it."""

    queue: str
    handlers: Mapping[type[Event], Handler[Any]]
    ladder: tuple[float, ...]


@dataclass(slots=True)
class Verdict:
    """What became of every event of a batch; true once the transaction is committed."""

    handled: list[Event] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    again: list[Again] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.handled) + len(self.duplicates) + len(self.again) + len(self.parked)


async def handle_batch(tx: Tx, deliveries: Sequence[Delivery], lane: Lane) -> Verdict:
    """Handle every event of the deliveries that is new here; nothing is lost and none counts twice."""
    letters, unreadable = open_deliveries(deliveries, queue=lane.queue)
    verdict = Verdict(parked=unreadable)
    fresh = await inbox.admit(tx, letters) if letters else set()
    verdict.duplicates = [one.name for one in letters.values() if one.event_id not in fresh]
    crashing: list[Letter] = []
    calm: list[Letter] = []
    for letter in letters.values():
        if letter.event_id in fresh:
            (crashing if letter.crashes >= CRASHES else calm).append(letter)
    await _handle(tx, calm, lane, verdict)
    for letter in crashing:
        why = f"{letter.crashes} consumers ended while they held it"
        _send_back(letter, lane, verdict, reason="crashed", detail=why)
    await _record(tx, verdict)
    return verdict


def next_rung(attempt: int, *, after_s: float, ladder: Sequence[float]) -> int | None:
    """Return the rung on which an event waits after its attempt failed, None when it had them all.

    `attempt` counts the failures before this one, so the ladder bounds the attempts; a handler
    that asks for a longer wait gets the first rung that is long enough.
    """
    if attempt >= len(ladder):
        return None
    long_enough = (rung for rung, wait in enumerate(ladder) if wait >= after_s)
    return max(attempt, next(long_enough, len(ladder) - 1))


async def _handle(tx: Tx, letters: Sequence[Letter], lane: Lane, verdict: Verdict) -> None:
    known = frozenset(event.name for event in lane.handlers)
    events, unfit = read_letters(letters, queue=lane.queue, known=known)
    verdict.parked += unfit
    faults: list[Fault] = []
    for run in runs(events, lane.handlers, longest=BATCH):
        faults += await handle_isolated(tx, lane.handlers[type(run[0])], run)
    failed = {fault.event.event_id for fault in faults}
    verdict.handled = [event for event in events if event.event_id not in failed]
    by_id: dict[UUID, Letter] = {letter.event_id: letter for letter in letters if failed}
    for fault in faults:
        _settle(fault, by_id[fault.event.event_id], lane, verdict)


def _settle(fault: Fault, letter: Letter, lane: Lane, verdict: Verdict) -> None:
    why = f"{type(fault.error).__name__}: {fault.error}"
    log.warning(
        "event not handled",
        queue=lane.queue,
        name=letter.name,
        event_id=letter.event_id,
        attempt=letter.attempt,
        why=why,
    )
    if fault.is_final:
        verdict.parked.append(park(letter, queue=lane.queue, reason="refused", detail=why))
    else:
        _send_back(letter, lane, verdict, reason="failed", detail=why, after_s=fault.after_s)


def _send_back(
    letter: Letter, lane: Lane, verdict: Verdict, *, reason: str, detail: str, after_s: float = 0.0
) -> None:
    """Put the event on the retry ladder, or park it when it has been on every rung."""
    rung = next_rung(letter.attempt, after_s=after_s, ladder=lane.ladder)
    if rung is None:
        verdict.parked.append(park(letter, queue=lane.queue, reason=reason, detail=detail))
        return
    verdict.again.append(
        Again(
            event_id=letter.event_id,
            name=letter.name,
            body=letter.body,
            queue=lane.queue,
            attempt=letter.attempt + 1,
            rung=rung,
        )
    )


async def _record(tx: Tx, verdict: Verdict) -> None:
    """Write what was not handled; the inbox forgets it, for it will come again."""
    unhandled = [one.event_id for one in verdict.again]
    unhandled += [one.event_id for one in verdict.parked if one.event_id is not None]
    if unhandled:
        await inbox.forget(tx, unhandled)
    await outbox.add_again(tx, verdict.again)
    await dead_letters.park(tx, verdict.parked)
