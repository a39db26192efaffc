"""Opens everything that looking at pages needs, for the service and for the command line alike."""

import ssl
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal, Protocol

from services.crawler.adapters.memory import keep_large_apart
from services.crawler.adapters.names import Names
from services.crawler.adapters.observer import Observer
from services.crawler.adapters.pacer import Pacer, Turns
from services.crawler.adapters.politeness import PRODUCT, Politeness
from services.crawler.adapters.registry import Registry
from services.crawler.adapters.renderer import RenderLimits, RenderShares, open_renderer
from services.crawler.adapters.rulebook import Rulebook
from services.crawler.adapters.siblings import SiblingMemory, Siblings
from services.crawler.adapters.sources import SourceReader
from services.crawler.adapters.web import Limits, open_web
from services.crawler.metrics import RENDERING
from shared import addresses
from shared import clock as house_clock
from shared.chromium import find_program, is_root
from shared.clock import Clock
from shared.wall import Guard, Route, parse_routes

CONTACT = "https://anchorwatch.example/robot"


@dataclass(frozen=True, slots=True)
class Eyes:
    """The observer, the reader of sitemaps and feeds, the gate of both, and the way to registries."""

    observer: Observer
    politeness: Politeness
    sources: SourceReader
    registry: Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Sightline:
    """How to look: limits, pace, routes and the name under which we go."""

    limits: Limits = Limits()  # noqa: RUF009 - frozen
    min_delay_s: float = 1.0
    ports: Collection[int] = addresses.DEFAULT_PORTS
    routes: tuple[Route, ...] = ()
    contact_url: str = CONTACT
    render: RenderLimits | None = None


class Wishes(Protocol):
    """The settings that say how to look; the crawler's settings are of this form."""

    @property
    def min_delay(self) -> float: ...
    @property
    def connect_to(self) -> str: ...
    @property
    def concurrency(self) -> int: ...
    @property
    def per_address(self) -> int: ...
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
    @property
    def render(self) -> Literal["auto", "on", "off"]: ...
    @property
    def render_program(self) -> str | None: ...
    @property
    def render_sandbox(self) -> bool: ...
    @property
    def render_tabs(self) -> int: ...
    @property
    def render_timeout(self) -> float: ...
    @property
    def render_pages(self) -> int: ...
    @property
    def render_memory(self) -> int: ...
    @property
    def render_host_daily(self) -> int: ...
    @property
    def render_daily(self) -> int: ...


def sightline_of(wishes: Wishes) -> Sightline:
    """Return how to look under these settings.

    ValueError if the routes cannot be read or rendering is on without a browser to render with.
    """
    return Sightline(
        limits=Limits(
            connect_s=wishes.connect_timeout,
            total_s=wishes.timeout,
            max_wire=wishes.max_wire,
            max_decoded=wishes.max_decoded,
            concurrency=wishes.concurrency,
            per_address=wishes.per_address,
            keep_wire=wishes.evidence_body,
        ),
        min_delay_s=wishes.min_delay,
        ports=wishes.allowed_ports,
        routes=_routes(wishes.connect_to),
        contact_url=_contact_of(wishes),
        render=_render_limits(wishes),
    )


def _routes(text: str) -> tuple[Route, ...]:
    try:
        return parse_routes(text)
    except ValueError as error:
        raise ValueError(f"CONNECT_TO: {error}") from error


def _render_limits(wishes: Wishes) -> RenderLimits | None:
    """Return how to render, None for not at all: by itself neither as root nor without a sandbox."""
    if wishes.render == "off":
        return None
    program = find_program(wishes.render_program)
    if program is None and wishes.render == "on":
        raise ValueError("RENDER: it is on, but no Chromium was found (see RENDER_PROGRAM)")
    is_safe = wishes.render_sandbox and not is_root()
    if program is None or (wishes.render == "auto" and not is_safe):
        return None
    return RenderLimits(
        program=program,
        sandbox=wishes.render_sandbox,
        tabs=wishes.render_tabs,
        page_s=wishes.render_timeout,
        pages=wishes.render_pages,
        memory_mib=wishes.render_memory,
        host_daily=wishes.render_host_daily,
        daily=wishes.render_daily,
    )


def _contact_of(wishes: Wishes) -> str:
    if wishes.contact_url or not wishes.public_url:
        return wishes.contact_url or CONTACT
    return wishes.public_url.rstrip("/") + "/robot"


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
    shares: RenderShares | None = None,
) -> AsyncIterator[Eyes]:
    """Open connections for the block. Robots rules and paces live in memory; seed them if you can.

    A process that is not alone shares the hosts with the others through `turns`, and the pages that
    may be rendered in a day through `shares`.
    """
    keep_large_apart()
    guard = Guard(ports=sightline.ports, routes=sightline.routes)
    agent = user_agent(sightline.contact_url)
    async with AsyncExitStack() as stack:
        opening = open_web(
            guard=guard, user_agent=agent, limits=sightline.limits, names=names, tls=tls
        )
        web = await stack.enter_async_context(opening)
        politeness = Politeness(
            web,
            pacer=Pacer(floor_s=sightline.min_delay_s, clock=clock, turns=turns),
            rulebook=Rulebook(),
            clock=clock,
        )
        known = Siblings(web, memory=siblings, clock=clock)
        renderer = None
        if sightline.render is not None:
            pool = open_renderer(
                web=web,
                limits=sightline.render,
                user_agent=agent,
                shares=shares,
                clock=clock,
            )
            renderer = await stack.enter_async_context(pool)
        RENDERING.set(renderer is not None)
        yield Eyes(
            Observer(web, politeness, siblings=known, renderer=renderer, clock=clock),
            politeness,
            SourceReader(web, politeness, clock=clock),
            Registry(web, clock=clock),
        )
