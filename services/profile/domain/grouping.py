"""From things that happened to alerts: what is told together, and what is no news any more; pure.

Neither the order in which signals come nor their repetition matters: an alert is what a rule is told about
one subject of one site, and holds each thing once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
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

    @property
    def rank(self) -> tuple[float, str]:
        return (-sum(signal.value for signal in self.signals), self.key.subject)


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


def grouped(rules: Iterable[Rule], signals: Collection[Signal]) -> list[Group]:
    """Return what each rule wants of the signals, by subject."""
    found: dict[Key, dict[UUID, Signal]] = defaultdict(dict)
    owners: dict[UUID, Rule] = {}
    for rule in rules:
        owners[rule.rule_id] = rule
        for signal in filter(rule.wants, signals):
            key = Key(rule.rule_id, signal.site_id, rule.subject_of(signal))
            known = found[key].get(signal.item_id)
            if known is None or _age(signal) < _age(known):
                found[key][signal.item_id] = signal
    return [_group(key, owners[key.rule_id], items.values()) for key, items in found.items()]


def _age(signal: Signal) -> tuple[datetime, str]:
    return signal.at, signal.sentence


def _group(key: Key, rule: Rule, signals: Iterable[Signal]) -> Group:
    ordered = sorted(signals, key=lambda one: (-one.value, one.item_id))
    return Group(key, rule, ordered[0].kind, tuple(ordered))


def bounded(
    groups: Iterable[Group], *, known: Collection[Key], raised: Mapping[tuple[UUID, UUID], int]
) -> list[Group]:
    """Put into one alert for the site what would be too many; `raised` counts those of the last hour.

    What goes into an alert that is `known`, or is about no link, stays as it is.
    """
    kept: list[Group] = []
    new: dict[tuple[UUID, UUID], list[Group]] = defaultdict(list)
    for group in groups:
        if group.key in known or group.kind not in OF_LINKS:
            kept.append(group)
        else:
            new[group.key.rule_id, group.key.site_id].append(group)
    for place, some in new.items():
        some.sort(key=lambda group: group.rank)
        room = max(0, MOST_AT_ONCE - raised.get(place, 0))
        kept += some[:room]
        kept += _as_one(some[room:])
    return _merged(kept)


def _as_one(groups: Iterable[Group]) -> list[Group]:
    return [replace(one, key=one.key._replace(subject=whole_site(one.kind))) for one in groups]


def _merged(groups: Iterable[Group]) -> list[Group]:
    by_key: dict[Key, list[Group]] = defaultdict(list)
    for group in groups:
        by_key[group.key].append(group)
    return [
        _group(key, some[0].rule, [signal for group in some for signal in group.signals])
        for key, some in by_key.items()
    ]


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


def enough(rule: Rule, kind: AlertKind, count: int) -> bool:
    """Say whether so many things are enough for the rule."""
    return kind not in OF_LINKS or count >= rule.least_count
