"""Message-IDs of our mail: made of the message's own id and a proof that it is ours (RFC 5322, 3.6.4); pure."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from uuid import UUID

_PROOF_BYTES = 5
_OURS = re.compile(r"<([a-z2-7]{26})\.([a-z2-7]{8})@[^<>@\s]+>")
_FIRST = 1
_LAST = 10


def rfc_message_id(message_id: UUID, *, domain: str, key: bytes) -> str:
    """Return the Message-ID under which a message goes out, the same at every attempt."""
    return f"<{_text(message_id.bytes)}.{_proof(message_id, key)}@{domain}>"


def own_id(text: str, *, key: bytes) -> UUID | None:
    """Return which message of ours a Message-ID names; None for others' and for forged ones."""
    found = _OURS.fullmatch(text.strip())
    if found is None:
        return None
    message_id = UUID(bytes=base64.b32decode(found[1].upper() + "======"))
    if not hmac.compare_digest(found[2], _proof(message_id, key)):
        return None
    return message_id


def thread_of(parents: Sequence[str], parent_id: str | None) -> list[str]:
    """Return the ids of a conversation for References, the oldest first: the first and the last ten."""
    known = [*parents, *([parent_id] if parent_id else [])]
    ids = list(dict.fromkeys(known))
    return ids if len(ids) <= _FIRST + _LAST else [*ids[:_FIRST], *ids[-_LAST:]]


def _proof(message_id: UUID, key: bytes) -> str:
    return _text(hmac.new(key, message_id.bytes, hashlib.sha256).digest()[:_PROOF_BYTES])


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()
