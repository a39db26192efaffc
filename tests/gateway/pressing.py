"""Channels whose messages can be acted on, and presses as each provider would tell us of them."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson

from shared import clock
from shared.ids import new_id
from shared.wire import Answer
from tests.gateway.chats import a_channel, an_alert, in_states, raise_all
from tests.gateway.conftest import FakeAlert, House
from tests.gateway.receiver import Receiver
from tests.gateway.test_presses import APP, PUBLIC, of_discord, of_slack
from tests.http import Http

SIGNING = "0123456789abcdef" * 2
_KEYS: dict[str, dict[str, str]] = {
    "slack": {"app_key": SIGNING},
    "discord": {"app_key": PUBLIC},
    "telegram": {},
}


async def with_buttons(house: House, kind: str, **given: Any) -> dict[str, Any]:
    channel = await a_channel(house, kind, **given)
    path = f"/v1/channels/{channel['id']}/buttons"
    answer = await house.alice.put(path, _KEYS[kind])
    assert answer.status == 200, answer.body
    assert answer.json()["buttons"] is True
    return channel


async def tell(house: House, receiver: Receiver, channel: dict[str, Any]) -> tuple[FakeAlert, UUID]:
    """Have an alert told in a channel; returns it as profile has it, and its id."""
    alert = FakeAlert(await house.a_site())
    event = an_alert(
        house, channel["id"], site_id=alert.site_id, link_ids=(new_id(),), title="3 links were lost"
    )
    house.profile.alerts[event.alert_id] = alert
    before = len(receiver.got)
    await raise_all(house, [event])
    await in_states(house, channel, "delivered")
    assert len(receiver.got) == before + 1
    return alert, event.alert_id


def tokens(message: Any) -> dict[str, str]:
    """Return what a message offers, by label, in whatever form."""
    if isinstance(message, list):
        return {label: token for one in message for label, token in tokens(one).items()}
    if not isinstance(message, dict):
        return {}
    found = tokens(list(message.values()))
    token = message.get("custom_id") or message.get("callback_data") or message.get("value")
    if message.get("type") == "Action.OpenUrl":
        _, _, token = message["url"].partition("/act/")
    label = message.get("label") or message.get("title") or message.get("text")
    label = label["text"] if isinstance(label, dict) else label
    return found | ({label: token} if token and label else {})


async def press(
    house: House,
    channel: dict[str, Any],
    token: str,
    *,
    who: tuple[str, str] = ("U1", "ana"),
    message: dict[str, Any] | None = None,
    secret: str = SIGNING,
) -> Answer:
    """Press a button as the provider of the channel would tell us."""
    path = f"/chat/{channel['kind']}/{channel['id']}"
    user_id, name = who
    now_s = int(clock.now().timestamp())
    payload: dict[str, Any]
    if channel["kind"] == "slack":
        payload = {
            "type": "block_actions",
            "team": {"id": "T1"},
            "user": {"id": user_id, "name": name},
            "response_url": "https://hooks.slack.com/actions/T1/2/abc",
            "actions": [{"value": token}],
            "message": message or {},
        }
        body = urlencode({"payload": orjson.dumps(payload).decode()}).encode()
        headers = of_slack(body, secret=secret, at=now_s)
        return await Http(house.app, headers).send("POST", path, body)
    if channel["kind"] == "discord":
        user = {"user": {"id": user_id, "username": name}}
        payload = {"type": 3, "data": {"custom_id": token}, "member": user, "message": message}
        body = orjson.dumps(payload)
        headers = of_discord(body, key=APP, at=now_s)
        return await Http(house.app, headers).send("POST", path, body)
    sender = {"id": int(user_id), "first_name": name}
    query = {"id": "q1", "from": sender, "data": token, "message": message or {}}
    return await from_telegram(house, channel, {"callback_query": query}, secret)


async def from_telegram(
    house: House, channel: dict[str, Any], update: dict[str, Any], secret: str
) -> Answer:
    headers = {"x-telegram-bot-api-secret-token": secret}
    path = f"/chat/telegram/{channel['id']}"
    return await Http(house.app, headers).send("POST", path, orjson.dumps(update))


async def signed_in(house: House, email: str = "", **role: Any) -> Http:
    """Return the browser of a person: Alice, or somebody new."""
    token = house.login_token
    if email:
        user = (await house.alice.post("/v1/users", {"email": email, **role})).json()
        link = (await house.alice.post(f"/v1/users/{user['id']}/login-links")).json()
        token = link["path"].partition("token=")[2]
    answer = await house.nobody.get(f"/login?token={token}")
    cookie = (answer.header("set-cookie") or "").partition(";")[0]
    return house.nobody.sending(cookie=cookie, x_anchorwatch_console="1")


async def journal(house: House, action: str) -> list[dict[str, Any]]:
    found = await house.alice.get(f"/v1/audit-log?action={action}")
    items: list[dict[str, Any]] = found.json()["items"]
    return items


def last_link(receiver: Receiver) -> str:
    """Return the end of the link by which somebody in a chat says who they are."""
    text: str = receiver.events[-1]["text"]
    return text.partition("/#/connect/")[2].partition("|")[0]
