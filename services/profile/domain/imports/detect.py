"""Says what a file is from its first bytes: encoding, delimiter, header row, dialect, mapping."""

import csv
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from services.profile.domain.imports import cells
from services.profile.domain.imports.columns import (
    fold_header,
    knows_header,
    map_columns,
    own_columns,
)
from services.profile.domain.imports.dates import date_order, is_numeric
from services.profile.domain.imports.dialects import DISAVOW, INTERSECT, layout_of
from services.profile.domain.imports.documents import HEAD_BYTES as JSON_HEAD_BYTES
from services.profile.domain.imports.documents import find_table, looks_like_json
from services.profile.domain.imports.encoding import decoder, encoding_of, refusal_of
from services.profile.domain.imports.rows import DateOrder, Detection, Dialect
from services.profile.domain.imports.shapes import Cell, Shape, cell_kind, column_kinds, shape_of
from shared import urls

HEAD_BYTES = 256 * 1024
_PREAMBLE_LINES = 40
_SAMPLE_ROWS = 50
_DELIMITERS = ("\t", ";", ",", "|")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_ADDRESSES = ("address",)
_EMPTY = "This file is empty."
_MARKUP = "This is a web page or XML, not a list. Export the list as CSV and import that."
_JSON = (
    "This JSON holds no list of links or domains that we can find. "
    "Give a list of objects with the addresses of the linking pages, or a list of addresses."
)
_NO_ADDRESS = (
    "No column of this file holds addresses of pages or domains. "
    "Import a list of linking pages or linking sites, one per row."
)
_DOMAIN_LINES = (
    "Lines that begin with “domain:” are kept as domains without a page. "
    "If this is a disavow file, import it under Disavow instead."
)


class _Table(NamedTuple):
    """Where the table starts, and how its lines split."""

    delimiter: str
    header_row: int | None
    names: tuple[str, ...]
    rows: list[list[str]]


def detect(
    head: bytes, file_name: str | None = None, *, site_hosts: Collection[str] = ()
) -> Detection:
    """Say what a file is; `head` is its beginning (64 KiB are plenty) or all of it."""
    is_json = looks_like_json(head)
    room = JSON_HEAD_BYTES if is_json else HEAD_BYTES
    cut = len(head) > room
    head = head[:room]
    refused = refusal_of(head)
    if refused is not None:
        return _unreadable("binary", refused)
    encoding = encoding_of(head) or "utf-8"
    text = decoder(encoding).decode(head)
    if is_json:
        return replace(_detect_json(text, site_hosts, cut=cut), encoding=encoding)
    newline = "\r" if "\n" not in text and "\r" in text else "\n"
    lines = text.split(newline)
    if cut and len(lines) > 1:
        lines.pop()  # the last line goes on behind the head
    lines = [line.rstrip("\r") for line in lines]
    refused = _text_refusal(text)
    if refused is not None:
        return _unreadable(encoding, refused)
    found = _detect_lines(lines, file_name or "", site_hosts)
    return replace(found, encoding=encoding, newline=newline)


def _unreadable(encoding: str, refused: str) -> Detection:
    return Detection(Dialect.UNREADABLE, "none", encoding, None, None, refused=refused)


def _text_refusal(text: str) -> str | None:
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        return _EMPTY
    if start.startswith("<"):
        return _MARKUP
    return None


def _detect_json(text: str, site_hosts: Collection[str], *, cut: bool) -> Detection:
    table = find_table(text, cut=cut, worth=_json_worth)
    if table is None:
        return _unreadable("", _JSON)
    if table.names == _ADDRESSES:
        found = _plain_list([row[0] for row in table.rows if _is_entry(row[0])])
    else:
        found = _from_table(_Table("json", 1, table.names, table.rows), site_hosts)
    return replace(found, delimiter=None, header_row=None, json=table.place)


def _json_worth(names: Sequence[str], rows: list[list[str]]) -> int:
    """Say how much a list looks like one of links: by its names, else by what stands in it."""
    if tuple(names) == _ADDRESSES:
        entries = sum(_is_entry(row[0]) for row in rows if row)
        return int(0 < len(rows) <= 2 * entries)
    known = _header_worth(names)
    if known:
        return 1 + known
    return int(not {Cell.PAGE, Cell.HOST}.isdisjoint(column_kinds(rows, len(names))))


