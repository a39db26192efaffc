"""Alerts as they are raised, grow and end; whoever decides about them takes a turn, one at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.profile.domain.alert_words import MOST_LINKS, Item, Told
from services.profile.domain.alerts import AlertKind, Ending, Signal
from services.profile.domain.grouping import Decision, Key, Known
from shared import jsontext
from shared.db import Tx
from shared.ids import new_id
from shared.policies import not_held
from shared.vocabulary import AlertState

_TURN = "hashtextextended('profile alerts', 0)"


async def take_turn(tx: Tx) -> bool:
    """Say whether this transaction may decide about alerts; if so, no other may until it ends."""
    mine: bool = await tx.fetch_value(f"SELECT pg_try_advisory_xact_lock({_TURN})")
    return mine


async def wait_turn(tx: Tx) -> None:
    """Wait until no other transaction decides about alerts; then none may until this one ends."""
    await tx.run(f"SELECT pg_advisory_xact_lock({_TURN})")


# ---- what is there -------------------------------------------------------------------------------------

_NEWEST = """
    SELECT DISTINCT ON (rule_id, site_id, subject) rule_id, site_id, subject, a.alert_id, a.state, a.told_at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS k(rule_id, site_id, subject)
    JOIN alerts a USING (rule_id, site_id, subject)
    ORDER BY rule_id, site_id, subject, a.state = 'open' DESC, a.told_at DESC
"""


async def find_known(tx: Tx, keys: Sequence[Key], item_ids: Collection[UUID]) -> dict[Key, Known]:
    """Return the newest alert about each subject, with those of the items that it holds."""
    rows = await tx.fetch(
        _NEWEST,
        [key.rule_id for key in keys],
        [key.site_id for key in keys],
        [key.subject for key in keys],
    )
    held: dict[UUID, set[UUID]] = defaultdict(set)
    for row in await tx.fetch(
        "SELECT alert_id, item_id FROM alert_items WHERE alert_id = ANY($1::uuid[])"
        " AND item_id = ANY($2::uuid[])",
        [row["alert_id"] for row in rows],
        list(item_ids),
    ):
        held[row["alert_id"]].add(row["item_id"])
    return {
        Key(row["rule_id"], row["site_id"], row["subject"]): Known(
            row["alert_id"],
            AlertState(row["state"]),
            row["told_at"],
            frozenset(held[row["alert_id"]]),
        )
        for row in rows
    }


async def count_told(
    tx: Tx, keys: Collection[Key], *, since: datetime
) -> dict[tuple[UUID, UUID], int]:
    """Return how many alerts of each (rule, site) were told since then."""
    rows = await tx.fetch(
        "SELECT rule_id, site_id, count(*) AS told FROM alerts WHERE rule_id = ANY($1::uuid[])"
        " AND site_id = ANY($2::uuid[]) AND told_at >= $3 GROUP BY rule_id, site_id",
        [key.rule_id for key in keys],
        [key.site_id for key in keys],
        since,
    )
    return {(row["rule_id"], row["site_id"]): row["told"] for row in rows}


# ---- what becomes of it --------------------------------------------------------------------------------

_ADD = """
    INSERT INTO alerts (alert_id, workspace_id, site_id, rule_id, rule_name, kind, severity, subject,
        first_at, last_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::timestamptz[], $10::timestamptz[])
"""
_GROW = """
    UPDATE alerts SET state = 'open', last_at = greatest(alerts.last_at, u.last_at)
    FROM unnest($1::uuid[], $2::timestamptz[]) AS u(alert_id, last_at) WHERE alerts.alert_id = u.alert_id
"""
_ADD_ITEMS = """
    INSERT INTO alert_items (alert_id, item_id, name, url, sentence, value, counts, link_ids, at)
    SELECT u.alert_id, u.item_id, u.name, u.url, u.sentence, u.value, u.counts,
        string_to_array(u.link_ids, ' ')::uuid[], u.at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::int[],
        $8::text[], $9::timestamptz[])
      AS u(alert_id, item_id, name, url, sentence, value, counts, link_ids, at)
    ON CONFLICT (alert_id, item_id) DO UPDATE SET over = false, sentence = excluded.sentence,
        at = excluded.at
