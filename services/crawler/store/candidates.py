"""Pages that may link to a site: added in bulk, taken in turns, and what a look at each saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.crawler.domain.discovery.candidates import (
    MOST_OF_A_HOST,
    Candidate,
    CandidateState,
    SearchedSite,
)
from shared.db import Tx
from shared.policies import not_held
from shared.vocabulary import DiscoveryReason

LOOK_AGAIN = timedelta(days=7)
"""A page that was looked at is not looked at again sooner, whoever names it."""
_TAKEN = timedelta(minutes=10)

# Logs that overlap in time hold the same visits; those that follow each other hold more.
_HITS = """CASE WHEN excluded.first_seen_at > {0}.last_seen_at
            OR excluded.last_seen_at < {0}.first_seen_at
        THEN {0}.hits + excluded.hits ELSE greatest({0}.hits, excluded.hits) END"""

# They keep their order by the moment. What is watched already needs no search. PostgreSQL's least and greatest pass over nulls.
_ADD = f"""
INSERT INTO candidates (site_id, workspace_id, page_key, url, host, reason, guessed, hits,
    first_seen_at, last_seen_at, added_at)
SELECT $1, $2, page_key, url, host, reason, guessed, hits, first_seen_at, last_seen_at,
    $11::timestamptz + place * interval '1 microsecond'
FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::bigint[],
    $9::timestamptz[], $10::timestamptz[]) WITH ORDINALITY
    AS new (page_key, url, host, reason, guessed, hits, first_seen_at, last_seen_at, place)
WHERE NOT EXISTS (SELECT 1 FROM pages JOIN watches USING (page_id)
    WHERE pages.page_key = new.page_key AND watches.site_id = $1 AND removed_at IS NULL)