def _detect_lines(lines: list[str], file_name: str, site_hosts: Collection[str]) -> Detection:
    if _is_disavow(lines, file_name):
        return Detection(Dialect.DISAVOW, "google", "", None, None, refused=DISAVOW)
    table = _headed_table(lines) or _agreeing_table(lines) or _paired_table(lines, site_hosts)
    if table is None or _is_url_list(lines, table):
        return _plain_list(lines)
    return _from_table(table, site_hosts)


def _is_disavow(lines: Sequence[str], file_name: str) -> bool:
    entries = [line.strip().casefold() for line in lines if line.strip()]
    entries = [entry for entry in entries if not entry.startswith("#")]
    domains = sum(entry.startswith("domain:") for entry in entries)
    named = "disavow" in file_name.casefold()
    return domains > 0 and (named or 2 * domains >= len(entries))


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _headed_table(lines: Sequence[str]) -> _Table | None:
    """Find a line whose fields we know by name; preambles above it are skipped."""
    for at, line in enumerate(lines[:_PREAMBLE_LINES]):
        forced = _SEPARATOR_LINE.fullmatch(line.strip())
        if forced and at + 1 < len(lines):
            names = tuple(_split(lines[at + 1], forced[1]))
            return _Table(forced[1], at + 2, names, _sample(lines[at + 2 :], forced[1], len(names)))
        best = max(_DELIMITERS, key=lambda mark: _header_worth(_split(line, mark)))
        names = tuple(_split(line, best))
        if _header_worth(names) >= 2:
            return _Table(best, at + 1, names, _sample(lines[at + 1 :], best, len(names)))
    return None


def _header_worth(fields: Sequence[str]) -> int:
    """Count the names we know; 0 for a line that cannot be a header."""
    if len(fields) < 2 or any(cells.is_address(field) for field in fields):
        return 0
    folded = tuple(map(fold_header, fields))
    fits = 2 if layout_of(folded) is not None else 0
    if not fits and not {"referring_url", "domain"} & map_columns(folded).keys():
        return 0
    return fits + knows_header(folded)


def _agreeing_table(lines: Sequence[str]) -> _Table | None:
    """Find the first line that splits into as many fields as the next: a header we do not know."""
    filled = [(at, line) for at, line in enumerate(lines[:_PREAMBLE_LINES]) if line.strip()]
    for (at, line), (_, following) in pairwise(filled):
        for delimiter in _DELIMITERS:
            fields = _split(line, delimiter)
            if len([field for field in fields if field.strip()]) < 2:
                continue
            if len(_split(following, delimiter)) == len(fields):
                return _unknown_table(lines, at, delimiter, fields)
    return None


def _paired_table(lines: Sequence[str], site_hosts: Collection[str]) -> _Table | None:
    """Find a line with a page and, behind it, a page of the site, where no two lines agree."""
    for at, line in enumerate(lines[:_PREAMBLE_LINES]):
        for delimiter in _DELIMITERS:
            fields = _split(line, delimiter)
            if len(fields) == 2 and all(map(cells.is_address, fields)):
                target = cells.host_of(fields[1])
                if target is not None and urls.same_site(target, site_hosts):
                    return _unknown_table(lines, at, delimiter, fields)
    return None


def _unknown_table(lines: Sequence[str], at: int, delimiter: str, fields: Sequence[str]) -> _Table:
    if _is_data(fields):
        above = _header_above(lines[:at], delimiter, len(fields))
        if above is not None:
            return above._replace(rows=_sample(lines[at:], delimiter, len(fields)))
        names = tuple(f"column {number}" for number in range(1, len(fields) + 1))
        return _Table(delimiter, None, names, _sample(lines[at:], delimiter, len(fields)))
    rows = _sample(lines[at + 1 :], delimiter, len(fields))
    return _Table(delimiter, at + 1, tuple(fields), rows)


