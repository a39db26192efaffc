"""What one look showed of one watched link, and the streak that follows from it."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.crawler.domain.claim import WatchState
from services.crawler.domain.evidence.keeping import Kept
from services.crawler.domain.streak import Streak
from shared.events import Occurrence
from shared.vocabulary import Outcome, Position, Reason


class Told(NamedTuple):
    """What a look saw of a link: the observation with its evidence, and links to the same site."""

    kept: Kept
    targets: tuple[Occurrence, ...]


class Retold(NamedTuple):
    """What the last look at the same page saw of a link, as JSON has it, told as of this one."""

    observation: dict[str, Any]
    targets: list[dict[str, Any]]


class Seen(NamedTuple):
    """One watch, what was seen of it, and the streak that follows.

    `told` is all that was seen, for the event: what the last look told where nothing changed.
    """

    state: WatchState
    outcome: Outcome
    reasons: tuple[Reason, ...]
    position: Position
    rel: tuple[str, ...]
    streak: Streak
    wait: timedelta
    told: Told | Retold

    @property
    def told_anew(self) -> Told | None:
        return self.told if isinstance(self.told, Told) else None

    @property
    def ever_live(self) -> bool:
        return self.state.ever_live or self.outcome is Outcome.FOUND

    @property
    def confirm_at(self) -> datetime | None:
        """Return when a second look would count; who never saw the link need not look twice."""
        if self.streak.count != 1 or self.streak.since is None or not self.ever_live:
            return None
        return self.streak.since + self.wait
