"""Holds the rules of workspaces against what happened, raises alerts, and ends those whose cause is over.

Apart from the looks at links, and a batch in each transaction: what was taken, what became of it and what is
told of it are committed together, so that a process that is killed has done all of it or nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from services.profile.domain.alert_rules import Rule
from services.profile.domain.alert_words import Told, words_of
from services.profile.domain.alerts import (
    AlertKind,
    Ending,
    Signal,
    newest_word,
)
from services.profile.domain.grouping import Decision, bounded, decide_all, enough, grouped
from services.profile.jobs.resting import stopped_within
from services.profile.metrics import ALERT_DELAY
from services.profile.store import alert_rules, alerts, news, occasions, patterns
from services.profile.store.alert_telling import raised_event, tell_ended, tell_raised
from services.profile.store.alerts import Content
from shared import clock
from shared.db import Database, Tx
from shared.vocabulary import AlertEnd

BATCH = 500
_EVERY_S = 1.0
_HOUR = timedelta(hours=1)


class Alerter:
    """The loop; replicas may run it together, one of them decides at a time."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self, stop: asyncio.Event) -> None:
        """Look every second what happened, until `stop` is set; at once again where more than a batch waits.

        While looks find changes all the time, a round for each few of them would cost more than the looks.
        """
        while not stop.is_set():
            async with self._db.begin() as tx:
                done = await sift(tx, now=clock.now())
            if done < BATCH:
                await stopped_within(stop, _EVERY_S)


async def sift(tx: Tx, *, now: datetime) -> int:
    """Hold the rules against a batch of what happened; returns of how much."""
    if not await alerts.take_turn(tx):
        return 0
    moved = await news.take_news(tx, limit=BATCH)
    waiting = await occasions.take_occasions(tx, limit=BATCH)
    signals, endings = newest_word(moved.moves)
    await end(tx, [*endings, *waiting.endings], now=now)
    await _raise(tx, [*signals, *waiting.signals], now=now)
    lost = {signal.site_id for signal in signals if signal.kind is AlertKind.LINK_LOST}
    await patterns.make_due(tx, lost, now=now)
    return moved.count + waiting.count


# ---- raising -------------------------------------------------------------------------------------------


async def _raise(tx: Tx, signals: Collection[Signal], *, now: datetime) -> None:
    if not signals:
        return
    workspaces = {signal.workspace_id for signal in signals}
    await alert_rules.begin_with_defaults(tx, workspaces)
    decisions = await _decide(tx, await alert_rules.list_enabled(tx, workspaces), signals, now=now)
    if not decisions:
        return
    saved = await alerts.save_decisions(tx, decisions)
    contents = await alerts.get_contents(tx, saved)
    said = {id_: _words(saved[id_].group.kind, content) for id_, content in contents.items()}
    await alerts.save_words(tx, {id_: (contents[id_].count, said[id_]) for id_ in contents})
    due = [id_ for id_, content in contents.items() if _is_told(saved[id_], content)]
    await alerts.mark_told(tx, due, now=now)
    places = {id_: saved[id_].group for id_ in due}
    events = [
        raised_event(id_, group.key.site_id, group.rule, contents[id_], said[id_], now=now)
        for id_, group in places.items()
    ]
    await tell_raised(tx, events)
    for group in places.values():
        newest = max(signal.at for signal in group.signals)
        ALERT_DELAY.observe(max(0.0, (now - newest).total_seconds()))


async def _decide(
    tx: Tx, rules: Iterable[Rule], signals: Collection[Signal], *, now: datetime
) -> list[Decision]:
    """Return what becomes of the signals; of one workspace's only its own rules decide."""
    by_workspace: dict[UUID, list[Signal]] = defaultdict(list)
    for signal in signals:
        by_workspace[signal.workspace_id].append(signal)
    groups = [one for rule in rules for one in grouped(rule, by_workspace[rule.workspace_id])]
    items = {signal.item_id for signal in signals}
    keys = [group.key for group in groups]
    known = await alerts.find_known(tx, keys, items)
    raised = await alerts.count_told(tx, keys, since=now - _HOUR)
    kept, many = bounded(decide_all(groups, known, now=now), raised=raised)
    known = await alerts.find_known(tx, [group.key for group in many], items)
    return kept + decide_all(many, known, now=now)


def _words(kind: AlertKind, content: Content) -> Told:
    return words_of(kind, content.items, count=content.count, domains=content.domains)


def _is_told(decision: Decision, content: Content) -> bool:
    group = decision.group
    return decision.may_tell and enough(group.rule, group.kind, content.count)


# ---- ending --------------------------------------------------------------------------------------------


async def end(tx: Tx, endings: Collection[Ending], *, now: datetime) -> None:
    """Mark what is over, close the alerts that told of nothing else, and say so."""
    if not endings:
        return
    touched = await alerts.end_items(tx, endings)
    closed = await alerts.close_alerts(tx, touched, now=now)
    await tell_ended(tx, closed, by=AlertEnd.ITSELF, now=now)


async def end_forgotten(tx: Tx, now: datetime) -> int:
    """End what is over though no row of the history says so; a part of the nightly sweep."""
    await alerts.wait_turn(tx)
    forgotten = await alerts.list_forgotten(tx, limit=BATCH)
    await end(tx, forgotten, now=now)
    return len(forgotten)
