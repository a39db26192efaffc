"""A site whose links go and come back, and what was told of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.profile.domain.alert_rules import Rule
from services.profile.domain.alerts import AlertKind
from services.profile.domain.site import Site
from services.profile.handlers.observations import on_link_checked
from services.profile.jobs.alerting import sift
from services.profile.store import alert_rules
from shared.db import Tx
from shared.events import AlertRaised, LinkChecked
from shared.ids import new_id
from shared.vocabulary import Outcome
from tests.profile.builders import NOON, a_check
from tests.profile.conftest import add_link, published

LATER = NOON + timedelta(days=2)


def a_rule(site: Site, *kinds: AlertKind, **given: Any) -> Rule:
    values: dict[str, Any] = {
        "rule_id": new_id(),
        "workspace_id": site.workspace_id,
        "name": "Told",
        "kinds": kinds or (AlertKind.LINK_LOST,),
    }
    return Rule(**values | given)


async def only_rules(tx: Tx, site: Site, *rules: Rule) -> None:
    """Put these rules in the place of those that a workspace begins with."""
    await alert_rules.begin_with_defaults(tx, [site.workspace_id])
    await tx.run("DELETE FROM alert_rules")
    for rule in rules:
        await alert_rules.add_rule(tx, rule)


async def live_links(tx: Tx, site: Site, pages: Iterable[str]) -> list[UUID]:
    """Links that were imported and seen."""
    ids = [await add_link(tx, site, page=page) for page in pages]
    await look(tx, [a_check(link_id, 1) for link_id in ids])
    return ids


async def lose(tx: Tx, ids: Iterable[UUID], *, since: int = 2) -> None:
    """Have links missed twice, far enough apart."""
    links = list(ids)
    for seq, streak in ((since, 1), (since + 1, 2)):
        await look(tx, [a_check(one, seq, Outcome.MISSING, streak=streak) for one in links])


async def look(tx: Tx, checks: Iterable[LinkChecked]) -> None:
    await on_link_checked(list(checks), tx)


async def told(tx: Tx, now: datetime = LATER) -> list[AlertRaised]:
    """Hold the rules against what happened; returns everything that was told so far."""
    while await sift(tx, now=now):
        pass
    return await published(tx, AlertRaised)


async def alert_rows(tx: Tx) -> list[dict[str, Any]]:
    rows = await tx.fetch("SELECT * FROM alerts ORDER BY alert_id")
    return [dict(row) for row in rows]
