"""The 13 documented dialects, and the same dialects as other languages and spreadsheets write them."""

import orjson
import pytest

from services.profile.domain.imports import DateOrder, Dialect, DomainRow, LinkRow, detect, read
from shared.vocabulary import LinkKind
from tests.profile.imports.files import DATA, SITE, a_file, counted, links, read_all

DOCUMENTED = {
    "ahrefs_backlinks_utf16.csv": (Dialect.AHREFS_BACKLINKS, "utf-16", "\t", 1),
    "ahrefs_backlinks_utf8.csv": (Dialect.AHREFS_BACKLINKS, "utf-8", "\t", 1),
    "bing_domains.csv": (Dialect.BING_DOMAINS, "utf-8-sig", ",", 1),
    "bing_pages.csv": (Dialect.BING_PAGES, "utf-8-sig", ",", 1),
    "excel_resaved_semicolon.csv": (Dialect.AHREFS_BACKLINKS, "utf-8", ";", 1),
    "gsc_latest_links_en.csv": (Dialect.GSC_LATEST_LINKS, "utf-8", ",", 1),
    "gsc_latest_links_he.csv": (Dialect.GSC_LATEST_LINKS, "utf-8", ",", 1),
    "gsc_top_linking_sites_en.csv": (Dialect.GSC_LINKING_SITES, "utf-8", ",", 1),
    "majestic_download_backlinks.csv": (Dialect.MAJESTIC_BACKLINKS, "utf-8", ",", 1),
    "moz_ose_legacy.csv": (Dialect.MOZ_LINKS, "utf-8", ",", 7),
    "semrush_backlink_audit.csv": (Dialect.SEMRUSH_BACKLINK_AUDIT, "utf-8", ",", 1),
    "semrush_backlinks.csv": (Dialect.SEMRUSH_BACKLINKS, "utf-8-sig", ",", 1),
    "url_list.txt": (Dialect.URL_LIST, "utf-8", None, None),
}

