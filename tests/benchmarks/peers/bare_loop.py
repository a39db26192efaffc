"""The floor: aiohttp and lexbor, 64 in flight, no robots, pacing, redirects, caps or database.

`python -m tests.benchmarks.peers.bare_loop PORT PAGES` prints how many pages have the link, and the
seconds of CPU that the loop took.
"""

import asyncio
import sys
import time

import aiohttp
import uvloop
from selectolax.lexbor import LexborHTMLParser

from tests.benchmarks.site import address, path

IN_FLIGHT = 64
TARGET_HOST = "target.example"


def verify(body: bytes) -> bool:
    """Say whether the page links to the target, reading what a check has to know."""
    tree = LexborHTMLParser(body)
    found = False
    for node in tree.css('a[href*="target" i], meta[name], link[rel], base[href]'):
        if node.tag == "a" and TARGET_HOST in (node.attributes.get("href") or ""):
            found = bool(node.text()) or found
            _ = node.attributes.get("rel")
    return found


async def run(port: int, pages: int) -> int:
    gate = asyncio.Semaphore(IN_FLIGHT)
    found = 0

    async def check(session: aiohttp.ClientSession, page: int) -> None:
        nonlocal found
        async with gate, session.get(f"http://{address(page)}:{port}{path(page)}") as answer:
            found += verify(await answer.read())

    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:
        for page in range(pages):
            group.create_task(check(session, page))
    return found


if __name__ == "__main__":
    uvloop.run(run(int(sys.argv[1]), int(sys.argv[2])))  # a process that has been at work
    begun_s = time.process_time()
    print(uvloop.run(run(int(sys.argv[1]), int(sys.argv[2]))))
    print(f"{time.process_time() - begun_s:.6f}")
