"""One answer to one request for a robots.txt, and what it means (RFC 9309, section 2.3.1)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.crawler.domain.fetched import Fetched
from shared.vocabulary import Reason

FRESH = timedelta(hours=24)
REFUSED = timedelta(minutes=10)
FAILED = timedelta(minutes=1)
STALE = timedelta(days=30)

# What stops robots.txt would stop the page: say that, not that somebody disallowed it.
_PASSED_ON = frozenset(
    {
        Reason.TIMEOUT,
        Reason.TLS_ERROR,
        Reason.DNS_GONE,
        Reason.UNREACHABLE,
        Reason.ADDRESS_NOT_ALLOWED,
        Reason.RATE_LIMITED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """What an origin answered; `refusal` says why nothing of it may be asked, then `body` is empty."""

    origin: str
    body: bytes = b""
    refusal: Reason | None = None
    fetched_at: datetime
    expires_at: datetime


def robots_file(origin: str, fetched: Fetched, now: datetime) -> RobotsFile:
    """Return what an answer means: 4xx allow, 5xx and 429 disallow, rules otherwise."""
    refusal, lifetime = _refusal(fetched)
    status = fetched.status or 0
    body = fetched.body if refusal is None and 200 <= status < 300 else b""
    return RobotsFile(
        origin=origin, body=body, refusal=refusal, fetched_at=now, expires_at=now + lifetime
    )


def _refusal(fetched: Fetched) -> tuple[Reason | None, timedelta]:
    if fetched.failure is Reason.REDIRECT_LOOP:
        return None, FRESH  # 2.3.1.2: after more than five redirects there is none
    if fetched.failure is not None:
        passed_on = fetched.failure in _PASSED_ON
        return fetched.failure if passed_on else Reason.ROBOTS_DISALLOWS_US, FAILED
    if fetched.status == 429:
        return Reason.RATE_LIMITED, REFUSED
    if fetched.status is None or fetched.status >= 500:
        return Reason.ROBOTS_DISALLOWS_US, REFUSED
    return None, FRESH


def succeed(known: RobotsFile | None, new: RobotsFile) -> RobotsFile:
    """Return the file to go on with: rules outlive a failure by up to 30 days (2.3.1.4)."""
    if new.refusal is None or known is None or known.refusal is not None:
        return new
    until = known.fetched_at + STALE
    if new.fetched_at >= until:
        return new
    return replace(known, expires_at=min(until, new.expires_at))
