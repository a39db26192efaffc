"""Claims pages that are due from hosts that are free, and gives back what could not be visited."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import Record

from services.crawler.domain.claim import (
    Claim,
    HostClaim,
    Memory,
    TargetState,
    WatchState,
)
from services.crawler.domain.hazard import History
from services.crawler.domain.pace import Pace
from services.crawler.domain.verdict import Watch
from services.crawler.store import hosts
from shared.db import Tx
from shared.vocabulary import Outcome

_OUTCOMES = {str(outcome): outcome for outcome in Outcome}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLimits:
    """How much one claim may take. A host gives as many pages as fit into `window_s` at its pace.

    Of several replicas each may keep to its own hosts: those whose hash is `shard` of `shards`.
    """

    hosts: int = 256
    pages: int = 500
    per_host: int = 100
    window_s: float = 10.0
    lease_s: float = 120.0
    floor_s: float = 1.0
    shard: int = 0
    shards: int = 1


class _Taken(NamedTuple):
    """A page that is taken: the turn of its host that it has, and when it was due."""

    page_id: UUID
    turn: int
    due_at: datetime
    until: datetime


# A claim costs the same whatever waits elsewhere: one index scan passes over hosts that are busy,
# blocked or without due pages, and one bounded scan each finds their pages. The steps are single
# statements over arrays, because one statement for all has a plan that rests on guessed sizes.
_READY = """
SELECT host, delay_s, crawl_delay_s, blocked_until, losses, expected_losses, load FROM hosts
WHERE ready_at <= $1::timestamptz AND ($3::int = 1 OR (hashtext(host) & 2147483647) % $3 = $4::int)
ORDER BY ready_at LIMIT $2::int FOR UPDATE SKIP LOCKED
"""

_NEXT_READY = """
SELECT ready_at FROM hosts
WHERE ready_at < 'infinity' AND ($1::int = 1 OR (hashtext(host) & 2147483647) % $1 = $2::int)
ORDER BY ready_at LIMIT 1
"""

# Only pages that nobody has: hosts without a pause are claimed again while others are asked there.
_DUE = """
SELECT ready.host, page.page_id, page.next_check_at, page.turn
FROM unnest($2::text[], $3::int[]) AS ready (host, room) CROSS JOIN LATERAL (
    SELECT page_id, next_check_at, row_number() OVER (ORDER BY next_check_at) AS turn FROM (
        SELECT page_id, next_check_at FROM pages
        WHERE pages.host = ready.host AND next_check_at <= $1::timestamptz
            AND (lease_until IS NULL OR lease_until <= $1)
        ORDER BY next_check_at LIMIT ready.room
    ) AS earliest
) AS page
ORDER BY page.turn, ready.host
"""

# What is read of pages and watches comes in the order of the fields of Claim, Memory and WatchState.
_MEMORY = ", ".join(Memory._fields[:-1])

# next_check_at stays: it is indexed, and a lease that touches no index costs half.
_TAKE = f"""
UPDATE pages SET check_seq = nextval('check_seq'), wanted_at = NULL, lease_until = taken.until
FROM unnest($1::uuid[], $2::timestamptz[]) AS taken (id, until) WHERE page_id = taken.id
RETURNING page_id, page_key, url, host, check_seq, lease_until, {_MEMORY}, losses, expected_losses
"""

# due_at, where nothing due is left: the next page's moment, or the end of a lease, whose page
# comes again if its worker dies.
_HOLD = """
UPDATE hosts SET next_free_at = coalesce(held.until, hosts.next_free_at),
    due_at = CASE WHEN held.more THEN coalesce(held.due_at, hosts.due_at) ELSE least(
        coalesce((SELECT next_check_at FROM pages
            WHERE pages.host = held.host AND next_check_at > $1::timestamptz
            ORDER BY next_check_at LIMIT 1), 'infinity'),
        coalesce((SELECT min(lease_until) FROM pages
            WHERE pages.host = held.host AND next_check_at <= $1 AND lease_until > $1), 'infinity')
    ) END
