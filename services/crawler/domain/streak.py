"""When being missing counts: two looks with enough time between them (seams.md 2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.vocabulary import Outcome, Reason

CONFIRM_AFTER = timedelta(hours=1)
CONFIRM_CONTRACT_AFTER = timedelta(minutes=15)
CONFIRM_DNS_AFTER = timedelta(hours=6)
LOST_AT = 2
"""Looks in a row that a loss takes."""


@dataclass(frozen=True, slots=True)
class Streak:
    """How often in a row, and since when, a link was seen to be missing."""

    count: int = 0
    since: datetime | None = None


def confirm_after(
    reasons: Iterable[Reason], *, contract: bool, override: timedelta | None = None
) -> timedelta:
    """Return how much later a second look has to be for a loss to be believed."""
    if override is not None:
        return override
    if Reason.DNS_GONE in reasons:
        return CONFIRM_DNS_AFTER
    return CONFIRM_CONTRACT_AFTER if contract else CONFIRM_AFTER


def after(streak: Streak, outcome: Outcome, *, at: datetime, wait: timedelta) -> Streak:
    """Return the streak after one more look; a look that observed nothing changes nothing."""
    if outcome is Outcome.FOUND:
        return Streak()
    if outcome is Outcome.UNKNOWN:
        return streak
    if streak.count == 0 or streak.since is None:
        return Streak(1, at)
    # Two looks within one outage are one look.
    if at - streak.since < wait:
        return streak
    return Streak(streak.count + 1, streak.since)
