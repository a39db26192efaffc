"""Judges the addresses of a row: a link, a domain, the site's own page, or an error with its fix."""

import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from services.profile.domain.imports import cells
from services.profile.domain.imports.cells import Place
from services.profile.domain.imports.mapping import (
    Cells,
    Claims,
    claims_reader,
    split_anchor_and_target,
)
from services.profile.domain.imports.rows import (
    Detection,
    Dialect,
    DomainRow,
    LinkRow,
    OwnRow,
    Row,
    RowError,
)
from shared import urls
from shared.addresses import is_closed_host

MAX_ADDRESS = 8_192
RAW_SHOWN = 300

_BULLET = re.compile(r"(?:[-*\u2022]|\d{1,4}[.)])\s+")
_MARKDOWN_LINK = re.compile(r"\[[^\]]*\]\((https?://\S+)\)")
_SAYS_NOTHING = Claims(None, None, None, None, None, None, b"{}", {})

RowReader = Callable[[int, Cells], Row]


class _Page(NamedTuple):
    url: str
    host: str
    key: UUID


class _Target(NamedTuple):
    url: str
    key: UUID
    on_site: bool


def row_error(row_no: int, field: str, code: str, detail: str, raw: str) -> RowError:
    """Make the error of one row, with its pointer and the beginning of what stands there."""
    pointer = f"/rows/{row_no}/{field}" if field else f"/rows/{row_no}"
    return RowError(row_no, pointer, code, detail, raw[:RAW_SHOWN])


def row_reader(detection: Detection, site_hosts: Collection[str]) -> RowReader:
    """Return the function that turns the cells of one row of this file into a typed row."""
    is_own = _own_test(site_hosts)
    if detection.dialect is Dialect.URL_LIST:
        return _list_reader(is_own)
    if "referring_url" in detection.columns:
        return _link_reader(detection, is_own)
    return _domain_reader(detection, is_own)


def _own_test(site_hosts: Collection[str]) -> Callable[[str], bool]:
    hosts = tuple(site_hosts)

    @lru_cache(maxsize=16_384)
    def is_own(host: str) -> bool:
        return urls.same_site(host, hosts)

    return is_own


def _page_judge(is_own: Callable[[str], bool]) -> Callable[[int, str], "_Page | Row"]:
    """Return the function that takes the text of a cell for a page that may be looked at."""

    @lru_cache(maxsize=16_384)
    def is_ordinary(host: str) -> bool:
        return not (is_own(host) or is_closed_host(host) or urls.is_ip(host))

    def judge(row_no: int, text: str) -> "_Page | Row":
        if len(text) <= MAX_ADDRESS:
            plain = urls.plain_page(text)
            if plain is not None and is_ordinary(plain[0]):
                return _Page(text, *plain)
        page = _page(row_no, text, is_own)
        return _Page(*page, urls.page_id(page.url)) if isinstance(page, Place) else page

    return judge


def _list_reader(is_own: Callable[[str], bool]) -> RowReader:
    page_of = _page_judge(is_own)

    def read(row_no: int, row: Cells) -> Row:
        text = _entry(row[0])
        is_domain = text.casefold().startswith("domain:")
        name = text[len("domain:") :].strip() if is_domain else text
        if is_domain or cells.is_host(name):
            return _domain_row(row_no, name, is_own)
        if len(name.split()) > 1:  # an address would not hold a blank: these are words
            return _not_an_address(row_no, name)
        page = page_of(row_no, name)
        return _link(row_no, page, None, _SAYS_NOTHING) if isinstance(page, _Page) else page

    return read


def _entry(line: str) -> str:
    """Return what a line of a list names, without its bullet and quotation marks."""
    text = _BULLET.sub("", line)
    linked = _MARKDOWN_LINK.fullmatch(text)
    if linked is not None:
        return linked[1]
    return text.rstrip(",;").strip('"') if text.startswith('"') else text


def _link_reader(detection: Detection, is_own: Callable[[str], bool]) -> RowReader:
    place = detection.columns["referring_url"]
    target_text = _target_cell(detection)
    claims_of = claims_reader(detection)
    chain = detection.columns.get("claim:redirect_chain")
    here = detection.columns.get("links_here")
    page_of, target_of = _page_judge(is_own), _target_judge(is_own)

    def read(row_no: int, row: Cells) -> Row:
        page = page_of(row_no, row[place].strip())
        if not isinstance(page, _Page):
            return page
        if here is not None and row[here].strip() in _NOTHING:
            return _links_elsewhere(row_no, page.url)
        text = target_text(row)
        if not text:
            return _link(row_no, page, None, claims_of(row))
        target = target_of(text)
        if target is None:
            detail = "The target is no web address. Correct it or leave it empty."
            return row_error(row_no, "target_url", "not_an_address", detail, text)
        if not target.on_site and not _chain_ends_here(row, chain, is_own):
            return _points_elsewhere(row_no, target.url)
        return _link(row_no, page, target, claims_of(row))

    return read


