"""Domains that somebody wants read: whose turn it is, and what was read."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared import outbox
from shared.db import Tx
from shared.events import DomainRead
from shared.vocabulary import Reason

_LEASE = timedelta(minutes=10)
_AGAIN_AFTER = (timedelta(hours=1), timedelta(hours=8))
_PASSING = frozenset(
    {
        Reason.UNREACHABLE,
        Reason.TIMEOUT,
        Reason.TLS_ERROR,
        Reason.PAGE_5XX,
        Reason.RATE_LIMITED,
    }
)
"""Reasons that may be over in some hours; others are the answer."""


async def want(tx: Tx, domains: Iterable[str], now: datetime) -> None:
    """Have domains read; those that wait already are read at once."""
    await tx.run(
        "INSERT INTO domain_readings (domain, due_at) SELECT domain, $2 FROM unnest($1::text[])"
        " AS wanted (domain) ORDER BY domain ON CONFLICT (domain) DO UPDATE SET attempts = 0,"
        " due_at = least(domain_readings.due_at, excluded.due_at)",
        sorted(set(domains)),
        now,
    )


async def claim(tx: Tx, now: datetime, *, limit: int) -> list[str]:
    """Return domains whose turn it is; other processes get others, until the lease ends."""
    rows = await tx.fetch(
        "UPDATE domain_readings SET due_at = $1::timestamptz + $3::interval WHERE domain IN ("
        "SELECT domain FROM domain_readings WHERE due_at <= $1 ORDER BY due_at, domain LIMIT $2"
        " FOR UPDATE SKIP LOCKED) RETURNING domain",
        now,
        limit,
        _LEASE,
    )
    return [row["domain"] for row in rows]


async def save(tx: Tx, event: DomainRead, now: datetime) -> None:
    """Tell what was read; what may be otherwise in some hours is tried again, twice."""
    attempts = await tx.fetch_value(
        "UPDATE domain_readings SET attempts = attempts + 1 WHERE domain = $1 RETURNING attempts",
        event.domain,
    )
    if attempts is None:  # another process, after our lease had ended, was first
        return
    if event.failure in _PASSING and attempts <= len(_AGAIN_AFTER):
        await tx.run(
            "UPDATE domain_readings SET due_at = $2 WHERE domain = $1",
            event.domain,
            now + _AGAIN_AFTER[attempts - 1],
        )
    else:
        await tx.run("DELETE FROM domain_readings WHERE domain = $1", event.domain)
    await outbox.add(tx, [event])
