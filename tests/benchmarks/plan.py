"""How long ten thousand slots of a plan take, and whether the anchors are as good as the best plan's."""

import random
import time
from datetime import date

from services.outreach.domain.plan.corridor import months_from
from services.outreach.domain.plan.slots import Given, Page, Rules, give_out
from shared.anchor_bands import Group, distance, next_group
from tests.benchmarks.results import Row, row

SLOTS = 10_000
MONTHS = 24
PAGES = 50
ROUNDS = 5
MOST_SECONDS = 0.5
CASES = 500
MOST_GAP = 0.001


def measure() -> list[Row]:
    """Give out ten thousand slots over fifty pages; and compare short plans with the best."""
    seconds = [_seconds() for _ in range(ROUNDS)]
    slow = sorted(seconds)[ROUNDS // 2]
    gaps = _gaps()
    return [
        row(
            f"plan: {SLOTS:,} slots, {MONTHS} months, {PAGES} pages, one core",
            seconds,
            "s",
            target=f"< {MOST_SECONDS}",
            met=slow < MOST_SECONDS,
        ),
        row(
            f"plan: worst distance to the best of {CASES:,} short plans",
            [max(gaps)],
            "distance",
            target=f"<= {MOST_GAP}",
            met=max(gaps) <= MOST_GAP,
        ),
    ]


def _seconds() -> float:
    pages = {
        f"https://acme.example/{number}": Page(number, number // 20) for number in range(PAGES)
    }
    weights = {url: float(number % 7 + 1) for number, url in enumerate(pages)}
    given = Given(groups=dict.fromkeys(Group, 0) | {Group.BRANDED: 400}, pages=pages)
    rules = Rules(pages=weights, methods={"guest post": 2, "niche edit": 1}, page_cap=40)
    months = [(month, SLOTS // MONTHS + 1) for month in months_from(date(2026, 12, 1), MONTHS)]
    started = time.process_time()
    slots = give_out(months, given, rules, since=date(2026, 12, 1))
    spent = time.process_time() - started
    if len(slots) < SLOTS:
        raise AssertionError(f"only {len(slots)} slots were given out")
    return spent


def _gaps() -> list[float]:
    chance = random.Random(5)
    gaps = []
    for _ in range(CASES):
        counts = {group: chance.randint(0, 60) for group in Group}
        counts[Group.BRANDED] += 20
        more = chance.randint(1, 6)
        gaps.append(_one_by_one(counts, more) - _best(counts, more))
    return gaps


def _one_by_one(counts: dict[Group, int], more: int) -> float:
    ends = dict(counts)
    for _ in range(more):
        ends[next_group(ends)] += 1
    return distance(ends)


def _best(counts: dict[Group, int], more: int) -> float:
    if more == 0:
        return distance(counts)
    return min(_best({**counts, group: counts[group] + 1}, more - 1) for group in Group)
