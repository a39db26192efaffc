"""Asks registries about domains, by RDAP, through the same guarded connections as everything else."""

from datetime import datetime, timedelta
from pathlib import Path

from services.crawler.adapters.web import Web
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.pace import Answer
from services.crawler.domain.registration import (
    LEAST_PAUSE,
    MAX_BODY,
    Ending,
    Registries,
    Told,
    packaged_registries,
    parse_registries,
    read_answer,
)
from shared import clock as house_clock
from shared.clock import Clock
from shared.vocabulary import Reason
from shared.waits import retry_after_s

_ACCEPT = {"Accept": "application/rdap+json, application/json;q=0.9"}
_HOPS = 3
_UNSAID_PAUSE = timedelta(hours=1)
_LATER = frozenset({429, 503})
# 404: the registry does not know the name. 400, 403, 422, 501: it does not answer such questions.
_NOT_TOLD = frozenset({400, 403, 404, 410, 422, 501})


class _NoGate:
    """Lets every request pass: RDAP is an interface for programs; the job keeps the pauses."""

    async def enter(self, url: str) -> Reason | None:
        del url
        return None

    async def leave(self, url: str, answer: Answer | None) -> None:
        del url, answer


class Registry:
    """Asks one question; trouble of the web or of an answer is an ending, never an exception."""

    def __init__(self, web: Web, *, clock: Clock = house_clock.now) -> None:
        self._web = web
        self._clock = clock

    async def ask(self, url: str, domain: str) -> Told:
        """Return what the server at `url` tells of the domain."""
        fetched = await self._web.fetch(
            url, gate=_NoGate(), headers=_ACCEPT, max_hops=_HOPS, cut_at=MAX_BODY
        )
        if fetched.status in _LATER:
            return Told(Ending.LATER, after=_pause(fetched, self._clock()))
        if fetched.status in _NOT_TOLD:
            return Told(Ending.NOT_TOLD)
        if fetched.failure is not None or fetched.status != 200:
            return Told(Ending.FAILED)
        found = read_answer(fetched.body, domain)
        return Told(Ending.FAILED if found is None else Ending.TOLD, found)


def _pause(fetched: Fetched, now: datetime) -> timedelta:
    wanted = timedelta(seconds=retry_after_s(fetched.header("retry-after"), now))
    return max(wanted or _UNSAID_PAUSE, LEAST_PAUSE)


def load_registries(file: str | None) -> Registries:
    """Return the registries of an operator's file, else those that come with the product.

    Raises OSError or ValueError where the file cannot be read.
    """
    return packaged_registries() if file is None else parse_registries(Path(file).read_bytes())
