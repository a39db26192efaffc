"""Finds the list inside a JSON document and reads it one element at a time, whatever the whole weighs.

Lists of objects, of texts and of rows are read, below any name; so are objects one after the other,
each on a line of its own (JSON lines) or not. Nothing but one element is ever held.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from services.profile.domain.exporting.layouts import OWN_COLUMNS, own_layout
from services.profile.domain.exporting.writers import cell_text
from shared.urls import scalar_values

MAX_ELEMENT = 256 * 1024  # characters of one element
MAX_DEPTH = 6  # of objects inside an element; what lies deeper is left out
MAX_COLUMNS = 400
HEAD_BYTES = 4 * 1024 * 1024
"""So much of a document is looked at for the names of its columns; elements may leave out some."""

_SEARCHED = 64 * 1024  # characters in which the list has to begin
_CANDIDATES = 100
_SAMPLE = 50
_NAMED_BY = 2_000  # elements that name columns
_LONGEST_NAME = 200
_GAP = re.compile(r"[\s,]*+")
_LIST = re.compile(r'(?:"((?:[^"\\]|\\.){1,100}+)"\s*+:\s*+)?\[(?=\s*+["{\[])')
_DECODER = json.JSONDecoder()
_OWN = frozenset({"id", "referring_url", "last_good_status", "anchor_kind", "sources", "metrics"})
_OWN_NAMES = (*OWN_COLUMNS, "claims")


class JsonList(NamedTuple):
    """Where the elements stand."""

    key: str | None  # the name before the list; None: the document itself
    lines: bool = False  # one element a line
    skip: int = 0  # elements at the beginning that are no row


class Table(NamedTuple):
    """A list as a table: the names of its columns, and some rows."""

    place: JsonList
    names: tuple[str, ...]
    rows: list[list[str]]


class BrokenJsonError(ValueError):
    """An element that cannot be read; the text is how it begins."""


def looks_like_json(head: bytes) -> bool:
    """Say whether bytes, in whatever encoding, begin like a JSON document."""
    start = head[:256].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return re.match(rb'\{\s*["}]|\[\s*["{\[\]]', start) is not None


def find_table(
    text: str, *, cut: bool, worth: Callable[[Sequence[str], list[list[str]]], int]
) -> Table | None:
    """Return the list in the beginning of a document that is worth the most; None without any."""
    best, best_worth = None, 0
    for place, elements in _candidates(text, cut=cut):
        table = _table(place, elements)
        value = worth(table.names, table.rows[:_SAMPLE])
        if value > best_worth:
            best, best_worth = table, value
    return best


def _candidates(text: str, *, cut: bool) -> Iterator[tuple[JsonList, list[Any]]]:
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        lines = text.split("\n", _NAMED_BY)[:_NAMED_BY]
        in_lines = _decoded_lines(lines[:-1] if cut and len(lines) > 1 else lines)
        if in_lines:
            yield JsonList(None, lines=True), in_lines
        else:
            yield JsonList(None), _decoded(text, text.index("{"))
    for count, found in enumerate(_LIST.finditer(text, 0, _SEARCHED)):
        if count == _CANDIDATES:
            return
        elements = _decoded(text, found.end())
        if elements:
            yield JsonList(None if found[1] is None else _unescaped(found[1])), elements


def _unescaped(key: str) -> str:
    return str(json.loads(f'"{key}"'))


def _decoded_lines(lines: Iterable[str]) -> list[Any]:
    """Return the objects of lines that hold one each; nothing if the first of them does not."""
    found: list[Any] = []
    for line in filter(str.strip, lines):
        try:
            element = _of_line(line)
        except BrokenJsonError:
            if not found:
                return []
            continue
        if not isinstance(element, dict):
            return []
        found.append(element)
    return found


def _decoded(text: str, at: int) -> list[Any]:
    """Return the elements from here on, up to the end of their list."""
    found: list[Any] = []
    while len(found) < _NAMED_BY:
        try:
            element, at = _DECODER.raw_decode(text, _end_of_gap(text, at))
        except (ValueError, RecursionError):
            break
        found.append(element)
    return found


def _end_of_gap(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return at if gap is None else gap.end()


def _table(place: JsonList, elements: Sequence[Any]) -> Table:
    objects = [element for element in elements if isinstance(element, dict)]
    if objects and all(element.keys() >= _OWN for element in objects[:_SAMPLE]):
        names: Sequence[str] = _OWN_NAMES
    elif objects:
        flat = map(_flat, objects)
        names = list(dict.fromkeys(name for one in flat for name in one))[:MAX_COLUMNS]
    elif elements and isinstance(elements[0], list):
        return _table_of_rows(place, elements)
    else:
        names = ("address",)
    found = (_row_or_none(one, names) for one in elements[:_SAMPLE])
    rows = [row for row in found if row is not None and len(row) == len(names)]
    return Table(place, tuple(names), rows)


def _table_of_rows(place: JsonList, elements: Sequence[Any]) -> Table:
    """Take the first row for the header if it holds nothing but texts, each of them once."""
    lists = [one for one in elements if isinstance(one, list)]
    first = lists[0][:MAX_COLUMNS]
    named = all(isinstance(cell, str) and cell and "/" not in cell for cell in first)
    if named and len(set(first)) == len(first):
        place = place._replace(skip=1)
        names = tuple(map(_text, first))
    else:
        names = tuple(f"column {number}" for number in range(1, len(first) + 1))
    rows = [_row(one, names) for one in lists[place.skip : _SAMPLE]]
    return Table(place, names, [row for row in rows if len(row) == len(names)])


def _row_or_none(element: Any, names: Sequence[str]) -> list[str] | None:
    try:
        return _row(element, names)
    except BrokenJsonError:
        return None


def elements(
    texts: Iterable[str], place: JsonList, names: Sequence[str]
) -> Iterator[tuple[int, list[str] | BrokenJsonError]]:
    """Yield the rows of the list in a document that comes in pieces, numbered from 1."""
    found = _sequence(iter(texts), place.key)
    for number, element in enumerate(found, 1):
        if number > place.skip:
            yield number, _row_or_error(element, names)


def row_of_line(line: str, names: Sequence[str]) -> list[str] | BrokenJsonError:
    """Return the row that one line of JSON lines is."""
    try:
        return _row(_of_line(line), names)
    except BrokenJsonError as error:
        return error


def _row_or_error(element: Any, names: Sequence[str]) -> list[str] | BrokenJsonError:
    if isinstance(element, BrokenJsonError):
        return element
    try:
        return _row(element, names)
    except BrokenJsonError as error:
        return error


def _of_line(line: str) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:  # it is strict: no NaN, no half of a character, no comma behind
        try:
            return json.loads(line.strip().rstrip(","))
        except (ValueError, RecursionError) as error:
            raise BrokenJsonError(line.strip()) from error


def _sequence(texts: Iterator[str], key: str | None) -> Iterator[Any]:
    """Yield the elements of every list of this name, and what is none as an error, which is the last."""
    reader = _Reader(texts)
    begin = re.compile(r"\[" if key is None else rf"{re.escape(json.dumps(key))}\s*+:\s*+\[")
    plain = re.compile(r"\[" if key is None else rf'"{re.escape(key)}"\s*+:\s*+\[')
    inside = key is None and not reader.begins_with("[")
    while inside or reader.find(begin, plain):
        while reader.comes():
            if reader.takes("]"):
                break
            element = reader.take()
            yield element
            if isinstance(element, BrokenJsonError):
                return
        if inside:
            return


class _Reader:
    """A document that comes in pieces, of which only what is not read yet is held."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._text = ""
        self._at = 0

    def _more(self) -> bool:
        """Take a further piece; False at the end."""
        piece = next((piece for piece in self._texts if piece), None)
        if piece is None:
            return False
        self._text = self._text[self._at :] + piece
        self._at = 0
        return True

    def begins_with(self, mark: str) -> bool:
        return self.comes() and self._text.startswith(mark, self._at)

    def comes(self) -> bool:
        """Go to what stands behind blanks and commas; False at the end."""
        while True:
            self._at = _end_of_gap(self._text, self._at)
            if self._at < len(self._text):
                return True
            if not self._more():
                return False

    def takes(self, mark: str) -> bool:
        if not self._text.startswith(mark, self._at):
            return False
        self._at += len(mark)
        return True

    def find(self, *marks: re.Pattern[str]) -> bool:
        """Go behind the next of these marks."""
        while True:
            ends = [found.end() for mark in marks if (found := mark.search(self._text, self._at))]
            if ends:
                self._at = min(ends)
                return True
            self._at = max(self._at, len(self._text) - 1_000)  # a mark may have begun here
            if not self._more():
                return False

    def take(self) -> Any:
        """Return the next element, or the error that it is."""
        tried, ended = 0, False
        while True:
            left = len(self._text) - self._at
            if left >= 2 * tried or ended:  # not at every piece: that would be its length squared
                tried = left
                try:
                    element, self._at = _DECODER.raw_decode(self._text, self._at)
                except (ValueError, RecursionError):
                    if ended or left > MAX_ELEMENT:
                        return BrokenJsonError(self._text[self._at : self._at + 1_000])
                else:
                    return element
            ended = not self._more()


