"""Builds archives and workbooks as spreadsheets and tools write them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLES = (
    f'<styleSheet {_MAIN}><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/></cellXfs></styleSheet>'
)


def a_zip(files: Mapping[str, bytes], *, level: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", level) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return out.getvalue()


def a_date(serial: float) -> tuple[float]:
    """A cell that holds a day as spreadsheets count them."""
    return (serial,)


Cell = str | float | bool | tuple[float] | None


def a_book(
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    *,
    hidden: Sequence[str] = (),
    shared_texts: bool = True,
    extra: Mapping[str, bytes] | None = None,
) -> bytes:
    """Write a workbook; texts go into the shared table, as Excel does, or into the cells."""
    texts: list[str] = []
    files: dict[str, bytes] = {"[Content_Types].xml": _TYPES.encode()}
    list_of, relations = "", ""
    for number, (name, rows) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if name in hidden else ""
        list_of += f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="rId{number}"/>'
        relations += (
            f'<Relationship Id="rId{number}" Type="{_RELS}/worksheet"'
            f' Target="worksheets/sheet{number}.xml"/>'
        )
        files[f"xl/worksheets/sheet{number}.xml"] = _sheet(
            rows, texts if shared_texts else None
        ).encode()
    files["xl/workbook.xml"] = (
        f'<workbook {_MAIN} xmlns:r="{_RELS}"><sheets>{list_of}</sheets></workbook>'.encode()
    )
    files["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{relations}</Relationships>".encode()
    )
    files["xl/styles.xml"] = _STYLES.encode()
    if shared_texts:
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
        files["xl/sharedStrings.xml"] = f"<sst {_MAIN}>{items}</sst>".encode()
    return a_zip({**files, **(extra or {})})


def _sheet(rows: Sequence[Sequence[Cell]], texts: list[str] | None) -> str:
    lines = "".join(
        f'<row r="{number}">'
        + "".join(_cell(f"{chr(64 + at)}{number}", cell, texts) for at, cell in enumerate(row, 1))
        + "</row>"
        for number, row in enumerate(rows, 1)
        if row
    )
    return f"<worksheet {_MAIN}><sheetData>{lines}</sheetData></worksheet>"


def _cell(place: str, cell: Cell, texts: list[str] | None) -> str:
    match cell:
        case bool():
            made = f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
        case (serial,):
            made = f'<c r="{place}" s="1"><v>{serial}</v></c>'
        case int() | float():
            made = f'<c r="{place}"><v>{cell}</v></c>'
        case str() if texts is None:
            made = f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        case str() if texts is not None:
            texts.append(cell)
            made = f'<c r="{place}" t="s"><v>{len(texts) - 1}</v></c>'
        case _:
            made = ""
    return made
