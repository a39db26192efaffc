"""Tells of terms: the contract that profile compares links with, and what moves prospects on."""

from collections.abc import Sequence
from typing import Any

from services.outreach.domain.prospect import Stage
from services.outreach.domain.record import Placement
from services.outreach.store.pipeline import Place, follow_placements
from shared import outbox
from shared.db import Tx
from shared.events import PlacementPromised, PlacementUpdated


async def tell_promised(tx: Tx, placements: Sequence[Placement]) -> None:
    await outbox.add(tx, [PlacementPromised(**_fields(one)) for one in placements])


async def move_prospects(tx: Tx, placements: Sequence[Placement], actor: str) -> None:
    """Let the prospects of the domains on which links were promised know of it."""
    places = [
        Place(one.workspace_id, one.site_id, one.terms.referring_domain) for one in placements
    ]
    sentence = "A placement was written down."
    await follow_placements(tx, places, Stage.AGREED, sentence, actor)


async def tell_updated(tx: Tx, placement: Placement) -> None:
    await outbox.add(tx, [updated_event(placement)])


def updated_event(placement: Placement) -> PlacementUpdated:
    """Return the event that carries the whole of what was agreed."""
    return PlacementUpdated(**_fields(placement))


def _fields(placement: Placement) -> dict[str, Any]:
    terms = placement.terms
    return {
        "workspace_id": placement.workspace_id,
        "site_id": placement.site_id,
        "placement_id": placement.placement_id,
        "terms_seq": placement.terms_seq,
        "referring_url": terms.referring_url,
        "referring_domain": terms.referring_domain,
        "target_url": terms.target_url,
        "anchor_text": terms.anchor_text,
        "rel": terms.rel,
        "position": terms.position,
        "go_live_on": terms.go_live_on,
        "until_on": terms.until_on,
        "max_outlinks": terms.max_outlinks,
        "vendor_id": placement.vendor_id,
        "vendor_name": placement.vendor_name,
        "method": terms.method,
        "campaign": terms.campaign,
        "price": terms.price,
        "currency": terms.currency,
        "cancelled": placement.cancelled_at is not None,
    }
