"""Signed addresses that anybody may open: the token says which share and until when; only we can make it."""

import base64
import hashlib
import hmac
from datetime import datetime
from uuid import UUID

from shared.access import derive

_TAG_BYTES = 16
_WHOLE = 16 + 5 + _TAG_BYTES


def token_of(share_id: UUID, expires_at: datetime, *, purpose: str, secret: bytes) -> str:
    """Return what stands in the address; it is worth nothing for another purpose."""
    body = share_id.bytes + int(expires_at.timestamp()).to_bytes(5, "big")
    return base64.urlsafe_b64encode(body + _tag(body, purpose, secret)).rstrip(b"=").decode()


def read_token(token: str, *, purpose: str, secret: bytes, now: datetime) -> UUID | None:
    """Return the share of a token; None for one that is not ours or has run out."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    body, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
    if len(raw) != _WHOLE or not hmac.compare_digest(tag, _tag(body, purpose, secret)):
        return None
    if int.from_bytes(body[16:], "big") <= now.timestamp():
        return None
    return UUID(bytes=body[:16])


def _tag(body: bytes, purpose: str, secret: bytes) -> bytes:
    return hmac.new(derive(secret, purpose), body, hashlib.sha256).digest()[:_TAG_BYTES]
