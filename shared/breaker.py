"""A circuit breaker: after repeated failures it refuses calls for a while, then lets one try."""

from collections import deque
from dataclasses import dataclass, field

FAILURES = 5
WITHIN_S = 10.0
REST_S = 5.0


@dataclass(slots=True)
class Breaker:
    """Opens after FAILURES failures within WITHIN_S; after REST_S a single call may probe."""

    failed_at: deque[float] = field(default_factory=lambda: deque(maxlen=FAILURES))
    open_until: float | None = None

    def admit(self, now: float) -> bool:
        """Say whether a call may go out; while open, one call per REST_S does, as a probe."""
        if self.open_until is None:
            return True
        if now < self.open_until:
            return False
        self.open_until = now + REST_S
        return True

    def note(self, *, ok: bool, now: float) -> None:
        """Take note of how a call ended; a failing probe opens it again at once."""
        if ok:
            self.failed_at.clear()
            self.open_until = None
            return
        self.failed_at.append(now)
        is_probe = self.open_until is not None
        recent = now - self.failed_at[0] <= WITHIN_S
        if is_probe or (len(self.failed_at) == FAILURES and recent):
            self.open_until = now + REST_S
