"""What one look showed of one watched link, and the streak that follows from it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from services.crawler.domain.claim import WatchState
from services.crawler.domain.evidence.keeping import Kept
from services.crawler.domain.streak import Streak
from shared.events import Observation, Occurrence
from shared.vocabulary import Outcome


class Seen(NamedTuple):
    """One watch, what was seen of it, and the streak that follows."""

    state: WatchState
    kept: Kept
    targets: tuple[Occurrence, ...]
    streak: Streak
    wait: timedelta

    @property
    def observation(self) -> Observation:
        return self.kept.observation

    @property
    def outcome(self) -> Outcome:
        return self.observation.outcome

    @property
    def ever_live(self) -> bool:
        return self.state.ever_live or self.outcome is Outcome.FOUND

    @property
    def confirm_at(self) -> datetime | None:
        """Return when a second look would count; who never saw the link need not look twice."""
        if self.streak.count != 1 or self.streak.since is None or not self.ever_live:
            return None
        return self.streak.since + self.wait
