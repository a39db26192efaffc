"""crawlee's HttpCrawler with our parser, 64 in flight, everything in memory.

`python -m tests.benchmarks.peers.crawlee_crawler PORT PAGES` prints how many pages have the link.
"""

import asyncio
import logging
import sys

from crawlee import ConcurrencySettings
from crawlee.crawlers import HttpCrawler, HttpCrawlingContext
from crawlee.storage_clients import MemoryStorageClient

from tests.benchmarks.peers.bare_loop import IN_FLIGHT, verify
from tests.benchmarks.site import address, path


async def run(port: int, pages: int) -> int:
    found = 0
    crawler = HttpCrawler(
        concurrency_settings=ConcurrencySettings(
            min_concurrency=IN_FLIGHT, desired_concurrency=IN_FLIGHT, max_concurrency=IN_FLIGHT
        ),
        storage_client=MemoryStorageClient(),
        max_request_retries=0,
        configure_logging=False,
    )

    @crawler.router.default_handler
    async def check(context: HttpCrawlingContext) -> None:
        nonlocal found
        found += verify(await context.http_response.read())

    await crawler.run([f"http://{address(page)}:{port}{path(page)}" for page in range(pages)])
    return found


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(asyncio.run(run(int(sys.argv[1]), int(sys.argv[2]))))
