"""Finds the days from which links come or go unlike before: a negative-binomial CUSUM; pure.

What a day should bring is learned from the weeks before it: a rate (for losses per domain that
stands), a factor for each day of the week, and how much days differ by nature. A sum of evidence
grows while days are unlike that, and falls back to nothing while they are not; where it last was
nothing, the change began. `docs/anchors.md` says all of it in plain words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import exp, lgamma, log

LEARN_DAYS = 63  # days that the rate is learned from
LAG_DAYS = 8  # before the day that is judged: a slow change does not hide itself
MIN_DAYS = 28  # nothing is judged before so many days were seen
MIN_COUNT = 5  # fewer domains are no event, however rare
ALARM = 6.0  # evidence (log of how much better a change explains it) from which one is asked
SURE = 0.97  # of no chance, over a whole year, from which we speak
QUIET_DAYS = 3  # ordinary days that end an anomaly
LONGEST = 28  # days after which the new level is the normal one
SETTLE_DAYS = 14  # after a file brought many domains, losses are learned anew
_JUMP = 0.2  # share of new domains that counts as many
_RISE = 2.5  # the change that is looked for, as a factor of the usual
_RISE_AT_LEAST = 1.0  # and in domains a day
_LEAST_RATE = 0.1
SPREAD_DAYS = 182
_USUAL_HAZARD = 0.002  # domains lost a day, of those that stand, before anything is known
_PRIOR_DAYS = 7.0  # how much that, and the usual spread, weigh
_USUAL_SPREAD = 1 / 3.0
_SPREAD_BOUNDS = (0.03, 1.5)
_WEEKDAY_PRIOR = 6.0  # domains that weigh for "this day of the week is like the others"
_WEEKS = 12


class Direction(StrEnum):
    BURST = "burst"  # many domains came
    DROP = "drop"  # many domains went


@dataclass(frozen=True, slots=True)
class Days:
    """What happened on each day, without gaps; `stands` is how many domains could be lost."""

    first: date
    counts: Sequence[int]
    stands: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Days on which domains came or went unlike before."""

    direction: Direction
    started_on: date
    found_on: date
    ended_on: date | None  # None while it goes on
    count: int
    expected: float
    confidence: float  # that this is no chance, after having looked at a whole year
    days: tuple[int, ...]  # what each day brought, from its first


@dataclass(slots=True)
class _Run:
    """What the detector remembers from day to day."""

    evidence: float = 0.0
    began: int = 0
    found: int | None = None
    quiet: int = 0


def find_anomalies(days: Days, direction: Direction) -> list[Anomaly]:
    """Return every anomaly of these days, the oldest first."""
    usual = _Usual(days)
    run, found = _Run(), []
    for at in range(len(days.counts)):
        if not usual.is_learned(at):
            run = _Run(began=at + 1)
            usual.learn(at, days.counts[at])
            continue
        mean, spread = usual.expected(at)
        count = days.counts[at]
        if run.found is not None:
            hot = count > mean + 2 * (mean + spread * mean * mean) ** 0.5
            run.quiet = 0 if hot else run.quiet + 1
        elif _collect(run, at, count, mean, spread) and _is_worth(days, usual, run, at):
            run.found = at
            usual.relearn(run.began, as_usual=True)
        if run.found is not None and (run.quiet >= QUIET_DAYS or at - run.began >= LONGEST):
            found.append(_told(days, direction, usual, run, at))
            if run.quiet < QUIET_DAYS:
                usual.relearn(run.began, as_usual=False)  # it stays: this is how it is now
            run = _Run(began=at + 1)
        usual.learn(at, count, as_usual=run.found is not None)
    if run.found is not None:
        found.append(_told(days, direction, usual, run, None))
    return found


def _collect(run: _Run, at: int, count: int, mean: float, spread: float) -> bool:
    """Add the evidence of one day, and say whether it is enough to ask whether that is a chance."""
    changed = max(_RISE * mean, mean + _RISE_AT_LEAST)
    size = 1 / spread
    gain = count * log(changed * (mean + size) / (mean * (changed + size)))
    gain -= size * log((changed + size) / (mean + size))
    if run.evidence == 0.0:
        run.began = at
    run.evidence = max(0.0, run.evidence + gain)
    return run.evidence >= ALARM


def _is_worth(days: Days, usual: "_Usual", run: _Run, at: int) -> bool:
    """Say whether what came is no chance, and let the change begin where it is least likely."""
    starts = range(run.began, at + 1)[-LONGEST:]
    sure = {began: _confidence(days.counts[began : at + 1], usual, began) for began in starts}
    began = max(starts, key=lambda began: (sure[began], began))
    if sum(days.counts[began : at + 1]) < MIN_COUNT or sure[began] < SURE:
        return False
    run.began = began
    return True


def _confidence(told: Sequence[int], usual: "_Usual", began: int) -> float:
    """Return how sure it is that these days are no chance, had one looked at a whole year."""
    means = [usual.expected(at) for at in range(began, began + len(told))]
    expected = sum(mean for mean, _ in means)
    spread = sum(spread for _, spread in means) / len(means)
    chance = tail(sum(told), expected, len(told) / spread)
    return max(0.0, 1 - 365 * len(told) * chance)


def _told(
    days: Days, direction: Direction, usual: "_Usual", run: _Run, ended: int | None
) -> Anomaly:
    found = run.began if run.found is None else run.found
    last = len(days.counts) if ended is None else ended + 1 - run.quiet
    until = max(last, found + 1)
    told = tuple(days.counts[run.began : until])
    return Anomaly(
        direction=direction,
        started_on=days.first + timedelta(days=run.began),
        found_on=days.first + timedelta(days=found),
        ended_on=None if ended is None else days.first + timedelta(days=until - 1),
        count=sum(told),
        expected=sum(usual.expected(at)[0] for at in range(run.began, until)),
        confidence=_confidence(days.counts[run.began : found + 1], usual, run.began),
        days=told,
    )


