"""Plays all cases at once: the real fetcher, worker and profile on one web and one PostgreSQL."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from typing_extensions import override

from services.crawler import handlers as crawler
from services.crawler.adapters.eyes import Sightline, open_eyes
from services.crawler.adapters.names import NameFailedError, NameGoneError, Names, Place
from services.crawler.adapters.web import Limits
from services.crawler.domain.optouts import OptOuts
from services.crawler.jobs.checking import Checking
from services.crawler.store.frontier import ClaimLimits
from services.profile.domain.site import Site
from services.profile.handlers.contracts import on_placement_promised
from services.profile.handlers.observations import (
    on_link_checked,
    on_link_discovered,
    on_target_checked,
)
from shared.db import Database
from shared.events import (
    Event,
    LinkChecked,
    LinkDiscovered,
    LinkTracked,
    LinkUntracked,
    PlacementPromised,
    SiteHost,
    TargetChecked,
    decode,
)
from shared.ids import new_id
from shared.urls import domain_or_host, host_of
from shared.vocabulary import Reason
from shared.wall import Guard, parse_routes
from tests.crawler.builders import a_site, a_tracked
from tests.crawler.reasons.case import LINKED, SHOP, TARGET, Case, article
from tests.profile.conftest import add_link, add_site, get_link
from tests.waiting import eventually
from tests.web import FakeWeb, fake_web, new_authority

ROUNDS = 3
MAX_WIRE = 300_000
OPTED_OUT = "opted-out.example"
"""Whoever runs this host asks us to stay away, after the first look."""
HEALTH = {True: "broken", False: "fine", None: "unsaid"}

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a case."""

    status: str
    says: frozenset[Reason]
    contract: str | None = None


class ToldNames(Names):
    """Knows that `gone.example` does not exist, and nothing about `lame.example`."""

    @override
    async def find(self, host: str, port: int) -> Place:
        if host == "gone.example":
            raise NameGoneError(host)
        if host == "lame.example":
            raise NameFailedError(host)
        return await super().find(host, port)


