"""Search over all sites of a caller, and only those; competitors' exports that never become links."""

import csv
import io
from urllib.parse import quote

import pytest
from fastapi import FastAPI

from services.profile.domain.site import Site
from services.profile.handlers.observations import on_link_checked
from shared.db import Database
from shared.ids import new_id
from shared.vocabulary import Outcome, Role
from tests.http import Http
from tests.profile.builders import a_check
from tests.profile.conftest import a_caller, add_link, add_site, as_caller

FORM = "multipart/form-data; boundary=xx"


def a_form(text: str, name: str = "links.csv") -> bytes:
    head = f'--xx\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return f"{head}{text}\r\n--xx--\r\n".encode()


@pytest.fixture
async def other(database: Database, home: Site) -> Site:
    """A second site of the workspace, and a third of strangers; the same blog links to all."""
    async with database.begin() as tx:
        second = await add_site(tx, "second.example", home.workspace_id)
        third = await add_site(tx, "third.example", new_id())
        for site in (home, second, third):
            page = "https://www.harbour-blog.example/post?a=1"
            await add_link(tx, site, page=page, target=f"https://{site.domain}/x")
        await add_link(tx, home, page="https://harbours.example/")
        await add_link(tx, home, page="https://xharbour.example/")
    return second


async def test_a_domain_is_found_in_all_sites_of_the_caller_and_no_others(
    app: FastAPI, alice: Http, home: Site, other: Site
) -> None:
    hits = (await alice.get("/v1/search?q=Harbour-Blog.example")).json()["items"]
    assert {(hit["kind"], hit["site_domain"]) for hit in hits} == {
        ("domain", "acme.example"),
        ("domain", "second.example"),
    }
    begun = (await alice.get("/v1/search?q=harbour")).json()["items"]
    assert [hit["domain"] for hit in begun] == [
        *("harbour-blog.example", "harbour-blog.example", "harbours.example")
    ]
    bob = as_caller(app, a_caller(other, Role.VIEWER))
    theirs = (await bob.get("/v1/search?q=harbour")).json()["items"]
    assert {hit["site_domain"] for hit in theirs} == {"second.example"}


@pytest.mark.usefixtures("other")
async def test_a_page_is_found_from_both_ends(alice: Http, home: Site) -> None:
    path = "/v1/search?q=https://www.harbour-blog.example/post%3Fa%3D1"
    hits = (await alice.get(path)).json()["items"]
    links = [hit for hit in hits if hit["kind"] == "link"]
    assert {hit["site_domain"] for hit in links} == {"acme.example", "second.example"}
    assert {hit["label"] for hit in links} == {"Not checked yet"}
    ours = (await alice.get(f"/v1/search?q=https://{home.domain}/x")).json()["items"]
    assert [hit["target_url"] for hit in ours if hit["kind"] == "link"] == [
        "https://acme.example/x"
    ]
    for nothing in ("", "?q=", "?q=x", "?q=%25%25", "?q=nowhere.example"):
        assert (await alice.get(f"/v1/search{nothing}")).json()["items"] == []


async def test_an_international_name_is_read_as_written_and_found_in_either_spelling(
    alice: Http, database: Database, home: Site
) -> None:
    kept, read = "xn--mnchner-brot-dlb.example", "münchner-brot.example"
    async with database.begin() as tx:
        await add_link(tx, home, page=f"https://{kept}/post")
        await add_link(tx, home, page="https://xn--pypal-4ve.example/")
        await add_link(tx, home, page="https://plain.example/")
    api = f"/v1/sites/{home.site_id}"
    for name in (kept, read, read.upper()):
        for path in (
            f"/v1/search?q={quote(name)}",
            f"{api}/domains?q={quote(name)}",
            f"{api}/links?referring_domain={quote(name)}",
            f"{api}/links?q={quote(name)}",
            f"{api}/domains?referring_domain={quote(name)}",
        ):
            items = (await alice.get(path)).json()["items"]
            assert [one["readable_domain"] for one in items] == [read], path
    # A whole word of the name is enough.
    (one,) = (await alice.get(f"{api}/domains?q={quote('münchner-brot')}")).json()["items"]
    assert one["domain"] == kept
    domains = (await alice.get(f"{api}/domains?sort=domain")).json()["items"]
    assert [one["readable_domain"] for one in domains] == [
        *("plain.example", read, "pаypal.example (xn--pypal-4ve.example)")  # noqa: RUF001
    ]
    file = (await alice.get(f"{api}/export?format=csv")).body.decode()
    assert {row["readable_domain"] for row in csv.DictReader(io.StringIO(file))} == {
        one["readable_domain"] for one in domains
    }


# ---- competitors ---------------------------------------------------------------------------------

