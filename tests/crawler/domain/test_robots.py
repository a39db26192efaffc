"""robots.txt is read as RFC 9309 and Google's documentation say."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.crawler.domain.robots import MAX_BYTES, MAX_LINE, parse

SITE = "https://example.com"

GROUPS = """
disallow: /before-any-agent
user-agent: first
disallow: /
allow: /x/
user-agent: second
disallow: /
allow: /y/

allow: /w/
user-agent: third

user-agent: first
allow: /z/
disallow: /
"""


def allows(text: str | bytes, path: str, agent: str = "Bot") -> bool:
    body = text.encode() if isinstance(text, str) else text
    return parse(body).allowed(agent, path if "://" in path else SITE + path)


@pytest.mark.parametrize(
    ("agent", "path", "allowed"),
    [
        ("first", "/x/b", True),
        ("first", "/z/d", True),
        ("first", "/y/c", False),
        ("second", "/y/c", True),
        ("second", "/w/a", True),
        ("second", "/z/d", False),
        ("third", "/z/d", True),
        ("third", "/q", False),
        ("fourth", "/q", True),
        ("fourth", "/before-any-agent", True),
    ],
)
def test_groups_of_one_agent_merge_and_share_rules(agent: str, path: str, *, allowed: bool) -> None:
    assert allows(GROUPS, path, agent) is allowed


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        # The longest pattern wins, in any order; allow wins between equals.
        ("disallow: /x/page.html\nallow: /x/", "/x/page.html", False),
        ("allow: /x/page.html\ndisallow: /x/", "/x/page.html", True),
        ("allow: /x/page.html\ndisallow: /x/", "/x/", False),
        ("disallow: /same\nallow: /same", "/same", True),
        ("allow: /same\ndisallow: /same", "/same/more", True),
        ("disallow:\nallow:", "/", True),
        ("disallow:", "/any", True),
        ("allow: /p\ndisallow: /", "/page", True),
        ("allow: /page\ndisallow: /*.htm", "/page.htm", False),
        ("allow: /page\ndisallow: /*.ph", "/page.php5", True),
        ("allow: /$\ndisallow: /", "/", True),
        ("allow: /$\ndisallow: /", "/page.htm", False),
        # Prefixes.
        ("disallow: /fish", "/fish", False),
        ("disallow: /fish", "/fish.html", False),
        ("disallow: /fish", "/fish/salmon.html", False),
        ("disallow: /fish", "/fishheads/yummy.html", False),
        ("disallow: /fish", "/fish.php?id=anything", False),
        ("disallow: /fish", "/Fish.asp", True),
        ("disallow: /fish", "/catfish", True),
        ("disallow: /fish", "/?id=fish", True),
        ("disallow: /fish*", "/fish", False),
        ("disallow: /fish*", "/fishheads", False),
        ("disallow: /fish/", "/fish", True),
        ("disallow: /fish/", "/fish/?id=1", False),
        ("disallow: /fish/", "/animals/fish/", True),
        # Stars and the end.
        ("disallow: /*.php", "/index.php", False),
        ("disallow: /*.php", "/filename.php?parameters", False),
        ("disallow: /*.php", "/folder/any.php.file.html", False),
        ("disallow: /*.php", "/windows.PHP", True),
        ("disallow: /*.php", "/php/", True),
        ("disallow: /*.php$", "/filename.php", False),
        ("disallow: /*.php$", "/folder/filename.php", False),
        ("disallow: /*.php$", "/filename.php?parameters", True),
        ("disallow: /*.php$", "/filename.php5", True),
        ("disallow: /*.php$", "/a.php/b.php", False),
        ("disallow: /fish*.php", "/fishheads/catfish.php?parameters", False),
        ("disallow: /fish*.php", "/Fish.PHP", True),
        ("disallow: /a**b", "/ab", False),
        ("disallow: /a*b*c$", "/axbxc", False),
        ("disallow: /a*b*c$", "/axcxb", True),
        ("disallow: /ab*ab$", "/ab", True),
        ("disallow: *", "/", False),
        ("disallow: *secret", "/a/secret", False),
        ("disallow: /a$b", "/a$b", False),
        ("disallow: /a$b", "/a", True),
        ("disallow: /a.c", "/abc", True),
        ("disallow: /a?b", "/a?b=1", False),
        # The query belongs to the path, the fragment does not.
        ("disallow: /*?", "/a?b", False),
        ("disallow: /*?", "/a", True),
        ("disallow: /a#b", "/a", False),
        ("disallow: /b", "/a#/b", True),
        # Percent-encoding: non-ASCII and the case of digits are the same, ASCII is literal.
        ("disallow: /caf\u00e9", "/caf%C3%A9", False),
        ("disallow: /caf%c3%a9", "/caf%C3%A9", False),
        ("disallow: /caf%C3%A9", "/caf%c3%a9", False),
        ("disallow: /\u30c4", "/%E3%83%84", False),
        ("disallow: /%62%61%7A", "/baz", True),
        ("disallow: /%62%61%7A", "/%62%61%7A", False),
        ("disallow: /a%2fb", "/a/b", True),
        ("disallow: /a?u=http://b.example/?c&d", "/a?u=http://b.example/?c&d", False),
        # Whoever allows the index file allows its folder.
        ("allow: /dir/index.html\ndisallow: /", "/dir/", True),
        ("allow: /dir/index.html\ndisallow: /", "/dir/index.html", True),
        ("allow: /dir/index.html\ndisallow: /", "/dir/index.htm", False),
        ("allow: /dir/index.html\ndisallow: /", "/dir/other", False),
        ("disallow: /dir/index.html", "/dir/", True),
    ],
)
def test_rules_match_paths(rules: str, path: str, *, allowed: bool) -> None:
    assert allows(f"user-agent: *\n{rules}\n", path) is allowed


@pytest.mark.parametrize(
    "line",
    [
        "Disallow: /x",
        "DISALLOW:/x",
        "disallow   :   /x   ",
        "\tdisallow:\t/x\t",
        "disallow /x",
        "disallow\t/x",
        "disallow: /x # why",
        "disallow: /x#why",
        "dissallow: /x",
        "dissalow: /x",
        "disalow: /x",
        "diasllow: /x",
        "disallaw: /x",
        "disallow-this: /x",
        "disallow: /x\0y",
    ],
)
def test_sloppy_lines_are_understood(line: str) -> None:
    assert not allows(f"User-agent: *\n{line}\n", "/x")


@pytest.mark.parametrize(
    "line", ["disallow /x y", "# disallow: /x", "disallow", ": /x", "block: /x", "x disallow: /x"]
)
def test_lines_that_say_nothing_are_skipped(line: str) -> None:
    assert allows(f"user-agent: *\n{line}\n", "/x")


@pytest.mark.parametrize(
    ("line", "agent", "hit"),
    [
        ("User-Agent: Bot", "bot", True),
        ("USER-AGENT: BOT", "Bot", True),
        ("useragent: bot", "Bot", True),
        ("user agent: bot", "Bot", True),
        ("user-agent bot", "Bot", True),
        ("user-agent: bot/2.0", "Bot", True),
        ("user-agent: bot", "Bot/1.0 (+https://example.com/bot)", True),
        ("user-agent: bot and friends", "Bot", True),
        ("user-agent: bot and friends", "Bot and friends", False),
        ("user-agent: bo", "Bot", False),
        ("user-agent: bot-image", "Bot", False),
        ("user-agent: robot", "Bot", False),
        ("user-agent: *", "Bot", True),
        ("user-agent: * bots", "Bot", True),
        ("user-agent: *bot", "Bot", False),
        ("user-agent:", "Bot", False),
        ("user-agent: bot", "", False),
        ("user-agent: *", "", True),
    ],
)
def test_agents_are_matched_by_their_product(line: str, agent: str, *, hit: bool) -> None:
    assert allows(f"{line}\ndisallow: /\n", "/x", agent) is not hit


def test_a_group_of_its_own_replaces_the_group_for_all() -> None:
    text = "user-agent: *\ndisallow: /a\nuser-agent: bot\ndisallow: /b\n"
    assert allows(text, "/a")
    assert not allows(text, "/b")
    assert allows("user-agent: *\ndisallow: /\nuser-agent: bot\n", "/a")


@pytest.mark.parametrize("between", ["sitemap: /s.xml", "crawl-delay: 3", "x: y", "", "# c"])
def test_unknown_lines_between_agents_do_not_part_them(between: str) -> None:
    text = f"user-agent: bot\n{between}\nuser-agent: *\ndisallow: /\n"
    assert not allows(text, "/", "bot")
    assert not allows(text, "/", "other")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_line(end: str) -> None:
    assert not allows(
        end.join(["user-agent: a", "allow: /b", "user-agent: bot", "disallow: /"]), "/"
    )


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"])
def test_a_byte_order_mark_is_skipped(mark: bytes) -> None:
    assert not allows(mark + b"user-agent: *\ndisallow: /\n", "/")


def test_a_byte_order_mark_inside_is_no_blank() -> None:
    assert allows(b"user-agent: *\n\xef\xbb\xbfdisallow: /\n", "/")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", "/"),
        ("http://example.com", "/"),
        ("http://example.com/a/b?c=http://d.e/", "/a/b?c=http://d.e/"),
        ("http://example.com/a?b#c", "/a?b"),
        ("http://example.com?a", "/?a"),
        ("example.com/a;b#c", "/a;b"),
        ("//example.com/a", "/a"),
        ("http://example.com#/a", "/"),
    ],
)
def test_the_path_of_any_spelling(url: str, path: str) -> None:
    robots = parse(f"user-agent: *\ndisallow: {path}$\n".encode())
    assert not robots.allowed("Bot", url)


def test_a_long_line_is_cut_and_still_used() -> None:
    path = "/" + "a" * (MAX_LINE - len("disallow: /"))
    assert not allows(f"user-agent: *\ndisallow: {path}bcd\n", f"{path}xyz")


def test_what_stands_behind_500_kibibytes_is_not_read() -> None:
    filler = "# filler\n" * (MAX_BYTES // 9)
    assert allows(f"user-agent: *\n{filler}\n\n\ndisallow: /\n", "/")
    assert not allows(f"user-agent: *\ndisallow: /\n{filler}{filler}", "/")


def test_half_a_rule_at_the_limit_is_no_rule() -> None:
    head = b"user-agent: *\n"
    rule = b"disallow: /private-area\n"
    filler = b"#" * (MAX_BYTES - len(head) - 13) + b"\n"
    assert allows(head + filler + rule, "/")


def test_delays_and_sitemaps_are_read() -> None:
    robots = parse(
        b"sitemap: https://example.com/1.xml\nuser-agent: bot\ncrawl-delay: 2.5\ndisallow:\n"
        b"user-agent: *\ncrawl-delay: soon\ncrawl-delay: 7\nSite-map: /2.xml\n"
    )
    assert robots.crawl_delay("Bot/1.0") == 2.5
    assert robots.crawl_delay("other") == 7
    assert robots.sitemaps == ("https://example.com/1.xml", "/2.xml")
    assert parse(b"user-agent: *\ncrawl-delay: -1\n").crawl_delay("bot") is None
    assert parse(b"user-agent: *\ncrawl-delay: inf\n").crawl_delay("bot") is None


@given(st.binary(max_size=400), st.text(max_size=40), st.text(max_size=80))
def test_whatever_a_file_says_the_answer_is_one(body: bytes, agent: str, url: str) -> None:
    robots = parse(body)
    assert robots.allowed(agent, url) in {True, False}
    assert robots.allowed(agent, "/robots.txt")
    delay = robots.crawl_delay(agent)
    assert delay is None or 0 <= delay < float("inf")


def test_hostile_patterns_take_linear_time() -> None:
    hostile = b"user-agent: *\n" + b"disallow: /" + b"*a" * 8_000 + b"$\n"
    robots = parse(hostile + b"disallow: /*a*b*c$\n" * 20_000)
    started = time.process_time()
    assert robots.allowed("bot", SITE + "/" + "ab" * 4_000)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("line", [b"disallow: /a\n", b"\n", b"x", b"user-agent: b\n", b"*", b"\0"])
def test_ten_megabytes_are_read_in_little_time(line: bytes) -> None:
    body = b"user-agent: *\ndisallow: /start\n" + line * (10_000_000 // len(line))
    started = time.process_time()
    robots = parse(body + b"\nuser-agent: *\ndisallow: /end\n")
    assert not robots.allowed("bot", SITE + "/start")
    assert robots.allowed("bot", SITE + "/end")
    assert time.process_time() - started < 5


@pytest.mark.parametrize("pattern", ["*a", "a*", "*", "aa*", "*ab*a"])
def test_matching_grows_no_faster_than_the_pattern(pattern: str) -> None:
    def cost(length: int) -> float:
        times = length // len(pattern)
        robots = parse(f"user-agent: *\ndisallow: /{pattern * times}b$\n".encode() * 20)
        started = time.process_time()
        for _ in range(10):
            robots.allowed("bot", SITE + "/" + "a" * 4 * length)
        return time.process_time() - started

    cost(1_000)
    assert cost(4_000) < 20 * max(cost(1_000), 0.002)


def test_many_agents_with_many_rules_share_them() -> None:
    agents = b"".join(b"user-agent: bot%c\n" % letter for letter in range(65, 91)) * 300
    robots = parse(agents + b"disallow: /x\n" * 20_000)
    assert len({id(group) for groups in robots.groups.values() for group in groups}) == 1
