"""Which queue gets which event, derived from the contracts alone, so that no start order matters."""

from collections.abc import Iterable

from shared.events import REGISTRY, Event

PREFIX = "anchorwatch"
FACADE = "gateway"
"""The service through which outsiders get events: it listens to every outward one."""


def bulk_queue(service: str) -> str:
    """Return the queue of the packed events of a service."""
    return f"{service}.bulk"


def events_queue(service: str) -> str:
    """Return the queue of all other events of a service."""
    return f"{service}.events"


def queues_of(service: str) -> tuple[str, str]:
    """Return the queues that a service consumes."""
    return bulk_queue(service), events_queue(service)


def consumers_of(event: type[Event]) -> tuple[str, ...]:
    """Return the services that get an event: those it names, and the gateway if it goes outward."""
    facade = (FACADE,) if event.outward and FACADE not in event.consumers else ()
    return event.consumers + facade


def routes(events: Iterable[type[Event]] = REGISTRY.values()) -> tuple[tuple[str, str], ...]:
    """Return every (event name, queue) pair."""
    return tuple(
        (event.name, bulk_queue(service) if event.packed else events_queue(service))
        for event in events
        for service in consumers_of(event)
    )


def all_queues() -> tuple[str, ...]:
    """Return every queue that some event goes to, in a fixed order."""
    return tuple(sorted({queue for _, queue in routes()}))


def linger_s(last_size: int) -> float:
    """Return how long to collect a batch: short while little comes, longer under load."""
    return 0.005 if last_size < 50 else 0.02


def rung_name(wait_s: float) -> str:
    """Return the name of the exchange, and of the queue, in which a failed event waits so long."""
    for size, unit in ((3600, "h"), (60, "m"), (1, "s")):
        if wait_s >= size and wait_s % size == 0:
            return f"{PREFIX}.retry.{int(wait_s // size)}{unit}"
    return f"{PREFIX}.retry.{int(wait_s * 1000)}ms"
