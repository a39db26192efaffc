"""Rows of hosts: locked before anything else, saved with the pace that was learned."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.crawler.domain.claim import HostRecord
from services.crawler.domain.pace import Pace
from services.crawler.store.bell import ring
from shared.db import Tx


async def lock(tx: Tx, hosts: Iterable[str]) -> None:
    """Lock hosts in their order, so that workers and handlers cannot wait for each other in a ring."""
    await tx.fetch(
        "SELECT 1 FROM hosts WHERE host = ANY($1::text[]) ORDER BY host FOR UPDATE",
        sorted(set(hosts)),
    )


async def make_due(tx: Tx, hosts: Iterable[str], due_at: datetime) -> None:
    """Make sure that the hosts exist and that a claim looks for due pages on them, and lock them."""
    await tx.run(
        "INSERT INTO hosts (host, due_at)"
        " SELECT host, $2 FROM unnest($1::text[]) AS wanted (host) ORDER BY host"
        " ON CONFLICT (host) DO UPDATE SET due_at = least(hosts.due_at, excluded.due_at)",
        sorted(set(hosts)),
        due_at,
    )
    await ring(tx)


async def put_first(tx: Tx, hosts: Iterable[str], due_at: datetime, now: datetime) -> None:
    """Let hosts be claimed before all that wait, once their pause is over, and lock them."""
    await lock(tx, hosts)
    await tx.run(
        "UPDATE hosts SET due_at = least(due_at, $2),"
        " next_free_at = CASE WHEN next_free_at <= $3 THEN '-infinity' ELSE next_free_at END"
        " WHERE host = ANY($1::text[])",
        sorted(set(hosts)),
        due_at,
        now,
    )
    await ring(tx)


async def save(tx: Tx, records: Sequence[HostRecord]) -> None:
    """Keep what was learned about hosts; a released host may be asked again at its pace's moment."""
    latest = {record.host: record for record in records}
    released = {record.host for record in records if record.released}
    rows = [latest[host] for host in sorted(latest)]
    await tx.run(
        """
        UPDATE hosts SET delay_s = new.delay_s, crawl_delay_s = new.crawl_delay_s,
            blocked_until = new.blocked_until,
            next_free_at = CASE WHEN new.released THEN coalesce(new.free_at, '-infinity')
                           ELSE next_free_at END
        FROM unnest($1::text[], $2::float8[], $3::float8[], $4::timestamptz[], $5::timestamptz[],
                    $6::bool[]) AS new (host, delay_s, crawl_delay_s, blocked_until, free_at, released)
        WHERE hosts.host = new.host
        """,
        [row.host for row in rows],
        [row.pace.delay_s for row in rows],
        [row.pace.crawl_delay_s for row in rows],
        [row.pace.blocked_until for row in rows],
        [row.pace.free_at for row in rows],
        [row.host in released for row in rows],
    )


async def free(tx: Tx, hosts: Iterable[str], now: datetime) -> None:
    """Let hosts be asked again that were claimed for nothing."""
    await tx.run(
        "UPDATE hosts SET next_free_at = $2 WHERE host = ANY($1::text[])", list(hosts), now
    )


async def take(tx: Tx, host: str, now: datetime, until: datetime) -> Pace | None:
    """Take a host for one request, until the lease ends at the latest; None while others have it."""
    rows = await tx.fetch(
        "INSERT INTO hosts (host, next_free_at) VALUES ($1, $3::timestamptz) ON CONFLICT (host) DO UPDATE"
        " SET next_free_at = $3 WHERE hosts.next_free_at <= $2::timestamptz"
        " RETURNING delay_s, crawl_delay_s, blocked_until",
        *(host, now, until),
    )
    return Pace(**rows[0]) if rows else None


async def give(tx: Tx, host: str, pace: Pace, until: datetime) -> None:
    """Give a host back that was taken until then; whoever has it since a lapsed lease keeps it."""
    await tx.run(
        "UPDATE hosts SET delay_s = $3, crawl_delay_s = $4, blocked_until = $5,"
        " next_free_at = coalesce($6::timestamptz, '-infinity')"
        " WHERE host = $1 AND next_free_at = $2::timestamptz",
        *(host, until, pace.delay_s, pace.crawl_delay_s, pace.blocked_until, pace.free_at),
    )


async def total_load(tx: Tx) -> float:
    """Return the looks a day that the pages of all hosts want."""
    return float(await tx.fetch_value("SELECT coalesce(sum(load), 0) FROM hosts"))
