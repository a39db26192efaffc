"""Lists as JSON: our own lines, what the APIs of other tools answer, and what is broken or hostile."""

import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.profile.domain.imports import (
    Dialect,
    DomainRow,
    LinkRow,
    RowError,
    detect,
    detect_part,
    parts_of,
    read,
)
from tests.profile.imports.files import SITE, counted, read_all

PAGE = "https://target.example/p"
DATAFORSEO = {
    "type": "backlink", "domain_from": "a.example", "url_from": "https://a.example/1",
    "url_to": PAGE, "anchor": "Acme", "dofollow": False, "attributes": ["noopener", "nofollow"],
    "first_seen": "2025-01-02 10:00:00 +00:00", "last_seen": "2026-01-02 10:00:00 +00:00",
    "rank": 12, "page_from_title": "Ten tools", "is_lost": False, "links_count": 1, "item_type": "anchor",
    "domain_from_platform_type": ["blogs", "news"], "ranked_keywords_info": {"page_from_keywords_count_top_3": 0},
}  # fmt: skip
AHREFS = {
    "url_from": "https://a.example/1", "url_to": PAGE, "anchor": "Acme", "domain_rating_source": 41.0,
    "is_nofollow": True, "first_seen_link": "2025-01-02T10:00:00Z", "last_visited": "2026-01-02T10:00:00Z",
}  # fmt: skip
SEMRUSH = {
    "page_ascore": 12, "source_title": "T", "source_url": "https://a.example/1", "target_url": PAGE,
    "anchor": "Acme", "external_num": 3, "nofollow": "true", "first_seen": "1735812000", "last_seen": "1767348000",
}  # fmt: skip
MOZ = {
    "source": {"page": "a.example/1", "domain_authority": 41, "page_authority": 30, "title": "T"},
    "target": {"page": "target.example/p", "domain_authority": 3}, "anchor_text": "Acme",
    "nofollow": True, "date_first_seen": "2025-01-02",
}  # fmt: skip
MAJESTIC = {
    "SourceURL": "https://a.example/1", "AnchorText": "Acme", "FlagNoFollow": 1, "TargetURL": PAGE,
    "SourceTrustFlow": 12, "FirstIndexedDate": "2025-01-02",
}  # fmt: skip
YANDEX = {
    "source_url": "https://a.example/1", "destination_url": PAGE, "discovery_date": "2025-01-02",
    "source_last_access_date": "2026-01-02",
}  # fmt: skip
SHAPES: dict[str, tuple[Any, Dialect]] = {
    "dataforseo": (
        {"version": "0.1", "tasks": [{"id": "x", "data": {"target": "target.example"}, "result": [
            {"target": "target.example", "total_count": 1, "items": [DATAFORSEO]}]}]},
        Dialect.DATAFORSEO,
    ),
    "ahrefs": ({"backlinks": [AHREFS]}, Dialect.AHREFS_BACKLINKS),
    "semrush": ([SEMRUSH], Dialect.SEMRUSH_BACKLINKS),
    "moz": ({"next_token": "x", "results": [MOZ]}, Dialect.MOZ_LINKS),
    "majestic": ({"Code": "OK", "DataTables": {"BackLinks": {"Data": [MAJESTIC]}}}, Dialect.MAJESTIC_BACKLINKS),
    "yandex": ({"count": 1, "links": [YANDEX]}, Dialect.YANDEX),
    "rows": ([["Source URL", "Target URL", "Anchor", "Nofollow"], ["https://a.example/1", PAGE, "Acme", True]], Dialect.GENERIC_LINKS),
}  # fmt: skip


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", SHAPES)
def test_the_answer_of_an_api_is_read(name: str, encoding: str, indent: int | None) -> None:
    document, dialect = SHAPES[name]
    found, counts, rows = read_all(json.dumps(document, indent=indent).encode(encoding), chunk=64)
    assert (found.dialect, found.refused, counts) == (dialect, None, counted(1))
    [row] = rows
    assert isinstance(row, LinkRow)
    assert (row.referring_url, row.target_url) == ("https://a.example/1", PAGE)
    if name != "yandex":
        assert row.anchor == "Acme"
        assert row.rel == frozenset({"nofollow"})
    if name != "rows":
        assert row.first_seen is not None
        assert row.first_seen.date().isoformat() == "2025-01-02"


@pytest.mark.parametrize("name", ["dataforseo", "ahrefs", "semrush", "moz", "majestic", "yandex"])
def test_lines_of_json_are_rows_named_by_their_line(name: str) -> None:
    one = {"dataforseo": DATAFORSEO, "ahrefs": AHREFS, "semrush": SEMRUSH, "moz": MOZ,
           "majestic": MAJESTIC, "yandex": YANDEX}[name]  # fmt: skip
    lines = [json.dumps(one).replace("a.example/1", f"a.example/{number}") for number in range(40)]
    lines[7] = lines[7][:30]
    lines[20] = ""
    found, counts, rows = read_all("\n".join(lines).encode(), chunk=97)
    assert (found.dialect, counts) == (SHAPES[name][1], counted(39, rejected=1))
    [error] = [row for row in rows if isinstance(row, RowError)]
    assert (error.row_no, error.code) == (8, "broken_json")
    assert [row.row_no for row in rows if isinstance(row, LinkRow)][-1] == 40


