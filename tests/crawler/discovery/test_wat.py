"""Links in WAT files: whichever way they are spelled, and as far as a file can be read."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.crawler.domain.discovery.hits import Damage, LinkHit
from services.crawler.domain.discovery.targets import Targets
from services.crawler.domain.discovery.wat import scan
from shared import hostnames, urls
from shared.vocabulary import LinkKind
from tests.crawler.discovery.archives import PAGE, in_chunks, packed, raw_wat, record, wat

OURS = Targets(["bücher-shop.example", "our.example"])
ASCII_FORM = hostnames.ascii_form("bücher-shop.example")
# As the JSON of the file has them.
SPELLINGS = {
    "plain": "https://our.example/a",
    "capitals": "https://OUR.Example/a",
    "scheme in capitals": "HTTPS://our.example/a",
    "www": "https://www.our.example/a",
    "a host below it": "https://shop.our.example/a",
    "no scheme": "//our.example/a",
    "slashes escaped": "https:\\/\\/Our.example\\/a",
    "backslashes": "https:\\\\\\\\our.example\\\\a",
    "a port": "https://our.example:8443/a",
    "a user": "https://me:secret@our.example/a",
    "a last dot": "https://our.example./a",
    "percent-encoded": "https://%6Fur.ex%61mple/a",
    "a tab": "https://o\\tur.example/a",
    "a new line": "https://our.\\nexample/a",
    "escaped letters": "https://\\u006fur.example/a",
    "all letters escaped": "\\u0068ttps:\\u002f\\u002f\\u006fur\\u002eexample/a",
    "a full-width dot": "https://our\N{FULLWIDTH FULL STOP}example/a",
    "an ideographic dot, escaped": "https://our\\u3002example/a",
    "full-width letters": "https://\N{FULLWIDTH LATIN SMALL LETTER O}ur.example/a",
    "white space around it": "  https://our.example/a ",
    "international, as it is read": "https://bücher-shop.example/a",
    "international, capitals": "https://BÜCHER-SHOP.example/a",
    "international, escaped": "https://b\\u00fccher-shop.example/a",
    "international, as it is sent": f"https://{ASCII_FORM}/a",
}
STRANGERS = (
    "https://our.example.org/a",
    "https://notour.example/a",
    "https://other.example/our.example",
    "https://other.example/?u=https://our.example/",
    "mailto:me@our.example",
    "https://our%2eexample.org/",
    "https://our\\u3002example.org/",
)


def found(data: bytes, damage: Damage | None = None, *, size: int = 1 << 20) -> list[LinkHit]:
    return list(scan(in_chunks(data, size), OURS, damage or Damage()))


def link(url: str, **more: str) -> dict[str, str]:
    return {"path": "A@/href", "url": url, **more}


@pytest.mark.parametrize("href", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_link_is_found_however_it_is_spelled(href: str) -> None:
    [hit] = found(packed(raw_wat(href)))
    assert OURS.has(urls.host_of(hit.target_url))
    assert hit.target_url.endswith("/a")


@pytest.mark.parametrize("href", STRANGERS)
def test_what_only_looks_like_us_is_not_found(href: str) -> None:
    assert found(packed(raw_wat(href))) == []


def test_a_hit_holds_what_the_file_tells() -> None:
    page = wat(
        [link("https://our.example/a", text=" our \n guide ", rel="nofollow UGC")],
        head={"Metas": [{"name": "robots", "content": "noindex, follow"}]},
        headers={"content-language": "de-AT, en", "X-Robots-Tag": ["noarchive", "nofollow"]},
    )
    [hit] = found(packed(page))
    assert hit.referring_url == PAGE
    assert hit.referring_domain == "blog.example"
    assert hit.anchor_text == "our guide"
    assert hit.rel == ("nofollow", "ugc")
    assert hit.kind is LinkKind.TEXT
    assert hit.seen_at is not None
    assert hit.seen_at.isoformat() == "2026-05-31T01:17:49+00:00"
    note = hit.page
    assert (note.title, note.lang, note.noindex, note.nofollow) == ("A post", "de-AT", True, True)


def test_relative_links_are_read_against_the_base_of_the_page() -> None:
    based = wat([link("guide"), link("/b")], head={"Base": "https://our.example/dir/"})
    assert [hit.target_url for hit in found(packed(based))] == [
        "https://our.example/dir/guide",
        "https://our.example/b",
    ]


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (wat([{"path": "AREA@/href", "url": "https://our.example/"}]), LinkKind.IMAGE),
        (wat([{"path": "IFRAME@/src", "url": "https://our.example/"}]), LinkKind.FRAME),
        (wat([{"path": "FORM@/action", "url": "https://our.example/"}]), LinkKind.FORM),
        (
            wat([], head={"Link": [{"rel": "canonical", "url": "https://our.example/"}]}),
            LinkKind.CANONICAL,
        ),
        (
            wat([], head={"Metas": [{"http-equiv": "refresh", "content": "0; //our.example/"}]}),
            LinkKind.REFRESH,
        ),
        (wat([], headers={"location": "//our.example/"}, status="301"), LinkKind.REDIRECT),
    ],
)
def test_every_kind_of_link_is_told(page: bytes, kind: LinkKind) -> None:
    assert [hit.kind for hit in found(packed(page))] == [kind]


@pytest.mark.parametrize(
    "page",
    [
        wat([link("https://our.example/")], url="https://www.our.example/page"),
        wat([link("https://our.example/")], kind="request"),
        wat([{"path": "IMG@/src", "url": "https://our.example/logo.png"}]),
        wat([{"path": "SCRIPT@/src", "url": "https://our.example/a.js"}]),
    ],
    ids=["own page", "request", "picture", "script"],
)
def test_what_is_no_link_of_others_is_left_out(page: bytes) -> None:
    assert found(packed(page)) == []


_WORDS = ("our", "OUR", ".", "example", "Example", "www.", "other", "ü", "bücher-shop", "BÜCHER")
_SIGNS = (
    "%6f",
    "/",
    "//",
    "https://",
    "@",
    ":80",
    "?",
    "#",
    "\\",
    "\N{IDEOGRAPHIC FULL STOP}",
    "\t",
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from((*_WORDS, *_SIGNS)), max_size=9).map("".join), st.booleans())
def test_the_scan_finds_what_reading_everything_finds(rest: str, escaped: bool) -> None:
    href = f"https://{rest}"
    written = json.dumps(href, ensure_ascii=escaped)[1:-1]
    target = urls.resolve(href, PAGE)
    expected = [target] if target is not None and OURS.has_url(target) else []
    assert [hit.target_url for hit in found(packed(raw_wat(written)))] == expected


# ---- files ------------------------------------------------------------------------------------------


def numbered(count: int) -> list[bytes]:
    return [wat([link(f"https://our.example/{number}")]) for number in range(count)]


def paths_of(hits: list[LinkHit]) -> list[int]:
    return [int(hit.target_url.rpartition("/")[2]) for hit in hits]


@pytest.mark.parametrize("size", [1, 7, 1_000, 1 << 20])
@pytest.mark.parametrize("packing", ["members", "one member", "plain", "zeros between"])
def test_it_does_not_matter_how_a_file_is_packed_or_comes_in(size: int, packing: str) -> None:
    records = numbered(4)
    data = {
        "members": packed(*records),
        "one member": gzip.compress(b"".join(records)),
        "plain": b"".join(records),
        "zeros between": b"\0\0\0".join(map(gzip.compress, records)),
    }[packing]
    damage = Damage()
    assert paths_of(found(data, damage, size=size)) == [0, 1, 2, 3]
    assert damage.sentences() == []


@pytest.mark.parametrize("size", [11, 1 << 20])
def test_behind_a_damaged_place_reading_goes_on(size: int) -> None:
    members = [gzip.compress(one) for one in numbered(5)]
    members[2] = members[2][:20] + b"\xff" * 8 + members[2][28:]
    damage = Damage()
    assert paths_of(found(b"".join(members), damage, size=size)) == [0, 1, 3, 4]
    assert damage.sentences() == ["a part could not be unpacked"]


def test_of_a_file_that_breaks_off_the_beginning_is_read() -> None:
    damage = Damage()
    assert paths_of(found(packed(*numbered(3))[:-40], damage)) == [0, 1]
    assert damage.sentences() == ["the file ends in the middle"]


def test_bytes_between_records_are_passed_over_and_said() -> None:
    first, second = numbered(2)
    damage = Damage()
    assert paths_of(found(first + b"rubbish\nand more\n" + second, damage, size=9)) == [0, 1]
    assert damage.sentences() == ["bytes that belong to no record were passed over"]


def test_a_record_that_is_no_json_is_said() -> None:
    [broken, sound] = numbered(2)
    damage = Damage()
    assert paths_of(found(broken.replace(b'r":', b'r";') + sound, damage)) == [1]
    assert damage.sentences() == ["a record is not the JSON of a WAT file"]


def test_a_record_of_nothing_but_brackets_and_halves_of_characters_do_no_harm() -> None:
    deep = record("metadata", PAGE, b'{"our.example":' + b"[" * 200_000)
    half = raw_wat('https://our.example/a","text":"\\ud800x')
    [hit] = found(packed(deep, half))
    assert hit.anchor_text.encode() == "\N{REPLACEMENT CHARACTER}x".encode()


def test_a_bomb_is_read_no_further() -> None:
    damage = Damage()
    assert found(gzip.compress(b"\0" * 80_000_000), damage) == []
    assert [what for what in damage.counts if "unpacks to more" in what]


def test_a_file_of_something_else_is_said() -> None:
    damage = Damage()
    assert found(b"hello", damage) == []
    assert "there is no record of a WAT file in it" in damage.sentences()