class _Usual:
    """What a day should bring, from the days before it that were themselves as usual."""

    def __init__(self, days: Days) -> None:
        self._days = days
        self._settled_from = MIN_DAYS
        self._seen: dict[int, tuple[float, float]] = {}
        # Running sums: of what came, of the domains that stood, of both divided, of the same for
        # each weekday, of how wrong we were, and of what that is measured by.
        self._came, self._stood, self._shares = [0.0], [0.0], [0.0]
        self._same: list[float] = []
        self._surprise, self._means = [0.0], [0.0]

    def learn(self, at: int, count: int, *, as_usual: bool = False) -> None:
        """Remember a day; one of an anomaly counts as what was expected of it."""
        mean = self.expected(at)[0]
        clean = mean if as_usual else float(count)
        weight = self._weight(at)
        self._came.append(self._came[-1] + clean)
        self._stood.append(self._stood[-1] + weight)
        self._shares.append(self._shares[-1] + clean / weight)
        self._same.append(clean / weight + (self._same[at - 7] if at >= 7 else 0.0))
        surprise = 0.0 if as_usual or at < MIN_DAYS else (clean - mean) ** 2 - mean
        self._surprise.append(self._surprise[-1] + surprise)
        self._means.append(self._means[-1] + (0.0 if as_usual or at < MIN_DAYS else mean * mean))
        stands = self._days.stands
        if stands and at and stands[at] > (1 + _JUMP) * max(stands[at - 1], MIN_COUNT):
            self._settled_from = at + 1 + SETTLE_DAYS

    def relearn(self, began: int, *, as_usual: bool) -> None:
        """Learn the days since an anomaly began again: as if they were usual, or as they were."""
        until = len(self._same)
        for sums in (self._came, self._stood, self._shares, self._surprise, self._means):
            del sums[began + 1 :]
        del self._same[began:]
        for at in range(began, until):
            self.learn(at, self._days.counts[at], as_usual=as_usual)

    def is_learned(self, at: int) -> bool:
        """Say whether enough is known to judge this day."""
        return at >= max(MIN_DAYS, self._settled_from)

    def expected(self, at: int) -> tuple[float, float]:
        """Return the mean of a day and its spread (variance = mean + spread x mean²)."""
        if at not in self._seen:
            self._seen[at] = self._expected(at)
        return self._seen[at]

    def _expected(self, at: int) -> tuple[float, float]:
        until = max(0, at - LAG_DAYS + 1)
        first = max(0, until - LEARN_DAYS)
        total = self._came[until] - self._came[first]
        rate = self._rate(total, self._stood[until] - self._stood[first])
        mean = max(_LEAST_RATE, rate * self._weight(at) * self._weekday(at))
        return mean, self._spread(at)

    def _weight(self, at: int) -> float:
        return 1.0 if self._days.stands is None else float(max(self._days.stands[at], 1))

    def _rate(self, total: float, weight: float) -> float:
        if self._days.stands is None:
            return (total + 0.5) / (weight + 1)
        prior = _PRIOR_DAYS * max(weight, 1.0) / LEARN_DAYS
        return (total + _USUAL_HAZARD * prior) / (weight + prior)

    def _weekday(self, at: int) -> float:
        """Return how this day of the week differs, doubted as long as little was seen of it."""
        weeks = min(at // 7, _WEEKS)
        if not weeks:
            return 1.0
        before = at - 7 * (weeks + 1)
        same = self._same[at - 7] - (self._same[before] if before >= 0 else 0.0)
        first = max(0, at - 7 * _WEEKS)
        weight = self._weight(at)
        usual = (self._shares[at] - self._shares[first]) / (at - first) * weight * weeks
        return (same * weight + _WEEKDAY_PRIOR) / (usual + _WEEKDAY_PRIOR)

    def _spread(self, at: int) -> float:
        """Return how much more days differ than by chance, from how wrong we were before."""
        first = max(0, at - SPREAD_DAYS)
        squares = self._surprise[at] - self._surprise[first]
        expected = self._means[at] - self._means[first]
        prior = _PRIOR_DAYS * max(expected / SPREAD_DAYS, 1.0)
        spread = (squares + _USUAL_SPREAD * prior) / (expected + prior)
        return min(max(spread, _SPREAD_BOUNDS[0]), _SPREAD_BOUNDS[1])


def tail(count: int, mean: float, size: float) -> float:
    """Return the chance of `count` or more where a negative binomial has this mean and size."""
    share = mean / (mean + size)
    if share <= 0:
        return 0.0 if count else 1.0
    total, at = 0.0, count
    while True:
        chance = exp(
            lgamma(at + size)
            - lgamma(size)
            - lgamma(at + 1)
            + size * log(size / (mean + size))
            + at * log(share)
        )
        total += chance
        at += 1
        if at > mean and (chance < total * 1e-9 or at > count + 100_000):
            return min(total, 1.0)


def days_of(
    counted: Mapping[date, int], first: date, last: date, known: Mapping[date, int] | None = None
) -> Days:
    """Lay counts out day by day; `known` is how many domains were watched from each day on."""
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    counts = [counted.get(day, 0) for day in span]
    if known is None:
        return Days(first, counts)
    standing = sum(count for day, count in known.items() if day < first)
    stands = []
    for day, lost in zip(span, counts, strict=True):
        standing += known.get(day, 0)
        stands.append(max(standing, 0))
        standing -= lost
    return Days(first, counts, stands)
