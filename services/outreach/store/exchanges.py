"""Links that we owe in return: written down, looked at in their turn, and listed beside what we are owed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.outreach.domain.money.exchange import (
    LEASE,
    LONGEST_PAUSE,
    Exchange,
    ExchangeState,
    Seen,
)
from shared import jsontext, outbox
from shared.db import Tx
from shared.errors import NotFoundError
from shared.events import ExchangeChanged, LookRequested
from shared.ids import new_id
from shared.vocabulary import Reason

_OWN = (
    *("exchange_id", "workspace_id", "site_id", "our_url", "their_url", "their_domain", "rel"),
    *("since_on", "until_on", "placement_id", "note", "seen", "reasons", "missing_since"),
    *("looked_at", "failure", "failing_since", "failures", "evidence", "next_look_at", "look_id"),
    *("version", "created_by", "created_at", "cancelled_at"),
)
_COLUMNS = ", ".join(f"x.{name}" for name in _OWN)
_FROM = "FROM exchanges x JOIN sites s ON s.site_id = x.site_id AND s.deleted_at IS NULL"
# As domain/money/exchange.py says it.
_STATE = """
    CASE WHEN x.cancelled_at IS NOT NULL THEN 'cancelled' WHEN x.until_on < $2 THEN 'over'
        WHEN x.since_on > $2 THEN 'not_begun' ELSE x.seen END
"""


async def add_exchange(tx: Tx, one: Exchange) -> None:
    names = [name for name in _OWN if name not in {"version", "evidence"}]
    places = ", ".join(f"${number}" for number, _ in enumerate(names, 1))
    await tx.run(
        f"INSERT INTO exchanges ({', '.join(names)}) VALUES ({places})",
        *(_value(one, name) for name in names),
    )


def _value(one: Exchange, name: str) -> Any:
    value = getattr(one, name)
    if name == "evidence":
        return None if value is None else jsontext.dumps(value).decode()
    return list(value) if isinstance(value, tuple) else value


async def get_exchange(
    tx: Tx, exchange_id: UUID, *, workspace_id: UUID, lock: bool = False
) -> Exchange:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE x.exchange_id = $1 AND x.workspace_id = $2"
        f"{' FOR UPDATE OF x' if lock else ''}",
        *(exchange_id, workspace_id),
    )
    if not rows:
        raise NotFoundError("There is no such obligation.")
    return _exchange(rows[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which obligations are meant; empty means any."""

    site_ids: Collection[UUID] | None = None
    states: Sequence[ExchangeState] = ()
    domains: Sequence[str] = ()


async def list_exchanges(
    tx: Tx,
    workspace_id: UUID,
    filters: Filters,
    *,
    today: date,
    before: UUID | None = None,
    limit: int,
) -> list[Exchange]:
    """Return obligations, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE x.workspace_id = $1"
        " AND ($3::uuid[] IS NULL OR x.site_id = ANY($3::uuid[]))"
        f" AND ($4::text[] = '{{}}' OR {_STATE} = ANY($4::text[]))"
        " AND ($5::text[] = '{}' OR x.their_domain = ANY($5::text[]))"
        " AND ($6::uuid IS NULL OR x.exchange_id < $6) ORDER BY x.exchange_id DESC LIMIT $7",
        workspace_id,
        today,
        None if filters.site_ids is None else list(filters.site_ids),
        list(filters.states),
        list(filters.domains),
        before,
        limit,
    )
    return [_exchange(row) for row in rows]


async def list_domains(
    tx: Tx,
    workspace_id: UUID,
    *,
    site_ids: Collection[UUID] | None,
    after: str | None,
    limit: int,
) -> list[str]:
    """Return the domains to which a link is owed, by name."""
    rows = await tx.fetch(
        f"SELECT DISTINCT x.their_domain {_FROM} WHERE x.workspace_id = $1 AND x.cancelled_at IS NULL"
        " AND ($2::uuid[] IS NULL OR x.site_id = ANY($2::uuid[]))"
        " AND ($3::text IS NULL OR x.their_domain > $3) ORDER BY 1 LIMIT $4",
        workspace_id,
        None if site_ids is None else list(site_ids),
        after,
        limit,
    )
    return [row["their_domain"] for row in rows]


async def save_exchange(tx: Tx, one: Exchange, *, now: datetime) -> None:
    """Write a changed obligation, and what was seen of it."""
    names = [
        *("our_url", "their_url", "their_domain", "rel", "since_on", "until_on", "placement_id"),
        *("note", "seen", "reasons", "missing_since", "looked_at", "failure", "failing_since"),
        *("failures", "evidence", "next_look_at", "look_id", "cancelled_at"),
    ]
    listed = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, 3))
    await tx.run(
        f"UPDATE exchanges SET updated_at = $2, version = version + 1, {listed}"
        " WHERE exchange_id = $1",
        *(one.exchange_id, now, *(_value(one, name) for name in names)),
    )


# ---- looks -------------------------------------------------------------------------------------------

# One that still waits for its last look was not looked at: nobody could be asked, or nobody answered.
_CLAIM = """
    UPDATE exchanges x SET look_id = u.look_id, failures = x.failures + (x.look_id IS NOT NULL)::int,
        failing_since = CASE WHEN x.look_id IS NULL THEN x.failing_since
            ELSE COALESCE(x.failing_since, x.next_look_at - $3::interval) END,
        next_look_at = $1::timestamptz + least($3::interval * power(2, least(x.failures, 9)), $5::interval)
    FROM (SELECT exchange_id, gen_random_uuid() AS look_id FROM exchanges o WHERE cancelled_at IS NULL
        AND EXISTS (SELECT FROM sites s WHERE s.site_id = o.site_id AND s.deleted_at IS NULL)
        AND next_look_at <= $1 AND (since_on IS NULL OR since_on <= $2) AND (until_on IS NULL OR until_on >= $2)
        ORDER BY next_look_at, exchange_id LIMIT $4 FOR UPDATE SKIP LOCKED) AS u
    WHERE x.exchange_id = u.exchange_id
    RETURNING x.workspace_id, x.site_id, x.look_id, x.our_url, x.their_url
