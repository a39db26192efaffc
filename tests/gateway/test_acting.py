"""Acting on alerts from chats: once, by who may, with the message saying so; nothing by whoever only looks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from services.gateway.domain import acting
from services.gateway.domain.acting import Action, Meant
from services.gateway.jobs.sealing import seal_secrets
from shared import clock
from shared.access import derive
from shared.ids import new_id
from shared.vault import Vault
from shared.vocabulary import AlertEnd
from tests.gateway.chats import (
    a_channel,
    an_end,
    in_states,
    raise_all,
    rest,
    shown,
    told,
)
from tests.gateway.conftest import SECRET, House
from tests.gateway.pressing import (
    SIGNING,
    from_telegram,
    journal,
    last_link,
    press,
    signed_in,
    tell,
    tokens,
    with_buttons,
)
from tests.gateway.receiver import MASTER_KEY, PLACES, TOKEN, Receiver
from tests.gateway.test_presses import of_discord
from tests.http import Http

# ---- buttons ----------------------------------------------------------------------------------------


async def test_a_stranger_in_slack_may_do_nothing_until_they_say_signed_in_who_they_are(
    chatty: House, receiver: Receiver
) -> None:
    channel = await with_buttons(chatty, "slack")
    alert, alert_id = await tell(chatty, receiver, channel)
    message = receiver.events[-1]
    offered = tokens(message)
    assert list(offered) == ["Acknowledge", "Snooze a day", "Snooze a week", "Check again"]

    answer = await press(chatty, channel, offered["Acknowledge"], message=message)
    assert (answer.status, answer.body) == (200, b"")
    assert receiver.paths[-1] == "hooks.slack.com/actions/T1/2/abc"
    assert receiver.events[-1]["response_type"] == "ephemeral"
    assert alert.taken == 0

    code = last_link(receiver)
    alice = await signed_in(chatty)
    who = (await alice.get(f"/v1/me/chat-codes/{code}")).json()
    assert (who["kind"], who["name"]) == ("slack", "ana")
    assert (await chatty.alice.post("/v1/me/chats", {"code": code})).status == 403, (
        "a key is nobody"
    )
    assert (await alice.post("/v1/me/chats", {"code": code})).status == 204
    assert (await alice.post("/v1/me/chats", {"code": code})).status == 404, "it works once"

    await press(chatty, channel, offered["Acknowledge"], message=message)
    assert (alert.taken, alert.by) == (1, "owner@anchorwatch.local")
    after = receiver.events[-1]
    assert after["replace_original"] is True
    assert "Acknowledged by Owner, <!date^" in str(after["blocks"])
    assert tokens(after) == {}
    [entry] = await journal(chatty, "alert.acknowledged")
    assert entry["actor"] == "owner@anchorwatch.local"
    assert entry["subject"] == f"alert/{alert_id}"
    assert entry["detail"]["chat_person"] == "T1/U1"
    assert entry["detail"]["channel_name"] == "our slack"

    [person] = (await chatty.alice.get("/v1/chat-people")).json()["items"]
    assert (person["name"], person["email"]) == ("ana", "owner@anchorwatch.local")
    gone = await chatty.alice.delete(f"/v1/chat-people/{person['id']}")
    assert gone.status == 204
    await press(chatty, channel, offered["Check again"], message=message)
    assert receiver.events[-1]["response_type"] == "ephemeral"
    assert alert.checks == 0


async def test_what_was_done_is_done_once_however_often_it_is_pressed(
    chatty: House, receiver: Receiver
) -> None:
    channel = await with_buttons(chatty, "discord")
    await chatty.alice.patch(
        f"/v1/channels/{channel['id']}", {"anyone_may_act": True}, if_match="*"
    )
    alert, alert_id = await tell(chatty, receiver, channel)
    assert "with_components=true" in receiver.paths[-1]
    message = receiver.events[-1]
    token = tokens(message)["Check again"]
    first = (await press(chatty, channel, token, message=message)).json()
    assert first["type"] == 7
    assert "3 links are looked at again, asked for by ana" in first["data"]["content"]
    assert "Check again" not in tokens(first)
    again = (await press(chatty, channel, token, message=message)).json()
    assert (again["type"], again["data"]["flags"]) == (4, 64)
    assert "asked for by ana" in again["data"]["content"]
    assert alert.checks == 1
    [entry] = await journal(chatty, "alert.checked")
    assert entry["actor"] == "ana in “our discord” (Discord)"
    assert entry["subject"] == f"alert/{alert_id}"

    alert.is_lost = (
        True  # profile answers that there is none: nothing was done, so it can be tried again
    )
    token = tokens(message)["Acknowledge"]
    refused = (await press(chatty, channel, token, message=message)).json()
    assert "not there any more" in refused["data"]["content"]
    alert.is_lost, alert.state, alert.by = False, "acknowledged", "bob@ours.example"
    late = (await press(chatty, channel, token, message=message)).json()
    assert (late["type"], "already, by bob" in late["data"]["content"]) == (4, True)
    alert.state = "open"
    done = (await press(chatty, channel, token, message=message)).json()
    assert (done["type"], alert.taken) == (7, 1)


async def test_the_role_on_the_site_counts(chatty: House, receiver: Receiver) -> None:
    channel = await with_buttons(chatty, "slack")
    alert, _ = await tell(chatty, receiver, channel)
    message = receiver.events[-1]
    token = tokens(message)["Acknowledge"]
    viewer = await signed_in(chatty, "vera@ours.example", workspace_role="viewer")
    stranger = await signed_in(chatty, "sam@ours.example")
    for browser, words in ((viewer, "role editor"), (stranger, "no such site")):
        await press(chatty, channel, token, message=message)
        code = last_link(receiver)
        assert (await browser.post("/v1/me/chats", {"code": code})).status == 204
        await press(chatty, channel, token, message=message)
        assert words in receiver.events[-1]["text"]
        [mine] = (await browser.get("/v1/me/chats")).json()["items"]
        assert (await browser.delete(f"/v1/me/chats/{mine['id']}")).status == 204
    assert alert.taken == 0


async def test_what_is_put_off_is_told_again_unless_it_ends_before(
    chatty: House, receiver: Receiver
) -> None:
    channel = await with_buttons(chatty, "discord")
    path = f"/v1/channels/{channel['id']}"
    await chatty.alice.patch(path, {"anyone_may_act": True}, if_match="*")
    _, alert_id = await tell(chatty, receiver, channel)
    message = receiver.events[-1]
    said = (await press(chatty, channel, tokens(message)["Snooze a day"], message=message)).json()
    assert "Snoozed by ana" in said["data"]["content"]
    assert set(tokens(said)) == {"Acknowledge", "Check again"}
    await press(chatty, channel, tokens(message)["Snooze a week"], message=message)
    waiting = [one for one in await told(chatty, channel) if one["state"] == "waiting"]
    assert [one["title"] for one in waiting] == ["Still open: 3 links were lost"], "the last counts"

    async with chatty.db.begin() as tx:
        await tx.run("UPDATE notices SET next_at = now() WHERE is_reminder")
    await rest(chatty)
    await in_states(chatty, channel, "delivered", "delivered")
    reminder = receiver.events[-1]
    assert "Still open" in str(reminder["embeds"])
    await press(chatty, channel, tokens(reminder)["Snooze a day"], message=reminder)
    assert len(await told(chatty, channel)) == 3
    await raise_all(chatty, [an_end(chatty, alert_id=alert_id)])
    assert len(await told(chatty, channel)) == 2, "nobody is reminded of what is over"


async def test_an_end_is_not_told_where_the_message_says_it_already(
    chatty: House, receiver: Receiver
) -> None:
    pressed, other = await with_buttons(chatty, "discord"), await a_channel(chatty, "teams")
    path = f"/v1/channels/{pressed['id']}"
    await chatty.alice.patch(path, {"anyone_may_act": True}, if_match="*")
    _, alert_id = await tell(chatty, receiver, pressed)
    token = tokens(receiver.events[-1])["Acknowledge"]
    await press(chatty, pressed, token)
    by_person = an_end(
        chatty, pressed["id"], other["id"], alert_id=alert_id, resolved_by=AlertEnd.PERSON
    )
    await raise_all(chatty, [by_person])
    await in_states(chatty, other, "delivered")
    assert "By ana." in str(receiver.events[-1])
    assert len(await told(chatty, pressed)) == 1


# ---- Telegram ---------------------------------------------------------------------------------------


async def test_telegram_is_told_where_presses_go_and_believed_by_its_secret(
    chatty: House, receiver: Receiver
) -> None:
    receiver.answers = [web.json_response({"ok": False}, status=400)]
    channel = await a_channel(chatty, "telegram")
    path = f"/v1/channels/{channel['id']}/buttons"
    refused = await chatty.alice.put(path, {})
    assert (refused.status, refused.json()["code"]) == (409, "not-taken")
    assert (await chatty.alice.put(path, {})).status == 200
    assert receiver.paths[-1] == f"api.telegram.org/bot{TOKEN}/setWebhook"
    hook = receiver.events[-1]
    assert hook["url"] == f"https://watch.example/chat/telegram/{channel['id']}"
    secret = hook["secret_token"]

    alert, _ = await tell(chatty, receiver, channel)
    sent = receiver.events[-1] | {"message_id": 9, "chat": {"id": -1001234}}
    token = tokens(sent)["Acknowledge"]
    me = ("7", "Ana")
    wrong = await press(chatty, channel, token, who=me, message=sent, secret="wrong")
    assert wrong.status == 401
    toast = (await press(chatty, channel, token, who=me, message=sent, secret=secret)).json()
    assert (toast["method"], toast["show_alert"]) == ("answerCallbackQuery", True)
    assert "/connect" in toast["text"]

    alice = await signed_in(chatty)
    code = (await alice.post("/v1/me/chat-codes")).json()["code"]
    said = {"text": f"/connect {code}", "chat": {"id": 7}, "from": {"id": 7, "first_name": "Ana"}}
    known = (await from_telegram(chatty, channel, {"message": said}, secret)).json()
    assert (known["chat_id"], "is known now" in known["text"]) == (7, True)
    again = (await from_telegram(chatty, channel, {"message": said}, secret)).json()
    assert "was used" in again["text"]

    toast = (await press(chatty, channel, token, who=me, message=sent, secret=secret)).json()
    assert toast["text"].startswith("Acknowledged by Owner, ")
    assert (alert.taken, alert.by) == (1, "owner@anchorwatch.local")
    edit, reply = receiver.events[-2:]
    assert edit["reply_markup"] == {"inline_keyboard": []}
    assert reply["reply_parameters"]["message_id"] == 9
    assert reply["text"].startswith("Acknowledged by Owner, ")

    sibling = await with_buttons(chatty, "telegram", name="sibling")
    assert (await chatty.alice.delete(path)).status == 200
    assert receiver.events[-1]["url"].endswith(sibling["id"]), "the bot tells the other channel now"
    assert (await chatty.alice.delete(f"/v1/channels/{sibling['id']}")).status == 204
    assert receiver.paths[-1].endswith("/deleteWebhook")


# ---- proof ------------------------------------------------------------------------------------------


async def test_nothing_is_believed_without_proof(chatty: House, receiver: Receiver) -> None:
    channel = await with_buttons(chatty, "slack")
    without = await a_channel(chatty, "slack", name="without buttons")
    alert, _ = await tell(chatty, receiver, channel)
    token = tokens(receiver.events[-1])["Acknowledge"]
    await chatty.alice.patch(
        f"/v1/channels/{channel['id']}", {"anyone_may_act": True}, if_match="*"
    )
    before = len(receiver.got)
    for where, secret in (
        (channel, "another"),
        (without, SIGNING),
        ({"kind": "slack", "id": str(new_id())}, SIGNING),
    ):
        answer = await press(chatty, where, token, secret=secret)
        assert (answer.status, answer.json()["code"]) == (401, "unproven")
    assert (await chatty.nobody.post(f"/chat/teams/{channel['id']}", {})).status == 401
    assert (await chatty.nobody.post(f"/chat/fax/{channel['id']}", {})).status == 422
    assert (alert.taken, len(receiver.got)) == (0, before)


async def test_a_button_works_in_channels_of_its_own_app_only(
    chatty: House, receiver: Receiver
) -> None:
    elsewhere = new_id()
    channel = await with_buttons(chatty, "slack")
    await chatty.alice.patch(
        f"/v1/channels/{channel['id']}", {"anyone_may_act": True}, if_match="*"
    )
    alert, _ = await tell(chatty, receiver, channel)
    token = tokens(receiver.events[-1])["Acknowledge"]
    other = await a_channel(chatty, "slack", name="of another app")
    key = {"app_key": "f" * 32}
    await chatty.alice.put(f"/v1/channels/{other['id']}/buttons", key)
    await press(chatty, other, token, secret="f" * 32)
    assert "not one of ours" in receiver.events[-1]["text"]
    sibling = await with_buttons(chatty, "slack", name="of the same app")
    await press(chatty, sibling, token)
    assert alert.taken == 1

    far = await with_buttons(chatty, "slack", name="of another workspace, and the same app")
    await chatty.alice.patch(f"/v1/channels/{far['id']}", {"anyone_may_act": True}, if_match="*")
    there, _ = await tell(chatty, receiver, far)
    theirs = tokens(receiver.events[-1])["Check again"]
    async with chatty.db.begin() as tx:
        await tx.run("INSERT INTO workspaces (workspace_id, name) VALUES ($1, 'Bob')", elsewhere)
        await tx.run(
            "UPDATE channels SET workspace_id = $1 WHERE channel_id = $2", elsewhere, far["id"]
        )
    sites = chatty.profile.sites
    sites[there.site_id] = replace(sites[there.site_id], workspace_id=elsewhere)
    await press(chatty, channel, theirs)
    assert there.checks == 1, "an app has one address, whichever workspace its channels are of"

    stale = Meant(Action.CHECK, acting.claimed_by(token).ref, clock.now() - timedelta(seconds=1))  # type: ignore[union-attr]
    old = acting.token_of(stale, key=derive(SECRET.encode(), "acting"))
    await press(chatty, channel, old)
    assert "too old" in receiver.events[-1]["text"]
    await chatty.alice.patch(f"/v1/channels/{channel['id']}", {"active": False}, if_match="*")
    await press(chatty, sibling, token)
    assert "switched off" in receiver.events[-1]["text"]
    assert (await chatty.alice.delete(f"/v1/channels/{channel['id']}")).status == 204
    await press(chatty, sibling, token)
    assert "too old" in receiver.events[-1]["text"]


async def test_discord_is_answered_when_it_asks_whether_we_are_there(
    chatty: House, receiver: Receiver
) -> None:
    channel = await with_buttons(chatty, "discord")
    body = b'{"type":1,"application_id":"1"}'
    headers = of_discord(body, at=int(clock.now().timestamp()))
    path = f"/chat/discord/{channel['id']}"
    answer = await Http(chatty.app, headers).send("POST", path, body)
    assert (answer.status, answer.json()) == (200, {"type": 1})
    forged = {**headers, "x-signature-ed25519": "0" * 128}
    assert (await Http(chatty.app, forged).send("POST", path, body)).status == 401


async def test_a_chat_cannot_flood_us(chatty: House, receiver: Receiver) -> None:
    channel = await with_buttons(chatty, "slack")
    statuses = [(await press(chatty, channel, "x")).status for _ in range(121)]
    assert statuses == [200] * 120 + [429]


@pytest.mark.parametrize("kind", ["slack", "discord", "teams", "telegram"])
async def test_a_test_shows_that_what_is_pressed_arrives(
    chatty: House, receiver: Receiver, kind: str
) -> None:
    channel = await (a_channel if kind == "teams" else with_buttons)(chatty, kind)
    assert (await shown(chatty, channel))["called_back_at"] is None
    hook = receiver.events[-1] if receiver.got else {}
    await chatty.alice.post(f"/v1/channels/{channel['id']}/tests")
    message = receiver.events[-1]
    token = tokens(message)["It arrives"]
    if kind == "teams":
        page = await chatty.nobody.get(f"/act/{token}")
        assert b"only noted that this press arrived" in page.body
        assert (await shown(chatty, channel))["called_back_at"] is None
        assert b"It arrived" in (await chatty.nobody.post(f"/act/{token}")).body
    else:
        secret = hook.get("secret_token", SIGNING)
        who = ("7", "ana")
        await press(chatty, channel, token, who=who, message=message, secret=secret)
    found = await shown(chatty, channel)
    assert found["called_back_at"] is not None
    by = "an address that was opened" if kind == "teams" else "ana"
    assert found["called_back_by"] == by


# ---- addresses --------------------------------------------------------------------------------------


async def test_opening_an_address_changes_nothing_and_leads_to_the_console(
    chatty: House, receiver: Receiver
) -> None:
    channel = await a_channel(chatty, "teams")
    alert, alert_id = await tell(chatty, receiver, channel)
    offered = tokens(receiver.events[-1])
    token = offered["Acknowledge"]
    for answer in (
        await chatty.nobody.get(f"/act/{token}"),
        await chatty.nobody.post(f"/act/{token}"),
    ):
        assert (answer.status, answer.header("location")) == (303, f"/#/act/{token}")
    assert (await chatty.nobody.get(f"/v1/acts/{token}")).status == 401
    seen = (await chatty.alice.get(f"/v1/acts/{token}")).json()
    assert (seen["label"], seen["title"], seen["done"]) == (
        "Acknowledge",
        "3 links were lost",
        None,
    )
    assert alert.taken == 0

    alice = await signed_in(chatty)
    assert (await alice.post(f"/v1/acts/{token}")).json()["done"] is True
    again = (await alice.post(f"/v1/acts/{token}")).json()
    assert (again["done"], alert.taken) == (False, 1)
    assert again["sentence"].startswith("Acknowledged by Owner, ")
    assert (await alice.get(f"/v1/acts/{token}")).json()["done"] == again["sentence"]
    [entry] = await journal(chatty, "alert.acknowledged")
    assert (entry["detail"]["by"], entry["subject"]) == ("address", f"alert/{alert_id}")

    stranger = await signed_in(chatty, "sam@ours.example")
    assert (await stranger.get(f"/v1/acts/{token}")).status == 404
    viewer = await signed_in(chatty, "vera@ours.example", workspace_role="viewer")
    refused = (await viewer.post(f"/v1/acts/{offered['Check again']}")).json()
    assert (refused["done"], "role editor" in refused["sentence"]) == (False, True)
    assert alert.checks == 0
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "Q"), "x" * 50, "x"):
        assert (await alice.post(f"/v1/acts/{wrong}")).status == 404
        assert (await chatty.nobody.get(f"/act/{wrong}")).status == 404


async def test_where_an_owner_lets_everybody_act_an_address_asks_once_more_and_does_it(
    chatty: House, receiver: Receiver
) -> None:
    channel = await a_channel(chatty, "teams", name="<b>team</b>")
    path = f"/v1/channels/{channel['id']}"
    changed = await chatty.alice.patch(path, {"anyone_may_act": True}, if_match="*")
    assert "Whoever is in the chat may act" in changed.json()["acting"]
    alert, _ = await tell(chatty, receiver, channel)
    token = tokens(receiver.events[-1])["Acknowledge"]
    page = await chatty.nobody.get(f"/act/{token}")
    assert b'<form method="post">' in page.body
    assert alert.taken == 0
    assert b"Acknowledged by Somebody" in (await chatty.nobody.post(f"/act/{token}")).body
    assert alert.by == "Somebody in “<b>team</b>” (Microsoft Teams)"
    assert b"<form" not in (await chatty.nobody.get(f"/act/{token}")).body
    await chatty.nobody.post(f"/act/{token}")
    assert alert.taken == 1
    assert (await chatty.alice.delete(path)).status == 204
    assert (await chatty.nobody.get(f"/act/{token}")).status == 404, "it went with its channel"


# ---- setting up -------------------------------------------------------------------------------------


async def test_the_key_of_an_app_is_sealed_and_never_shown(chatty: House) -> None:
    channel = await with_buttons(chatty, "slack")
    path = f"/v1/channels/{channel['id']}"
    for answer in (await chatty.alice.get(path), await chatty.alice.get(f"{path}/buttons")):
        assert SIGNING not in answer.body.decode()
    where = (await chatty.alice.get(f"{path}/buttons")).json()
    assert where["callback_url"] == f"https://watch.example/chat/slack/{channel['id']}"
    assert "buttons_on" in (await chatty.alice.get("/v1/audit-log")).body.decode()
    async with chatty.db.begin() as tx:
        assert SIGNING not in await tx.fetch_value("SELECT c::text FROM channels c")
    vault = Vault(lambda: ["another master key, also long enough", MASTER_KEY])
    assert await seal_secrets(chatty.db, vault) == 1
    async with chatty.db.begin() as tx:
        kept = await tx.fetch_value("SELECT app_secret FROM channels")
    assert vault.open(kept, bound_to=f"channel-app/{channel['id']}") == SIGNING
    assert await seal_secrets(chatty.db, vault) == 0


async def test_only_owners_switch_buttons_and_only_where_there_can_be_some(
    chatty: House,
) -> None:
    channel = await a_channel(chatty, "teams")
    path = f"/v1/channels/{channel['id']}"
    refused = await chatty.alice.put(f"{path}/buttons", {})
    assert (refused.status, refused.json()["errors"][0]["pointer"]) == (422, "/app_key")
    assert (await chatty.alice.get(f"{path}/buttons")).status == 404
    viewer = await chatty.a_key(workspace_role="viewer", scopes=["events:read", "admin"])
    assert (await viewer.put(f"{path}/buttons", {"app_key": "0" * 32})).status == 403
    assert (await viewer.get("/v1/chat-people")).status == 403
    body = {"name": "x", "kind": "slack", **PLACES["slack"], "buttons": True}
    assert (await chatty.alice.post("/v1/channels", body)).status == 422


# ---- what waits -------------------------------------------------------------------------------------


async def test_what_waits_says_whose_part_is_missing(house: House) -> None:
    found = (await house.alice.get("/v1/approvals")).json()
    missing = [(one["service"], one["code"]) for one in found["degraded"]]
    services = ("profile", "toxicity", "outreach")
    assert missing == [(service, "status-404") for service in services]
    assert (found["items"], found["counts"], found["more"]) == ([], {}, False)
    reader = await house.a_key(scopes=["outreach:read"], workspace_role="viewer")
    asked = (await reader.get("/v1/approvals")).json()["degraded"]
    assert [one["service"] for one in asked] == ["outreach"], "each scope shows its part"
    refused = await house.alice.get("/v1/approvals?kind=everything")
    assert (refused.status, refused.json()["errors"][0]["pointer"]) == (422, "/query/kind")
