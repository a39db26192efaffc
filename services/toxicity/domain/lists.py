"""Lists of bad domains that a workspace holds: read whatever their form, and what they say; pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.toxicity.domain.disavow.entries import quoted
from services.toxicity.domain.disavow.reader import decode
from services.toxicity.domain.guard import Guard
from services.toxicity.domain.source import LIST_HALF_LIFE, ListsView
from shared import urls

MAX_DOMAINS = 100_000
MAX_SHOWN = 3
COPY_SHARE = 0.5
"""Two lists of which so much of the smaller one is in the other count once: one copied the other."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_CELL = re.compile(r"[\t,;|]|\s+")
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")  # needs no reading as an address
_ODD = re.compile(r"\.\.|-\.|\.-")
_COMMENTS = ("#", "!", "//", ";")
_HEADERS = frozenset(
    {"domain", "domains", "host", "hostname", "website", "name", "referring domain"}
)
_DAYS_A_QUARTER = 91
_QUARTERS = 4

NO_NAME = "No domain name was found on this line."
ONE_PAGE = "This names a single page; a list says something of whole domains."
ONE_PART = "This names a part of a domain; a list says something of whole domains."
TWICE = "The same domain stands further up."


class Named(NamedTuple):
    """A domain of a list, and the line on which it stands."""

    domain: str
    line: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that says nothing of a whole domain, or of one that no list can speak against."""

    line: int
    text: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ReadList:
    domains: tuple[Named, ...]
    skipped: tuple[Skipped, ...]


def read_list(data: bytes, *, guard: Guard) -> ReadList:
    """Return what a list names: one domain a line, CSV with any columns, hosts and filter files.

    Never raises. Guarded names are left out: such a line says more about the list than about them.
    """
    text, _ = decode(data)
    column: int | None = None
    found: dict[str, int] = {}
    skipped: list[Skipped] = []
    for number, raw in enumerate(_LINE_END.split(text.lstrip("\ufeff")), start=1):
        line = raw.strip()
        if not line or line.startswith(_COMMENTS):
            continue
        cells = [cell.strip("\"' ") for cell in _CELL.split(line.partition(" #")[0])]
        if not found and not skipped and column is None and (at := _header(cells)) is not None:
            column = at
            continue
        named = _domain_of(cells if column is None else cells[column : column + 1], guard)
        if isinstance(named, str) and named not in found:
            found[named] = number
        else:
            why = named.sentence if isinstance(named, _Fault) else TWICE
            skipped.append(Skipped(number, quoted(line), why))
    return ReadList(tuple(Named(*one) for one in found.items()), tuple(skipped))


@dataclass(frozen=True, slots=True)
class _Fault:
    sentence: str


def _header(cells: Sequence[str]) -> int | None:
    """Return the column of the domains, where a first line names its columns."""
    names = [cell.casefold() for cell in cells]
    if any("." in name for name in names):
        return None
    return next((at for at, name in enumerate(names) if name in _HEADERS), None)


def _domain_of(cells: Sequence[str], guard: Guard) -> str | _Fault:
    """Return the first whole domain that a line names, or why it names none."""
    fault = _Fault(NO_NAME)
    for cell in cells:
        name = cell.removeprefix("domain:").removeprefix("||").removesuffix("^").strip()
        if "." not in name:
            continue
        if _PLAIN.fullmatch(name) and not _ODD.search(name):
            host, path = name, ""
        else:
            url = urls.from_text(name) or ""
            host, path = urls.host_of(url), url.partition("://")[2].partition("/")[2]
        domain = urls.registrable_domain(host)
        if domain is None:
            continue
        hold = guard.of_domain(domain)
        if hold is not None:
            return _Fault(hold.sentence)
        if path:
            return _Fault(ONE_PAGE)
        if host.removeprefix("www.") != domain:
            return _Fault(ONE_PART)
        return domain
    return fault


# ---- what lists say of a domain -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listing:
    """One list that names a domain; lists of one `family` are copies of each other."""

    words: str
    listed_on: date
    family: UUID | None = None


def listing_words(name: str, listed_on: date, line: int) -> str:
    return f"“{name}” of {_day(listed_on)}, line {line}"


def file_words(listed_on: date, line: int) -> str:
    """Another site of the workspace is not named: whoever reads this may not know of it."""
    return f"the disavow file of another site of yours, taken in on {_day(listed_on)}, line {line}"


def decision_words(decided_on: date) -> str:
    return f"a decision about another site of yours on {_day(decided_on)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def view_of(listings: Iterable[Listing], *, today: date) -> ListsView:
    """Return what the lists say together: as two lists, or as the newest alone if that says more.

    Copies count once. The age is that of the older of the two newest, in whole quarters of a year,
    so that a score does not change from day to day.
    """
    newest: dict[object, Listing] = {}
    for one in sorted(listings, key=lambda each: (each.listed_on, each.words)):
        newest[one.family or one.words] = one
    ordered = sorted(newest.values(), key=lambda each: (each.listed_on, each.words), reverse=True)
    if not ordered:
        return ListsView()
    words = tuple(one.words for one in ordered)
    first = _age(ordered[0], today)
    if len(ordered) > 1:
        second = _age(ordered[1], today)
        if 2 * 0.5 ** (second / LIST_HALF_LIFE) >= 0.5 ** (first / LIST_HALF_LIFE):
            return ListsView(words[:MAX_SHOWN], second)
    return ListsView(words[:1], first)


def _age(one: Listing, today: date) -> float:
    return max((today - one.listed_on).days // _DAYS_A_QUARTER, 0) / _QUARTERS
