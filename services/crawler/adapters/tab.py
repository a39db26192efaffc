"""Shows one page in a browser: hands it what it may have, lets its scripts run, and reads the result."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from services.crawler.adapters.cdp import BrowserGoneError, Cdp, CommandError, Message
from services.crawler.adapters.chromium import Browser
from services.crawler.adapters.snapshot import SNAPSHOT
from services.crawler.domain import browsing
from services.crawler.domain.browsing import MAX_NAVIGATIONS, Request, Wish
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.rendering import Rendered
from shared.events import Hop
from shared.vocabulary import Reason, RenderState

Fetch = Callable[[str, Mapping[str, str]], Awaitable[Fetched]]
"""Fetches a URL with extra headers, past robots.txt, the host's pace and the guard."""

# The page's clock runs in steps of this: between two steps it gets time to paint, and while
# something is being fetched its clock stands still. So slow hosts cost it nothing, and a page that
# does something for ever comes to its end all the same.
_STEP_MS = 500
_STEPS = 12
_MOST_STEPS = 40
_PAINT_S = 0.02
_STUCK_S = 6.0
_SNAPSHOT_S = 8.0
_DISPOSE_S = 3.0
_MAX_REQUESTS = 60
_MAX_WISHES = 1_000
_MAX_BYTES = 20_000_000
_MAX_HTML = 5_000_000
_LIKE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
_GONE = frozenset({"Inspector.targetCrashed", "Inspector.detached", "Target.detachedFromTarget"})


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What the page asked for so far."""

    wishes: int = 0
    requests: int = 0
    refused: int = 0
    bytes: int = 0
    navigations: int = 0
    gaps: int = 0
    under_way: int = 0


@dataclass(slots=True)
class Tab:
    """One page in a browser context of its own: no cookie, cache or permission outlives it."""

    cdp: Cdp
    session: str
    frame: str
    document: Fetched
    fetch: Fetch
    until: float
    tally: _Tally = field(default_factory=_Tally)
    _answers: dict[str, asyncio.Future[Fetched]] = field(default_factory=dict)
    _stepped: asyncio.Event = field(default_factory=asyncio.Event)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _hops: list[Hop] = field(default_factory=list)

    async def show(self) -> Rendered:
        """Let the page run and return what stands there then."""
        self._seed(self.document)
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._listen())
            try:
                await self._prepare()
                await self._send("Page.navigate", url=self.document.final_url)
                at_rest = await self._settle()
                html, whole = await self._read()
            finally:
                listening.cancel()
        complete = at_rest and whole and self.tally.gaps == 0
        return Rendered(
            state=RenderState.RAN if complete else RenderState.PARTLY,
            fetched=self.document._replace(
                hops=(*self.document.hops, *self._hops),
                body=html.encode("utf-8", "replace"),
                wire=None,
                headers=(*_kept(self.document), ("Content-Type", "text/html; charset=utf-8")),
                rendered=True,
            ),
            requests=self.tally.requests,
            refused=self.tally.refused,
            wire_bytes=self.tally.bytes,
        )

    async def _prepare(self) -> None:
        await self._send("Fetch.enable", patterns=[{"urlPattern": "*"}])
        await self._send("Page.enable")
        await self._send("Network.enable", maxTotalBufferSize=0, maxResourceBufferSize=0)
        await self._send("Network.setBypassServiceWorker", bypass=True)
        await self._send("Emulation.setVirtualTimePolicy", policy="pause")

    async def _settle(self) -> bool:
        """Let the page's clock run; return whether the page came to the end of its time."""
        loop = asyncio.get_running_loop()
        quiet = steps = 0
        while quiet < _STEPS and steps < _MOST_STEPS:
            if loop.time() >= self.until - _SNAPSHOT_S:
                return False
            before = self.tally.requests
            if not await self._step():
                with suppress(TimeoutError, CommandError):
                    async with asyncio.timeout(_DISPOSE_S):
                        await self._send("Runtime.terminateExecution")
                return False
            quiet = quiet + 1 if self.tally.requests == before else min(quiet, _STEPS // 2)
            steps += 1
            await asyncio.sleep(_PAINT_S)
        return True

    async def _step(self) -> bool:
        """Let the page's clock run a little; return whether it did, False if a script hangs."""
        self._stepped.clear()
        try:
            async with asyncio.timeout(_STUCK_S):
                await self._send(
                    "Emulation.setVirtualTimePolicy",
                    policy="pauseIfNetworkFetchesPending",
                    budget=_STEP_MS,
                    maxVirtualTimeTaskStarvationCount=10_000,
                )
        except TimeoutError:
            return False
        loop = asyncio.get_running_loop()
        while True:
            self._moved.clear()
            latest = min(loop.time() + _STUCK_S, self.until - _SNAPSHOT_S)
            try:
                async with asyncio.timeout_at(latest):
                    await self._stepped.wait()
            except TimeoutError:
                is_busy = self.tally.under_way > 0 or self._moved.is_set()
                if not is_busy or loop.time() >= self.until - _SNAPSHOT_S:
                    return False
            else:
                return True

    async def _read(self) -> tuple[str, bool]:
        """Return the markup of the page as it stands, and whether that is all of it."""
        async with asyncio.timeout(_SNAPSHOT_S):
            # A world of its own: what the page did to its built-ins does not reach in there.
            world = await self._send("Page.createIsolatedWorld", frameId=self.frame)
            answer = await self._send(
                "Runtime.evaluate",
                expression=f"({SNAPSHOT})({_MAX_HTML})",
                contextId=world["executionContextId"],
                returnByValue=True,
                timeout=_SNAPSHOT_S * 1000,
            )
        seen = answer["result"].get("value")
        if not isinstance(seen, dict):
            raise CommandError("the page could not be read")
        return str(seen["html"]), bool(seen["whole"])

    async def _listen(self) -> None:
        events = self.cdp.listen(self.session)
        async with asyncio.TaskGroup() as requests:
            while True:
                event = await events.get()
                method, params = event["method"], event["params"]
                if method == "Fetch.requestPaused":
                    self.tally.wishes += 1
                    if self.tally.wishes > _MAX_WISHES:
                        raise BrowserGoneError("the page asks for too much")
                    requests.create_task(self._answer(params))
                elif method == "Network.webSocketCreated":
                    # No socket leads out of here; what the page's own server says by it is missing.
                    self.tally.gaps += browsing.is_own_socket(
                        self.document.final_url, params["url"]
                    )
                elif method == "Page.javascriptDialogOpening":
                    requests.create_task(self._dismiss())
                elif method == "Emulation.virtualTimeBudgetExpired":
                    self._stepped.set()
                elif method in _GONE:
                    raise BrowserGoneError("the page crashed")

    async def _dismiss(self) -> None:
        with suppress(CommandError):
            await self._send("Page.handleJavaScriptDialog", accept=False)

    async def _answer(self, paused: Message) -> None:
        self._moved.set()
        request = Request(
            page_url=self.document.final_url,
            url=str(paused["request"]["url"]).partition("#")[0],
            method=paused["request"]["method"],
            kind=paused["resourceType"],
            is_main_frame=paused["frameId"] == self.frame,
            headers=paused["request"]["headers"],
        )
        wish = browsing.wish_of(request)
        self.tally.under_way += 1
        try:
            await self._grant(paused["requestId"], request, wish)
        except CommandError:
            return  # the page took its wish back
        finally:
            self.tally.under_way -= 1

    async def _grant(self, number: str, request: Request, wish: Wish) -> None:
        if wish is Wish.PREFLIGHT:
            await self._fulfil(number, 204, browsing.preflight_headers(request), b"")
            return
        if wish in {Wish.NEEDLESS, Wish.REFUSE} or self._is_too_much(request, wish):
            self.tally.refused += 1
            self.tally.gaps += wish is not Wish.NEEDLESS
            await self._refuse(number)
            return
        answer = await self._ask(request)
        if request.kind == "Document" and answer.failure is None:
            self._arrive(request, answer)
        self.tally.gaps += browsing.leaves_gap(request, answer)
        if answer.failure not in {None, Reason.TOO_LARGE}:
            self.tally.refused += 1
            await self._refuse(number)
        elif answer.final_url.partition("#")[0] != request.url:
            await self._fulfil(number, 302, [("Location", answer.final_url)], b"")
        else:
            status = answer.status or 200
            await self._fulfil(number, status, browsing.shown_headers(answer), answer.body)

    def _is_too_much(self, request: Request, wish: Wish) -> bool:
        if wish is Wish.NAVIGATE:
            self.tally.navigations += 1
            if self.tally.navigations > MAX_NAVIGATIONS + 1:
                return True
        new = request.url not in self._answers
        return new and (self.tally.requests >= _MAX_REQUESTS or self.tally.bytes >= _MAX_BYTES)

    async def _ask(self, request: Request) -> Fetched:
        """Return the answer to a request; each URL is asked for once, however often a page does."""
        known = self._answers.get(request.url)
        if known is not None:
            return await asyncio.shield(known)
        coming = self._answers[request.url] = asyncio.get_running_loop().create_future()
        try:
            self.tally.requests += 1
            answer = await self.fetch(request.url, browsing.passed_headers(request))
        except BaseException:
            coming.cancel()
            raise
        self.tally.bytes += max(answer.wire_bytes, len(answer.body))
        coming.set_result(answer)
        self._seed(answer)
        return answer

    def _seed(self, answer: Fetched) -> None:
        arrived = answer._replace(url=answer.final_url, hops=())
        known: asyncio.Future[Fetched] = asyncio.get_running_loop().create_future()
        known.set_result(arrived)
        place = answer.final_url.partition("#")[0]
        if place not in self._answers:
            self._answers[place] = known

    def _arrive(self, request: Request, answer: Fetched) -> None:
        """Take over the document to which the page's scripts have sent its visitor."""
        here = self.document.final_url
        if answer.final_url == here:
            return
        if not answer.hops:
            self._hops.append(Hop(url=here, status=None, location=request.url))
        self._hops.extend(answer.hops)
        self.document = self.document._replace(
            final_url=answer.final_url,
            status=answer.status,
            headers=answer.headers,
            ip=answer.ip,
        )

    async def _fulfil(
        self, number: str, status: int, headers: list[tuple[str, str]], body: bytes
    ) -> None:
        await self._send(
            "Fetch.fulfillRequest",
            requestId=number,
            responseCode=status,
            responseHeaders=[{"name": name, "value": value} for name, value in headers],
            body=base64.b64encode(body).decode(),
        )

    async def _refuse(self, number: str) -> None:
        await self._send("Fetch.failRequest", requestId=number, errorReason="BlockedByClient")

    async def _send(self, method: str, **params: Any) -> Message:
        return await self.cdp.send(method, params, session=self.session)


async def show(
    browser: Browser, document: Fetched, *, fetch: Fetch, agent: str, until: float
) -> Rendered:
    """Show a document that was fetched, until the loop's time `until` at the latest.

    Scripts that ask read the name of an engine that they know, and `agent`: who we are.
    Raises BrowserGoneError, CommandError or TimeoutError where nothing could be read.
    """
    cdp = browser.cdp
    made = await cdp.send("Target.createBrowserContext", {"disposeOnDetach": True})
    context = made["browserContextId"]
    session = None
    try:
        async with asyncio.timeout_at(until + _DISPOSE_S):
            await cdp.send(
                "Browser.setDownloadBehavior", {"behavior": "deny", "browserContextId": context}
            )
            await cdp.send(
                "Browser.grantPermissions", {"permissions": [], "browserContextId": context}
            )
            opened = {"url": "about:blank", "browserContextId": context}
            target = (await cdp.send("Target.createTarget", opened))["targetId"]
            joined = await cdp.send("Target.attachToTarget", {"targetId": target, "flatten": True})
            session = joined["sessionId"]
            name = f"{_LIKE} {browser.product} Safari/537.36 {agent}"
            named = {"userAgent": name}
            await cdp.send("Emulation.setUserAgentOverride", named, session=session)
            return await Tab(cdp, session, target, document, fetch, until).show()
    finally:
        if session is not None:
            cdp.forget(session)
        await _dispose(browser, context)


async def _dispose(browser: Browser, context: str) -> None:
    """Close a context with all that is in it; a browser that cannot do that is ended."""
    try:
        async with asyncio.timeout(_DISPOSE_S):
            await browser.cdp.send("Target.disposeBrowserContext", {"browserContextId": context})
    except (TimeoutError, BrowserGoneError, CommandError):
        browser.finished.set()


def _kept(document: Fetched) -> list[tuple[str, str]]:
    return [(name, value) for name, value in document.headers if name.lower() != "content-type"]
