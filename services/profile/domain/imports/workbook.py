"""Reads the sheets of an Excel workbook (XLSX) as a stream of text, row by row, in bounded memory.

A workbook is an archive of XML. Each sheet comes out as lines with tabs, one line per row of the
sheet, so that whatever reads text files reads it as well and names a row by its number in the sheet.
"""

import csv
import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import datetime, timedelta
from xml.parsers import expat

from services.profile.domain.imports.archive import pieces
from shared.errors import InvalidError

MAX_TEXTS = 256 * 1024 * 1024  # bytes of the table of texts, which must be held
MAX_PART = 16 * 1024 * 1024  # bytes of the small parts: list of sheets, formats
MAX_SILENCE = 2 * 1024 * 1024  # bytes of XML in which nothing begins or ends
MAX_COLUMNS = 512
MAX_ROWS = 1_048_576
MAX_CELL = 40_000  # characters; Excel itself keeps 32,767
ENCODING = "utf-8"
DELIMITER = "\t"

_BLOCK = 64 * 1024  # characters of text that go out at once
_BREAKS = str.maketrans("\t\r\n\x0b\x0c\u2028\u2029", " " * 7)
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_A_MARK = re.compile(r"\"[^\"]*\"|\\.|\[[^\]]*\]|_.|\*.")
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 (sheets know no zone)
_BROKEN = "This workbook is broken. Save the sheet as CSV and import that."
_RICH = frozenset({"t"})

Attributes = Mapping[str, str]


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Say whether an archive is an Excel workbook."""
    names = set(archive.namelist())
    return "[Content_Types].xml" in names and "xl/workbook.xml" in names


def list_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the visible sheets: name -> entry of the archive."""
    found: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def relation(name: str, given: Attributes) -> None:
        if name == "Relationship" and given.get("Type", "").endswith("/worksheet"):
            targets[given["Id"]] = posixpath.normpath(posixpath.join("/xl", given["Target"]))[1:]

    def sheet(name: str, given: Attributes) -> None:
        if name == "sheet" and given.get("state", "visible") == "visible":
            ids = [value for key, value in given.items() if key.rpartition(":")[2] == "id"]
            found.extend((given.get("name", ""), id_) for id_ in ids)

    _parse_small(archive, "xl/_rels/workbook.xml.rels", relation)
    _parse_small(archive, "xl/workbook.xml", sheet)
    entries = set(archive.namelist())
    return {name: targets[id_] for name, id_ in found if targets.get(id_) in entries}


def sheet_lines(archive: zipfile.ZipFile, entry: str) -> Generator[bytes, None, None]:
    """Yield a sheet as lines of text in UTF-8, cells between tabs."""
    texts = _texts(archive)
    sheet = _Sheet(texts, _date_styles(archive), _epoch(archive))
    for _ in _parse(archive, entry, sheet.start, sheet.end, sheet.data):
        if sheet.size > _BLOCK:
            yield sheet.take()
    yield sheet.take()


class _Sheet:
    """The handlers of a sheet's XML; keeps the lines that were not taken yet."""

    def __init__(self, texts: list[str], dates: frozenset[int], epoch: datetime) -> None:
        self._texts, self._dates, self._epoch = texts, dates, epoch
        self._out = io.StringIO(newline="")
        self._writer = csv.writer(self._out, delimiter=DELIMITER, lineterminator="\n")
        self._row: dict[int, str] = {}
        self._lines = self._number = self._column = self._width = 0
        self._kind = self._style = ""
        self._cell: list[str] = []
        self._length = 0
        self._taking = self._phonetic = False

    @property
    def size(self) -> int:
        return self._out.tell()

    def take(self) -> bytes:
        text = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return text.encode(ENCODING, "replace")

    def start(self, name: str, given: Attributes) -> None:
        if name == "c":
            place = given.get("r", "")
            self._column = _column(place) if place else self._column + 1
            self._kind, self._style = given.get("t", "n"), given.get("s", "")
            self._cell, self._length = [], 0
        elif name in {"v", "t"}:
            self._taking = not self._phonetic
        elif name == "rPh":
            self._phonetic = True
        elif name == "row":
            self._number = _whole(given.get("r", ""), self._lines + 1)
            self._row, self._column = {}, 0

    def data(self, text: str) -> None:
        if self._taking and self._length < MAX_CELL:
            self._cell.append(text)
            self._length += len(text)

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._taking = False
        elif name == "c":
            if self._cell and 0 < self._column <= MAX_COLUMNS:
                self._row[self._column] = self._value("".join(self._cell))
        elif name == "rPh":
            self._phonetic = False
        elif name == "row":
            self._end_row()

    def _end_row(self) -> None:
        if not self._lines < self._number <= MAX_ROWS:
            raise InvalidError(_BROKEN, code="import-refused")
        self._out.write("\n" * (self._number - self._lines - 1))
        if self._row:  # spreadsheets leave out the empty cells at the end of a row
            self._width = max(self._width, *self._row)
        width = self._width if self._row else 0
        self._writer.writerow([self._row.get(at, "") for at in range(1, width + 1)])
        self._lines = self._number

    def _value(self, raw: str) -> str:
        if self._kind == "s":
            at = _whole(raw, -1)
            return self._texts[at] if 0 <= at < len(self._texts) else ""
        if self._kind == "b":
            return "true" if raw.strip() == "1" else "false"
        if self._kind == "e":  # an error such as #REF!
            return ""
        if self._kind == "n":
            return self._number_text(raw.strip())
        return raw.translate(_BREAKS)

    def _number_text(self, raw: str) -> str:
        if _whole(self._style, -1) in self._dates:
            return _date_text(raw, self._epoch)
        if "E" not in raw and "e" not in raw:
            return raw
        try:
            value = float(raw)
        except ValueError:
            return raw
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _date_text(raw: str, epoch: datetime) -> str:
    try:
        moment = epoch + timedelta(days=float(raw))
    except (ValueError, OverflowError):
        return raw
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    return moment.isoformat(" ") if moment.time() != datetime.min.time() else f"{moment:%Y-%m-%d}"


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else otherwise


