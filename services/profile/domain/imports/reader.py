"""Streams the rows of an export: every record becomes exactly one row, error or own row."""

from collections.abc import Collection, Iterable, Iterator

from services.profile.domain.imports.mapping import Cells
from services.profile.domain.imports.records import Fault, records
from services.profile.domain.imports.rows import Detection, Dialect, Row, RowError
from services.profile.domain.imports.typed import row_error, row_reader
from shared.errors import InvalidError
from shared.spreadsheets import as_written

# Sheets that people write: they leave out the empty cells at the end of a row.
_SHORT_ROWS_ARE_FINE = frozenset(
    {Dialect.GENERIC_LINKS, Dialect.GENERIC_DOMAINS, Dialect.LINKSENTINEL}
)
_FAULTS = {
    "line_too_long": "The line is longer than 256,000 characters. Shorten it or leave it out.",
    "broken_json": "This is no JSON, or it is longer than 256,000 characters. Export the file again.",
    "broken_quotes": "A quotation mark is opened and not closed. Export the file again.",
}


def read(
    chunks: Iterable[bytes],
    detection: Detection,
    site_hosts: Collection[str],
    *,
    after_row: int = 0,
) -> Iterator[Row]:
    """Yield every row of the file behind line `after_row`; the chunks begin at its first byte.

    Duplicates are yielded as well: whoever keeps the rows knows which keys it has (`key_of`).
    """
    if detection.refused is not None:
        raise InvalidError(detection.refused, code="import-refused")
    reader = row_reader(detection, site_hosts)
    width = len(detection.header)
    pads = detection.dialect in _SHORT_ROWS_ARE_FINE
    ours = detection.dialect is Dialect.ANCHORWATCH
    is_list = detection.delimiter is None and detection.json is None
    for row_no, record in records(chunks, detection):
        if isinstance(record, Fault):
            if row_no > after_row:
                yield row_error(row_no, "", record.code, _FAULTS[record.code], record.raw)
            continue
        if is_list and record[0].startswith("#"):
            continue
        if not any(record):
            continue
        if row_no <= after_row:
            continue
        if ours:
            record = list(map(as_written, record))  # noqa: PLW2901 - the same record, unmarked
        if len(record) != width and not _fit(record, width, pads=pads):
            yield _wrong_width(row_no, record, width)
        else:
            yield reader(row_no, record)


def _fit(record: list[str], width: int, *, pads: bool) -> bool:
    """Drop empty cells too many, add those too few; say whether the row now has its width."""
    while len(record) > width and not record[-1].strip():
        record.pop()
    if pads and len(record) < width:
        record.extend([""] * (width - len(record)))
    return len(record) == width


def _wrong_width(row_no: int, record: Cells, width: int) -> RowError:
    detail = (
        f"The row has {len(record)} fields where the header has {width}. "
        "Export the file again, or put quotation marks round texts with separators."
    )
    return row_error(row_no, "", "wrong_field_count", detail, ",".join(record))
