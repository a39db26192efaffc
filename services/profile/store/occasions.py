"""What happened outside the history of links and waits for the rules of alerts."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.profile.domain.alerts import IMPORT_DAY, AlertKind, Ending, Signal
from services.profile.domain.occasions import Occasion
from shared import jsontext
from shared.db import Tx
from shared.ids import new_id

_ADD = """
    INSERT INTO occasions (occasion_id, workspace_id, site_id, kind, item_id, name, sentence, counts,
        link_ids, at)
    SELECT u.occasion_id, s.workspace_id, s.site_id, u.kind, u.item_id, u.name, u.sentence, u.counts,
        u.link_ids, u.at
    FROM json_to_recordset($1::json) AS u(occasion_id uuid, site_id uuid, kind text, item_id uuid,
        name text, sentence text, counts int, link_ids uuid[], at timestamptz)
    JOIN sites s USING (site_id)
"""
# Only what is so by now, and of which an alert tells or is about to tell: nearly every page answers.
_END_TARGETS = """
    INSERT INTO occasions (occasion_id, workspace_id, site_id, kind, item_id, name, sentence, at, over)
    SELECT u.id, s.workspace_id, t.site_id, $4, t.target_key, '', '', $5, true
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS u(id, site_id, target_key)
    JOIN targets t USING (site_id, target_key) JOIN sites s USING (site_id)
    WHERE NOT t.broken AND (
        EXISTS (SELECT FROM alert_items i WHERE i.item_id = t.target_key AND NOT i.over)
        OR EXISTS (SELECT FROM occasions o WHERE o.item_id = t.target_key))
"""


async def add_occasions(tx: Tx, happened: Iterable[Occasion]) -> None:
    """Let the rules be held against what happened, as soon as this commits."""
    rows = [{"occasion_id": new_id(), **asdict(one)} for one in happened]
    if rows:
        await tx.run(_ADD, jsontext.dumps(rows).decode())


async def end_targets(tx: Tx, targets: Sequence[tuple[UUID, UUID]], *, now: datetime) -> None:
    """Say of (site, target) that they answer again."""
    if targets:
        await tx.run(
            _END_TARGETS,
            [new_id() for _ in targets],
            [site_id for site_id, _ in targets],
            [target_key for _, target_key in targets],
            *(AlertKind.TARGET_BROKEN, now),
        )


_END = """
    INSERT INTO occasions (occasion_id, workspace_id, site_id, kind, item_id, name, sentence, at, over)
    SELECT u.id, s.workspace_id, s.site_id, $4, u.item_id, '', '', $5, true
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS u(id, site_id, item_id) JOIN sites s USING (site_id)
    WHERE EXISTS (SELECT FROM alert_items i WHERE i.item_id = u.item_id AND NOT i.over)
        OR EXISTS (SELECT FROM occasions o WHERE o.item_id = u.item_id)
"""


async def end_items(
    tx: Tx, items: Sequence[tuple[UUID, UUID]], kind: AlertKind, *, now: datetime
) -> None:
    """Say of (site, item) that what an alert tells, or is about to tell of them, is over."""
    if items:
        await tx.run(
            _END,
            [new_id() for _ in items],
            [site_id for site_id, _ in items],
            [item_id for _, item_id in items],
            *(kind, now),
        )


_NEWLY_IMPORTED = """
    SELECT u.site_id, u.domain
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS u(site_id, domain, since)
    JOIN links l ON l.site_id = u.site_id AND l.referring_domain = u.domain
    GROUP BY u.site_id, u.domain, u.since
    HAVING bool_and(l.discovery = 'imported' AND l.known_since > u.since)
"""


async def find_newly_imported(
    tx: Tx, domains: Sequence[tuple[UUID, str, datetime]]
) -> set[tuple[UUID, str]]:
    """Return those of the domains (site, name, moment) whose links an import has brought that day."""
    rows = await tx.fetch(
        _NEWLY_IMPORTED,
        [site_id for site_id, _, _ in domains],
        [name for _, name, _ in domains],
        [at - IMPORT_DAY for _, _, at in domains],
    )
    return {(row["site_id"], row["domain"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Taken:
    """Some of what waited, the oldest first."""

    signals: tuple[Signal, ...]
    endings: tuple[Ending, ...]
    count: int


async def take_occasions(tx: Tx, *, limit: int) -> Taken:
    """Take the oldest that wait; a rollback puts them back."""
    rows = await tx.fetch(
        "WITH taken AS (DELETE FROM occasions WHERE occasion_id IN"
        " (SELECT occasion_id FROM occasions ORDER BY occasion_id LIMIT $1) RETURNING *)"
        " SELECT t.*, s.deleted_at IS NULL AS here FROM taken t JOIN sites s USING (site_id)"
        " ORDER BY t.occasion_id",
        limit,
    )
    # Only the newest word about a thing counts: it may have broken and been mended in between.
    newest = {(row["kind"], row["site_id"], row["item_id"]): row for row in rows}
    told = [row for row in newest.values() if row["here"]]
    return Taken(
        signals=tuple(_signal(row) for row in told if not row["over"]),
        endings=tuple(
            Ending(AlertKind(row["kind"]), row["site_id"], row["item_id"])
            for row in told
            if row["over"]
        ),
        count=len(rows),
    )


def _signal(row: asyncpg.Record) -> Signal:
    same = ("workspace_id", "site_id", "item_id", "name", "sentence", "counts", "at")
    return Signal(
        kind=AlertKind(row["kind"]),
        link_ids=tuple(row["link_ids"]),
        **{name: row[name] for name in same},
    )
