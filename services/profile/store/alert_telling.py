"""What is told of alerts: their events, from when on, and to which channels."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.profile.domain.alert_rules import Rule
from services.profile.domain.alert_words import Told
from services.profile.domain.telling import deliver_at
from services.profile.metrics import ALERTS
from services.profile.store import alert_rules
from services.profile.store.alerts import Content
from shared import outbox
from shared.db import Tx
from shared.events import AlertRaised, AlertResolved
from shared.vocabulary import AlertEnd

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
    """Tell of alerts."""
    await outbox.add(tx, events)
    for event in events:
        ALERTS.labels("raised", event.severity).inc()


async def tell_ended(
    tx: Tx, ended: Collection[asyncpg.Record], *, by: AlertEnd, now: datetime
) -> None:
    """Tell of the end of alerts those whom their rules tell; where a rule is gone, nobody but the console."""
    rules = await alert_rules.find_rules(tx, [row["rule_id"] for row in ended])
    await outbox.add(tx, [_ended_event(row, rules.get(row["rule_id"]), by, now) for row in ended])
    for row in ended:
        ALERTS.labels("resolved", row["severity"]).inc()


def _ended_event(
    row: asyncpg.Record, rule: Rule | None, by: AlertEnd, now: datetime
) -> AlertResolved:
    return AlertResolved(
        channel_ids=rule.channel_ids if rule else (),
        deliver_at=deliver_at(rule.timing, now) if rule else now,
        resolved_by=by,
        **{name: row[name] for name in _OF_ALERT},
    )
