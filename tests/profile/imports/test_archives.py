"""Archives and workbooks: the lists inside are read, and a trap is refused before it springs."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Sequence
from dataclasses import asdict

import pytest

from services.profile.domain.imports import (
    Counts,
    Dialect,
    LinkRow,
    Row,
    RowError,
    count_rows,
    detect_part,
    part_of,
    parts_of,
    read,
)
from shared.errors import InvalidError
from tests.profile.imports.books import Cell, a_book, a_date, a_zip
from tests.profile.imports.files import DATA, SITE, a_file, counted, links

HEADER = ["Source url", "Target url", "Anchor", "First seen", "Nofollow", "Page ascore"]
ROWS: list[list[object]] = [
    ["https://a.example/1", "https://target.example/", "one, two", a_date(46000), True, 12],
    ["https://b.example/2", "https://target.example/x", "z\nw", a_date(46001.5), False, 3.5],
    [],
    ["no address", "https://target.example/x", None, None, None, None],
]


def lists_in(content: bytes, name: str = "links.zip") -> dict[str, tuple[Dialect, list[Row]]]:
    """Read every list of a file, as the command and the job do."""
    found = {}
    for part in parts_of(io.BytesIO(content), name):
        detection = detect_part(part, site_hosts=SITE)
        rows = [] if detection.refused else list(read(part.chunks(), detection, SITE))
        found[part.name] = (detection.dialect, rows)
    return found


def test_each_file_of_an_archive_is_a_list_of_its_own() -> None:
    names = ("semrush_backlinks.csv", "bing_domains.csv", "ahrefs_backlinks_utf16.csv")
    files = {f"export/{name}": (DATA / name).read_bytes() for name in names}
    litter = {"__MACOSX/export/._x.csv": b"x", "export/.DS_Store": b"x", "export/empty.csv": b""}
    found = lists_in(a_zip({**files, **litter}))
    assert {name: (dialect, len(rows)) for name, (dialect, rows) in found.items()} == {
        "semrush_backlinks.csv": (Dialect.SEMRUSH_BACKLINKS, 30),
        "bing_domains.csv": (Dialect.BING_DOMAINS, 30),
        "ahrefs_backlinks_utf16.csv": (Dialect.AHREFS_BACKLINKS, 30),
    }


def test_search_console_s_archive_is_its_table() -> None:
    content = a_zip({"Table.csv": (DATA / "gsc_latest_links_en.csv").read_bytes()})
    assert lists_in(content)["Table.csv"][0] is Dialect.GSC_LATEST_LINKS


@pytest.mark.parametrize("shared_texts", [True, False])
def test_a_workbook_is_read_with_its_numbers_days_and_truths(*, shared_texts: bool) -> None:
    book = a_book({"Links": [HEADER, *ROWS]}, shared_texts=shared_texts)  # type: ignore[list-item]
    [(dialect, rows)] = lists_in(book, "links.xlsx").values()
    assert dialect is Dialect.SEMRUSH_BACKLINKS
    one, two, bad = rows
    assert isinstance(one, LinkRow)
    assert isinstance(two, LinkRow)
    assert isinstance(bad, RowError)
    assert (one.row_no, two.row_no, bad.row_no) == (2, 3, 5)  # as the sheet numbers them
    assert str(one.first_seen) == "2025-12-09 00:00:00+00:00"
    assert str(two.first_seen) == "2025-12-10 12:00:00+00:00"
    assert (one.rel, two.rel) == (frozenset({"nofollow"}), frozenset())
    assert (one.anchor, two.anchor) == ("one, two", "z w")
    assert (one.metrics, two.metrics) == ({"semrush_as": 12.0}, {"semrush_as": 3.5})


def test_empty_cells_at_the_end_of_a_row_are_no_fault() -> None:
    rows: list[list[Cell]] = [
        [*HEADER],
        ["https://a.example/1", "https://target.example/", "x", None, None, 5],
    ]
    rows += [["https://b.example/1", "https://target.example/"]]
    [(dialect, found)] = lists_in(a_book({"A": rows}), "l.xlsx").values()
    assert dialect is Dialect.SEMRUSH_BACKLINKS
    assert [isinstance(row, LinkRow) for row in found] == [True, True]


def test_each_visible_sheet_is_a_list_and_hidden_ones_are_left_alone() -> None:
    table = [["Source url", "Target url"], ["https://a.example/1", "https://target.example/"]]
    book = a_book({"A": table, "B & C": table, "Secret": table}, hidden=["Secret"])
    assert set(lists_in(book, "l.xlsx")) == {"l.xlsx (A)", "l.xlsx (B & C)"}
    inside = lists_in(a_zip({"books/l.xlsx": book, "t.csv": a_file(HEADER[:3], links(2))}))
    assert {name: len(rows) for name, (_, rows) in inside.items()} == {
        "l.xlsx (A)": 1,
        "l.xlsx (B & C)": 1,
        "t.csv": 2,
    }


def test_a_list_is_found_again_by_its_key() -> None:
    book = a_book({"A": [["Source url"]], "B": [["https://a.example/1"], ["https://b.example/"]]})
    file = io.BytesIO(a_zip({"l.xlsx": book}))
    second = parts_of(file, "l.zip")[1]
    assert b"".join(part_of(file, "l.zip", second.member).chunks()) == b"".join(second.chunks())
    with pytest.raises(InvalidError, match="not in its file"):
        part_of(file, "l.zip", "another")


def a_bomb(size: int = 300_000_000) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("b.csv", "w") as f,
    ):
        f.write(b"Source url,Target url\n")
        for _ in range(size // 1_000_000):
            f.write(b"x" * 1_000_000)
    return out.getvalue()


def locked() -> bytes:
    content = bytearray(a_zip({"a.csv": a_file(HEADER[:3], links(2))}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def crowded(entries: int) -> bytes:
    content = bytearray(a_zip({"a.csv": b"x"}))
    struct.pack_into("<HH", content, content.rindex(b"PK\x05\x06") + 8, entries, entries)
    return bytes(content)


TRAPS = {
    "a bomb": (a_bomb(), "unpacks to"),
    "nothing inside": (a_zip({}), "no list"),
    "cut off": (a_zip({"a.csv": b"x" * 999}, level=zipfile.ZIP_STORED)[:200], "ends in the middle"),
    "locked": (locked(), "password"),
    "too many files": (crowded(60_000), "more than 1000 files"),
    "packed otherwise": (a_zip({"a.csv": b"x"}, level=zipfile.ZIP_LZMA), "unusual"),
    "open document": (a_zip({"mimetype": b"x", "content.xml": b"<x/>"}), "OpenDocument"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_refused_in_a_sentence_and_costs_no_memory(trap: str) -> None:
    content, words = TRAPS[trap]
    tracemalloc.start()
    with pytest.raises(InvalidError, match=words) as refused:
        lists_in(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.detail.endswith(".")
    assert peak < 4 * 1024 * 1024


def test_a_broken_entry_ends_in_a_sentence() -> None:
    content = bytearray(a_zip({"a.csv": a_file(HEADER[:3], links(500))}))
    content[200] ^= 0xFF
    with pytest.raises(InvalidError, match="broken"):
        lists_in(bytes(content))


@pytest.mark.parametrize(
    "sheet",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
        b"<worksheet><sheetData><row",
        b'<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>',
        b'<worksheet><sheetData><row r="99999999"/></sheetData></worksheet>',
        b"<worksheet a='" + bytes(range(33, 38)) * 700_000 + b"'/>",
    ],
    ids=["entities", "cut off", "backwards", "endless", "one endless tag"],
)
def test_a_sheet_that_is_none_is_refused(sheet: bytes) -> None:
    book = a_book({"A": [["x"]]}, extra={"xl/worksheets/sheet1.xml": sheet})
    with pytest.raises(InvalidError, match="broken"):
        lists_in(book)


def counts_of(parts: Sequence[bytes]) -> dict[str, int]:
    counts = Counts()
    for content in parts:
        [(_, rows)] = lists_in(content, "x").values()
        list(count_rows(rows, counts))
    return asdict(counts)


def test_a_workbook_counts_as_the_same_table_in_text_does() -> None:
    rows = [[*row] for row in links(40)] + [
        ["bad", "", ""],
        ["https://s1.example/post, one", "", ""],
    ]
    text = a_file(HEADER[:3], rows)
    book = a_book({"A": [HEADER[:3], *rows]})
    assert counts_of([book]) == counts_of([text]) == counted(42, rejected=1)
