"""What is told of alerts: their events, from when on, and to which channels."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import asyncpg

from services.profile.domain.alert_rules import Rule
from services.profile.domain.alert_words import Told
from services.profile.domain.telling import deliver_at
from services.profile.metrics import ALERTS
from services.profile.store import alert_rules, sites
from services.profile.store.alerts import Content
from shared import outbox
from shared.db import Tx
from shared.events import AlertRaised, AlertResolved
from shared.events.profile import AlertEvent
from shared.vocabulary import AlertEnd

E = TypeVar("E", bound=AlertEvent)
_OF_ALERT = ("workspace_id", "site_id", "alert_id", "rule_id", "rule_name", "severity", "title")


def raised_event(
    alert_id: UUID, site_id: UUID, rule: Rule, content: Content, said: Told, *, now: datetime
) -> AlertRaised:
    """Return what is told of an alert that a rule has raised."""
    return AlertRaised(
        workspace_id=rule.workspace_id,
        site_id=site_id,
        alert_id=alert_id,
        rule_id=rule.rule_id,
        rule_name=rule.name,
        severity=rule.severity,
        title=said.title,
        sentences=said.sentences,
        count=content.count,
        link_ids=content.link_ids,
        path=f"/alerts/{alert_id}",
        channel_ids=rule.channel_ids,
        deliver_at=deliver_at(rule.timing, now),
    )


async def tell_raised(tx: Tx, events: Sequence[AlertRaised]) -> None:
    """Tell of alerts, each with the name of its site."""
    await outbox.add(tx, await _named(tx, events))
    for event in events:
        ALERTS.labels("raised", event.severity).inc()


async def tell_ended(
    tx: Tx, ended: Collection[asyncpg.Record], *, by: AlertEnd, now: datetime
) -> None:
    """Tell of the end of alerts those whom their rules tell; where a rule is gone, nobody but the console."""
    rules = await alert_rules.find_rules(tx, [row["rule_id"] for row in ended])
    events = [_ended_event(row, rules.get(row["rule_id"]), by, now) for row in ended]
    await outbox.add(tx, await _named(tx, events))
    for row in ended:
        ALERTS.labels("resolved", row["severity"]).inc()


async def _named(tx: Tx, events: Sequence[E]) -> list[E]:
    found = await sites.find_sites(tx, {event.site_id for event in events if event.site_id})
    names = {site_id: site.name or site.domain for site_id, site in found.items()}
    return [
        event.model_copy(update={"site_name": names[event.site_id]})
        if event.site_id in names
        else event
        for event in events
    ]


def _ended_event(
    row: asyncpg.Record, rule: Rule | None, by: AlertEnd, now: datetime
) -> AlertResolved:
    return AlertResolved(
        channel_ids=rule.channel_ids if rule else (),
        deliver_at=deliver_at(rule.timing, now) if rule else now,
        resolved_by=by,
        **{name: row[name] for name in _OF_ALERT},
    )
