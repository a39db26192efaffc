"""Rows of the history as alerts read them: those that no rule was held against yet, and those of the past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson

from services.profile.domain.alerts import Moved
from shared.db import Tx
from shared.vocabulary import ChangeKind, ContractState, DiscoveryReason, LinkStatus, Reason

# The condition of the index changes_news_idx: first verdicts without an agreement are no news.
_KINDS = "kind IN ('new', 'lost', 'recovered', 'changed', 'toxic', 'contract')"
_NEWS = f"({_KINDS} OR to_status = 'changed')"
_OF_CHANGE = """
    c.change_id, c.workspace_id, c.site_id, c.link_id, c.kind, c.to_status, c.reasons,
    c.previous::text AS previous, c.current::text AS current, c.sentence, c.actor, c.at
"""
_OF_LINK = "l.referring_url, l.referring_domain, l.value, l.discovery, l.known_since"
_TAKE = f"""
    WITH taken AS (
        UPDATE changes SET sifted = true WHERE change_id IN (
            SELECT change_id FROM changes WHERE NOT sifted AND {_NEWS} ORDER BY change_id LIMIT $1)
        RETURNING *
    )
    SELECT {_OF_CHANGE}, {_OF_LINK}, l.good_status AS status, l.contract_state,
        s.deleted_at IS NULL AND l.deleted_at IS NULL AND l.merged_into IS NULL
            AND (l.snoozed_until IS NULL OR l.snoozed_until <= c.at) AS wanted
    FROM taken c JOIN sites s USING (site_id) JOIN links l ON l.link_id = c.link_id
    ORDER BY c.change_id
"""
_PAST = f"""
    SELECT {_OF_CHANGE}, {_OF_LINK}, c.to_status AS status,
        CASE WHEN l.placement_id IS NULL THEN NULL
            WHEN c.to_status IN ('changed', 'lost') THEN 'mismatched'
            ELSE coalesce(c.current->>'contract_state', 'met') END AS contract_state
    FROM (
        SELECT * FROM changes WHERE site_id = ANY($1::uuid[]) AND at >= $2 AND {_NEWS}
        ORDER BY at DESC, change_id DESC LIMIT $3
    ) AS c JOIN links l ON l.link_id = c.link_id
    WHERE l.deleted_at IS NULL AND l.merged_into IS NULL
    ORDER BY c.at, c.change_id
"""


@dataclass(frozen=True, slots=True)
class News:
    """Some rows of the history, the oldest first; `count` is how many were taken."""

    moves: tuple[Moved, ...]
    count: int


async def take_news(tx: Tx, *, limit: int) -> News:
    """Take the oldest rows that no rule was held against; a rollback puts them back."""
    rows = await tx.fetch(_TAKE, limit)
    return News(tuple(_moved(row) for row in rows if row["wanted"]), len(rows))


async def list_past(
    tx: Tx, site_ids: Sequence[UUID], *, since: datetime, limit: int
) -> list[Moved]:
    """Return the newest rows since then, the oldest of them first; the link as each row left it."""
    rows = await tx.fetch(_PAST, list(site_ids), since, limit)
    return [_moved(row) for row in rows]


def _moved(row: asyncpg.Record) -> Moved:
    state = row["contract_state"]
    same = (
        *("change_id", "workspace_id", "site_id", "link_id", "sentence", "actor", "at"),
        *("referring_url", "referring_domain", "value", "known_since"),
    )
    return Moved(
        **{name: row[name] for name in same},
        kind=ChangeKind(row["kind"]),
        to_status=LinkStatus(row["to_status"]),
        reasons=tuple(map(Reason, row["reasons"])),
        previous=orjson.loads(row["previous"]),
        current=orjson.loads(row["current"]),
        discovery=DiscoveryReason(row["discovery"]),
        status=LinkStatus(row["status"]),
        contract_state=ContractState(state) if state else None,
    )
