"""Looks at pages of others and at what they link to, within a time; trouble of the web is an answer."""

import asyncio

from services.crawler.adapters.eyes import Eyes
from services.crawler.adapters.observer import Question
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.look import Look
from services.crawler.domain.page import Page
from shared.vocabulary import Reason

_PAGE_S = 60.0
_LOOK_S = 60.0


async def page_within(eyes: Eyes, url: str) -> tuple[Page | None, Fetched]:
    """Return a page with all its links; that took too long is a failure like any other."""
    try:
        async with asyncio.timeout(_PAGE_S):
            return await eyes.observer.page(url)
    except TimeoutError:
        return None, Fetched(url=url, final_url=url, failure=Reason.TIMEOUT)


async def ask(eyes: Eyes, url: str) -> Look:
    """Look at an address as a reader who follows a link to it."""
    look = await eyes.observer.look_within(Question(url, wants_health=True), _LOOK_S)
    return look._replace(fetched=look.fetched._replace(body=b""))
