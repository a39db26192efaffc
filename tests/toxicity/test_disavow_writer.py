"""The strict writer: ASCII, sorted, inside the limits, and stable when read again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.toxicity.domain.disavow import writer
from services.toxicity.domain.disavow.entries import Entry, EntryKind
from services.toxicity.domain.disavow.lint import lint
from services.toxicity.domain.disavow.merge import diff, merge, merge_three
from services.toxicity.domain.disavow.reader import parse
from services.toxicity.domain.disavow.writer import LimitError, write
from services.toxicity.domain.guard import Guard, common_hold, guard_of

HOSTILE = st.sampled_from(
    [
        *(
            "domain:",
            "domain: ",
            "Domain:",
            "http://",
            "www.",
            "#",
            " # ",
            "\n",
            "\r\n",
            "\r",
            "\ufeff",
        ),
        *("example.com", "a-b.org", "xn--", "1.2.3.4", "blogspot.com", "co.uk", "gov", "ä", "한국"),
        *(".", "/", ":", "*", " ", ",", "@", "\u200b", "\x00", "%20", "[::1]", "?x#y", "\u3002"),
    ]
)
hostile_files = st.lists(HOSTILE | st.text(max_size=5), max_size=40).map("".join)


def a_domain(name: str, *note: str) -> Entry:
    return Entry(EntryKind.DOMAIN, name, note)


def a_url(url: str, *note: str) -> Entry:
    return Entry(EntryKind.URL, url, note)


def again(text: str) -> str:
    parsed = parse(text)
    return write([item.entry for item in parsed.entries], header=parsed.header).text


@settings(max_examples=300)
@given(hostile_files)
def test_writing_what_was_read_is_stable(text: str) -> None:
    once = again(text)
    assert again(once) == once
    assert lint(once, guard=Guard()).spotless


@settings(max_examples=300)
@given(hostile_files)
def test_no_file_makes_an_unsafe_line(text: str) -> None:
    report = lint(text, guard=guard_of(own=["a-b.org"]))
    assert report.clean.isascii()
    for line in report.clean.splitlines():
        if line.startswith("domain:"):
            domain = line.removeprefix("domain:")
            assert common_hold(domain) is None
            assert not f".{domain}".endswith(".a-b.org")
        assert "\r" not in line


def test_the_order_does_not_depend_on_the_order_of_the_entries() -> None:
    entries = [
        a_url("http://b-c.com/x"),
        a_domain("z-z.com"),
        a_domain("a-a.com", "2026-01-02 paid"),
    ]
    text = write(entries, header=["My list"]).text
    assert text == write(reversed(entries), header=["My list"]).text
    assert text == (
        "# My list\n\ndomain:z-z.com\nhttp://b-c.com/x\n\n# 2026-01-02 paid\ndomain:a-a.com\n"
    )


def test_notes_are_written_in_ascii() -> None:
    text = write([a_domain("a-b.com", "Müll \u2013 垃圾")]).text
    assert text == "# Mull \\u2013 \\u5783\\u573e\ndomain:a-b.com\n"
    assert again(text) == text


def test_a_note_cannot_smuggle_a_line_in() -> None:
    text = write([a_domain("a-b.com", "nice\ndomain:victim.com")]).text
    assert text == "# nice domain:victim.com\ndomain:a-b.com\n"


def test_a_domain_swallows_its_pages_and_subdomains() -> None:
    entries = [a_url("http://x.a-b.com/y"), a_domain("s.a-b.com"), a_domain("a-b.com")]
    assert write(entries).text == "domain:a-b.com\n"


def test_unsafe_entries_are_kept_out_whoever_calls_the_writer() -> None:
    written = write([a_domain("blogspot.com"), a_domain("a-b.com")])
    assert written.text == "domain:a-b.com\n"
    assert [one.code for one in written.refused] == ["public_suffix"]


def test_an_address_of_2048_characters_is_written_and_one_more_is_refused() -> None:
    fits = "http://a-b.com/" + "x" * (writer.MAX_URL - len("http://a-b.com/"))
    assert write([a_url(fits)]).text == f"{fits}\n"
    assert [one.code for one in write([a_url(fits + "x")]).refused] == ["url_too_long"]


def test_one_hundred_thousand_lines_fit_and_one_more_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer, "MAX_LINES", 10)
    ten = [a_domain(f"site-{number}.com") for number in range(10)]
    assert write(ten).domains == 10
    with pytest.raises(LimitError) as caught:
        write(ten, header=["a comment counts, and so does the blank line below it"])
    assert [fault.code for fault in caught.value.errors] == ["too_many_lines"]


@settings(max_examples=50)
@given(st.integers(0, 60), st.integers(1, 40), st.integers(0, 3))
def test_a_written_text_never_passes_a_limit(count: int, length: int, comments: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "MAX_LINES", 40)
        patch.setattr(writer, "MAX_BYTES", 1_000)
        patch.setattr(writer, "MAX_URL", 30)
        entries = [a_url(f"http://a-b.com/{'x' * length}{number}") for number in range(count)]
        try:
            text = write(entries, header=["c" * 20] * comments).text
        except LimitError:
            return
        assert text.count("\n") <= 40
        assert len(text.encode()) <= 1_000
        assert all(len(line) <= 30 for line in text.splitlines() if line.startswith("http"))


def test_a_file_over_the_limit_is_explained_and_nothing_is_written() -> None:
    data = "".join(f"domain:{'x' * 50}-{number}.com\n" for number in range(50_000))
    report = lint(data, guard=Guard())
    assert report.clean == ""
    assert [fault.code for fault in report.errors] == ["too_many_bytes"]


def test_a_merge_keeps_what_is_in_force_and_lifts_what_was_decided_to_keep() -> None:
    current = [a_domain("old-spam.com", "2020"), a_url("http://good-site.org/page")]
    merged = merge(
        current,
        added=[a_domain("old-spam.com", "2026"), a_domain("new-spam.com")],
        removed=["good-site.org"],
    )
    assert [(entry.line, entry.note) for entry in merged] == [
        ("domain:old-spam.com", ("2020",)),
        ("domain:new-spam.com", ()),
    ]


def test_a_difference_names_what_came_and_went() -> None:
    found = diff(
        [a_domain("a-b.com"), a_domain("c-d.com")], [a_domain("c-d.com", "x"), a_domain("e-f.com")]
    )
    assert (found.added, found.removed, found.kept) == (("domain:e-f.com",), ("domain:a-b.com",), 1)


def test_a_three_way_merge_takes_what_either_side_did() -> None:
    base = [a_domain(name) for name in ("both.com", "we-lift.com", "they-lift.com")]
    ours = [a_domain("both.com", "ours"), a_domain("they-lift.com"), a_domain("we-add.com")]
    theirs = [a_domain("both.com", "theirs"), a_domain("we-lift.com"), a_url("http://t.com/add")]
    merged = merge_three(base, ours, theirs)
    assert {(entry.line, entry.note) for entry in merged.entries} == {
        ("domain:both.com", ("ours",)),
        ("domain:we-add.com", ()),
        ("http://t.com/add", ()),
    }
    assert (merged.added_by_ours, merged.added_by_theirs) == (
        ("domain:we-add.com",),
        ("http://t.com/add",),
    )
    assert (merged.removed_by_ours, merged.removed_by_theirs) == (
        ("domain:we-lift.com",),
        ("domain:they-lift.com",),
    )


NAMES = st.sets(st.sampled_from([f"s{number}.com" for number in range(8)]))


@given(NAMES, NAMES, NAMES)
def test_a_three_way_merge_is_what_sets_say(
    base: set[str], ours: set[str], theirs: set[str]
) -> None:
    lists = [[a_domain(name) for name in sorted(names)] for names in (base, ours, theirs)]
    merged = {entry.value for entry in merge_three(*lists).entries}
    assert merged == (ours & theirs) | (ours - base) | (theirs - base)
    assert {entry.value for entry in merge_three(lists[0], lists[2], lists[1]).entries} == merged
