"""When reports are made by themselves: claimed when due, so that each month is made once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from services.profile.domain.client_report.spans import Monthly
from shared.db import Tx

_LEASE = timedelta(minutes=5)
"""As long nobody else makes a report that somebody is about to make."""
_ALIVE = "JOIN sites s USING (site_id, workspace_id)"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the reports of a site are made, and who is told."""

    site_id: UUID
    workspace_id: UUID
    monthly: Monthly
    channel_ids: tuple[UUID, ...]
    approves_itself: bool
    sends_approved: bool
    set_by: str
    set_at: datetime
    made_month: date | None
    next_at: datetime
    version: int = 1


def _schedule(row: asyncpg.Record) -> Schedule:
    same = (
        *(
            "site_id",
            "workspace_id",
            "approves_itself",
            "sends_approved",
            "set_by",
            "set_at",
            "made_month",
        ),
        *("next_at", "version"),
    )
    return Schedule(
        monthly=Monthly(row["day"], row["hour"], row["time_zone"]),
        channel_ids=tuple(row["channel_ids"]),
        **{name: row[name] for name in same},
    )


async def find_schedule(tx: Tx, site_id: UUID, *, lock: bool = False) -> Schedule | None:
    """Return when the reports of a site are made."""
    rows = await tx.fetch(
        f"SELECT * FROM report_schedules WHERE site_id = $1{' FOR UPDATE' if lock else ''}", site_id
    )
    return _schedule(rows[0]) if rows else None


async def save_schedule(tx: Tx, wanted: Schedule) -> None:
    """Set when the reports of a site are made; what was made already stays made."""
    await tx.run(
        "INSERT INTO report_schedules (site_id, workspace_id, day, hour, time_zone, channel_ids,"
        " approves_itself, set_by, set_at, next_at, sends_approved)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT (site_id) DO UPDATE SET day = excluded.day, hour = excluded.hour,"
        " time_zone = excluded.time_zone, channel_ids = excluded.channel_ids,"
        " approves_itself = excluded.approves_itself, sends_approved = excluded.sends_approved, set_by = excluded.set_by,"
        " set_at = excluded.set_at, next_at = excluded.next_at, leased_until = NULL,"
        " version = report_schedules.version + 1",
        *(wanted.site_id, wanted.workspace_id, wanted.monthly.day, wanted.monthly.hour),
        *(wanted.monthly.time_zone, list(wanted.channel_ids), wanted.approves_itself),
        *(wanted.set_by, wanted.set_at, wanted.next_at, wanted.sends_approved),
    )


async def remove_schedule(tx: Tx, site_id: UUID) -> None:
    """Make no more reports of a site by itself."""
    await tx.run("DELETE FROM report_schedules WHERE site_id = $1", site_id)


async def claim_due(tx: Tx, now: datetime, *, limit: int) -> Sequence[Schedule]:
    """Take schedules that are due, of sites that are there; nobody else gets them for some minutes."""
    rows = await tx.fetch(
        "UPDATE report_schedules SET leased_until = $2 WHERE site_id IN ("
        f"SELECT site_id FROM report_schedules r {_ALIVE} WHERE r.next_at <= $1"
        " AND (r.leased_until IS NULL OR r.leased_until <= $1)"
        " AND s.deleted_at IS NULL AND NOT s.archived"
        " ORDER BY r.next_at, site_id LIMIT $3 FOR UPDATE OF r SKIP LOCKED) RETURNING *",
        *(now, now + _LEASE, limit),
    )
    return [_schedule(row) for row in rows]


async def note_made(tx: Tx, site_id: UUID, *, month: date | None, next_at: datetime) -> None:
    """Note which month was made and when the next is due."""
    await tx.run(
        "UPDATE report_schedules SET made_month = coalesce($2, made_month), next_at = $3,"
        " leased_until = NULL WHERE site_id = $1",
        *(site_id, month, next_at),
    )
