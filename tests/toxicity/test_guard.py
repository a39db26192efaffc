"""The guard list, one rule at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from services.toxicity.domain.disavow.lint import lint
from services.toxicity.domain.guard import Guard, Scope, common_hold, guard_of
from shared import platforms, urls


def code(host: str) -> str | None:
    hold = Guard().of_domain(host)
    return None if hold is None else hold.code


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("blogspot.com", "public_suffix"),
        ("herokuapp.com", "public_suffix"),
        ("github.io", "public_suffix"),
        ("co.uk", "public_suffix"),
        ("org.br", "public_suffix"),
        ("spb.ru", "public_suffix"),
        ("kiev.ua", "public_suffix"),
        ("pa.gov.br", "public_suffix"),
        ("glogow.pl", "public_suffix"),
        ("com", "no_dot"),
        ("localhost", "no_dot"),
        ("", "empty"),
        ("1.2.3.4", "ip_address"),
        ("[2001:db8::1]", "ip_address"),
        ("nasa.gov", "public_body"),
        ("service.gov.uk", "public_suffix"),
        ("manchester.gov.uk", "public_body"),
        ("ox.ac.uk", "public_body"),
        ("sub.ox.ac.uk", "public_body"),
        ("mit.edu", "public_body"),
        ("army.mil", "public_body"),
        ("u-tokyo.ac.jp", "public_body"),
        ("google.com", "search_engine"),
        ("sites.google.com", "search_engine"),
        ("cloudfront.net", "public_suffix"),
        ("web.archive.org", "infrastructure"),
        ("translate.goog", "public_suffix"),
        ("wikipedia.org", "platform"),
        ("en.wikipedia.org", "platform"),
        ("telegra.ph", "platform"),
    ],
)
def test_whole_domains_that_are_never_written(host: str, expected: str) -> None:
    assert code(host) == expected


@pytest.mark.parametrize(
    "host",
    [
        "cheap-links.example",
        "spam.blogspot.com",
        "mygov.com",
        "go.de",
        "essex.com",
        "gov-news.info",
    ],
)
def test_ordinary_domains_are_free(host: str) -> None:
    assert code(host) is None


def test_a_single_page_of_a_platform_may_be_written() -> None:
    assert Guard().of_url("https://www.youtube.com/watch?v=1") is None
    assert Guard().of_url("http://1.2.3.4/spam") is None


@pytest.mark.parametrize("field", ["own", "partners", "competitors", "kept", "placed"])
def test_the_names_of_a_workspace_are_never_written(field: str) -> None:
    guard = guard_of(**{field: ["https://www.Acme.example/"]})
    for hold in (
        guard.of_domain("acme.example"),
        guard.of_domain("shop.acme.example"),
        guard.of_url("https://acme.example/page"),
    ):
        assert hold is not None
        assert hold.scope is Scope.NEVER
    assert guard.of_domain("other.example") is None


def test_a_name_above_an_own_host_is_never_written() -> None:
    guard = guard_of(own=["blog.acme.example"])
    hold = guard.of_domain("acme.example")
    assert hold is not None
    assert hold.code == "own_site"
    assert guard.of_url("https://acme.example/page") is None


def test_only_whole_labels_above_an_own_host_are_above_it() -> None:
    guard = guard_of(own=["blog.acme.example"])
    assert guard.of_domain("me.example") is None
    assert guard.of_domain("blog.acme.example.net") is None


def test_no_public_suffix_of_the_packaged_list_can_be_written() -> None:
    rules = PublicSuffixList()._publicsuffix
    names = [rule.replace("*", "anything") for rule in rules if not rule.startswith("!")]
    hosts = [urls.host_of(f"http://{name}/") for name in names]
    assert len(hosts) > 9_000
    assert [host for host in hosts if common_hold(host) is None] == []
    report = lint("".join(f"domain:{name}\n{name}\n" for name in names), guard=Guard())
    assert report.clean == ""


def test_no_name_above_a_public_suffix_can_be_written() -> None:
    names = PublicSuffixList()._publicsuffix
    above = {name.partition(".")[2] for name in names if not name.startswith(("!", "*"))}
    free = [name for name in above if name.isascii() and "." in name and common_hold(name) is None]
    assert len(above) > 900
    assert free == []
    assert code("databricksapps.com") == "shared_host"


# A few of the names whose fingerprints are shipped; tests/toxicity/renown.py --check asks for all.
TRUSTED = (
    "gmpg.org creativecommons.org doi.org ietf.org mysql.com pixabay.com economist.com schema.org"
)
UNIVERSITIES = "ku.dk univ-tours.fr unb.ca dhbw-karlsruhe.de spbu.ru universiteitleiden.nl"


def test_the_best_known_sites_of_the_web_are_held() -> None:
    assert {code(name) for name in TRUSTED.split()} == {"trusted"}
    assert {code(f"blog.{name}") for name in TRUSTED.split()} == {"trusted"}
    assert {code(name) for name in UNIVERSITIES.split()} == {"public_body"}
    assert Guard().of_url("https://mysql.com/spam") is None


@pytest.mark.parametrize(
    "name",
    [
        "g\u043e\u043egle.com",  # Cyrillic o
        "lifehac\u0138er.com",  # kra
        "w\u0456k\u0456pedia.org",  # Ukrainian i
        "\u0430cme.example",  # of our own site
        "faceb\u00f6\u00f6k.com",
        "blogsp\u03bft.com",  # Greek omicron, of a shared host
    ],
)
def test_a_name_that_only_looks_like_a_guarded_one_is_held(name: str) -> None:
    guard = guard_of(own=["acme.example"])
    host = urls.host_of(f"http://{name}/")
    assert host.startswith("xn--")
    hold = guard.of_domain(host)
    assert hold is not None
    assert (hold.code, hold.scope) == ("look_alike", Scope.PAGES_ONLY)


@given(
    st.lists(
        st.sampled_from(
            ["xn--ggle-55da.com", "xn--acme-8xa.de", "xn--a", "xn--\u00e4.de", "xn--.!.x"]
        )
        | st.text("ao\u0435\u00f6\u0430\u0628g\u65e5", min_size=1, max_size=5).map(
            lambda name: urls.host_of(f"http://{name}.com")
        ),
        max_size=8,
    )
)
def test_hosts_that_are_asked_for_together_are_held_like_each_alone(hosts: list[str]) -> None:
    guard = guard_of(own=["acme.example", "ao.com"])
    assert guard.of_domains(hosts) == [guard.of_domain(host) for host in hosts]


def test_letters_that_are_the_same_for_a_browser_are_the_guarded_name_itself() -> None:
    for name in ("\uff47\uff4f\uff4f\uff47\uff4c\uff45.com", "google\u3002com", "GOOGLE.com"):
        (refused,) = lint(f"domain:{name}\n", guard=Guard()).refused
        assert (refused.entry, refused.code) == ("domain:google.com", "search_engine")


def test_an_international_name_that_looks_like_no_guarded_one_is_free() -> None:
    for name in ("b\u00fccher-kaufen.example", "\ud55c\uad6d.com", "brave-n\u00e0.com"):
        assert code(urls.host_of(f"http://{name}/")) is None


def test_every_listed_platform_is_held() -> None:
    names = platforms.PLATFORMS | platforms.SEARCH_ENGINES | platforms.INFRASTRUCTURE
    assert [name for name in names if common_hold(name) is None] == []


def test_every_hold_says_why_in_a_sentence() -> None:
    for host in ("", "1.2.3.4", "com", "co.uk", "nasa.gov", "google.com", "archive.org", "x.com"):
        hold = common_hold(host)
        assert hold is not None
        assert hold.sentence.endswith(".")
