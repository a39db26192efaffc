"""Scrapy with its own LinkExtractor, as its tutorial shows, without delays or limits in its way.

`python -m tests.benchmarks.peers.scrapy_spider PORT PAGES` prints how many pages have the link.
"""

import sys
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor

from tests.benchmarks.site import address, path

SETTINGS = {
    "LOG_LEVEL": "ERROR",
    "CONCURRENT_REQUESTS": 64,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 64,
    "DOWNLOAD_DELAY": 0,
    "ROBOTSTXT_OBEY": False,
    "TELNETCONSOLE_ENABLED": False,
    "COOKIES_ENABLED": False,
    "RETRY_ENABLED": False,
}


class LinkSpider(scrapy.Spider):
    """Fetches each page once and looks for links to the target."""

    name = "links"
    found = 0

    def __init__(self, port: int, pages: int) -> None:
        super().__init__()
        self._urls = [f"http://{address(page)}:{port}{path(page)}" for page in range(pages)]
        self._extractor = LinkExtractor()

    async def start(self) -> AsyncIterator[Any]:
        for url in self._urls:
            yield scrapy.Request(url, dont_filter=True)

    def parse(self, response: Any) -> None:
        links = self._extractor.extract_links(response)
        LinkSpider.found += any("target.example" in link.url for link in links)


if __name__ == "__main__":
    process = CrawlerProcess(SETTINGS)
    process.crawl(LinkSpider, port=int(sys.argv[1]), pages=int(sys.argv[2]))
    process.start()
    print(LinkSpider.found)
