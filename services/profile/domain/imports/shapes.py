"""Recognises a file by what stands in its columns, whatever language its header is in."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from services.profile.domain.imports import cells
from services.profile.domain.imports.dates import looks_like_a_date, parse_date
from services.profile.domain.imports.dialects import ANCHORS_ONLY, OWN_PAGES
from services.profile.domain.imports.rows import DateOrder, Dialect
from shared import urls

_AGREEMENT = 0.8  # of the cells that are not empty; every file has some broken rows


class Cell(StrEnum):
    PAGE = "page"
    HOST = "host"
    COUNT = "count"
    DATE = "date"
    TEXT = "text"
    EMPTY = "empty"


class Shape(NamedTuple):
    dialect: Dialect
    source: str
    columns: Mapping[str, int]
    refused: str | None = None


def cell_kind(text: str) -> Cell:
    """Say what one cell holds."""
    text = text.strip()
    if not text:
        return Cell.EMPTY
    if cells.is_address(text) or cells.is_bare_address(text):
        return Cell.PAGE
    if cells.count_of(text) is not None or cells.number_of(text, decimal_comma=False) is not None:
        return Cell.COUNT
    if parse_date(text, DateOrder.DAY_FIRST) is not None:
        return Cell.DATE
    return Cell.HOST if cells.is_host(text) else Cell.TEXT


def column_kinds(rows: Sequence[Sequence[str]], width: int) -> tuple[Cell, ...]:
    """Say what each column holds, by the great majority of its cells."""
    return tuple(_column_kind([row[index] for row in rows]) for index in range(width))


def _column_kind(column: Sequence[str]) -> Cell:
    kinds = [kind for kind in map(cell_kind, column) if kind is not Cell.EMPTY]
    if not kinds:
        return Cell.EMPTY
    top = max(sorted(set(kinds)), key=kinds.count)
    return top if kinds.count(top) >= _AGREEMENT * len(kinds) else Cell.TEXT


def shape_of(
    rows: Sequence[Sequence[str]], width: int, site_hosts: Collection[str]
) -> Shape | None:
    """Return what the columns say the file is; None if no column holds an address."""
    kinds = column_kinds(rows, width)
    if kinds == (Cell.PAGE, Cell.TEXT) and _is_dated(rows):
        kinds = (Cell.PAGE, Cell.DATE)
    known = _exact_shape(kinds)
    if known is not None and not (known.refused is OWN_PAGES and _many_sites(rows)):
        return known
    pages = [index for index, kind in enumerate(kinds) if kind is Cell.PAGE]
    if pages:
        return _links(rows, pages, kinds, site_hosts)
    if Cell.HOST in kinds:
        return Shape(Dialect.GENERIC_DOMAINS, "generic", {"domain": kinds.index(Cell.HOST)})
    return None


def _is_dated(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether a second column holds dates, be it in a language that we cannot read."""
    filled = [row[1] for row in rows if row[1].strip()]
    return bool(filled) and all(map(looks_like_a_date, filled))


def _exact_shape(kinds: tuple[Cell, ...]) -> Shape | None:
    match kinds:
        case (Cell.PAGE, Cell.DATE):
            columns = {"referring_url": 0, "last_seen": 1}
            return Shape(Dialect.GSC_LATEST_LINKS, "gsc", columns)
        case (Cell.HOST, Cell.COUNT, Cell.COUNT):
            columns = {"domain": 0, "link_count": 1, "target_count": 2}
            return Shape(Dialect.GSC_LINKING_SITES, "gsc", columns)
        case (Cell.PAGE, Cell.COUNT, Cell.COUNT):
            columns = {"target_url": 0, "link_count": 1, "site_count": 2}
            return Shape(Dialect.GSC_LINKED_PAGES, "gsc", columns, OWN_PAGES)
        case (Cell.HOST, Cell.COUNT):
            columns = {"domain": 0, "link_count": 1}
            return Shape(Dialect.GENERIC_DOMAINS, "generic", columns)
        case (Cell.COUNT, Cell.TEXT):  # ranks come first
            return Shape(Dialect.GSC_LINKING_TEXT, "gsc", {}, ANCHORS_ONLY)
        case (Cell.TEXT, Cell.COUNT):
            return Shape(Dialect.BING_ANCHORS, "bing", {}, ANCHORS_ONLY)
    return None


def _many_sites(rows: Sequence[Sequence[str]]) -> bool:
    hosts = {host for row in rows if (host := cells.host_of(row[0])) is not None}
    return len({urls.domain_or_host(host) for host in hosts}) > 1


def _links(
    rows: Sequence[Sequence[str]],
    pages: Sequence[int],
    kinds: tuple[Cell, ...],
    site_hosts: Collection[str],
) -> Shape:
    """Tell the pages that link from the page that is linked: the site's own, or the few."""

    def foreignness(index: int) -> tuple[bool, int, int]:
        hosts = [cells.host_of(row[index]) for row in rows]
        own = any(host is not None and urls.same_site(host, site_hosts) for host in hosts)
        return (not own, len(set(hosts)), -index)

    ranked = sorted(pages, key=foreignness, reverse=True)
    columns = {"referring_url": ranked[0]}
    if len(ranked) > 1:
        columns["target_url"] = ranked[-1]
    if kinds.count(Cell.DATE) == 1:
        columns["last_seen"] = kinds.index(Cell.DATE)
    texts = [index for index, kind in enumerate(kinds) if kind is Cell.TEXT]
    if len(texts) == 1:
        columns["anchor"] = texts[0]
    return Shape(Dialect.GENERIC_LINKS, "generic", columns)