FROM unnest($2::text[], $3::timestamptz[], $4::bool[], $5::timestamptz[])
    AS held (host, until, more, due_at)
WHERE hosts.host = held.host
"""

_WATCHES = """
SELECT watches.page_id, link_id, site_id, watches.hosts, target_key, target_url,
    watches.workspace_id, known_since, value, contract, ever_live, tracked_seq, missing_streak,
    missing_since, observation, evidence_id, evidence_marks, last_outcome
FROM watches LEFT JOIN sites USING (site_id)
WHERE watches.page_id = ANY($1::uuid[]) AND removed_at IS NULL AND coalesce(sites.active, true)
ORDER BY watches.link_id
"""

_TARGETS = """
SELECT targets.page_id, site_id, targets.workspace_id, target_key, target_url FROM targets LEFT JOIN sites USING (site_id)
WHERE targets.page_id = ANY($1::uuid[]) AND coalesce(sites.active, true)
"""


async def claim_due(tx: Tx, now: datetime, limits: ClaimLimits) -> list[HostClaim]:
    """Claim due pages, many of them at once, each with a new `check_seq` and a lease.

    Pages that nobody watches any more are put to rest here and not returned.
    """
    most = min(limits.hosts, limits.pages)
    ready = await tx.fetch(_READY, now, most, limits.shards, limits.shard)
    if not ready:
        return []
    known = {row["host"]: row for row in ready}
    paces = {host: _pace(row) for host, row in known.items()}
    rooms = {host: _room(pace, limits) for host, pace in paces.items()}
    due = await tx.fetch(_DUE, now, list(rooms), list(rooms.values()))
    taken = _taken(due[: limits.pages], paces, now, limits)
    rows = await _take(tx, taken)
    waiting = Counter(row["host"] for row in due)
    more = {
        host: waiting[host] == rooms[host] or waiting[host] > len(taken.get(host, ()))
        for host in rooms
    }
    await _hold(tx, now, more, taken, {h for h in paces if paces[h].gap_s(limits.floor_s) > 0})
    claims = await _claims(tx, rows, known)
    return await _by_host(tx, now, claims, paces, limits)


async def next_ready(tx: Tx, limits: ClaimLimits) -> datetime | None:
    """Return when the next host may be claimed, or None if none has a page to look at."""
    found: datetime | None = await tx.fetch_value(_NEXT_READY, limits.shards, limits.shard)
    return found


def _room(pace: Pace, limits: ClaimLimits) -> int:
    gap_s = pace.gap_s(limits.floor_s)
    if gap_s == 0:
        return limits.per_host
    return min(limits.per_host, max(1, int(limits.window_s / gap_s)))


def _taken(
    due: Sequence[Record], paces: Mapping[str, Pace], now: datetime, limits: ClaimLimits
) -> dict[str, list[_Taken]]:
    """Return by host what is taken of what is due, in turns.

    A lease covers the turns of the pages before and up to four of its own (robots.txt, redirects).
    """
    taken: dict[str, list[_Taken]] = defaultdict(list)
    for row in due:
        wait_s = limits.lease_s + (row["turn"] + 4) * paces[row["host"]].gap_s(limits.floor_s)
        until = now + timedelta(seconds=wait_s)
        one = _Taken(row["page_id"], row["turn"], row["next_check_at"], until)
        taken[row["host"]].append(one)
    return taken


async def _take(tx: Tx, taken: Mapping[str, Sequence[_Taken]]) -> list[Record]:
    """Lease the pages; returns their rows in turns."""
    turns = {page.page_id: page for pages in taken.values() for page in pages}
    if not turns:
        return []
    ids = sorted(turns)
    rows = await tx.fetch(_TAKE, ids, [turns[page_id].until for page_id in ids])
    return sorted(rows, key=lambda row: (turns[row["page_id"]].turn, row["host"]))


async def _hold(
    tx: Tx,
    now: datetime,
    more: Mapping[str, bool],
    taken: Mapping[str, Sequence[_Taken]],
    paced: Collection[str],
) -> None:
    """Keep others from the hosts that have a pause, and say when each of all is due again."""
    hosts_ = sorted(more)
    ends = [taken[host][-1] if host in taken else None for host in hosts_]
    await tx.run(
        _HOLD,
        now,
        hosts_,
        [
            end.until if end and host in paced else None
            for host, end in zip(hosts_, ends, strict=True)
        ],
        [more[host] for host in hosts_],
        [end.due_at if end else None for end in ends],
    )


async def _claims(tx: Tx, rows: Sequence[Record], known: Mapping[str, Record]) -> list[Claim]:
    page_ids = [row["page_id"] for row in rows]
    watches = _grouped(await tx.fetch(_WATCHES, page_ids), _watch)
    targets = _grouped(await tx.fetch(_TARGETS, page_ids), _target)
    return [_claim(row, known[row["host"]], watches, targets) for row in rows]


async def _by_host(
    tx: Tx, now: datetime, claims: Sequence[Claim], paces: Mapping[str, Pace], limits: ClaimLimits
) -> list[HostClaim]:
    """Return the claims host by host, without those that nobody wants, which come to rest."""
    wanted: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if not claim.is_idle:
            wanted[claim.host].append(claim)
    idle = [claim for claim in claims if claim.is_idle]
    if idle:
        await _rest(tx, idle)
    alone = {claim.host for claim in claims} - wanted.keys()
    if alone:
        await hosts.free(tx, alone, now)
    return [
        HostClaim(
            host=host,
            pace=paces[host],
            held=paces[host].gap_s(limits.floor_s) > 0,
            pages=tuple(pages),
        )
        for host, pages in wanted.items()
    ]


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
        WHERE hosts.host = mine.host AND hosts.due_at > mine.due_at
        """,
        [claim.page_id for claim, _ in claims],
        [claim.check_seq for claim, _ in claims],
        [due_at for _, due_at in claims],
    )


