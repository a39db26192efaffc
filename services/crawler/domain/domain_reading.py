"""What a domain is about and whom to write to there, by its home page and a few pages that it names; pure."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from services.crawler.domain.absence import emptiness, refusal
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import Page
from services.crawler.domain.page_facts import page_facts
from services.crawler.domain.page_text import words_in
from services.crawler.domain.scene import Scene
from services.crawler.domain.sight import sight_of
from services.crawler.domain.survey.list_words import is_blog, list_word
from shared import anchor_words, urls
from shared.events import DomainRead, PersonSeen
from shared.vocabulary import Reason

FURTHER_PAGES = 3
MAX_LIST_PAGES = 5
MAX_PEOPLE = 20
MAX_HEADINGS = 40
MAX_WORDS = 300
_MAX_HEADING = 160
_MAX_NAME = 100
_SHORTEST_WORD, _LONGEST_WORD = 3, 40
_MAX_DATA = 200_000
_MAX_DEPTH = 8
_SIGNS = re.compile(r"[-_+/.]+")

# Kinds of pages that say who is behind a site, the most telling first; one of each is read. Looked
# for in the path and in the words of the link, in the languages that most sites are in.
_KINDS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(rf"\b(?:{words})", re.IGNORECASE)
    for words in (
        r"contact|kontakt|contatt|contato|contacto|get.in.touch",
        r"write.for.us|guest.post|contribut|submit|advertis|mediadaten|media.kit|werben",
        r"imprint|impressum|mentions.legales|aviso.legal|colofon",
        r"about|ueber.uns|über.uns|chi.siamo|a.propos|qui.sommes|quienes|sobre|over.ons|team",
    )
)


@dataclass(slots=True)
class Reading:
    """The pages of one domain that were read so far; without a home page, why it could not be."""

    domain: str
    fetched: Fetched
    home: Page | None
    failure: Reason | None
    further: list[Page] = field(default_factory=list)

    @property
    def pages(self) -> list[Page]:
        return [page for page in (self.home, *self.further) if page is not None]

    def add(self, page: Page | None, fetched: Fetched) -> None:
        """Take a further page, where it is one and was seen."""
        if page is not None and absence_of(page, fetched) is None:
            self.further.append(page)


def begin(domain: str, page: Page | None, fetched: Fetched) -> Reading:
    """Return the reading of a domain after its home page was asked for."""
    failure = absence_of(page, fetched)
    return Reading(domain, fetched, page if failure is None else None, failure)


def absence_of(page: Page | None, fetched: Fetched) -> Reason | None:
    """Return why there is no page to read: a wall, an error, a parked domain, a shell of scripts."""
    if fetched.failure is not None:
        return fetched.failure
    scene = Scene(fetched, page)
    absence = refusal(scene) or emptiness(scene)
    reason = None if absence is None else absence.reasons[0]
    # A home page that lives at another address than the bare one is a home page.
    return None if reason is Reason.PAGE_REDIRECTED else reason


def further_pages(home: Page, domain: str) -> list[str]:
    """Return the pages that the home page names and that say most of who is behind it."""
    own = _own_links(home, domain)
    found = (next((url for url, words in own if kind.search(words)), None) for kind in _KINDS)
    return list(dict.fromkeys(url for url in found if url is not None))[:FURTHER_PAGES]


def list_pages(home: Page, domain: str) -> list[str]:
    """Return the pages that the home page names as lists of links, then those where the site publishes."""
    own = [(url, _SIGNS.sub(" ", words)) for url, words in _own_links(home, domain)]
    lists = [url for url, words in own if list_word(words) is not None]
    blogs = [url for url, words in own if is_blog(words)]
    return list(dict.fromkeys([*lists, *blogs]))[:MAX_LIST_PAGES]


def _own_links(home: Page, domain: str) -> list[tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for link in home.links:
        if link.url and not link.hidden and urls.same_site(urls.host_of(link.url), [domain]):
            url = link.url.partition("#")[0]
            path = urlsplit(url).path
            if path.strip("/"):
                found.setdefault(urls.url_key(url), (url, f"{path} {link.visible_text[:80]}"))
    return list(found.values())


def event_of(reading: Reading, read_at: datetime) -> DomainRead:
    """Return what was read as others are told of it; bounded, whatever the pages hold."""
    home, fetched = reading.home, reading.fetched
    told: dict[str, Any] = {
        "domain": reading.domain,
        "read_at": read_at,
        "failure": reading.failure,
        "http_status": fetched.status,
    }
    if home is not None:
        sight = sight_of(Scene(fetched, home), seen=True, now=read_at, google_allowed=None)
        told |= {
            "facts": page_facts(home, fetched),
            "indexable": sight.indexable,
            "headings": tuple(islice(headings_of(reading.pages), MAX_HEADINGS)),
            "words": telling_words_of(reading.pages),
            "pages": tuple(page.url for page in reading.pages),
            "list_pages": tuple(list_pages(home, reading.domain)),
            "people": tuple(people_of(reading))[:MAX_PEOPLE],
            "form_url": next((page.url for page in reading.further if _has_form(page)), None),
        }
    return DomainRead(**told)


def headings_of(pages: Iterable[Page]) -> Iterator[str]:
    """Yield the headings of pages as a reader sees them."""
    for page in pages:
        for node in page.document.css("h1, h2, h3")[:MAX_HEADINGS]:
            text = " ".join(node.text(strip=True, separator=" ").split())
            if text:
                yield text[:_MAX_HEADING]


def telling_words_of(pages: Sequence[Page]) -> dict[str, int]:
    """Return the most frequent words with a subject, the same order for the same pages."""
    counted: Counter[str] = Counter()
    for page in pages:
        counted.update(words_in(page.body.text))
    empty = anchor_words.telling_words()
    ranked = sorted(
        (
            (word, times)
            for word, times in counted.items()
            if _SHORTEST_WORD <= len(word) <= _LONGEST_WORD and word not in empty
        ),
        key=lambda one: (-one[1], one[0]),
    )
    return dict(ranked[:MAX_WORDS])


def people_of(reading: Reading) -> list[PersonSeen]:
    """Return the addresses that the pages show, each once; what the data of a page says comes first.

    On the home page only those of the domain itself: others there are as often somebody else's. Nothing
    that its owner wrote so that machines should not read it (`ann [at] …`) is put together.
    """
    found: dict[str, PersonSeen] = {}
    for page in reading.pages:
        seen = [
            *_of_data(page),
            *(PersonSeen(email=e, source_url=page.url) for e in page.facts.emails),
        ]
        for person in seen:
            host = person.email.rpartition("@")[2]
            is_own = urls.same_site(host, [reading.domain])
            if is_own or page is not reading.home:
                found.setdefault(person.email.lower(), person)
    return list(found.values())


def _of_data(page: Page) -> Iterator[PersonSeen]:
    """Return whom the page names in data for machines (schema.org in JSON-LD)."""
    for node in page.document.css('script[type="application/ld+json"]')[:10]:
        text = node.text()
        try:
            data = json.loads(text) if len(text) <= _MAX_DATA else None
        except (ValueError, RecursionError):
            continue
        for thing in _things(data):
            email = str(thing.get("email") or "").removeprefix("mailto:").strip()
            if re.fullmatch(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{3,190}", email):
                is_person = thing.get("@type") == "Person"
                yield PersonSeen(
                    email=email,
                    name=_text(thing.get("name")) if is_person else None,
                    role=_text(thing.get("jobTitle") or thing.get("contactType")),
                    source_url=page.url,
                )


def _things(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(data, dict):
        yield data
        data = list(data.values())
    if isinstance(data, list):
        for one in data:
            yield from _things(one, depth + 1)


def _text(value: Any) -> str | None:
    return " ".join(value.split())[:_MAX_NAME] or None if isinstance(value, str) else None


def _has_form(page: Page) -> bool:
    return page.document.css_first("form textarea") is not None
