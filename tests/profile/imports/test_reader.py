"""Every record becomes exactly one row, and nothing in a file can stop or flood the reader."""

import csv
import io
import random
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.profile.domain.imports import (
    Counts,
    Dialect,
    DomainRow,
    LinkRow,
    OwnRow,
    RowError,
    count_rows,
    detect,
    read,
    remap,
)
from shared.errors import InvalidError
from tests.profile.imports.files import DATA, SITE, a_file, counted, links, read_all

HEADER = ["Source url", "Target url", "Anchor"]


def errors_of(rows: list[LinkRow | DomainRow | RowError | OwnRow]) -> list[RowError]:
    return [row for row in rows if isinstance(row, RowError)]


def test_a_bad_row_is_reported_with_its_place_and_the_fix() -> None:
    rows = [*links(2), ("not an address", "https://target.example/", "x"), *links(1, start=9)]
    _, counts, read_rows = read_all(a_file(HEADER, rows))
    assert counts == counted(4, rejected=1)
    [error] = errors_of(read_rows)
    assert (error.row_no, error.code, error.raw) == (4, "not_an_address", "not an address")
    assert error.pointer == "/rows/4/referring_url"
    assert "https://example.com/page" in error.detail


def test_pages_at_private_addresses_are_rejected_with_the_reason() -> None:
    private = ["http://127.0.0.1/a", "http://[::1]/", "http://10.1/x"]
    rows = [(url, "https://target.example/", "x") for url in private]
    _, counts, read_rows = read_all(a_file(HEADER, [*links(2), *rows]))
    assert counts == counted(5, rejected=3)
    assert {error.code for error in errors_of(read_rows)} == {"address_not_allowed"}


def test_links_from_the_site_s_own_hosts_are_dropped_and_counted() -> None:
    own = [("https://blog.target.example/a", "https://target.example/", "x")]
    former = [("https://old.example/a", "https://target.example/", "x")]
    _, counts, _ = read_all(a_file(HEADER, [*links(3), *own]))
    assert counts == counted(4, own=1)
    _, counts, _ = read_all(a_file(HEADER, former), site=[*SITE, "old.example"])
    assert counts == counted(1, own=1)


def test_spellings_of_one_link_are_one_link() -> None:
    rows = [
        ("https://a.example/p", "https://target.example/", "x"),
        ("http://www.a.example/p/?utm_source=mail", "target.example", "x"),
        ("https://a.example/p", "https://target.example/other", "x"),
    ]
    _, counts, _ = read_all(a_file(HEADER, rows))
    assert counts == counted(3, duplicates=1)


def test_a_link_to_somebody_else_is_no_link_of_this_site() -> None:
    rows = [("https://a.example/p", "https://elsewhere.example/", "x")]
    _, counts, read_rows = read_all(a_file(HEADER, rows))
    assert counts == counted(1, rejected=1)
    assert errors_of(read_rows)[0].code == "points_elsewhere"


def test_a_link_that_reaches_the_site_through_redirects_is_one_of_its_links() -> None:
    header = ["Referring page URL", "Target URL", "Redirect Chain URLs"]
    row = ["https://a.example/p", "https://short.example/x", "https://target.example/x"]
    _, counts, _ = read_all(a_file(header, [row]))
    assert counts == counted(1)