"""
# Too little happened so far, and this too long ago to count with what comes now.
_FORGET = """
    DELETE FROM alert_items i USING alerts a, unnest($1::uuid[], $2::interval[]) AS u(alert_id, time_window)
    WHERE a.alert_id = u.alert_id AND i.alert_id = u.alert_id AND a.told_at IS NULL
        AND i.at < a.last_at - u.time_window
"""


async def save_decisions(tx: Tx, decisions: Iterable[Decision]) -> dict[UUID, Decision]:
    """Write what happened into new alerts and those that are there; returns all of them by id."""
    saved = {one.alert_id or new_id(): one for one in decisions}
    new = {alert_id: one for alert_id, one in saved.items() if one.alert_id is None}
    old = {alert_id: one for alert_id, one in saved.items() if one.alert_id is not None}
    await tx.run(
        _ADD,
        list(new),
        [one.signals[0].workspace_id for one in new.values()],
        [one.group.key.site_id for one in new.values()],
        [one.group.key.rule_id for one in new.values()],
        [one.group.rule.name for one in new.values()],
        [one.group.kind for one in new.values()],
        [one.group.rule.severity for one in new.values()],
        [one.group.key.subject for one in new.values()],
        [min(signal.at for signal in one.signals) for one in new.values()],
        [max(signal.at for signal in one.signals) for one in new.values()],
    )
    latest = [max(signal.at for signal in one.signals) for one in old.values()]
    await tx.run(_GROW, list(old), latest)
    await _add_items(tx, [(id_, signal) for id_, one in saved.items() for signal in one.signals])
    windows = [one.group.rule.window for one in saved.values()]
    await tx.run(_FORGET, list(saved), windows)
    return saved


async def _add_items(tx: Tx, pairs: Sequence[tuple[UUID, Signal]]) -> None:
    await tx.run(
        _ADD_ITEMS,
        [alert_id for alert_id, _ in pairs],
        [signal.item_id for _, signal in pairs],
        [signal.name for _, signal in pairs],
        [signal.url for _, signal in pairs],
        [signal.sentence for _, signal in pairs],
        [signal.value for _, signal in pairs],
        [signal.counts for _, signal in pairs],
        [" ".join(map(str, signal.link_ids)) for _, signal in pairs],
        [signal.at for _, signal in pairs],
    )


@dataclass(frozen=True, slots=True)
class Content:
    """What an alert holds: how much, from how many domains, and the most valuable of it."""

    count: int
    domains: int
    items: tuple[Item, ...]

    @property
    def link_ids(self) -> tuple[UUID, ...]:
        ids = [link_id for item in self.items for link_id in item.link_ids]
        return tuple(dict.fromkeys(ids))[:MOST_LINKS]


_SUMS = """
    SELECT alert_id, sum(i.counts) AS count, count(DISTINCT i.name) AS domains
    FROM alert_items i JOIN alerts a USING (alert_id)
    WHERE alert_id = ANY($1::uuid[]) AND (NOT i.over OR a.told_at IS NOT NULL) GROUP BY alert_id
"""
_BEST = """
    SELECT i.alert_id, i.item_id, i.name, i.url, i.sentence, i.at, i.value, i.link_ids, i.over
    FROM unnest($1::uuid[]) AS u(alert_id) CROSS JOIN LATERAL (
        SELECT * FROM alert_items WHERE alert_id = u.alert_id ORDER BY over, value DESC, item_id LIMIT $2
    ) AS i
"""


async def get_contents(tx: Tx, alert_ids: Collection[UUID]) -> dict[UUID, Content]:
    """Return what these alerts hold; one that holds nothing is left out."""
    items: dict[UUID, list[Item]] = defaultdict(list)
    for row in await tx.fetch(_BEST, list(alert_ids), MOST_LINKS):
        items[row["alert_id"]].append(item_of(row))
    return {
        row["alert_id"]: Content(row["count"], row["domains"], tuple(items[row["alert_id"]]))
        for row in await tx.fetch(_SUMS, list(alert_ids))
    }


def item_of(row: asyncpg.Record) -> Item:
    """Return the item in a row."""
    same = ("item_id", "name", "url", "sentence", "at", "value", "over")
    return Item(link_ids=tuple(row["link_ids"]), **{name: row[name] for name in same})


_SAVE_WORDS = """
    UPDATE alerts SET count = u.count, title = u.title, sentences = u.sentences
    FROM json_to_recordset($1::json) AS u(alert_id uuid, count int, title text, sentences text[])
    WHERE alerts.alert_id = u.alert_id
