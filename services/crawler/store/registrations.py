"""Domains that registries are asked about: which there are, whose turn it is, and what was told."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from services.crawler.domain.registration import Ending, Told, next_question
from shared import outbox, urls
from shared.db import Tx
from shared.events import RegistrationRead

MAX_SITES = 10_000
_LEASE = timedelta(hours=1)

_LEARN = """
INSERT INTO registrations (domain, due_at) SELECT domain, $2 FROM unnest($1::text[]) AS new (domain)
ORDER BY domain ON CONFLICT (domain) DO NOTHING
"""
# Whose pages nobody watches any more is forgotten at its turn.
_FORGET = """
DELETE FROM registrations WHERE domain = ANY($1::text[]) AND domain <> ALL($2::text[])
    AND NOT EXISTS (SELECT FROM hosts WHERE host = domain AND hosts.due_at < 'infinity')
"""
_CLAIM = """
UPDATE registrations SET due_at = $1::timestamptz + $3::interval WHERE domain IN (
    SELECT domain FROM registrations WHERE due_at <= $1 ORDER BY due_at, domain LIMIT $2
    FOR UPDATE SKIP LOCKED)
RETURNING domain
"""
_RESERVE = """
INSERT INTO registries AS r (server, next_free_at) VALUES ($1, $2::timestamptz + $3::interval)
ON CONFLICT (server) DO UPDATE SET
    next_free_at = greatest(r.next_free_at, $2::timestamptz) + $3::interval
    WHERE r.next_free_at <= $2::timestamptz + $4::interval
RETURNING next_free_at - $3::interval AS turn
"""
_SAVE = """
UPDATE registrations SET ending = $2, asked_at = $3, due_at = $4, failures = $5 WHERE domain = $1
"""


async def list_watched(tx: Tx, after: str, *, limit: int) -> list[str]:
    """Return domains with watched pages, by the alphabet."""
    rows = await tx.fetch(
        "SELECT host FROM hosts WHERE host > $1 AND due_at < 'infinity' ORDER BY host LIMIT $2",
        after,
        limit,
    )
    return [row["host"] for row in rows]


async def list_own(tx: Tx) -> list[str]:
    """Return the domains of the sites themselves."""
    rows = await tx.fetch("SELECT hosts FROM sites WHERE active LIMIT $1", MAX_SITES)
    return sorted({urls.domain_or_host(host) for row in rows for host in row["hosts"]})


async def learn(tx: Tx, domains: Iterable[str], now: datetime) -> None:
    """Have registries asked about these domains; those that are known keep their turn."""
    await tx.run(_LEARN, sorted(domains), now)


async def claim(tx: Tx, now: datetime, *, own: Sequence[str], limit: int) -> list[str]:
    """Return domains whose turn it is; other processes get others."""
    found = [row["domain"] for row in await tx.fetch(_CLAIM, now, limit, _LEASE)]
    if not found:
        return []
    await tx.run(_FORGET, found, list(own))
    rows = await tx.fetch("SELECT domain FROM registrations WHERE domain = ANY($1)", found)
    return [row["domain"] for row in rows]


async def reserve(
    tx: Tx, server: str, now: datetime, *, delay: timedelta, patience: timedelta
) -> tuple[datetime, bool]:
    """Return when the server may be asked, and whether that turn is ours: not if it is far off."""
    turn: datetime | None = await tx.fetch_value(_RESERVE, server, now, delay, patience)
    if turn is not None:
        return turn, True
    query = "SELECT next_free_at FROM registries WHERE server = $1"
    free_at: datetime = await tx.fetch_value(query, server)
    return free_at, False


async def leave_alone(tx: Tx, server: str, until: datetime) -> None:
    """Let no process ask the server before `until`."""
    await tx.run(
        "UPDATE registries SET next_free_at = greatest(next_free_at, $2) WHERE server = $1",
        server,
        until,
    )


async def put_off(tx: Tx, domain: str, until: datetime) -> None:
    """Ask about a domain again at `until`: its turn did not come."""
    await tx.run("UPDATE registrations SET due_at = $2 WHERE domain = $1", domain, until)


async def save(tx: Tx, domain: str, told: Told, now: datetime) -> None:
    """Keep what became of a question, tell of what the registry said, and set the next turn."""
    before = await tx.fetch_value(
        "SELECT failures FROM registrations WHERE domain = $1 FOR UPDATE", domain
    )
    failures = (before or 0) + 1 if told.ending is Ending.FAILED else 0
    due_at = next_question(told, now, failures=failures)
    await tx.run(_SAVE, domain, told.ending, now, due_at, failures)
    if told.registration is not None:
        event = RegistrationRead(
            domain=domain,
            read_at=now,
            expires_at=told.registration.expires_at,
            registered_at=told.registration.registered_at,
            states=told.registration.states,
        )
        await outbox.add(tx, [event])