def test_a_majestic_file_loses_only_its_invalid_rows() -> None:
    lines = (DATA / "majestic_download_backlinks.csv").read_text(encoding="utf-8-sig").splitlines()
    lines[5] = lines[5].rsplit(",", 3)[0]  # cut off at its end
    lines[9] = lines[9].replace('"Target"', '"Tar, "get", now"')  # quotes not doubled
    lines[14] = lines[14][: len(lines[14]) // 2]  # cut off inside quotes
    _, counts, read_rows = read_all("\n".join(lines).encode())
    assert counts == counted(30, rejected=3)
    assert [error.row_no for error in errors_of(read_rows)] == [6, 10, 15]


def test_one_broken_row_in_twenty_costs_one_row_in_twenty() -> None:
    order = random.Random(7)
    lines = a_file(HEADER, links(2000)).decode().splitlines()
    broken = order.sample(range(1, 2001), 100)
    for at in broken:
        lines[at] = order.choice(
            ['"https://x.example/a,', "only one", "a,b,c,d,e", ",https://target.example/,x"]
        )
    _, counts, read_rows = read_all("\n".join(lines).encode())
    assert counts == counted(2000, rejected=100)
    assert {error.row_no for error in errors_of(read_rows)} == {at + 1 for at in broken}


def test_texts_with_line_breaks_stay_one_row_wherever_the_chunks_end() -> None:
    rows = [(page, target, f'{anchor}\nsecond "line"') for page, target, anchor in links(50)]
    content = a_file(HEADER, rows)
    for chunk in (7, 100, 4096):
        _, counts, read_rows = read_all(content, chunk=chunk)
        assert counts == counted(50)
        assert all(isinstance(row, LinkRow) and "\n" in (row.anchor or "") for row in read_rows)


def test_a_long_line_costs_one_row_and_no_memory() -> None:
    before = a_file(HEADER, links(10))
    after = a_file(HEADER, links(10, start=10)).split(b"\n", 1)[1]

    def chunks() -> Iterator[bytes]:
        yield before
        for _ in range(1024):
            yield b"x" * (1 << 20)  # a line of 1 GiB
        yield b"\n" + after

    found = detect(before)
    counts = Counts()
    tracemalloc.start()
    rows = list(count_rows(read(chunks(), found, SITE), counts))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (counts.rows, counts.accepted, counts.rejected) == (21, 20, 1)
    assert errors_of([*rows])[0].code == "line_too_long"
    assert peak < 32 * 1024 * 1024


def test_a_quote_that_never_closes_does_not_swallow_the_file() -> None:
    lines = a_file(HEADER, links(3000)).decode().replace('"', "").replace(", one", "").splitlines()
    lines[1] = '"' + lines[1]
    _, counts, _ = read_all("\n".join(lines).encode())
    assert counts == counted(3000, rejected=1)


def test_a_stopped_import_goes_on_behind_the_row_it_had() -> None:
    content = a_file(HEADER, [*links(20), ("bad", "", ""), *links(20, start=30)])
    found = detect(content)
    whole = list(read([content], found, SITE))
    for had in (0, 1, 20, 21, 40, 41):
        after_row = whole[had - 1].row_no if had else 0
        rest = list(read([content], found, SITE, after_row=after_row))
        assert rest == whole[had:]


@pytest.mark.parametrize("chunk", [997, 1 << 20])
def test_a_row_is_named_by_the_line_on_which_an_editor_shows_it(chunk: int) -> None:
    text = (
        "Backlinks of target.example\n\nExported today\n"
        "Source url,Target url,Anchor\n"
        "https://a.example/1,https://target.example/,one\n"
        '"https://a.example/2",https://target.example/,"two\nand\nmore"\n'
        "\n"
        'bad 10,https://target.example/,"of\ntwo lines"\n'
        "https://a.example/3,https://target.example/,three\n"
        "bad 13,https://target.example/,four\n"
        f"https://a.example/14,https://target.example/,{'x' * 300_000}\n"
        "\n\n"
        'https://a.example/17,"https://target.example/,open\n'
        "bad 18,https://target.example/,last"
    )
    for written in (text, text.replace("\n", "\r\n"), text.replace("\n", "\r")):
        content = written.encode()
        found = detect(content[:4_000])
        pieces = [content[at : at + chunk] for at in range(0, len(content), chunk)]
        rows = list(read(pieces, found, SITE))
        assert [row.row_no for row in rows] == [5, 6, 10, 12, 13, 14, 17, 18]
        assert [error.row_no for error in errors_of(rows)] == [10, 13, 14, 17, 18]
        rest = list(read(pieces, found, SITE, after_row=10))
        assert rest == rows[3:]


def test_an_address_of_a_list_is_named_by_its_line() -> None:
    content = b"# my links\n\nhttps://a.example/1\nnot a link\n\nhttps://a.example/2\n"
    _, counts, read_rows = read_all(content)
    assert counts == counted(3, rejected=1)
    assert [error.row_no for error in errors_of(read_rows)] == [4]


def test_memory_does_not_grow_with_the_file() -> None:
    head = a_file(HEADER, links(100))
    body = head.split(b"\n", 1)[1]
    found = detect(head)

    def peak_of(repeats: int) -> int:
        chunks = (head, *(body for _ in range(repeats)))
        tracemalloc.start()
        assert sum(1 for _ in read(chunks, found, SITE)) == 100 * (repeats + 1)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert peak_of(100) < peak_of(10) + 256 * 1024


def test_a_plain_list_takes_pages_hosts_and_domain_lines() -> None:
    content = (
        b"# my list\nhttps://a.example/1\nb.example\ndomain:c.example\nd.example/x\nnot one\n"
        b"https://target.example/own\nhttps://e.example/1\n"
    )
    found, counts, rows = read_all(content)
    assert found.dialect is Dialect.URL_LIST
    assert "Disavow" in found.notes[0]
    assert counts == counted(7, rejected=1, own=1)
    domains = [row.domain for row in rows if isinstance(row, DomainRow)]
    assert domains == ["b.example", "c.example"]


def test_a_list_with_bullets_and_quotes_is_a_list() -> None:
    content = (
        b'- https://a.example/1\n* https://b.example/2\n"https://c.example/3",\n2 words here\n'
    )
    found, counts, rows = read_all(content)
    assert (found.dialect, counts) == (Dialect.URL_LIST, counted(4, rejected=1))
    pages = [row.referring_url for row in rows if isinstance(row, LinkRow)]
    assert pages == ["https://a.example/1", "https://b.example/2", "https://c.example/3"]


def test_the_header_is_found_above_broken_rows() -> None:
    lines = ["דף מקשר,נסרק לאחרונה", "kaputt", '"a,b",c,d', "https://a.example/1,03/04/2026"]
    lines += ["https://b.example/1,28/04/2026", "https://c.example/1,03/04/2026"]
    found, counts, _ = read_all("\n".join(lines).encode())
    assert (found.dialect, found.header_row) == (Dialect.GSC_LATEST_LINKS, 1)
    assert counts == counted(5, rejected=2)


def test_pages_below_a_public_suffix_are_pages() -> None:
    pages = (b"netlify.app/blog", b"9.9.9.9/x", b"127.0.0.1/x", b"localhost/x")
    _, counts, _ = read_all(b"".join(b"https://%b\n" % page for page in pages))
    assert counts == counted(4, rejected=2)


def test_addresses_with_commas_do_not_make_a_table() -> None:
    content = b"".join(b"https://s%d.example/a,b;c\n" % number for number in range(20))
    found, counts, _ = read_all(content)
    assert (found.dialect, counts) == (Dialect.URL_LIST, counted(20))


def test_a_corrected_mapping_is_obeyed() -> None:
    content = a_file(["eins", "zwei"], [("https://target.example/", "https://a.example/1")])
    found = remap(detect(content), {"referring_url": "zwei", "target_url": "eins"})
    [row] = read([content], found, SITE)
    assert isinstance(row, LinkRow)
    assert row.referring_url == "https://a.example/1"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n\n",
        b"PK\x03\x04 [Content_Types].xml",
        b"PK\x03\x04 table",
        b"%PDF-1.7",
        b"\x1f\x8b\x08rest",
        b"<!doctype html><p>hello",
        b'{"links": []}',
        bytes(range(256)) * 8,
        b"just some words\nand more of them\n",
        b"name;age\nBob;4\nAlice;5\n",
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(content: bytes) -> None:
    found = detect(content)
    assert found.refused is not None
    assert found.refused.endswith(".")
    with pytest.raises(InvalidError):
        list(read([content], found, SITE))


ODD = ["https://a.example/x", "target.example", '"', ",", ";", "\t", "\n", "\r\n", "\r", "\x00"]
NAMES = ["Source url", "Target url", "Anchor", "Linking page", "domain:", "2026-01-02", "12,5", "é"]
SNIPPETS = st.sampled_from([*ODD, *NAMES, "\ufeff"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(SNIPPETS, max_size=60).map("".join).map(str.encode),
        st.lists(SNIPPETS, max_size=60).map(lambda parts: "".join(parts).encode("utf-16")),
    ),
    st.integers(1, 64),
)
def test_no_bytes_make_the_reader_fail_and_the_counts_always_sum(
    content: bytes, chunk: int
) -> None:
    found, counts, _ = read_all(content, chunk=chunk)
    parts = ("accepted", "duplicates", "rejected", "own_domain")
    assert counts["rows"] == sum(counts[part] for part in parts)
    assert found.refused is None or counts["rows"] == 0


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.integers(1, 500),
)
def test_what_a_spreadsheet_writes_comes_back_as_it_was(
    anchors: list[str], delimiter: str, encoding: str, chunk: int
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(HEADER)
    for number, anchor in enumerate(anchors):
        writer.writerow([f"https://s{number}.example/x", "https://target.example/", anchor])
    _, counts, rows = read_all(out.getvalue().encode(encoding), chunk=chunk)
    assert counts == counted(len(anchors))
    found = [row.anchor for row in rows if isinstance(row, LinkRow)]
    assert found == [anchor.strip() for anchor in anchors]