@pytest.mark.parametrize(
    "text",
    [
        '["https://a.example/1", "https://b.example/2", "c.example"]',
        '{"generated": "2026", "urls": [\n "https://a.example/1",\n "https://b.example/2",\n "c.example"]}',
        '[{"url": "https://a.example/1"}, {"url": "https://b.example/2"}, {"url": "https://c.example/"}]',
    ],
)
def test_a_plain_list_of_addresses_is_one(text: str) -> None:
    found, counts, rows = read_all(text.encode(), chunk=5)
    assert (found.refused, counts) == (None, counted(3))
    assert [row.row_no for row in rows if isinstance(row, (LinkRow, DomainRow))] == [1, 2, 3]


def test_a_list_that_breaks_ends_with_one_error_that_says_where() -> None:
    text = json.dumps([AHREFS, {**AHREFS, "url_from": "https://b.example/"}, AHREFS])
    found, counts, rows = read_all(text[:-40].encode(), chunk=50)
    assert found.dialect is Dialect.AHREFS_BACKLINKS
    assert counts == counted(3, rejected=1)
    assert isinstance(rows[-1], RowError)
    assert (rows[-1].row_no, rows[-1].code) == (3, "broken_json")


def test_several_lists_of_one_name_are_read_one_after_the_other() -> None:
    tasks = [{"items": [{**DATAFORSEO, "url_from": f"https://s{n}.example/"}]} for n in range(5)]
    _, counts, _ = read_all(json.dumps({"tasks": tasks}).encode(), chunk=64)
    assert counts == counted(5)


def test_objects_that_follow_each_other_over_several_lines_are_read() -> None:
    text = "\n".join(
        json.dumps({**AHREFS, "url_from": f"https://s{n}.example/"}, indent=1) for n in range(5)
    )
    _, counts, _ = read_all(text.encode(), chunk=64)
    assert counts == counted(5)


def test_a_column_that_only_later_elements_have_is_not_lost() -> None:
    document = [{**AHREFS, "url_from": f"https://s{n}.example/"} for n in range(3_000)]
    document[1_500]["lost_date"] = "2026-03-04"
    content = json.dumps(document).encode()
    [part] = parts_of(io.BytesIO(content), "links.json")
    found = detect_part(part, site_hosts=SITE)
    rows = [row for row in read(part.chunks(), found, SITE) if isinstance(row, LinkRow)]
    assert [row.row_no for row in rows if row.lost_at is not None] == [1_501]


def test_memory_does_not_grow_with_the_document() -> None:
    one = json.dumps(DATAFORSEO).encode()
    found = detect(b"[" + one + b"]", site_hosts=SITE)

    def peak_of(count: int) -> int:
        piece = b",\n".join([one] * 50) + b","
        tracemalloc.start()
        chunks = (b"[", *(piece for _ in range(count)), one, b"]")
        assert sum(1 for _ in read(chunks, found, SITE)) == 50 * count + 1
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert peak_of(60) < peak_of(6) + 256 * 1024


@pytest.mark.parametrize(
    "text",
    [
        "{}", "[]", "[[[[", "[" * 100_000, '{"a":' * 100_000, '[{"name": "Bob", "age": 4}]', '{"links": []}',
        "[1, 2, 3]", '["one", "two"]', '[{"url_from', '{"a": "' + "x" * 400_000 + '"}', "[{}]", '[""]', "[[]]",
    ],
)  # fmt: skip
def test_what_holds_no_list_is_refused_in_a_sentence(text: str) -> None:
    found = detect(text.encode(), "links.json")
    assert found.dialect is Dialect.UNREADABLE
    assert found.refused is not None
    assert found.refused.endswith(".")


def test_an_element_without_end_or_ground_costs_one_row_and_no_memory() -> None:
    good = json.dumps(AHREFS)
    found = detect(f"[{good}]".encode(), site_hosts=SITE)
    for trap in ('{"url_from": "' + "x" * 1_000, '{"a":' * 1_000, "[" * 1_000):
        chunks = (f"[{good},".encode(), *(trap.encode() for _ in range(3_000)))
        tracemalloc.start()
        rows = list(read(chunks, found, SITE))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert [type(row) for row in rows] == [LinkRow, RowError]
        assert peak < 8 * 1024 * 1024


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["https://a.example/1", "target.example", "\ud800", "2026-01-02"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["url_from", "url_to", "items", "source", "page", "x"]), inner),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(JSON_VALUES, st.integers(1, 64), st.integers(0, 40))
def test_no_json_makes_the_reader_fail_and_the_counts_always_sum(
    document: Any, chunk: int, cut: int
) -> None:
    text = json.dumps({"list": document} if chunk % 2 else [document, document])
    content = text.encode()[: len(text) - cut if cut < len(text) else None]
    _, counts, _ = read_all(content, chunk=chunk)
    parts = ("accepted", "duplicates", "rejected", "own_domain")
    assert counts["rows"] == sum(counts[part] for part in parts)
