"""The rules of workspaces for alerts."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import asyncpg

from services.profile.domain.alert_rules import GroupBy, Rule, default_rules
from services.profile.domain.alerts import AlertKind
from services.profile.domain.telling import Digest, QuietHours, Timing
from shared.db import Tx
from shared.vocabulary import AlertSeverity, Reason

MOST_RULES = 100
"""So many a workspace may have."""
_COLUMNS = (
    "rule_id, workspace_id, site_id, name, kinds, reasons, least_value, least_count, severity, group_by,"
    " time_window, quiet_from, quiet_to, digest, digest_hour, digest_weekday, time_zone, channel_ids,"
    " enabled"
)
_PLACES = ", ".join(f"${number}" for number in range(1, 20))
_SEEN = "(site_id IS NULL OR site_id IN (SELECT site_id FROM sites WHERE deleted_at IS NULL))"


def _rule(row: asyncpg.Record) -> Rule:
    quiet = None
    if row["quiet_from"] is not None:
        quiet = QuietHours(row["quiet_from"], row["quiet_to"])
    same = ("rule_id", "workspace_id", "site_id", "name", "least_value", "least_count", "enabled")
    return Rule(
        **{name: row[name] for name in same},
        kinds=tuple(map(AlertKind, row["kinds"])),
        reasons=tuple(map(Reason, row["reasons"])),
        severity=AlertSeverity(row["severity"]),
        group_by=GroupBy(row["group_by"]),
        window=row["time_window"],
        timing=Timing(
            time_zone=row["time_zone"],
            digest=Digest(row["digest"]),
            hour=row["digest_hour"],
            weekday=row["digest_weekday"],
            quiet=quiet,
        ),
        channel_ids=tuple(row["channel_ids"]),
        version=row["version"],
    )


def _values(rule: Rule) -> Sequence[object]:
    timing, quiet = rule.timing, rule.timing.quiet
    return (
        *(rule.rule_id, rule.workspace_id, rule.site_id, rule.name),
        *(list(rule.kinds), list(rule.reasons), rule.least_value, rule.least_count),
        *(rule.severity, rule.group_by, rule.window),
        *(quiet and quiet.begin, quiet and quiet.end),
        *(timing.digest, timing.hour, timing.weekday, timing.time_zone),
        *(list(rule.channel_ids), rule.enabled),
    )


async def begin_with_defaults(tx: Tx, workspace_ids: Iterable[UUID]) -> None:
    """Give workspaces their first rules, once: also those that were there before there were rules."""
    rows = await tx.fetch(
        "INSERT INTO alert_workspaces (workspace_id) SELECT DISTINCT u.id FROM unnest($1::uuid[]) AS u(id)"
        " ORDER BY u.id ON CONFLICT DO NOTHING RETURNING workspace_id",
        list(workspace_ids),
    )
    for row in rows:
        for rule in default_rules(row["workspace_id"]):
            await add_rule(tx, rule)


async def add_rule(tx: Tx, rule: Rule) -> None:
    """Insert a rule."""
    await tx.run(f"INSERT INTO alert_rules ({_COLUMNS}) VALUES ({_PLACES})", *_values(rule))


async def save_rule(tx: Tx, rule: Rule) -> None:
    """Save a rule that `find_rule` gave; its version grows."""
    await tx.run(
        f"UPDATE alert_rules SET ({_COLUMNS}, version) = ({_PLACES}, version + 1) WHERE rule_id = $1",
        *_values(rule),
    )


async def remove_rule(tx: Tx, rule_id: UUID) -> None:
    """Delete a rule; what it raised stays."""
    await tx.run("DELETE FROM alert_rules WHERE rule_id = $1", rule_id)


async def count_rules(tx: Tx, workspace_id: UUID) -> int:
    """Return how many rules a workspace has, one counter at a time until its commit."""
    await tx.run("SELECT FROM alert_workspaces WHERE workspace_id = $1 FOR UPDATE", workspace_id)
    found: int = await tx.fetch_value(
        "SELECT count(*) FROM alert_rules WHERE workspace_id = $1", workspace_id
    )
    return found


async def find_rule(
    tx: Tx, workspace_id: UUID, rule_id: UUID, *, lock: bool = False
) -> Rule | None:
    """Return one rule of the workspace; None also where its site was deleted."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, version FROM alert_rules WHERE rule_id = $1 AND workspace_id = $2 AND {_SEEN}"
        f"{' FOR UPDATE' if lock else ''}",
        *(rule_id, workspace_id),
    )
    return _rule(rows[0]) if rows else None


async def list_rules(
    tx: Tx,
    workspace_id: UUID,
    *,
    only: Collection[UUID] | None,
    after: UUID | None = None,
    limit: int,
) -> list[Rule]:
    """Return rules of a workspace; `only` keeps those of these sites, None those of all."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, version FROM alert_rules WHERE workspace_id = $1 AND {_SEEN}"
        " AND ($2::uuid[] IS NULL OR site_id = ANY($2)) AND ($3::uuid IS NULL OR rule_id > $3)"
        " ORDER BY rule_id LIMIT $4",
        *(workspace_id, None if only is None else list(only), after, limit),
    )
    return [_rule(row) for row in rows]


async def list_enabled(tx: Tx, workspace_ids: Iterable[UUID]) -> list[Rule]:
    """Return the rules that are switched on in these workspaces."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, version FROM alert_rules WHERE workspace_id = ANY($1::uuid[]) AND enabled"
        f" AND {_SEEN} ORDER BY rule_id",
        list(workspace_ids),
    )
    return [_rule(row) for row in rows]


async def find_rules(tx: Tx, rule_ids: Collection[UUID]) -> dict[UUID, Rule]:
    """Return those of the rules that are there."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, version FROM alert_rules WHERE rule_id = ANY($1::uuid[])",
        list(rule_ids),
    )
    return {row["rule_id"]: _rule(row) for row in rows}
