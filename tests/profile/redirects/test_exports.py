"""Redirect rules: each export is read by a small interpreter of its server and asked what it answers."""

import csv
import io
from collections.abc import Callable
from urllib.parse import quote_from_bytes, urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.profile.domain.redirects.exports import FORMATS, export
from services.profile.domain.redirects.rules import rules_of
from services.profile.domain.redirects.suggest import Candidate, RedirectAction, Suggestion
from tests.profile.redirects.servers import Answer, Apache, Asked, Caddy, Cloudflare, Netlify, Nginx

HOST = "acme.example"
HOSTILE = [
    "/a b c",
    '/say "hello"',
    "/it's",
    "/100%25-off",
    "/100%-off",
    "/a+b",
    "/x.*(y|z)[0-9]{2}^$%3Fno",
    "/back\\slash",
    "/$1/$uri/${x}",
    "/{host}/{$ENV}",
    "/*",
    "/a/:splat",
    "/#not-a-fragment".replace("#", "%23"),
    "/tab%09here",
    "/line%0Abreak",
    "/cr%0D%0Ainjected: header",
    "/; return 200; }",
    "/ünïcödé/日本語",
    "/gr%FC%DFe",
    "/~tilde",
    "/=cmd|' /C calc'!A0",
    "/double//slash",
    "/ends-with-space%20",
    "/<script>alert(1)</script>",
]


def to(dead: str, target: str) -> Suggestion:
    return Suggestion(dead, (Candidate(target, 1.0),), RedirectAction.REDIRECT)


def gone(dead: str) -> Suggestion:
    return Suggestion(dead, (), RedirectAction.GONE)


def servers(suggestions: list[Suggestion]) -> dict[str, Callable[[Asked], Answer]]:
    rules = rules_of(suggestions)
    texts = {form: export(rules, form, host=HOST) for form in FORMATS}
    return {
        "nginx": Nginx(texts["nginx"]),
        "apache": Apache(texts["apache"]),
        "netlify": Netlify(texts["netlify"]),
        "cloudflare": Cloudflare(texts["cloudflare"], HOST),
        "caddy": Caddy(texts["caddy"]),
    }


def asked(dead: str) -> Asked:
    """What a browser sends for this address."""
    path, _, query = dead.partition("?")
    escaped = quote_from_bytes(path.encode(), safe="/%-._~!$&'()*+,;=:@")
    return Asked("/" + escaped.lstrip("/") + (f"?{query}" if query else ""))


def leads_to(answer: Answer, target: str) -> bool:
    status, location = answer
    base = f"https://{HOST}/"
    return status == 301 and urljoin(base, location or "") == urljoin(base, target)


def test_every_server_leads_each_hostile_path_where_it_should() -> None:
    # "/100%-off" is no valid escape: browsers send it as it is, which is the same path as the other.
    dead = [path for path in HOSTILE if path != "/100%-off"]
    found = servers([to(path, f"/new/page-{number}") for number, path in enumerate(dead)])
    for name, server in found.items():
        for number, path in enumerate(dead):
            answer = server(asked(path))
            assert leads_to(answer, f"/new/page-{number}"), (name, path, answer)
        assert server(Asked("/other")) == (404, None), name


def test_a_path_that_is_gone_answers_410_where_the_server_can() -> None:
    found = servers([gone(path) for path in HOSTILE])
    for name in ("nginx", "apache", "caddy"):
        for path in HOSTILE:
            assert found[name](asked(path)) == (410, None), (name, path)
    assert found["netlify"](Asked("/a%20b%20c")) == (404, None)


def test_hostile_targets_stay_targets() -> None:
    dead = [f"/old-{number}" for number in range(len(HOSTILE))]
    pairs = list(zip(dead, HOSTILE, strict=True))
    for name, server in servers([to(path, target) for path, target in pairs]).items():
        for path, target in pairs:
            status, location = server(asked(path))
            assert status == 301
            assert location is not None
            assert location.isascii(), name
            assert not set(location) & set(' "<>\\\n\r\t{}$'), (name, location)
            path_of = location.removeprefix(f"https://{HOST}")
            assert Asked(path_of).decoded.lstrip(b"/") == asked(target).decoded.lstrip(b"/")


def test_an_address_with_a_query_has_a_rule_of_its_own() -> None:
    dead = ["/index.php?id=12", "/index.php?id=13&lang=a%20b", "/index.php"]
    found = servers([to(dead[0], "/twelve"), to(dead[1], "/thirteen?x=1"), to(dead[2], "/all")])
    for name in ("nginx", "apache", "netlify", "caddy"):
        server = found[name]
        assert leads_to(server(Asked(dead[0])), "/twelve"), name
        assert leads_to(server(Asked(dead[1])), "/thirteen?x=1"), name
        assert leads_to(server(Asked(dead[2])), "/all"), name


def test_chains_are_one_hop_and_loops_are_no_rule() -> None:
    chain = [to("/a", "/b"), to("/b", "/c"), to("/c", "/live"), to("/x", "/y"), to("/y", "/x")]
    rules = {rule.text: rule.target for rule in rules_of([*chain, to("/same/", "/same")])}
    assert {rules["/a"], rules["/b"], rules["/c"]} == {"/live"}
    assert not {"/x", "/y", "/same", "/same/"} & rules.keys()


def test_the_home_page_is_never_a_source_and_doubt_is_no_rule() -> None:
    unsure = Suggestion("/p", (Candidate("/q", 0.4),), RedirectAction.SUGGEST)
    assert rules_of([to("/", "/x"), unsure]) == []
    assert [rule.target for rule in rules_of([unsure], also_unsure=True)] == ["/q", "/q"]


_WORD = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(_WORD, _WORD, min_size=1, max_size=5))
def test_any_paths_are_followed_without_loop_or_chain(pairs: dict[str, str]) -> None:
    quoted = [
        (
            f"/old/{quote_from_bytes(a.encode(), safe='')}",
            f"/{quote_from_bytes(b.encode(), safe='')}",
        )
        for a, b in pairs.items()
    ]
    rules = rules_of([to(dead, target) for dead, target in quoted])
    sources = {rule.path for rule in rules}
    for name, server in servers([to(dead, target) for dead, target in quoted]).items():
        for rule in rules:
            status, location = server(Asked(rule.escaped))
            assert status == 301, name
            assert location is not None
            assert Asked(location.removeprefix(f"https://{HOST}")).decoded not in sources


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_nothing_to_redirect_is_a_valid_file(form: str) -> None:
    text = export([], form, host=HOST)
    assert text == "" or text.endswith("\n")


def test_the_table_says_source_target_and_status() -> None:
    text = export(rules_of([to("/a.html", "/b"), gone('/c,"d".html')]), "csv", host=HOST)
    assert list(csv.reader(io.StringIO(text))) == [
        ["source", "target", "status"],
        ["https://acme.example/a.html", "/b", "301"],
        ["https://acme.example/c,%22d%22.html", "", "410"],
    ]
