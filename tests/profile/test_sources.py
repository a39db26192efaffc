"""Where referring pages are from: read from the look, kept on the link, listed and never guessed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.site import Site
from services.profile.domain.source import block_of, country_of
from services.profile.handlers.observations import on_link_checked
from shared.countries import language_of
from shared.db import Database
from shared.vocabulary import Outcome
from tests.http import Http
from tests.profile.builders import a_check
from tests.profile.conftest import add_link


@pytest.mark.parametrize(
    ("tag", "lang"),
    [("de-AT", "de"), ("EN_gb", "en"), ("zh-Hant-TW", "zh"), ("english", None), ("", None)],
)
def test_the_language_of_a_tag(tag: str, lang: str | None) -> None:
    assert language_of(tag) == lang


@pytest.mark.parametrize(
    ("url", "tag", "country"),
    [
        ("https://blog.example.co.uk/", "en", "gb"),
        ("https://www.example.de/", "en-US", "de"),
        ("https://example.com/", "pt-BR", "br"),
        ("https://example.com/", "zh-Hant-TW", "tw"),
        # What software writes by itself, and endings that are sold as words, name no country.
        ("https://example.com/", "en-US", None),
        ("https://example.io/", "en", None),
        ("https://example.eu/", None, None),
        ("https://192.0.2.7/", "de", None),
        (None, None, None),
    ],
)
def test_a_country_is_named_or_unknown(url: str | None, tag: str | None, country: str) -> None:
    assert country_of(url, tag) == country


def test_a_block_is_the_c_block_or_what_one_customer_gets() -> None:
    assert block_of("192.0.2.77") == "192.0.2.0/24"
    assert block_of("2001:db8:1:2::3") == "2001:db8:1::/48"


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_tag_and_no_host_breaks_it(host: str, tag: str) -> None:
    country = country_of(f"https://{host}/", tag)
    assert country is None or (len(country) == 2 and country.islower())


async def test_links_are_listed_by_where_their_pages_are_from(
    alice: Http, database: Database, home: Site
) -> None:
    seen: list[dict[str, Any]] = [
        {"ip": "192.0.2.7", "lang": "de-AT", "platform": "wordpress"},
        {"ip": "192.0.2.8", "lang": "en-US", "final_url": "https://a.example.co.uk/"},
        {"ip": "2001:db8::7", "lang": None},
    ]
    async with database.begin() as tx:
        for number, given_facts in enumerate(seen):
            link_id = await add_link(tx, home, page=f"https://a{number}.example/")
            await on_link_checked([a_check(link_id, 1, **given_facts)], tx)
            # A look that could not see the page says nothing of where it is from.
            await on_link_checked([a_check(link_id, 2, Outcome.UNKNOWN, ip="198.51.100.1")], tx)
    for query, pages in (
        ("ip=192.0.2.7", ["a0"]),
        ("ip_block=192.0.2.0/24", ["a0", "a1"]),
        ("ip_block=2001:db8::/48", ["a2"]),
        ("lang=de", ["a0"]),
        ("country=gb,at", ["a0", "a1"]),
        ("country=unknown", ["a2"]),
        ("platform=unknown", ["a1", "a2"]),
    ):
        found = (await alice.get(f"/v1/sites/{home.site_id}/links?{query}")).json()["items"]
        names = sorted(link["referring_url"][8:10] for link in found)
        assert names == pages, query
    first = (await alice.get(f"/v1/sites/{home.site_id}/links?lang=de")).json()["items"][0]
    shown = {name: first[name] for name in ("ip", "lang", "country", "platform")}
    assert shown == {"ip": "192.0.2.7", "lang": "de", "country": "at", "platform": "wordpress"}
    refused = await alice.get(f"/v1/sites/{home.site_id}/links?ip=blog.example")
    assert refused.status == 422
