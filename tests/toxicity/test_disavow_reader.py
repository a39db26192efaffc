"""The tolerant reader: every shape that published files have, each repair told with its line."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.toxicity.domain.disavow.entries import Entry, EntryKind, RepairCode
from services.toxicity.domain.disavow.lines import (
    plain_page,
    quick_hosts,
    read_line,
)
from services.toxicity.domain.disavow.reader import parse


def lines(data: bytes | str) -> list[str]:
    return [item.entry.line for item in parse(data).entries]


def numbers_in_order(data: bytes | str) -> bool:
    """Return whether entries stand in the order of their lines, each of them one of the file."""
    numbers = [item.line for item in parse(data).entries]
    rough = data if isinstance(data, str) else data.decode("latin-1")
    return numbers == sorted(numbers) and all(0 < one <= len(rough) + 1 for one in numbers)


def repairs(data: bytes | str) -> list[tuple[int, str]]:
    return [(repair.line, repair.code.value) for repair in parse(data).repairs]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("domain: example.com", "domain:example.com", RepairCode.BLANK),
        ("domain:\texample.com", "domain:example.com", RepairCode.BLANK),
        ("Domain:example.com", "domain:example.com", RepairCode.CASE),
        ("domain:Example.COM", "domain:example.com", RepairCode.CASE),
        ("domain:www.example.com", "domain:example.com", RepairCode.WWW),
        ("domain:www.www.example.com", "domain:example.com", RepairCode.WWW),
        ("domain:http://example.com", "domain:example.com", RepairCode.SCHEME),
        ("domain:https://example.com/", "domain:example.com", RepairCode.SCHEME),
        ("domain:example.com/a/b?c", "domain:example.com", RepairCode.PATH),
        ("domain:example.com:8080", "domain:example.com", RepairCode.PORT),
        ("domain:*.example.com", "domain:example.com", RepairCode.WILDCARD),
        ("domain:example.com.", "domain:example.com", RepairCode.DOT),
        ("domain;example.com", "domain:example.com", RepairCode.SEPARATOR),
        ("domain example.com", "domain:example.com", RepairCode.SEPARATOR),
        ("domains:example.com", "domain:example.com", RepairCode.SEPARATOR),
        ("domain:brave-nà.com", "domain:xn--brave-n-fwa.com", RepairCode.IDN),
        ("domain:lifehacĸer.com", "domain:xn--lifehacer-1rb.com", RepairCode.IDN),
        ("domain:한국.com", "domain:xn--3e0b707e.com", RepairCode.IDN),
        ("domain:example.com # paid", "domain:example.com", RepairCode.INLINE_COMMENT),
        ("domain:example.com#paid", "domain:example.com", RepairCode.INLINE_COMMENT),
        ("domain:example.com // paid", "domain:example.com", RepairCode.INLINE_COMMENT),
        ("domain:example.com - paid", "domain:example.com", RepairCode.INLINE_COMMENT),
        ("domain:example.com /* paid */", "domain:example.com", RepairCode.INLINE_COMMENT),
        ("example.com (paid)", "domain:example.com", RepairCode.INLINE_COMMENT),
        ("http://example.com/a #paid", "http://example.com/a", RepairCode.INLINE_COMMENT),
        ("- domain:example.com", "domain:example.com", RepairCode.BULLET),
        ("12. domain:example.com", "domain:example.com", RepairCode.BULLET),
        ("domain:example[.]com", "domain:example.com", RepairCode.DEFANGED),
        ("hxxps://example.com/a", "https://example.com/a", RepairCode.DEFANGED),
        ("domain\uff1aexample.com", "domain:example.com", RepairCode.SEPARATOR),
        ("domain:domain:example.com", "domain:example.com", RepairCode.SEPARATOR),
        ('domain:"example.com"', "domain:example.com", RepairCode.QUOTES),
        ("domain:exam\u200bple.com", "domain:example.com", RepairCode.CONTROL),
        ('"domain:example.com"', "domain:example.com", RepairCode.QUOTES),
        ("domain:example.com,", "domain:example.com", RepairCode.PUNCTUATION),
        ("example.com", "domain:example.com", RepairCode.NO_PREFIX),
        ("example.com/page.html", "http://example.com/page.html", RepairCode.NO_SCHEME),
        ("http://example.com/a b", "http://example.com/a%20b", RepairCode.URL_FORM),
        ("HTTP://Example.com/A", "http://example.com/A", RepairCode.URL_FORM),
        ("http://example.com/a#b", "http://example.com/a", RepairCode.FRAGMENT),
    ],
)
def test_a_line_is_repaired_and_the_repair_is_told(text: str, line: str, code: RepairCode) -> None:
    assert lines(text) == [line]
    assert (1, code.value) in repairs(text)


def test_a_correct_file_needs_no_repair() -> None:
    text = "# why\ndomain:example.com\nhttps://example.org/page?x=1\n"
    assert lines(text) == ["domain:example.com", "https://example.org/page?x=1"]
    assert repairs(text) == []


def test_line_endings_and_byte_order_mark_are_told_once() -> None:
    data = b"\xef\xbb\xbfdomain:a-b.com\r\ndomain:c-d.com\r\n"
    assert lines(data) == ["domain:a-b.com", "domain:c-d.com"]
    assert repairs(data) == [(1, "byte_order_mark"), (1, "line_endings")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_utf_16_file_is_read(encoding: str) -> None:
    data = "domain:example.com\ndomain:example.org\n".encode(encoding)
    assert lines(data) == ["domain:example.com", "domain:example.org"]
    assert (1, "utf_16") in repairs(data)


def test_a_file_in_an_old_western_encoding_is_read() -> None:
    data = "domain:example.com\n# Müll\ndomain:example.org\n".encode("cp1252")
    parsed = parse(data)
    assert [item.entry.note for item in parsed.entries] == [(), ("Müll",)]
    assert (2, "not_utf_8") in repairs(data)


def test_line_numbers_count_as_an_editor_does() -> None:
    text = "# one\r\n\r\ndomain:a-b.com\r\ndomain: c-d.com\r\n"
    assert (4, "blank_after_colon") in repairs(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ghost-rider", "unreadable"),
        ("domain:ghost-rider", "no_dot"),
        ("domain:", "name"),
        ("domain:exa mple 33.com", "name"),
        ("domain:example.c", "name"),
        ("domain:-example.com", "name"),
        ("domain:exam..ple.com", "name"),
        ('domain:exa"mple.com', "name"),
        ('http://exa"mple.com/', "name"),
        ("domain:exa mple.com", "name"),
        ("foo@example.com", "mail_address"),
        ("ftp://example.com/x", "address"),
        ("http://", "address"),
        ("no entry at all, just words", "unreadable"),
        ('"http://example.com/a";"Keep"', "table_row"),
        ('"Referring page URL","Action"', "table_row"),
        ("spam.com,domain,12,2014-01-02", "table_row"),
        ("spam.com\texample.com\tnofollow\t12", "table_row"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_line(text: str, code: str) -> None:
    parsed = parse(f"domain:example.com\n{text}\n")
    assert [item.entry.line for item in parsed.entries] == ["domain:example.com"]
    assert [(fault.line, fault.code) for fault in parsed.errors] == [(2, code)]


@pytest.mark.parametrize(
    "text",
    [
        "{\\rtf1\\ansi\\ansicpg1252\n\\f0\\fs24 \\cf0 domain:a.com\\\ndomain:b.com\\\n}",
        "<!DOCTYPE html>\n<html><body>\nhttp://example.com/\n",
    ],
)
def test_a_formatted_document_is_told_as_a_whole_and_nothing_of_it_is_guessed(text: str) -> None:
    parsed = parse(text)
    assert parsed.entries == ()
    assert [(fault.line, fault.code) for fault in parsed.errors] == [(1, "document")]


def test_an_ip_address_is_read_so_that_the_guard_can_speak_of_it() -> None:
    assert lines("domain:1.2.3.4") == ["domain:1.2.3.4"]


def test_several_entries_on_one_line_are_parted() -> None:
    assert lines("domain:a-b.com domain:c-d.com http://e-f.com/g") == [
        "domain:a-b.com",
        "domain:c-d.com",
        "http://e-f.com/g",
    ]


def test_bare_names_on_one_line_are_parted_and_words_are_not() -> None:
    assert lines("a-b.com, c-d.com e-f.com") == [
        "domain:a-b.com",
        "domain:c-d.com",
        "domain:e-f.com",
    ]
    assert lines("see index.html or node.jsx") == []


@pytest.mark.parametrize(
    "text", ["// why", "; why", "-- why", "/* why */", "<!-- why -->", "*/ why"]
)
def test_a_comment_of_another_kind_of_file_is_a_comment(text: str) -> None:
    parsed = parse(f"{text}\ndomain:a-b.com\n")
    assert [item.entry.note for item in parsed.entries] == [("why",)]
    assert [repair.code for repair in parsed.repairs] == [RepairCode.COMMENT_MARK]


@pytest.mark.parametrize("start", ["", " ", "\t"])
@pytest.mark.parametrize("scheme", ["", "http://", "https://"])
@pytest.mark.parametrize("www", ["", "www."])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_quick_way_through_repaired_lines_tells_what_the_careful_one_does(
    start: str, scheme: str, www: str, slash: str
) -> None:
    quick = read_line(1, f"domain:{start}{scheme}{www}a-b.com{slash}")
    # Punycode takes the careful way, and this name reads the same either way.
    careful = read_line(1, f"domain:{start}{scheme}{www}xn--a-b.com{slash}".replace("xn--", "a--"))
    assert [entry.value for entry in quick.entries] == ["a-b.com"]
    assert [one.code for one in quick.repairs] == [one.code for one in careful.repairs]


def test_doubles_and_what_a_domain_covers_are_left_out_and_told() -> None:
    text = "domain:a-b.com\nhttp://x.a-b.com/y\ndomain:a-b.com\ndomain:sub.a-b.com\n"
    assert lines(text) == ["domain:a-b.com"]
    assert repairs(text) == [
        (2, "covered_by_domain"),
        (3, "duplicate"),
        (4, "covered_by_domain"),
    ]


def test_comments_above_entries_are_their_note_and_others_the_header() -> None:
    parsed = parse("# My list\n\n# paid links\n# asked twice\ndomain:a-b.com\n\ndomain:c-d.com\n")
    assert parsed.header == ("My list",)
    assert [item.entry.note for item in parsed.entries] == [("paid links", "asked twice"), ()]


def test_a_long_list_with_a_blank_after_each_colon_is_repaired_line_by_line() -> None:
    text = "".join(f"domain: spam{number}-links.com\n" for number in range(806))
    assert len(lines(text)) == 806
    assert repairs(text) == [(number, "blank_after_colon") for number in range(1, 807)]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert numbers_in_order(data)


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert numbers_in_order(text)


ODD = st.text("aZ.-/:?#@%;,\"' 0[]xn&=\t\u00fc", max_size=12)


@given(
    st.sampled_from(["http://", "https://", "https://a.example/", "domain:", "domain:www."]), ODD
)
@example("http://", "[::1.2.3.4]/")
@example("http://", "user@a.example/;x")
@example("https://", "a.example/?q=1,2")
@example("domain:", "a--b.example")
def test_the_quick_way_through_plain_lines_reads_what_the_careful_one_does(
    start: str, rest: str
) -> None:
    raw = start + rest
    (host,) = quick_hosts([raw])
    quick = [(EntryKind.DOMAIN, host), (EntryKind.URL, plain_page(raw))]
    entries = [Entry(kind, value) for kind, value in quick if value is not None]
    if entries:
        careful = read_line(1, raw)
        assert (careful.entries, careful.repairs, careful.faults) == (entries, [], [])


def test_most_lines_of_a_file_take_the_quick_way() -> None:
    assert quick_hosts(["domain:spam-links.example"]) == ["spam-links.example"]
    assert plain_page("http://spam.example/a/b.html?c=1&d") == "http://spam.example/a/b.html?c=1&d"


@given(
    labels=st.lists(
        st.text("aäöüßéñøıİªº²½ａ１टбв日本ا한\u0301ẞK-_0x9", min_size=1, max_size=8),  # noqa: RUF001
        min_size=1,
        max_size=3,
    ),
    ending=st.sampled_from(["de", "com", "рф", "xn--p1ai", "xn--a"]),
    in_ascii=st.booleans(),
)
@example(labels=["müller"], ending="de", in_ascii=False)
@example(labels=["xn--a"], ending="de", in_ascii=False)
def test_the_quick_way_through_international_names_reads_what_the_careful_one_does(
    labels: list[str], ending: str, *, in_ascii: bool
) -> None:
    if in_ascii:
        labels = [f"xn--{label.encode('punycode').decode()}" for label in labels]
    raw = f"domain:{'.'.join([*labels, ending])}"
    (quick,) = quick_hosts([raw])
    if quick is not None:
        careful = read_line(1, raw)
        assert [entry.value for entry in careful.entries] == [quick]
        assert [one.code for one in careful.repairs] == [RepairCode.IDN] * (raw[7:] != quick)
        assert parse(raw).repairs == tuple(careful.repairs)
        assert not careful.faults


def test_an_international_name_takes_the_quick_way() -> None:
    raws = ["domain:müller.de", "domain:xn--mller-kva.de", "domain:пример.рф"]
    assert None not in quick_hosts(raws)


LABEL = st.text("aäß１टбв日本اب\u0301\u200dẞ-_0", min_size=1, max_size=4)  # noqa: RUF001


@given(st.lists(st.lists(LABEL, min_size=1, max_size=2), min_size=1, max_size=6))
@example([["xn--a"], ["ä"]])
@example([["اب"], ["0ä"], ["\u0301a"]])
def test_names_that_are_looked_up_together_are_read_as_each_alone(names: list[list[str]]) -> None:
    raws = [f"domain:{'.'.join([*labels, 'de'])}" for labels in names]
    assert quick_hosts(raws) == [host for raw in raws for host in quick_hosts([raw])]
