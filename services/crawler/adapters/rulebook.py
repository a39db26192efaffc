"""Remembers the robots.txt of origins: how each was answered, until when that holds, and its rules."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.crawler.domain import robots
from services.crawler.domain.robots import Robots
from services.crawler.domain.robotsfile import RobotsFile, succeed

_MEMORY_BYTES = 32 * 1024 * 1024
_NEW = 10_000


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
        file = succeed(known.file if known else None, file)
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
