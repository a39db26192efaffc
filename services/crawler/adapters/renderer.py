"""A small pool of browsers: started when a page needs one, renewed often, never trusted."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from services.crawler.adapters import tab
from services.crawler.adapters.cdp import BrowserGoneError, CommandError
from services.crawler.adapters.chromium import Browser, running_browser
from services.crawler.adapters.pacer import HostBusyError
from services.crawler.adapters.politeness import Visit, host_key
from services.crawler.adapters.web import Web
from services.crawler.domain.browsing import RenderBudget
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.rendering import Rendered
from services.crawler.metrics import (
    BROWSER_ENDS,
    RENDER_BYTES,
    RENDER_REFUSED,
    RENDER_REQUESTS,
    RENDER_SECONDS,
    RENDERED,
)
from shared import clock as house_clock
from shared.clock import Clock
from shared.errors import UnavailableError
from shared.log import get_logger
from shared.trouble import is_outage
from shared.vocabulary import Reason, RenderState

log = get_logger(__name__)

_WATCH_S = 0.5
_IDLE_S = 120.0
_REST_S = 60.0
_LEAST_S = 3.0
# Each page that waits for a browser holds its body.
_MOST_WAITING = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderLimits:
    """How much rendering may take."""

    program: str
    sandbox: bool = True
    tabs: int = 2
    page_s: float = 30.0
    pages: int = 200
    memory_mib: int = 1_500
    host_daily: int = 500
    daily: int = 50_000


class RenderShares(Protocol):
    """How many pages all processes together have rendered today."""

    async def take(self, host: str, now: datetime) -> bool:
        """Return whether one more page of this host may be rendered today, and count it if so."""


class BrowsersBusyError(UnavailableError):
    """No browser was free in time for a page whose links can wait for one."""


class Renderer:
    """Shows documents in a browser; trouble of a page or browser is part of the answer."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        *,
        web: Web,
        limits: RenderLimits,
        user_agent: str,
        shares: RenderShares | None = None,
        clock: Clock = house_clock.now,
    ) -> None:
        self._group = group
        self._web = web
        self._limits = limits
        self._user_agent = user_agent
        self._clock = clock
        self._slots = asyncio.Semaphore(limits.tabs)
        self._starting = asyncio.Lock()
        self._shares = shares
        self._budget = RenderBudget(per_host=limits.host_daily, in_all=limits.daily)
        self._browser: Browser | None = None
        self._all: set[asyncio.Event] = set()
        self._waiting = 0
        self._rest_until = 0.0

    async def render(
        self, document: Fetched, visit: Visit, *, until: float | None = None
    ) -> Rendered:
        """Return what stands on a fetched page once its scripts have run, all requests by `visit`.

        `until` (of the loop's clock) bounds everything, waiting for a free browser included.
        """
        started = time.monotonic()
        loop = asyncio.get_running_loop()
        latest = until if until is not None else loop.time() + 2 * self._limits.page_s
        rendered = await self._in_turn(document, visit, latest)
        rendered = replace(rendered, elapsed_ms=round((time.monotonic() - started) * 1000))
        RENDERED.labels(rendered.state).inc()
        RENDER_REQUESTS.inc(rendered.requests)
        RENDER_REFUSED.inc(rendered.refused)
        RENDER_BYTES.inc(rendered.wire_bytes)
        return rendered

    def close(self) -> None:
        """Ask all browsers to end; the task group waits for them."""
        for finished in self._all:
            finished.set()

    async def _in_turn(self, document: Fetched, visit: Visit, latest: float) -> Rendered:
        loop = asyncio.get_running_loop()
        busy = Rendered(state=RenderState.PUT_OFF, busy=True)
        if loop.time() < self._rest_until:
            return Rendered(state=RenderState.FAILED)
        if self._waiting >= _MOST_WAITING:
            return busy
        self._waiting += 1
        try:
            async with asyncio.timeout_at(latest - _LEAST_S):
                await self._slots.acquire()
        except TimeoutError:
            return busy
        finally:
            self._waiting -= 1
        try:
            if not await self._may_show(host_key(document.final_url)):
                return Rendered(state=RenderState.PUT_OFF)
            with RENDER_SECONDS.time():
                return await self._show(document, visit, latest)
        finally:
            self._slots.release()

    async def _may_show(self, host: str) -> bool:
        """Count a page of a host; while nobody can say how many there were, none is shown."""
        if self._shares is None:
            return self._budget.take(host, self._clock())
        try:
            return await self._shares.take(host, self._clock())
        except Exception as error:  # because what is not the database's trouble goes up
            if not is_outage(error):
                raise
            log.warning("rendering waits for its database", why=repr(error))
            return False

    async def _show(self, document: Fetched, visit: Visit, latest: float) -> Rendered:
        loop = asyncio.get_running_loop()
        failed = Rendered(state=RenderState.FAILED)
        browser = None

        async def fetch(url: str, headers: Mapping[str, str]) -> Fetched:
            try:
                return await self._web.fetch(url, gate=visit, headers=headers)
            except HostBusyError:
                return Fetched(url=url, final_url=url, failure=Reason.RATE_LIMITED)

        try:
            browser = await self._borrow(latest)
            until = min(latest, loop.time() + self._limits.page_s)
            return await tab.show(
                browser, document, fetch=fetch, agent=self._user_agent, until=until
            )
        except* (BrowserGoneError, CommandError, TimeoutError, OSError) as errors:
            log.info(
                "page could not be rendered",
                url=document.final_url,
                why=repr(errors.exceptions[0]),
            )
        except* Exception:  # because a page's rendering must not cost what its bytes say
            log.exception("page tripped the renderer", url=document.final_url)
        finally:
            if browser is not None:
                self._give_back(browser)
        return failed

    async def _borrow(self, latest: float) -> Browser:
        async with self._starting:
            browser = self._browser
            if browser is not None and browser.pages >= self._limits.pages:
                self._retire(browser)
            if browser is None or browser is not self._browser or browser.is_gone:
                browser = self._browser = await self._start(latest)
            browser.pages += 1
            browser.tabs += 1
            return browser

    def _retire(self, browser: Browser) -> None:
        self._browser = None
        if browser.tabs == 0:
            browser.finished.set()

    def _give_back(self, browser: Browser) -> None:
        browser.tabs -= 1
        if browser is not self._browser and browser.tabs == 0:
            browser.finished.set()

    async def _start(self, latest: float) -> Browser:
        loop = asyncio.get_running_loop()
        started: asyncio.Future[Browser] = loop.create_future()
        self._group.create_task(self._keep(started))
        try:
            async with asyncio.timeout_at(latest):
                return await asyncio.shield(started)
        except BrowserGoneError:
            self._rest_until = loop.time() + _REST_S
            raise

    async def _keep(self, started: "asyncio.Future[Browser]") -> None:
        """Run one browser from its start to its end."""
        limits = self._limits
        finished: asyncio.Event | None = None
        try:
            async with running_browser(
                limits.program, sandbox=limits.sandbox, group=self._group
            ) as browser:
                finished = browser.finished
                self._all.add(finished)
                if not started.done():
                    started.set_result(browser)
                await self._watch(browser)
        except* (BrowserGoneError, CommandError, OSError) as errors:
            log.warning("browser failed", why=repr(errors.exceptions[0]))
            BROWSER_ENDS.labels("failed").inc()
            if not started.done():
                started.set_exception(BrowserGoneError("the browser does not start"))
        finally:
            if finished is not None:
                self._all.discard(finished)

    async def _watch(self, browser: Browser) -> None:
        """Return when a browser is to end: asked to, dead, too large, or idle for long."""
        idle_since = time.monotonic()
        while True:
            why: str | None = "asked"
            try:
                async with asyncio.timeout(_WATCH_S):
                    await browser.finished.wait()
            except TimeoutError:
                why = self._fault(browser, idle_since)
                if browser.tabs:
                    idle_since = time.monotonic()
            if why is not None:
                BROWSER_ENDS.labels(why).inc()
                browser.finished.set()
                if self._browser is browser:
                    self._browser = None
                return

    def _fault(self, browser: Browser, idle_since: float) -> str | None:
        if browser.process.returncode is not None:
            return "crashed"
        if browser.tabs == 0 and time.monotonic() - idle_since > _IDLE_S:
            return "idle"
        if browser.tabs and browser.memory_mib() > self._limits.memory_mib:
            # One page is to blame: it alone is ended, then the browser when its other pages are done.
            browser.end_largest()
            BROWSER_ENDS.labels("memory").inc()
            if self._browser is browser:
                self._browser = None
        return None


@asynccontextmanager
async def open_renderer(
    *,
    web: Web,
    limits: RenderLimits,
    user_agent: str,
    shares: RenderShares | None = None,
    clock: Clock = house_clock.now,
) -> AsyncIterator[Renderer]:
    """Keep browsers for the block; at its end all of them are gone.

    Without `shares` this process alone is counted.
    """
    async with asyncio.TaskGroup() as group:
        renderer = Renderer(
            group,
            web=web,
            limits=limits,
            user_agent=user_agent,
            shares=shares,
            clock=clock,
        )
        try:
            yield renderer
        finally:
            renderer.close()
