"""Domains that were seen to come, and the bursts of bad ones that were taken for attacks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.toxicity.domain.attacks.bursts import CALM_DAYS, Burst, Day
from services.toxicity.domain.score import WATCH_FROM
from shared.db import Tx
from shared.events import LinkChanged
from shared.ids import new_id
from shared.vocabulary import ChangeKind

BAD_FROM = round(100 * WATCH_FROM)

_ARRIVALS = """
    INSERT INTO arrivals (site_id, referring_domain, workspace_id, link_id, arrived_on)
    SELECT DISTINCT ON (u.site_id, u.domain) u.site_id, u.domain, u.workspace_id, u.link_id, u.day
    FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::date[])
      AS u(site_id, domain, workspace_id, link_id, day)
    WHERE NOT EXISTS (SELECT 1 FROM links o WHERE o.workspace_id = u.workspace_id
        AND o.referring_domain = u.domain AND o.site_id = u.site_id
        AND o.link_id <> ALL($4::uuid[]))
    ORDER BY u.site_id, u.domain, u.day, u.link_id
    ON CONFLICT DO NOTHING
"""


async def save_arrivals(tx: Tx, changes: Iterable[LinkChanged]) -> None:
    """Note domains of which the first link to a site was seen to come; imports bring none.

    A domain that has any other link already was there before, even if nobody knows since when.
    """
    new = [
        one
        for one in changes
        if one.kind is ChangeKind.NEW and one.site_id and one.workspace_id and one.referring_domain
    ]
    if not new:
        return
    await tx.run(
        _ARRIVALS,
        [one.site_id for one in new],
        [one.referring_domain for one in new],
        [one.workspace_id for one in new],
        [one.link_id for one in new],
        [(one.checked_at or one.occurred_at).astimezone(UTC).date() for one in new],
    )


@dataclass(frozen=True, slots=True)
class Watched:
    """A site with new domains, and the day from which on they can be known."""

    site_id: UUID
    workspace_id: UUID
    since: date


async def list_watched(tx: Tx, *, since: date, after: UUID, limit: int) -> list[Watched]:
    """Return sites to which a domain came since that day, by id."""
    rows = await tx.fetch(
        "SELECT s.site_id, s.workspace_id FROM sites s WHERE s.site_id > $2"
        " AND s.deleted_at IS NULL AND EXISTS (SELECT 1 FROM arrivals r"
        " WHERE r.site_id = s.site_id AND r.arrived_on >= $1) ORDER BY s.site_id LIMIT $3",
        since,
        after,
        limit,
    )
    return [Watched(row[0], row[1], _born_on(row[0])) for row in rows]


def _born_on(site_id: UUID) -> date:
    """Return the day on which a site was added: before it nobody looked for new links."""
    return datetime.fromtimestamp((site_id.int >> 80) / 1000, UTC).date()


async def lock_site(tx: Tx, site_id: UUID) -> bool:
    """Lock a site as the walk does; False if somebody else has it just now."""
    rows = await tx.fetch(
        "SELECT 1 FROM sites WHERE site_id = $1 AND deleted_at IS NULL FOR UPDATE SKIP LOCKED",
        site_id,
    )
    return bool(rows)


async def list_days(tx: Tx, site_id: UUID, *, first: date, last: date) -> list[Day]:
    """Return how many domains came on each day, without gaps."""
    rows = await tx.fetch(
        "SELECT r.arrived_on, count(*), count(*) FILTER (WHERE l.score >= $4) FROM arrivals r"
        " LEFT JOIN links l ON l.link_id = r.link_id"
        " WHERE r.site_id = $1 AND r.arrived_on BETWEEN $2 AND $3 GROUP BY r.arrived_on",
        site_id,
        first,
        last,
        BAD_FROM,
    )
    known = {row[0]: Day(row[0], row[1], row[2]) for row in rows}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [known.get(day, Day(day)) for day in days]


@dataclass(frozen=True, slots=True)
class Came:
    """A new domain with its link as it was seen."""

    domain: str
    link_id: UUID
    arrived_on: date
    anchor_text: str
    is_bad: bool


async def list_arrivals(
    tx: Tx, site_id: UUID, *, first: date, last: date, limit: int
) -> list[Came]:
    rows = await tx.fetch(
        "SELECT r.referring_domain, r.link_id, r.arrived_on,"
        " coalesce(l.facts->>'anchor_text', '') AS anchor_text, coalesce(l.score >= $4, false)"
        " FROM arrivals r LEFT JOIN links l ON l.link_id = r.link_id"
        " WHERE r.site_id = $1 AND r.arrived_on BETWEEN $2 AND $3"
        " ORDER BY r.arrived_on DESC, r.referring_domain LIMIT $5",
        site_id,
        first,
        last,
        BAD_FROM,
        limit,
    )
    return [Came(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Attack:
    """A burst as it is kept."""

    attack_id: UUID
    site_id: UUID
    started_on: date
    found_on: date
    last_on: date
    domains: int
    bad: int
    expected: float
    evidence: dict[str, Any]

    def is_over(self, today: date) -> bool:
        """Say whether the days after it were calm for long enough."""
        return today > self.last_on + timedelta(days=CALM_DAYS)


_COLUMNS = (
    "attack_id, site_id, started_on, found_on, last_on, domains, toxic_domains, expected, evidence"
)


async def find_last(tx: Tx, site_id: UUID) -> Attack | None:
    rows = await list_attacks(tx, site_id, before=None, limit=1)
    return rows[0] if rows else None


async def list_attacks(tx: Tx, site_id: UUID, *, before: UUID | None, limit: int) -> list[Attack]:
    """Return the attacks on a site, the newest first."""
    rows: list[asyncpg.Record] = await tx.fetch(
        f"SELECT {_COLUMNS} FROM attacks WHERE site_id = $1"
        " AND ($2::uuid IS NULL OR attack_id < $2) ORDER BY attack_id DESC LIMIT $3",
        site_id,
        before,
        limit,
    )
    return [Attack(*row) for row in rows]


async def save_attack(
    tx: Tx, watched: Watched, burst: Burst, evidence: dict[str, Any], *, known: UUID | None
) -> UUID:
    """Keep a burst under the id of the attack that it goes on, or under a new one."""
    attack_id = known or new_id()
    await tx.run(
        "INSERT INTO attacks AS a (attack_id, workspace_id, site_id, started_on, found_on, last_on,"
        " domains, toxic_domains, expected, evidence)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json)"
        " ON CONFLICT (attack_id) DO UPDATE SET last_on = greatest(a.last_on, excluded.last_on),"
        " domains = greatest(a.domains, excluded.domains),"
        " toxic_domains = greatest(a.toxic_domains, excluded.toxic_domains),"
        " evidence = excluded.evidence",
        attack_id,
        *(watched.workspace_id, watched.site_id, burst.started_on, burst.found_on, burst.last_on),
        *(burst.domains, burst.bad, burst.expected, orjson.dumps(evidence).decode()),
    )
    return attack_id


async def mark_arrivals(
    tx: Tx, site_id: UUID, attack_id: UUID, domains: Sequence[str]
) -> list[UUID]:
    """Note the bad domains that came in an attack; returns the links of those not noted before."""
    rows = await tx.fetch(
        "UPDATE arrivals SET attack_id = $2 WHERE site_id = $1"
        " AND referring_domain = ANY($3::text[]) AND attack_id IS NULL RETURNING link_id",
        site_id,
        attack_id,
        list(domains),
    )
    return [row["link_id"] for row in rows]


async def find_newest_day(tx: Tx, site_id: UUID) -> date | None:
    """Return the last day on which a domain came."""
    newest: date | None = await tx.fetch_value(
        "SELECT max(arrived_on) FROM arrivals WHERE site_id = $1", site_id
    )
    return newest


async def count_attacks(tx: Tx, site_id: UUID) -> int:
    return int(await tx.fetch_value("SELECT count(*) FROM attacks WHERE site_id = $1", site_id))