"""


async def save_words(tx: Tx, told: Mapping[UUID, tuple[int, Told]]) -> None:
    """Write how much each alert holds, and its words."""
    rows = [
        {"alert_id": id_, "count": count, "title": said.title, "sentences": said.sentences}
        for id_, (count, said) in told.items()
    ]
    await tx.run(_SAVE_WORDS, jsontext.dumps(rows).decode())


async def mark_told(tx: Tx, alert_ids: Collection[UUID], *, now: datetime) -> None:
    """Remember that these are told now; when they are over, that is told, too."""
    await tx.run(
        "UPDATE alerts SET told_at = $2, resolved_at = NULL WHERE alert_id = ANY($1::uuid[])",
        *(list(alert_ids), now),
    )


# ---- how it ends ---------------------------------------------------------------------------------------

_END = """
    UPDATE alert_items i SET over = true
    FROM alerts a, unnest($1::text[], $2::uuid[], $3::uuid[]) AS e(kind, site_id, item_id)
    WHERE i.item_id = e.item_id AND NOT i.over AND a.alert_id = i.alert_id AND a.kind = e.kind
        AND a.site_id = e.site_id
    RETURNING i.alert_id
"""
# It may open again without a word and end again: only the first end after it was told is told, too.
_CLOSE = """
    WITH due AS (
        SELECT alert_id, resolved_at IS NULL AS is_first FROM alerts a
        WHERE alert_id = ANY($1::uuid[]) AND state = 'open' AND told_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM alert_items i WHERE i.alert_id = a.alert_id AND NOT i.over)
    )
    UPDATE alerts a SET state = 'resolved', resolved_at = coalesce(resolved_at, $2) FROM due
    WHERE a.alert_id = due.alert_id
    RETURNING a.alert_id, a.workspace_id, a.site_id, a.rule_id, a.rule_name, a.severity, a.title,
        due.is_first
"""


async def end_items(tx: Tx, endings: Collection[Ending]) -> list[UUID]:
    """Mark what is over; returns the alerts that held it."""
    rows = await tx.fetch(
        _END,
        [one.kind for one in endings],
        [one.site_id for one in endings],
        [one.item_id for one in endings],
    )
    return list({row["alert_id"] for row in rows})


async def close_alerts(
    tx: Tx, alert_ids: Collection[UUID], *, now: datetime
) -> list[asyncpg.Record]:
    """Close those in which nothing goes on any more; returns those whose end is to be told."""
    rows = await tx.fetch(_CLOSE, list(alert_ids), now)
    return [row for row in rows if row["is_first"]]


_OVER = """
    SELECT a.kind, a.site_id, i.item_id FROM alert_items i
    JOIN alerts a USING (alert_id) LEFT JOIN links l ON l.link_id = i.item_id
    WHERE NOT i.over AND a.state = 'open' AND (
        (a.kind IN ('link_lost', 'link_changed', 'contract_broken', 'toxicity_worse')
            AND (l.link_id IS NULL OR l.deleted_at IS NOT NULL OR l.merged_into IS NOT NULL))
        OR (a.kind = 'link_changed' AND l.good_status = 'live')
        OR (a.kind = 'link_lost' AND l.good_status IN ('live', 'changed'))
        OR (a.kind = 'contract_broken' AND l.contract_state IS DISTINCT FROM 'mismatched'))
    LIMIT $1
"""


async def list_forgotten(tx: Tx, *, limit: int) -> list[Ending]:
    """Return what is over though no row of the history said so: the link is gone from the list, say."""
    rows = await tx.fetch(_OVER, limit)
    return [Ending(AlertKind(row["kind"]), row["site_id"], row["item_id"]) for row in rows]


async def remove_old(tx: Tx, *, before: datetime, untold_before: datetime, limit: int) -> int:
    """Forget alerts in which nothing happened since then, with all that they hold; sooner if never told."""
    tag = await tx.run(
        "DELETE FROM alerts WHERE alert_id IN (SELECT alert_id FROM alerts WHERE (last_at <"
        " greatest($1, now() - (SELECT (days->>'alerts')::int FROM retention r"
        " WHERE r.workspace_id = alerts.workspace_id) * interval '1 day')"
        f" OR (told_at IS NULL AND last_at < $2)) AND {not_held()} LIMIT $3)",
        *(before, untold_before, limit),
    )
    return int(tag.rpartition(" ")[2])
