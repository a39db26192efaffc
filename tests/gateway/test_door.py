"""The door: keys and scopes, rate limits, and requests that are done once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.gateway.domain.granting import scope_for
from services.gateway.domain.limits import Limiter, Policy
from shared import clock
from shared.access import Scope
from shared.wire import Answer
from tests.gateway.conftest import House


@pytest.mark.parametrize(
    "given",
    [
        "Bearer nonsense",
        "Basic YTpi",
        "Bearer aw_abcdefgh_" + "x" * 32,
        "Bearer aw_äbcdefgh_" + "x" * 32,
        "Bearer " + "a" * 60_000,
        "",
    ],
)
async def test_a_key_that_is_not_ours_is_401(house: House, given: str) -> None:
    answer = await house.nobody.sending(authorization=given).get("/v1/me")

    assert answer.status == 401
    assert answer.header("content-type") == "application/problem+json"


async def test_headers_beyond_all_measure_are_431(house: House) -> None:
    answer = await house.nobody.sending(authorization="Bearer " + "a" * 1_000_000).get("/v1/me")

    assert (answer.status, answer.json()["code"]) == (431, "headers-too-large")


async def test_a_key_is_shown_once_and_stored_as_a_hash(house: House) -> None:
    made = (await house.alice.post("/v1/keys", KEY)).json()

    assert made["key"].startswith(made["prefix"] + "_")
    again = (await house.alice.get(f"/v1/keys/{made['id']}")).json()
    assert "key" not in again
    async with house.db.begin() as tx:
        stored = await tx.fetch_value(
            "SELECT string_agg(k::text, '') FROM keys k WHERE name = 'test'"
        )
    assert made["key"] not in stored


KEY: dict[str, Any] = {"name": "test", "scopes": ["links:read"], "workspace_role": "viewer"}


async def test_a_key_without_the_scope_is_refused_and_told_which(house: House) -> None:
    key = await house.a_key(scopes=["links:read"], workspace_role="owner")

    answer = await key.post("/v1/sites", {"domain": "x.example"})

    assert (answer.status, answer.json()["code"]) == (403, "scope-required")
    assert "links:write" in answer.json()["detail"]


@pytest.mark.parametrize("change", [{"workspace_role": "owner"}, {"scopes": ["outreach:send"]}])
async def test_nobody_gives_more_than_they_have(house: House, change: dict[str, Any]) -> None:
    editor = await house.a_key(scopes=["links:read", "admin"], workspace_role="editor")

    answer = await editor.post("/v1/keys", {**KEY, **change})

    assert (answer.status, answer.json()["code"]) == (403, "more-than-own")


async def test_a_key_cannot_be_made_for_a_site_of_somebody_else(house: House) -> None:
    mine, other = await house.a_site("mine.example"), await house.a_site("other.example")
    key = await house.a_key(sites={str(mine): "editor"})
    body = {**KEY, "workspace_role": None, "sites": {str(other): "viewer"}}

    assert (await key.post("/v1/keys", body)).status == 403, "no scope admin"
    unknown = {**body, "sites": {"019a0000-0000-7000-8000-000000000000": "viewer"}}
    assert (await house.alice.post("/v1/keys", unknown)).status == 404


async def test_an_expired_and_a_revoked_key_do_not_work(house: House) -> None:
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    made = (await house.alice.post("/v1/keys", {**KEY, "expires_at": soon})).json()
    key = house.alice.using(made["key"])
    assert (await key.get("/v1/me")).status == 200

    assert (await house.alice.delete(f"/v1/keys/{made['id']}")).status == 204
    assert (await key.get("/v1/me")).status == 401

    second = await house.a_key(workspace_role="viewer")
    async with house.db.begin() as tx:
        await tx.run("UPDATE keys SET expires_at = now() - interval '1 s' WHERE name = 'test'")
    assert (await second.get("/v1/me")).status == 401


async def test_keys_for_nothing_or_for_the_past_are_refused(house: House) -> None:
    nowhere = await house.alice.post("/v1/keys", {**KEY, "workspace_role": None})
    past = await house.alice.post("/v1/keys", {**KEY, "expires_at": "2020-01-01T00:00:00Z"})

    assert nowhere.json()["errors"][0]["pointer"] == "/sites"
    assert past.json()["errors"][0]["pointer"] == "/expires_at"


async def test_the_rate_limit_is_told_and_kept(start_house: Any) -> None:
    house: House = await start_house(rate_limit=3)
    answers = [await house.alice.get("/v1/me") for _ in range(4)]

    assert [a.status for a in answers] == [200, 200, 200, 429]
    assert answers[0].header("ratelimit-policy") == '"default";q=3;w=60'
    assert (answers[0].header("ratelimit") or "").startswith('"default";r=2;t=')
    assert int(answers[3].header("retry-after") or 0) > 0
    assert answers[3].json()["code"] == "rate-limited"


def test_a_window_begins_anew_and_others_are_not_touched() -> None:
    limiter = Limiter(Policy("default", quota=2, window_s=60))
    took = [limiter.take("a", now=now).allowed for now in (0.0, 1.0, 2.0, 59.9, 60.0)]

    assert took == [True, True, False, False, True]
    assert limiter.take("b", now=2.0).remaining == 1


def test_every_scope_opens_something_and_reading_never_needs_a_writing_one() -> None:
    from_paths = {
        ("GET", "/v1/sites"): Scope.LINKS_READ,
        ("POST", "/v1/sites"): Scope.LINKS_WRITE,
        ("GET", "/v1/sites/{site_id}/toxicity"): Scope.TOXICITY_READ,
        ("POST", "/v1/reviews"): Scope.TOXICITY_WRITE,
        ("POST", "/v1/sites/{site_id}/disavow/versions"): Scope.DISAVOW_WRITE,
        ("GET", "/v1/vendors"): Scope.OUTREACH_READ,
        ("POST", "/v1/placements"): Scope.OUTREACH_WRITE,
        ("POST", "/v1/messages/{message_id}/approve"): Scope.OUTREACH_SEND,
        ("GET", "/v1/events"): Scope.EVENTS_READ,
        ("GET", "/v1/keys"): Scope.ADMIN,
    }
    found = {(method, path): scope_for(method, path) for method, path in from_paths}
    assert found == from_paths
    assert set(found.values()) == set(Scope)


# ---- Idempotency-Key ------------------------------------------------------------------------------


async def post_site(house: House, key: str, domain: str = "x.example") -> Answer:
    return await house.alice.post("/v1/sites", {"domain": domain}, idempotency_key=key)


async def test_the_same_request_twice_is_done_once(house: House) -> None:
    first = await post_site(house, "k1")
    second = await post_site(house, "k1")

    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    assert second.header("idempotency-replayed") == "true"
    assert len(house.profile.sites) == 1


async def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    await post_site(house, "k1")
    answer = await post_site(house, "k1", "y.example")

    assert (answer.status, answer.json()["code"]) == (422, "idempotency-key-reused")


async def test_the_same_key_in_flight_is_409(house: House) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()
    inner = house.app.state.clients["profile"].transport._app

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        entered.set()
        await leave.wait()
        await inner(scope, receive, send)

    house.app.state.clients["profile"].transport._app = slow
    async with asyncio.TaskGroup() as group:
        first = group.create_task(post_site(house, "k1"))
        await entered.wait()
        second = await post_site(house, "k1")
        leave.set()

    assert (second.status, second.json()["code"]) == (409, "idempotency-key-in-flight")
    assert first.result().status == 201


async def test_a_request_that_broke_may_be_tried_again_with_its_key(house: House) -> None:
    inner = house.app.state.clients["profile"].transport._app

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("no")

    house.app.state.clients["profile"].transport._app = broken
    assert (await post_site(house, "k1")).status == 503
    house.app.state.clients["profile"].transport._app = inner

    assert (await post_site(house, "k1")).status == 201


async def test_an_abandoned_key_is_taken_over_after_its_lock(house: House) -> None:
    async with house.db.begin() as tx:
        await tx.run(
            "INSERT INTO idempotency (actor_id, idempotency_key, locked_until)"
            " SELECT key_id, 'k1', now() - interval '1 s' FROM keys"
        )

    assert (await post_site(house, "k1")).status == 201


async def test_an_upload_is_repeated_from_memory_without_being_held_in_it(house: House) -> None:
    site = await house.a_site()
    head = b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'

    async def upload(content: bytes) -> Answer:
        http = house.alice.sending(
            content_type="multipart/form-data; boundary=xx", idempotency_key="u1"
        )
        body = head + content + b"\r\n--xx--\r\n"
        return await http.send("POST", f"/v1/sites/{site}/imports", body)

    first, again, other = await upload(b"a,b"), await upload(b"a,b"), await upload(b"c,d")

    assert (first.status, again.status, other.status) == (202, 202, 422)
    assert again.header("location") == first.header("location")
    assert house.profile.uploads == [3]


@pytest.mark.parametrize("key", ["", "ä", "x" * 256, "a b"])
async def test_a_key_that_is_no_key_is_refused(house: House, key: str) -> None:
    answer = await post_site(house, key)

    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (
        422,
        "/header/idempotency-key",
    )


async def test_own_routes_are_idempotent_too(house: House) -> None:
    first = await house.alice.post("/v1/keys", KEY, idempotency_key="k1")
    again = await house.alice.post("/v1/keys", KEY, idempotency_key="k1")

    assert first.json() == again.json()
    assert len((await house.alice.get("/v1/keys")).json()["items"]) == 2


async def test_what_is_shown_only_once_is_kept_nowhere_in_the_open(house: House) -> None:
    first = await house.alice.post("/v1/keys", KEY, idempotency_key="k1")
    async with house.db.begin() as tx:
        kept = bytes(await tx.fetch_value("SELECT body FROM idempotency"))
        assert first.json()["key"].encode() not in kept
        assert kept.startswith(b"v1.")
        # An answer of another request, or of another secret, is no answer to this one.
        await tx.run("UPDATE idempotency SET idempotency_key = 'k2'")
    moved = await house.alice.post("/v1/keys", KEY, idempotency_key="k2")

    assert (moved.status, moved.json()["code"]) == (409, "answer-not-readable")
