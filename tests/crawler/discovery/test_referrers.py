"""Access logs: who sent readers, in every usual format, and never who the readers were."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from services.crawler.domain.discovery import referrers
from services.crawler.domain.discovery.hits import Damage
from services.crawler.domain.discovery.referrers import Summary
from services.crawler.domain.discovery.targets import Targets

OURS = Targets(["our.example"])
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
BLOG = "https://blog.example/post?x=1"
CLIENT = "203.0.113.77"


def scanned(*lines: str, damage: Damage | None = None) -> Summary:
    data = "".join(f"{line}\n" for line in lines).encode()
    return referrers.scan([data], OURS, damage or Damage(), domain="our.example")


def combined(
    *,
    referer: str = BLOG,
    path: str = "/a",
    status: int = 200,
    agent: str = BROWSER,
    first: str = "",
) -> str:
    return (
        f'{first}{CLIENT} - - [10/Oct/2026:13:55:36 +0200] "GET {path} HTTP/1.1" {status} 2326'
        f' "{referer}" "{agent}"'
    )


def caddy(referer: str) -> str:
    request = {
        "remote_ip": CLIENT,
        "host": "our.example:443",
        "uri": "/a",
        "headers": {"Referer": [referer], "User-Agent": [BROWSER]},
    }
    return json.dumps({"ts": 1791633336.5, "request": request, "status": 200})


def nginx_json(referer: str) -> str:
    row = {
        "remote_addr": CLIENT,
        "time_iso8601": "2026-10-10T13:55:36+02:00",
        "request": "GET /a HTTP/2.0",
        "status": "200",
        "http_referer": referer,
        "http_user_agent": BROWSER,
    }
    return json.dumps(row)


IIS = (
    "#Software: Microsoft Internet Information Services 10.0\n"
    "#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) cs(Referer) sc-status\n"
    f"2026-10-10 11:55:36 GET /a - {CLIENT} {BROWSER.replace(' ', '+')} {BLOG} 200"
)
CLOUDFRONT = (
    "#Version: 1.0\n"
    "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status"
    " cs(Referer) cs(User-Agent) cs-uri-query x-host-header\n"
    f"2026-10-10\t11:55:36\tFRA2\t9\t{CLIENT}\tGET\td1.cloudfront.net\t/a\t200\t"
    f"{BLOG.replace('?', '%3F')}\t{BROWSER.replace(' ', '%20')}\t-\tour.example"
)


@pytest.mark.parametrize(
    "line",
    [
        combined(),
        combined(first="www.our.example:443 "),
        f'{combined()} "10.0.0.7, 10.0.0.8" 0.003',
        caddy(BLOG),
        nginx_json(BLOG),
        IIS,
        CLOUDFRONT,
    ],
    ids=["combined", "with host", "with more behind", "Caddy", "nginx JSON", "IIS", "CloudFront"],
)
def test_a_page_that_sent_a_reader_is_found_in_every_format(line: str) -> None:
    damage = Damage()
    [found] = scanned(line, damage=damage).referrers()
    assert (found.referring_url, found.referring_domain) == (BLOG, "blog.example")
    assert found.target_url.removeprefix("https://").removeprefix("www.") == "our.example/a"
    assert (found.hits, found.page_known) == (1, True)
    assert found.first_seen is not None
    assert found.first_seen.replace(microsecond=0) == datetime(2026, 10, 10, 11, 55, 36, tzinfo=UTC)
    assert CLIENT not in repr(found)
    assert damage.sentences() == []


def test_visits_add_up() -> None:
    later = combined().replace("10/Oct", "12/Oct")
    [found] = scanned(combined(), later, combined()).referrers()
    assert found.hits == 3
    assert (found.first_seen, found.last_seen) == (
        datetime(2026, 10, 10, 11, 55, 36, tzinfo=UTC),
        datetime(2026, 10, 12, 11, 55, 36, tzinfo=UTC),
    )


def test_where_the_browser_tells_only_the_origin_the_page_is_unknown() -> None:
    [found] = scanned(combined(referer="https://blog.example/")).referrers()
    assert (found.referring_url, found.referring_domain) == (None, "blog.example")
    assert not found.page_known


@pytest.mark.parametrize(
    ("line", "counted"),
    [
        (combined(referer="-"), "nobody"),
        (combined(referer="https://www.our.example/b"), "own"),
        (combined(referer="https://www.google.co.uk/"), "search"),
        (combined(referer="https://chatgpt.com/"), "search"),
        (combined(referer="http://semalt.com/crawler?u=x"), "spam"),
        (combined(referer="https://free-traffic-here.xyz/"), "spam"),
        (combined(referer="android-app://com.slack/"), "private"),
        (combined(referer="http://intranet/wiki"), "private"),
        (combined(referer="http://10.1.2.3/"), "private"),
        (combined(agent="Mozilla/5.0 (compatible; Googlebot/2.1)"), "robot"),
        (combined(agent="-"), "robot"),
        (combined(path="/logo.png?v=2"), "part"),
        (combined(status=403), "refused"),
        (combined(status=503), "refused"),
        (combined(first="other-site.example "), "other host"),
    ],
)
def test_what_is_no_page_with_a_link_is_only_counted(line: str, counted: str) -> None:
    summary = scanned(line)
    assert summary.referrers() == []
    assert dict(summary.counts) == {counted: 1}


@pytest.mark.parametrize("status", [200, 304, 301, 404, 410])
def test_a_page_of_ours_that_is_gone_tells_of_a_link_as_well(status: int) -> None:
    assert len(scanned(combined(status=status)).referrers()) == 1


def test_a_user_with_a_space_in_the_name_is_not_taken_for_a_host() -> None:
    [found] = scanned(combined().replace(" - - ", " - john doe ")).referrers()
    assert found.target_url == "https://our.example/a"


def test_lines_of_no_format_are_said_and_the_others_read() -> None:
    damage = Damage()
    summary = scanned("what is this", combined(), "{broken", damage=damage)
    assert len(summary.referrers()) == 1
    assert damage.sentences() == ["a line is in no format of a log that is known (2 times)"]


def test_a_moment_that_there_never_was_is_none() -> None:
    [found] = scanned(combined().replace("10/Oct/2026:13", "01/Jan/0001:00")).referrers()
    assert (found.hits, found.first_seen) == (1, None)


def test_a_packed_log_is_read() -> None:
    line = f"{combined()}\n".encode()
    for data in (gzip.compress(line), zstd.compress(line)):
        summary = referrers.scan([data], OURS, Damage(), domain="our.example")
        assert len(summary.referrers()) == 1


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referrers, "MOST_REFERRERS", 2)
    summary = scanned(*(combined(referer=f"https://b{n}.example/p") for n in range(5)))
    assert (len(summary.referrers()), summary.more) == (2, 3)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"#Fields: cs-uri-stem cs(Referer)\n", b'{"ts":']),
)
def test_no_line_trips_the_reader(line: bytes, before: bytes) -> None:
    summary = referrers.scan([before + line], OURS, Damage(), domain="our.example")
    # Each line counts once, or is damage, and no referrer is more than there were lines.
    assert sum(one.hits for one in summary.referrers()) <= line.count(b"\n") + 1
    assert all(OURS.has_url(one.target_url) for one in summary.referrers())
