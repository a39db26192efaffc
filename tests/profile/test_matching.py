"""A page of the site that fits in the place of something else is named with its reason, or none is."""

import pytest
from fastapi import FastAPI

from services.profile.domain.competitors import DomainClaim
from services.profile.domain.matching import Matcher, OwnPage, Wanted
from services.profile.domain.site import Site
from services.profile.store import competitors, own_pages
from shared import clock
from shared.db import Database
from shared.vocabulary import Role
from tests.profile.conftest import a_caller, as_caller

PAGES = (
    OwnPage(url="https://acme.example/"),
    OwnPage(url="https://acme.example/blog/how-to-prune-roses"),
    OwnPage(url="https://acme.example/blog/compost", title="Composting for beginners"),
    OwnPage(url="https://acme.example/blog/guide-to-soil-testing"),
    OwnPage(url="https://acme.example/about"),
)


@pytest.mark.parametrize(
    ("wanted", "page", "shared"),
    [
        (Wanted(url="https://x.example/rose-pruning.html"), "how-to-prune-roses", "roses"),
        (Wanted(url="https://x.example/", anchors=["compost"]), "compost", "composting"),
        (
            Wanted(url="https://x.example/p/1", anchors=["Soil test"]),
            "guide-to-soil-testing",
            "soil",
        ),
        # The words around a link count only where two of them are shared.
        (
            Wanted(url="https://x.example/p/1", context=["Prune your roses like this."]),
            "how-to-prune-roses",
            "prune",
        ),
        (Wanted(url="https://x.example/p/1", context=["We like roses."]), None, ""),
        (Wanted(url="https://x.example/mortgage-guide", anchors=["the guide"]), None, ""),
        (Wanted(url="https://x.example/", anchors=["home"]), None, ""),
    ],
)
def test_a_page_fits_by_the_words_that_both_have(
    wanted: Wanted, page: str | None, shared: str
) -> None:
    found = Matcher(PAGES).fitting(wanted)
    assert (found[0].url.rpartition("/")[2] if found else None) == page
    assert not found or shared in found[0].shared


async def test_matches_and_pages_of_competitors_are_told_to_the_team_only(
    app: FastAPI, database: Database, home: Site
) -> None:
    path = f"/internal/sites/{home.site_id}"
    body = {"wanted": [{"url": "https://x.example/rose-pruning"}, {"url": "https://x.example/tax"}]}
    team = as_caller(app, a_caller(home, Role.VIEWER))
    none = (await team.send("POST", f"{path}/matches", body)).json()
    assert none[0]["sentence"].startswith("No page of yours is known yet")
    async with database.begin() as tx:
        own = [("https://acme.example/prune-roses", "Pruning roses")]
        await own_pages.save_pages(tx, home.site_id, own, source="hand", now=clock.now())
        claims = [
            DomainClaim(domain=name, page_url=f"https://{name}/x")
            for name in ("b.example", "a.example", "acme.example")
        ]
        for rival in ("r.example", "s.example"):
            await competitors.save_claims(
                tx,
                home.site_id,
                claims[: 3 if rival == "r.example" else 1],
                competitor=rival,
                source="ahrefs",
                file_name="x.csv",
                now=clock.now(),
            )
    first, second = (await team.send("POST", f"{path}/matches", body)).json()
    assert first["candidates"][0]["title"] == "Pruning roses"
    assert first["sentence"] == "It shares “pruning”, “roses”."
    assert (second["candidates"], second["sentence"]) == ([], "No page of yours fits, among 1.")
    pages = (await team.get(f"{path}/competitor-pages")).json()
    assert pages == ["https://b.example/x", "https://a.example/x"]
    client = as_caller(app, a_caller(home, Role.CLIENT))
    assert (await client.get(f"{path}/competitor-pages")).status == 403