"""


async def ask_for_looks(tx: Tx, *, now: datetime, limit: int) -> int:
    """Ask for a look at our pages whose turn it is; returns how many."""
    rows = await tx.fetch(_CLAIM, now, now.date(), LEASE, limit, LONGEST_PAUSE)
    await outbox.add(tx, [_request(row) for row in rows])
    return len(rows)


async def ask_now(tx: Tx, one: Exchange, *, now: datetime) -> None:
    """Ask for a look at once; an answer to an earlier question comes too late."""
    look_id = new_id()
    await tx.run(
        "UPDATE exchanges SET look_id = $2, next_look_at = $3 WHERE exchange_id = $1",
        *(one.exchange_id, look_id, now + LEASE),
    )
    await outbox.add(
        tx,
        [
            LookRequested(
                workspace_id=one.workspace_id,
                site_id=one.site_id,
                look_id=look_id,
                url=one.our_url,
                target=one.their_url,
            )
        ],
    )


def _request(row: asyncpg.Record) -> LookRequested:
    return LookRequested(
        workspace_id=row["workspace_id"],
        site_id=row["site_id"],
        look_id=row["look_id"],
        url=row["our_url"],
        target=row["their_url"],
    )


async def lock_by_looks(tx: Tx, look_ids: Iterable[UUID]) -> dict[UUID, Exchange]:
    """Return the obligations that still wait for these looks, locked in the order of their ids."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM exchanges x WHERE x.look_id = ANY($1::uuid[])"
        " AND x.cancelled_at IS NULL ORDER BY x.exchange_id FOR UPDATE",
        list(look_ids),
    )
    return {row["look_id"]: _exchange(row) for row in rows}


async def tell_changed(tx: Tx, changed: Iterable[tuple[Exchange, str]]) -> None:
    """Tell that obligations are kept or not as they were before."""
    await outbox.add(
        tx,
        [
            ExchangeChanged(
                workspace_id=one.workspace_id,
                site_id=one.site_id,
                exchange_id=one.exchange_id,
                their_domain=one.their_domain,
                state=one.seen,
                reasons=one.reasons,
                sentence=sentence,
            )
            for one, sentence in changed
        ],
    )


# ---- reciprocity -------------------------------------------------------------------------------------


async def list_linked_domains(
    tx: Tx, site_id: UUID, *, limit: int
) -> tuple[list[str], datetime | None]:
    """Return domains that we saw the site link to, and when its home page was read, if it was."""
    rows = await tx.fetch(
        "SELECT DISTINCT their_domain FROM exchanges WHERE site_id = $1 AND cancelled_at IS NULL"
        " AND seen IN ('kept', 'different') ORDER BY 1 LIMIT $2",
        *(site_id, limit),
    )
    found = [row["their_domain"] for row in rows]
    home = await tx.fetch(
        "SELECT r.read_at, r.told -> 'facts' -> 'outlink_domains' AS linked"
        " FROM sites s JOIN readings r ON r.domain = s.domain WHERE s.site_id = $1",
        site_id,
    )
    if not home or home[0]["read_at"] is None:
        return found, None
    return list(dict.fromkeys([*found, *(home[0]["linked"] or [])]))[:limit], home[0]["read_at"]


def _exchange(row: asyncpg.Record) -> Exchange:
    values = dict(row)
    values["rel"] = None if values["rel"] is None else tuple(values["rel"])
    values["seen"] = Seen(values["seen"])
    values["reasons"] = tuple(map(Reason, values["reasons"]))
    values["failure"] = None if values["failure"] is None else Reason(values["failure"])
    return Exchange(**values)
