"""Remembers the robots.txt of origins: how each was answered, until when that holds, and its rules."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.crawler.domain import robots
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.robots import Robots
from shared.vocabulary import Reason

_FRESH = timedelta(hours=24)
_REFUSED = timedelta(minutes=10)
_FAILED = timedelta(minutes=1)
# RFC 9309, 2.3.1.4: an older copy may be used while the file cannot be reached.
_STALE = timedelta(days=30)
_MEMORY_BYTES = 32 * 1024 * 1024
_NEW = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsFile:
    """One answer to one request for a robots.txt.

    `refusal` says why nothing of the origin may be asked; then `body` is empty.
    """

    origin: str
    body: bytes = b""
    refusal: Reason | None = None
    fetched_at: datetime
    expires_at: datetime


def robots_file(origin: str, fetched: Fetched, now: datetime) -> RobotsFile:
    """Return what an answer means (RFC 9309, 2.3.1): 4xx allow, 5xx and 429 disallow, rules else."""
    refusal: Reason | None = None
    body = b""
    lifetime = _FRESH
    status = fetched.status or 0
    if fetched.failure is Reason.REDIRECT_LOOP:
        pass  # 2.3.1.2: more than five redirects count as "there is none"
    elif fetched.failure is not None:
        refusal, lifetime = _refusal(fetched.failure), _FAILED
    elif status == 429:
        refusal, lifetime = Reason.RATE_LIMITED, _REFUSED
    elif status >= 500:
        refusal, lifetime = Reason.ROBOTS_DISALLOWS_US, _REFUSED
    elif 200 <= status < 300:
        body = fetched.body
    return RobotsFile(
        origin=origin, body=body, refusal=refusal, fetched_at=now, expires_at=now + lifetime
    )


def _refusal(failure: Reason) -> Reason:
    # What stops robots.txt would stop the page: say that, not that somebody disallowed it.
    passing = {
        Reason.TIMEOUT,
        Reason.TLS_ERROR,
        Reason.DNS_GONE,
        Reason.UNREACHABLE,
        Reason.ADDRESS_NOT_ALLOWED,
        Reason.RATE_LIMITED,
    }
    return failure if failure in passing else Reason.ROBOTS_DISALLOWS_US


@dataclass(frozen=True, slots=True)
class Rules:
    """A robots.txt as it is used: the file and its parsed rules."""

    file: RobotsFile
    robots: Robots


class Rulebook:
    """The robots.txt files of this process, bounded by their bytes; the newest stay."""

    def __init__(self) -> None:
        self._rules: OrderedDict[str, Rules] = OrderedDict()
        self._bytes = 0
        self._new: OrderedDict[str, RobotsFile] = OrderedDict()

    def find(self, origin: str) -> Rules | None:
        """Return what is known about an origin, however old."""
        return self._rules.get(origin)

    def fresh(self, origin: str, now: datetime) -> Rules | None:
        """Return what is known about an origin if it still holds."""
        rules = self._rules.get(origin)
        return rules if rules is not None and rules.file.expires_at > now else None

    def missing(self, origins: Iterable[str], now: datetime) -> list[str]:
        """Return those origins of which nothing that holds is known."""
        return [origin for origin in origins if self.fresh(origin, now) is None]

    def seed(self, files: Iterable[RobotsFile]) -> None:
        """Take over files that were fetched before, by this or another process."""
        for file in files:
            known = self.find(file.origin)
            if known is None or known.file.fetched_at < file.fetched_at:
                self._keep(file)

    def learn(self, file: RobotsFile) -> Rules:
        """Take over a new answer; a failure does not replace rules that are not too old."""
        known = self.find(file.origin)
        if file.refusal is not None and known is not None and known.file.refusal is None:
            until = known.file.fetched_at + _STALE
            if file.fetched_at < until:
                file = RobotsFile(
                    origin=file.origin,
                    body=known.file.body,
                    fetched_at=known.file.fetched_at,
                    expires_at=min(until, file.expires_at),
                )
        self._new[file.origin] = file
        if len(self._new) > _NEW:
            self._new.popitem(last=False)
        return self._keep(file)

    def take_new(self) -> list[RobotsFile]:
        """Return the answers since the last call, for somebody to store."""
        taken = list(self._new.values())
        self._new.clear()
        return taken

    def _keep(self, file: RobotsFile) -> Rules:
        rules = Rules(file, robots.parse(file.body))
        old = self._rules.pop(file.origin, None)
        self._bytes += _size(file) - (_size(old.file) if old else 0)
        self._rules[file.origin] = rules
        while self._bytes > _MEMORY_BYTES and len(self._rules) > 1:
            _, dropped = self._rules.popitem(last=False)
            self._bytes -= _size(dropped.file)
        return rules


def _size(file: RobotsFile) -> int:
    # Parsed rules take several times the bytes of the file; an entry alone about 1 kB.
    return 1_000 + 6 * len(file.body)
