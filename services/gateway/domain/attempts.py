"""Messages to receivers outside: what one attempt came to, when the next is made, when they end; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.waits import MAX_RETRY_AFTER_S

TIMEOUT_S = 15.0
PATIENCE = timedelta(days=5)
"""A receiver that takes nothing for so long is switched off."""

_WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
ATTEMPTS = len(_WAITS_S) + 1
_JITTER = 0.2
_WANTS_NO_MORE = "it answered 410 Gone: it wants no more messages"


class State(StrEnum):
    """What became of one message for one receiver."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """After the last attempt."""


class Ending(StrEnum):
    """What one attempt came to."""

    TAKEN = "taken"
    AGAIN = "again"
    REFUSED = "refused"
    """This message will never be taken; the next one may."""
    GONE = "gone"
    """The receiver wants no more messages at all."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a receiver answered: `status` None if it did not; `trouble` says why it was not taken."""

    elapsed_ms: int
    status: int | None = None
    retry_after_s: float = 0.0
    trouble: str | None = None
    protocol: str = "HTTP"
    refused: str | None = None
    """Why this message is not sent again."""
    gone: str | None = None
    """Why nothing is sent there any more."""
    in_doubt: bool = False
    """It was handed over, and nobody said whether it was taken."""

    @property
    def ending(self) -> Ending:
        if self.gone is not None:
            return Ending.GONE
        if self.refused is not None:
            return Ending.REFUSED
        is_taken = self.status is not None and 200 <= self.status < 300
        return Ending.TAKEN if is_taken else Ending.AGAIN

    @property
    def sentence(self) -> str:
        """Return what happened, for people."""
        why = self.gone or self.refused
        if why is not None:
            return f"Not delivered: {why}."
        if self.ending is Ending.TAKEN:
            return f"Taken ({self.protocol} {self.status}) after {self.elapsed_ms} ms."
        if self.status is None:
            return f"Not delivered: {self.trouble or 'no answer'}."
        if 300 <= self.status < 400:
            return f"Not delivered: HTTP {self.status}. Redirects are not followed; give the address itself."
        answered = f"the receiver answered {self.protocol} {self.status}"
        return f"Not delivered: {answered}{f' ({self.trouble})' if self.trouble else ''}."


def answered(status: int, *, elapsed_ms: int, retry_after_s: float = 0.0) -> Attempt:
    """Return what an answer over HTTP comes to."""
    return Attempt(
        elapsed_ms, status, retry_after_s, gone=_WANTS_NO_MORE if status == 410 else None
    )


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
    if attempt.gone is not None:
        return f"{attempt.gone[0].upper()}{attempt.gone[1:]}."
    if attempt.ending is Ending.TAKEN or failing_since is None or now - failing_since < PATIENCE:
        return None
    return f"It took no message for {PATIENCE.days} days. Last: {attempt.sentence}"
