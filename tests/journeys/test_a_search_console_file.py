"""600 rows of Search Console on 480 hosts of all tempers: what we say of each is what was planted."""

import gzip
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.house import SITE, House, Json, living
from tests.waiting import eventually
from tests.web import Behaviour, FakeWeb, encoded, page, redirect, silent

TEXT = "<p>Of boats, ropes and how to mend them in the winter, when nobody sails.</p>" * 6
TO_US = f'<p>Our ropes come from <a href="http://{SITE}/ropes">the Shop</a>.</p>'
YES, WARNING, NONE, BLIND = "links to you", "links with a warning", "no link", "could not look"


@dataclass(frozen=True, slots=True)
class Planted:
    """What a page does, in how many rows, and what has to be said of it."""

    group: str
    rows: int
    behaviour: Behaviour
    reason: str | None = None
    robots: str | None = None
    scheme: str = "http"


def linking(change: str = "", *, head: str = "", robots: str = "all") -> Behaviour:
    """A page that links to us; `change` goes into the anchor."""
    body = f"<head><title>Ropes</title>{head}</head>{TEXT}{TO_US.replace('<a ', f'<a {change} ')}"
    return page(body, X_Robots_Tag=robots)


CHALLENGE = "<title>Just a moment...</title><p>Checking whether you are human.</p>"
PLANTED = {
    "plain": Planted(YES, 160, linking()),
    "variant": Planted(YES, 30, page(TEXT + TO_US.replace("http://", "//www."))),
    "redirected": Planted(YES, 30, redirect("/moved")),
    "nofollow": Planted(WARNING, 30, linking('rel="nofollow"')),
    "sponsored": Planted(WARNING, 30, linking('rel="sponsored"')),
    "noindex": Planted(
        WARNING, 30, linking(head='<meta name="robots" content="noindex">'), "noindex_meta"
    ),
    "header": Planted(WARNING, 20, linking(robots="noindex"), "noindex_header"),
    "hidden": Planted(WARNING, 20, linking('style="display:none"'), "link_hidden_css"),
    "absent": Planted(NONE, 60, page(TEXT)),
    "mention": Planted(NONE, 20, page(f"{TEXT}<p>Ask at {SITE} for more.</p>")),
    "missing": Planted(NONE, 30, page(TEXT, status=404), "page_404"),
    "gone": Planted(NONE, 20, page(TEXT, status=410), "page_410"),
    "challenge": Planted(BLIND, 20, page(CHALLENGE, status=403), "blocked_by_wall"),
    "forbidden": Planted(BLIND, 20, page("<p>No.</p>", status=403), "blocked_by_wall"),
    "busy": Planted(
        BLIND, 20, page("<p>Later.</p>", status=429, Retry_After="1"), "rate_limited"
    ),
    "broken": Planted(BLIND, 20, page("<p>Oh.</p>", status=500), "page_5xx"),
    "silent": Planted(BLIND, 10, silent(), "timeout"),
    "twice": Planted(
        BLIND, 10, encoded("gzip, gzip", gzip.compress(TO_US.encode())), "undecodable"
    ),
    "closed": Planted(
        BLIND, 10, linking(), "robots_disallows_us", "User-agent: *\nDisallow: /\n"
    ),
    "tls": Planted(BLIND, 10, linking(), "tls_error", scheme="https"),
}  # fmt: skip
ROWS, HOSTS = 600, 480


def addresses() -> Iterator[tuple[str, str]]:
    """Yield kind and URL of each row: of every four hosts one has two rows."""
    for kind, planted in PLANTED.items():
        for number in range(planted.rows):
            host = number - (number + 4) // 5  # rows 0 and 1 of each five share a host
            yield kind, f"{planted.scheme}://{kind}{max(0, host)}.example/story/{number}"


def put_up(web: FakeWeb) -> None:
    for kind, url in addresses():
        planted = PLANTED[kind]
        root = url.partition("/story/")[0]
        web.on(url, planted.behaviour)
        web.on(f"{root}/moved", linking())
        if planted.robots is not None:
            web.on(f"{root}/robots.txt", page(planted.robots, Content_Type="text/plain"))
    for host in (SITE, f"www.{SITE}"):
        web.on(f"http://{host}/ropes", f"<title>Ropes</title>{TEXT}")


def export(folder: Path) -> Path:
    file = folder / "latest-links.csv"
    rows = [f'"{url}",2026-11-{number % 20 + 1:02}' for number, (_, url) in enumerate(addresses())]
    file.write_text("\n".join(["Linking page,Last crawled", *rows]) + "\n", encoding="utf-8")
    return file


def group_of(link: Mapping[str, object]) -> str:
    """Return which of the four things is said of a link."""
    if link["status"] == "live":
        fine = link["counts"] and link["reasons"] in ([], ["page_redirected"])
        return YES if fine else WARNING
    return {"not_found": NONE, "unknown": BLIND}[str(link["status"])]


def test_the_planted_truth_is_600_rows_on_480_hosts() -> None:
    urls = [url for _, url in addresses()]
    assert (len(set(urls)), len({url.split("/")[2] for url in urls})) == (ROWS, HOSTS)


def all_is_as_planted(links: Mapping[str, Json]) -> None:
    assert len(links) == ROWS
    wrong = {}
    for kind, url in addresses():
        planted, link = PLANTED[kind], links[url]
        right = group_of(link) == planted.group
        if not right or planted.reason not in {None, *link["reasons"]}:
            wrong[url] = (kind, link["status"], link["reasons"])
    assert not wrong
    groups = Counter(map(group_of, links.values()))
    assert groups == {YES: 220, WARNING: 130, NONE: 130, BLIND: 120}
    found = {link["target_url"] for link in links.values() if link["status"] == "live"}
    assert {(target or "").split("/")[-1] for target in found} == {"ropes"}


async def nothing_happened_today(house: House) -> None:
    """An import is no growth, and nothing that was never there can be lost (seams.md 15)."""
    assert await house.every("changes", kind="new,lost,recovered") == []
    told = ("link.gained", "link.lost", "link.recovered", "alert.raised")
    assert await house.told(*told) == []
    days = (await house.get("velocity", interval="day"))["items"]
    moved = ("gained_links", "lost_links", "gained_domains", "lost_domains")
    assert {day[name] for day in days for name in moved} == {0}


@pytest.mark.timeout(660)
async def test_every_row_is_told_as_it_is_within_minutes_and_the_import_is_no_growth(
    home: Path, web: FakeWeb
) -> None:
    """At default politeness: one request a second to a host, half a minute for the silent ones."""
    put_up(web)
    async with living(home, web, min_delay=1.0) as house:
        begun = time.monotonic()
        job = await house.upload(export(home))
        await eventually(house.is_decided, within=600, what="every row has a verdict")
        sys.stdout.write(f"{ROWS} rows decided in {time.monotonic() - begun:.1f} s\n")
        links = await house.links()
        await nothing_happened_today(house)
    assert (job["accepted"], job["rejected"], job["duplicates"]) == (ROWS, 0, 0)
    all_is_as_planted(links)
