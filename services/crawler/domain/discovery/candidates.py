"""Pages that may link to a site, gathered from files within bounds; none is a link before it was seen."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.crawler.domain.discovery import pages, referrers, wat
from services.crawler.domain.discovery.hits import Damage, domain_of
from services.crawler.domain.discovery.mentions import Terms, Wanted
from services.crawler.domain.discovery.targets import Targets
from shared import urls
from shared.vocabulary import DiscoveryReason

JOB_KIND = "discovery"
MOST_PAGES = 1_000
"""Pages of one search that are looked at."""
MOST_OF_A_HOST = 20
MOST_DOMAINS = 5_000
"""Domains without a page that are kept of one log; the first ones by visits are searched for a page."""
MOST_SEARCHED = 50
MOST_URL = 2_048


class SearchSource(StrEnum):
    """Where a search looks."""

    ACCESS_LOG = "access_log"
    WAT = "wat"
    WARC = "warc"
    FEEDS = "feeds"
    CRAWL = "crawl"


FILES = frozenset({SearchSource.ACCESS_LOG, SearchSource.WAT, SearchSource.WARC})


class CandidateState(StrEnum):
    """What became of a page that may link to a site."""

    WAITING = "waiting"
    LINKED = "linked"
    UNLINKED = "unlinked"
    UNSEEN = "unseen"
    SKIPPED = "skipped"


SOURCE_WORDS = {
    SearchSource.ACCESS_LOG: "Log of your web server",
    SearchSource.WAT: "Links from a crawl (WAT)",
    SearchSource.WARC: "Pages from a crawl (WARC, WET)",
    SearchSource.FEEDS: "Newest posts of those who link to you",
    SearchSource.CRAWL: "Home pages of those who link to you",
}
STATE_WORDS = {
    CandidateState.WAITING: "Not looked at yet",
    CandidateState.LINKED: "Links to you",
    CandidateState.UNLINKED: "No link there today",
    CandidateState.UNSEEN: "Couldn't look",
    CandidateState.SKIPPED: "Not needed: another page of the domain links to you",
}


def source_of_name(file_name: str) -> SearchSource:
    """Return what a file is by its name; what is no crawl is taken for a log."""
    name = file_name.lower()
    if ".wat" in name:
        return SearchSource.WAT
    return SearchSource.WARC if ".warc" in name or ".wet" in name else SearchSource.ACCESS_LOG


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedSite:
    """The site that links are wanted for: its hosts, the main one first, and its brands."""

    site_id: UUID
    workspace_id: UUID
    hosts: tuple[str, ...]
    brands: tuple[str, ...] = ()

    @property
    def terms(self) -> Terms:
        return Terms([*self.brands, *map(urls.bare_host, self.hosts)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A page that may link to a site, and how one heard of it."""

    url: str
    reason: DiscoveryReason
    guessed: bool = False
    hits: int = 0
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None

    @property
    def page_key(self) -> UUID:
        return urls.page_id(self.url)

    @property
    def host(self) -> str:
        return domain_of(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A domain that sent readers to a site, by a log that does not tell from which page."""

    domain: str
    target_url: str
    hits: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where to ask for pages that may link, and near which moment they are wanted."""

    home: str
    near: datetime | None = None


@dataclass(slots=True)
class Gathered:
    """What one file tells: pages to look at, domains that sent readers, and what is to be said of it."""

    candidates: list[Candidate] = field(default_factory=list)
    senders: list[Sender] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def gather(source: SearchSource, chunks: Iterable[bytes], site: SearchedSite) -> Gathered:
    """Read a file as it comes in."""
    damage = Damage()
    targets = Targets(site.hosts)
    if source is SearchSource.ACCESS_LOG:
        gathered = _of_log(referrers.scan(chunks, targets, damage, domain=site.hosts[0]))
    elif source is SearchSource.WAT:
        gathered = _of_archive(hit.referring_url for hit in wat.scan(chunks, targets, damage))
    else:
        wanted = Wanted(targets, site.terms)
        gathered = _of_archive(hit.referring_url for hit in pages.scan(chunks, wanted, damage))
    if len(gathered.candidates) >= MOST_PAGES:
        gathered.notes.append(f"Only the first {MOST_PAGES} pages are looked at.")
    gathered.notes += [f"{what[:1].upper()}{what[1:]}." for what in damage.sentences()]
    return gathered


def _of_log(summary: referrers.Summary) -> Gathered:
    known: dict[str, referrers.Referrer] = {}
    domains: dict[str, list[referrers.Referrer]] = {}
    for one in summary.referrers():
        if one.referring_url is None:
            domains.setdefault(one.referring_domain, []).append(one)
        elif len(one.referring_url) <= MOST_URL:
            known.setdefault(one.referring_url, one)
    found = bounded(_named(url, one) for url, one in known.items())
    senders = [_sender(domain, ones) for domain, ones in domains.items()]
    senders.sort(key=lambda one: (-one.hits, one.domain))
    hosts = {one.host for one in found}
    unknown = [one for one in senders if one.domain not in hosts]
    places = [
        Place(domains[one.domain][0].origin, one.first_seen_at) for one in unknown[:MOST_SEARCHED]
    ]
    notes = [f"{said}." for said in referrers.count_words(summary)]
    return Gathered(found, senders[:MOST_DOMAINS], places, notes)


def _named(url: str, one: referrers.Referrer) -> Candidate:
    return Candidate(
        url=url,
        reason=DiscoveryReason.REFERER,
        hits=one.hits,
        first_seen_at=one.first_seen,
        last_seen_at=one.last_seen,
    )


def _sender(domain: str, ones: Sequence[referrers.Referrer]) -> Sender:
    return Sender(
        domain=domain,
        target_url=ones[0].target_url[:MOST_URL],
        hits=sum(one.hits for one in ones),
        first_seen_at=min((one.first_seen for one in ones if one.first_seen), default=None),
        last_seen_at=max((one.last_seen for one in ones if one.last_seen), default=None),
    )


def _of_archive(found: Iterable[str]) -> Gathered:
    # The moment of the copy says nothing of today: it is not kept as one at which the page was seen.
    distinct = _distinct((url for url in found if len(url) <= MOST_URL), urls.page_id)
    named = (Candidate(url=url, reason=DiscoveryReason.COMMONCRAWL) for url in distinct)
    return Gathered(bounded(named))


def _distinct(items: Iterable[str], key: Callable[[str], UUID]) -> Iterator[str]:
    before: set[UUID] = set()
    for item in items:
        if key(item) not in before and len(before) < MOST_DOMAINS * MOST_OF_A_HOST:
            before.add(key(item))
            yield item


def bounded(found: Iterable[Candidate]) -> list[Candidate]:
    """Return the first pages, so many of each host and in all."""
    of_host: Counter[str] = Counter()
    kept: list[Candidate] = []
    for one in found:
        if len(kept) >= MOST_PAGES:
            break
        if of_host[one.host] < MOST_OF_A_HOST:
            of_host[one.host] += 1
            kept.append(one)
    return kept
