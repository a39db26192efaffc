"""When to look at a page again: the rate grows with the square root of value times hazard."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

# A page of value 1 with the hazard of an old link is looked at once in this time.
USUAL = timedelta(days=7)
SHORTEST = timedelta(hours=1)
LONGEST = timedelta(days=30)
TOP_VALUE = 100.0
LADDER = tuple(timedelta(days=days) for days in (1, 2, 4, 7, 14, 30))
JITTER = 0.1

FIRST_RETRY = timedelta(hours=1)
LONGEST_RETRY = timedelta(days=3)
CONTRACT_RETRY = timedelta(hours=6)
ROBOTS_RETRY = timedelta(days=1)

# Yearly loss of about 8 % in the first year, less later (Pew 2024), worth this many days of looks.
_PRIOR_DAYS = 365.0
_PRIOR_BY_AGE = ((30.0, 0.0012), (365.0, 0.0003), (math.inf, 0.00014))
_USUAL_HAZARD = 0.00014


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlan:
    """What the schedule of a page depends on.

    `value` is the sum over its watches, `exposure_days` how long its links were under watch and
    `losses` how many went. `confirm_at` is when a second look would count, `gone_since` when the
    last of its links went, `placed_at` the day of a fresh placement.
    """

    value: float = 1.0
    losses: int = 0
    exposure_days: float = 0.0
    age_days: float = 0.0
    contract: bool = False
    placed_at: datetime | None = None
    confirm_at: datetime | None = None
    gone_since: datetime | None = None
    failure_run: int = 0
    closed_by_robots: bool = False


def hazard_of(plan: PagePlan) -> float:
    """Return the expected losses a day: the page's own history, shrunk to that of its age."""
    prior = next(hazard for limit, hazard in _PRIOR_BY_AGE if plan.age_days < limit)
    return (prior * _PRIOR_DAYS + plan.losses) / (_PRIOR_DAYS + max(0.0, plan.exposure_days))


def interval_of(plan: PagePlan) -> timedelta:
    """Return the time between two looks at a page on which all is well."""
    if plan.contract or plan.value >= TOP_VALUE:
        return SHORTEST
    weight = max(plan.value, 0.01) * hazard_of(plan) / _USUAL_HAZARD
    return _clamped(USUAL / math.sqrt(weight), SHORTEST, LONGEST)


def next_check_at(plan: PagePlan, *, now: datetime, jitter: float) -> datetime:
    """Return when to look next; `jitter` in [-1, 1] spreads pages that were looked at together."""
    if plan.confirm_at is not None:
        # Never before the time from which the look counts.
        return max(now + timedelta(minutes=1), plan.confirm_at) + _spread(plan, now, jitter)
    interval = _interval_now(plan, now)
    return now + interval * (1 + JITTER * max(-1.0, min(1.0, jitter)))


def first_check_at(page_key: UUID, *, now: datetime, spread: timedelta) -> datetime:
    """Return the first look at a page of a large import: by its key, evenly over `spread`."""
    return now + spread * ((page_key.int % 1_000_003) / 1_000_003)


def _interval_now(plan: PagePlan, now: datetime) -> timedelta:
    if plan.failure_run > 0:
        return _retry_after(plan)
    if plan.gone_since is not None:
        # The longer it is gone, the less likely it comes back.
        return _clamped((now - plan.gone_since) / 2, timedelta(days=1), LONGEST)
    interval = interval_of(plan)
    if plan.placed_at is None:
        return interval
    age = now - plan.placed_at
    rung = next((step for step in LADDER if step > age), None)
    return interval if rung is None else _clamped(min(interval, rung - age), SHORTEST, interval)


def _retry_after(plan: PagePlan) -> timedelta:
    if plan.closed_by_robots:
        return ROBOTS_RETRY
    doubled = FIRST_RETRY * (1 << min(plan.failure_run - 1, 10))
    return min(doubled, CONTRACT_RETRY if plan.contract else LONGEST_RETRY)


def _spread(plan: PagePlan, now: datetime, jitter: float) -> timedelta:
    wait = max(timedelta(minutes=1), (plan.confirm_at or now) - now)
    return wait * JITTER * min(1.0, abs(jitter))


def _clamped(value: timedelta, low: timedelta, high: timedelta) -> timedelta:
    return max(low, min(high, value))