DATES = ["28/09/2026", "03/09/2026", "30/08/2026"]
SEARCH_CONSOLE = {
    "de": ("Verweisende Seite,Zuletzt gecrawlt", ["28.09.2026", "03.09.2026", "30.08.2026"]),
    "fr": ("Page avec lien,Dernière exploration", DATES),
    "es": ("Página de enlace,Último rastreo", ["28 sept 2026", "3 sept 2026", "30 ago 2026"]),
    "pt": ("Página de vinculação,Último rastreamento", DATES),
    "it": ("Pagina con link,Ultima scansione", ["28 set 2026", "3 set 2026", "30 ago 2026"]),
    "ru": (
        "Страница,Дата сканирования",
        ["28 сент. 2026 г.", "3 сент. 2026 г.", "30 авг. 2026 г."],  # noqa: RUF001
    ),
    "ja": ("リンク元ページ,前回のクロール", ["2026年9月28日", "2026年9月3日", "2026年8月30日"]),
    "he": ("דף מקשר,נסרק לאחרונה", DATES),
    "pl": ("Strona linkująca,Ostatnie skanowanie", ["28 wrz 2026", "3 wrz 2026", "30 sie 2026"]),
    "ko": ("연결 페이지,마지막 크롤링", ["2026. 9. 28.", "2026. 9. 3.", "2026. 8. 30."]),
    "tr": ("Bağlantı veren sayfa,Son tarama", ["28 Eyl 2026", "3 Eyl 2026", "30 Ağu 2026"]),  # noqa: RUF001
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_documented_export_is_recognised_and_read_whole(name: str) -> None:
    found, counts, _ = read_all((DATA / name).read_bytes(), file_name=name)
    recognised = (found.dialect, found.encoding, found.delimiter, found.header_row)
    assert recognised == DOCUMENTED[name]
    assert counts == counted(30)


@pytest.mark.parametrize("language", SEARCH_CONSOLE)
def test_search_console_is_recognised_in_any_language(language: str) -> None:
    header, dates = SEARCH_CONSOLE[language]
    lines = [header, *(f'"https://s{n}.example/a,b","{date}"' for n, date in enumerate(dates))]
    found, counts, rows = read_all("\n".join(lines).encode())
    assert found.dialect is Dialect.GSC_LATEST_LINKS
    assert counts == counted(3)
    seen = [row.last_seen for row in rows if isinstance(row, LinkRow)]
    assert [moment and (moment.month, moment.day) for moment in seen] == [(9, 28), (9, 3), (8, 30)]


@pytest.mark.parametrize(
    "header",
    ["אתר,דפים מקשרים,דפי יעד", "Website,Verweisende Seiten,Zielseiten", "サイト,リンク元,対象"],
)
def test_linking_sites_are_recognised_in_any_language(header: str) -> None:
    found, counts, rows = read_all(f'{header}\nblog.example,"1,240",12\n'.encode())
    assert found.dialect in {Dialect.GSC_LINKING_SITES, Dialect.GENERIC_DOMAINS}
    assert counts == counted(1)
    assert isinstance(rows[0], DomainRow)
    assert (rows[0].domain, found.delimiter) == ("blog.example", ",")


def test_counts_with_thousands_separators_are_numbers() -> None:
    _, _, rows = read_all((DATA / "gsc_top_linking_sites_en.csv").read_bytes())
    assert isinstance(rows[0], DomainRow)
    assert (rows[0].link_count, rows[0].target_count) == (1240, 12)


@pytest.mark.parametrize(
    "header", ["Target page,Incoming links,Linking sites", "Zielseite,Eingehende Links,Websites"]
)
def test_ones_own_pages_are_no_links_and_the_sentence_says_where_to_go(header: str) -> None:
    content = f"{header}\nhttps://target.example/a,12,3\nhttps://target.example/b,5,2\n".encode()
    found, _, _ = read_all(content)
    assert found.dialect is Dialect.GSC_LINKED_PAGES
    assert found.refused is not None
    assert "Latest links" in found.refused


@pytest.mark.parametrize(
    ("content", "dialect"),
    [
        (b"domain:spam.example\n# bad\ndomain:junk.example\n", Dialect.DISAVOW),
        (b"Anchor,Backlinks Count\nclick here,3\n", Dialect.BING_ANCHORS),
        (b"Link text,Rank\nclick here,1\nacme,2\n", Dialect.GSC_LINKING_TEXT),
        (b"Pozycja,Tekst linku\n1,acme\n2,kliknij tutaj\n", Dialect.GSC_LINKING_TEXT),
        (
            b"URL,Title,PA,Linking Domains to Page\ntarget.example/,Home,20,3\n",
            Dialect.MOZ_TOP_PAGES,
        ),
    ],
)
def test_what_is_no_list_of_links_is_refused_by_its_name(content: bytes, dialect: Dialect) -> None:
    found = detect(content)
    assert found.dialect is dialect
    assert found.refused is not None
    assert found.refused.endswith(".")


def test_a_day_as_spreadsheets_count_it_is_a_day() -> None:
    content = b"Source url;Target url;Last seen\nhttps://a.example/;https://target.example/;45999\n"
    _, _, rows = read_all(content)
    assert isinstance(rows[0], LinkRow)
    assert rows[0].last_seen is not None
    assert rows[0].last_seen.date().isoformat() == "2025-12-08"


def test_links_as_markdown_writes_them_are_read_and_the_first_is_no_heading() -> None:
    _, counts, rows = read_all(b"# Links\n- [Post](https://a.example/p)\n- https://b.example/q\n")
    assert counts == counted(2)
    assert [row.referring_url for row in rows if isinstance(row, LinkRow)] == [
        "https://a.example/p",
        "https://b.example/q",
    ]


def test_an_ahrefs_row_keeps_every_word_of_the_source() -> None:
    found, _, rows = read_all((DATA / "ahrefs_backlinks_utf16.csv").read_bytes())
    assert "domain" not in found.mapping  # "Referring domains" of a page is a figure, no domain
    row = rows[0]
    assert isinstance(row, LinkRow)
    assert row.metrics == {"ahrefs_dr": 41.0, "ahrefs_ur": 12.5}
    assert orjson.loads(row.claim)["lost_status"] == "removedfromhtml"
    assert orjson.loads(row.claim)["left_context"] == "see, for example; the"
    assert orjson.loads(row.claim)["right_context"] == "page\tfor more"
    assert (row.kind, row.rel, row.anchor) == (LinkKind.TEXT, frozenset(), "Target")


def test_older_ahrefs_spellings_are_known() -> None:
    header = ["Ref. page URL", "DR", "Anchor and target URL", "Backlink type", "First seen"]
    rows = [
        ["https://a.example/1", "40", "Acme\nhttps://target.example/x", "Nofollow", "2026-01-02"]
    ]
    found, counts, read = read_all(a_file(header, rows, delimiter="\t", encoding="utf-16"))
    assert (found.dialect, counts) == (Dialect.AHREFS_BACKLINKS, counted(1))
    assert isinstance(read[0], LinkRow)
    assert (read[0].anchor, read[0].target_url) == ("Acme", "https://target.example/x")
    assert read[0].rel == frozenset({"nofollow"})


def test_ahrefs_broken_backlinks_and_referring_domains_are_told_apart() -> None:
    broken = a_file(
        [
            "Referring page URL",
            "Target URL",
            "Target page HTTP code",
            "Anchor",
            "Ref. page checked",
        ],
        [["https://a.example/1", "https://target.example/gone", "404", "x", "2026-10-01 00:00:00"]],
    )
    found, _, rows = read_all(broken)
    assert found.dialect is Dialect.AHREFS_BROKEN_BACKLINKS
    assert isinstance(rows[0], LinkRow)
    assert orjson.loads(rows[0].claim)["target_http_code"] == "404"
    domains = a_file(
        [
            "Domain",
            "Is spam",
            "DR",
            "Dofollow ref. domains",
            "Traffic ",
            "Keywords ",
            "Links to target",
            "First seen",
            "Lost",
        ],
        [["blog.example", "false", "33", "1", "2", "3", "14", "2026-01-01", "2026-05-05"]],
        delimiter="\t",
        encoding="utf-16",
        quote_all=True,
    )
    found, _, rows = read_all(domains)
    assert found.dialect is Dialect.AHREFS_REFERRING_DOMAINS
    assert isinstance(rows[0], DomainRow)
    assert (rows[0].link_count, rows[0].metrics) == (14, {"ahrefs_dr": 33.0})
    assert rows[0].lost_at is not None


def test_a_link_intersect_counts_only_with_a_column_of_this_site() -> None:
    header = ["Domain", "DR", "rival.example/", "target.example/", "Intersect"]
    rows = [["a.example", "30", "2", "1", "2"], ["b.example", "30", "2", "0", "1"]]
    content = a_file(header, rows)
    _, counts, read = read_all(content)
    assert counts == counted(2, rejected=1)
    assert isinstance(read[0], DomainRow)
    found = detect(content, site_hosts=["elsewhere.example"])
    assert found.dialect is Dialect.AHREFS_LINK_INTERSECT
    assert found.refused is not None


@pytest.mark.parametrize(
    ("header", "cells", "dialect", "metric"),
    [
        ("Domain ascore,Domain,Backlinks,IP Address,Country,First seen,Last seen",
         "12,blog.example,40,1.2.3.4,de,2026-01-01,2026-02-01",
         Dialect.SEMRUSH_REFERRING_DOMAINS, ("semrush_domain_as", 12.0)),
        ("Source URL,Target URL,Anchor Text,Domain Score,Page Score,Link Type,First Seen,Last Seen",
         "https://a.example/1,https://target.example/,x,44,30,nofollow,2026-01-01,2026-02-01",
         Dialect.UBERSUGGEST, ("ubersuggest_ds", 44.0)),
        ("SourceURL,ACRank,AnchorText,Date,FlagRedirect,FlagFrame,FlagNoFollow,TargetURL,SourceTrustFlow",
         "https://a.example/1,3,x,2026-01-01,,,+,https://target.example/,17",
         Dialect.MAJESTIC_BACKLINKS, ("majestic_tf", 17.0)),
        ("URL,Title,Anchor Text,Spam Score,PA,DA,Link State,Target URL,Date Lost",
         "a.example/1,T,x,2,20,31,Lost,target.example/,2026-03-04",
         Dialect.MOZ_LINKS, ("moz_da", 31.0)),
        ("url_from,url_to,anchor,dofollow,first_seen,last_seen,is_lost,backlink_spam_score",
         "https://a.example/1,https://target.example/,x,false,2026-01-01,2026-02-01,true,9",
         Dialect.DATAFORSEO, ("dataforseo_spam", 9.0)),
    ],
)  # fmt: skip
def test_further_tools_are_known_with_their_metrics(
    header: str, cells: str, dialect: Dialect, metric: tuple[str, float]
) -> None:
    found, counts, rows = read_all(f"{header}\n{cells}\n".encode())
    assert (found.dialect, counts) == (dialect, counted(1))
    assert isinstance(rows[0], LinkRow | DomainRow)
    assert rows[0].metrics[metric[0]] == metric[1]


def test_a_linksentinel_file_is_taken_as_it_is() -> None:
    header = (
        "source_url,target_url,expected_target_url,expected_anchor_text,expected_rel,campaign,"
        "vendor,client,cost,placement_date,expected_status,notes,tags"
    )
    row = "https://a.example/1,https://target.example/,,Acme,dofollow,spring,Bob,,120,2026-01-02,,ok,a"
    found, counts, rows = read_all(f"{header}\n{row}\n".encode())
    assert (found.dialect, counts) == (Dialect.LINKSENTINEL, counted(1))
    assert isinstance(rows[0], LinkRow)
    assert orjson.loads(rows[0].claim)["vendor"] == "Bob"
    assert rows[0].anchor is None  # what is expected has not been claimed to be there


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_spreadsheet_may_save_it_any_way(delimiter: str, encoding: str, newline: str) -> None:
    header = ["Source url", "Target url", "Anchor", "Notiz"]
    rows = [(*link, "schön") for link in links(12)]
    content = a_file(header, rows, delimiter=delimiter, encoding=encoding, newline=newline)
    found, counts, _ = read_all(content)
    assert (found.delimiter, found.refused) == (delimiter, None)
    assert counts == counted(12)


def test_excel_s_separator_line_is_obeyed() -> None:
    content = b"sep=;\r\nSource url;Target url\r\nhttps://a.example/1;https://target.example/\r\n"
    found, counts, _ = read_all(content)
    assert (found.delimiter, found.header_row, counts) == (";", 2, counted(1))


def test_a_russian_file_of_old_excel_is_read_in_its_own_letters() -> None:
    header = ["Ссылающаяся страница", "Целевая страница", "Анкор ссылки"]
    rows = [
        (f"https://s{n}.example/a", "https://target.example/", "магазин бытовой техники")
        for n in range(9)
    ]
    found, counts, read = read_all(a_file(header, rows, delimiter=";", encoding="cp1251"))
    assert (found.encoding, counts) == ("cp1251", counted(9))
    assert isinstance(read[0], LinkRow)
    assert read[0].anchor == "магазин бытовой техники"
    assert read[0].target_url == "https://target.example/"


def test_unknown_columns_are_told_apart_by_what_stands_in_them() -> None:
    rows = [("https://target.example/p", f"https://s{n}.example/x", "words here") for n in range(5)]
    found, counts, read = read_all(a_file(["kohde", "lahde", "teksti"], rows))
    assert found.mapping == {"referring_url": "lahde", "target_url": "kohde", "anchor": "teksti"}
    assert counts == counted(5)
    assert isinstance(read[0], LinkRow)
    assert read[0].referring_url == "https://s0.example/x"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("broken", ["", "https://only.example/one/address\n"])
def test_one_page_and_one_target_without_a_header_are_a_link(mark: str, broken: str) -> None:
    content = f"{broken}https://blog.example/a{mark}https://www.target.example/b\n".encode()
    found = detect(content, site_hosts=SITE)
    assert found.columns == {"referring_url": 0, "target_url": 1}
    link = [row for row in read([content], found, SITE) if isinstance(row, LinkRow)][-1]
    assert link.referring_url == "https://blog.example/a"
    assert link.target_url == "https://www.target.example/b"


def test_an_address_with_another_inside_it_is_one_page() -> None:
    content = b"https://blog.example/a,https://other.example/b\n"
    found = detect(content, site_hosts=SITE)
    assert found.dialect is Dialect.URL_LIST


def test_a_file_without_a_header_is_read_from_its_first_line() -> None:
    lines = [f"https://s{n}.example/x,https://target.example/p" for n in range(4)]
    found, counts, _ = read_all("\n".join(lines).encode())
    assert (found.header_row, counts) == (None, counted(4))


def test_dates_follow_the_day_that_decides() -> None:
    header = ["Source url", "First seen"]
    american = [["https://a.example/1", "03/04/2026"], ["https://b.example/1", "03/28/2026"]]
    european = [["https://a.example/1", "03/04/2026"], ["https://b.example/1", "28/03/2026"]]
    assert detect(a_file(header, american)).date_order is DateOrder.MONTH_FIRST
    assert detect(a_file(header, european)).date_order is DateOrder.DAY_FIRST
    assert not detect(a_file(header, european)).notes
    assert "month first" in detect(a_file(header, american[:1])).notes[0]


def test_the_fingerprint_belongs_to_the_header() -> None:
    one = detect(a_file(["Source url", "Anchor"], [["https://a.example/1", "x"]]))
    same = detect(a_file(["source_URL ", "anchor"], [["https://b.example/2", "y"]]))
    other = detect(a_file(["Source url", "Title"], [["https://a.example/1", "x"]]))
    assert one.fingerprint == same.fingerprint != other.fingerprint
