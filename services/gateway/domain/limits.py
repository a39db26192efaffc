"""Rate limits: so many requests in a window, told in the RateLimit headers before they run out."""

from collections import OrderedDict
from dataclasses import dataclass, field
from math import ceil

_MAX_ACTORS = 10_000


@dataclass(frozen=True, slots=True)
class Policy:
    """`quota` requests in every `window_s` seconds, for one actor."""

    name: str
    quota: int
    window_s: int = 60

    @property
    def header(self) -> str:
        return f'"{self.name}";q={self.quota};w={self.window_s}'


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, what is left after it, and when the window starts anew."""

    allowed: bool
    remaining: int
    reset_s: int


@dataclass(slots=True)
class Limiter:
    """Counts requests of each actor in windows that begin with the actor's first request.

    Bounded: the actor that was silent longest is forgotten first, and with it its count.
    """

    policy: Policy
    _windows: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict)

    def take(self, actor: str, *, now: float) -> Verdict:
        """Count one request of the actor."""
        started, used = self._windows.pop(actor, (now, 0))
        if now - started >= self.policy.window_s:
            started, used = now, 0
        allowed = used < self.policy.quota
        used += allowed
        self._windows[actor] = (started, used)
        if len(self._windows) > _MAX_ACTORS:
            self._windows.popitem(last=False)
        reset = max(ceil(started + self.policy.window_s - now), 1)
        return Verdict(allowed=allowed, remaining=self.policy.quota - used, reset_s=reset)
