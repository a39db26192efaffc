"""Exports as they arrive in real life: other languages, delimiters, encodings, re-saves, broken rows."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from services.profile.domain.imports import Dialect, DomainRow, LinkRow, detect, read_targets
from tests.profile.imports.files import DATA, SITE, a_file, counted, read_all

AHREFS = (DATA / "ahrefs_backlinks_utf16.csv").read_bytes().decode("utf-16")
MOZ = (DATA / "moz_ose_legacy.csv").read_text(encoding="utf-8")
SEMRUSH = (DATA / "semrush_backlinks.csv").read_bytes()
PAIRS = "https://a.example/1{0}https://target.example/{0}{1}\nhttps://b.example/1{0}https://target.example/{0}{2}\n"


class Variant(NamedTuple):
    content: bytes
    dialect: Dialect
    rows: int
    rejected: int = 0
    own: int = 0


def latest(header: str, days: Sequence[str], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(header.split(","))
    writer.writerows((f"https://s{n}.example/p", day) for n, day in enumerate(days))
    return out.getvalue().encode()


def pairs(header: str, one: str, two: str, encoding: str, delimiter: str = ",") -> bytes:
    named = header.replace(",", delimiter)
    return f"{named}\n{PAIRS.format(delimiter, one, two)}".encode(encoding)


_TABLE = list(csv.reader(io.StringIO(AHREFS), delimiter="\t"))
VARIANTS = {
    "ahrefs, utf-16 without a mark": Variant(
        AHREFS.encode("utf-16-le"), Dialect.AHREFS_BACKLINKS, 30
    ),
    "ahrefs, utf-16 the other way round": Variant(
        b"\xfe\xff" + AHREFS.encode("utf-16-be"), Dialect.AHREFS_BACKLINKS, 30
    ),
    "ahrefs, utf-32": Variant(AHREFS.encode("utf-32"), Dialect.AHREFS_BACKLINKS, 30),
    "ahrefs, windows lines": Variant(
        AHREFS.replace("\n", "\r\n").encode("utf-16"), Dialect.AHREFS_BACKLINKS, 30
    ),
    "ahrefs, commas": Variant(
        a_file(_TABLE[0], _TABLE[1:], quote_all=True), Dialect.AHREFS_BACKLINKS, 30
    ),
    "ahrefs, cut off in the middle": Variant(
        AHREFS.encode("utf-16")[:14_001], Dialect.AHREFS_BACKLINKS, 19, rejected=1
    ),
    "semrush, saved again in German": Variant(
        "Page ascore;Source title;Source url;Target url;Anchor;Nofollow;Text;First seen;New link\n"
        "12,5;Zäh;https://a.example/1;https://target.example/;x;FALSCH;WAHR;01.02.2026;FALSCH\n".encode(
            "cp1252"
        ),
        Dialect.SEMRUSH_BACKLINKS,
        1,
    ),
    "semrush, shouted": Variant(
        SEMRUSH.split(b"\n", 1)[0].upper() + b"\n" + SEMRUSH.split(b"\n", 1)[1],
        Dialect.SEMRUSH_BACKLINKS,
        30,
    ),
    "semrush, a row too short": Variant(
        SEMRUSH + b"1,t,https://q.example/1\n", Dialect.SEMRUSH_BACKLINKS, 31, rejected=1
    ),
    "moz, marked, windows lines": Variant(
        ("\ufeff" + MOZ).replace("\n", "\r\n").encode(), Dialect.MOZ_LINKS, 30
    ),
    "majestic api": Variant(
        b"\xef\xbb\xbfSourceURL,ACRank,AnchorText,FlagNoFollow,FlagDeleted,TargetURL,LastSeenDate\n"
        b"https://a.example/1,3,hey,1,0,https://target.example/,2026-02-01\n",
        Dialect.MAJESTIC_BACKLINKS,
        1,
    ),
    "latest links, French": Variant(
        latest("Page associée,Dernière exploration", ["15 sept. 2026", "3 févr. 2026"]),
        Dialect.GSC_LATEST_LINKS,
        2,
    ),
    "latest links, Thai, years of the Buddha": Variant(
        latest("หน้าลิงก์,รวบรวมข้อมูลล่าสุด", ["15 ก.ย. 2569", "3 ต.ค. 2569"]),
        Dialect.GSC_LATEST_LINKS,
        2,
    ),
    "latest links, Hindi": Variant(
        latest("लिंक करने वाला पेज,पिछली बार क्रॉल", ["15 सित॰ 2026", "3 अक्टू॰ 2026"]),
        Dialect.GSC_LATEST_LINKS,
        2,
    ),
    "latest links, Japanese, tabs": Variant(
        latest("リンク元ページ,最終クロール日時", ["2026/09/15", "2026年9月3日"], "\t"),
        Dialect.GSC_LATEST_LINKS,
        2,
    ),
    "latest links, a language that we cannot read": Variant(
        latest("Strana,Posledný", ["15. qwert 2026", "3. zuiop 2026"], ";"),
        Dialect.GSC_LATEST_LINKS,
        2,
    ),
    "linking sites, German thousands": Variant(
        b'Website,Verweisende Seiten,Zielseiten\nblog.example,"1.240",12\na.example,3,1\n',
        Dialect.GSC_LINKING_SITES,
        2,
    ),
    "linking sites, French thousands": Variant(
        "Site,Pages de liens,Pages cibles\nblog.example,1\u202f240,12\n".encode(),
        Dialect.GSC_LINKING_SITES,
        1,
    ),
    "Russian table in cp1251": Variant(
        pairs("Источник,Цель,Анкор", "якорь на русском языке", "другая ссылка", "cp1251"),
        Dialect.GENERIC_LINKS,
        2,
    ),
    "Japanese table in Shift JIS": Variant(
        pairs(
            "リンク元,リンク先,アンカー", "日本語のアンカーテキスト", "別のリンクです", "shift_jis"
        ),
        Dialect.GENERIC_LINKS,
        2,
    ),
    "Chinese table in GB 18030": Variant(
        pairs("来源网址,目标网址,锚文本", "中文锚文本内容测试", "另一个链接", "gb18030"),
        Dialect.GENERIC_LINKS,
        2,
    ),
    "one stray byte of cp1252": Variant(
        pairs("Source url,Target url,Anchor", "caf\ue0e9", "na\u00efve", "utf-8").replace(
            "\ue0e9".encode(), b"\xe9"
        ),
        Dialect.GENERIC_LINKS,
        2,
    ),
    "bars": Variant(
        pairs("Source URL,Target URL,Anchor", "x", "y", "utf-8", "|"), Dialect.GENERIC_LINKS, 2
    ),
    "what Excel says of the delimiter": Variant(
        b"sep=;\r\n" + pairs("Source url,Target url,Anchor", "x", "y", "utf-8", ";"),
        Dialect.GENERIC_LINKS,
        2,
    ),
    "old Mac lines": Variant(
        pairs("Source url,Target url,Anchor", "x", "y", "utf-8").replace(b"\n", b"\r"),
        Dialect.GENERIC_LINKS,
        2,
    ),
    "a preamble of blanks": Variant(
        b"\n\nReport\n\n" + pairs("Source url,Target url,Anchor", "x", "y", "utf-8"),
        Dialect.GENERIC_LINKS,
        2,
    ),
    "a zero byte": Variant(
        pairs("Source url,Target url,Anchor", "x\x00", "y", "utf-8"), Dialect.GENERIC_LINKS, 2
    ),
    "own hosts among hosts": Variant(
        b"a.example\nb.example\ntarget.example\nwww.target.example\nblog.target.example\n",
        Dialect.URL_LIST,
        5,
        own=3,
    ),
    "a list with hosts of other scripts": Variant(
        "https://bücher.example/ü\nhttps://пример.example/\n".encode(), Dialect.URL_LIST, 2
    ),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_read_right(name: str) -> None:
    given = VARIANTS[name]
    found, counts, _ = read_all(given.content, file_name="export.csv")
    assert found.refused is None
    assert (found.dialect, counts) == (
        given.dialect,
        counted(given.rows, rejected=given.rejected, own=given.own),
    )


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("latest links, Thai, years of the Buddha", datetime(2026, 9, 15, tzinfo=UTC)),
        ("latest links, Hindi", datetime(2026, 9, 15, tzinfo=UTC)),
        ("latest links, Japanese, tabs", datetime(2026, 9, 15, tzinfo=UTC)),
        ("latest links, a language that we cannot read", None),
    ],
)
def test_days_are_read_in_many_languages_and_never_guessed(name: str, day: datetime | None) -> None:
    found, _, rows = read_all(VARIANTS[name].content)
    assert isinstance(rows[0], LinkRow)
    assert (rows[0].last_seen, found.notes) == (day, ())


def test_counts_of_linking_sites_are_kept_in_any_language() -> None:
    _, _, rows = read_all(VARIANTS["linking sites, German thousands"].content)
    assert isinstance(rows[0], DomainRow)
    assert (rows[0].link_count, rows[0].target_count) == (1240, 12)


@pytest.mark.parametrize(
    "header",
    [
        "Target page,Incoming links,Linking sites",
        "Zielseite,Eingehende Links,Websites",
        "דף יעד,a,b",
    ],
)
def test_a_list_of_one_s_own_pages_ranks_targets_and_makes_no_link(header: str) -> None:
    content = (
        f'{header}\nhttps://target.example/a,"1,240",12\nhttps://target.example/,3,1\n'.encode()
    )
    found = detect(content, site_hosts=SITE)
    assert found.refused is not None
    targets = list(read_targets([content], found, SITE))
    assert [(row.url, row.link_count, row.site_count) for row in targets] == [
        ("https://target.example/a", 1240, 12),
        ("https://target.example/", 3, 1),
    ]
