"""Channels: where a team is told of alerts, which addresses they may have, and what an answer means; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

import orjson

from services.gateway.domain.attempts import Attempt
from shared.errors import FieldError, InvalidError
from shared.waits import MAX_RETRY_AFTER_S

MAX_EMAILS = 20
REST_OF_CHATS_S = 5
"""Between two messages, so that a crawl that finds much floods nobody; Telegram takes 20 in a minute."""
REST_OF_MAIL_S = 60


class Kind(StrEnum):
    """Who brings the messages."""

    EMAIL = "email"
    SLACK = "slack"
    TEAMS = "teams"
    DISCORD = "discord"
    TELEGRAM = "telegram"


# The whole text, in ASCII: two parsers that read an address differently would be a way around the hosts.
_ADDRESSES: Mapping[Kind, re.Pattern[str]] = {
    Kind.SLACK: re.compile(r"https://hooks\.slack\.com/services/[A-Za-z0-9/_-]{1,200}"),
    Kind.TEAMS: re.compile(
        r"https://(?:[A-Za-z0-9-]{1,63}\.){1,8}"
        r"(?:webhook\.office|logic\.azure|powerplatform)\.com(?::443)?"
        r"/[A-Za-z0-9/_.~%&=?:+,;@!$'()*-]{1,1500}"
    ),
    Kind.DISCORD: re.compile(
        r"https://(?:discord|discordapp)\.com/api/(?:v[0-9]{1,2}/)?webhooks/[0-9]{1,25}"
        r"/[A-Za-z0-9_-]{1,200}(?:\?thread_id=[0-9]{1,25})?"
    ),
}
_TOKEN = re.compile(r"[0-9]{5,20}:[A-Za-z0-9_-]{20,100}")
_CHAT = re.compile(r"-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,31}")
_FIXES: Mapping[Kind, str] = {
    Kind.EMAIL: "E-mail has no address of its own, only people; leave it out.",
    Kind.SLACK: "Give the address of an incoming webhook: https://hooks.slack.com/services/...",
    Kind.TEAMS: "Give the address that the workflow shows: https://...logic.azure.com/... or "
    "https://...powerplatform.com/...",
    Kind.DISCORD: "Give the address of a webhook of the channel: https://discord.com/api/webhooks/...",
    Kind.TELEGRAM: "Give the token of the bot, as @BotFather shows it: digits, a colon, letters.",
}
_CHAT_FIX = "Give the number of the chat, such as -1001234567890, or @name of a public channel."
_EMAILS_FIX = f"Give the e-mail addresses of 1 to {MAX_EMAILS} people of the workspace."

PRESSABLE = frozenset({Kind.SLACK, Kind.DISCORD, Kind.TELEGRAM})
"""Those that can tell us what was pressed."""
_APP_KEYS: Mapping[Kind, re.Pattern[str]] = {
    Kind.SLACK: re.compile(r"[0-9a-f]{32,64}"),
    Kind.DISCORD: re.compile(r"[0-9a-f]{64}"),
}
_APP_KEY_FIXES: Mapping[Kind, str] = {
    Kind.SLACK: "Give the signing secret of the app, from its Basic Information: 32 digits and letters a to f.",
    Kind.DISCORD: "Give the public key of the application, from its General Information: 64 digits and letters"
    " a to f.",
    Kind.TELEGRAM: "Telegram needs no key; leave it out.",
}
_NO_BUTTONS: Mapping[Kind, str] = {
    Kind.TEAMS: "A workflow of Teams cannot tell us what is pressed.",
    Kind.EMAIL: "A mail cannot tell us what is pressed.",
}

_NOT_THERE = "its address is not valid any more; make a new one"
_GONE: Mapping[Kind, Mapping[int, str]] = {
    Kind.EMAIL: {},
    # https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors
    Kind.SLACK: {404: _NOT_THERE, 410: "the channel in Slack is archived"},
    Kind.TEAMS: {404: _NOT_THERE, 410: _NOT_THERE},
    Kind.DISCORD: {401: _NOT_THERE, 404: _NOT_THERE, 410: _NOT_THERE},
    # https://core.telegram.org/bots/api#making-requests
    Kind.TELEGRAM: {
        401: "the token of the bot is not valid any more; give the new one",
        403: "the bot was taken out of the chat, or blocked",
        404: "there is no bot with this token",
    },
}

_HINTS: Mapping[tuple[Kind, int], str] = {
    (Kind.TELEGRAM, 400): "is the number of the chat right, and the bot in it?",
    (Kind.DISCORD, 400): "does the application whose key was given own the webhook?",
}


def secret_of(kind: Kind, address: str) -> str:
    """Return the whole address that messages go to; InvalidError if it is none of its kind.

    Only the provider's own hosts are taken. Nothing of what was given is repeated: it holds a secret.
    """
    if kind is Kind.TELEGRAM:
        _require(_TOKEN.fullmatch(address) is not None, "/address", _FIXES[kind])
        return f"https://api.telegram.org/bot{address}/sendMessage"
    known = _ADDRESSES.get(kind)
    is_right = known is not None and known.fullmatch(address) is not None
    _require(is_right, "/address", _FIXES[kind])
    return address


def require_parts(kind: Kind, address: str | None, chat: str | None, emails: Sequence[str]) -> None:
    """Raise InvalidError unless all is there that a channel of this kind needs, and nothing else."""
    _require((address is None) == (kind is Kind.EMAIL), "/address", _FIXES[kind])
    require_chat(kind, chat)
    require_emails(kind, emails)


def require_chat(kind: Kind, chat: str | None) -> None:
    if kind is Kind.TELEGRAM:
        _require(_CHAT.fullmatch(chat or "") is not None, "/chat", _CHAT_FIX)
    else:
        _require(chat is None, "/chat", "Only Telegram has chats; leave it out.")


def require_emails(kind: Kind, emails: Sequence[str]) -> None:
    if kind is Kind.EMAIL:
        _require(1 <= len(emails) <= MAX_EMAILS, "/emails", _EMAILS_FIX)
    else:
        _require(not emails, "/emails", "Only e-mail goes to people; leave it out.")


def _require(is_right: bool, pointer: str, fix: str) -> None:
    if not is_right:
        fault = FieldError(pointer, "not-allowed", fix)
        raise InvalidError(f"This cannot be used. {fix}", [fault])


def require_app_key(kind: Kind, key: str | None) -> None:
    """Raise InvalidError unless this is what proves that a press in a chat of this kind is one."""
    if kind not in PRESSABLE:
        detail = f"{_NO_BUTTONS[kind]} What can be done stands in its messages as addresses."
        raise InvalidError(detail, [FieldError("/app_key", "not-allowed", detail)])
    shape = _APP_KEYS.get(kind)
    is_right = key is None if shape is None else shape.fullmatch(key or "") is not None
    _require(is_right, "/app_key", _APP_KEY_FIXES[kind])


def judged(kind: Kind, attempt: Attempt, answer: bytes) -> Attempt:
    """Return an attempt as the provider means its answer."""
    if attempt.status is None:
        return attempt
    asked_s = _asked_s(answer) if kind is Kind.TELEGRAM and attempt.status == 429 else 0.0
    return replace(
        attempt,
        gone=_GONE[kind].get(attempt.status),
        trouble=_HINTS.get((kind, attempt.status)),
        retry_after_s=max(attempt.retry_after_s, asked_s),
    )


def _asked_s(answer: bytes) -> float:
    """Return `parameters.retry_after` of an answer of Telegram, 0 if it says nothing of the kind."""
    try:
        found = orjson.loads(answer)["parameters"]["retry_after"]
    except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
        return 0.0
    is_number = isinstance(found, int) and not isinstance(found, bool)
    return min(float(found), MAX_RETRY_AFTER_S) if is_number and found > 0 else 0.0
