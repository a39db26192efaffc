"""Sources of hosts: remembered when named, visited in turns, and what they say brings pages forward."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.crawler.domain.sources import EVERY, MOST_OF_A_KIND, Named, Source, SourceKind
from services.crawler.store import hosts
from shared.db import Tx

MOST_PULLED = 50
"""Pages of a host that one visit brings forward."""

_SPREAD = timedelta(hours=1)
_NAMED_AGAIN = timedelta(days=7)
_GUESSED_AGAIN = timedelta(days=30)
_PAGES = 200
"""Pages of a host among which we look for somebody who watches one."""

# The first visits are spread: hosts come in crowds, and their pages were just looked at. A guess is
# for hosts that name nothing; what is named takes its place.
_LEARN = """
INSERT INTO sources (host, url, kind, due_at, named_at, guessed)
SELECT host, url, kind, named_at + random() * every, named_at, guessed
FROM unnest($1::text[], $2::text[], $3::text[], $4::interval[], $5::timestamptz[], $8::bool[])
    AS new (host, url, kind, every, named_at, guessed)
WHERE CASE WHEN guessed THEN NOT EXISTS (
        SELECT 1 FROM sources AS old
        WHERE old.host = new.host AND old.kind = new.kind AND NOT old.guessed
    ) ELSE $6::int > (
        SELECT count(*) FROM sources AS old
        WHERE old.host = new.host AND old.kind = new.kind AND old.url <> new.url AND NOT old.guessed
    ) END
ORDER BY host, url
ON CONFLICT (host, url) DO UPDATE SET named_at = excluded.named_at,
    guessed = sources.guessed AND excluded.guessed,
    absent_until = CASE WHEN excluded.guessed THEN sources.absent_until END,
    due_at = CASE WHEN excluded.guessed THEN sources.due_at
        ELSE least(sources.due_at, excluded.due_at) END
    WHERE sources.named_at < excluded.named_at - $7::interval
        OR (sources.guessed AND NOT excluded.guessed)
"""

# Not SKIP LOCKED: who comes second waits, and finds that the host has had its turn.
_DUE = """
SELECT host, kind FROM sources WHERE due_at <= $1 ORDER BY due_at, host, url LIMIT $2 FOR UPDATE
"""

_TURN = """
UPDATE sources SET due_at = $1::timestamptz + turn.every * (0.9 + 0.2 * random())
FROM unnest($2::text[], $3::text[], $4::interval[]) AS turn (host, kind, every)
WHERE sources.host = turn.host AND sources.kind = turn.kind
    AND (absent_until IS NULL OR absent_until <= $1)