ORDER BY page_key
ON CONFLICT (site_id, page_key) DO UPDATE SET hits = {_HITS.format("candidates")},
    first_seen_at = least(candidates.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(candidates.last_seen_at, excluded.last_seen_at),
    guessed = candidates.guessed AND excluded.guessed,
    (state, reason) = (SELECT CASE WHEN again THEN 'waiting' ELSE candidates.state END,
        CASE WHEN again THEN excluded.reason ELSE candidates.reason END
        FROM (SELECT candidates.looked_at IS NULL OR candidates.looked_at < $12) AS look (again))
RETURNING 1
"""

# Hosts take turns: so many pages of one are asked for in a row by nobody.
_TAKE = """
WITH open AS (
    SELECT page_key, row_number() OVER (
        PARTITION BY host ORDER BY guessed, hits DESC, added_at
    ) AS turn, hits
    FROM candidates WHERE site_id = $1 AND state = 'waiting' AND reason <> 'webmention'
        AND (taken_until IS NULL OR taken_until < $2)
), next AS (
    SELECT page_key FROM candidates JOIN open USING (page_key)
    WHERE site_id = $1 AND turn <= $5 ORDER BY turn, open.hits DESC, page_key LIMIT $4
    FOR UPDATE OF candidates SKIP LOCKED
)
UPDATE candidates SET taken_until = $3 FROM next
WHERE site_id = $1 AND candidates.page_key = next.page_key AND state = 'waiting'
RETURNING candidates.*, nextval('check_seq') AS check_seq
"""

_TAKE_TOLD = """
UPDATE candidates SET taken_until = $2 WHERE (site_id, page_key) IN (
    SELECT site_id, page_key FROM candidates WHERE state = 'waiting' AND reason = 'webmention'
        AND (taken_until IS NULL OR taken_until < $1)
    ORDER BY added_at LIMIT $3 FOR UPDATE SKIP LOCKED
) RETURNING *, nextval('check_seq') AS check_seq
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A page whose turn it is, with the number of the look at it."""

    site_id: UUID
    url: str
    host: str
    page_key: UUID
    reason: DiscoveryReason
    guessed: bool
    check_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """A page that may link to a site, and what a look at it saw."""

    page_key: UUID
    url: str
    host: str
    reason: DiscoveryReason
    state: CandidateState
    hits: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    looked_at: datetime | None


async def add_candidates(
    tx: Tx, site: SearchedSite, found: Sequence[Candidate], now: datetime
) -> int:
    """Add pages to look at; returns how many are not watched already."""
    by_key = {one.page_key: one for one in found}
    rows = await tx.fetch(
        _ADD,
        site.site_id,
        site.workspace_id,
        list(by_key),
        [one.url for one in by_key.values()],
        [one.host for one in by_key.values()],
        [one.reason for one in by_key.values()],
        [one.guessed for one in by_key.values()],
        [one.hits for one in by_key.values()],
        [one.first_seen_at for one in by_key.values()],
        [one.last_seen_at for one in by_key.values()],
        now,
        now - LOOK_AGAIN,
    )
    return len(rows)


async def count_waiting(tx: Tx, site_id: UUID) -> int:
    """Return how many pages one search would look at now."""
    count = await tx.fetch_value(
        "SELECT sum(least(n, $2)) FROM (SELECT count(*) AS n FROM candidates WHERE site_id = $1"
        " AND state = 'waiting' AND reason <> 'webmention' GROUP BY host) AS hosts",
        *(site_id, MOST_OF_A_HOST),
    )
    return int(count or 0)


async def take(tx: Tx, site_id: UUID, now: datetime, *, limit: int) -> list[Taken]:
    """Take pages of a site whose turn it is; nobody else takes them for ten minutes."""
    rows = await tx.fetch(_TAKE, site_id, now, now + _TAKEN, limit, MOST_OF_A_HOST)
    return [_taken(row) for row in rows]


async def take_told(tx: Tx, now: datetime, *, limit: int) -> list[Taken]:
    """Take pages, of all sites, that somebody told of by Webmention."""
    rows = await tx.fetch(_TAKE_TOLD, now, now + _TAKEN, limit)
    return [_taken(row) for row in rows]


async def save_states(
    tx: Tx, site_id: UUID, states: Sequence[tuple[UUID, CandidateState]], now: datetime
) -> None:
    """Keep what looks at pages saw; a host that was searched for a link is left alone once it has one."""
    ordered = sorted(states)
    await tx.run(
        "UPDATE candidates SET state = new.state, looked_at = $4, taken_until = NULL"
        " FROM unnest($2::uuid[], $3::text[]) AS new (page_key, state)"
        " WHERE site_id = $1 AND candidates.page_key = new.page_key",
        site_id,
        [key for key, _ in ordered],
        [state for _, state in ordered],
        now,
    )
    linked = [key for key, state in ordered if state is CandidateState.LINKED]
    if linked:
        await tx.run(
            "UPDATE candidates SET state = 'skipped' WHERE site_id = $1 AND state = 'waiting'"
            " AND guessed AND reason = 'referer' AND taken_until IS NULL AND host IN (SELECT host"
            " FROM candidates WHERE site_id = $1 AND page_key = ANY($2::uuid[]))",
            *(site_id, linked),
        )


async def count_told(tx: Tx) -> int:
    """Return how many pages wait that somebody told of by Webmention."""
    return int(
        await tx.fetch_value(
            "SELECT count(*) FROM candidates WHERE state = 'waiting' AND reason = 'webmention'"
        )
    )


async def list_pages(
    tx: Tx,
    site_id: UUID,
    states: Sequence[CandidateState],
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[FoundPage]:
    """Return pages that were looked at, the newest looks first."""
    rows = await tx.fetch(
        "SELECT * FROM candidates WHERE site_id = $1 AND state = ANY($2::text[])"
        " AND looked_at IS NOT NULL"
        " AND ($3::timestamptz IS NULL OR (looked_at, page_key) < ($3, $4::uuid))"
        " ORDER BY looked_at DESC, page_key DESC LIMIT $5",
        *(site_id, list(states), *(after or (None, None)), limit),
    )
    return [_found(row) for row in rows]


async def remove_old(tx: Tx, before: datetime, *, limit: int) -> int:
    """Forget pages of long ago; returns how many."""
    rows = await tx.fetch(
        "DELETE FROM candidates WHERE (site_id, page_key) IN (SELECT site_id, page_key"
        " FROM candidates WHERE added_at < $1 AND "
        + not_held()
        + " ORDER BY added_at LIMIT $2 FOR UPDATE SKIP LOCKED)"
        " RETURNING 1",
        *(before, limit),
    )
    return len(rows)


async def remove_untrue(tx: Tx, before: datetime, *, limit: int) -> int:
    """Forget pages that told of themselves and were not seen to link; anybody can tell of many."""
    rows = await tx.fetch(
        "DELETE FROM candidates WHERE (site_id, page_key) IN (SELECT site_id, page_key"
        " FROM candidates WHERE added_at < $1 AND reason = 'webmention'"
        " AND state IN ('unlinked', 'unseen', 'skipped') LIMIT $2 FOR UPDATE SKIP LOCKED)"
        " RETURNING 1",
        *(before, limit),
    )
    return len(rows)


def _taken(row: Any) -> Taken:
    fields = {name: row[name] for name in Taken.__dataclass_fields__}
    return Taken(**fields | {"reason": DiscoveryReason(row["reason"])})


def _found(row: Any) -> FoundPage:
    fields = {name: row[name] for name in FoundPage.__dataclass_fields__}
    reason, state = DiscoveryReason(row["reason"]), CandidateState(row["state"])
    return FoundPage(**fields | {"reason": reason, "state": state})
