"""Which prospect has which slot of a plan, while nothing is agreed with it."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from services.outreach.domain.plan.assigning import FreeSlot
from shared.anchor_bands import GROUP_LABELS, Group
from shared.db import Tx

_COLUMNS = "slot_id, target_url, target_key, anchor_group, method, due_on"
MOST_FREE = 1_000


async def list_free(tx: Tx, site_id: UUID) -> list[FreeSlot]:
    """Return the slots that neither a placement fills nor a prospect has, the earliest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM plan_slots WHERE site_id = $1 AND placement_id IS NULL"
        " AND prospect_id IS NULL AND dropped_at IS NULL ORDER BY due_on, slot_id LIMIT $2",
        *(site_id, MOST_FREE),
    )
    return [_slot(row) for row in rows]


async def list_held(tx: Tx, prospect_ids: Collection[UUID]) -> dict[UUID, FreeSlot]:
    """Return the slots that these prospects have."""
    rows = await tx.fetch(
        f"SELECT prospect_id, {_COLUMNS} FROM plan_slots WHERE prospect_id = ANY($1::uuid[])"
        " AND dropped_at IS NULL",
        list(prospect_ids),
    )
    return {row["prospect_id"]: _slot(row) for row in rows}


async def save(tx: Tx, assigned: Mapping[UUID, UUID]) -> None:
    """Keep who is to fill which slot; whoever saves has locked the site."""
    await tx.run(
        "UPDATE plan_slots s SET prospect_id = u.prospect_id FROM unnest($1::uuid[], $2::uuid[])"
        " AS u (slot_id, prospect_id) WHERE s.slot_id = u.slot_id AND s.prospect_id IS NULL"
        " AND s.placement_id IS NULL AND s.dropped_at IS NULL",
        list(assigned),
        list(assigned.values()),
    )


async def release(tx: Tx, prospect_ids: Collection[UUID]) -> None:
    """Open the slots of prospects again."""
    await tx.run(
        "UPDATE plan_slots SET prospect_id = NULL WHERE prospect_id = ANY($1::uuid[])",
        list(prospect_ids),
    )


def _slot(row: Any) -> FreeSlot:
    return FreeSlot(
        slot_id=row["slot_id"],
        target_url=row["target_url"],
        target_key=row["target_key"],
        label=GROUP_LABELS[Group(row["anchor_group"])],
        method=row["method"],
        due_on=row["due_on"],
    )