"""

_NEXT = """
SELECT DISTINCT ON (host, kind) sources.* FROM sources
JOIN unnest($1::text[], $2::text[]) AS turn (host, kind) USING (host, kind)
WHERE absent_until IS NULL OR absent_until <= $3::timestamptz
ORDER BY host, kind, visited_at NULLS FIRST, url
"""

_WATCHED = """
SELECT wanted.host, array_agg(DISTINCT site_id) AS sites FROM unnest($1::text[]) AS wanted (host)
CROSS JOIN LATERAL (
    SELECT page_id FROM pages WHERE pages.host = wanted.host AND next_check_at < 'infinity'
    ORDER BY next_check_at LIMIT $2
) AS page JOIN watches USING (page_id) LEFT JOIN sites USING (site_id)
WHERE removed_at IS NULL AND coalesce(sites.active, true) GROUP BY wanted.host
"""

# Never later, never a page that is being looked at or failed: those have moments of their own.
_FORWARD = """
WITH stale AS (
    SELECT page_id FROM pages
    JOIN unnest($2::uuid[], $3::timestamptz[]) AS new (page_key, changed_at) USING (page_key)
    WHERE host = $1 AND checked_at < new.changed_at AND lease_until IS NULL AND failure_run = 0
        AND next_check_at > $4::timestamptz + $5::interval AND next_check_at < 'infinity'
        AND EXISTS (SELECT 1 FROM watches
            WHERE watches.page_id = pages.page_id AND removed_at IS NULL)
    ORDER BY next_check_at DESC LIMIT $6
), forward AS (
    UPDATE pages SET next_check_at = $4 + random() * $5 FROM stale
    WHERE pages.page_id = stale.page_id RETURNING next_check_at
), woken AS (
    UPDATE hosts SET due_at = least(due_at, (SELECT min(next_check_at) FROM forward)) WHERE host = $1
)
SELECT count(*) FROM forward
"""


async def learn(tx: Tx, named: Sequence[Named]) -> None:
    """Remember what hosts name, a few of a kind for each."""
    rows = sorted(named, key=lambda one: (one.host, one.url))
    if not rows:
        return
    await tx.run(
        _LEARN,
        [row.host for row in rows],
        [row.url for row in rows],
        [row.kind for row in rows],
        [EVERY[row.kind] for row in rows],
        [row.named_at for row in rows],
        MOST_OF_A_KIND,
        _NAMED_AGAIN,
        [row.guessed for row in rows],
    )


async def claim(tx: Tx, now: datetime, *, limit: int) -> list[Source]:
    """Return sources whose turn it is, one of a kind for each host, and move the host's turn on.

    Hosts of which nobody watches a page are forgotten; their robots.txt names the sources again.
    """
    due = await tx.fetch(_DUE, now, limit)
    turns = sorted({(row["host"], SourceKind(row["kind"])) for row in due})
    if not turns:
        return []
    names, kinds = [host for host, _ in turns], [kind for _, kind in turns]
    await tx.run(_TURN, now, names, kinds, [EVERY[kind] for kind in kinds])
    watched = {row["host"]: row["sites"] for row in await tx.fetch(_WATCHED, names, _PAGES)}
    forgotten = sorted(set(names) - watched.keys())
    if forgotten:
        await tx.run("DELETE FROM sources WHERE host = ANY($1::text[])", forgotten)
    return [
        Source(
            host=row["host"],
            url=row["url"],
            kind=SourceKind(row["kind"]),
            guessed=row["guessed"],
            etag=row["etag"],
            last_modified=row["last_modified"],
            sites=tuple(watched[row["host"]]),
        )
        for row in await tx.fetch(_NEXT, names, kinds, now)
        if row["host"] in watched
    ]


async def bring_forward(
    tx: Tx, host: str, changed: Sequence[tuple[UUID, datetime]], now: datetime
) -> int:
    """Make watched pages of the host due within the hour that changed since we looked; how many."""
    if not changed:
        return 0
    await hosts.lock(tx, [host])
    keys, moments = [key for key, _ in changed], [moment for _, moment in changed]
    pulled = await tx.fetch_value(_FORWARD, host, keys, moments, now, _SPREAD, MOST_PULLED)
    return int(pulled)


async def visited(
    tx: Tx, source: Source, now: datetime, marks: tuple[str | None, str | None]
) -> None:
    """Keep when a source was visited, and by which ETag and date to ask it for news."""
    await tx.run(
        "UPDATE sources SET visited_at = $3, etag = $4, last_modified = $5"
        " WHERE host = $1 AND url = $2",
        *(source.host, source.url, now, *marks),
    )


async def forget(tx: Tx, source: Source, now: datetime) -> None:
    """Forget a source that is none, until it is named again; a wrong guess rests for a month."""
    if source.guessed:
        await tx.run(
            "UPDATE sources SET visited_at = $3, absent_until = $4, due_at = $4"
            " WHERE host = $1 AND url = $2",
            *(source.host, source.url, now, now + _GUESSED_AGAIN),
        )
        return
    await tx.run("DELETE FROM sources WHERE host = $1 AND url = $2", source.host, source.url)


async def remove_stale(tx: Tx, before: datetime, *, limit: int) -> int:
    """Forget sources that nobody has named since a moment; returns how many."""
    rows = await tx.fetch(
        "DELETE FROM sources WHERE (host, url) IN (SELECT host, url FROM sources"
        " WHERE named_at < $1 ORDER BY named_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        before,
        limit,
    )
    return len(rows)
