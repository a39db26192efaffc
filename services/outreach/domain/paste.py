"""A pasted table of placements: from a spreadsheet or a mail, with a header or without one."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.outreach.domain.cells import READERS, CellError, is_nothing, read_price
from services.outreach.domain.terms import Draft
from shared.errors import FieldError, InvalidError

MAX_ROWS = 2_000
MAX_CELLS = 40
MAX_SHOWN = 300

COLUMNS = (
    *("page", "target", "anchor_text", "rel", "position", "go_live_on", "until_on"),
    *("price", "currency", "vendor", "max_outlinks", "note", "method", "campaign"),
)
"""The order of columns that is assumed where the table has no header."""

_ALIASES: dict[str, str] = {
    **dict.fromkeys(
        ("page", "url", "page url", "referring url", "referring page", "source url", "link from",
         "source", "from", "post url", "live url", "article url", "referring_url"),
        "page",
    ),
    **dict.fromkeys(("domain", "site", "website", "referring domain", "referring_domain"), "domain"),
    **dict.fromkeys(
        ("target", "target url", "target page", "link to", "to", "destination", "landing page",
         "money page", "target_url"),
        "target",
    ),
    **dict.fromkeys(("anchor", "anchor text", "anchor_text", "keyword", "text"), "anchor_text"),
    **dict.fromkeys(("rel", "link type", "attribute", "attributes", "follow"), "rel"),
    **dict.fromkeys(("position", "placement", "place"), "position"),
    **dict.fromkeys(
        ("go live", "go-live", "go live on", "go_live_on", "live on", "live date", "date",
         "published", "publish date", "due", "due date"),
        "go_live_on",
    ),
    **dict.fromkeys(
        ("until", "until_on", "expires", "expiry", "expiry date", "end", "end date",
         "guaranteed until"),
        "until_on",
    ),
    **dict.fromkeys(("price", "cost", "fee", "amount", "paid"), "price"),
    **dict.fromkeys(("currency", "cur"), "currency"),
    **dict.fromkeys(("vendor", "seller", "supplier", "agency", "provider", "publisher"), "vendor"),
    **dict.fromkeys(
        ("max outlinks", "max_outlinks", "outlinks", "outgoing links", "max links"), "max_outlinks"
    ),
    **dict.fromkeys(
        ("method", "tactic", "placement type", "link method", "how", "source method"), "method"
    ),
    **dict.fromkeys(("campaign", "campaign name", "project"), "campaign"),
    **dict.fromkeys(("note", "notes", "comment", "comments", "remark", "remarks"), "note"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: a draft, or what cannot be read in it."""

    number: int
    draft: Draft
    vendor: str | None
    note: str | None
    errors: tuple[FieldError, ...]
    text: str
    """As it was pasted, the beginning of it."""


def read_table(text: str) -> list[Row]:
    """Return the rows of a pasted table; raises InvalidError where it is no table at all."""
    cells = _cells(text)
    if not cells:
        raise InvalidError(
            "There is no row in the text.",
            [FieldError("/text", "empty", "Paste rows with a page and a target.")],
        )
    header = _header(cells[0].values)
    rows = cells[1:] if header else cells
    if len(rows) > MAX_ROWS:
        raise InvalidError(
            f"{len(rows)} rows are too many for one paste.",
            [FieldError("/text", "too-many", f"Paste at most {MAX_ROWS} rows at once.")],
        )
    columns = header or dict(enumerate(COLUMNS))
    return [_row(one, columns) for one in rows]


class _Line(NamedTuple):
    """One row of the table before it is understood."""

    number: int
    values: Sequence[str]
    text: str


def _cells(text: str) -> list[_Line]:
    """Return every row that has any cell, with the number of its line."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), skipinitialspace=True)
    lines = text.split("\n")
    rows: list[_Line] = []
    before = 0
    try:
        for row in reader:
            stripped = [cell.strip() for cell in row[:MAX_CELLS]]
            if any(stripped):
                pasted = "\n".join(lines[before : reader.line_num])
                rows.append(_Line(before + 1, stripped, _shortened(pasted)))
            before = reader.line_num
    except csv.Error as error:
        raise InvalidError(
            f"Line {reader.line_num} cannot be read as a table.",
            [FieldError("/text", "unreadable", "Check its quotation marks.")],
        ) from error
    return rows


def _shortened(text: str) -> str:
    text = text.strip()
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def _delimiter(text: str) -> str:
    """Tabs from spreadsheets win; else the sign that most lines have equally often."""
    lines = [line for line in text.split("\n")[:20] if line.strip()]
    for sign in ("\t", ";", "|"):
        if lines and sum(sign in line for line in lines) * 2 > len(lines):
            return sign
    return ","


def _header(first: Sequence[str]) -> Mapping[int, str] | None:
    """Return which column is which field, if the first row names at least two or only words."""
    found: dict[int, str] = {}
    for index, cell in enumerate(first):
        name = _ALIASES.get(re.sub(r"[\s_-]+", " ", cell.lower()).strip()) or _ALIASES.get(
            cell.lower()
        )
        if name and name not in found.values():
            found[index] = name
    only = len(first) == 1 and bool(found)
    if len(found) < 2 and not only:
        return None
    return found


def _row(line: _Line, columns: Mapping[int, str]) -> Row:
    number, values, pasted = line
    fields: dict[str, Any] = {}
    errors: list[FieldError] = []
    cells = {name: values[index] for index, name in columns.items() if index < len(values)}
    for name, text in cells.items():
        if not text or (is_nothing(text) and name not in {"anchor_text", "note"}):
            continue
        try:
            _read(name, text, fields, beside=cells.get("currency"))
        except CellError as error:
            errors.append(FieldError(f"/rows/{number}/{name}", "unreadable", str(error)))
    extra = sum(1 for index, text in enumerate(values) if text and index not in columns)
    if extra and columns == dict(enumerate(COLUMNS)):
        errors.append(
            FieldError(
                f"/rows/{number}",
                "too-many-cells",
                f"More than {len(COLUMNS)} cells: put a line with the names of the columns first.",
            )
        )
    vendor, note = fields.pop("vendor", None), fields.pop("note", None)
    _only_domain(fields)
    return Row(number, Draft(**fields), vendor, note, tuple(errors), pasted)


def _read(name: str, text: str, fields: dict[str, Any], *, beside: str | None) -> None:
    if name == "price":
        fields["price"], currency = read_price(text, beside=beside)
        if currency is not None:
            fields.setdefault("currency", currency)
        return
    reader = READERS.get(name)
    fields[name] = text if reader is None else reader(text)


def _only_domain(fields: dict[str, Any]) -> None:
    """A bare name promises any page of a domain; with a scheme or a slash it is the home page."""
    page = fields.get("page")
    if page and "/" not in page:
        fields.setdefault("domain", fields.pop("page"))
    domain = fields.get("domain")
    if domain and "page" not in fields and "/" in domain.rpartition("://")[2].rstrip("/"):
        # A page in the column of domains: whoever names the page promises that one.
        fields["page"] = fields.pop("domain")


def pasted_twice(rows: Sequence[tuple[int, tuple[Any, ...]]]) -> dict[int, int]:
    """Return for each row that repeats another the number of the row that it repeats."""
    first: dict[tuple[Any, ...], int] = {}
    return {number: first[key] for number, key in rows if first.setdefault(key, number) != number}
