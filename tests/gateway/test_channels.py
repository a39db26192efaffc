"""Channels: alerts reach the team's chats once, together, over TLS to the provider alone, and never get lost."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from services.gateway import handlers
from services.gateway.domain import channels
from services.gateway.domain.attempts import ATTEMPTS, Attempt
from services.gateway.domain.channels import Kind
from services.gateway.domain.notices import NoticeState, draft_of
from services.gateway.jobs.sealing import seal_secrets
from services.gateway.store import notices
from shared import clock
from shared.db import Database
from shared.events import SiteDeleted
from shared.ids import new_id
from shared.vault import Vault
from shared.vocabulary import AlertEnd, AlertSeverity, Role
from tests.gateway.chats import (
    a_channel,
    an_alert,
    an_end,
    in_states,
    later,
    raise_all,
    refusing,
    rest,
    shown,
    time_passes,
    told,
    tried,
)
from tests.gateway.conftest import House
from tests.gateway.receiver import MASTER_KEY, PLACES, TOKEN, Receiver
from tests.waiting import eventually

# ---- telling ----------------------------------------------------------------------------------------


async def test_an_alert_reaches_the_chats_of_all_providers(
    chatty: House, receiver: Receiver
) -> None:
    made = [await a_channel(chatty, kind) for kind in PLACES]
    await raise_all(chatty, [an_alert(chatty, *(channel["id"] for channel in made))])
    for channel in made:
        await in_states(chatty, channel, "delivered")
        assert (await shown(chatty, channel))["sentence"] == "All well."

    whole = [channels.secret_of(Kind(kind), given["address"]) for kind, given in PLACES.items()]
    sent_to = {path.removesuffix("?with_components=true") for path in receiver.paths}
    assert {path.replace(":443", "") for path in sent_to} == {
        address.removeprefix("https://").replace(":443", "") for address in whole
    }
    assert len(receiver.got) == 4
    for headers, body in receiver.got:
        assert headers["content-type"] == "application/json"
        assert b"3 links from blog" in body
        assert b"https://watch.example/#/alerts/1" in body


async def test_all_that_is_due_goes_as_one_message(chatty: House, receiver: Receiver) -> None:
    channel = await a_channel(chatty)
    soon = [an_alert(chatty, channel["id"], deliver_at=later(1), title=f"A{n}") for n in range(3)]
    urgent = an_alert(
        chatty, channel["id"], deliver_at=later(1), title="B", severity=AlertSeverity.URGENT
    )
    tomorrow = an_alert(chatty, channel["id"], deliver_at=later(24), title="C")
    await raise_all(chatty, [*soon, urgent, tomorrow])
    await in_states(chatty, channel, *["waiting"] * 5)
    assert receiver.got == []

    async with chatty.db.begin() as tx:  # the first hour is over
        await tx.run("UPDATE notices SET next_at = now() WHERE title <> 'C'")
        await notices.wake(tx)
    await in_states(chatty, channel, *["delivered"] * 4, "waiting")
    [message] = receiver.events
    assert message["text"] == "4 alerts: 1 urgent, 3 warnings"
    titles = [one["text"]["text"] for one in message["blocks"] if one["type"] == "section"]
    first, *others = [title.partition("\n")[0] for title in titles]
    assert (first, sorted(others)) == ("B", ["A0", "A1", "A2"])


async def test_an_event_that_comes_again_tells_nobody_twice(
    chatty: House, receiver: Receiver
) -> None:
    channel = await a_channel(chatty)
    alert = an_alert(chatty, channel["id"], channel["id"])
    await raise_all(chatty, [alert, alert])
    await raise_all(chatty, [alert])
    await in_states(chatty, channel, "delivered")
    await rest(chatty)
    await raise_all(chatty, [alert])
    await raise_all(chatty, [an_end(chatty, channel["id"])])
    await in_states(chatty, channel, "delivered", "delivered")
    assert len(receiver.got) == 2
    assert "Over: 3 links" in str(receiver.events[-1])
    await rest(chatty)
    noted = an_end(chatty, channel["id"], resolved_by=AlertEnd.PERSON)
    await raise_all(chatty, [noted])
    await in_states(chatty, channel, *["delivered"] * 3)
    assert "Acknowledged: 3 links" in str(receiver.events[-1])


async def test_channels_that_are_not_there_or_not_ours_are_left_out(
    chatty: House, receiver: Receiver
) -> None:
    channel = await a_channel(chatty)
    stranger = an_alert(chatty, channel["id"], workspace_id=new_id())
    mine = an_alert(chatty, str(new_id()), channel["id"])
    async with chatty.db.begin() as tx:
        drafts = [one for one in map(draft_of, [stranger, mine]) if one is not None]
        assert await notices.add_notices(tx, drafts) == 2
    await in_states(chatty, channel, "delivered")
    assert len(receiver.got) == 1


async def test_an_alert_for_no_channel_stays_in_the_console(
    chatty: House, receiver: Receiver
) -> None:
    channel = await a_channel(chatty)
    await raise_all(chatty, [an_alert(chatty)])
    assert await told(chatty, channel) == []


async def test_what_is_not_taken_is_tried_again_with_what_came_since(
    chatty: House, receiver: Receiver
) -> None:
    channel = await a_channel(chatty)
    receiver.answers = [refusing(429)]
    await raise_all(chatty, [an_alert(chatty, channel["id"], title="First")])
    waiting = await tried(chatty, channel, 1)
    assert waiting["sentence"] == "Not delivered: the receiver answered HTTP 429."
    assert datetime.fromisoformat(waiting["next_at"]) > later(1.9)
    assert "tried again" in (await shown(chatty, channel))["sentence"]

    await raise_all(chatty, [an_alert(chatty, channel["id"], title="Second")])
    other = await a_channel(chatty, "discord")
    await raise_all(chatty, [an_alert(chatty, other["id"])])
    await in_states(chatty, other, "delivered")  # a channel that fails delays no other
    assert len(receiver.got) == 2

    await time_passes(chatty)
    await in_states(chatty, channel, "delivered", "delivered")
    assert "First" in str(receiver.events[-1])
    assert "Second" in str(receiver.events[-1])


async def test_telegram_is_waited_for_as_long_as_it_asks(chatty: House, receiver: Receiver) -> None:
    channel = await a_channel(chatty, "telegram")
    slow = {"ok": False, "error_code": 429, "parameters": {"retry_after": 3_600}}
    receiver.answers = [web.json_response(slow, status=429)]
    await raise_all(chatty, [an_alert(chatty, channel["id"])])
    waiting = await tried(chatty, channel, 1)
    assert datetime.fromisoformat(waiting["next_at"]) > later(0.9)


async def test_attempts_end_also_when_no_process_survives_them(
    chatty: House, receiver: Receiver
) -> None:
    channel = await a_channel(chatty)
    receiver.answers = [refusing(500)]
    await raise_all(chatty, [an_alert(chatty, channel["id"], title="First")])
    await tried(chatty, channel, 1)
    async with chatty.db.begin() as tx:  # all others began, and none came to an end
        await tx.run(f"UPDATE notices SET attempts = {ATTEMPTS}")
    await time_passes(chatty)
    await in_states(chatty, channel, "failed")
    assert len(receiver.got) == 1


async def test_what_was_tried_often_enough_is_given_up_and_the_rest_goes_on(
    chatty: House, receiver: Receiver
) -> None:
    channel = await a_channel(chatty)
    receiver.answers = [refusing(500), refusing(500)]
    await raise_all(chatty, [an_alert(chatty, channel["id"], title="First")])
    await tried(chatty, channel, 1)
    async with chatty.db.begin() as tx:
        await tx.run(f"UPDATE notices SET attempts = {ATTEMPTS - 1}")
    await raise_all(chatty, [an_alert(chatty, channel["id"], title="Second")])
    await time_passes(chatty)
    await in_states(chatty, channel, "failed", "waiting")
    second, first = await told(chatty, channel)
    assert (first["title"], first["state"], first["next_at"]) == ("First", "failed", None)
    assert (second["title"], second["attempts"]) == ("Second", 1)


async def test_a_channel_that_takes_nothing_for_five_days_is_switched_off_and_on_again(
    chatty: House, receiver: Receiver
) -> None:
    channel = await a_channel(chatty)
    receiver.answers = [refusing(500), refusing(500)]
    await raise_all(chatty, [an_alert(chatty, channel["id"])])
    await tried(chatty, channel, 1)
    async with chatty.db.begin() as tx:
        await tx.run("UPDATE channels SET failing_since = now() - interval '5 days'")
    await time_passes(chatty)

    async def is_off() -> bool:
        return not (await shown(chatty, channel))["active"]

    await eventually(is_off)
    found = await shown(chatty, channel)
    assert found["switched_off_because"].startswith("It took no message for 5 days.")
    await raise_all(chatty, [an_alert(chatty, channel["id"], title="Meanwhile")])
    await in_states(chatty, channel, "waiting", "waiting")

    tag = f'W/"{found["version"]}"'
    body = {"active": True}
    path = f"/v1/channels/{channel['id']}"
    assert (await chatty.alice.patch(path, body, if_match=tag)).json()["active"] is True
    await in_states(chatty, channel, "delivered", "delivered")
    assert receiver.events[-1]["text"] == "2 alerts: 2 warnings"


async def test_a_webhook_that_was_taken_away_switches_its_channel_off_at_once(
    chatty: House, receiver: Receiver
) -> None:
    channel = await a_channel(chatty)
    receiver.answers = [web.Response(status=404, text="no_service")]
    await raise_all(chatty, [an_alert(chatty, channel["id"])])

    async def is_off() -> bool:
        return not (await shown(chatty, channel))["active"]

    await eventually(is_off)
    assert "not valid any more" in (await shown(chatty, channel))["sentence"]
    await in_states(chatty, channel, "waiting")


async def test_nothing_is_told_early_when_a_channel_is_switched_on(chatty: House) -> None:
    channel = await a_channel(chatty)
    await raise_all(chatty, [an_alert(chatty, channel["id"], deliver_at=later(8))])
    path = f"/v1/channels/{channel['id']}"
    off = (await chatty.alice.patch(path, {"active": False}, if_match="*")).json()
    assert off["switched_off_because"].startswith("Switched off by")
    await chatty.alice.patch(path, {"active": True}, if_match="*")
    [waiting] = await told(chatty, channel)
    assert datetime.fromisoformat(waiting["next_at"]) > later(7.9)


async def test_a_receiver_that_hangs_delays_no_other(chatty: House, receiver: Receiver) -> None:
    slow, other = await a_channel(chatty), await a_channel(chatty, "discord")
    receiver.hangs = asyncio.Event()
    await raise_all(chatty, [an_alert(chatty, slow["id"])])

    async def is_hanging() -> bool:
        return len(receiver.got) == 1

    await eventually(is_hanging)
    hung, receiver.hangs = receiver.hangs, None
    await raise_all(chatty, [an_alert(chatty, slow["id"]), an_alert(chatty, other["id"])])
    await in_states(chatty, other, "delivered")
    assert len(receiver.got) == 2  # one message at a time for each receiver
    hung.set()

    async def first_came() -> bool:
        return "delivered" in {one["state"] for one in await told(chatty, slow)}

    await eventually(first_came)
    await rest(chatty)
    await in_states(chatty, slow, "delivered", "delivered")


async def test_two_processes_send_nothing_twice(
    chatty: House, db_for: Callable[[str], Database]
) -> None:
    channel = await a_channel(chatty, "slack")
    await raise_all(
        chatty, [an_alert(chatty, channel["id"], deliver_at=later(1)) for _ in range(4)]
    )
    async with db_for("gateway").begin() as one, db_for("gateway").begin() as two:
        mine = await notices.claim(one, later(2), limit=10)
        theirs = await notices.claim(two, later(2), limit=10)
    assert [len(parcel.notices) for parcel in mine] == [4]
    assert theirs == []


async def test_whose_lease_has_ended_writes_nothing(chatty: House) -> None:
    channel = await a_channel(chatty)
    await raise_all(chatty, [an_alert(chatty, channel["id"], deliver_at=later(1))])
    async with chatty.db.begin() as tx:
        [late] = await notices.claim(tx, later(2), limit=1)
        [now_ours] = await notices.claim(tx, later(3), limit=1)
        taken = {one.notice_id: (NoticeState.DELIVERED, None) for one in late.notices}
        await notices.settle(tx, late, Attempt(1, 200), taken, now=clock.now())
    assert now_ours.attempts == 2
    await in_states(chatty, channel, "waiting")


async def test_a_site_that_is_gone_is_not_told_of(chatty: House) -> None:
    site = await chatty.a_site()
    channel = await a_channel(chatty)
    due = later(1)
    gone_with_it = an_alert(chatty, channel["id"], site_id=site, title="Of it", deliver_at=due)
    other = an_alert(chatty, channel["id"], title="Of another site", deliver_at=due)
    await raise_all(chatty, [gone_with_it, other])
    assert len(await told(chatty, channel)) == 2
    async with chatty.db.begin() as tx:
        gone = SiteDeleted(
            workspace_id=chatty.workspace_id, site_id=site, version_no=2, domain="alice.example"
        )
        await handlers.on_site_deleted([gone], tx)
    left = await told(chatty, channel)
    assert [(one["title"], one["state"]) for one in left] == [("Of another site", "waiting")]


async def test_a_channel_goes_with_all_that_waits(chatty: House) -> None:
    channel = await a_channel(chatty)
    await raise_all(chatty, [an_alert(chatty, channel["id"], deliver_at=later(1))])
    assert (await chatty.alice.delete(f"/v1/channels/{channel['id']}")).status == 204
    async with chatty.db.begin() as tx:
        assert await tx.fetch_value("SELECT count(*) FROM notices") == 0
    await raise_all(chatty, [an_alert(chatty, channel["id"])])


async def test_notices_are_forgotten_after_thirty_days(chatty: House) -> None:
    channel = await a_channel(chatty)
    await raise_all(
        chatty, [an_alert(chatty, channel["id"], deliver_at=later(1)) for _ in range(3)]
    )
    async with chatty.db.begin() as tx:
        before = datetime(2027, 1, 1, tzinfo=UTC)
        assert await notices.remove_old(tx, before=before, limit=2) == 2
        assert await notices.remove_old(tx, before=clock.now() - notices.KEPT, limit=2) == 0
    await in_states(chatty, channel, "waiting")


# ---- setting up -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["slack", "telegram"])
async def test_an_address_is_sealed_and_never_shown_again(chatty: House, kind: str) -> None:
    secret = "secretsecret" if kind == "slack" else TOKEN
    channel = await a_channel(chatty, kind)
    path = f"/v1/channels/{channel['id']}"
    changed = await chatty.alice.patch(path, PLACES[kind], if_match="*")
    assert changed.status == 200
    for answer in (changed, await chatty.alice.get(path), await chatty.alice.get("/v1/channels")):
        assert secret not in answer.body.decode()
    log = (await chatty.alice.get("/v1/audit-log")).body.decode()
    assert "channel.added" in log
    assert "channel.changed" in log
    assert secret not in log
    async with chatty.db.begin() as tx:
        stored = await tx.fetch_value("SELECT string_agg(c::text, '') FROM channels c")
        kept = await tx.fetch_value("SELECT secret FROM channels")
    assert secret not in stored
    vault = Vault(lambda: ["another master key, also long enough", MASTER_KEY])
    assert secret in vault.open(kept, bound_to=f"channel/{channel['id']}")
    assert await seal_secrets(chatty.db, vault) == 1
    assert await seal_secrets(chatty.db, vault) == 0


async def test_a_test_says_what_came_back(chatty: House, receiver: Receiver) -> None:
    channel = await a_channel(chatty, name="<!here> team")
    path = f"/v1/channels/{channel['id']}/tests"
    taken = (await chatty.alice.post(path)).json()
    assert (taken["taken"], taken["status"]) == (True, 204)
    assert "&lt;!here&gt; team" in receiver.events[0]["text"]
    receiver.answers = [web.Response(status=400, text="invalid_payload")]
    refused = (await chatty.alice.post(path)).json()
    assert refused["sentence"] == "Not delivered: the receiver answered HTTP 400."
    assert await told(chatty, channel) == []


async def test_a_receiver_with_a_certificate_of_nobody_gets_nothing(
    chatty: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    channel = await a_channel(chatty)
    said = (await chatty.alice.post(f"/v1/channels/{channel['id']}/tests")).json()
    assert "encrypted connection failed" in said["sentence"]
    assert receiver.got == []


async def test_an_address_under_a_lost_master_key_is_an_attempt_that_failed(
    chatty: House,
) -> None:
    channel = await a_channel(chatty)
    async with chatty.db.begin() as tx:
        await tx.run("UPDATE channels SET secret = 'v1.abc.AAAA'")
    said = (await chatty.alice.post(f"/v1/channels/{channel['id']}/tests")).json()
    assert said["sentence"] == "Not delivered: its address cannot be read; give it again."


BAD: list[tuple[dict[str, Any], str]] = [
    ({"kind": "slack"}, "/address"),
    ({"kind": "slack", "address": "https://evil.example/x"}, "/address"),
    ({"kind": "slack", **PLACES["slack"], "chat": "1"}, "/chat"),
    ({"kind": "slack", **PLACES["slack"], "emails": ["a@b.example"]}, "/emails"),
    ({"kind": "telegram", "address": TOKEN}, "/chat"),
    ({"kind": "telegram", "address": TOKEN, "chat": "my chat"}, "/chat"),
    ({"kind": "email", "address": "x"}, "/address"),
    ({"kind": "email"}, "/emails"),
    ({"kind": "fax"}, "/kind"),
]


async def test_what_a_channel_lacks_is_named(house: House) -> None:
    for body, pointer in BAD:
        answer = await house.alice.post("/v1/channels", {"name": "x", **body})
        found = (answer.status, answer.json()["errors"][0]["pointer"])
        assert found == (422, pointer), body


async def test_a_patch_changes_what_it_names_and_keeps_the_address(chatty: House) -> None:
    channel = await a_channel(chatty, "telegram")
    path = f"/v1/channels/{channel['id']}"
    changed = await chatty.alice.patch(path, {"name": "new", "chat": "@team_x"}, if_match="*")
    assert (changed.json()["name"], changed.json()["chat"]) == ("new", "@team_x")
    assert (await chatty.alice.patch(path, {"chat": "??"}, if_match="*")).status == 422
    assert (await chatty.alice.patch(path, {"emails": ["a@b.example"]}, if_match="*")).status == 422
    assert (await chatty.alice.patch(path, {"name": "late"}, if_match='W/"1"')).status == 412
    taken = (await chatty.alice.post(f"{path}/tests")).json()
    assert taken["taken"] is True


async def test_owners_set_channels_up_and_whoever_writes_rules_may_name_them(
    chatty: House,
) -> None:
    channel = await a_channel(chatty)
    path = f"/v1/channels/{channel['id']}"
    viewer = await chatty.a_key(workspace_role=Role.VIEWER, scopes=["events:read", "admin"])
    assert (await viewer.get("/v1/channels")).json()["items"][0]["name"] == "our slack"
    assert (await viewer.get(path)).json()["emails"] is None
    assert (await viewer.get(f"{path}/deliveries")).status == 403
    assert (await viewer.post(f"{path}/tests")).status == 403
    assert (await viewer.delete(path)).status == 403
    assert (await viewer.patch(path, {"name": "x"}, if_match="*")).status == 403
    body = {"name": "x", "kind": "slack", **PLACES["slack"]}
    assert (await viewer.post("/v1/channels", body)).status == 403
    site = await chatty.a_site()
    of_a_site = await chatty.a_key(sites={str(site): "owner"})
    assert (await of_a_site.get("/v1/channels")).status == 403
    assert (await chatty.alice.get(f"/v1/channels/{new_id()}")).status == 404


async def test_a_workspace_has_no_endless_number_of_channels(chatty: House) -> None:
    channel = await a_channel(chatty)
    async with chatty.db.begin() as tx:
        await tx.run(
            "INSERT INTO channels (channel_id, workspace_id, name, kind, created_by)"
            " SELECT gen_random_uuid(), workspace_id, name, kind, created_by FROM channels,"
            " generate_series(1, 49) WHERE channel_id = $1",
            UUID(channel["id"]),
        )
    answer = await chatty.alice.post(
        "/v1/channels", {"name": "x", "kind": "slack", **PLACES["slack"]}
    )
    assert (answer.status, answer.json()["code"]) == (409, "too-many-channels")
