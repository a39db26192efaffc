"""Scrapy with our parser in place of its LinkExtractor: what its engine alone costs beside ours.

`python -m tests.benchmarks.peers.scrapy_verify PORT PAGES` prints how many pages have the link.
"""

import sys
from typing import Any

from scrapy.crawler import CrawlerProcess

from tests.benchmarks.peers.bare_loop import verify
from tests.benchmarks.peers.scrapy_spider import SETTINGS, LinkSpider


class VerifySpider(LinkSpider):
    """Fetches each page once and reads it as the bare loop does."""

    name = "verify"

    def parse(self, response: Any) -> None:
        LinkSpider.found += verify(response.body)


if __name__ == "__main__":
    process = CrawlerProcess(SETTINGS)
    process.crawl(VerifySpider, port=int(sys.argv[1]), pages=int(sys.argv[2]))
    process.start()
    print(LinkSpider.found)
