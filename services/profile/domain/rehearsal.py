"""What a rule would have raised, had it been there: the past told once more; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from services.profile.domain.alert_rules import Rule
from services.profile.domain.alert_words import Item, words_of
from services.profile.domain.alerts import Ending, Moved, Signal, endings_of, signals_of
from services.profile.domain.grouping import (
    Decision,
    Group,
    Key,
    Known,
    bounded,
    decide_all,
    enough,
    grouped,
)
from shared.ids import new_id
from shared.vocabulary import AlertState


@dataclass(frozen=True, slots=True)
class Would:
    """One alert that would have been raised."""

    at: datetime
    site_id: UUID
    title: str
    count: int


@dataclass(slots=True)
class _Past:
    """An alert of the rehearsal."""

    known: Known
    signals: dict[UUID, Signal] = field(default_factory=dict)
    going_on: set[UUID] = field(default_factory=set)


class _Book:
    """The alerts of the rehearsal, by what they are about and by what goes on."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._alerts: dict[Key, _Past] = {}
        self._holders: dict[Ending, Key] = {}

    def end(self, moves: Iterable[Moved]) -> None:
        """Note what is over by these rows."""
        for ending in (one for moved in moves for one in endings_of(moved)):
            key = self._holders.pop(ending, None)
            if key is not None:
                past = self._alerts[key]
                past.going_on.discard(ending.item_id)
                if not past.going_on and past.known.told_at is not None:
                    past.known = replace(past.known, state=AlertState.RESOLVED)

    def decide(self, moves: Iterable[Moved], now: datetime) -> list[Decision]:
        """Return what becomes of what these rows say."""
        signals = [signal for moved in moves for signal in signals_of(moved)]
        groups = grouped(self._rule, signals)
        kept, many = bounded(decide_all(groups, self._known(groups), now=now), raised={})
        return kept + decide_all(many, self._known(many), now=now)

    def take(self, decision: Decision, now: datetime) -> Would | None:
        """Note a decision; returns what would have been told of it."""
        group = decision.group
        if decision.alert_id is None:
            self._alerts[group.key] = _Past(Known(new_id(), AlertState.OPEN, None))
        past = self._alerts[group.key]
        for signal in decision.signals:
            past.signals[signal.item_id] = signal
            past.going_on.add(signal.item_id)
            self._holders[Ending(group.kind, signal.site_id, signal.item_id)] = group.key
        past.known = replace(past.known, state=AlertState.OPEN)
        count = sum(signal.counts for signal in past.signals.values())
        if not (decision.may_tell and enough(group.rule, group.kind, count)):
            return None
        past.known = replace(past.known, told_at=now)
        items = [_item(signal) for signal in past.signals.values()]
        domains = len({item.name for item in items})
        title = words_of(group.kind, items, count=count, domains=domains).title
        return Would(now, group.key.site_id, title, count)

    def _known(self, groups: Iterable[Group]) -> dict[Key, Known]:
        there = {
            key: self._alerts[key] for key in self._alerts.keys() & {one.key for one in groups}
        }
        return {
            key: replace(past.known, items=frozenset(past.signals)) for key, past in there.items()
        }


def rehearse(rule: Rule, moves: Iterable[Moved]) -> list[Would]:
    """Return what the rule would have raised of these rows of the history, the oldest of both first."""
    book = _Book(rule)
    raised: list[Would] = []
    for hour, some in groupby(moves, key=_hour_of):
        batch = list(some)
        book.end(batch)
        told = [book.take(decision, hour) for decision in book.decide(batch, hour)]
        raised += [would for would in told if would is not None]
    return raised


def _hour_of(moved: Moved) -> datetime:
    return moved.at.replace(minute=0, second=0, microsecond=0)


def _item(signal: Signal) -> Item:
    same = ("item_id", "name", "url", "sentence", "at", "value", "link_ids")
    return Item(**{name: getattr(signal, name) for name in same})
