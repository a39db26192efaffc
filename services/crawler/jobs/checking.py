"""The main loop: claim due pages, look at them host by host, hand over what was seen."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, zip_longest
from uuid import UUID

from services.crawler.adapters.observer import RESERVE_S, Observer, Question
from services.crawler.adapters.pacer import HostBusyError
from services.crawler.adapters.politeness import PATIENCE_S, Politeness
from services.crawler.adapters.renderer import BrowsersBusyError
from services.crawler.adapters.timing import limit
from services.crawler.domain.claim import Batch, CheckRecord, Claim, HostClaim, HostRecord
from services.crawler.domain.look import Look
from services.crawler.domain.planning import Terms
from services.crawler.domain.settling import settle
from services.crawler.domain.sources import named_by
from services.crawler.jobs.neighbours import Neighbours
from services.crawler.jobs.recording import Recorder
from services.crawler.jobs.waking import Waking
from services.crawler.metrics import CHECKS, CLAIMED, FAILURES, FETCH_SECONDS, FETCHED_BYTES
from services.crawler.store import costs, frontier, robots, sources
from services.crawler.store import hosts as hosts_store
from services.crawler.store.frontier import ClaimLimits
from shared import clock as house_clock
from shared import urls
from shared.clock import Clock
from shared.db import Database, Tx
from shared.ids import new_id
from shared.log import get_logger
from shared.trouble import is_outage
from shared.vocabulary import Reason

log = get_logger(__name__)

MAX_CLAIMED = 1_000
# One by one they would begin in as many turns of the loop, which costs 5 % of a steady look.
_HANDFUL = 32

# With its pauses for robots.txt and redirects a look fits into the lease of its page
# (ClaimLimits.lease_s), so nobody else looks at the same time.
_PAUSES = 4
# Rendering ends this much earlier, so that what the bytes say is not lost with it.
_CLAIM_AT_LEAST = 100
_SPREAD = timedelta(minutes=5)
_WEIGH_EVERY = timedelta(minutes=5)
_DAY = timedelta(days=1)
_SPENT_KNOWN = timedelta(seconds=5)
_SPENT_SPREAD = timedelta(hours=1)
# How long a look waits for a host of others, well within _LOOK_S, and when it comes back else.
_PATIENCE_S = 20.0
_BUSY_RETRY = timedelta(minutes=1)
_RENDER_RETRY = timedelta(minutes=30)


# Finding a series by its label costs more than counting in it.
_checks = cache(CHECKS.labels)


class Checking:
    """Looks at what is due. Pages of one host are one task: they wait for their turn one by one.

    A look may take `look_s`, not counting its pauses nor how long it waits for other looks of ours;
    if that waiting uses up the lease, the page is given back: nothing was seen of it.
    """

    def __init__(
        self,
        *,
        db: Database,
        observer: Observer,
        politeness: Politeness,
        limits: ClaimLimits,
        confirm_after: timedelta | None = None,
        evidence_body: int = 0,
        look_s: float = 60.0,
        budget: float | None = None,
        clock: Clock = house_clock.now,
    ) -> None:
        self._db = db
        self._observer = observer
        self._politeness = politeness
        self._limits = limits
        self._confirm_after = confirm_after
        self._evidence_body = evidence_body
        self._look_s = look_s
        self._budget = budget
        self._load = 0.0
        self._load_at: datetime | None = None
        self._clock = clock
        self._neighbours = Neighbours()
        self._claimed = 0
        self._waking = Waking(db)
        self._next_ready: datetime | None = None
        # Sites whose budget for today is used up, as last asked.
        self._spent: frozenset[UUID] = frozenset()
        self._spent_known_until = datetime.min.replace(tzinfo=UTC)

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop`; then finish the looks that have begun and give the others back."""
        recorder = Recorder(self._db)
        async with asyncio.TaskGroup() as writing:
            writing.create_task(recorder.run())
            writing.create_task(self._waking.listen(stop))
            await self._waking.begin()
            async with asyncio.TaskGroup() as visits:
                while not stop.is_set():
                    hosts = await self._try_claim()
                    async for host, pages in self._as_there_is_room(hosts, stop):
                        visits.create_task(self._visit(host, pages, recorder, stop))
                    if hosts or self._claimed:
                        self._waking.stir()
                    if not hosts:
                        await self._waking.rest(stop, self._due_in_s())
            await recorder.close()

    async def _as_there_is_room(
        self, hosts: Sequence[HostClaim], stop: asyncio.Event
    ) -> AsyncIterator[tuple[HostClaim, Sequence[Claim]]]:
        """Give what is looked at by handfuls: a claim that waits is small, a look that waits is not."""
        units = _in_turns(hosts)
        while handful := list(islice(units, _HANDFUL)):
            if not stop.is_set():
                await self._observer.room()
            for unit in handful:
                yield unit
            await asyncio.sleep(0)  # they begin, and take the room that there is

    async def _try_claim(self) -> Sequence[HostClaim]:
        self._next_ready = None
        room = MAX_CLAIMED - self._claimed
        if room < _CLAIM_AT_LEAST:
            return ()
        try:
            hosts = await self._claim(min(room, self._limits.pages))
        except Exception as error:  # because what is not the database's trouble goes up
            if not is_outage(error):
                raise
            log.warning("claiming waits for its database", why=repr(error))
            return ()
        self._count(sum(len(host.pages) for host in hosts))
        return hosts

    def _due_in_s(self) -> float | None:
        """Return when the next host is ready, if that was asked."""
        if self._next_ready is None:
            return None
        return (self._next_ready - self._clock()).total_seconds()

    async def _claim(self, room: int) -> Sequence[HostClaim]:
        now = self._clock()
        rulebook = self._politeness.rulebook
        async with self._db.begin() as tx:
            learned = rulebook.take_new()
            if learned:
                await robots.save_robots(tx, learned)
            hosts = await frontier.claim_due(tx, now, replace(self._limits, pages=room))
            await sources.learn(tx, named_by(learned, ()))
            pages = [page for host in hosts for page in host.pages]
            if not hosts and not self._waking.is_lively:
                self._next_ready = await frontier.next_ready(tx, self._limits)
            await self._neighbours.prepare(tx, pages, now)
            await self._weigh(tx, now)
            if now >= self._spent_known_until:
                self._spent = await costs.find_spent(tx, now.date())
                self._spent_known_until = now + _SPENT_KNOWN
            missing = rulebook.missing({urls.origin_of(page.url) for page in pages}, now)
            if missing:
                rulebook.seed(await robots.find_robots(tx, missing))
        for host in hosts:
            self._politeness.pacer.seed(host.host, host.pace)
        return hosts

    async def _weigh(self, tx: Tx, now: datetime) -> None:
        """Read now and then how many looks a day all pages want, if there may not be so many."""
        is_fresh = self._load_at is not None and now - self._load_at < _WEIGH_EVERY
        if self._budget is not None and not is_fresh:
            self._load = await hosts_store.total_load(tx)
            self._load_at = now

    async def _visit(
        self, host: HostClaim, pages: Sequence[Claim], recorder: Recorder, stop: asyncio.Event
    ) -> None:
        pacer = self._politeness.pacer
        budget_s = self._look_s + _PAUSES * host.pace.gap_s(pacer.floor_s)
        left = list(pages)
        try:
            with pacer.holding(host.host) if host.held else nullcontext():
                while left and not stop.is_set():
                    if not left[0].has_time(self._clock(), needs_s=budget_s):
                        break
                    await recorder.put(await self._visit_page(left.pop(0), budget_s))
                    self._count(-1)
                # Somebody else of this process may be asking the host, or wait for it while it is
                # ours: it is free when they are done.
                pace = await pacer.rest(host.host)
            if left or host.held or pace != host.pace:
                now = self._clock()
                done = HostRecord(host=host.host, pace=pace, released=host.held)
                await recorder.put(Batch([], [done], [(page, now) for page in left]))
        finally:
            self._count(-len(left))

    async def _visit_page(self, page: Claim, budget_s: float) -> Batch:
        """Return the check of a page, or until when it is given back."""
        until = self._put_off(page)
        check = None
        if until is None:
            until = self._clock()
            try:
                check = await self._check(page, budget_s)
            except HostBusyError:
                # A redirect leads to a host that others are asking: nothing was seen, so come back.
                until += _BUSY_RETRY * (1 + random.random())  # noqa: S311 - no secret
            except BrowsersBusyError:
                until += _RENDER_RETRY * (1 + random.random())  # noqa: S311 - no secret
        return Batch(checks=[check]) if check is not None else Batch(given_back=[(page, until)])

    def _put_off(self, page: Claim) -> datetime | None:
        """Return until when to leave a page alone: its host asked for a pause, or a budget is spent.

        Links that were never judged are told at once that we may not look (`rate_limited`);
        of the others the last word stands until the pause is over.
        """
        if self._spent and page.is_wanted_only_by(self._spent):
            midnight = self._clock().replace(hour=0, minute=0, second=0, microsecond=0)
            return midnight + _DAY + _SPENT_SPREAD * random.random()  # noqa: S311 - no secret
        pace = self._politeness.pacer.pace(page.host)
        if pace.blocked_until is None or pace.blocked_s(self._clock()) <= PATIENCE_S:
            return None
        if any(watch.last_outcome is None for watch in page.watches):
            return None
        return pace.blocked_until + _SPREAD * random.random()  # noqa: S311 - no secret

    async def _check(self, page: Claim, budget_s: float) -> CheckRecord | None:
        """Return what was seen; None if our own work left no time to look within the lease."""
        watches = [state.watch for state in page.watches]
        sites, workspace_of = self._neighbours.of(page)
        question = Question(
            url=page.url,
            watches=watches,
            sites=sites,
            memory=page.memory,
            reusable=page.is_reusable,
            wants_facts=bool(watches),
            wants_health=bool(page.targets),
            patience_s=_PATIENCE_S,
            until=asyncio.get_running_loop().time() + budget_s - RESERVE_S,
            awaited=page.awaited,
            # What was judged before keeps its last word until a browser is free.
            waits_for_browser=all(state.last_outcome for state in page.watches),
        )
        lease_s = (page.lease_until - self._clock()).total_seconds()
        time_left = limit(budget_s, at_most_s=lease_s)
        try:
            async with time_left:
                look = await self._observer.look(question)
            record = settle(page, look, self._terms(page, workspace_of))
        except (HostBusyError, BrowsersBusyError):
            raise
        except TimeoutError:
            if time_left.is_used_up:
                return None
            look = self._observer.failed(question, Reason.TIMEOUT)
            record = settle(page, look, self._terms(page, workspace_of))
        except Exception:  # because one page that we cannot digest must not stop all others
            log.exception("page could not be judged", page_id=page.page_id)
            look = self._observer.failed(question, Reason.UNDECODABLE)
            record = settle(page, look, self._terms(page, workspace_of))
        _measure(look)
        return record

    def _terms(self, page: Claim, workspace_of: Mapping[UUID, UUID]) -> Terms:
        pacer = self._politeness.pacer
        pace = pacer.pace(page.host)
        return Terms(
            now=self._clock(),
            check_id=new_id(),
            jitter=random.uniform(-1, 1),  # noqa: S311 - no secret
            confirm_after=self._confirm_after,
            not_before=pace.blocked_until,
            gap_s=pace.gap_s(pacer.floor_s),
            load=self._load,
            budget=self._budget,
            workspace_of=workspace_of,
            evidence_body=self._evidence_body,
        )

    def _count(self, more: int) -> None:
        self._claimed += more
        CLAIMED.set(self._claimed)


def _in_turns(hosts: Sequence[HostClaim]) -> Iterator[tuple[HostClaim, Sequence[Claim]]]:
    """Give what is looked at one after the other: a host that is held, else each page alone.

    One of each host in turn: that spreads the load, and finds connections that are free again.
    """
    units = ([host.pages] if host.held else [[page] for page in host.pages] for host in hosts)
    for turn in zip_longest(*units):
        for host, pages in zip(hosts, turn, strict=True):
            if pages is not None:
                yield host, pages


def _measure(look: Look) -> None:
    fetched = look.fetched
    FETCH_SECONDS.observe(fetched.elapsed_ms / 1000)
    FETCHED_BYTES.inc(fetched.wire_bytes)
    if fetched.failure is not None:
        FAILURES.labels(fetched.failure).inc()
        _checks("failed").inc()
    else:
        _checks("unchanged" if look.judgement is None else "changed").inc()
