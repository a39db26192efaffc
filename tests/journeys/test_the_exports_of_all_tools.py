"""The 13 exports of other tools, audited in one run: what each file says, and what is really there."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.journeys.command import TARGET, Audited, audit
from tests.profile.imports.files import DATA
from tests.web import FakeWeb, fake_web, new_authority

PAGE = '<p>Nine ways to mend a chair, and <a href="{}">Target</a> has the glue.</p>'
UNTOLD = f"https://{TARGET}/found-by-looking"
ALSO = f"https://{TARGET}/second"


@dataclass(frozen=True, slots=True)
class Export:
    """What a file is, the page of its row `n`, and what it claims of each link."""

    dialect: str
    source: str
    page: str | None = None
    target: str | None = None
    anchor: str | None = None
    first_seen: str | None = None
    last_seen: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


AHREFS = Export(
    "ahrefs_backlinks",
    "ahrefs",
    "https://blog{n}.example/post?a=1,2&x={n}",
    f"https://{TARGET}/page",
    "Target",
    "2026-08-01",
    "2026-11-01",
    {"ahrefs_dr": 41.0, "ahrefs_ur": 12.5},
)
HOME = f"https://{TARGET}/"
EXPORTS = {
    "ahrefs_backlinks_utf16.csv": AHREFS,
    "ahrefs_backlinks_utf8.csv": AHREFS,
    "bing_domains.csv": Export("bing_domains", "bing"),
    "bing_pages.csv": Export(
        "bing_pages", "bing", "https://ref{n}.example/a", f"https://{TARGET}/p", "More, text"
    ),
    "excel_resaved_semicolon.csv": Export(
        "ahrefs_backlinks",
        "ahrefs",
        "https://e{n}.example/a,b",
        f"https://{TARGET}/p",
        "More; text",
        metrics={"ahrefs_dr": 12.5},
    ),
    "gsc_latest_links_en.csv": Export(
        "gsc_latest_links", "gsc", "https://g{n}.example/a,b", last_seen="2026-09-{d}"
    ),
    "gsc_latest_links_he.csv": Export(
        "gsc_latest_links", "gsc", "https://g{n}.example/a", last_seen="2026-09-{d}"
    ),
    "gsc_top_linking_sites_en.csv": Export("gsc_top_linking_sites", "gsc"),
    "majestic_download_backlinks.csv": Export(
        "majestic_backlinks",
        "majestic",
        "https://m{n}.example/x",
        HOME,
        "Target",
        "2025-01-02",
        "2026-10-01",
        {"majestic_cf": 20.0, "majestic_tf": 11.0},
    ),
    "moz_ose_legacy.csv": Export(
        "moz_links",
        "moz",
        "https://z{n}.example/x",
        HOME,
        "Target",
        metrics={"moz_da": 30.0, "moz_pa": 20.0, "moz_spam": 3.0},
    ),
    "semrush_backlink_audit.csv": Export(
        "semrush_backlink_audit",
        "semrush",
        "https://c{n}.example/p",
        HOME,
        "casino, bonus",
        "2026-09-20",
        "2026-10-01",
        {"semrush_toxicity": 87.0},
    ),
    "semrush_backlinks.csv": Export(
        "semrush_backlinks",
        "semrush",
        "https://b{n}.example/a,b",
        HOME,
        "Target",
        "2026-08-01",
        "2026-11-01",
        {"semrush_as": 12.0},
    ),
    "url_list.txt": Export("url_list", "list", "https://u{n}.example/a"),
}
ROWS = 30
TWICE_ON_PAGE = range(3)
"""Rows of Search Console whose page links to us twice."""


def pages() -> dict[str, str | None]:
    """Every page that an export names, with the target that it claims."""
    return {
        one.page.format(n=number): one.target
        for one in EXPORTS.values()
        if one.page is not None
        for number in range(ROWS)
    }


def put_up(web: FakeWeb) -> None:
    for page, target in pages().items():
        web.on(page, PAGE.format(target or UNTOLD))
    for number in TWICE_ON_PAGE:
        page = f"https://g{number}.example/a,b"
        web.on(page, PAGE.format(UNTOLD) + PAGE.format(ALSO))
    for target in (UNTOLD, ALSO, HOME, f"{HOME}p", f"{HOME}page"):
        web.on(target, "<title>Target</title><h1>Glue</h1><p>We sell glue of all kinds.</p>")


async def run(folder: Path) -> Audited:
    authority = new_authority(folder)
    hosts = sorted({page.split("/")[2] for page in pages()} | {TARGET})
    async with fake_web(authority.server(*hosts)) as web:
        put_up(web)
        files = [DATA / name for name in EXPORTS]
        return await audit(web, folder, *files, authority=authority, min_delay="0")


async def test_all_exports_of_all_tools_become_links_with_their_provenance(tmp_path: Path) -> None:
    done = await run(tmp_path)
    each_file_is_understood(done)
    every_link_is_there_once(done)
    links = defaultdict(list)
    for link in done.links:
        links[link["referring_url"]].append(link)
    for name, one in EXPORTS.items():
        if one.page is None:
            continue
        for number in range(ROWS):
            link = first_told(links[one.page.format(n=number)])
            says_who_told(name, one, number, link)
    no_growth_on_the_day_of_the_import(done)


def each_file_is_understood(done: Audited) -> None:
    counts = {"rows": ROWS, "accepted": ROWS, "duplicates": 0, "rejected": 0, "own_domain": 0}
    told: set[str] = set()
    for name, one in EXPORTS.items():
        imported = done.imports[name]
        assert (imported["dialect"], imported["source"]) == (one.dialect, one.source), name
        assert {key: imported[key] for key in counts} == counts, name
        new = one.page is not None and one.page not in told
        assert imported["new_links"] == (ROWS if new else 0), name
        told.add(one.page or "")
        assert len(imported["sha256"]) == 64
    assert len(done.imports) == len({one["sha256"] for one in done.imports.values()}) == 13


def every_link_is_there_once(done: Audited) -> None:
    """Pages without a target got theirs by looking, and a second target is a link of its own."""
    wanted = Counter((page, target or UNTOLD) for page, target in pages().items())
    wanted.update((f"https://g{number}.example/a,b", ALSO) for number in TWICE_ON_PAGE)
    assert Counter((link["referring_url"], link["target_url"]) for link in done.links) == wanted
    assert {link["status"] for link in done.links} == {"live"}
    assert done.report["referring_domains"]["only_claimed"] == ROWS  # the linking sites


def first_told(links: list[dict[str, Any]]) -> dict[str, Any]:
    [link] = [one for one in links if one["target_url"] != ALSO]
    return link


def says_who_told(name: str, one: Export, number: int, link: Mapping[str, Any]) -> None:
    [source] = link["sources"]
    assert source["source"] == one.source, name
    assert source["anchor_text"] == one.anchor, name
    assert source["metrics"] == one.metrics == link["metrics"], name
    last = one.last_seen and one.last_seen.format(d=f"{number % 9 + 1:02}")
    for said, wanted in (("first_seen_at", one.first_seen), ("last_seen_at", last)):
        assert (source[said] or "")[:10] == (wanted or ""), (name, number, said)
    assert link["anchor_text"] == "Target", "what we saw, not what was claimed"
    if one.first_seen is not None:
        assert link["first_seen_at"].startswith(one.first_seen), name


def no_growth_on_the_day_of_the_import(done: Audited) -> None:
    today = done.report["velocity"]["months"][-1]
    assert [today[name] for name in ("gained_links", "lost_links", "recovered_links")] == [0, 0, 0]
    dated = sum(month["gained_links"] for month in done.report["velocity"]["months"])
    recent = [
        one
        for one in {id(one): one for one in EXPORTS.values()}.values()
        if (one.first_seen or "") > "2026"
    ]
    assert dated == ROWS * len(recent)
