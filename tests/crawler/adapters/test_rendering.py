"""Pages that scripts make, in a real Chromium: what they show counts, and they get at nothing else."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from typing_extensions import override

from services.crawler.adapters.archived import text_of
from services.crawler.adapters.chromium import running_browser
from services.crawler.adapters.eyes import Eyes, Sightline, open_eyes
from services.crawler.adapters.names import Names
from services.crawler.adapters.observer import Question
from services.crawler.adapters.web import Limits
from services.crawler.domain.answer import CheckAnswer, answer_of
from services.crawler.domain.evidence.draft import exhibit_of
from services.crawler.domain.target import sites_for, watch_for
from shared import addresses
from shared.vocabulary import Outcome, Reason, RenderState
from shared.wall import Guard, parse_routes
from tests.crawler.browsers import chromium, holds, limits
from tests.web import FakeWeb, fake_web, page, silent

PAGE = "http://blog.example/post"
SCRIPT = "text/javascript"
ADD = """
const a = document.createElement('a');
a.href = 'https://our.example/guide'; a.textContent = 'our guide';
document.getElementById('root').append('See ', a);
"""
LATER = f"<div id=root></div><script>setTimeout(() => {{ {ADD} }}, 200)</script>"
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def web() -> AsyncIterator[FakeWeb]:
    async with fake_web() as served:
        yield served


@asynccontextmanager
async def eyes_on(
    web: FakeWeb, *, min_delay_s: float = 0.0, names: Names | None = None, **given: int
) -> AsyncIterator[Eyes]:
    sightline = Sightline(
        min_delay_s=min_delay_s,
        routes=parse_routes(web.connect_to),
        limits=Limits(connect_s=2, total_s=3),
        render=limits(**given),
    )
    async with open_eyes(sightline, names=names) as eyes:
        yield eyes


async def look(eyes: Eyes, url: str = PAGE, *, always: bool = False) -> CheckAnswer:
    watch = watch_for("our.example", pointer="/target")
    question = Question(url=url, watches=(watch,), sites=sites_for(watch), render_always=always)
    return answer_of(await eyes.observer.look(question))


async def look_at_all(
    eyes: Eyes, pages: Mapping[str, str], *, always: bool = False
) -> dict[str, CheckAnswer]:
    async with asyncio.TaskGroup() as group:
        looks = {
            name: group.create_task(look(eyes, f"http://{name}.example/", always=always))
            for name in pages
        }
    return {name: task.result() for name, task in looks.items()}


def verdict(answer: CheckAnswer) -> tuple[Outcome, tuple[Reason, ...], RenderState | None]:
    state = answer.rendering.state if answer.rendering is not None else None
    return answer.outcome, answer.reasons, state


async def test_what_scripts_make_counts_and_is_kept_beside_what_the_bytes_say(web: FakeWeb) -> None:
    pages = {
        "later": LATER,
        "fetched": "<div id=root></div><script src=/app.js></script>",
        "without": "<div id=root></div><script>root.innerHTML='<p>Nothing of yours.'</script>",
        "moved": "<div id=root></div><script>location.href='/there'</script>",
        "shadow": "<div id=root></div><script>root.attachShadow({mode:'open'}).innerHTML="
        "'<p><a href=//our.example/s>in the shade</a>'</script>",
        "plain": "<p><a href=//our.example/>a link</a> for everybody</p>",
    }
    for name, html in pages.items():
        web.on(f"http://{name}.example/", html)
    web.on(
        "http://fetched.example/app.js",
        page(
            "fetch('//api.example/d', {headers: {'X-App': '1'}}).then(r => r.text())"
            ".then(t => { document.body.innerHTML = t })",
            Content_Type=SCRIPT,
        ),
    )
    web.on(
        "http://api.example/d",
        page("<a href=//our.example/d rel=ugc>x</a>", Access_Control_Allow_Origin="*"),
    )
    web.on("http://moved.example/there", "<p><a href=//our.example/>a link</a></p>")
    async with eyes_on(web) as eyes:
        seen = await look_at_all(eyes, pages)

    for name in ("later", "fetched", "shadow"):
        assert verdict(seen[name]) == (Outcome.FOUND, (Reason.JS_ONLY,), RenderState.RAN), name
        assert seen[name].rendering.raw_outcome is Outcome.UNKNOWN  # type: ignore[union-attr]
    assert seen["later"].occurrences[0].anchor_text == "our guide"
    assert seen["fetched"].occurrences[0].rel == ("ugc",)
    assert web.asked("http://api.example/d")[0].headers["x-app"] == "1"
    assert verdict(seen["without"]) == (
        Outcome.MISSING,
        (Reason.LINK_REMOVED,),
        RenderState.RAN,
    )
    assert seen["moved"].outcome is Outcome.FOUND
    assert Reason.PAGE_REDIRECTED in seen["moved"].reasons
    assert seen["moved"].final_url == "http://moved.example/there"
    assert verdict(seen["plain"]) == (Outcome.FOUND, (), None)
    # api.example is reached by a pair of CONNECT_TO, as everything here: such pairs stay open.
    # The document itself was fetched once: the browser got the bytes that were judged.
    assert len(web.asked("http://later.example/")) == 1


async def test_the_document_that_scripts_left_is_there_as_evidence_beside_the_bytes(
    web: FakeWeb,
) -> None:
    web.on(PAGE, LATER)
    watch = watch_for("our.example", pointer="/target")
    async with eyes_on(web) as eyes:
        seen = await eyes.observer.look(
            Question(url=PAGE, watches=(watch,), sites=sites_for(watch))
        )
    exhibit = exhibit_of(seen.fetched, max_body=100_000, shown=seen.shown)
    assert exhibit.body == LATER.encode()
    assert ">our guide</a>" in exhibit.heads.shown.decode()
    assert "our guide" in text_of(exhibit.heads, exhibit.body)


async def test_without_a_browser_such_a_link_stays_unknown(web: FakeWeb) -> None:
    web.on(PAGE, LATER)
    sightline = Sightline(min_delay_s=0, routes=parse_routes(web.connect_to))
    async with open_eyes(sightline) as eyes:
        seen = await look(eyes)
    assert verdict(seen) == (Outcome.UNKNOWN, (Reason.JS_ONLY,), RenderState.OFF)


async def test_differences_between_bytes_and_rendering_are_named(web: FakeWeb) -> None:
    link = "<p>words <a id=l href=//our.example/>a link</a></p>"
    pages = {
        "removed": f"{link}<script>l.remove()</script>",
        "hidden": f"<link rel=stylesheet href=/s.css><div class=far>{link}</div>",
        "shown": f"{link}<script>1</script>",
        "indexed": f"<meta name=robots content=noindex>{link}"
        "<script>document.querySelector('meta').remove()</script>",
        "clobbered": f"<img name=documentElement>{link}<script>l.rel='nofollow';"
        "Element.prototype.getHTML=()=>'';Object.defineProperty(Element.prototype,'outerHTML',"
        "{get(){return ''}})</script>",
        "closed": f"<details><summary>more</summary>{link}</details>",
    }
    for name, html in pages.items():
        web.on(f"http://{name}.example/", html)
    web.on("http://hidden.example/s.css", page(".far{display:none}", Content_Type="text/css"))
    async with eyes_on(web) as eyes:
        seen = await look_at_all(eyes, pages, always=True)
    reasons = {name: answer.reasons for name, answer in seen.items()}
    assert {answer.outcome for answer in seen.values()} == {Outcome.FOUND}
    assert reasons == {
        "removed": (Reason.RAW_ONLY,),
        "hidden": (Reason.LINK_HIDDEN_CSS,),
        "shown": (),
        "indexed": (Reason.NOINDEX_META,),
        "clobbered": (),
        "closed": (),
    }
    assert seen["clobbered"].occurrences[0].rel == ("nofollow",)


async def test_pages_that_misbehave_neither_hang_nor_lie(web: FakeWeb) -> None:
    pages = {
        "restless": f"{LATER}<script>setInterval(() => root.append('.'), 5);"
        "(function f(){requestAnimationFrame(f)})()</script>",
        "chatty": f"{LATER}<script>alert(1); confirm(2); prompt(3); onbeforeunload = () => 'no';"
        "open('/popup'); navigator.geolocation.getCurrentPosition(() => 0);"
        "Notification.requestPermission(); print()</script>",
        "loading": f"{LATER}<a download href='data:application/zip,x' id=d></a><script>d.click();"
        "location='/file.zip'</script>",
        "spinning": "<div id=root></div><script>for (;;) {}</script>",
        "silent": "<div id=root></div><script src=/never.js></script>",
        "endless": "<div id=root></div><script>let n = 0; const f = () => "
        "fetch('/more?' + n++).then(f, f); f(); f()</script>",
    }
    for name, html in pages.items():
        web.on(f"http://{name}.example/", html)
    web.on("http://silent.example/never.js", silent())
    web.on("http://loading.example/file.zip", page("x", Content_Type="application/zip"))
    hogs = {name: pages.pop(name) for name in ("spinning", "silent", "endless")}
    async with eyes_on(web, page_s=25) as eyes:
        seen = await look_at_all(eyes, pages)
        seen |= await look_at_all(eyes, hogs)
        # Whatever they did to their browser, the next page has one.
        web.on(PAGE, LATER)
        after = await look(eyes)
    for name in ("restless", "chatty"):
        assert verdict(seen[name])[:2] == (Outcome.FOUND, (Reason.JS_ONLY,)), name
    for name in hogs:
        assert verdict(seen[name])[:2] == (Outcome.UNKNOWN, (Reason.JS_ONLY,)), name
        assert verdict(seen[name])[2] in {RenderState.PARTLY, RenderState.FAILED}, name
    assert seen["loading"].outcome in {Outcome.FOUND, Outcome.UNKNOWN}
    assert not web.asked("http://chatty.example/popup")
    assert verdict(after) == (Outcome.FOUND, (Reason.JS_ONLY,), RenderState.RAN)


async def test_a_page_that_takes_too_much_memory_is_ended_alone(web: FakeWeb) -> None:
    pages = {
        "hungry": "<div id=root></div><script>const a = []; setInterval(() => "
        "a.push(new Uint8Array(5e7).fill(1)), 50)</script>",
        "modest": LATER,
    }
    for name, html in pages.items():
        web.on(f"http://{name}.example/", html)
    async with eyes_on(web, memory_mib=600) as eyes:
        seen = await look_at_all(eyes, pages)
    assert verdict(seen["hungry"]) == (Outcome.UNKNOWN, (Reason.JS_ONLY,), RenderState.FAILED)
    assert seen["modest"].outcome is Outcome.FOUND


async def test_what_did_not_load_is_no_absence(web: FakeWeb) -> None:
    text = "<div id=root></div><script>root.innerHTML='<p>Some words'</script>"
    pages = {
        "broken": f"{text}<script src=/app.js></script>",
        "walled": f"{text}<script>fetch('/d').catch(() => 0)</script>",
        "asking": f"{text}<script>fetch('/d', {{method: 'POST', body: 'x'}})</script>",
        "closed": f"{text}<script>fetch('/private/d')</script>",
        "socket": f"{text}<script>new WebSocket('wss://live.socket.example/d')</script>",
        "chat": f"{text}<script>new WebSocket('wss://chat.other.example/d')</script>",
        "gone": f"{text}<script>fetch('/no-such-file')</script>",
        "counted": f"{text}<script src=https://www.google-analytics.com/a.js></script>"
        "<script>navigator.sendBeacon('/b', 'x')</script><img src=/i.png>",
    }
    for name, html in pages.items():
        web.on(f"http://{name}.example/", html)
    web.on("http://broken.example/app.js", page("", status=503))
    web.on("http://walled.example/d", page("", status=403))
    web.on(
        "http://closed.example/robots.txt",
        page("User-agent: *\nDisallow: /private/", Content_Type="text/plain"),
    )
    async with eyes_on(web) as eyes:
        seen = await look_at_all(eyes, pages)
    for name in ("broken", "walled", "asking", "closed", "socket"):
        expected = (Outcome.UNKNOWN, (Reason.JS_ONLY,), RenderState.PARTLY)
        assert verdict(seen[name]) == expected, name
    for name in ("gone", "counted", "chat"):
        assert verdict(seen[name]) == (
            Outcome.MISSING,
            (Reason.LINK_REMOVED,),
            RenderState.RAN,
        ), name
    asked = {(request.host, request.path) for request in web.requests}
    assert ("closed.example", "/private/d") not in asked
    assert not {path for _, path in asked} & {"/i.png", "/b", "/a.js", "/favicon.ico"}
    assert ("asking.example", "/d") not in asked


async def test_requests_of_a_page_keep_the_pace_of_their_host(web: FakeWeb) -> None:
    scripts = "".join(f"<script src=/{number}.js></script>" for number in range(3))
    web.on(PAGE, f"{scripts}{LATER}")
    for number in range(3):
        web.on(f"http://blog.example/{number}.js", page("1", Content_Type=SCRIPT))
    async with eyes_on(web, min_delay_s=0.4) as eyes:
        assert (await look(eyes)).outcome is Outcome.FOUND
    moments = sorted(request.at for request in web.requests)
    assert len(moments) == 5
    assert min(later - earlier for earlier, later in pairwise(moments)) >= 0.35


@dataclass(slots=True)
class Canary(asyncio.DatagramProtocol):
    """Listens on one loopback port, TCP (both families) and UDP: nobody may ever come."""

    port: int = 0
    visits: list[str] = field(default_factory=list)

    def connected(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits.append("tcp")
        writer.close()

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | bytes, int]) -> None:
        self.visits.append("udp")


@asynccontextmanager
async def new_canary() -> AsyncIterator[Canary]:
    canary = Canary()
    servers = [await asyncio.start_server(canary.connected, "127.0.0.1", 0)]
    canary.port = servers[0].sockets[0].getsockname()[1]
    with suppress(OSError):  # a machine without IPv6
        servers.append(await asyncio.start_server(canary.connected, "::1", canary.port))
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: canary, local_addr=("127.0.0.1", canary.port)
    )
    try:
        yield canary
    finally:
        transport.close()
        for server in servers:
            server.close()


def attacks(port: int) -> str:
    """Return a page that tries every way that a page has to open a connection."""
    places = [f"127.0.0.1:{port}", f"[::1]:{port}", f"localhost:{port}", f"0.0.0.0:{port}"]
    places += [f"rebinding.example:{port}", "169.254.169.254", f"[::ffff:127.0.0.1]:{port}"]
    markup = "".join(
        f"<img src=//{place}/i><iframe src=//{place}/f></iframe><script src=//{place}/s></script>"
        f"<link rel=stylesheet href=//{place}/c><link rel=preconnect href=//{place}>"
        f"<link rel=dns-prefetch href=//{place}><link rel=prefetch href=//{place}/p>"
        f"<link rel=preload as=fetch href=//{place}/l><object data=//{place}/o></object>"
        f"<embed src=//{place}/e><video src=//{place}/v></video><audio src=//{place}/a></audio>"
        f"<style>@import '//{place}/j'; body {{ background: url(//{place}/b) }}</style>"
        for place in places
    )
    script = """
    const calm = f => { try { const p = f(); if (p && p.catch) p.catch(() => 0) } catch (e) {} };
    for (const at of PLACES) {
      const http = 'http://' + at;
      calm(() => fetch(http + '/x'));
      calm(() => fetch(http + '/y', {mode: 'no-cors', method: 'POST', body: '1', keepalive: true}));
      calm(() => { const x = new XMLHttpRequest(); x.open('GET', http + '/z'); x.send() });
      calm(() => navigator.sendBeacon(http + '/b', '1'));
      calm(() => new WebSocket('ws://' + at + '/w'));
      calm(() => new EventSource(http + '/es'));
      calm(() => new WebTransport('https://' + at + '/t'));
      calm(() => new Worker(URL.createObjectURL(new Blob([
        'fetch("' + http + '/k").catch(() => 0); new WebSocket("ws://' + at + '/kw");'
        + 'importScripts("' + http + '/ki")']))));
      calm(() => new SharedWorker(URL.createObjectURL(new Blob(['fetch("' + http + '/sw")']))));
      calm(() => open(http + '/popup'));
      calm(() => {
        const frame = document.createElement('iframe');
        frame.srcdoc = '<script>fetch("' + http + '/srcdoc")</scr' + 'ipt>';
        document.body.append(frame);
      });
      calm(() => {
        const pc = new RTCPeerConnection({iceServers: [
          {urls: 'stun:' + at}, {urls: 'turn:' + at + '?transport=tcp', username: 'u', credential: 'c'}]});
        pc.createDataChannel('d');
        return pc.createOffer().then(o => pc.setLocalDescription(o));
      });
    }
    calm(() => navigator.serviceWorker.register('/worker.js'));
    """.replace("PLACES", str(places))
    return f"<div id=root></div>{markup}<script>{script}</script>{LATER}"


async def test_a_rendered_page_opens_no_socket_to_a_closed_address(web: FakeWeb) -> None:
    async def lookup(host: str) -> tuple[str, ...]:
        return ("127.0.0.1",)

    async with new_canary() as canary:
        ports = addresses.DEFAULT_PORTS | {canary.port}
        routes = parse_routes(web.connect_to)
        sightline = Sightline(
            min_delay_s=0,
            ports=ports,
            routes=routes,
            limits=Limits(connect_s=1, total_s=2),
            render=limits(),
        )
        web.on(PAGE, attacks(canary.port))
        web.on("http://blog.example/worker.js", page("fetch('/k')", Content_Type=SCRIPT))
        for name, trick in {
            "refresh": f"<meta http-equiv=refresh content='0;url=//127.0.0.1:{canary.port}/'>",
            "goes": f"<script>location='http://[::1]:{canary.port}/'</script>",
            "posts": f"<form method=post action=//127.0.0.1:{canary.port}/ id=f></form>"
            "<script>f.submit()</script>",
        }.items():
            web.on(f"http://{name}.example/", f"<div id=root></div><script></script>{trick}")
        names = Names(Guard(ports=ports, routes=routes), lookup=lookup)
        async with open_eyes(sightline, names=names) as eyes:
            seen = await look(eyes)
            await look_at_all(eyes, {"refresh": "", "goes": "", "posts": ""}, always=True)
        assert canary.visits == []
    assert seen.outcome is Outcome.FOUND
    assert seen.rendering is not None
    assert seen.rendering.refused > 50


async def test_the_browser_by_itself_reaches_nothing() -> None:
    """The wall behind the wall: even a page that nobody intercepts has no network."""
    async with (
        new_canary() as canary,
        asyncio.TaskGroup() as group,
        running_browser(chromium(), sandbox=False, group=group) as browser,
    ):
        for place in (f"127.0.0.1:{canary.port}", f"localhost:{canary.port}", "a.example"):
            made = await browser.cdp.send("Target.createTarget", {"url": "about:blank"})
            joined = await browser.cdp.send(
                "Target.attachToTarget", {"targetId": made["targetId"], "flatten": True}
            )
            session = joined["sessionId"]
            went = await browser.cdp.send(
                "Page.navigate", {"url": f"http://{place}/"}, session=session
            )
            assert went["errorText"] == "net::ERR_PROXY_CONNECTION_FAILED"
            script = f"""new Promise(done => {{
                const pc = new RTCPeerConnection({{iceServers: [{{urls: 'stun:{place}'}}]}});
                const seen = [];
                pc.onicecandidate = e => e.candidate ? seen.push(e.candidate.candidate) : done(seen);
                pc.createDataChannel('d');
                pc.createOffer().then(o => pc.setLocalDescription(o));
                new WebSocket('ws://{place}/').onerror = () => setTimeout(() => done(seen), 300);
            }})"""
            ran = await browser.cdp.send(
                "Runtime.evaluate",
                {"expression": script, "awaitPromise": True, "returnByValue": True},
                session=session,
            )
            assert ran["result"]["value"] == []
        assert canary.visits == []


async def test_a_browser_that_dies_costs_no_verdict(web: FakeWeb) -> None:
    web.on(PAGE, "<div id=root></div><script src=/slow.js></script>")
    web.on("http://blog.example/slow.js", silent())
    async with eyes_on(web) as eyes:
        renderer = eyes.observer._renderer
        assert renderer is not None
        async with asyncio.TaskGroup() as group:
            first = group.create_task(look(eyes))
            await holds(lambda: bool(web.asked("http://blog.example/slow.js")))
            assert renderer._browser is not None
            os.killpg(renderer._browser.process.pid, signal.SIGKILL)
        assert verdict(first.result()) == (
            Outcome.UNKNOWN,
            (Reason.JS_ONLY,),
            RenderState.FAILED,
        )
        web.on("http://next.example/", LATER)
        assert (await look(eyes, "http://next.example/")).outcome is Outcome.FOUND


async def test_a_host_has_its_share_of_a_day_and_browsers_are_renewed(web: FakeWeb) -> None:
    async with eyes_on(web, host_daily=1, pages=1) as eyes:
        renderer = eyes.observer._renderer
        assert renderer is not None
        states, pids = [], set()
        for name in ("one.same.example", "two.same.example", "other.example"):
            web.on(f"http://{name}/", LATER)
            states.append(verdict(await look(eyes, f"http://{name}/"))[::2])
            if renderer._browser is not None:
                pids.add(renderer._browser.process.pid)
    assert states == [
        (Outcome.FOUND, RenderState.RAN),
        (Outcome.UNKNOWN, RenderState.PUT_OFF),
        (Outcome.FOUND, RenderState.RAN),
    ]
    assert len(pids) == 2
