"""What the services own is passed on: streamed, with the caller's identity, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from services.gateway.domain.routing import new_table
from shared.direct import call_app
from shared.http import DirectTransport
from shared.ids import new_id
from shared.wire import Outgoing
from tests.gateway.conftest import House


async def test_a_service_hears_who_calls_and_not_the_key(house: House) -> None:
    site = await house.a_site()

    answer = await house.alice.sending(cookie="a=b", x_evil="1").get(f"/v1/sites/{site}")

    assert answer.json()["domain"] == "alice.example"
    headers = house.profile.seen[0].headers
    assert "x-anchorwatch-caller" in headers
    assert not {"authorization", "cookie", "x-evil"} & set(headers)


async def test_a_caller_header_from_outside_is_worth_nothing(house: House) -> None:
    site = await house.a_site()

    answer = await house.nobody.sending(x_anchorwatch_caller="v1.x.y").get(f"/v1/sites/{site}")

    assert answer.status == 401


async def test_an_upload_is_passed_on_while_it_comes(house: House) -> None:
    """The service reads the first part before the client has sent the second."""
    site = await house.a_site()
    started = asyncio.Event()
    heads = b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'

    async def body() -> AsyncIterator[bytes]:
        yield heads + b"a" * 100_000
        started.set()
        for _ in range(20):
            yield b"b" * 100_000
        yield b"\r\n--xx--\r\n"

    http = house.alice.sending(content_type="multipart/form-data; boundary=xx")
    answer = await http.send("POST", f"/v1/sites/{site}/imports", body())

    assert (answer.status, answer.json()) == (202, {"bytes": 2_100_000})
    assert house.profile.uploads == [2_100_000]
    assert (answer.header("location") or "").startswith("/v1/jobs/")


async def test_an_export_streams_through(house: House) -> None:
    site = await house.a_site()

    answer = await house.alice.get(f"/v1/sites/{site}/export")

    assert answer.header("content-type") == "text/csv; charset=utf-8"
    assert answer.body.count(b"\n") == 1000


async def test_pages_of_a_service_are_paged_through_the_gateway(house: House) -> None:
    for number in range(5):
        await house.a_site(f"s{number}.example")

    first = await house.alice.get("/v1/sites?limit=2")
    link = (first.header("link") or "").partition("<")[2].partition(">")[0]
    second = await house.alice.get(link)

    shown = [s["domain"] for a in (first, second) for s in a.json()["items"]]
    assert shown == [f"s{number}.example" for number in range(4)]


async def test_a_client_gets_json_without_prices_and_vendors(house: House) -> None:
    site = await house.a_site()
    client = await house.a_key(sites={str(site): "client"})

    assert set((await client.get(f"/v1/sites/{site}")).json()) == {"id", "domain"}
    assert "price" in (await house.alice.get(f"/v1/sites/{site}")).json()
    listed = (await client.get("/v1/sites")).json()["items"]
    assert [set(item) for item in listed] == [{"id", "domain"}]


async def test_problems_of_a_service_come_back_as_they_are(house: House) -> None:
    answer = await house.alice.get(f"/v1/sites/{new_id()}")

    assert answer.header("content-type") == "application/problem+json"
    assert answer.json()["code"] == "not-found"
    refused = await house.alice.get("/v1/sites?colour=red")
    assert (refused.status, refused.json()["code"]) == (422, "unknown-parameter")


async def test_a_method_that_no_service_takes_is_405_with_all_that_are(house: House) -> None:
    answer = await house.alice.send("PUT", f"/v1/sites/{new_id()}", {})

    assert (answer.status, answer.header("allow")) == (405, "DELETE, GET, HEAD")


async def test_a_path_of_nobody_is_404(house: House) -> None:
    assert (await house.alice.get("/v1/nothing")).status == 404
    assert (await house.alice.post("/v1/nothing", {})).status == 404


async def test_a_service_that_breaks_is_503_or_500_but_always_a_problem(house: House) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("no")

    house.app.state.clients["profile"].transport._app = broken

    answer = await house.alice.get("/v1/sites")

    assert answer.status == 503
    assert answer.json()["code"] == "unreachable"


async def test_proposals_of_the_crawler_come_with_the_dead_pages_that_profile_knows(
    house: House,
) -> None:
    site = await house.a_site()
    house.profile.dead = [{"dead": f"/old-{number}", "links": 3} for number in range(30)]

    found = (await house.alice.post(f"/v1/sites/{site}/proposals", {})).json()

    assert found["domain"] == "alice.example"
    assert found["dead_targets"] == house.profile.dead[:20]
    house.profile.dead = None
    found = (await house.alice.post(f"/v1/sites/{site}/proposals", {})).json()
    assert found["dead_targets"] == []
    assert found["degraded"] == [{"service": "profile", "code": "status-404"}]


async def test_places_that_the_crawler_saw_come_with_what_toxicity_thinks_of_them(
    house: House,
) -> None:
    site = await house.a_site()
    asked: list[tuple[str, Any]] = []

    async def toxicity(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        asked.append((scope["path"], orjson.loads(message["body"])))
        answer = [{"advice": "good"}, {"advice": "stay_away"}]
        await JSONResponse(answer)(scope, receive, send)

    house.app.state.clients["toxicity"].transport = DirectTransport(toxicity)
    path = f"/v1/sites/{site}/evaluations"
    found = (await house.alice.post(path, {"addresses": ["a", "b"]})).json()

    assert [item["evaluation"]["advice"] for item in found["items"]] == ["good", "stay_away"]
    assert asked[0][0] == f"/internal/sites/{site}/evaluations"
    assert [item["address"] for item in asked[0][1]["items"]] == ["a", "b"]

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise OSError("away")

    house.app.state.clients["toxicity"].transport = DirectTransport(broken)
    found = (await house.alice.post(path, {"addresses": ["a", "b"]})).json()
    assert [item["evaluation"] for item in found["items"]] == [None, None]
    assert found["degraded"] == [{"service": "toxicity", "code": "unreachable"}]


async def test_what_only_services_ask_each_other_is_nobodys_path_outside(house: House) -> None:
    site = await house.a_site()
    answer = await house.alice.post(f"/internal/sites/{site}/evaluations", {"items": []})
    assert answer.status == 404


async def test_a_change_through_the_gateway_stands_in_the_audit_log(house: House) -> None:
    site = await house.a_site()
    await house.alice.delete(f"/v1/sites/{site}")

    entries = (await house.alice.get("/v1/audit-log")).json()["items"]

    assert [e["action"] for e in entries] == ["DELETE /v1/sites/{site_id}", "POST /v1/sites"]
    assert entries[0]["site_id"] == str(site)


async def test_the_audit_log_cannot_be_rewritten(house: House) -> None:
    await house.a_site()
    for statement in ("UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log"):
        with pytest.raises(Exception, match="append-only"):
            async with house.db.begin() as tx:
                await tx.run(statement)


def test_a_path_with_two_owners_is_a_fault_of_the_build() -> None:
    document: dict[str, Any] = {"paths": {"/v1/links": {"get": {}}}}

    with pytest.raises(ValueError, match="claimed by"):
        new_table({"profile": document, "toxicity": document})


def test_fixed_segments_win_over_parameters() -> None:
    paths = ["/v1/links/{link_id}", "/v1/links/bulk", "/v1/files/{n}.txt", "/v1/files/{n}"]
    table = new_table({"profile": {"paths": {path: {"get": {}} for path in paths}}})

    def found(path: str) -> str:
        match = table.find(path)
        return "" if match is None else match[0].path

    assert found("/v1/links/bulk") == "/v1/links/bulk"
    assert found("/v1/links/7") == "/v1/links/{link_id}"
    assert found("/v1/links/7/8") == ""


async def test_leaving_early_is_a_client_that_went_away() -> None:
    app = FastAPI()
    left = asyncio.Event()

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            while True:
                await send({"type": "http.response.body", "body": b"x", "more_body": True})
        finally:
            left.set()

    app.mount("/", endless)
    async with call_app(app, Outgoing("GET", "/")) as answer:
        assert await anext(answer.chunks) == b"x"

    assert left.is_set()


async def test_head_answers_as_get_without_the_body(house: House) -> None:
    site = await house.a_site()
    for path in ("/v1/sites", "/v1/jobs", "/livez", f"/v1/sites/{site}/export", "/v1/events"):
        head = await house.alice.send("HEAD", path)
        assert (head.status, head.body) == (200, b""), path
    got = await house.alice.get(f"/v1/sites/{site}")
    head = await house.alice.send("HEAD", f"/v1/sites/{site}")
    assert head.header("content-type") == got.header("content-type")
    missing = await house.alice.send("HEAD", f"/v1/sites/{new_id()}")
    assert (missing.status, missing.body) == (404, b"")
    refused = await house.alice.send("HEAD", "/v1/checks")
    assert (refused.status, refused.header("allow")) == (404, None)
    refused = await house.alice.send("DELETE", "/v1/sites")
    assert (refused.header("allow") or "").split(", ") == ["GET", "HEAD", "POST"]
