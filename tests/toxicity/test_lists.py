"""Lists of bad domains: read in any form, one voice of several, never enough, and gone when removed."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.toxicity import handlers
from services.toxicity.domain.guard import guard_of
from services.toxicity.domain.lists import Listing, read_list, view_of
from services.toxicity.domain.score import judge
from services.toxicity.domain.source import ListsView, NameView, Source
from services.toxicity.jobs.walk import walk_once
from shared.access import Caller
from shared.db import Database
from shared.events import LinkChecked, SiteCreated
from shared.http import ServiceClient
from shared.ids import new_id
from shared.vocabulary import Action, Role
from tests.toxicity.builders import a_check, a_link, a_page, a_read, a_site, facts
from tests.toxicity.conftest import body_of, call, upload

TODAY = date(2026, 11, 29)
GUARD = guard_of(own=["acme.example"])
FORMS: list[tuple[str, bytes]] = [
    ("plain", b"bad.example\nworse.example\n"),
    ("windows", b"\xef\xbb\xbf# bad ones\r\nBad.Example\r\nhttps://www.worse.example/\r\n"),
    ("csv", b"rank,domain,seen\n1,bad.example,2026\n2,worse.example,2026\n"),
    ("semicolons", b'"bad.example";"9"\n"worse.example";"8"\n'),
    ("hosts file", b"0.0.0.0 bad.example # x\n127.0.0.1\tworse.example\n"),
    ("filter list", b"! title\n||bad.example^\n||worse.example^\n"),
    ("disavow file", b"# why\ndomain:bad.example\ndomain:worse.example\n"),
    ("utf-16", "bad.example\nworse.example\n".encode("utf-16")),
]


@pytest.mark.parametrize(("form", "data"), FORMS)
def test_a_list_is_read_in_any_form(form: str, data: bytes) -> None:
    found = read_list(data, guard=GUARD)
    assert [one.domain for one in found.domains] == ["bad.example", "worse.example"], form


def test_what_says_nothing_of_a_whole_domain_is_left_out_with_its_line() -> None:
    data = b"bad.example\n\nbad.example\nx.part.example\nhttps://page.example/a\nblogspot.com\n"
    data += b"acme.example\nwikipedia.org\nnonsense\n"
    found = read_list(data, guard=GUARD)
    assert [tuple(one) for one in found.domains] == [("bad.example", 1)]
    assert [one.line for one in found.skipped] == [3, 4, 5, 6, 7, 8, 9]
    assert all(one.sentence.endswith(".") for one in found.skipped)


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_reading_never_fails_and_names_only_whole_domains(data: bytes) -> None:
    found = read_list(data, guard=GUARD)
    assert all(GUARD.of_domain(one.domain) is None for one in found.domains)


def listing(words: str, year: int, family: UUID | None = None) -> Listing:
    return Listing(words, date(year, 11, 29), family)


def test_copies_count_once_and_old_lists_count_less() -> None:
    one, two = new_id(), new_id()
    several = [listing("a", 2026, one), listing("b", 2026, two)]
    assert view_of(several, today=TODAY) == ListsView(("b", "a"), 0.0)
    copies = [listing("a", 2026, one), listing("b", 2025, one)]
    assert view_of(copies, today=TODAY) == ListsView(("a",), 0.0)
    old = [listing("a", 2026, one), listing("b", 2014, two)]
    assert view_of(old, today=TODAY) == ListsView(("a",), 0.0)
    assert view_of([listing("a", 2024)], today=TODAY) == ListsView(("a",), 2.0)
    assert view_of([], today=TODAY) == ListsView()


def test_any_number_of_lists_with_the_worst_name_proposes_nothing() -> None:
    source = Source(name=NameView(1.0), lists=ListsView(("a", "b", "c")))
    score = judge(facts(link=a_link(), page=a_page(), source=source))
    assert score.action is not Action.PROPOSE_DISAVOW
    assert "too_few_families" in score.holds


# ---- with the service ---------------------------------------------------------------------------


def somebody(site: SiteCreated, role: Role = Role.EDITOR) -> Caller:
    assert site.workspace_id is not None
    return Caller(
        workspace_id=site.workspace_id, actor_id=new_id(), actor="Alice", workspace_role=role
    )


async def add(
    client: ServiceClient, site: SiteCreated, data: bytes, status: int = 201, **query: str
) -> Any:
    values = {"name": "Spam hosts", "listed_on": "2026-03-01", **query}
    path = "/v1/block-lists"
    answer = await upload(client, path, somebody(site), data, query=urlencode(values))
    assert answer.status == status, answer.body
    return body_of(answer.body)


async def walk(database: Database) -> None:
    while await walk_once(database):
        pass


async def evidence(client: ServiceClient, site: SiteCreated, link: LinkChecked) -> dict[str, str]:
    path = f"/v1/links/{link.link_id}/toxicity"
    found = await call(client, "GET", path, somebody(site))
    return {one["code"]: one["evidence"] for one in found["findings"] if one["family"] == "lists"}


@pytest.fixture
async def link(database: Database, site: SiteCreated) -> LinkChecked:
    check = a_check(site)
    async with database.begin() as tx:
        await handlers.on_events([a_read(), check], tx)
    return check


async def test_a_list_is_evidence_with_its_name_date_and_line_until_it_is_removed(
    client: ServiceClient, database: Database, site: SiteCreated, link: LinkChecked
) -> None:
    dry = await add(client, site, b"posts.example\n", status=200, dry_run="true")
    assert (dry["kept"], dry["domains"]) == (None, 1)
    added = await add(client, site, b"# list\nother.test\nposts.example\n", licence="CC0")
    await walk(database)
    assert await evidence(client, site, link) == {
        "on_one_list": "Named by “Spam hosts” of 1 Mar 2026, line 3."
    }
    path = f"/v1/block-lists/{added['kept']['list_id']}"
    shown = await call(client, "GET", path, somebody(site, Role.VIEWER))
    assert (shown["licence"], shown["domains"], shown["copies"]) == ("CC0", 2, False)
    named = await call(client, "GET", f"{path}/domains", somebody(site), query="limit=1")
    assert (named["items"], named["has_more"]) == ([{"domain": "other.test", "line": 2}], True)
    second = await add(client, site, b"posts.example\n", name="Another", listed_on="2026-11-01")
    await walk(database)
    assert list(await evidence(client, site, link)) == ["on_lists"]
    for one in (added, second):
        path = f"/v1/block-lists/{one['kept']['list_id']}"
        await call(client, "DELETE", path, somebody(site), status=204)
    await walk(database)
    assert (await call(client, "GET", "/v1/block-lists", somebody(site)))["items"] == []
    score = await call(client, "GET", f"/v1/links/{link.link_id}/toxicity", somebody(site))
    assert "lists" not in score["observed_families"]
    await call(client, "DELETE", path, somebody(site), status=404)


async def test_a_list_that_copies_another_counts_with_it_as_one(
    client: ServiceClient, database: Database, site: SiteCreated, link: LinkChecked
) -> None:
    names = [f"bad{number}.test" for number in range(20)]
    await add(client, site, "\n".join([*names, "posts.example"]).encode())
    copy = await add(client, site, "\n".join([*names[:15], "posts.example"]).encode(), name="Copy")
    assert copy["kept"]["copies"] is True
    await walk(database)
    assert list(await evidence(client, site, link)) == ["on_one_list"]


@pytest.fixture
async def other(database: Database, site: SiteCreated) -> SiteCreated:
    created = a_site(workspace_id=site.workspace_id, domain="other.test")
    async with database.begin() as tx:
        await handlers.on_events([created], tx)
    return created


async def test_a_decision_for_another_site_counts_here_without_naming_it_and_not_there(
    client: ServiceClient,
    database: Database,
    site: SiteCreated,
    other: SiteCreated,
    link: LinkChecked,
) -> None:
    there = a_check(other)
    async with database.begin() as tx:
        await handlers.on_events([there], tx)
    body = {"site_id": str(other.site_id), "domains": ["posts.example"], "decision": "disavow"}
    made = await call(client, "POST", "/v1/reviews", somebody(site), body=body, status=201)
    found = await evidence(client, site, link)
    assert "a decision about another site of yours on " in found["on_one_list"]
    assert "other.test" not in found["on_one_list"]
    assert await evidence(client, other, there) == {}
    review = made["reviews"][0]["review_id"]
    await call(client, "POST", "/v1/reviews/undo", somebody(site), body={"review_ids": [review]})
    assert await evidence(client, site, link) == {}


async def test_a_disavow_file_counts_for_other_sites_until_its_line_is_lifted(
    client: ServiceClient,
    database: Database,
    site: SiteCreated,
    other: SiteCreated,
    link: LinkChecked,
) -> None:
    there = a_check(other)
    async with database.begin() as tx:
        await handlers.on_events([there], tx)
    path = f"/v1/sites/{other.site_id}/disavow"
    taken = await upload(client, f"{path}/imports", somebody(site), b"#\n\ndomain:posts.example\n")
    assert taken.status == 201, taken.body
    await walk(database)
    (text,) = (await evidence(client, site, link)).values()
    assert text.startswith("Named by the disavow file of another site of yours, taken in on ")
    assert text.endswith(", line 3.")
    assert await evidence(client, other, there) == {}
    body = {"entries": ["posts.example"], "reason": "a good site"}
    await call(client, "POST", f"{path}/lifts", somebody(site), body=body, status=201)
    assert await evidence(client, site, link) == {}


async def test_what_cannot_be_a_list_is_refused_with_what_to_do(
    client: ServiceClient, database: Database, site: SiteCreated
) -> None:
    refused = await add(client, site, b"nothing here\n", status=422)
    assert refused["errors"][0]["code"] == "no-domains"
    later = await add(client, site, b"bad.test\n", status=422, listed_on="2999-01-01")
    assert later["errors"][0]["pointer"] == "/query/listed_on"
    await call(client, "GET", "/v1/block-lists", somebody(a_site()))
    viewer = somebody(site, Role.VIEWER)
    answer = await upload(
        client, "/v1/block-lists", viewer, b"bad.test", query="name=a&listed_on=2026-01-01"
    )
    assert answer.status == 403
