"""Plays a fault site against the real fetcher, worker and profile, and holds them to the truth.

Time is the simulation's own: rounds lie 25 hours apart, so that every pause and cache has run out.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from typing_extensions import override

from services.crawler import handlers as crawler
from services.crawler.adapters.eyes import Eyes, Sightline, open_eyes
from services.crawler.adapters.names import NameFailedError, NameGoneError, Names, Place
from services.crawler.adapters.web import Limits
from services.crawler.jobs.checking import Checking
from services.crawler.store.frontier import ClaimLimits
from services.profile.domain.history import tracked_event
from services.profile.domain.link import Link
from services.profile.domain.site import Host, Site
from services.profile.handlers.observations import on_link_checked
from services.profile.store import links, sites
from shared import clock
from shared.db import Database
from shared.events import LinkChecked, decode
from shared.ids import new_id
from shared.urls import domain_or_host, host_of, page_id
from shared.vocabulary import DiscoveryReason, LinkStatus, Outcome
from shared.wall import Guard, parse_routes
from tests.faultsite.script import BLIPS, Page, Script
from tests.faultsite.site import TARGET, FaultSite, fault_site

BETWEEN = timedelta(hours=25)
_SITE_HOST = "target.example"
_BATCH = 500


@dataclass(slots=True)
class Report:
    """What was seen and concluded, beside what is true."""

    checks: int = 0
    false_losses: list[str] = field(default_factory=list)
    missed_in_time: list[str] = field(default_factory=list)
    found_in_time: int = 0
    healthy: int = 0
    healthy_seen: int = 0
    false_sights: list[str] = field(default_factory=list)
    by_fault: dict[str, Counter[str]] = field(default_factory=dict)
    by_loss: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def true_losses(self) -> int:
        """Return how many losses could be known: the link was seen, then twice that it is gone."""
        return self.found_in_time + len(self.missed_in_time)

    @property
    def share_in_time(self) -> float:
        return self.found_in_time / max(1, self.true_losses)

    @property
    def share_seen(self) -> float:
        """Return the part of looks at healthy pages that did observe."""
        return self.healthy_seen / max(1, self.healthy)


@dataclass(slots=True)
class Clock:
    """The time of the simulation, which stands still during a round."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


class ScriptedNames(Names):
    """Names that cannot be resolved, or are gone, as the script says; all others lead to the site."""

    def __init__(self, guard: Guard, site: FaultSite) -> None:
        super().__init__(guard)
        self._site = site

    @override
    async def find(self, host: str, port: int) -> Place:
        if self._site.is_gone(host):
            raise NameGoneError(f"{host} does not exist")
        if self._site.is_unresolved(host):
            raise NameFailedError(f"no address for {host}")
        return await super().find(host, port)


