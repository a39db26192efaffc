"""The slots of a plan: each one link to be got, with its month, page, anchor group and method; pure.

Slots are given out one after the other, each by what was given out before. So a longer plan begins
with the slots of the shorter one, and no slot is ever taken back.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.outreach.domain.plan.apportion import next_owed
from services.outreach.domain.plan.corridor import spread
from shared.anchor_bands import EVERY, EXACT_LIMIT, Group, next_group

_NOT_EXACT = EVERY - {Group.EXACT}


@dataclass(frozen=True, slots=True)
class Slot:
    """One link that is planned."""

    month: date
    due_on: date
    target_url: str
    group: Group
    method: str | None


@dataclass(slots=True)
class Page:
    """A page of ours: how many domains link to it, planned ones counted, and how many say a keyword."""

    domains: int = 0
    exact: int = 0

    @property
    def takes_exact(self) -> bool:
        return self.exact <= EXACT_LIMIT * self.domains


@dataclass(slots=True, kw_only=True)
class Given:
    """What is there and what was given out already; grows with every slot."""

    groups: dict[Group, int]
    pages: dict[str, Page] = field(default_factory=dict)
    slots_of_pages: Counter[str] = field(default_factory=Counter)
    slots_of_methods: Counter[str] = field(default_factory=Counter)
    slots_of_months: Counter[tuple[date, str]] = field(default_factory=Counter)

    def take(self, month: date, page: str, group: Group, method: str | None) -> None:
        """Count one more slot."""
        self.groups[group] += 1
        known = self.pages.setdefault(page, Page())
        known.domains += 1
        known.exact += group is Group.EXACT
        self.slots_of_pages[page] += 1
        self.slots_of_months[month, page] += 1
        if method is not None:
            self.slots_of_methods[method] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a person decided: how much pages and methods matter, and how many links a page may get."""

    pages: Mapping[str, float]
    methods: Mapping[str, float] = field(default_factory=dict)
    page_cap: int | None = None

    def has_room(self, given: Given, month: date, page: str) -> bool:
        """Say whether a page may get one more link in a month."""
        return self.page_cap is None or given.slots_of_months[month, page] < self.page_cap


def give_out(
    months: Sequence[tuple[date, int]], given: Given, rules: Rules, *, since: date
) -> list[Slot]:
    """Return so many slots of each month; fewer where the cap of every page is reached."""
    slots: list[Slot] = []
    for month, count in months:
        open_pages = {page for page in rules.pages if rules.has_room(given, month, page)}
        found: list[tuple[str, Group, str | None]] = []
        while len(found) < count and (one := _next(open_pages, given, rules)) is not None:
            given.take(month, *one)
            found.append(one)
            if not rules.has_room(given, month, one[0]):
                open_pages.discard(one[0])
        days = spread(month, len(found), since=since)
        slots += [Slot(month, day, *one) for day, one in zip(days, found, strict=True)]
    return slots


def _next(open_pages: set[str], given: Given, rules: Rules) -> tuple[str, Group, str | None] | None:
    group = next_group(given.groups)
    page = None
    if group is Group.EXACT:
        takes = {one for one in open_pages if given.pages.setdefault(one, Page()).takes_exact}
        page = next_owed(rules.pages, given.slots_of_pages, takes)
        if page is None:
            group = next_group(given.groups, _NOT_EXACT)
    page = page or next_owed(rules.pages, given.slots_of_pages, open_pages)
    if page is None:
        return None
    return page, group, next_owed(rules.methods, given.slots_of_methods, rules.methods)
