"""The site itself: plays a script on loopback, round by round, and logs every request with its time.

`FaultSite.requests` is the server's own log (host, path, loop time): whoever asks whether a host was
left in peace reads it there.
"""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faultsite.script import Page, Script
from tests.web import (
    Behaviour,
    Exchange,
    FakeWeb,
    Request,
    drip,
    fake_web,
    new_authority,
    page,
    raw,
    redirect,
    reset,
    silent,
)

TARGET = "https://target.example/guide"
_STORY = "The harbour lay still, and the anchors held what had been entrusted to them overnight. "
_FILLER = "".join(f"<p>{_STORY * 3}</p>" for _ in range(6))
_NOTHING = (
    "<title>Faults</title><h1>Faults</h1><p>What was here has gone, as ships leave harbours.</p>"
)


def article(number: int, words: str) -> str:
    """Return a page of some length with these words in its middle."""
    title = f"Story number {number}"
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head><body><nav><a href=/>Home</a>"
        f"</nav><article><h1>{title}</h1>{_FILLER}<p>Of ship {number} and its crew of {number * 7}:"
        f" {words}</p></article></body></html>"
    )


_LINK = f'see <a href="{TARGET}">the guide</a> for it.'
_WHOLE = article(0, _LINK)


def _closing(behaviour: Behaviour) -> Behaviour:
    async def behave(exchange: Exchange) -> None:
        exchange.keep_alive = False
        await behaviour(exchange)

    return behave


def _status(code: int) -> Behaviour:
    head = f"HTTP/1.1 {code} Trouble\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n"
    return raw(head.encode() + b"<h1>Some trouble</h1>"[:20])


