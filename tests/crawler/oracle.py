"""Asks a headless Chromium what it sees on the hostile pages and writes data/traps.json.

Run `python -m tests.crawler.oracle [chromium]` after changing tests/crawler/hostile.py or hostile_more.py.
The answers are committed, so that the tests need no browser.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.crawler.hostile import PAGES, URL

ANSWERS = Path(__file__).with_name("data") / "traps.json"

_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--remote-debugging-port=0",
)
_LOOK = """
(html, pageUrl) => {
  const document_ = new DOMParser().parseFromString(html, 'text/html');
  const HTML = 'http://www.w3.org/1999/xhtml', SVG = 'http://www.w3.org/2000/svg';
  const XLINK = 'http://www.w3.org/1999/xlink';
  let base = pageUrl;
  for (const element of document_.getElementsByTagNameNS(HTML, 'base')) {
    if (!element.hasAttribute('href')) continue;
    try {
      const url = new URL(element.getAttribute('href'), pageUrl);
      if (url.protocol !== 'data:' && url.protocol !== 'javascript:') base = url.href;
    } catch (error) {}
    break;
  }
  const links = [];
  for (const element of document_.querySelectorAll('a, area')) {
    let href = element.getAttribute('href');
    if (element.namespaceURI === SVG) {
      if (element.localName !== 'a') continue;
      if (href === null) href = element.getAttributeNS(XLINK, 'href');
    } else if (element.namespaceURI !== HTML) continue;
    if (href === null) continue;
    let url = null;
    try { url = new URL(href, base).href; } catch (error) {}
    const image = element.querySelector('img');
    links.push({
      href: href, url: url, text: element.textContent, rel: element.getAttribute('rel'),
      alt: element.localName === 'area' ? element.getAttribute('alt')
        : image === null ? null : image.getAttribute('alt'),
    });
  }
  return JSON.stringify({base: base, title: document_.title, links: links});
}
"""


@asynccontextmanager
async def chromium(program: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Start a browser of our own with an empty profile and open a page in it."""
    with tempfile.TemporaryDirectory() as profile:
        process = await asyncio.create_subprocess_exec(
            *(program, *_FLAGS, f"--user-data-dir={profile}", "about:blank"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            port = await _port(process)
            async with aiohttp.ClientSession() as session:
                pages = f"http://127.0.0.1:{port}/json/list"
                async with session.get(pages) as answer:
                    targets = await answer.json(content_type=None)
                page = next(target for target in targets if target["type"] == "page")
                async with session.ws_connect(
                    page["webSocketDebuggerUrl"], max_msg_size=0
                ) as socket:
                    yield socket
        finally:
            process.terminate()
            await process.wait()


async def evaluate(socket: aiohttp.ClientWebSocketResponse, number: int, expression: str) -> Any:
    """Return the value of a JavaScript expression."""
    await socket.send_json(
        {
            "id": number,
            "method": "Runtime.evaluate",
            "params": {"expression": expression, "returnByValue": True},
        }
    )
    async for message in socket:
        answer = json.loads(message.data)
        if answer.get("id") == number:
            return answer["result"]["result"]["value"]
    raise ConnectionError("the browser went away")


async def answers(program: str) -> list[dict[str, Any]]:
    """Return every hostile page with what the browser sees on it."""
    seen = []
    async with chromium(program) as socket:
        for number, (name, html) in enumerate(PAGES.items(), 1):
            call = f"({_LOOK})({json.dumps(html)}, {json.dumps(URL)})"
            answer = json.loads(await evaluate(socket, number, call))
            seen.append({"name": name, "html": html, **answer})
    return seen


async def _port(process: asyncio.subprocess.Process) -> int:
    if process.stderr is None:
        raise ConnectionError("no output of the browser to read the port from")
    async with asyncio.timeout(60):
        async for line in process.stderr:
            if b"DevTools listening on ws://" in line:
                return int(line.rpartition(b":")[2].partition(b"/")[0])
    raise ConnectionError("the browser did not start")


def main() -> None:
    """Ask the browser and write its answers."""
    program = sys.argv[1] if len(sys.argv) > 1 else "chromium"
    seen = asyncio.run(answers(program))
    lines = ",\n".join(json.dumps(page, separators=(",", ":")) for page in seen)
    ANSWERS.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
