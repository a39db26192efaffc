"""How fast a host may be asked: the delay between two requests, and how answers change it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from shared.vocabulary import Reason
from shared.waits import retry_after_s

MAX_DELAY_S = 60.0
MAX_CRAWL_DELAY_S = 30.0
_GOOD_ANSWERS = 10
_EASE = 1.1
_BUSY = frozenset({429, 503})


class Answer(NamedTuple):
    """What one request showed about the health of its host."""

    status: int | None
    failure: Reason | None = None
    latency_s: float = 0.0
    retry_after: str | None = None
    wire_bytes: int = 0


class Pace(NamedTuple):
    """The pace of one host (registrable domain)."""

    delay_s: float = 0.0
    crawl_delay_s: float = 0.0
    free_at: datetime | None = None
    blocked_until: datetime | None = None
    good: int = 0

    def gap_s(self, floor_s: float) -> float:
        """Return the seconds between two requests."""
        return max(self.delay_s, floor_s, self.crawl_delay_s)

    def blocked_s(self, now: datetime) -> float:
        """Return for how long the host wants to be left alone."""
        if self.blocked_until is None:
            return 0.0
        return max(0.0, (self.blocked_until - now).total_seconds())

    def is_free(self, now: datetime, *, floor_s: float) -> bool:
        """Return whether the host needs no turns: no pause is kept, and none was asked for."""
        return self.gap_s(floor_s) == 0 and self.blocked_s(now) == 0

    def wait_s(self, now: datetime) -> float:
        """Return the seconds until the host may be asked again."""
        moments = [moment for moment in (self.free_at, self.blocked_until) if moment is not None]
        return max(0.0, (max(moments) - now).total_seconds()) if moments else 0.0


def with_pause(pace: Pace, now: datetime, *, floor_s: float) -> Pace:
    """Return the pace after a request that ended now: the next one comes a pause later."""
    return pace._replace(free_at=now + timedelta(seconds=pace.gap_s(floor_s)))


def merged(own: Pace, known: Pace) -> Pace:
    """Return our pace of a host with what another process knows: the slower of everything."""
    return Pace(
        delay_s=max(own.delay_s, known.delay_s),
        crawl_delay_s=own.crawl_delay_s,
        free_at=max(filter(None, (own.free_at, known.free_at)), default=None),
        blocked_until=max(filter(None, (own.blocked_until, known.blocked_until)), default=None),
        good=own.good,
    )


def after(pace: Pace, answer: Answer, now: datetime, *, floor_s: float) -> Pace:
    """Return the pace after an answer: doubled by trouble, eased slowly, never below the floor.

    With a floor of 0 only Retry-After and crawl-delay slow us down: that is how the loopback of
    tests, demo and benchmarks is run.
    """
    if answer.status in _BUSY or answer.failure is Reason.TIMEOUT:
        pace = pace._replace(delay_s=min(MAX_DELAY_S, 2 * max(pace.delay_s, floor_s)), good=0)
        wait_s = retry_after_s(answer.retry_after, now)
        if wait_s > 0:
            pace = pace._replace(blocked_until=now + timedelta(seconds=wait_s))
        return pace
    is_good = answer.failure is None and answer.status is not None and answer.status < 400
    if not is_good or (floor_s == 0 and pace.delay_s == 0):
        # An error is quickly answered: it says nothing about what the host can bear.
        return pace
    good = pace.good + 1
    delay = pace.delay_s / _EASE if good % _GOOD_ANSWERS == 0 else pace.delay_s
    wanted = answer.latency_s if floor_s > 0 else 0.0
    return pace._replace(delay_s=min(MAX_DELAY_S, max(delay, wanted, floor_s)), good=good)


def with_crawl_delay(pace: Pace, seconds: float | None) -> Pace:
    """Return the pace under the crawl-delay of a robots.txt, honoured up to 30 s."""
    wanted = min(MAX_CRAWL_DELAY_S, max(0.0, seconds or 0.0))
    return pace if wanted == pace.crawl_delay_s else pace._replace(crawl_delay_s=wanted)
