"""Webhooks: signed, tried again, never lost, never to a private address, and sent again on request."""

import asyncio
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain import attempts as sending
from services.gateway.domain import webhooks
from services.gateway.domain.attempts import ATTEMPTS, PATIENCE, Attempt, Ending, answered
from services.gateway.jobs.sealing import seal_secrets
from services.gateway.store import deliveries
from services.gateway.store import webhooks as webhook_store
from shared import clock
from shared.ids import new_id
from shared.vault import Vault
from shared.vocabulary import ChangeKind, Role
from tests.gateway.conftest import House
from tests.gateway.receiver import Receiver, receiving
from tests.gateway.test_events import END_LISTENERS, a_change, publish
from tests.waiting import eventually

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MASTER_KEY = "a master key of the tests: long enough"


# ---- what is signed, and when it is tried again -----------------------------------------------------


def test_a_signature_is_the_one_of_the_specification() -> None:
    """The example of Standard Webhooks 1.0."""
    made = webhooks.signature(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1614265330, UTC),
        body=b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_ten_attempts_span_three_days() -> None:
    at, attempts = NOW, 1
    while (following := sending.next_attempt(attempts, now=at, luck=0.5)) is not None:
        at, attempts = following, attempts + 1
    assert attempts == ATTEMPTS == 10
    assert timedelta(hours=75) < at - NOW < timedelta(hours=76)


@given(st.integers(1, ATTEMPTS - 1), st.floats(0, 1), st.floats(0, 1e9))
def test_a_receiver_may_ask_for_a_longer_wait_but_no_endless_one(
    attempts: int, luck: float, asked: float
) -> None:
    at = sending.next_attempt(attempts, now=NOW, luck=luck, retry_after_s=asked)
    assert at is not None
    assert timedelta(seconds=min(asked, 86_400)) <= at - NOW <= timedelta(days=1.2)


@pytest.mark.parametrize(
    ("attempt", "failing", "is_off"),
    [
        (Attempt(1, 200), timedelta(days=9), False),
        (Attempt(1, 503), timedelta(days=4), False),
        (Attempt(1, 503), PATIENCE, True),
        (Attempt(1, trouble="no answer"), PATIENCE, True),
        (answered(410, elapsed_ms=1), None, True),
        (Attempt(1, 301), None, False),
    ],
)
def test_a_receiver_is_switched_off_when_it_is_gone_or_took_nothing_for_days(
    attempt: Attempt, failing: timedelta | None, is_off: bool
) -> None:
    since = None if failing is None else NOW - failing
    because = sending.why_switched_off(attempt, failing_since=since, now=NOW)
    assert (because is not None) is is_off


@given(st.integers(100, 599))
def test_only_a_2xx_is_taken_and_only_410_ends_it(status: int) -> None:
    expected = Ending.TAKEN if 200 <= status < 300 else Ending.AGAIN
    assert answered(status, elapsed_ms=1).ending is (Ending.GONE if status == 410 else expected)


# ---- a receiver on loopback -------------------------------------------------------------------------


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
async def told_house(start_house: Callable[..., Any], receiver: Receiver) -> House:
    routes = f"hooks.example:80=127.0.0.1:{receiver.port},slow.example:80=127.0.0.1:{receiver.port}"
    started: House = await start_house(webhook_connect_to=routes, master_key=MASTER_KEY)
    return started


async def a_webhook(house: House, **given: Any) -> dict[str, Any]:
    body = {"name": "our tool", "url": "http://hooks.example/in", **given}
    answer = await house.alice.post("/v1/webhooks", body)
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json()
    return found


