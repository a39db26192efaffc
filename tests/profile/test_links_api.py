"""The routes about links: lists, filters, pages, details, actions - and who may see what."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from fastapi import FastAPI

from services.profile.api.link_detail import LinkDetail
from services.profile.api.link_models import LinkOut
from services.profile.domain.filters import METRICS, SORTS
from services.profile.domain.site import Site
from services.profile.handlers.contracts import on_placement_promised
from services.profile.handlers.observations import on_link_checked
from services.profile.handlers.toxicity import on_link_scored, on_toxicity_changed
from shared import clock
from shared.db import Database
from shared.events import (
    CheckRequested,
    LinkScored,
    LinkTracked,
    LinkUntracked,
    PlacementPromised,
    ToxicityChanged,
)
from shared.ids import new_id
from shared.pages import Page
from shared.vocabulary import Action, Band, Outcome, Reason, Role
from tests.http import Http
from tests.profile.builders import PAGE, TARGET, a_check, an_occurrence
from tests.profile.conftest import a_caller, add_link, as_caller, get_link, published

COUNT = 12


@pytest.fixture
async def some_links(database: Database, home: Site) -> list[UUID]:
    """Twelve links of every sort: live, nofollow, lost, unknown, pending."""
    async with database.begin() as tx:
        ids = [await add_link(tx, home, page=f"https://host{n}.example/post") for n in range(COUNT)]
        await on_link_checked([a_check(link_id, 1) for link_id in ids[:9]], tx)
        changed = (an_occurrence(rel=("nofollow",)),)
        await on_link_checked([a_check(ids[0], 2, occurrences=changed)], tx)
        for seq in (2, 3):
            gone = a_check(ids[1], seq, Outcome.MISSING, streak=seq - 1)
            await on_link_checked([gone], tx)
        wall = (Reason.BLOCKED_BY_WALL,)
        await on_link_checked([a_check(ids[2], 2, Outcome.UNKNOWN, reasons=wall)], tx)
        await on_link_scored([_score(ids[3], 85), _score(ids[4], 12)], tx)
        await tx.run(
            "UPDATE links SET metrics = '{\"ahrefs_dr\": 40}', note = 'secret' WHERE link_id = $1",
            ids[5],
        )
        await tx.run(
            "INSERT INTO claims (link_id, source, claim, claimed_at)"
            ' VALUES ($1, \'linksentinel\', \'{"cost": "90", "title": "Post"}\', now())',
            ids[5],
        )
    return ids


def _score(link_id: UUID, score: int) -> LinkScored:
    return LinkScored(
        link_id=link_id,
        scored_seq=1,
        score=score,
        band=Band.REVIEW if score > 80 else Band.OK,
        action=Action.REVIEW,
        model="m1",
        sentence="Worth a look",
        authority=float(score),
    )


async def listed(http: Http, home: Site, query: str = "") -> list[dict[str, Any]]:
    answer = await http.get(f"/v1/sites/{home.site_id}/links{query}")
    assert answer.status == 200, answer.body
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_the_list_is_what_its_model_says(
    alice: Http, home: Site, some_links: list[UUID]
) -> None:
    answer = await alice.get(f"/v1/sites/{home.site_id}/links?include=count")
    page = Page[LinkOut].model_validate_json(answer.body)
    assert (len(page.items), page.count) == (COUNT, COUNT)
    assert {str(item.id) for item in page.items} == {str(link_id) for link_id in some_links}
    assert set(answer.json()["items"][0]) == set(LinkOut.model_fields)


FILTERS: list[tuple[str, set[int]]] = [
    ("status=live,changed", {0, 3, 4, 5, 6, 7, 8}),
    ("status=lost", {1}),
    ("status=unknown&reason=blocked_by_wall", {2}),
    ("followed=false", {0}),
    ("counts=true&status=live", {3, 4, 5, 6, 7, 8}),
    ("referring_domain=host5.example,host6.example", {5, 6}),
    ("q=host7", {7}),
    ("q=100%25", set()),
    (f"target_url={TARGET}?utm_source=x", set(range(COUNT))),
    ("toxicity_min=80", {3}),
    ("toxicity_max=80", {4}),
    ("authority_min=50", {3}),
    ("toxicity_band=review", {3}),
    ("kind=text&position=content&anchor_kind=branded", set(range(9))),
    ("changed_from=2026-11-03T13:30:00Z", {0, 1, 2}),
    ("lost_from=2026-01-01T00:00:00Z", {1}),
    ("first_seen_from=2027-01-01T00:00:00Z", set()),
    ("source=ahrefs", set()),
    ("tag=x", set()),
    ("snoozed=false&contract_state=met", set()),
]


async def test_a_filter_finds_its_links(alice: Http, home: Site, some_links: list[UUID]) -> None:
    for query, expected in FILTERS:
        items = await listed(alice, home, f"?{query}")
        assert {some_links.index(UUID(item["id"])) for item in items} == expected, query


async def test_every_sort_key_pages_through_every_link_once(
    alice: Http, home: Site, some_links: list[UUID]
) -> None:
    for sort in (*SORTS, "ahrefs_dr"):
        for sign in ("", "-"):
            ids = await _all_pages(alice, home, f"?limit=5&sort={sign}{sort}")
            assert len(ids) == len(set(ids)) == COUNT, (sort, sign)


async def _all_pages(http: Http, home: Site, query: str) -> list[str]:
    path = f"/v1/sites/{home.site_id}/links{query}"
    answer = (await http.get(path)).json()
    ids = [item["id"] for item in answer["items"]]
    while answer["has_more"]:
        answer = (await http.get(f"{path}&cursor={answer['next_cursor']}")).json()
        ids += [item["id"] for item in answer["items"]]
    return ids


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("sort=-price", "/query/sort"),
        ("status=dead", "/query/status"),
        ("nonsense=1", "/query/nonsense"),
        ("fields=id,price", "/query/fields"),
        ("limit=0", "/query/limit"),
        ("toxicity_min=101", "/query/toxicity_min"),
    ],
)
async def test_a_query_that_cannot_be_meant_is_refused_by_name(
    alice: Http, home: Site, query: str, pointer: str
) -> None:
    answer = await alice.get(f"/v1/sites/{home.site_id}/links?{query}")
    assert answer.status == 422
    problem = answer.json()
    assert pointer in {error["pointer"] for error in problem["errors"]}
    if "sort" in query:
        assert all(name in problem["detail"] for name in (*SORTS, *METRICS))


async def test_only_the_fields_that_were_asked_for_come(
    alice: Http, home: Site, some_links: list[UUID]
) -> None:
    items = await listed(alice, home, "?fields=id,status&limit=1")
    assert set(items[0]) == {"id", "status"}


async def test_a_list_costs_the_same_statements_whatever_its_length(
    alice: Http, home: Site, some_links: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    for limit in (1, COUNT):
        statements: list[str] = []
        with monkeypatch.context() as patch:
            _count_statements(patch, statements)
            await listed(alice, home, f"?limit={limit}")
        counts.append(len(statements))
    assert abs(counts[0] - counts[1]) <= 1
    assert max(counts) <= 4


def _count_statements(patch: pytest.MonkeyPatch, statements: list[str]) -> None:
    from shared.db import Tx  # noqa: PLC0415

    fetch = Tx.fetch

    async def counted(self: Tx, sql: str, *args: object) -> Any:
        statements.append(sql)
        return await fetch(self, sql, *args)

    patch.setattr(Tx, "fetch", counted)


async def test_a_client_never_receives_notes_or_costs(
    app: FastAPI, alice: Http, home: Site, some_links: list[UUID]
) -> None:
    client = as_caller(app, a_caller(home, Role.CLIENT))
    own = await listed(alice, home)
    theirs = await listed(client, home)
    detail = (await client.get(f"/v1/links/{some_links[5]}")).json()
    assert any(item.get("note") == "secret" for item in own)
    for text in (orjson.dumps(theirs), orjson.dumps(detail)):
        assert b"secret" not in text
        assert b'"cost"' not in text
    assert detail["sources"][0]["claim"] == {"title": "Post"}


# ---- one link ----------------------------------------------------------------------------------


async def test_a_link_shows_where_it_stands_and_why(
    alice: Http, home: Site, some_links: list[UUID]
) -> None:
    answer = await alice.get(f"/v1/links/{some_links[0]}")
    detail = LinkDetail.model_validate_json(answer.body)
    assert answer.header("etag")
    assert detail.occurrences[0].left_context == "we like"
    assert detail.reasons == [Reason.NOFOLLOW_ADDED]
    assert detail.words.label
    assert detail.anchor is not None
    assert detail.anchor.word


async def test_a_snooze_that_is_over_already_is_refused(
    alice: Http, some_links: list[UUID]
) -> None:
    body = {"snooze_until": "2020-01-01T00:00:00Z"}
    answer = await alice.patch(f"/v1/links/{some_links[0]}", body, if_match="*")
    assert answer.status == 422
    assert answer.json()["errors"][0]["pointer"] == "/snooze_until"


async def test_unknown_shows_the_last_good_status_beside_it(
    alice: Http, some_links: list[UUID]
) -> None:
    detail = (await alice.get(f"/v1/links/{some_links[2]}")).json()
    assert (detail["status"], detail["last_good_status"]) == ("unknown", "live")
    assert "nofollow_added" not in detail["words"]["sentence"]


async def test_the_history_of_a_link_is_told_newest_first_and_paged(
    alice: Http, some_links: list[UUID]
) -> None:
    path = f"/v1/links/{some_links[1]}/changes"
    items = (await alice.get(path)).json()["items"]
    assert [item["kind"] for item in items] == ["lost", "verified"]
    assert all(item["words"]["sentence"] for item in items)
    first = (await alice.get(f"{path}?limit=1")).json()
    second = (await alice.get(f"{path}?limit=1&cursor={first['next_cursor']}")).json()
    assert [first["items"][0], second["items"][0]] == items
    looks = (await alice.get(f"/v1/links/{some_links[1]}/observations")).json()["items"]
    assert [look["outcome"] for look in looks] == ["missing", "missing", "found"]


async def test_the_feed_of_a_site_holds_news_and_no_first_verdicts(
    alice: Http, home: Site, some_links: list[UUID]
) -> None:
    path = f"/v1/sites/{home.site_id}/changes"
    kinds = [item["kind"] for item in (await alice.get(path)).json()["items"]]
    assert sorted(kinds) == ["changed", "lost"]
    later = await alice.get(f"{path}?kind=lost&from=2026-11-03T14:30:00Z")
    assert [item["kind"] for item in later.json()["items"]] == ["lost"]


async def test_the_feed_says_how_a_link_is_judged_and_kept_now(
    alice: Http, home: Site, database: Database, some_links: list[UUID]
) -> None:
    ours = {"workspace_id": home.workspace_id, "site_id": home.site_id}
    page = {"referring_url": "https://host5.example/post", "referring_domain": "host5.example"}
    worse = ToxicityChanged(link_id=some_links[4], to_band=Band.INSUFFICIENT_DATA, **ours)
    terms = PlacementPromised(placement_id=new_id(), terms_seq=1, **page, **ours)
    async with database.begin() as tx:
        await on_toxicity_changed([worse], tx)
        await on_placement_promised([terms.model_copy(update={"target_url": TARGET})], tx)
    feed = (await alice.get(f"/v1/sites/{home.site_id}/changes?kind=toxic,contract")).json()
    said = {item["kind"]: (item["words"]["label"], item["words"]["todo"]) for item in feed["items"]}
    nothing = "Nothing to do."
    assert said == {"toxic": ("Not enough seen", nothing), "contract": ("As agreed", nothing)}


async def test_a_change_needs_the_version_that_was_read(
    alice: Http, some_links: list[UUID]
) -> None:
    path = f"/v1/links/{some_links[0]}"
    assert (await alice.patch(path, {"note": "x"})).status == 428
    assert (await alice.patch(path, {"note": "x"}, if_match='W/"999"')).status == 412
    tag = (await alice.get(path)).header("etag") or ""
    answer = await alice.patch(path, {"note": "x", "tags": ["b", "a"]}, if_match=tag)
    assert (answer.json()["note"], answer.json()["tags"]) == ("x", ["a", "b"])
    again = await alice.patch(path, {"note": "", "add_tags": ["c"]}, if_match="*")
    assert (again.json()["note"], again.json()["tags"]) == (None, ["a", "b", "c"])


async def test_acknowledging_makes_a_changed_link_live(alice: Http, some_links: list[UUID]) -> None:
    path = f"/v1/links/{some_links[0]}"
    answer = await alice.patch(path, {"acknowledge": True}, if_match="*")
    assert (answer.json()["status"], answer.json()["followed"]) == ("live", False)
    newest = (await alice.get(f"{path}/changes")).json()["items"][0]
    assert (newest["to_status"], newest["actor"]) == ("live", "alice")


async def test_an_override_needs_a_reason_and_stands_over_later_looks(
    alice: Http, database: Database, some_links: list[UUID]
) -> None:
    path = f"/v1/links/{some_links[3]}"
    bare = await alice.patch(path, {"override": {"status": "lost"}}, if_match="*")
    assert (bare.status, bare.json()["errors"][0]["pointer"]) == (422, "/override/reason")
    body = {"override": {"status": "lost", "reason": "They told us"}}
    assert (await alice.patch(path, body, if_match="*")).json()["status"] == "lost"
    async with database.begin() as tx:
        await on_link_checked([a_check(some_links[3], 9)], tx)
    detail = (await alice.get(path)).json()
    assert (detail["status"], detail["override_reason"]) == ("lost", "They told us")
    back = {"override": {"status": None}}
    assert (await alice.patch(path, back, if_match="*")).json()["status"] == "live"


async def test_a_deleted_link_is_gone_and_no_longer_watched(
    alice: Http, database: Database, some_links: list[UUID]
) -> None:
    path = f"/v1/links/{some_links[0]}"
    assert (await alice.delete(path)).status == 204
    assert (await alice.get(path)).status == 404
    async with database.begin() as tx:
        untracked = await published(tx, LinkUntracked)
    assert [event.link_id for event in untracked] == [some_links[0]]


async def test_acknowledging_a_moved_target_follows_it(
    alice: Http, database: Database, home: Site, some_links: list[UUID]
) -> None:
    moved = (an_occurrence("https://acme.example/new"),)
    async with database.begin() as tx:
        check = a_check(some_links[6], 2, Outcome.MISSING, streak=1, targets=moved)
        await on_link_checked([check], tx)
    path = f"/v1/links/{some_links[6]}"
    assert (await alice.get(path)).json()["reasons"] == ["target_changed"]
    answer = await alice.patch(path, {"acknowledge": True}, if_match="*")
    assert answer.json()["target_url"] == "https://acme.example/new"
    async with database.begin() as tx:
        assert (await published(tx, LinkTracked))[-1].target_url == "https://acme.example/new"
        link = await get_link(tx, some_links[6])
    assert link.tracked_seq == 2


# ---- many links --------------------------------------------------------------------------------


async def test_an_action_by_filter_can_be_tried_first(
    alice: Http, home: Site, some_links: list[UUID]
) -> None:
    path = f"/v1/sites/{home.site_id}/links?status=changed"
    trial = await alice.patch(f"{path}&dry_run=true", {"acknowledge": True})
    said = trial.json()
    assert (said["matched"], said["changed"], said["dry_run"]) == (1, 0, True)
    assert [one["status"] for one in said["sample"]] == ["changed"]
    assert len(await listed(alice, home, "?status=changed")) == 1
    done = await alice.patch(path, {"acknowledge": True, "add_tags": ["seen"]})
    assert done.json() == {"matched": 1, "changed": 1, "dry_run": False, "sample": []}
    assert await listed(alice, home, "?status=changed") == []
    assert len(await listed(alice, home, "?tag=seen")) == 1
    later = (clock.now() + timedelta(days=3)).isoformat()
    given = {"owner": "bob", "snooze_until": later, "add_tags": ["asked"]}
    some = f"/v1/sites/{home.site_id}/links?status=live"
    before = len(await listed(alice, home, "?status=live"))
    assert (await alice.patch(some, given)).json()["changed"] == before > 0
    for query in ("owner=bob", "snoozed=true", "tag=asked"):
        assert len(await listed(alice, home, f"?{query}")) == before, query


async def test_an_empty_change_is_refused(alice: Http, home: Site) -> None:
    answer = await alice.patch(f"/v1/sites/{home.site_id}/links", {})
    assert answer.status == 422


async def test_checks_are_asked_for_one_or_for_all_that_match(
    alice: Http, database: Database, home: Site, some_links: list[UUID]
) -> None:
    one = await alice.post(f"/v1/links/{some_links[0]}/checks")
    assert (one.status, one.json()["requested"]) == (202, 1)
    many = await alice.post(f"/v1/sites/{home.site_id}/checks?status=pending")
    assert many.json() == {"requested": 3, "matched": 3}
    async with database.begin() as tx:
        asked = [event.link_id for event in await published(tx, CheckRequested)]
    assert set(asked) == {some_links[0], *some_links[9:]}


# ---- by hand -----------------------------------------------------------------------------------


async def test_links_by_hand_are_added_once_and_checked_soon(
    alice: Http, database: Database, home: Site
) -> None:
    body = {
        "links": [{"referring_url": PAGE, "target_url": TARGET}, {"referring_url": PAGE + "/2"}]
    }
    path = f"/v1/sites/{home.site_id}/links"
    first = await alice.post(path, body)
    again = await alice.post(path, body)
    assert first.status == 201
    assert [item["created"] for item in first.json()["items"]] == [True, True]
    assert [item["created"] for item in again.json()["items"]] == [False, False]
    ids = [[item["id"] for item in answer.json()["items"]] for answer in (first, again)]
    assert ids[0] == ids[1]
    async with database.begin() as tx:
        assert {str(event.link_id) for event in await published(tx, LinkTracked)} == set(ids[0])
    assert (await listed(alice, home))[0]["sources"][0]["source"] == "hand"


async def test_doubles_among_links_by_hand_are_named(alice: Http, home: Site) -> None:
    links = [
        {"referring_url": PAGE, "target_url": TARGET},
        {"referring_url": PAGE + "/2"},
        {"referring_url": PAGE + "?utm_source=mail", "target_url": TARGET},
    ]
    answer = await alice.post(f"/v1/sites/{home.site_id}/links", {"links": links})
    items = answer.json()["items"]
    assert [(item["created"], item["duplicate"]) for item in items] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    assert items[0]["id"] == items[2]["id"]


@pytest.mark.parametrize(
    ("link", "pointer", "code"),
    [
        ({"referring_url": "ftp://x.example/"}, "/links/0/referring_url", "invalid-url"),
        ({"referring_url": "http://127.0.0.1/x"}, "/links/0/referring_url", "address-not-allowed"),
        ({"referring_url": "http://0x7f.1/"}, "/links/0/referring_url", "address-not-allowed"),
        ({"referring_url": "http://[::1]/"}, "/links/0/referring_url", "address-not-allowed"),
        ({"referring_url": "https://www.acme.example/x"}, "/links/0/referring_url", "own-domain"),
        (
            {"referring_url": PAGE, "target_url": "https://beta.example/"},
            "/links/0/target_url",
            "not-on-site",
        ),
    ],
)
async def test_a_link_by_hand_that_cannot_be_one_is_refused(
    alice: Http, home: Site, link: dict[str, str], pointer: str, code: str
) -> None:
    answer = await alice.post(f"/v1/sites/{home.site_id}/links", {"links": [link]})
    assert answer.status == 422
    error = answer.json()["errors"][0]
    assert (error["pointer"], error["code"]) == (pointer, code)


# ---- who may -----------------------------------------------------------------------------------


async def test_another_site_or_workspace_is_not_there(
    app: FastAPI, home: Site, some_links: list[UUID]
) -> None:
    other_site = as_caller(app, a_caller(home, workspace_role=None, grants={new_id(): Role.OWNER}))
    other_workspace = as_caller(app, a_caller(home, workspace_id=new_id()))
    paths = [f"/v1/links/{some_links[0]}{end}" for end in ("", "/changes", "/observations")]
    ends = ("links", "changes", "domains", "targets", "anchors", "velocity")
    paths += [f"/v1/sites/{home.site_id}/{end}" for end in ends]
    paths.append(f"/v1/overview?site_id={home.site_id}")
    for stranger in (other_site, other_workspace):
        for path in paths:
            assert (await stranger.get(path)).status == 404, path
        assert (await stranger.post(f"/v1/links/{some_links[0]}/checks")).status == 404
        assert (await stranger.get("/v1/portfolio")).json()["items"] == []
        assert (await stranger.get("/v1/sites")).json()["items"] == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CLIENT])
async def test_who_may_only_look_cannot_change(
    app: FastAPI, home: Site, some_links: list[UUID], role: Role
) -> None:
    viewer = as_caller(app, a_caller(home, role))
    answer = await viewer.patch(f"/v1/links/{some_links[0]}", {"note": "x"}, if_match="*")
    assert answer.status == 403
    assert (await viewer.patch(f"/v1/sites/{home.site_id}/links", {"note": "x"})).status == 403
    assert (await viewer.post(f"/v1/sites/{home.site_id}/checks")).status == 403
    assert (await viewer.delete(f"/v1/links/{some_links[0]}")).status == 403


async def test_a_link_says_which_search_engine_lists_it(
    alice: Http, database: Database, some_links: list[UUID]
) -> None:
    path = f"/v1/links/{some_links[6]}"
    assert (await alice.get(path)).json()["index_hint"] is None
    async with database.begin() as tx:
        await tx.run(
            "INSERT INTO claims (link_id, source, claim, claimed_at) VALUES ($1, 'gsc', '{}', now())",
            some_links[6],
        )
    hint = (await alice.get(path)).json()["index_hint"]
    assert hint["source"] == "gsc"
    assert hint["sentence"].startswith("Listed in your Search Console export of ")