RIVAL = """Source url,Target url
https://both.example/a,https://rival.example/x
https://both.example/b,https://rival.example/y
https://only-theirs.example/a,https://rival.example/x
https://ours-too.example/a,https://rival.example/x
https://maybe.example/a,https://rival.example/x
https://lost.example/a,https://rival.example/x
https://blog.rival.example/own,https://rival.example/x
https://acme.example/our-own-page,https://rival.example/x
not a page,https://rival.example/x
"""
SECOND = "Source url,Target url\nhttps://both.example/z,https://rival2.example/\n"


async def read(http: Http, home: Site, rival: str, text: str) -> dict[str, object]:
    path = f"/v1/sites/{home.site_id}/competitors/imports?competitor={rival}"
    answer = await http.sending(content_type=FORM).send("POST", path, a_form(text))
    assert answer.status == 201, answer.body
    found: dict[str, object] = answer.json()
    return found


async def test_who_links_to_competitors_and_not_to_you(
    alice: Http, database: Database, home: Site
) -> None:
    async with database.begin() as tx:
        ours = await add_link(tx, home, page="https://ours-too.example/z")
        await add_link(tx, home, page="https://maybe.example/z")
        gone = await add_link(tx, home, page="https://lost.example/z")
        await on_link_checked([a_check(ours, 1), a_check(gone, 1)], tx)
        missed = [a_check(gone, seq, Outcome.MISSING, streak=seq - 1) for seq in (2, 3)]
        await on_link_checked(missed, tx)
    counts = await read(alice, home, "rival.example", RIVAL)
    await read(alice, home, "rival2.example", SECOND)
    assert counts["rows"] == 9
    assert (counts["own_domain"], counts["rejected"], counts["domains"]) == (1, 1, 6)

    base = f"/v1/sites/{home.site_id}/competitors"
    gap = (await alice.get(f"{base}/gap?include=count")).json()
    assert [row["domain"] for row in gap["items"]] == [
        *("both.example", "only-theirs.example", "lost.example")
    ]
    assert gap["count"] == 3
    both = gap["items"][0]
    assert (both["competitor_count"], both["links"]) == (2, 3)
    assert [one["competitor"] for one in both["evidence"]] == ["rival.example", "rival2.example"]
    assert both["evidence"][0]["page_url"] == "https://both.example/a"
    assert both["evidence"][0]["file"] == "links.csv"
    assert gap["items"][2]["lost_links_to_you"] == 1
    two = (await alice.get(f"{base}/gap?at_least=2")).json()["items"]
    assert [row["domain"] for row in two] == ["both.example"]
    one = (await alice.get(f"{base}/gap?competitor=rival2.example")).json()["items"]
    assert [row["domain"] for row in one] == ["both.example"]
    page = (await alice.get(f"{base}/gap?limit=1")).json()
    rest = (await alice.get(f"{base}/gap?limit=5&cursor={page['next_cursor']}")).json()["items"]
    assert [row["domain"] for row in rest] == ["only-theirs.example", "lost.example"]
    shared = (await alice.get(f"{base}/intersect?at_least=1")).json()["items"]
    assert {row["domain"]: row["links_to_you"] for row in shared}["ours-too.example"] == 1


async def test_what_competitors_have_is_never_the_sites_own(
    app: FastAPI, alice: Http, home: Site
) -> None:
    await read(alice, home, "rival.example", RIVAL)
    again = await read(alice, home, "https://rival.example/", RIVAL)
    assert again["domains"] == 6
    site = f"/v1/sites/{home.site_id}"
    assert (await alice.get(f"{site}/links?include=count")).json()["count"] == 0
    assert (await alice.get(f"{site}/imports")).json()["items"] == []
    assert (await alice.get(f"{site}/domains")).json()["items"] == []
    known = (await alice.get(f"{site}/competitors")).json()["items"]
    assert [(one["competitor"], one["domains"], one["links"]) for one in known] == [
        ("rival.example", 6, 7)
    ]
    own = await alice.sending(content_type=FORM).send(
        "POST", f"{site}/competitors/imports?competitor={home.domain}", a_form(RIVAL)
    )
    assert own.status == 422
    empty = await alice.sending(content_type=FORM).send(
        "POST", f"{site}/competitors/imports?competitor=rival.example", b"--xx--\r\n"
    )
    assert empty.status == 422
    client = as_caller(app, a_caller(home, Role.CLIENT))
    assert (await client.get(f"{site}/competitors/gap")).status == 403
    assert (await alice.delete(f"{site}/competitors/rival.example")).status == 204
    assert (await alice.delete(f"{site}/competitors/rival.example")).status == 404
    assert (await alice.get(f"{site}/competitors/gap")).json()["items"] == []
