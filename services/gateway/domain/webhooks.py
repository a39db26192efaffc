"""Webhooks: how a message is signed, when it is sent again, and what an answer means; pure.

The form is Standard Webhooks 1.0 (https://www.standardwebhooks.com): any of its libraries checks ours.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.waits import MAX_RETRY_AFTER_S

SECRET_BYTES = 32
_PREFIX = "whsec_"
OLD_SECRET = timedelta(hours=24)
"""How long a secret still signs after it was replaced, beside the new one."""

TIMEOUT_S = 15.0
AT_ONCE = 5
"""Messages on their way to one receiver; to one that fails, one at a time."""

PATIENCE = timedelta(days=5)
"""A receiver that takes nothing for so long is switched off."""

_WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
ATTEMPTS = len(_WAITS_S) + 1
_JITTER = 0.2


class State(StrEnum):
    """What became of one message for one receiver."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """After the last attempt; it can be sent again by hand."""


class Ending(StrEnum):
    """What one attempt came to."""

    TAKEN = "taken"
    AGAIN = "again"
    GONE = "gone"
    """410: the receiver wants no more messages at all."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a receiver answered: `status` None if it did not, and then `trouble` says why."""

    elapsed_ms: int
    status: int | None = None
    retry_after_s: float = 0.0
    trouble: str | None = None

    @property
    def ending(self) -> Ending:
        if self.status == 410:
            return Ending.GONE
        return (
            Ending.TAKEN if self.status is not None and 200 <= self.status < 300 else Ending.AGAIN
        )

    @property
    def sentence(self) -> str:
        """Return what happened, for people."""
        if self.ending is Ending.TAKEN:
            return f"Taken (HTTP {self.status}) after {self.elapsed_ms} ms."
        if self.ending is Ending.GONE:
            return "The receiver answered 410: it wants no more messages."
        if self.status is None:
            return f"Not delivered: {self.trouble or 'no answer'}."
        if 300 <= self.status < 400:
            return f"Not delivered: HTTP {self.status}. Redirects are not followed; give the address itself."
        return f"Not delivered: the receiver answered HTTP {self.status}."


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


def next_attempt(
    attempts: int, *, now: datetime, luck: float, retry_after_s: float = 0.0
) -> datetime | None:
    """Return when to try again after so many attempts, None after the last one.

    `luck` between 0 and 1 spreads the attempts by a fifth; a receiver may ask for a longer wait.
    """
    if attempts >= ATTEMPTS:
        return None
    wait = _WAITS_S[attempts - 1] * (1 + _JITTER * (2 * luck - 1))
    asked = min(retry_after_s, MAX_RETRY_AFTER_S)
    return now + timedelta(seconds=max(wait, asked))


def why_switched_off(
    attempt: Attempt, *, failing_since: datetime | None, now: datetime
) -> str | None:
    """Return why the receiver gets no more messages from now on; None while it does."""
    if attempt.ending is Ending.GONE:
        return "It answered 410 Gone: it wants no more messages."
    if attempt.ending is Ending.TAKEN or failing_since is None or now - failing_since < PATIENCE:
        return None
    return f"It took no message for {PATIENCE.days} days. Last: {attempt.sentence}"