def _column(place: str) -> int:
    """Return the number of a column: `AB12` is 28."""
    number = 0
    for letter in place[:4]:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number


def _texts(archive: zipfile.ZipFile) -> list[str]:
    """Return the texts that the cells of all sheets refer to by number."""
    entry = next((name for name in archive.namelist() if name.endswith("sharedStrings.xml")), None)
    if entry is None:
        return []
    if archive.getinfo(entry).file_size > MAX_TEXTS:
        detail = "This workbook is too large to be read as one. Save the sheet as CSV."
        raise InvalidError(detail, code="import-refused")
    texts: list[str] = []
    parts: list[str] = []
    state = {"taking": False, "phonetic": False}

    def start(name: str, _given: Attributes) -> None:
        if name == "si":
            parts.clear()
        elif name == "rPh":
            state["phonetic"] = True
        elif name in _RICH:
            state["taking"] = not state["phonetic"]

    def end(name: str) -> None:
        if name == "si":
            texts.append("".join(parts)[:MAX_CELL].translate(_BREAKS))
        elif name == "rPh":
            state["phonetic"] = False
        elif name in _RICH:
            state["taking"] = False

    def data(text: str) -> None:
        if state["taking"]:
            parts.append(text)

    for _ in _parse(archive, entry, start, end, data):
        pass
    return texts


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """Return the numbers of the cell styles that show a date or a time."""
    own: dict[int, str] = {}
    styles: list[int] = []
    inside = {"cellXfs": False}

    def start(name: str, given: Attributes) -> None:
        if name == "numFmt":
            own[_whole(given.get("numFmtId", ""), -1)] = given.get("formatCode", "")
        elif name in {"cellXfs", "cellStyleXfs"}:
            inside["cellXfs"] = name == "cellXfs"
        elif name == "xf" and inside["cellXfs"]:
            styles.append(_whole(given.get("numFmtId", ""), 0))

    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    _parse_small(archive, "xl/styles.xml", start)
    return frozenset(
        number for number, form in enumerate(styles) if _is_date(form, own.get(form, ""))
    )


def _is_date(form: int, code: str) -> bool:
    marks = _NOT_A_MARK.sub("", code).casefold()
    return form in _DATE_FORMATS or bool(set("ymdhs") & set(marks))


def _epoch(archive: zipfile.ZipFile) -> datetime:
    found = [_EPOCH]

    def start(name: str, given: Attributes) -> None:
        if name == "workbookPr" and given.get("date1904", "") in {"1", "true"}:
            found.append(_EPOCH_1904)

    _parse_small(archive, "xl/workbook.xml", start)
    return found[-1]


def _parse_small(
    archive: zipfile.ZipFile, entry: str, start: Callable[[str, Attributes], None]
) -> None:
    if entry not in archive.namelist() or archive.getinfo(entry).file_size > MAX_PART:
        raise InvalidError(_BROKEN, code="import-refused")
    for _ in _parse(archive, entry, start, lambda _name: None, lambda _text: None):
        pass


def _parse(
    archive: zipfile.ZipFile,
    entry: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None],
    data: Callable[[str], None],
) -> Iterator[None]:
    """Send the elements of one part to the handlers, by their local names; yields after each piece."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    silence = 0

    def on_start(name: str, given: Attributes) -> None:
        nonlocal silence
        silence = 0
        start(name.rpartition(":")[2], given)

    def on_end(name: str) -> None:
        nonlocal silence
        silence = 0
        end(name.rpartition(":")[2])

    def on_doctype(*_given: object) -> None:
        # Entities of a document type unfold without bound; no workbook has one.
        raise InvalidError(_BROKEN, code="import-refused")

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = on_doctype
    try:
        for piece in pieces(archive, entry):
            silence += len(piece)
            parser.Parse(piece, False)
            if silence > MAX_SILENCE:
                raise InvalidError(_BROKEN, code="import-refused")
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InvalidError(_BROKEN, code="import-refused") from error
