"""Looks once a day at how each site grows: bursts, drops, and anchors of other kinds than before."""

from datetime import date, datetime, timedelta
from uuid import UUID

from services.profile.domain.alerts import AlertKind
from services.profile.domain.anomalies import Anomaly, Direction, days_of, find_anomalies
from services.profile.domain.drift import NEW_DAYS, find_drift
from services.profile.domain.growing import sentence_of
from services.profile.domain.occasions import odd_growth
from services.profile.domain.patterns import MIN_LINKS, Pattern, find_patterns
from services.profile.store import figures, growth, occasions
from services.profile.store.growth import Movements, Unusual
from shared import outbox
from shared.db import Tx
from shared.events import AnchorsDrifted, VelocityAnomalyDetected

SITES = 5
SHOWN = 20
HISTORY = timedelta(days=400)
FRESH = timedelta(days=7)
"""What was found longer ago is kept, and nobody is woken for it."""
MAX_GROUPS = 500
MAX_PATTERNS = 5


async def watch_growth(tx: Tx, now: datetime) -> int:
    """Look at the growth of a few sites that nobody looked at today."""
    claimed = await growth.claim_sites(tx, now.date(), limit=SITES)
    for site_id, workspace_id in claimed:
        await _watch(tx, site_id, workspace_id, now.date())
    return len(claimed)


async def _watch(tx: Tx, site_id: UUID, workspace_id: UUID, today: date) -> None:
    moves = await growth.get_movements(tx, site_id)
    for anomaly in anomalies_of(moves, today):
        await _tell(tx, site_id, workspace_id, anomaly, today)
    await _watch_anchors(tx, site_id, workspace_id, today)


def anomalies_of(moves: Movements, today: date) -> list[Anomaly]:
    """Return the bursts and drops until yesterday: a day that goes on is not judged."""
    if not moves.known:
        return []
    last = today - timedelta(days=1)
    first = max(min(moves.known), today - HISTORY)
    if first >= last:
        return []
    came = days_of(moves.came, first, last)
    went = days_of(moves.went, first, last, moves.known)
    return [*find_anomalies(came, Direction.BURST), *find_anomalies(went, Direction.DROP)]


async def _tell(tx: Tx, site_id: UUID, workspace_id: UUID, anomaly: Anomaly, today: date) -> None:
    lost = anomaly.direction is Direction.DROP
    last = anomaly.started_on + timedelta(days=len(anomaly.days) - 1)
    domains = await growth.list_moved_domains(
        tx, site_id, lost=lost, since=anomaly.started_on, until=last, limit=SHOWN
    )
    patterns = (
        await list_patterns(tx, site_id, since=anomaly.started_on, until=last) if lost else []
    )
    found = Unusual(
        anomaly.direction,
        anomaly.started_on,
        anomaly.found_on,
        anomaly.ended_on,
        anomaly.count,
        anomaly.expected,
        anomaly.confidence,
        sentence_of(anomaly),
        {
            "days": anomaly.days,
            "domains": domains,
            "patterns": [pattern.sentence for pattern in patterns],
        },
    )
    anomaly_id, new = await growth.save_unusual(tx, site_id, workspace_id, found)
    if new and anomaly.found_on >= today - FRESH:
        known = await figures.list_known_until(tx, [site_id])
        event = VelocityAnomalyDetected(
            workspace_id=workspace_id,
            site_id=site_id,
            anomaly_id=anomaly_id,
            kind=anomaly.direction,
            started_on=anomaly.started_on,
            found_on=anomaly.found_on,
            count=anomaly.count,
            expected=anomaly.expected,
            confidence=anomaly.confidence,
            sentence=found.sentence,
            days=anomaly.days,
            domains=tuple(domains),
            patterns=tuple(pattern.sentence for pattern in patterns),
            new_links_known_until=known.get(site_id),
        )
        await outbox.add(tx, [event])
        await occasions.add_occasions(tx, [odd_growth(AlertKind.VELOCITY_ANOMALY, site_id, event)])


async def list_patterns(tx: Tx, site_id: UUID, *, since: date, until: date) -> list[Pattern]:
    """Return what the links that died between two days have in common, the least likely first."""
    losses = await growth.get_losses(
        tx, site_id, since=since, until=until, least=MIN_LINKS, limit=MAX_GROUPS
    )
    found = find_patterns(
        losses.groups, stood=losses.stood, died=losses.died, since=since, until=until
    )
    return found[:MAX_PATTERNS]


async def _watch_anchors(tx: Tx, site_id: UUID, workspace_id: UUID, today: date) -> None:
    since = today - timedelta(days=NEW_DAYS)
    before, new = await growth.list_kinds_before_and_new(tx, site_id, since=since)
    drift = find_drift(before, new)
    if drift is None:
        return
    kinds = {
        "kinds_before": {str(kind): count for kind, count in before.items()},
        "kinds_new": {str(kind): count for kind, count in new.items()},
    }
    found = Unusual(
        "anchor_drift",
        since,
        today,
        None,
        drift.new,
        0.0,
        drift.confidence,
        drift.sentence,
        {**kinds, "divergence": drift.divergence},
    )
    anomaly_id, is_new = await growth.save_unusual(tx, site_id, workspace_id, found)
    if is_new:
        event = AnchorsDrifted(
            workspace_id=workspace_id,
            site_id=site_id,
            anomaly_id=anomaly_id,
            started_on=since,
            found_on=today,
            count=drift.new,
            divergence=drift.divergence,
            confidence=drift.confidence,
            sentence=drift.sentence,
            kinds_before=kinds["kinds_before"],
            kinds_new=kinds["kinds_new"],
        )
        await outbox.add(tx, [event])
        await occasions.add_occasions(tx, [odd_growth(AlertKind.ANCHORS_DRIFTED, site_id, event)])
