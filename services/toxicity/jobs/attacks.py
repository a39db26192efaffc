"""The look for attacks: the daily numbers of new domains of each site, every quarter of an hour."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

from services.toxicity.domain.attacks.bursts import CALM_DAYS, Burst, find_bursts, is_another
from services.toxicity.domain.attacks.drift import Arrival, Drift, class_of, measure
from services.toxicity.domain.attacks.telling import evidence, sentence
from services.toxicity.domain.names import Names, names_of
from services.toxicity.metrics import ATTACKS
from services.toxicity.store import attacks, scores, sites
from services.toxicity.store.attacks import Came, Watched
from shared import clock, outbox
from shared.db import Database, Tx
from shared.events import AttackSuspected

DAYS = 120
BEFORE_DAYS = 90
MAX_ARRIVALS = 5_000
SITES_AT_ONCE = 200


async def watch_for_attacks(db: Database, pause_s: float, stop: asyncio.Event) -> None:
    """Look again and again until `stop` is set."""
    while not stop.is_set():
        await look_for_attacks(db, clock.now().date(), stop)
        try:
            async with asyncio.timeout(pause_s):
                await stop.wait()
        except TimeoutError:
            continue


async def look_for_attacks(db: Database, today: date, stop: asyncio.Event) -> int:
    """Look at each site to which domains came lately; returns how many attacks were new."""
    found = 0
    after: UUID | None = sites.START
    while after is not None and not stop.is_set():
        async with db.begin() as tx:
            some = await attacks.list_watched(
                tx, since=today - timedelta(days=CALM_DAYS), after=after, limit=SITES_AT_ONCE
            )
        for one in some:
            async with db.begin() as tx:
                found += await look_at_site(tx, one, today)
        after = some[-1].site_id if len(some) == SITES_AT_ONCE else None
    ATTACKS.inc(found)
    return found


async def look_at_site(tx: Tx, watched: Watched, today: date) -> bool:
    """Look at one site; says whether an attack was found that nobody was told of before."""
    if not await attacks.lock_site(tx, watched.site_id):
        return False
    first = max(watched.since, today - timedelta(days=DAYS))
    days = await attacks.list_days(tx, watched.site_id, first=first, last=today)
    bursts = find_bursts(days)
    if not bursts or bursts[-1].last_on < today - timedelta(days=CALM_DAYS):
        return False
    burst = bursts[-1]
    last = await attacks.find_last(tx, watched.site_id)
    known = None
    if last is not None and not is_another(last.last_on, burst.started_on):
        known = last.attack_id
    came = await attacks.list_arrivals(
        tx,
        watched.site_id,
        first=burst.started_on - timedelta(days=BEFORE_DAYS),
        last=burst.last_on,
        limit=MAX_ARRIVALS,
    )
    drift = await _drift(tx, watched, burst, came)
    kept = {"said": evidence(burst, drift), "drift": asdict(drift), "share_z": burst.share_z}
    attack_id = await attacks.save_attack(tx, watched, burst, kept, known=known)
    bad = [one.domain for one in came if one.is_bad and one.arrived_on >= burst.started_on]
    links = await attacks.mark_arrivals(tx, watched.site_id, attack_id, bad)
    await scores.score_links(tx, links, now=clock.now())
    if known is None:
        await outbox.add(tx, [_suspected(watched, burst, attack_id)])
    return known is None


async def _drift(tx: Tx, watched: Watched, burst: Burst, came: Sequence[Came]) -> Drift:
    site = await sites.get_site(tx, watched.site_id, workspace_id=watched.workspace_id)
    names = names_of(site.brands, site.keywords, (site.domain, *site.hosts), site.domain)
    before = [_arrival(one, names) for one in came if one.arrived_on < burst.started_on]
    during = [_arrival(one, names) for one in came if one.arrived_on >= burst.started_on]
    return measure(before, during)


def _arrival(one: Came, names: Names) -> Arrival:
    kind, flags = names.classify(one.anchor_text, None)
    return Arrival(one.domain, one.anchor_text, class_of(kind, flags))


def _suspected(watched: Watched, burst: Burst, attack_id: UUID) -> AttackSuspected:
    return AttackSuspected(
        workspace_id=watched.workspace_id,
        site_id=watched.site_id,
        attack_id=attack_id,
        started_on=burst.started_on,
        found_on=burst.found_on,
        domains=burst.domains,
        toxic_domains=burst.bad,
        expected=burst.expected,
        sentence=sentence(burst.bad, burst.started_on, burst.last_on, burst.expected),
    )
