"""Leaving a channel of e-mail without signing in, by an address that only its reader was sent; pure."""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

PATH = "/leave"
_TAG_BYTES = 16


def token_of(channel_id: UUID, user_id: UUID, *, key: bytes) -> str:
    """Return what stands in the address for one reader of one channel."""
    body = channel_id.bytes + user_id.bytes
    return base64.urlsafe_b64encode(body + _tag(body, key)).decode()


def reader_of(token: str, *, key: bytes) -> tuple[UUID, UUID] | None:
    """Return the channel and the person of a token; None if it is not one of ours."""
    try:
        raw = base64.urlsafe_b64decode(token)
    except (binascii.Error, ValueError):
        return None
    body, tag = raw[:32], raw[32:]
    if not hmac.compare_digest(tag, _tag(body, key)):
        return None
    return UUID(bytes=body[:16]), UUID(bytes=body[16:])


def _tag(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:_TAG_BYTES]
