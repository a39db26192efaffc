"""What chats send back: believed only as its provider signed it, just now, and read without ever failing."""

import base64
import hashlib
import hmac
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain import acting
from services.gateway.domain.acting import Action, Meant, Offering, is_left, meant_by, token_of
from services.gateway.domain.channels import Kind, require_app_key
from services.gateway.domain.forms import discord as discord_form
from services.gateway.domain.forms import slack as slack_form
from services.gateway.domain.forms import teams as teams_form
from services.gateway.domain.forms import telegram as telegram_form
from services.gateway.domain.messages import Message, message_of
from services.gateway.domain.notices import Notice
from services.gateway.domain.presses import discord, slack, telegram
from services.gateway.domain.presses.press import Code, Ping, Press
from services.gateway.domain.texts import width
from shared.errors import InvalidError
from shared.ids import new_id
from shared.vocabulary import AlertSeverity
from tests.gateway.test_forms import BASE, notices

KEY = b"a key of the tests"
NOW = datetime(2026, 11, 30, 14, 2, tzinfo=UTC)
NOW_S = int(NOW.timestamp())
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
APP = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = APP.public_key().public_bytes_raw().hex()

bodies = st.one_of(st.binary(max_size=300), st.just(b'{"type":1}'), st.just(b"payload=%7B%7D"))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def of_slack(body: bytes, *, secret: str = SECRET, at: int = NOW_S) -> dict[str, str]:
    tag = hmac.new(secret.encode(), b"v0:%d:" % at + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": str(at), "x-slack-signature": f"v0={tag}"}


def of_discord(body: bytes, *, key: Ed25519PrivateKey = APP, at: int = NOW_S) -> dict[str, str]:
    signature = key.sign(str(at).encode() + body).hex()
    return {"x-signature-timestamp": str(at), "x-signature-ed25519": signature}


def is_slack(headers: Mapping[str, str], body: bytes) -> bool:
    return slack.is_proven(headers, body, secret=SECRET, now_s=NOW_S)


def is_discord(headers: Mapping[str, str], body: bytes) -> bool:
    return discord.is_proven(headers, body, secret=PUBLIC, now_s=NOW_S)


SIGNED: list[tuple[Callable[..., dict[str, str]], Callable[..., bool]]] = [
    (of_slack, is_slack),
    (of_discord, is_discord),
]


# ---- who sent it ------------------------------------------------------------------------------------


def test_the_example_of_slack_itself_is_proven() -> None:
    # https://docs.slack.dev/authentication/verifying-requests-from-slack/
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    tag = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    headers = {"x-slack-request-timestamp": "1531420618", "x-slack-signature": tag}
    secret = "8f742231b10e8888abcd99yyyzzz85a5"
    assert slack.is_proven(headers, body, secret=secret, now_s=1531420618)


@pytest.mark.parametrize(("sign", "is_proven"), SIGNED)
@given(body=bodies, late=st.integers(min_value=-300, max_value=300))
def test_what_the_provider_signed_just_now_is_proven(
    sign: Callable[..., dict[str, str]], is_proven: Callable[..., bool], body: bytes, late: int
) -> None:
    assert is_proven(sign(body, at=NOW_S + late), body)


@pytest.mark.parametrize(("sign", "is_proven"), SIGNED)
@given(body=bodies, late=st.integers(min_value=301, max_value=10**9), is_past=st.booleans())
def test_what_was_signed_at_another_time_is_not(
    sign: Callable[..., dict[str, str]],
    is_proven: Callable[..., bool],
    body: bytes,
    late: int,
    is_past: bool,
) -> None:
    at = NOW_S - late if is_past else NOW_S + late
    assert not is_proven(sign(body, at=at), body)
    told = sign(body, at=at)
    stamp = next(name for name in told if "timestamp" in name)
    assert not is_proven({**told, stamp: str(NOW_S)}, body), "the time is signed, too"


@pytest.mark.parametrize(("sign", "is_proven"), SIGNED)
@given(body=st.binary(min_size=1, max_size=200), seed=st.integers(min_value=0))
def test_one_changed_bit_of_the_body_or_the_signature_is_seen(
    sign: Callable[..., dict[str, str]], is_proven: Callable[..., bool], body: bytes, seed: int
) -> None:
    luck = random.Random(seed)
    headers = sign(body)
    changed = bytearray(body)
    changed[luck.randrange(len(body))] ^= 1 << luck.randrange(8)
    assert not is_proven(headers, bytes(changed))
    name = next(one for one in headers if "timestamp" not in one)
    text = headers[name]
    at = luck.randrange(3, len(text))
    other = luck.choice([one for one in "0123456789abcdefg" if one != text[at]])
    assert not is_proven({**headers, name: text[:at] + other + text[at + 1 :]}, body)


@given(body=bodies)
def test_another_key_proves_nothing(body: bytes) -> None:
    assert not is_slack(of_slack(body, secret="another"), body)
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert not is_discord(of_discord(body, key=other), body)
    for secret in ("", "zz", "00" * 32, PUBLIC[:-2]):
        assert not discord.is_proven(of_discord(body), body, secret=secret, now_s=NOW_S)


@given(
    body=bodies,
    headers=st.dictionaries(
        st.sampled_from(
            [
                *("x-slack-request-timestamp", "x-slack-signature", "x-signature-timestamp"),
                *("x-signature-ed25519", "x-telegram-bot-api-secret-token"),
            ]
        ),
        st.text(max_size=140) | st.sampled_from([str(NOW_S), "v0=", "-1", "٣", "1e9", "0" * 128]),
    ),
)
def test_whatever_strangers_send_is_refused_without_a_fault(
    body: bytes, headers: dict[str, str]
) -> None:
    assert not is_slack(headers, body)
    assert not is_discord(headers, body)
    assert not telegram.is_proven(headers, body, secret="s" * 43, now_s=NOW_S)


def test_telegram_repeats_the_secret_that_it_was_given() -> None:
    headers = {"x-telegram-bot-api-secret-token": "right"}
    assert telegram.is_proven(headers, b"", secret="right", now_s=0)
    assert not telegram.is_proven(headers, b"", secret="righT", now_s=0)
    assert not telegram.is_proven({}, b"", secret="right", now_s=0)


# ---- what it says -----------------------------------------------------------------------------------


@given(st.binary(max_size=300), json_values)
def test_of_whatever_a_provider_sends_only_what_is_whole_is_acted_on(
    raw: bytes, value: Any
) -> None:
    as_json = orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_SUBCLASS) if _fits(value) else b"{}"
    bodies = [raw, as_json, urlencode({"payload": as_json.decode()}).encode()]
    bodies += [
        b'{"type":3,"%s":%s}' % (shell, as_json)
        for shell in (b"callback_query", b"message", b"actions", b"data", b"member")
    ]
    for heard in (slack.heard, discord.heard, telegram.heard):
        for body in bodies:
            found = heard(body)
            assert found is None or isinstance(found, (Press, Code, Ping))
            if isinstance(found, Press):
                assert found.token
                assert found.person.person_id