def _head(more: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{more}\r\n\r\n".encode()


def _loop() -> Behaviour:
    async def behave(exchange: Exchange) -> None:
        await redirect(exchange.request.path)(exchange)

    return behave


FAULTS: Mapping[str, Behaviour] = {
    "challenge by header": page(
        "<title>Just a moment...</title>", status=403, cf_mitigated="challenge"
    ),
    "challenge by script": page("<script>window._cf_chl_opt={}</script>", status=503),
    "challenge with 200": page("<iframe src='/_Incapsula_Resource?SWUDNSAI=31'></iframe>"),
    "captcha": page("<title>Are you a robot?</title><div class=g-recaptcha></div>"),
    "403": _status(403),
    "401": _status(401),
    "429": _status(429),
    "500": _status(500),
    "502": _status(502),
    "503": _status(503),
    "520": _status(520),
    "timeout": silent(),
    "slow drip": drip(),
    "reset": reset(),
    "closed": raw(b""),
    "truncated": raw(_head("Content-Length: 90000") + _WHOLE[:600].encode()),
    "torn chunks": raw(
        _head("Transfer-Encoding: chunked") + b"20\r\n" + _WHOLE[:32].encode() + b"\r\n"
    ),
    "torn body": raw(_head("Connection: close") + _WHOLE[:900].encode()),
    "bad gzip": page(gzip.compress(_WHOLE.encode())[:200], Content_Encoding="gzip"),
    "login": redirect("/login?next=/"),
    "maintenance": page("<title>Faults</title><h1>Down for maintenance</h1><p>Back soon.</p>"),
    "empty": page(""),
    "js shell": page("<title>App</title><div id=root></div><script src=/app.js></script>"),
    "js frame": page(
        "<noscript>You need to enable JavaScript to run this app.</noscript><script></script>"
    ),
    "redirect loop": _loop(),
    "consent": redirect("/consent?back=/"),
    "404 once": page("<h1>Not here</h1>", status=404),
    "soft 404 once": page("<title>Page not found</title><p>Sorry.</p>"),
    "home once": redirect("/"),
    "without link once": page(article(0, "nothing more.")),
}
_PARKED = page("<title>Faults</title><p>This domain is for sale. Buy this domain now.</p>")


def _lost(item: Page) -> Behaviour:
    number = item.number
    if item.loss == "domain gone":
        return reset()  # asked only where names still lead here, as they do for worker processes
    return {
        "removed": lambda: page(article(number, "nothing more.")),
        "404": lambda: page("<h1>Not here</h1>", status=404),
        "410": lambda: page("<h1>Gone</h1>", status=410),
        "soft 404": lambda: page("<title>Seite nicht gefunden</title><p>Schade.</p>"),
        "shown for all": lambda: page(_NOTHING),
        "home": lambda: redirect("/"),
        "elsewhere": lambda: redirect(f"/archive/{number}"),
        "commented": lambda: page(article(number, f"<!-- {_LINK} --> nothing.")),
        "mentioned": lambda: page(article(number, "see target.example for it.")),
        "parked": lambda: _PARKED,
        "domain parked": lambda: _PARKED,
        "refreshed away": lambda: page(
            f"<meta http-equiv=refresh content='0;url=/archive/{number}'>"
        ),
    }[item.loss or ""]()


@dataclass(slots=True)
class FaultSite:
    """A script on a FakeWeb; `turn` is the round that is played."""

    script: Script
    web: FakeWeb
    good: ssl.SSLContext
    bad: Mapping[str, ssl.SSLContext]
    trust: ssl.SSLContext
    turn: int = 0

    @property
    def requests(self) -> Sequence[Request]:
        """Return the server's own log: what was asked of which host at which time of the loop."""
        return self.web.requests

    def is_unresolved(self, host: str) -> bool:
        """Return whether the resolver fails for a host in this round."""
        known = self.script.hosts.get(host)
        return known is not None and known.faults.get(self.turn) == "dns failure"

    def is_gone(self, host: str) -> bool:
        """Return whether the domain does not exist any more."""
        return any(
            item.loss == "domain gone" and item.is_lost(self.turn)
            for item in self.script.pages.values()
            if item.host == host
        )

    async def answer(self, exchange: Exchange) -> None:
        """Answer as the script says for this round."""
        request = exchange.request
        known = self.script.hosts.get(request.host)
        if known is None:
            await page(article(1, "our own page."))(exchange)
            return
        if known.secure:
            exchange.keep_alive = False  # so that every round shakes hands again
        fault = known.faults.get(self.turn)
        if fault == "refused":
            await reset()(exchange)
        elif request.path == "/robots.txt":
            await _robots(fault)(exchange)
        elif fault == "429 with Retry-After":
            await page("slow down", status=429, Retry_After="600")(exchange)
        else:
            await self._page(request.host, request.path, secure=known.secure)(exchange)

    def _page(self, host: str, path: str, *, secure: bool) -> Behaviour:
        item = self.script.pages.get(f"{'https' if secure else 'http'}://{host}{path}")
        if item is None:
            return _around(path)
        if item.faults.get(self.turn) is not None:
            return FAULTS[item.faults[self.turn]]
        if item.is_lost(self.turn):
            return _lost(item)
        return page(article(item.number, _LINK))

    def choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        """Show an honest certificate, or the one of this round's fault."""
        known = self.script.hosts.get(name or "")
        fault = known.faults.get(self.turn) if known is not None else None
        connection.context = self.bad.get(fault or "", self.good)


def _robots(fault: str | None) -> Behaviour:
    if fault == "robots block":
        return page("User-agent: *\nDisallow: /")
    if fault == "robots error":
        return _status(503)
    return page("User-agent: *\nDisallow: /private/")


def _around(path: str) -> Behaviour:
    if path == "/" or path.startswith(("/archive/", "/consent")):
        return page(article(len(path), "all of our stories."))
    if path.startswith("/login"):
        return page("<title>Log in</title><form><input type=password></form>")
    return page(_NOTHING)


@asynccontextmanager
async def fault_site(script: Script, folder: Path) -> AsyncIterator[FaultSite]:
    """Serve a script on free loopback ports; `folder` takes its certificates."""
    authority = new_authority(folder)
    names = [host.name for host in script.hosts.values() if host.secure] or ["none.example"]
    contexts = await asyncio.to_thread(
        lambda: (
            authority.server(*names),
            authority.server(*names, days=-1),
            authority.server("other.example"),
            authority.server(*names, days=3),
        )
    )
    good, expired, other, front = contexts
    async with fake_web(front) as web:
        bad = {"tls expired": expired, "tls wrong name": other}
        site = FaultSite(script, web, good, bad, authority.client())
        front.sni_callback = site.choose
        web.otherwise = site.answer
        yield site
