"""Presses in Discord: signed with the application's Ed25519 key, answered in the answer itself.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import re
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.gateway.domain.acting import Meant, Said, is_left
from services.gateway.domain.forms.discord import escaped
from services.gateway.domain.presses.press import (
    Heard,
    Ping,
    Press,
    is_recent,
    items,
    json_of,
    part,
    person_of,
    text,
)

PONG = {"type": 1}
_PING, _COMPONENT = 1, 3
_SAY, _UPDATE = 4, 7
_ONLY_FOR_YOU = 64
_CONTENT = 2_000
_SIGNATURE = re.compile(r"[0-9a-f]{128}")


def is_proven(headers: Mapping[str, str], body: bytes, *, secret: str, now_s: float) -> bool:
    """Say whether Discord sent this just now; the `secret` is the public key of the application."""
    stamp = headers.get("x-signature-timestamp", "")
    signature = headers.get("x-signature-ed25519", "")
    if not is_recent(stamp, now_s=now_s) or _SIGNATURE.fullmatch(signature) is None:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(secret))
        key.verify(bytes.fromhex(signature), stamp.encode() + body)
    except (InvalidSignature, ValueError):
        return False
    return True


def heard(body: bytes) -> Heard:
    """Return the press that a request tells of."""
    payload = json_of(body)
    if payload.get("type") == _PING:
        return Ping()
    user = part(payload, "member", "user") or part(payload, "user")
    token, user_id = text(part(payload, "data"), "custom_id"), text(user, "id")
    if payload.get("type") != _COMPONENT or not token or not user_id:
        return None
    person = person_of(user_id, text(user, "global_name", "username"))
    return Press(token, person, message=part(payload, "message"))


def done(message: Mapping[str, Any], meant: Meant, said: Said) -> dict[str, Any]:
    """Return the message without what was done, and with who did it."""
    before = text(message, "content")
    content = "\n".join(filter(None, (before, written(said))))
    data: dict[str, Any] = {
        "content": content if len(content) <= _CONTENT else before,
        "components": list(
            filter(None, (_row(row, meant) for row in items(message, "components")))
        ),
        "allowed_mentions": {"parse": []},
    }
    return {"type": _UPDATE, "data": data}


def only_for_you(said: Said, link: tuple[str, str] | None) -> dict[str, Any]:
    """Return an answer that nobody else sees; `link` is an address and what it says."""
    more = "" if link is None else f" [{escaped(link[1])}](<{link[0]}>)"
    content = f"{written(said)}{more}"
    data = {"content": content, "flags": _ONLY_FOR_YOU, "allowed_mentions": {"parse": []}}
    return {"type": _SAY, "data": data}


def written(said: Said) -> str:
    """Return a sentence whose times Discord shows by each reader's clock."""
    parts = (
        escaped(one) if isinstance(one, str) else f"<t:{int(one.timestamp())}:f>" for one in said
    )
    return "".join(parts)


def _row(row: Mapping[str, Any], meant: Meant) -> dict[str, Any] | None:
    left = [one for one in items(row, "components") if is_left(text(one, "custom_id"), meant)]
    return {**row, "components": left} if left else None
