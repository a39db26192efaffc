"""A pasted list of domains and pages: which of them may become prospects, and why others may not; pure."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shared import addresses, platforms, urls

MAX_ROWS = 5_000
MAX_URL = 2_048
MAX_SHOWN = 300

_CELL = re.compile(r'[\t;,"]')
_HEADERS = frozenset({"domain", "domains", "url", "urls", "site", "website", "page", "prospect"})
_NEVER: tuple[tuple[Collection[str], str], ...] = (
    (platforms.PLATFORMS, "Countless people publish there: name the one site that you mean."),
    (platforms.SEARCH_ENGINES, "This is a search engine: nobody there gives links."),
    (platforms.INFRASTRUCTURE, "This is machinery of the web: nobody there gives links."),
)


@dataclass(frozen=True, slots=True)
class Fault:
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row of a list: a domain and the page that was named, or why it can't be taken."""

    line: int
    text: str
    domain: str | None = None
    url: str | None = None
    fault: Fault | None = None


def read_list(text: str, *, own_hosts: Collection[str]) -> list[Candidate]:
    """Return the rows of a list, one domain or page a line; more cells in a line are left alone.

    The first naming of a domain is taken, later ones are told of.
    """
    rows: list[Candidate] = []
    first: dict[str, int] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        cell = next((part.strip() for part in _CELL.split(line) if part.strip()), "")
        if not cell or (not rows and cell.casefold() in _HEADERS):
            continue
        row = read_row(number, cell, own_hosts)
        if row.domain is not None and (before := first.setdefault(row.domain, number)) != number:
            row = _refused(number, cell, "twice", f"Line {before} names the same domain.")
        rows.append(row)
    return rows


def read_row(number: int, cell: str, own_hosts: Collection[str]) -> Candidate:
    """Return what one domain or page comes to, whatever stands around it."""
    url = urls.from_text(cell) if len(cell) <= MAX_URL else None
    host = urls.host_of(url) if url else ""
    domain = urls.registrable_domain(host)
    if url is None or domain is None or addresses.is_closed_host(host):
        return _refused(number, cell, "not-a-domain", "Give a domain such as example.com.")
    if urls.same_site(host, own_hosts) or domain in own_hosts:
        return _refused(number, cell, "own-site", "This is your own site.")
    for names, sentence in _NEVER:
        if domain in names:
            return _refused(number, cell, "platform", sentence)
    page = urls.normalise(url)
    authority, _, path = page.partition("://")[2].partition("/")
    if "@" in authority:
        return _refused(number, cell, "not-a-domain", "This is an address; give its domain.")
    return Candidate(number, _shortened(cell), domain, page if path else None)


def _refused(number: int, cell: str, code: str, sentence: str) -> Candidate:
    return Candidate(number, _shortened(cell), fault=Fault(code, sentence))


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def domains_of(rows: Iterable[Candidate]) -> list[str]:
    return [row.domain for row in rows if row.domain is not None]