def _fits(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except (TypeError, ValueError):
        return False
    return True


def a_payload(token: str, **given: Any) -> bytes:
    payload = {
        "type": "block_actions",
        "user": {"id": "U1", "name": "ana"},
        "team": {"id": "T1"},
        "response_url": "https://hooks.slack.com/actions/T1/2/abc",
        "actions": [{"action_id": "acknowledge", "value": token}],
        "message": {"text": "x", "blocks": []},
        **given,
    }
    return urlencode({"payload": orjson.dumps(payload).decode()}).encode()


def test_a_press_in_slack_is_read_and_answered_at_slack_only() -> None:
    press = slack.heard(a_payload("tok"))
    assert isinstance(press, Press)
    assert (press.token, press.person.person_id, press.person.name) == ("tok", "T1/U1", "ana")
    assert press.answer_url == "https://hooks.slack.com/actions/T1/2/abc"
    for strange in (
        "https://hooks.slack.com.evil.example/actions/x",
        "https://hooks.slack.com@evil.example/x",
        "http://hooks.slack.com/actions/x",
        "https://hooks.slack.com/a?b#c",
        "https://hooks.slack.com:8443/actions/x",
    ):
        press = slack.heard(a_payload("tok", response_url=strange))
        assert isinstance(press, Press)
        assert press.answer_url is None, strange


def test_what_is_no_press_is_nothing() -> None:
    assert slack.heard(a_payload("tok", type="view_submission")) is None
    assert slack.heard(a_payload("")) is None
    assert discord.heard(b'{"type":2,"data":{"custom_id":"x"},"user":{"id":"1"}}') is None
    assert isinstance(discord.heard(b'{"type":1}'), Ping)
    robot = {"from": {"id": 1, "is_bot": True}, "data": "x", "id": "q"}
    assert telegram.heard(orjson.dumps({"callback_query": robot})) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("/connect abcDEF123456", "abcDEF123456"),
        ("/connect@our_bot abcDEF123456 ", "abcDEF123456"),
        ("/start abcDEF123456", "abcDEF123456"),
        ("connect abcDEF123456", None),
        ("/connect", None),
        ("say /connect abc", None),
    ],
)
def test_a_code_is_read_where_the_command_says_so(text: str, code: str | None) -> None:
    message = {"text": text, "chat": {"id": -5}, "from": {"id": 7, "first_name": "Ana"}}
    found = telegram.heard(orjson.dumps({"message": message}))
    assert (found.code if isinstance(found, Code) else None) == code