def _row(element: Any, names: Sequence[str]) -> list[str]:
    """Return the cells of an element in the order of the columns."""
    if isinstance(element, dict):
        if names is _OWN_NAMES or tuple(names) == _OWN_NAMES:
            return _own_row(element)
        flat = _flat(element)
        return [flat.get(name, "") for name in names]
    if isinstance(element, str):
        return [_text(element)]
    if isinstance(element, list):
        row = [_cell(cell) for cell in element]
        return row + [""] * (len(names) - len(row))
    raise BrokenJsonError(str(element)[:1_000])


def _own_row(item: Mapping[str, Any]) -> list[str]:
    """Return the cells that our own export as a table has, and all that its sources say."""
    try:
        cells = [cell_text(cell) for cell in own_layout(for_client=False).cells(item)]
        return [*cells, cell_text(orjson.dumps(item["sources"]).decode())]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BrokenJsonError(str(item)[:1_000]) from error


def _flat(element: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str]:
    """Return the texts of an object by their names; those of an object inside as `outer.inner`."""
    found: dict[str, str] = {}
    for key, value in element.items():
        name = f"{prefix}{key}"[:_LONGEST_NAME]
        if type(value) is str:
            found[name] = _text(value)
        elif not isinstance(value, dict):
            found[name] = _cell(value)
        elif depth < MAX_DEPTH:
            found |= _flat(value, f"{name}.", depth + 1)
    return found


def _cell(value: Any) -> str:
    match value:
        case None | dict():
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case int() | float():
            return str(value)
        case _:
            return " ".join(_cell(one) for one in value if not isinstance(one, (dict, list)))


def _text(value: str) -> str:
    """Return a text without halves of characters, which JSON can write and nobody can store."""
    return value if value.isascii() else scalar_values(value)