def _is_data(fields: Sequence[str]) -> bool:
    return not {Cell.PAGE, Cell.HOST, Cell.DATE}.isdisjoint(map(cell_kind, fields))


def _header_above(lines: Sequence[str], delimiter: str, width: int) -> _Table | None:
    """Find the header when broken rows stand between it and the first two good ones."""
    for at, line in enumerate(lines):
        names = tuple(_split(line, delimiter))
        if len(names) == width and not _is_data(names):
            return _Table(delimiter, at + 1, names, [])
    return None


def _sample(lines: Sequence[str], delimiter: str, width: int) -> list[list[str]]:
    def rows() -> Iterator[list[str]]:
        try:
            yield from csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
        except csv.Error:
            return

    found: list[list[str]] = []
    for row in rows():
        if len(row) == width:
            found.append(row)
        if len(found) == _SAMPLE_ROWS:
            break
    return found


def _is_url_list(lines: Sequence[str], table: _Table) -> bool:
    """Say whether the delimiters that we saw only stand inside addresses."""
    if table.header_row is not None or table.delimiter == "\t":
        return False
    whole = [cells.is_address(line) for line in lines[:_SAMPLE_ROWS] if line.strip()]
    if not all(whole):
        return False
    rest = {
        kind for kind in column_kinds(table.rows, len(table.names))[1:] if kind is not Cell.TEXT
    }
    return not rest - {Cell.EMPTY, Cell.COUNT}


def _plain_list(lines: Sequence[str]) -> Detection:
    entries = [(at, line.strip()) for at, line in enumerate(lines) if line.strip()]
    entries = [(at, line) for at, line in entries if not line.startswith("#")][:_SAMPLE_ROWS]
    header_row, names = None, ("address",)
    if len(entries) > 1 and _is_heading(entries[0][1]) and _is_entry(entries[1][1]):
        header_row, names = entries[0][0] + 1, (entries[0][1].strip('"'),)
        entries = entries[1:]
    if not any(_is_entry(line) for _, line in entries):
        return Detection(Dialect.UNREADABLE, "none", "", None, None, refused=_NO_ADDRESS)
    return Detection(
        Dialect.URL_LIST,
        "list",
        "",
        None,
        header_row,
        header=names,
        mapping={"referring_url": names[0]},
        columns={"referring_url": 0},
        fingerprint=_fingerprint(names, None),
        notes=_list_notes([line for _, line in entries]),
    )


def _is_heading(line: str) -> bool:
    """Say whether a line above entries names them; with an address in it, it is an entry."""
    return not _is_entry(line) and "://" not in line


def _is_entry(line: str) -> bool:
    line = line.rstrip(",;").strip('"').removeprefix("domain:").lstrip("-* \u2022")
    return cells.is_address(line) or cells.is_bare_address(line) or cells.is_host(line)


def _list_notes(entries: Sequence[str]) -> tuple[str, ...]:
    if not any(entry.casefold().startswith("domain:") for entry in entries):
        return ()
    return (_DOMAIN_LINES,)


def _from_table(table: _Table, site_hosts: Collection[str]) -> Detection:
    shape = _named_shape(table, site_hosts)
    if shape is None or len(shape.columns) == 1:  # names that say little: look at the cells, too
        seen = shape_of(table.rows, len(table.names), site_hosts)
        if shape is None or (seen and len(seen.columns) > 1):
            shape = None if seen is None else _with_names(seen, table)
    if shape is None:
        shape = Shape(Dialect.UNREADABLE, "none", {}, _NO_ADDRESS)
    order, notes = _dates(table, shape.columns)
    return Detection(
        shape.dialect,
        shape.source,
        "",
        table.delimiter,
        table.header_row,
        header=table.names,
        mapping={field: table.names[index].strip() for field, index in shape.columns.items()},
        columns=dict(shape.columns),
        date_order=order,
        decimal_comma=table.delimiter == ";",
        fingerprint=_fingerprint(table.names, table.delimiter),
        notes=notes,
        refused=shape.refused,
    )


