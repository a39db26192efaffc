"""Writes rows as CSV, as a workbook or as lines of JSON: piece by piece, in memory that does not grow."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO
from xml.sax.saxutils import escape

from typing_extensions import Buffer, override

from services.profile.domain.exporting.layouts import Cell, Layout
from shared.spreadsheets import as_written, harmless

ROWS_OF_SHEET = 1_000_000
LONGEST_CELL = 32_767  # characters, which is what Excel keeps
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


class TableWriter:
    """CSV in any delimiter and encoding; no cell runs as a formula."""

    def __init__(self, layout: Layout, *, bom: bool) -> None:
        self._layout = layout
        self._out = io.StringIO(newline="")
        self._writer = csv.writer(
            self._out,
            delimiter=layout.delimiter,
            quoting=csv.QUOTE_ALL if layout.quote_all else csv.QUOTE_MINIMAL,
            lineterminator="\r\n",
        )
        # utf-16 writes its mark with every piece: only the first one may.
        self._encoding = layout.encoding
        self._mark = "\ufeff" if bom and layout.encoding == "utf-8" else ""

    def begin(self) -> bytes:
        self._writer.writerow(self._layout.header)
        whole = f"{self._mark}{self._take()}".encode(self._encoding)
        if self._encoding == "utf-16":
            self._encoding = "utf-16-le"
        return whole

    def write(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        self._writer.writerows([cell_text(cell) for cell in row] for row in rows)
        return self._take().encode(self._encoding, "replace")

    def end(self) -> bytes:
        return b""

    def _take(self) -> str:
        text = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return text


def cell_text(cell: Cell) -> str:
    """Return what a table shows of a cell: nothing of it runs as a formula."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return cell.isoformat().replace("+00:00", "Z")
        case int() | float():
            return str(cell)
    return harmless(cell.replace("\x00", "\ufffd"))


class _Sink(io.RawIOBase):
    """What an archive is written into: a stream that cannot be wound back."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Buffer, /) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


class BookWriter:
    """A workbook (XLSX) with its texts in the cells, a further sheet for every million rows."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._sink = _Sink()
        self._archive = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)
        self._sheets = self._rows = 0

    def begin(self) -> bytes:
        self._sheet = self._open()
        return self._sink.take()

    def write(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        for row in rows:
            if self._rows >= ROWS_OF_SHEET:
                self._close()
                self._sheet = self._open()
            self._row(row)
        return self._sink.take()

    def end(self) -> bytes:
        self._close()
        for name, text in _parts(self._sheets).items():
            self._archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
        self._archive.close()
        return self._sink.take()

    def _open(self) -> IO[bytes]:
        self._sheets += 1
        self._rows = 0
        sheet = self._archive.open(f"xl/worksheets/sheet{self._sheets}.xml", "w", force_zip64=True)
        sheet.write(
            f'<?xml version="1.0" encoding="UTF-8"?><worksheet {_MAIN}><sheetData>'.encode()
        )
        self._sheet = sheet
        self._row(self._layout.header)
        return sheet

    def _row(self, row: Sequence[Cell]) -> None:
        self._sheet.write(f"<row>{''.join(map(_cell, row))}</row>".encode())
        self._rows += 1

    def _close(self) -> None:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()


def _cell(cell: Cell) -> str:
    match cell:
        case None | "":
            return "<c/>"
        case bool():
            return f'<c t="b"><v>{int(cell)}</v></c>'
        case int() | float():
            return f"<c><v>{cell}</v></c>"
        case datetime():
            text = cell_text(cell)
        case str():
            # Texts of a workbook are no formulas; only our own mark is told from a real one.
            text = harmless(cell) if as_written(cell) != cell else cell
    text = escape(_NOT_XML.sub("\ufffd", text[:LONGEST_CELL]))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _parts(sheets: int) -> dict[str, str]:
    """Return the parts of a workbook that name its sheets."""
    numbers = range(1, sheets + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_SHEET_TYPE}"/>'
        for n in numbers
    )
    names = "".join(f'<sheet name="Links {n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default'
        ' Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml"'
        f' ContentType="{_BOOK_TYPE}"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        "</Relationships>",
    }


Writer = TableWriter | BookWriter
