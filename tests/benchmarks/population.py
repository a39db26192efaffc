"""A population of links that go, and a schedule that learns how, with the product's own rules.

Where hosts, pages, ages and values differ as they do on the web; the schedule sees only what its
own looks show. Nothing here is random beyond the seed.
"""

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import NormalDist
from uuid import UUID

from services.crawler.domain import hazard, recheck
from services.crawler.domain.hazard import NOTHING, History
from services.crawler.domain.page_kind import PageKind
from services.crawler.domain.recheck import PagePlan
from shared.vocabulary import Position

DAYS = 1_095
PERIOD_DAYS = 7.0
"""Of the uniform schedule, whose number of looks a day is the budget."""

_PAGES_PER_HOST = 25
_PARETO = 1.2
_MOST_VALUE = 1_000.0
# Together the lognormal sigma 1.5: hosts differ more than the pages of one.
_HOST_SIGMA = 1.2
_PAGE_SIGMA = 0.9
# Ahrefs: 66.5 % of links rotted in nine years; Pew: 8 % of pages in the first.
_FLAT = 0.00033
_FIRST_YEAR = 0.083
_OLDEST_DAYS = 3_650.0


@dataclass(slots=True)
class Page:
    """A page with one link: what is true of it, and what the schedule knows."""

    host: int
    value: float
    factor: float
    ages: bool
    born: float
    last: float = 0.0
    weight: float = 0.0
    history: History = NOTHING

    def true_hazard(self, day: float, host_factor: float) -> float:
        """Return the losses a day; on half of the hosts they fall with age (Weibull, k = 0.5)."""
        base = _FLAT
        if self.ages:
            base = _FIRST_YEAR / 2 / math.sqrt(365 * max(1.0, day - self.born))
        return base * self.factor * host_factor


@dataclass(slots=True)
class World:
    """All pages, and the histories of their hosts."""

    pages: list[Page]
    host_factors: list[float]
    hosts: list[History]
    chance: random.Random
    wanted: float = 0.0
    """The sum of the rates that the pages want, looks a day."""
    budget: float = field(init=False)

    def __post_init__(self) -> None:
        self.budget = len(self.pages) / PERIOD_DAYS


@dataclass(frozen=True, slots=True)
class Outcome:
    """Delays are of losses weighted by value; `looks` is a share of the budget."""

    delay_days: float
    uniform_delay_days: float
    looks: float
    losses: int

    @property
    def gain(self) -> float:
        return self.uniform_delay_days / self.delay_days


def simulate(pages: int, seed: int, *, days: float = DAYS) -> Outcome:
    """Return how late losses are seen, and how late a uniform schedule of as many looks sees them.

    The delay is the expected one between each two looks, under the true hazard: less noise than
    the delays of the few losses that happen, which only decide what the schedule learns.
    """
    world = _world(pages, random.Random(seed))
    turns = [(_first(world, number), number) for number in range(pages)]
    heapq.heapify(turns)
    delayed = lost = 0.0
    looks = losses = 0
    while turns[0][0] < days:
        day, number = turns[0]
        page = world.pages[number]
        period, middle = day - page.last, (day + page.last) / 2
        true = page.true_hazard(middle, world.host_factors[page.host])
        delayed += page.value * true * period * period / 2
        lost += page.value * true * period
        is_lost = world.chance.random() < -math.expm1(-true * period)
        _learn(world, page, day, is_lost=is_lost)
        losses += is_lost
        looks += 1
        heapq.heapreplace(turns, (day + _interval(world, page, day), number))
    share = looks / (world.budget * days)
    return Outcome(delayed / lost, PERIOD_DAYS / share / 2, share, losses)


def _world(count: int, chance: random.Random) -> World:
    """Return pages whose properties are spread evenly over their distributions, and shuffled."""

    def shuffled(size: int, draw: Callable[[float], float]) -> list[float]:
        drawn = [draw((number + 0.5) / size) for number in range(size)]
        chance.shuffle(drawn)
        return drawn

    def lognormal(sigma: float) -> Callable[[float], float]:
        normal = NormalDist(-sigma * sigma / 2, sigma)
        return lambda at: math.exp(normal.inv_cdf(at))

    hosts = max(1, count // _PAGES_PER_HOST)
    values = shuffled(count, lambda at: min(_MOST_VALUE, at ** (-1 / _PARETO)))
    factors = shuffled(count, lognormal(_PAGE_SIGMA))
    ages = shuffled(count, lambda at: at * at * _OLDEST_DAYS)
    places = [int(hosts * chance.random() ** 3) for _ in range(count)]
    pages = [
        Page(
            host=places[number],
            value=values[number],
            factor=factors[number],
            ages=places[number] % 2 == 0,
            born=-ages[number],
        )
        for number in range(count)
    ]
    return World(pages, shuffled(hosts, lognormal(_HOST_SIGMA)), [NOTHING] * hosts, chance)


def _prior(page: Page, day: float) -> float:
    return hazard.prior_of(
        age_days=day - page.born, kind=PageKind.ARTICLE, position=Position.CONTENT
    )


def _first(world: World, number: int) -> float:
    page = world.pages[number]
    plan = _plan(world, page, 0.0)
    page.weight = recheck.rate_of(plan)
    world.wanted += page.weight
    key = UUID(int=world.chance.getrandbits(128))
    return recheck.share_of(key) * PERIOD_DAYS


def _learn(world: World, page: Page, day: float, *, is_lost: bool) -> None:
    """Note what the look showed. After a loss another link comes, on a new page of the host."""
    middle = (day + page.last) / 2
    exposed = (day - page.last) * (0.5 if is_lost else 1.0)
    news = History(float(is_lost), _prior(page, middle) * exposed)
    world.hosts[page.host] = world.hosts[page.host].with_more(news)
    page.history = page.history.with_more(news)
    page.last = day
    if is_lost:
        sigma = _PAGE_SIGMA
        page.history, page.born = NOTHING, day
        page.factor = world.chance.lognormvariate(-sigma * sigma / 2, sigma)


def _plan(world: World, page: Page, day: float) -> PagePlan:
    expected = hazard.hazard_of(_prior(page, day), host=world.hosts[page.host], page=page.history)
    return PagePlan(value=page.value, hazard=expected)


def _interval(world: World, page: Page, day: float) -> float:
    plan = _plan(world, page, day)
    rate = recheck.rate_of(plan)
    world.wanted += rate - page.weight
    page.weight = rate
    stretch = recheck.stretch_of(host_load=0.0, gap_s=0.0, load=world.wanted, budget=world.budget)
    wait = recheck.interval_of(plan._replace(stretch=stretch)) / timedelta(days=1)
    return wait * (1 + recheck.JITTER * world.chance.uniform(-1, 1))
