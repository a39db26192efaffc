"""A small memory of who some credentials belong to, so that not every request asks the database."""

from collections import OrderedDict
from dataclasses import dataclass, field

from shared.access import Caller

_MOST = 10_000
_LIFE_S = 5.0


@dataclass(slots=True)
class Remembered:
    """Credentials (hashed) of the last seconds; forgotten at once when somebody's rights change."""

    _known: OrderedDict[bytes, tuple[float, Caller]] = field(default_factory=OrderedDict)
    _forgotten: int = 0

    @property
    def generation(self) -> int:
        """Return a number that changes whenever everything is forgotten."""
        return self._forgotten

    def find(self, credentials: bytes, *, now: float) -> Caller | None:
        until, caller = self._known.get(credentials, (0.0, None))
        return caller if until > now else None

    def add(self, credentials: bytes, caller: Caller, *, now: float, generation: int) -> None:
        """Remember an answer, unless rights changed since the question was asked."""
        if generation != self._forgotten:
            return
        self._known[credentials] = (now + _LIFE_S, caller)
        self._known.move_to_end(credentials)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)

    def forget_all(self) -> None:
        self._known.clear()
        self._forgotten += 1
