"""What a plan has given out and what came of it: slots that placements fill, and placements beside it."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from services.outreach.domain.plan.drawing import Issued, Ledger
from services.outreach.domain.plan.filling import Agreed, SlotState, fill
from services.outreach.domain.plan.texts import classifier_of, group_of
from services.outreach.store import plans
from shared.anchor_bands import Group
from shared.db import Tx
from shared.planning import SiteFacts


async def fill_slots(tx: Tx, site_id: UUID, facts: SiteFacts, *, since: datetime) -> None:
    """Let placements fill the slots that they fit; those of cancelled ones are open again."""
    await plans.release_cancelled(tx, site_id)
    beside = await plans.list_beside(tx, site_id, since=since)
    if not beside:
        return
    classifier = classifier_of(facts)
    agreed = [
        Agreed(
            row["placement_id"],
            row["target_key"],
            bool(row["anchor_text"]),
            group_of(classifier, row["anchor_text"]) if row["anchor_text"] else None,
            row["referring_domain"],
        )
        for row in beside
    ]
    await plans.save_filled(tx, fill(await plans.list_open(tx, site_id), agreed))


async def get_ledger(tx: Tx, site_id: UUID, facts: SiteFacts, *, since: datetime) -> Ledger:
    """Return what was given out for a site, and what was agreed beside its plan."""
    beside = await plans.list_beside(tx, site_id, since=since)
    classifier = classifier_of(facts)
    to_come = [
        group_of(classifier, row["anchor_text"])
        for row in beside
        if row["first_live_at"] is None and row["anchor_text"]
    ]
    return Ledger(
        slots=[
            Issued(
                month=row["month"],
                target_url=row["target_url"],
                group=Group(row["anchor_group"]),
                method=row["method"],
                is_open=row["state"] == SlotState.OPEN,
                is_seen=row["first_live_at"] is not None and row["first_live_at"] <= facts.as_of,
            )
            for row in await plans.list_issued(tx, site_id)
        ],
        unplanned=Counter(row["month"] for row in beside),
        unplanned_groups=[group for group in to_come if group is not None],
        methods=await plans.count_methods(tx, site_id),
    )
