"""Presses in Slack: signed with the app's signing secret, answered at an address of Slack's.

https://docs.slack.dev/authentication/verifying-requests-from-slack/ and
https://docs.slack.dev/interactivity/handling-user-interaction/
"""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from services.gateway.domain.acting import Meant, Said, is_left
from services.gateway.domain.forms.slack import ABOUT, escaped
from services.gateway.domain.presses.press import (
    Heard,
    Press,
    is_recent,
    items,
    json_of,
    part,
    person_of,
    text,
)

_ANSWERS = re.compile(r"https://hooks\.slack\.com/[A-Za-z0-9/_-]{1,200}")
_MOST_SAID = 6


def is_proven(headers: Mapping[str, str], body: bytes, *, secret: str, now_s: float) -> bool:
    """Say whether Slack sent this just now; `body` is what came, byte for byte."""
    stamp = headers.get("x-slack-request-timestamp", "")
    if not is_recent(stamp, now_s=now_s):
        return False
    signed = b"v0:" + stamp.encode() + b":" + body
    wanted = "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    given = headers.get("x-slack-signature", "")
    return hmac.compare_digest(wanted.encode(), given.encode(errors="replace"))


def heard(body: bytes) -> Heard:
    """Return the press that a request tells of."""
    try:
        form = parse_qs(body.decode(), max_num_fields=10)
    except ValueError:
        return None
    payload = json_of(form.get("payload", [""])[0])
    pressed = next(iter(items(payload, "actions")), {})
    user = part(payload, "user")
    answer_url = text(payload, "response_url")
    token, user_id = text(pressed, "value"), text(user, "id")
    if payload.get("type") != "block_actions" or not token or not user_id:
        return None
    return Press(
        token,
        person_of(f"{text(part(payload, 'team'), 'id')}/{user_id}", text(user, "name", "username")),
        answer_url=answer_url if _ANSWERS.fullmatch(answer_url) else None,
        message=part(payload, "message"),
    )


def done(message: Mapping[str, Any], meant: Meant, said: Said) -> dict[str, Any]:
    """Return what the message becomes: without what was done, and with who did it beside the alert."""
    ref = meant.ref.hex
    blocks = [block for one in items(message, "blocks") for block in _after(one, meant, said)]
    if not any(block.get("block_id") == f"{ABOUT}{ref}" for block in blocks):
        return {"response_type": "in_channel", "replace_original": False, "text": written(said)}
    shown = text(message, "text")
    return {"replace_original": True, "text": shown, "mrkdwn": False, "blocks": blocks}


def only_for_you(said: Said, link: tuple[str, str] | None) -> dict[str, Any]:
    """Return an answer that nobody else sees; `link` is an address and what it says."""
    more = "" if link is None else f" <{escaped(link[0])}|{escaped(link[1])}>"
    return {
        "response_type": "ephemeral",
        "replace_original": False,
        "text": f"{written(said)}{more}",
    }


def written(said: Said) -> str:
    """Return a sentence whose times Slack shows by each reader's clock."""
    return "".join(escaped(one) if isinstance(one, str) else _moment(one) for one in said)


def _moment(at: datetime) -> str:
    shown = f"{at:%-d %b, %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{shown}>"


def _after(block: Mapping[str, Any], meant: Meant, said: Said) -> Iterator[dict[str, Any]]:
    if block.get("block_id") == f"{ABOUT}{meant.ref.hex}":
        line = {"type": "mrkdwn", "text": written(said), "verbatim": True}
        yield {**block, "elements": [*items(block, "elements")[:_MOST_SAID], line]}
    elif block.get("type") == "actions":
        left = [one for one in items(block, "elements") if is_left(text(one, "value"), meant)]
        if left:
            yield {**block, "elements": left}
    else:
        yield dict(block)