# ---- tokens -----------------------------------------------------------------------------------------

meanings = st.builds(
    Meant,
    st.sampled_from(Action),
    st.uuids(),
    st.integers(0, 2**32 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)


@given(meanings, st.text(max_size=80))
def test_a_token_means_what_it_was_made_for_and_only_with_our_key(
    meant: Meant, strange: str
) -> None:
    token = token_of(meant, key=KEY)
    assert len(token) == 50
    assert meant_by(token, key=KEY) == meant
    assert meant_by(token, key=b"another") is None
    assert meant_by(strange, key=KEY) is None


@given(meanings, st.integers(min_value=0, max_value=36), st.integers(min_value=0, max_value=7))
def test_one_changed_bit_of_a_token_makes_it_nobodys(meant: Meant, at: int, bit: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(token_of(meant, key=KEY) + "=="))
    raw[at] ^= 1 << bit
    changed = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert meant_by(changed, key=KEY) is None


def test_a_token_has_one_spelling() -> None:
    token = token_of(Meant(Action.CHECK, UUID(int=5), NOW), key=KEY)
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [f"{token[:-1]}{one}" for one in last if one != token[-1]]
    assert all(meant_by(other, key=KEY) is None for other in (*others, f"{token}=", f" {token}"))


def test_what_was_done_is_not_offered_again() -> None:
    ref, other = new_id(), new_id()
    tokens = {one: token_of(Meant(one, ref, NOW), key=KEY) for one in Action}

    def left(done: Action) -> set[Action]:
        return {one for one, token in tokens.items() if is_left(token, Meant(done, ref, NOW))}

    assert left(Action.ACKNOWLEDGE) == set()
    assert left(Action.SNOOZE_DAY) == {Action.ACKNOWLEDGE, Action.CHECK, Action.TRIAL}
    assert left(Action.CHECK) == set(Action) - {Action.CHECK}
    assert is_left(tokens[Action.CHECK], Meant(Action.ACKNOWLEDGE, other, NOW))
    assert is_left("no token of ours", Meant(Action.ACKNOWLEDGE, ref, NOW))


# ---- messages that offer something ------------------------------------------------------------------


def offering(*, is_pressed: bool, base: str = BASE) -> Offering:
    return Offering(KEY, base, NOW, is_pressed)


def told(found: list[Notice], *, is_pressed: bool) -> Message:
    with_links = [replace(one, has_links=True, can_act=not one.is_over) for one in found]
    return message_of(with_links, base=BASE, offering=offering(is_pressed=is_pressed))


@given(notices, st.booleans())
def test_no_form_gets_more_than_its_provider_takes(found: list[Notice], is_pressed: bool) -> None:
    message = told(found, is_pressed=is_pressed)
    blocks = slack_form.body_of(message)["blocks"]
    assert len(blocks) <= 50
    for block in blocks:
        for one in block["elements"] if block["type"] == "actions" else ():
            assert len(one["value"]) <= 2_000
            assert len(one["text"]["text"]) <= 75
    assert len(orjson.dumps(teams_form.body_of(message))) < 28_000
    rows = discord_form.body_of(message).get("components", [])
    assert len(rows) <= 5
    for row in rows:
        assert 1 <= len(row["components"]) <= 5
        assert all(len(one.get("custom_id", "")) <= 100 for one in row["components"])
    in_telegram = telegram_form.body_of(message, "1")
    keyboard = in_telegram.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [one for row in keyboard for one in row]
    assert len(buttons) <= 100
    assert all(len(one["callback_data"].encode()) <= 64 for one in buttons)
    text = in_telegram["text"]
    assert width(_without_tags(text)) <= 4_096


def _without_tags(text: str) -> str:
    parts = text.replace("<b>", "").replace("</b>", "").replace("</a>", "").split('<a href="')
    return parts[0] + "".join(part.partition('">')[2] for part in parts[1:])


def a_notice(title: str = "3 links were lost", **given: Any) -> Notice:
    fields: dict[str, Any] = {"is_over": False, "has_links": True, "can_act": True, **given}
    severity = AlertSeverity.WARNING
    return Notice(
        new_id(),
        new_id(),
        None,
        severity,
        title=title,
        sentences=(),
        path="/a",
        attempts=1,
        **fields,
    )


def test_what_is_over_offers_nothing_and_only_links_are_looked_at_again() -> None:
    over = message_of(
        [a_notice(is_over=True, can_act=False)], base=BASE, offering=offering(is_pressed=True)
    )
    assert over.items[0].offers == ()
    plain = message_of([a_notice(has_links=False)], base=BASE, offering=offering(is_pressed=True))
    assert Action.CHECK not in {one.action for one in plain.items[0].offers}
    mail = message_of([a_notice()], base=BASE)
    assert mail.items[0].offers == ()


def test_several_alerts_are_told_apart_by_number_where_their_buttons_stand_below() -> None:
    found = [a_notice("First"), a_notice("Second")]
    message = message_of(found, base=BASE, offering=offering(is_pressed=True))
    body = telegram_form.body_of(message, "1")
    assert "<b>1. First</b>" in body["text"]
    labels = [one["text"] for row in body["reply_markup"]["inline_keyboard"] for one in row]
    assert labels[:3] == ["1. Acknowledge", "1. Snooze a day", "1. Check again"]
    assert labels[3] == "2. Acknowledge"
    [first, _] = discord_form.body_of(message)["components"]
    assert first["components"][0]["label"] == "1. Acknowledge"


def test_discord_is_not_given_an_address_that_it_may_refuse() -> None:
    local = offering(is_pressed=False, base="http://127.0.0.1:8080")
    body = discord_form.body_of(message_of([a_notice()], base=local.base, offering=local))
    assert "components" not in body


def test_after_a_press_the_message_says_who_did_it() -> None:
    found = [a_notice("First <b>"), a_notice("Second")]
    message = message_of(found, base=BASE, offering=offering(is_pressed=True))
    meant = Meant(Action.ACKNOWLEDGE, found[0].notice_id, NOW)
    said = acting.acknowledged("Ana & <!here>", NOW)

    before = slack_form.body_of(message)
    after = slack.done(before, meant, said)
    assert after["replace_original"] is True
    acts = [one for one in after["blocks"] if one["type"] == "actions"]
    assert len(acts) == 1, "the buttons of the other alert stay"
    [line] = [
        one for block in after["blocks"] for one in block.get("elements", []) if "Ana" in str(one)
    ]
    assert line["text"].startswith("Acknowledged by Ana &amp; &lt;!here&gt;, <!date^")

    kept = discord.done(discord_form.body_of(message), meant, said)
    assert len(kept["data"]["components"]) == 1
    assert f"<t:{NOW_S}:f>" in kept["data"]["content"]
    assert kept["data"]["allowed_mentions"] == {"parse": []}

    shown = telegram_form.body_of(message, "1") | {"message_id": 9, "chat": {"id": -5}}
    [(edit, markup), (say, reply)] = telegram.after(shown, meant, said)
    assert (edit, say) == ("editMessageReplyMarkup", "sendMessage")
    assert len(markup["reply_markup"]["inline_keyboard"]) == 1
    assert "Ana &amp; &lt;!here&gt;, 30 Nov, 14:02 UTC" in reply["text"]


@given(json_values, json_values)
def test_a_message_in_whatever_form_gets_an_answer_that_the_chat_takes(
    one: Any, other: Any
) -> None:
    meant = Meant(Action.ACKNOWLEDGE, UUID(int=1), NOW)
    said = acting.acknowledged("Ana", NOW)
    message = {"blocks": one, "components": one, "content": other, "text": other, "chat": other}
    message |= {"reply_markup": {"inline_keyboard": one}, "message_id": 1}
    in_slack = slack.done(message, meant, said)
    assert in_slack.get("blocks") or "Ana" in in_slack["text"]
    in_discord = discord.done(message, meant, said)
    assert len(in_discord["data"]["content"]) <= 2000
    assert in_discord["data"]["allowed_mentions"] == {"parse": []}
    methods = [method for method, _ in telegram.after(message, meant, said)]
    assert methods in ([], ["editMessageReplyMarkup", "sendMessage"])


# ---- keys -------------------------------------------------------------------------------------------


def test_only_what_a_provider_gives_is_taken_as_its_key() -> None:
    require_app_key(Kind.SLACK, "0123456789abcdef" * 2)
    require_app_key(Kind.DISCORD, PUBLIC)
    require_app_key(Kind.TELEGRAM, None)
    for kind, key in (
        (Kind.SLACK, None),
        (Kind.SLACK, "xoxb-1"),
        (Kind.DISCORD, "0" * 63),
        (Kind.TELEGRAM, "x"),
        (Kind.TEAMS, None),
        (Kind.EMAIL, None),
    ):
        with pytest.raises(InvalidError) as refused:
            require_app_key(kind, key)
        assert refused.value.errors[0].pointer == "/app_key"


def test_a_snooze_says_until_when() -> None:
    said = acting.snoozed("Ana", NOW + timedelta(days=1))
    assert acting.plainly(said) == (
        "Snoozed by Ana: told again 1 Dec, 14:02 UTC if it is still open then."
    )
    assert acting.plainly(acting.checking("Ana", NOW, 1)).startswith("1 link is looked at again")