_NOTHING = frozenset({"", "0", "-"})


def _domain_reader(detection: Detection, is_own: Callable[[str], bool]) -> RowReader:
    columns = detection.columns
    place = columns["domain"]
    links, targets, here = (
        columns.get(name) for name in ("link_count", "target_count", "links_here")
    )
    claims_of = claims_reader(detection)

    def read(row_no: int, row: Cells) -> Row:
        found = _domain_row(row_no, row[place].strip(), is_own)
        if not isinstance(found, DomainRow):
            return found
        if here is not None and row[here].strip() in _NOTHING:
            return _links_elsewhere(row_no, found.host)
        said = claims_of(row)
        return found._replace(
            link_count=None if links is None else cells.count_of(row[links]),
            target_count=None if targets is None else cells.count_of(row[targets]),
            first_seen=said.first_seen,
            last_seen=said.last_seen,
            lost_at=said.lost_at,
            claim=said.claim,
            metrics=said.metrics,
        )

    return read


def _page(row_no: int, text: str, is_own: Callable[[str], bool]) -> Place | OwnRow | RowError:
    if not text:
        detail = "The address of the linking page is missing. Fill it in."
        return row_error(row_no, "referring_url", "missing_address", detail, text)
    page = cells.place_of(text) if len(text) <= MAX_ADDRESS else None
    if page is None:
        return _not_an_address(row_no, text)
    if is_closed_host(page.host):
        detail = "This address is not on the public internet, so nobody can look there."
        return row_error(row_no, "referring_url", "address_not_allowed", detail, text)
    return OwnRow(row_no, page.url) if is_own(page.host) else page


def _not_an_address(row_no: int, text: str) -> RowError:
    detail = "This is no web address. Write it as https://example.com/page."
    return row_error(row_no, "referring_url", "not_an_address", detail, text)


def _link(row_no: int, page: _Page, target: _Target | None, said: Claims) -> LinkRow:
    url, key = (None, None) if target is None else target[:2]
    return LinkRow(row_no, page.url, page.host, page.key, url, key, *said)


def _domain_row(row_no: int, text: str, is_own: Callable[[str], bool]) -> Row:
    host = cells.host_of(text) if 0 < len(text) <= MAX_ADDRESS else None
    if host is None:
        detail = "This is no domain. Write it as example.com."
        return row_error(row_no, "domain", "not_a_domain", detail, text)
    if is_own(host):
        return OwnRow(row_no, host)
    return DomainRow(
        row_no, urls.domain_or_host(host), host, None, None, None, None, None, b"{}", {}
    )


def _target_cell(detection: Detection) -> Callable[[Cells], str]:
    place = detection.columns.get("target_url")
    both = detection.columns.get("anchor_and_target")
    if place is not None:
        return lambda row: row[place].strip()
    if both is not None:
        return lambda row: split_anchor_and_target(row[both])[1]
    return lambda _row: ""


def _target_judge(is_own: Callable[[str], bool]) -> Callable[[str], _Target | None]:
    @lru_cache(maxsize=16_384)
    def judge(text: str) -> _Target | None:
        place = cells.place_of(text) if len(text) <= MAX_ADDRESS else None
        if place is None:
            return None
        return _Target(place.url, urls.page_id(place.url), is_own(place.host))

    return judge


def _chain_ends_here(row: Cells, chain: int | None, is_own: Callable[[str], bool]) -> bool:
    """Say whether the link reaches the site through redirects that the source names."""
    if chain is None:
        return False
    hops = (cells.host_of(hop) for hop in row[chain].replace(",", " ").split())
    return any(host is not None and is_own(host) for host in hops)


def _points_elsewhere(row_no: int, target: str) -> RowError:
    detail = (
        f"The link points to {urls.host_of(target)}, which is not a host of this site. "
        "If it is yours, add it to the site's hosts and import the file again."
    )
    return row_error(row_no, "target_url", "points_elsewhere", detail, target)


def _links_elsewhere(row_no: int, name: str) -> RowError:
    detail = "It links to the other sites of this comparison and not to this one."
    return row_error(row_no, "", "links_elsewhere", detail, name)