class Simulation:
    """One crawler and one profile over one script."""

    def __init__(self, site: FaultSite, *, crawler_db: Database, profile_db: Database) -> None:
        self.site = site
        self.script: Script = site.script
        self.report = Report()
        self._crawler, self._profile = crawler_db, profile_db
        self._clock = Clock(clock.now() - BETWEEN * (self.script.rounds + 1))
        self._urls: dict[UUID, str] = {}
        self._live: set[str] = set()
        self._seen_gone: Counter[str] = Counter()

    async def play(self, limits: Limits) -> Report:
        """Play all rounds and return what came of them."""
        await self._track()
        async with self._eyes(limits) as eyes:
            for turn in range(self.script.rounds):
                self.site.turn = turn
                self._clock.moment += BETWEEN
                await self._look_at_all(eyes)
                await self._conclude(turn)
        return self.report

    @asynccontextmanager
    async def _eyes(self, limits: Limits) -> AsyncIterator[Eyes]:
        routes = parse_routes(self.site.web.connect_to)
        sightline = Sightline(min_delay_s=0, limits=limits, routes=routes)
        names = ScriptedNames(Guard(ports=sightline.ports, routes=routes), self.site)
        async with open_eyes(
            sightline, clock=self._clock.now, names=names, tls=self.site.trust
        ) as eyes:
            yield eyes

    async def _track(self) -> None:
        workspace_id = new_id()
        async with self._profile.begin() as tx:
            site = await sites.add_site(
                tx,
                Site(
                    site_id=new_id(),
                    workspace_id=workspace_id,
                    domain=_SITE_HOST,
                    name="Target",
                    domains=(Host(_SITE_HOST),),
                ),
            )
            added = await links.add_links(
                tx,
                [self._link(site, page) for page in self.script.pages.values()],
                [DiscoveryReason.IMPORTED] * len(self.script.pages),
            )
        self._urls = {link.link_id: link.referring_url for link in added}
        for start in range(0, len(added), _BATCH):
            part = added[start : start + _BATCH]
            async with self._crawler.begin() as tx:
                await crawler.on_link_tracked([tracked_event(one, site.hosts) for one in part], tx)

    def _link(self, site: Site, page: Page) -> Link:
        return Link(
            link_id=new_id(),
            workspace_id=site.workspace_id,
            site_id=site.site_id,
            referring_url=page.url,
            referring_domain=domain_or_host(host_of(page.url)),
            page_key=page_id(page.url),
            target_url=TARGET,
            target_key=page_id(TARGET),
            known_since=self._clock.now(),
        )

    async def _look_at_all(self, eyes: Eyes) -> None:
        async with self._crawler.begin() as tx:
            now = self._clock.now()
            await tx.run("UPDATE pages SET next_check_at = $1, lease_until = NULL", now)
            await tx.run("UPDATE hosts SET due_at = $1, next_free_at = '-infinity'", now)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            checking = Checking(
                db=self._crawler,
                observer=eyes.observer,
                politeness=eyes.politeness,
                limits=ClaimLimits(floor_s=0),
                clock=self._clock.now,
            )
            group.create_task(checking.run(stop))
            while await self._is_open():  # noqa: ASYNC110 - what we wait for is a row
                await asyncio.sleep(0.05)
            stop.set()

    async def _is_open(self) -> bool:
        async with self._crawler.begin() as tx:
            return bool(
                await tx.fetch_value(
                    "SELECT EXISTS (SELECT 1 FROM pages WHERE next_check_at <= $1"
                    " OR lease_until IS NOT NULL)",
                    self._clock.now(),
                )
            )

    async def _conclude(self, turn: int) -> None:
        """Give profile what the crawler said, and compare what it makes of it with the truth."""
        async with self._crawler.begin() as tx:
            rows = await tx.fetch("SELECT body FROM outbox WHERE name = 'link.checked' ORDER BY id")
            await tx.run("TRUNCATE outbox")
        events = [event for row in rows if isinstance(event := decode(row["body"]), LinkChecked)]
        for start in range(0, len(events), _BATCH):
            async with self._profile.begin() as tx:
                await on_link_checked(events[start : start + _BATCH], tx)
        self._weigh(turn, events)
        async with self._profile.begin() as tx:
            rows = await tx.fetch("SELECT referring_url, status FROM links")
            await tx.run("TRUNCATE outbox")
        self._compare(turn, {row["referring_url"]: LinkStatus(row["status"]) for row in rows})

    def _weigh(self, turn: int, events: Sequence[LinkChecked]) -> None:
        self.report.checks += len(events)
        seen_gone: set[str] = set()
        for event in events:
            page = self.script.pages[self._urls[event.link_id]]
            fault, outcome = self.script.fault(page, turn), event.observation.outcome
            gone = page.is_lost(turn)
            if outcome is Outcome.FOUND:
                self._live.add(page.url)
            if outcome is Outcome.MISSING and gone and page.url in self._live:
                seen_gone.add(page.url)
            if fault is not None:
                why = ", ".join(event.observation.reasons) or outcome.value
                self.report.by_fault.setdefault(fault, Counter())[why] += 1
                allowed = {Outcome.UNKNOWN, Outcome.FOUND} | ({Outcome.MISSING} if gone else set())
                if fault not in BLIPS and outcome not in allowed:
                    self.report.false_sights.append(f"round {turn}: {fault} at {page.url}: {why}")
                continue
            self.report.healthy += 1
            right = Outcome.MISSING if gone else Outcome.FOUND
            self.report.healthy_seen += outcome is right
            if outcome not in {right, Outcome.UNKNOWN}:
                self.report.false_sights.append(f"round {turn}: {page.url} was {outcome}")
            if gone and page.loss is not None and outcome is Outcome.MISSING:
                why = ", ".join(event.observation.reasons)
                self.report.by_loss.setdefault(page.loss, Counter())[why] += 1
        # Looks of one round are of one moment, however many there are: a second one proves nothing.
        self._seen_gone.update(seen_gone)

    def _compare(self, turn: int, statuses: dict[str, LinkStatus]) -> None:
        """Count a loss as found in time if it stands after the second look that saw it."""
        report = self.report
        for url, page in self.script.pages.items():
            is_told = statuses[url] is LinkStatus.LOST
            if is_told and not page.is_lost(turn):
                report.false_losses.append(f"round {turn}: {url}")
            if self._seen_gone[url] == 2:
                if is_told:
                    report.found_in_time += 1
                else:
                    report.missed_in_time.append(f"round {turn}: {url} ({page.loss})")
                self._seen_gone[url] += 1  # counted once


async def simulate(
    script: Script,
    *,
    folder: Path,
    crawler_db: Database,
    profile_db: Database,
    limits: Limits,
) -> Report:
    """Play a script from its first round to its last."""
    async with fault_site(script, folder) as site:
        simulation = Simulation(site, crawler_db=crawler_db, profile_db=profile_db)
        return await simulation.play(limits)
