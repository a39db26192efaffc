"""Webhooks: how a message is signed, and with what; pure.

The form is Standard Webhooks 1.0 (https://www.standardwebhooks.com): any of its libraries checks ours.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta

SECRET_BYTES = 32
_PREFIX = "whsec_"
OLD_SECRET = timedelta(hours=24)
"""How long a secret still signs after it was replaced, beside the new one."""

AT_ONCE = 5
"""Messages on their way to one receiver; to one that fails, one at a time."""


def new_secret(random: bytes) -> str:
    """Return a secret as receivers keep it, made of SECRET_BYTES random bytes."""
    return _PREFIX + b64encode(random).decode()


def signature(secrets: Sequence[str], *, message_id: str, at: datetime, body: bytes) -> str:
    """Return the header `webhook-signature`: one signature for each secret that is valid now."""
    signed = b"%s.%d.%s" % (message_id.encode(), int(at.timestamp()), body)
    return " ".join(f"v1,{b64encode(_hmac(secret, signed)).decode()}" for secret in secrets)


def _hmac(secret: str, signed: bytes) -> bytes:
    return hmac.digest(b64decode(secret.removeprefix(_PREFIX)), signed, hashlib.sha256)


def headers(
    secrets: Sequence[str], *, message_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """Return the headers of one attempt; the id stays the same over all attempts."""
    return {
        "Content-Type": "application/cloudevents+json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(secrets, message_id=message_id, at=at, body=body),
    }
