"""Sums the visits of a log up to who sends readers: pages where the browser told, else only domains."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.crawler.domain.discovery import known_referrers as known
from services.crawler.domain.discovery.hits import Damage
from services.crawler.domain.discovery.log_lines import Visit, visits
from services.crawler.domain.discovery.targets import Targets
from shared import urls

MOST_REFERRERS = 100_000
"""Pairs of referrer and target of one log that are told apart; of more, only the visits are counted."""
MOST_URL = 2_048


class Sender(StrEnum):
    """Who sent a reader."""

    PAGE = "page"
    NOBODY = "nobody"
    OWN = "own"
    SEARCH = "search"
    SPAM = "spam"
    PRIVATE = "private"


class Asker(StrEnum):
    """Why a request says nothing about a link, whoever sent the reader."""

    ROBOT = "robot"
    PART = "part"
    REFUSED = "refused"
    OTHER_HOST = "other host"


@dataclass(slots=True)
class Referrer:
    """Who sent readers to a page of the site; without an address only its domain is known."""

    referring_url: str | None
    referring_domain: str
    target_url: str
    origin: str
    """Where the page is, as far as the browser told: the first origin of those of the domain."""
    hits: int = 0
    first_seen: datetime | None = None
    last_seen: datetime | None = None

    @property
    def page_known(self) -> bool:
        return self.referring_url is not None

    def add(self, at: datetime | None) -> None:
        """Count one more visit."""
        self.hits += 1
        if at is not None:
            self.first_seen = at if self.first_seen is None else min(self.first_seen, at)
            self.last_seen = at if self.last_seen is None else max(self.last_seen, at)


@dataclass(slots=True)
class Summary:
    """What a log held: every line is in one of the counts."""

    counts: Counter[str] = field(default_factory=Counter)
    more: int = 0
    """Visits from referrers beyond the first MOST_REFERRERS."""
    found: dict[tuple[str, str], Referrer] = field(default_factory=dict)

    def referrers(self) -> list[Referrer]:
        """Return who sent readers, those who sent most first."""
        return sorted(
            self.found.values(),
            key=lambda one: (
                -one.hits,
                one.referring_domain,
                one.referring_url or "",
                one.target_url,
            ),
        )


def scan(chunks: Iterable[bytes], targets: Targets, damage: Damage, *, domain: str) -> Summary:
    """Return who sent readers to a site, by the log of its server.

    `domain` is the site's, for logs that do not say which host was asked.
    """
    summary = Summary()
    for visit in visits(chunks, damage):
        _take(summary, visit, targets, domain)
    return summary


def _take(summary: Summary, visit: Visit, targets: Targets, domain: str) -> None:
    useless = _asker_of(visit, targets)
    if useless is not None:
        summary.counts[useless] += 1
        return
    url = urls.resolve(visit.referer[:MOST_URL]) if visit.referer else None
    sender = _sender_of(url, visit, targets)
    summary.counts[sender] += 1
    host = visit.host if targets.has(visit.host) else domain
    target = urls.resolve(f"https://{host}{visit.path}")
    if sender is not Sender.PAGE or url is None or target is None:
        return
    page = urls.normalise(url)
    is_origin_only = urls.resolve("/", page) == page
    name = urls.domain_or_host(urls.host_of(page))
    key = (name if is_origin_only else page, target)
    found = summary.found.get(key)
    if found is None:
        if len(summary.found) >= MOST_REFERRERS:
            summary.more += 1
            return
        found = Referrer(
            None if is_origin_only else page,
            name,
            urls.normalise(target),
            urls.resolve("/", page) or page,
        )
        summary.found[key] = found
    found.add(visit.at)


def _asker_of(visit: Visit, targets: Targets) -> Asker | None:
    if known.is_robot(visit.agent):
        return Asker.ROBOT
    # What is no public name (`_`, `localhost`) says nothing about which site was asked.
    if _is_public(visit.host) and not targets.has(visit.host):
        return Asker.OTHER_HOST
    if known.is_part_of_page(visit.path):
        return Asker.PART
    # A page that is gone tells of a link as well, and of one worth mending.
    is_answered = 200 <= visit.status < 400 or visit.status in {404, 410}
    return None if is_answered and visit.path.startswith("/") else Asker.REFUSED


def _sender_of(url: str | None, visit: Visit, targets: Targets) -> Sender:
    if visit.referer in {"", "-"}:
        return Sender.NOBODY
    if url is None or not urls.is_http(url):
        return Sender.PRIVATE
    host = urls.host_of(url)
    if targets.has(host) or (visit.host and urls.bare_host(host) == urls.bare_host(visit.host)):
        return Sender.OWN
    if known.is_search(host):
        return Sender.SEARCH
    if not _is_public(host):
        return Sender.PRIVATE
    return Sender.SPAM if known.is_spam(urls.domain_or_host(host)) else Sender.PAGE


def _is_public(host: str) -> bool:
    name = urls.registrable_domain(host)
    return name is not None and name.rpartition(".")[2] not in known.PRIVATE_ENDINGS


def count_words(summary: Summary) -> Iterator[str]:
    """Yield what a log held in sentences, for people."""
    for name, words in _COUNTED.items():
        if summary.counts[name]:
            yield f"{words}: {summary.counts[name]}"
    if summary.more:
        yield f"From referrers beyond the first {MOST_REFERRERS}, which are not listed: {summary.more}"


_COUNTED = {
    Sender.PAGE: "Visits from pages of others",
    Sender.NOBODY: "Without a referrer",
    Sender.OWN: "From the site's own pages",
    Sender.SEARCH: "From search engines and assistants",
    Sender.SPAM: "From known referrer spam",
    Sender.PRIVATE: "From apps and private addresses",
    Asker.ROBOT: "By robots",
    Asker.PART: "For pictures, styles and scripts",
    Asker.OTHER_HOST: "For other sites of the server",
    Asker.REFUSED: "Refused or failed",
}
