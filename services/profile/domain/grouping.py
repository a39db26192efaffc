"""From things that happened to alerts: what is told together, and what is no news any more; pure.

Neither the order in which signals come nor their repetition matters: an alert is what a rule is told about
one subject of one site, and holds each thing once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.profile.domain.alert_rules import Rule, whole_site
from services.profile.domain.alerts import OF_LINKS, AlertKind, Signal
from shared.vocabulary import AlertState

MOST_AT_ONCE = 20
"""So many alerts of one rule on one site within an hour; what more there is comes in one for the site."""


class Key(NamedTuple):
    """What an alert is about; only one that is about it may be open."""

    rule_id: UUID
    site_id: UUID
    subject: str


@dataclass(frozen=True, slots=True)
class Group:
    """What happened about one subject, each thing once, the most valuable first."""

    key: Key
    rule: Rule
    kind: AlertKind
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The newest alert about a subject, and which of the things at hand it holds already."""

    alert_id: UUID
    state: AlertState
    told_at: datetime | None
    """None: not told yet, because too little happened."""
    items: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a group: signals for an alert that is there (`alert_id`), or for a new one."""

    group: Group
    alert_id: UUID | None
    signals: tuple[Signal, ...]
    may_tell: bool
    """Whether the alert is told now, if enough happened."""

    @property
    def is_told_anew(self) -> bool:
        """Say whether it makes a new alert about links that is told at once."""
        count = sum(signal.counts for signal in self.signals)
        new = self.alert_id is None and self.group.kind in OF_LINKS
        return new and enough(self.group.rule, self.group.kind, count)

    @property
    def rank(self) -> tuple[float, str]:
        """Return what sorts the most valuable first."""
        return (-sum(signal.value for signal in self.signals), self.group.key.subject)

    def for_its_site(self) -> Group:
        """Return the signals as a part of what is told in one for the site."""
        key = self.group.key._replace(subject=whole_site(self.group.kind))
        return replace(self.group, key=key, signals=self.signals)


def grouped(rule: Rule, signals: Iterable[Signal]) -> list[Group]:
    """Return what a rule wants of the signals, by subject."""
    found: dict[Key, dict[UUID, Signal]] = defaultdict(dict)
    for signal in filter(rule.wants, signals):
        items = found[Key(rule.rule_id, signal.site_id, rule.subject_of(signal))]
        known = items.get(signal.item_id)
        if known is None or _age(signal) < _age(known):
            items[signal.item_id] = signal
    return [_group(key, rule, items.values()) for key, items in found.items()]


def _age(signal: Signal) -> tuple[datetime, str]:
    return signal.at, signal.sentence


def _group(key: Key, rule: Rule, signals: Iterable[Signal]) -> Group:
    ordered = sorted(signals, key=lambda one: (-one.value, one.item_id))
    return Group(key, rule, ordered[0].kind, tuple(ordered))


def decide(group: Group, known: Known | None, *, now: datetime) -> Decision | None:
    """Return what becomes of a group; None where nothing of it is news."""
    if known is None:
        return Decision(group, None, group.signals, may_tell=True)
    fresh = tuple(signal for signal in group.signals if signal.item_id not in known.items)
    is_recent = known.told_at is not None and now < known.told_at + group.rule.window
    match known.state:
        case AlertState.OPEN:
            may_tell = bool(fresh) and not is_recent
            return Decision(group, known.alert_id, group.signals, may_tell=may_tell)
        case AlertState.RESOLVED if is_recent:
            # It comes and goes: the same alert opens again and nobody is told a second time.
            return Decision(group, known.alert_id, group.signals, may_tell=False)
        case AlertState.ACKNOWLEDGED if is_recent:
            # Somebody took note of these; only what came since is news.
            return Decision(group, None, fresh, may_tell=True) if fresh else None
        case _:
            return Decision(group, None, group.signals, may_tell=True)


def bounded(
    decisions: Iterable[Decision], *, raised: Mapping[tuple[UUID, UUID], int]
) -> tuple[list[Decision], list[Group]]:
    """Return the decisions that stand, and in groups for their sites what would be too many new alerts.

    `raised` counts by (rule, site) what was told in the last hour.
    """
    kept: list[Decision] = []
    new: dict[tuple[UUID, UUID], list[Decision]] = defaultdict(list)
    for decision in decisions:
        key = decision.group.key
        (new[key.rule_id, key.site_id] if decision.is_told_anew else kept).append(decision)
    many: list[Group] = []
    for place, some in new.items():
        some.sort(key=lambda decision: decision.rank)
        room = max(0, MOST_AT_ONCE - raised.get(place, 0))
        kept += some[:room]
        many += [decision.for_its_site() for decision in some[room:]]
    return kept, _merged(many)


def _merged(groups: Iterable[Group]) -> list[Group]:
    by_key: dict[Key, list[Group]] = defaultdict(list)
    for group in groups:
        by_key[group.key].append(group)
    return [
        _group(key, some[0].rule, [signal for group in some for signal in group.signals])
        for key, some in by_key.items()
    ]


def decide_all(
    groups: Iterable[Group], known: Mapping[Key, Known], *, now: datetime
) -> list[Decision]:
    """Return what becomes of groups, without those of which nothing is news."""
    decisions = (decide(group, known.get(group.key), now=now) for group in groups)
    return [decision for decision in decisions if decision is not None]


def enough(rule: Rule, kind: AlertKind, count: int) -> bool:
    """Say whether so many things are enough for the rule."""
    return kind not in OF_LINKS or count >= rule.least_count
