"""Reads domains that somebody wants to know: the home page, and up to three pages that it names."""

import asyncio

from services.crawler.adapters.observer import Observer
from services.crawler.domain.domain_reading import Reading, begin, event_of, further_pages
from services.crawler.jobs import rounds
from services.crawler.metrics import DOMAINS_READ
from services.crawler.store import readings as store
from shared import clock as house_clock
from shared.clock import Clock
from shared.db import Database
from shared.events import DomainRead
from shared.vocabulary import Reason

AT_ONCE = 8
_WHAT = "readings of domains"
_IDLE_S = 5.0
_WITHIN_S = 120.0
"""Below the lease, so that no two processes read a domain at the same time."""


async def follow(
    stop: asyncio.Event, *, db: Database, observer: Observer, clock: Clock = house_clock.now
) -> None:
    """Read domains in their turn until `stop`; readings that have begun are broken off then."""

    async def take() -> int:
        return await read_due(db, observer, clock=clock)

    await rounds.follow(stop, take, what=_WHAT, rest_s=_IDLE_S)


async def read_due(db: Database, observer: Observer, *, clock: Clock) -> int:
    """Read some domains whose turn it is; returns how many there were."""
    async with db.begin() as tx:
        due = await store.claim(tx, clock(), limit=AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for domain in due:
            group.create_task(_read(db, observer, domain, clock))
    return len(due)


async def _read(db: Database, observer: Observer, domain: str, clock: Clock) -> None:
    with rounds.apart(_WHAT, domain=domain):
        event = await _look(observer, domain, clock)
        async with db.begin() as tx:
            await store.save(tx, event, clock())
        DOMAINS_READ.labels("failed" if event.failure else "read").inc()


async def _look(observer: Observer, domain: str, clock: Clock) -> DomainRead:
    """Read the pages politely, one after the other; what was read in time counts."""
    reading: Reading | None = None
    try:
        async with asyncio.timeout(_WITHIN_S):
            home, fetched = await observer.home(domain)
            reading = begin(domain, home, fetched)
            for url in further_pages(reading.home, domain) if reading.home else ():
                reading.add(*await observer.page(url))
    except TimeoutError:
        if reading is None:
            return DomainRead(domain=domain, read_at=clock(), failure=Reason.TIMEOUT)
    return event_of(reading, clock())