async def _rest(tx: Tx, claims: Sequence[Claim]) -> None:
    await tx.run(
        "UPDATE pages SET next_check_at = coalesce(wanted_at, 'infinity'), lease_until = NULL,"
        " rate = 0 WHERE page_id = ANY($1::uuid[])",
        [claim.page_id for claim in claims],
    )
    freed: dict[str, float] = defaultdict(float)
    for claim in claims:
        freed[claim.host] += claim.memory.rate
    await tx.run(
        "UPDATE hosts SET load = greatest(0, hosts.load - freed.rate)"
        " FROM unnest($1::text[], $2::float8[]) AS freed (host, rate)"
        " WHERE hosts.host = freed.host",
        list(freed),
        list(freed.values()),
    )


def _grouped(rows: Iterable[Record], build: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["page_id"]].append(build(row))
    return found


def _pace(row: Record) -> Pace:
    return Pace(
        delay_s=row["delay_s"],
        crawl_delay_s=row["crawl_delay_s"],
        blocked_until=row["blocked_until"],
    )


def _claim(
    row: Record,
    host: Record,
    watches: Mapping[UUID, list[WatchState]],
    targets: Mapping[UUID, list[TargetState]],
) -> Claim:
    page_id = row["page_id"]
    return Claim._make(
        (
            *row[:6],
            Memory._make((*row[6:-2], History(*row[-2:]))),
            History(host["losses"], host["expected_losses"]),
            host["load"],
            tuple(watches.get(page_id, ())),
            tuple(targets.get(page_id, ())),
        )
    )


def _watch(row: Record) -> WatchState:
    link_id, site_id, hosts_, target_key, target_url = row[1:6]
    watch = Watch(link_id, site_id, frozenset(hosts_), target_key, target_url)
    return WatchState._make((watch, *row[6:-1], _OUTCOMES.get(row["last_outcome"])))


def _target(row: Record) -> TargetState:
    return TargetState._make(row[1:])