class Stage:
    """The web, the two services and their databases while the cases are played."""

    def __init__(self, cases: Sequence[Case], url: str, web: FakeWeb) -> None:
        self._cases = cases
        self._web = web
        self._crawler = Database(url, schema="crawler", pool_size=4)
        self._profile = Database(url, schema="profile", pool_size=4)
        self._links: dict[UUID, tuple[str, str]] = {}
        self._of: dict[str, UUID] = {}
        self._read = {self._crawler: 0, self._profile: 0}

    async def play(self) -> dict[str, Result]:
        """Return what became of every case."""
        async with AsyncExitStack() as opened:
            opened.push_async_callback(self._crawler.close)
            opened.push_async_callback(self._profile.close)
            await self._prepare()
            routes = parse_routes(self._web.connect_to)
            # Few at a time, so that a busy machine makes nobody look slow who is not.
            limits = Limits(connect_s=3, total_s=3, max_wire=MAX_WIRE, concurrency=12)
            eyes = await opened.enter_async_context(
                open_eyes(
                    Sightline(min_delay_s=0, limits=limits, routes=routes),
                    names=ToldNames(Guard(routes=routes)),
                )
            )
            for number in range(ROUNDS):
                self._serve(number)
                if number:
                    eyes.politeness.opt_outs = OptOuts([OPTED_OUT])
                checking = Checking(
                    db=self._crawler,
                    observer=eyes.observer,
                    politeness=eyes.politeness,
                    limits=ClaimLimits(floor_s=0),
                    confirm_after=timedelta(0),
                )
                await self._look(checking)
                await self._tell()
            return {case.name: await self._result(case) for case in self._cases}

    def _serve(self, number: int) -> None:
        """Put everything on the web as it is in this round."""
        self._web.on(TARGET, article("<p>Our ropes.</p>"))
        for case in self._cases:
            stays = number == 0 or case.then is None
            self._web.on(case.url, case.at_first if stays else case.then or "")
            for place, behaviour in {**case.also, **(case.later if number else {})}.items():
                self._web.on(place if "://" in place else f"http://{case.host}{place}", behaviour)
            for extra in range(case.beside):
                self._web.on(f"{case.url}/{extra}", LINKED)

    async def _prepare(self) -> None:
        async with self._profile.begin() as tx:
            site = await add_site(tx, SHOP)
            for case in self._cases:
                pages = [case.url, *(f"{case.url}/{extra}" for extra in range(case.beside))]
                for page in pages:
                    link_id = await add_link(tx, site, page=page, target=case.target)
                    self._links[link_id] = page, case.target
                    self._of.setdefault(case.name, link_id)
            promised = [_promise(case, site) for case in self._cases if case.terms is not None]
            await on_placement_promised(promised, tx)
        known = a_site(
            site_id=site.site_id,
            workspace_id=site.workspace_id,
            domain=SHOP,
            domains=(SiteHost(host=SHOP),),
        )
        tracked = [
            a_tracked(
                page,
                target_url=target,
                link_id=link_id,
                site_id=site.site_id,
                workspace_id=site.workspace_id,
                hosts=(SHOP,),
            )
            for link_id, (page, target) in self._links.items()
        ]
        async with self._crawler.begin() as tx:
            await crawler.on_site_created([known], tx)
            await crawler.on_link_tracked(tracked, tx)

    async def _look(self, checking: Checking) -> None:
        """Let the worker look at every page and target once."""
        async with self._crawler.begin() as tx:
            await tx.run("UPDATE hosts SET due_at = now(), next_free_at = '-infinity'")
            await tx.run("UPDATE pages SET next_check_at = now()")
            last = await tx.fetch_value("SELECT coalesce(max(id), 0) FROM outbox")
        waiting = set(self._links) | {target for _, target in self._links.values()}
        stop = asyncio.Event()

        async def everything_was_seen() -> bool:
            nonlocal last
            events, last = await _published(self._crawler, after=last)
            waiting.difference_update(event.link_id for event in of(LinkChecked, events))
            waiting.difference_update(event.target_url for event in of(TargetChecked, events))
            return not waiting

        async with asyncio.TaskGroup() as group:
            group.create_task(checking.run(stop))
            try:
                await eventually(everything_was_seen, within=60, every=0.1)
            finally:
                stop.set()

    async def _tell(self) -> None:
        """Carry the events of each service to the other, as the bus does."""
        seen = await self._news(self._crawler)
        async with self._profile.begin() as tx:
            await on_link_checked(of(LinkChecked, seen), tx)
            await on_link_discovered(of(LinkDiscovered, seen), tx)
            await on_target_checked(of(TargetChecked, seen), tx)
        concluded = await self._news(self._profile)
        async with self._crawler.begin() as tx:
            await crawler.on_link_tracked(of(LinkTracked, concluded), tx)
            await crawler.on_link_untracked(of(LinkUntracked, concluded), tx)

    async def _news(self, service: Database) -> list[Event]:
        events, self._read[service] = await _published(service, after=self._read[service])
        return events

    async def _result(self, case: Case) -> Result:
        async with self._profile.begin() as tx:
            if case.is_target:
                [row] = await tx.fetch(
                    "SELECT broken, reasons FROM targets WHERE target_url = $1", case.target
                )
                return Result(HEALTH[row["broken"]], frozenset(map(Reason, row["reasons"])))
            state = (await get_link(tx, self._of[case.name])).state
        return Result(state.status, frozenset(state.reasons), state.contract_state)


async def _published(service: Database, *, after: int) -> tuple[list[Event], int]:
    """Return the events that a service published after this number, and the newest number."""
    async with service.begin() as tx:
        rows = await tx.fetch("SELECT id, body FROM outbox WHERE id > $1 ORDER BY id", after)
    return [decode(row["body"]) for row in rows], max((row["id"] for row in rows), default=after)


def of(kind: type[E], events: Sequence[Event]) -> list[E]:
    return [event for event in events if isinstance(event, kind)]


def _promise(case: Case, site: Site) -> PlacementPromised:
    return PlacementPromised(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        placement_id=new_id(),
        terms_seq=1,
        referring_url=case.url,
        referring_domain=domain_or_host(host_of(case.url)),
        **{"target_url": case.target, **(case.terms or {})},
    )


async def play(cases: Sequence[Case], url: str, folder: Path) -> dict[str, Result]:
    """Return what becomes of these cases in a fresh database."""
    async with fake_web(new_authority(folder).server("tls.example")) as web:
        return await Stage(cases, url, web).play()
