"""Opens everything that looking at pages needs, for the service and for the command line alike."""

import ssl
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Protocol

from services.crawler.adapters.guard import Guard, Route, parse_routes
from services.crawler.adapters.names import Names
from services.crawler.adapters.observer import Observer
from services.crawler.adapters.pacer import Pacer, Turns
from services.crawler.adapters.politeness import PRODUCT, Politeness
from services.crawler.adapters.rulebook import Rulebook
from services.crawler.adapters.siblings import SiblingMemory, Siblings
from services.crawler.adapters.web import Limits, open_web
from shared import addresses
from shared import clock as house_clock
from shared.clock import Clock

CONTACT = "https://anchorwatch.example/robot"


@dataclass(frozen=True, slots=True)
class Eyes:
    """The observer and the gate it goes through."""

    observer: Observer
    politeness: Politeness


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightline:
    """How to look: limits, pace, routes and the name under which we go."""

    limits: Limits = Limits()  # noqa: RUF009 - frozen
    min_delay_s: float = 1.0
    ports: Collection[int] = addresses.DEFAULT_PORTS
    routes: tuple[Route, ...] = ()
    contact_url: str = CONTACT


class Wishes(Protocol):
    """The settings that say how to look; the crawler's settings are of this form."""

    @property
    def min_delay(self) -> float: ...
    @property
    def connect_to(self) -> str: ...
    @property
    def concurrency(self) -> int: ...
    @property
    def allowed_ports(self) -> frozenset[int]: ...
    @property
    def contact_url(self) -> str | None: ...
    @property
    def public_url(self) -> str | None: ...
    @property
    def connect_timeout(self) -> float: ...
    @property
    def timeout(self) -> float: ...
    @property
    def max_wire(self) -> int: ...
    @property
    def max_decoded(self) -> int: ...
    @property
    def evidence_body(self) -> int: ...


def sightline_of(wishes: Wishes) -> Sightline:
    """Return how to look under these settings; ValueError if the routes cannot be read."""
    return Sightline(
        limits=Limits(
            connect_s=wishes.connect_timeout,
            total_s=wishes.timeout,
            max_wire=wishes.max_wire,
            max_decoded=wishes.max_decoded,
            concurrency=wishes.concurrency,
            keep_wire=wishes.evidence_body,
        ),
        min_delay_s=wishes.min_delay,
        ports=wishes.allowed_ports,
        routes=parse_routes(wishes.connect_to),
        contact_url=wishes.contact_url or wishes.public_url or CONTACT,
    )


def user_agent(contact_url: str) -> str:
    """Return the name and address under which we ask."""
    return f"{PRODUCT}/{version('anchorwatch')} (+{contact_url})"


@asynccontextmanager
async def open_eyes(
    sightline: Sightline,
    *,
    clock: Clock = house_clock.now,
    names: Names | None = None,
    tls: ssl.SSLContext | None = None,
    turns: Turns | None = None,
    siblings: SiblingMemory | None = None,
) -> AsyncIterator[Eyes]:
    """Open connections for the block. Robots rules and paces live in memory; seed them if you can.

    A process that is not alone shares the hosts with the others through `turns`.
    """
    guard = Guard(ports=sightline.ports, routes=sightline.routes)
    async with open_web(
        guard=guard,
        user_agent=user_agent(sightline.contact_url),
        limits=sightline.limits,
        names=names,
        tls=tls,
    ) as web:
        politeness = Politeness(
            web,
            pacer=Pacer(floor_s=sightline.min_delay_s, clock=clock, turns=turns),
            rulebook=Rulebook(),
            clock=clock,
        )
        known = Siblings(web, memory=siblings, clock=clock)
        yield Eyes(Observer(web, politeness, siblings=known, clock=clock), politeness)