def is_signed(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """Check as a receiver does, with nothing of ours."""
    key = b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return wanted in headers["webhook-signature"].split()


async def deliveries_of(house: House, webhook_id: str, query: str = "") -> list[dict[str, Any]]:
    answer = await house.alice.get(f"/v1/webhooks/{webhook_id}/deliveries{query}")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def in_state(house: House, webhook_id: str, *states: str) -> None:
    async def reached() -> bool:
        found = await deliveries_of(house, webhook_id)
        return sorted(one["state"] for one in found) == sorted(states)

    await eventually(reached, what=f"deliveries are {states}")


async def test_an_event_reaches_the_receiver_signed(told_house: House, receiver: Receiver) -> None:
    made = await a_webhook(told_house)
    site = await told_house.a_site()
    event = a_change(told_house.workspace_id, site)
    await publish(told_house, [event])
    await in_state(told_house, made["id"], "delivered")

    [(headers, body)] = receiver.got
    assert headers["content-type"] == "application/cloudevents+json"
    assert headers["webhook-id"] == str(event.event_id) == orjson.loads(body)["id"]
    assert is_signed(headers, body, made["secret"])
    assert not is_signed(headers, body + b" ", made["secret"])
    [delivery] = await deliveries_of(told_house, made["id"])
    assert (delivery["attempts"], delivery["last_status"], delivery["next_at"]) == (1, 204, None)
    assert delivery["sentence"].startswith("Taken (HTTP 204)")


async def test_only_what_was_asked_for_is_told(told_house: House, receiver: Receiver) -> None:
    mine, other = await told_house.a_site(), await told_house.a_site("other.example")
    made = await a_webhook(told_house, types=["link.lost"], site_ids=[str(mine)])
    wanted = a_change(told_house.workspace_id, mine)
    await publish(
        told_house,
        [
            a_change(told_house.workspace_id, other),
            a_change(told_house.workspace_id, mine, ChangeKind.NEW),
            wanted,
            a_change(new_id(), mine),
        ],
    )
    await in_state(told_house, made["id"], "delivered")

    [event] = receiver.events
    assert (event["id"], event["type"]) == (str(wanted.event_id), "link.lost")


async def test_what_is_not_taken_is_tried_again_with_the_same_id(
    told_house: House, receiver: Receiver
) -> None:
    made = await a_webhook(told_house)
    site = await told_house.a_site()
    receiver.answers = [web.Response(status=503, headers={"Retry-After": "7200"})]
    await publish(told_house, [a_change(told_house.workspace_id, site)])

    async def tried() -> bool:
        found = await deliveries_of(told_house, made["id"], "?state=waiting")
        return [one["last_status"] for one in found] == [503]

    await eventually(tried)
    [waiting] = await deliveries_of(told_house, made["id"])
    assert waiting["sentence"] == "Not delivered: the receiver answered HTTP 503."
    assert datetime.fromisoformat(waiting["next_at"]) - clock.now() > timedelta(minutes=110)
    shown = (await told_house.alice.get(f"/v1/webhooks/{made['id']}")).json()
    assert shown["failing_since"] is not None
    assert "tried again" in shown["sentence"]

    async with told_house.db.begin() as tx:  # the two hours are over
        await tx.run("UPDATE webhook_deliveries SET next_at = now()")
        await tx.run("NOTIFY gateway_webhooks")
    await in_state(told_house, made["id"], "delivered")
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert (await told_house.alice.get(f"/v1/webhooks/{made['id']}")).json()[
        "failing_since"
    ] is None


@pytest.mark.parametrize("asked", ["Mon, 99 Foo 99999 99:99:99 GMT", "9" * 400, "-1", "soon", ""])
async def test_a_strange_retry_after_is_no_endless_attempt(
    told_house: House, receiver: Receiver, asked: str
) -> None:
    made = await a_webhook(told_house)
    site = await told_house.a_site()
    receiver.answers = [web.Response(status=503, headers={"Retry-After": asked})]
    await publish(told_house, [a_change(told_house.workspace_id, site)])

    async def is_noted() -> bool:
        found = await deliveries_of(told_house, made["id"])
        return [one["last_status"] for one in found] in ([503], [204])

    await eventually(is_noted)
    [waiting] = await deliveries_of(told_house, made["id"])
    assert waiting["attempts"] in {1, 2}


async def test_an_attempt_that_its_process_does_not_survive_counts(
    told_house: House, receiver: Receiver
) -> None:
    made = await a_webhook(told_house)
    site = await told_house.a_site()
    receiver.answers = [web.Response(status=503)]
    await publish(told_house, [a_change(told_house.workspace_id, site)])
    await in_state(told_house, made["id"], "waiting")

    async def was_tried() -> bool:
        [found] = await deliveries_of(told_house, made["id"])
        return bool(found["last_status"] == 503)

    await eventually(was_tried)
    async with told_house.db.begin() as tx:  # nine more began, and none came to an end
        await tx.run(f"UPDATE webhook_deliveries SET attempts = {ATTEMPTS}, next_at = now()")
        await tx.run("NOTIFY gateway_webhooks")
    await in_state(told_house, made["id"], "failed")
    assert len(receiver.got) == 1
    [given_up] = await deliveries_of(told_house, made["id"])
    assert given_up["sentence"] == "Not delivered: no attempt came to an end."


async def test_messages_go_on_when_the_listening_connection_was_ended(
    told_house: House, receiver: Receiver
) -> None:
    made = await a_webhook(told_house)
    site = await told_house.a_site()
    async with told_house.db.begin() as tx:
        assert await tx.fetch(END_LISTENERS)
    await publish(told_house, [a_change(told_house.workspace_id, site)])
    await in_state(told_house, made["id"], "delivered")


async def test_410_switches_it_off_tells_the_others_and_loses_nothing(
    told_house: House, receiver: Receiver
) -> None:
    made = await a_webhook(told_house)
    site = await told_house.a_site()
    receiver.answers = [web.Response(status=410)]
    first = a_change(told_house.workspace_id, site)
    await publish(told_house, [first])

    async def is_off() -> bool:
        shown = (await told_house.alice.get(f"/v1/webhooks/{made['id']}")).json()
        return not shown["active"] and "410" in shown["sentence"]

    await eventually(is_off)
    meanwhile = a_change(told_house.workspace_id, site)
    await publish(told_house, [meanwhile])
    path = "/v1/events/history?types=webhook.disabled"

    async def is_told() -> bool:
        return [
            one["data"]["webhook_id"] for one in (await told_house.alice.get(path)).json()["items"]
        ] == [made["id"]]

    await eventually(is_told)

    version = (await told_house.alice.get(f"/v1/webhooks/{made['id']}")).json()["version"]
    answer = await told_house.alice.patch(
        f"/v1/webhooks/{made['id']}", {"active": True}, if_match=f'"{version}"'
    )
    assert (answer.status, answer.json()["active"]) == (200, True)

    async def all_came() -> bool:
        came = [event["id"] for event in receiver.events]
        return came.count(str(first.event_id)) == 2 and str(meanwhile.event_id) in came

    await eventually(all_came)


async def test_a_receiver_that_hangs_delays_nobody_else(
    told_house: House, receiver: Receiver
) -> None:
    await a_webhook(told_house, url="http://slow.example/in")
    site = await told_house.a_site()
    receiver.hangs = asyncio.Event()
    await publish(told_house, [a_change(told_house.workspace_id, site)])

    async def is_hanging() -> bool:
        return len(receiver.got) == 1

    await eventually(is_hanging)
    hung, receiver.hangs = receiver.hangs, None
    made = await a_webhook(told_house)
    await publish(told_house, [a_change(told_house.workspace_id, site)])
    await in_state(told_house, made["id"], "delivered")
    hung.set()


async def test_a_new_secret_signs_beside_the_old_one(told_house: House, receiver: Receiver) -> None:
    made = await a_webhook(told_house)
    answer = await told_house.alice.post(f"/v1/webhooks/{made['id']}/secret")
    fresh = answer.json()["secret"]
    assert fresh != made["secret"]
    vault = Vault(lambda: ["another master key, also long enough", MASTER_KEY])
    assert await seal_secrets(told_house.db, vault) == 1
    assert await seal_secrets(told_house.db, vault) == 0

    async with told_house.db.begin() as tx:
        rows = await tx.fetch("SELECT webhook_id, secret, old_secret FROM webhooks")
    bound = f"webhook/{made['id']}"
    assert [vault.open(one, bound_to=bound) for one in rows[0][1:]] == [fresh, made["secret"]]
    assert fresh not in str(rows)


async def test_a_test_message_says_what_came_back(told_house: House, receiver: Receiver) -> None:
    made = await a_webhook(told_house)
    receiver.answers = [web.Response(status=302, headers={"Location": "/elsewhere"})]
    refused = (await told_house.alice.post(f"/v1/webhooks/{made['id']}/tests")).json()
    assert (refused["taken"], refused["status"]) == (False, 302)
    assert "Redirects are not followed" in refused["sentence"]
    taken = (await told_house.alice.post(f"/v1/webhooks/{made['id']}/tests")).json()
    assert taken["taken"] is True
    assert len(receiver.got) == 2
    headers, body = receiver.got[-1]
    assert orjson.loads(body)["type"] == "webhook.test"
    assert is_signed(headers, body, made["secret"])


async def test_what_happened_is_sent_again_with_the_ids_that_it_had(
    told_house: House, receiver: Receiver
) -> None:
    site = await told_house.a_site()
    before = a_change(told_house.workspace_id, site)
    await publish(told_house, [before])
    made = await a_webhook(told_house)
    assert await deliveries_of(told_house, made["id"]) == []  # it is told what comes, not what was

    path = f"/v1/webhooks/{made['id']}/replay?from=2026-01-01T00:00:00Z"
    answer = (await told_house.alice.post(path)).json()
    assert (answer["messages"], answer["more"]) == (1, False)
    await in_state(told_house, made["id"], "delivered")
    assert (await told_house.alice.post(path)).json()["messages"] == 1

    async def came_twice() -> bool:
        return [event["id"] for event in receiver.events] == [str(before.event_id)] * 2

    await eventually(came_twice)


async def test_more_than_ten_thousand_are_sent_again_in_parts(told_house: House) -> None:
    site = await told_house.a_site()
    await publish(told_house, [a_change(told_house.workspace_id, site)])
    made = await a_webhook(told_house)
    tag = f'W/"{made["version"]}"'
    await told_house.alice.patch(f"/v1/webhooks/{made['id']}", {"active": False}, if_match=tag)
    for _ in range(3):
        async with told_house.db.begin() as tx:
            await tx.run(
                "INSERT INTO event_log (event_id, name, workspace_id, site_id, body)"
                " SELECT gen_random_uuid(), name, workspace_id, site_id, body FROM (SELECT * FROM"
                " event_log WHERE name = 'link.changed' LIMIT 1) AS e, generate_series(1, 4000)"
            )
    async with told_house.db.begin() as tx:
        row = await webhook_store.find_webhook(tx, UUID(made["id"]))
        assert row is not None
        to = deliveries.subscriber_of(row)
        count, onward = await deliveries.hand_out_again(tx, to, NOW - PATIENCE, now=clock.now())
        assert (count, onward is None) == (deliveries.MAX_REPLAYED, False)
        assert onward is not None
        _, end = await deliveries.hand_out_again(tx, to, onward, now=clock.now())
        assert end is None
        total = await tx.fetch_value(
            "SELECT count(*) FROM webhook_deliveries WHERE type = 'link.changed'"
        )
    assert total == 12_001


CLOSED = [
    "http://receiver.example/",  # not encrypted, and no CONNECT_TO of the operator's
    "https://127.0.0.1/in",
    "https://[::1]/in",
    "https://localhost/in",
    "https://169.254.169.254/latest",
    "https://2130706433/in",
    "https://receiver.example:25/in",
    "ftp://receiver.example/in",
    "not an address",
]


async def test_no_message_goes_to_a_private_or_open_address(told_house: House) -> None:
    for url in CLOSED:
        answer = await told_house.alice.post("/v1/webhooks", {"name": "x", "url": url})
        fault = answer.json()["errors"][0]
        found = (answer.status, fault["pointer"], fault["code"])
        assert found == (422, "/url", "address-not-allowed"), url


async def test_a_name_that_leads_to_a_private_address_opens_no_socket(
    told_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await a_webhook(told_house, url="https://rebinding.example/in")

    async def rebound(*_: Any, **__: Any) -> list[dict[str, Any]]:
        return [
            {"hostname": "x", "host": "127.0.0.1", "port": 443, "family": 2, "proto": 6, "flags": 0}
        ]

    monkeypatch.setattr("aiohttp.ThreadedResolver.resolve", rebound)
    said = (await told_house.alice.post(f"/v1/webhooks/{made['id']}/tests")).json()
    assert said["sentence"] == "Not delivered: its address is not allowed."


async def test_only_owners_set_up_webhooks(told_house: House) -> None:
    made = await a_webhook(told_house)
    viewer = await told_house.a_key(workspace_role=Role.VIEWER, scopes=["events:read", "admin"])
    site = await told_house.a_site()
    of_a_site = await told_house.a_key(sites={str(site): "owner"})
    for http in (viewer, of_a_site):
        assert (await http.get("/v1/webhooks")).status == 403
        assert (await http.get(f"/v1/webhooks/{made['id']}")).status == 403
    added = await viewer.post("/v1/webhooks", {"name": "x", "url": "https://hooks.example/"})
    assert added.status == 403
    assert (await told_house.alice.get(f"/v1/webhooks/{new_id()}")).status == 404


async def test_bad_wishes_are_refused_by_name(told_house: House) -> None:
    body = {"name": "x", "url": "http://hooks.example/", "types": ["link.exploded"]}
    answer = await told_house.alice.post("/v1/webhooks", body)
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/types")
    body = {"name": "x", "url": "http://hooks.example/", "site_ids": [str(UUID(int=1))]}
    assert (await told_house.alice.post("/v1/webhooks", body)).status == 404


async def test_a_webhook_goes_with_all_that_waits(told_house: House, receiver: Receiver) -> None:
    made = await a_webhook(told_house)
    site = await told_house.a_site()
    receiver.answers = [web.Response(status=500)]
    await publish(told_house, [a_change(told_house.workspace_id, site)])
    await in_state(told_house, made["id"], "waiting")
    assert (await told_house.alice.delete(f"/v1/webhooks/{made['id']}")).status == 204
    async with told_house.db.begin() as tx:
        assert await tx.fetch_value("SELECT count(*) FROM webhook_deliveries") == 0