_PLACES = frozenset({"referring_url", "target_url", "domain", "anchor_and_target"})


def _with_names(seen: Shape, table: _Table) -> Shape:
    """Add what the names say to what the cells of a table of links say; of two the names."""
    if table.header_row is None or seen.dialect is not Dialect.GENERIC_LINKS:
        return seen
    named = map_columns(tuple(map(fold_header, table.names)))
    places = {field: index for field, index in seen.columns.items() if field in _PLACES}
    taken = set(places.values())
    told = {field: i for field, i in named.items() if field not in _PLACES and i not in taken}
    taken |= set(told.values())
    rest = {field: index for field, index in seen.columns.items() if index not in taken}
    return seen._replace(columns={**rest, **told, **places})


def _named_shape(table: _Table, site_hosts: Collection[str]) -> Shape | None:
    """Recognise the header by its names: a tool's file, else whatever the names say."""
    if table.header_row is None:
        return None
    folded = tuple(map(fold_header, table.names))
    columns = map_columns(folded)
    layout = layout_of(folded)
    if layout is not None:
        columns = {layout.rename.get(field, field): index for field, index in columns.items()}
        refused = layout.refused
        if layout.dialect is Dialect.ANCHORWATCH:
            columns = dict(own_columns(table.names))
        if layout.dialect is Dialect.AHREFS_LINK_INTERSECT:
            own = _own_column(table.names, site_hosts)
            refused = INTERSECT if own is None else None
            columns = columns if own is None else {**columns, "links_here": own}
        if refused is None and not {"referring_url", "domain"} & columns.keys():
            return None  # the tool's words, and no name that says who links
        return Shape(layout.dialect, layout.source, columns, refused)
    kinds = column_kinds(table.rows, len(table.names))
    page = columns.get("referring_url")
    if page is not None and (not table.rows or kinds[page] in {Cell.PAGE, Cell.TEXT}):
        if "target_url" not in columns:
            columns = {**columns, **_own_pages(table, kinds, set(columns.values()), site_hosts)}
        return Shape(Dialect.GENERIC_LINKS, "generic", columns)
    domain = columns.get("domain", page)
    if domain is not None and (not table.rows or kinds[domain] in {Cell.HOST, Cell.PAGE}):
        return Shape(Dialect.GENERIC_DOMAINS, "generic", {**columns, "domain": domain})
    return None


def _own_pages(
    table: _Table, kinds: Sequence[Cell], taken: Collection[int], site_hosts: Collection[str]
) -> Mapping[str, int]:
    """Find the one column without a name we know that holds pages of the site: the targets."""
    for index, kind in enumerate(kinds):
        if kind is Cell.PAGE and index not in taken:
            hosts = {cells.host_of(row[index]) for row in table.rows if row[index].strip()}
            if all(host is not None and urls.same_site(host, site_hosts) for host in hosts):
                return {"target_url": index}
    return {}


def _own_column(names: Sequence[str], site_hosts: Collection[str]) -> int | None:
    for index, name in enumerate(names):
        host = cells.host_of(name) if cells.is_host(name.rstrip("/")) else None
        if host is not None and urls.same_site(host, site_hosts):
            return index
    return None


def _dates(table: _Table, columns: Mapping[str, int]) -> tuple[DateOrder, tuple[str, ...]]:
    fields = [columns[name] for name in ("first_seen", "last_seen", "lost_at") if name in columns]
    samples = [row[index] for row in table.rows for index in fields if is_numeric(row[index])]
    english = "".join(table.names).isascii() and table.delimiter != ";"
    order = date_order(samples, english=english)
    undecided = date_order(samples, english=not english) is not order
    if not undecided or not any("/" in text for text in samples):
        return order, ()
    first = "month" if order is DateOrder.MONTH_FIRST else "day"
    return order, (f"Dates such as {samples[0].strip()} were read with the {first} first.",)


def _fingerprint(names: Sequence[str], delimiter: str | None) -> str:
    folded = "\x1f".join(map(fold_header, names))
    return hashlib.blake2b(f"{delimiter}\x1e{folded}".encode(), digest_size=8).hexdigest()
