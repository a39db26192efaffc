"""Draws a plan: from what is known of a site and what was given out already, to months and new slots; pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import orjson

from services.outreach.domain.plan.corridor import (
    GROWTH,
    Pace,
    corridor,
    first_month,
    months_from,
    usual_of,
)
from services.outreach.domain.plan.slots import Given, Page, Rules, Slot, give_out
from shared.anchor_bands import Group, by_group
from shared.planning import SiteFacts
from shared.urls import page_id

_PAGES = 10  # as many pages are planned for where nobody named any


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person decided about a plan."""

    months: int = 6
    cap: int | None = None
    growth_limit: float = GROWTH
    page_weights: Mapping[str, int] = field(default_factory=dict)
    page_cap: int | None = None
    methods: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Issued:
    """A slot that was given out before; seen = its link is among what profile counts."""

    month: date
    target_url: str
    group: Group
    method: str | None
    is_open: bool
    is_seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What was given out before, and what was agreed beside the plan."""

    slots: Sequence[Issued] = ()
    unplanned: Mapping[date, int] = field(default_factory=dict)
    unplanned_groups: Sequence[Group] = ()
    """Of placements beside the plan whose links are still to come."""
    methods: Mapping[str, int] = field(default_factory=dict)
    """How links of this site were got so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The months of a plan, the slots to be given out for them, and how many the caps prevent."""

    months: Sequence[tuple[date, int]]
    slots: Sequence[Slot]
    capped: int


def pace_of(facts: SiteFacts, settings: Settings) -> Pace:
    """Return the pace that a site's growth and its competitors' allow."""
    return Pace(
        own=[month.count for month in facts.months],
        competitors=usual_of([m.count for m in one.months] for one in facts.competitors),
        growth=settings.growth_limit,
        cap=settings.cap,
    )


def draw(facts: SiteFacts, settings: Settings, ledger: Ledger, *, today: date) -> Drawn:
    """Return what is to be planned beside what was given out already, which stays as it is."""
    months = months_from(first_month(today), settings.months)
    planned = corridor(pace_of(facts, settings), settings.months)
    missing = _missing(months, planned, ledger)
    given = given_of(facts, ledger)
    rules = Rules(
        pages=pages_of(facts, settings),
        methods=settings.methods or ledger.methods,
        page_cap=settings.page_cap,
    )
    slots = give_out(missing, given, rules, since=today)
    return Drawn(
        months=list(zip(months, planned, strict=True)),
        slots=slots,
        capped=sum(count for _, count in missing) - len(slots),
    )


def _missing(
    months: Sequence[date], planned: Sequence[int], ledger: Ledger
) -> list[tuple[date, int]]:
    """Return how many slots each month lacks; slots of the past that are still open come first."""
    issued = Counter(slot.month for slot in ledger.slots)
    issued[months[0]] += sum(slot.is_open and slot.month < months[0] for slot in ledger.slots)
    return [
        (month, max(0, count - issued[month] - ledger.unplanned.get(month, 0)))
        for month, count in zip(months, planned, strict=True)
    ]


def given_of(facts: SiteFacts, ledger: Ledger) -> Given:
    """Return what stands, what was given out and what is to come beside the plan."""
    groups = by_group(facts.kinds)
    for group in ledger.unplanned_groups:
        groups[group] += 1
    pages = {page.url: Page(page.domains, page.exact) for page in facts.targets}
    given = Given(groups=groups, pages=pages)
    names = _names(facts, {slot.target_url for slot in ledger.slots})
    for slot in ledger.slots:
        page = names[slot.target_url]
        if slot.is_seen:
            given.slots_of_pages[page] += 1
            given.slots_of_months[slot.month, page] += 1
        else:
            given.take(slot.month, page, slot.group, slot.method)
    return given


def _names(facts: SiteFacts, addresses: Iterable[str]) -> dict[str, str]:
    """Return for each address the spelling that profile has of the page, if it knows the page."""
    known = {page_id(page.url): page.url for page in facts.targets}
    return {url: known.get(page_id(url), url) for url in addresses}


def counts_of(facts: SiteFacts, ledger: Ledger) -> tuple[dict[Group, int], dict[Group, int]]:
    """Return the anchors by group as they stand, and when everything planned and promised is there."""
    return by_group(facts.kinds), given_of(facts, ledger).groups


def pages_of(facts: SiteFacts, settings: Settings) -> dict[str, float]:
    """Return the pages to plan for with their weights, without those that do not answer.

    Where nobody named any, they are those that most domains link to, each as important as another.
    """
    broken = {page.url for page in facts.targets if page.broken}
    names = _names(facts, settings.page_weights)
    named = {names[url]: float(weight) for url, weight in settings.page_weights.items()}
    chosen = named or {page.url: 1.0 for page in facts.targets[:_PAGES]}
    return {url: weight for url, weight in chosen.items() if url not in broken} or (
        {} if named else {f"https://{facts.domain}/": 1.0}
    )


def broken_of(facts: SiteFacts, settings: Settings) -> list[str]:
    """Return the pages that were named but do not answer."""
    named = set(_names(facts, settings.page_weights).values())
    return [page.url for page in facts.targets if page.broken and page.url in named]


def inputs_hash(facts: SiteFacts, settings: Settings) -> str:
    """Return what tells whether a plan would follow from the same."""
    known: dict[str, Any] = facts.model_dump(mode="json", exclude={"as_of", "known_until", "host"})
    whole = orjson.dumps([known, asdict(settings)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(whole).hexdigest()
