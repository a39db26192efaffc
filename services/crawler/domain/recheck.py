"""When to look at a page again: the rate grows with the square root of value times hazard."""

import math
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

# A page of value 1 with the hazard of a link three years old is looked at once in this time.
USUAL = timedelta(days=7)
USUAL_HAZARD = 0.00013
SHORTEST = timedelta(hours=1)
LONGEST = timedelta(days=90)
GONE_LONGEST = timedelta(days=30)
TOP_VALUE = 1_000.0
LADDER = tuple(timedelta(days=days) for days in (1, 2, 4, 7, 14, 30))
JITTER = 0.1

FIRST_RETRY = timedelta(hours=1)
LONGEST_RETRY = timedelta(days=3)
CONTRACT_RETRY = timedelta(hours=6)
ROBOTS_RETRY = timedelta(days=1)

_CROWDED = timedelta(hours=6)

# Planned looks leave this much of a host's pace to those that nobody planned: second looks,
# retries, requests of people, robots.txt.
_HOST_SHARE = 0.5
_DAY_S = 86_400.0


class PagePlan(NamedTuple):
    """What the schedule of a page depends on.

    `value` is the sum over its watches and `hazard` what each of them loses a day. `stretch` is how much longer than wanted the budget makes all wait; after its first look a page waits only
    for its `share` of the period, which spreads what came together. `confirm_at` is when a second look would
    count, `gone_since` when the last of its links went, `placed_at` the day of a fresh placement.
    """

    value: float = 1.0
    hazard: float = USUAL_HAZARD
    stretch: float = 1.0
    share: float = 1.0
    contract: bool = False
    placed_at: datetime | None = None
    confirm_at: datetime | None = None
    gone_since: datetime | None = None
    failure_run: int = 0
    closed_by_robots: bool = False


def weight_of(*, value: float, hazard: float) -> float:
    """Return the rate that a page deserves, as a multiple of the usual one.

    Looks find losses soonest on the whole if rates grow with the square root of what is at stake:
    the least sum of value x hazard x period / 2 under a given sum of rates.
    """
    return math.sqrt(max(value, 0.01) * hazard / USUAL_HAZARD)


def rate_of(plan: PagePlan) -> float:
    """Return the looks a day that a page wants while nobody is short of looks."""
    return timedelta(days=1) / _interval(plan, stretch=1.0)


def stretch_of(*, host_load: float, gap_s: float, load: float, budget: float | None) -> float:
    """Return how much longer than wanted all wait, so that rates add up to what is allowed.

    `host_load` and `load` are the rates that the pages of the host and of all hosts want: looks a
    day. A budget is used up even if less was wanted; a host's pace only ever holds back.
    """
    by_host = host_load * gap_s / (_DAY_S * _HOST_SHARE)
    by_budget = load / budget if budget and load > 0 else 1.0
    return max(by_host, by_budget)


def share_of(page_key: UUID) -> float:
    """Return a page's own place in (0, 1]: what was imported together is spread evenly by it."""
    return (page_key.int % 1_000_003 + 1) / 1_000_003


def interval_of(plan: PagePlan) -> timedelta:
    """Return the time between two looks at a page on which all is well."""
    return _interval(plan, stretch=plan.stretch)


def _interval(plan: PagePlan, *, stretch: float) -> timedelta:
    if plan.contract or plan.value >= TOP_VALUE:
        return SHORTEST * max(1.0, stretch)
    weight = weight_of(value=plan.value, hazard=plan.hazard)
    return _clamped(USUAL * (stretch / weight), SHORTEST, LONGEST)


def next_check_at(plan: PagePlan, *, now: datetime, jitter: float) -> datetime:
    """Return when to look next; `jitter` in [-1, 1] spreads pages that were looked at together."""
    if plan.confirm_at is not None:
        # Never before the time from which the look counts.
        return max(now + timedelta(minutes=1), plan.confirm_at) + _spread(plan, now, jitter)
    interval = _interval_now(plan, now)
    return now + interval * (1 + JITTER * max(-1.0, min(1.0, jitter)))


def _interval_now(plan: PagePlan, now: datetime) -> timedelta:
    if plan.failure_run > 0:
        return _retry_after(plan)
    if plan.gone_since is not None:
        # The longer it is gone, the less likely it comes back.
        return _clamped((now - plan.gone_since) / 2, timedelta(days=1), GONE_LONGEST)
    interval = interval_of(plan)
    if plan.placed_at is None:
        # Hourly looks need no spreading; all others would come back as the crowd they came in.
        return interval if interval <= _CROWDED else max(_CROWDED, interval * plan.share)
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
