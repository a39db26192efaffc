"""Claims pages that are due from hosts that are free, and gives back what could not be visited."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.crawler.domain.claim import (
    Claim,
    HostClaim,
    Memory,
    TargetState,
    WatchState,
)
from services.crawler.domain.pace import Pace
from services.crawler.domain.verdict import Watch
from services.crawler.store import hosts
from shared.db import Tx
from shared.vocabulary import Outcome

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLimits:
    """How much one claim may take. A host gives as many pages as fit into `window_s` at its pace."""

    hosts: int = 256
    pages: int = 500
    per_host: int = 100
    window_s: float = 10.0
    lease_s: float = 120.0
    floor_s: float = 1.0


# Hosts are found by one index scan that passes over hosts that are busy, blocked or without due
# pages; their pages by one bounded scan each. So a claim costs the same whatever waits elsewhere.
# A lease covers the turns of the pages before and up to four of its own (robots.txt, redirects).
_CLAIM = """
WITH ready AS (
    SELECT host, greatest(delay_s, crawl_delay_s, $2::float8) AS gap_s
    FROM hosts WHERE ready_at <= $1::timestamptz ORDER BY ready_at LIMIT $3::int
    FOR UPDATE SKIP LOCKED
), paced AS (
    SELECT host, gap_s,
           CASE WHEN gap_s = 0 THEN $5::int
                ELSE least($5::int, greatest(1, floor($6::float8 / gap_s)))::int END AS room
    FROM ready
), due AS (
    SELECT paced.host, page.page_id, page.nth
    FROM paced CROSS JOIN LATERAL (
        SELECT page_id, row_number() OVER (ORDER BY next_check_at) AS nth FROM (
            SELECT page_id, next_check_at FROM pages
            WHERE pages.host = paced.host AND next_check_at <= $1
            ORDER BY next_check_at LIMIT paced.room
        ) AS earliest
    ) AS page
    ORDER BY page.nth, paced.host LIMIT $4::int
), taken AS (
    UPDATE pages SET check_seq = nextval('check_seq'), wanted_at = NULL,
        lease_until = $1 + make_interval(secs => $7::float8 + (due.nth + 4) * paced.gap_s),
        next_check_at = $1 + make_interval(secs => $7::float8 + (due.nth + 4) * paced.gap_s)
    FROM due JOIN paced USING (host) WHERE pages.page_id = due.page_id
    RETURNING pages.*, due.nth
), counted AS (
    SELECT host, count(*) AS pages, max(lease_until) AS until FROM taken GROUP BY host
), held AS (
    UPDATE hosts SET
        next_free_at = CASE WHEN counted.until IS NULL OR paced.gap_s = 0
            THEN hosts.next_free_at ELSE counted.until END,
        due_at = least(coalesce(counted.until, 'infinity'), coalesce((
            SELECT next_check_at FROM pages WHERE pages.host = paced.host
            ORDER BY next_check_at OFFSET coalesce(counted.pages, 0) LIMIT 1
        ), 'infinity'))
    FROM paced LEFT JOIN counted USING (host) WHERE hosts.host = paced.host
    RETURNING hosts.host, hosts.delay_s, hosts.crawl_delay_s, hosts.blocked_until, paced.gap_s
)
SELECT taken.*, held.delay_s, held.crawl_delay_s, held.blocked_until, held.gap_s
FROM taken JOIN held USING (host) ORDER BY taken.nth, taken.host
"""

_WATCHES = """
SELECT watches.* FROM watches LEFT JOIN sites USING (site_id)
WHERE watches.page_id = ANY($1::uuid[]) AND removed_at IS NULL AND coalesce(sites.active, true)
ORDER BY watches.link_id
"""

_TARGETS = """
SELECT targets.* FROM targets LEFT JOIN sites USING (site_id)
WHERE targets.page_id = ANY($1::uuid[]) AND coalesce(sites.active, true)
"""


async def claim_due(tx: Tx, now: datetime, limits: ClaimLimits) -> list[HostClaim]:
    """Claim due pages, many of them in one statement, each with a new `check_seq` and a lease.

    Pages that nobody watches any more are put to rest here and not returned.
    """
    rows = await tx.fetch(
        _CLAIM,
        now,
        limits.floor_s,
        limits.hosts,
        limits.pages,
        limits.per_host,
        limits.window_s,
        limits.lease_s,
    )
    if not rows:
        return []
    page_ids = [row["page_id"] for row in rows]
    watches = _grouped(await tx.fetch(_WATCHES, page_ids), _watch)
    targets = _grouped(await tx.fetch(_TARGETS, page_ids), _target)
    by_host: dict[str, list[Row]] = defaultdict(list)
    idle = []
    for row in rows:
        if row["page_id"] in watches or row["page_id"] in targets:
            by_host[row["host"]].append(row)
        else:
            idle.append(row["page_id"])
    if idle:
        await _rest(tx, idle)
    alone = {row["host"] for row in rows} - by_host.keys()
    if alone:
        await hosts.free(tx, alone, now)
    return [_host_claim(host, mine, watches, targets) for host, mine in by_host.items()]


async def give_back(tx: Tx, claims: Sequence[tuple[Claim, datetime]]) -> None:
    """Make claimed pages due again at the given times, as if they had not been claimed."""
    await hosts.lock(tx, {claim.host for claim, _ in claims})
    await tx.run(
        """
        WITH given AS (
            UPDATE pages SET lease_until = NULL, wanted_at = NULL,
                next_check_at = least(wanted_at, back.due_at)
            FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) AS back (id, seq, due_at)
            WHERE page_id = back.id AND check_seq = back.seq
            RETURNING host, next_check_at
        )
        UPDATE hosts SET due_at = least(hosts.due_at, mine.due_at)
        FROM (SELECT host, min(next_check_at) AS due_at FROM given GROUP BY host) AS mine
        WHERE hosts.host = mine.host
        """,
        [claim.page_id for claim, _ in claims],
        [claim.check_seq for claim, _ in claims],
        [due_at for _, due_at in claims],
    )


async def _rest(tx: Tx, page_ids: Sequence[UUID]) -> None:
    await tx.run(
        "UPDATE pages SET next_check_at = coalesce(wanted_at, 'infinity'), lease_until = NULL"
        " WHERE page_id = ANY($1::uuid[])",
        page_ids,
    )


def _grouped(rows: Iterable[Row], build: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["page_id"]].append(build(row))
    return found


def _host_claim(
    host: str,
    rows: Sequence[Row],
    watches: Mapping[UUID, list[WatchState]],
    targets: Mapping[UUID, list[TargetState]],
) -> HostClaim:
    first = rows[0]
    pace = Pace(
        delay_s=first["delay_s"],
        crawl_delay_s=first["crawl_delay_s"],
        blocked_until=first["blocked_until"],
    )
    pages = tuple(
        Claim(
            page_id=row["page_id"],
            page_key=row["page_key"],
            url=row["url"],
            host=host,
            check_seq=row["check_seq"],
            lease_until=row["lease_until"],
            memory=_memory(row),
            watches=tuple(watches.get(row["page_id"], ())),
            targets=tuple(targets.get(row["page_id"], ())),
        )
        for row in rows
    )
    return HostClaim(host=host, pace=pace, held=first["gap_s"] > 0, pages=pages)


def _memory(row: Row) -> Memory:
    return Memory(
        final_url=row["final_url"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        fingerprint=row["fingerprint"],
        facts_hash=row["facts_hash"],
        facts_at=row["facts_at"],
        checked_at=row["checked_at"],
        changed_at=row["changed_at"],
        full_at=row["full_at"],
        short_run=row["short_run"],
        failure_run=row["failure_run"],
        checks=row["checks"],
    )


def _watch(row: Row) -> WatchState:
    return WatchState(
        watch=Watch(
            link_id=row["link_id"],
            site_id=row["site_id"],
            hosts=frozenset(row["hosts"]),
            target_key=row["target_key"],
            target_url=row["target_url"],
        ),
        workspace_id=row["workspace_id"],
        value=row["value"],
        contract=row["contract"],
        ever_live=row["ever_live"],
        known_since=row["known_since"],
        tracked_seq=row["tracked_seq"],
        missing_streak=row["missing_streak"],
        missing_since=row["missing_since"],
        last_outcome=Outcome(row["last_outcome"]) if row["last_outcome"] else None,
        observation=row["observation"],
    )


def _target(row: Row) -> TargetState:
    return TargetState(
        site_id=row["site_id"],
        workspace_id=row["workspace_id"],
        target_key=row["target_key"],
        target_url=row["target_url"],
    )
