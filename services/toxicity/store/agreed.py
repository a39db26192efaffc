"""Domains of which a link was promised: never disavowed, whether or not the link is there yet."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from shared.db import Tx
from shared.events.outreach import PlacementTerms

_SAVE = """
    INSERT INTO placements (placement_id, site_id, workspace_id, terms_seq, referring_domain, until_on,
        cancelled)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::date[],
        $7::bool[])
    ON CONFLICT (placement_id) DO UPDATE SET site_id = excluded.site_id,
        terms_seq = excluded.terms_seq, referring_domain = excluded.referring_domain,
        until_on = excluded.until_on, cancelled = excluded.cancelled
    WHERE placements.terms_seq < excluded.terms_seq OR (placements.terms_seq = excluded.terms_seq
        AND (placements.referring_domain, placements.until_on, placements.cancelled)
        IS DISTINCT FROM (excluded.referring_domain, excluded.until_on, excluded.cancelled))
"""


async def save_terms(tx: Tx, events: Iterable[PlacementTerms]) -> None:
    """Keep the newest terms of each placement."""
    newest: dict[UUID, PlacementTerms] = {}
    for event in sorted(events, key=lambda one: one.terms_seq):
        if event.site_id and event.workspace_id:
            newest[event.placement_id] = event
    terms = [newest[key] for key in sorted(newest)]
    if not terms:
        return
    await tx.run(
        _SAVE,
        [one.placement_id for one in terms],
        [one.site_id for one in terms],
        [one.workspace_id for one in terms],
        [one.terms_seq for one in terms],
        [one.referring_domain for one in terms],
        [one.until_on for one in terms],
        [one.cancelled for one in terms],
    )


async def list_agreed(tx: Tx, site_id: UUID, *, today: date) -> list[str]:
    """Return the referring domains with an agreed placement, seen or only promised."""
    rows = await tx.fetch(
        "SELECT referring_domain FROM links"
        " WHERE site_id = $1 AND placement_id IS NOT NULL AND referring_domain IS NOT NULL"
        " AND untracked_at IS NULL"
        " UNION SELECT referring_domain FROM placements WHERE site_id = $1 AND NOT cancelled"
        " AND (until_on IS NULL OR until_on >= $2)",
        site_id,
        today,
    )
    return sorted(row["referring_domain"] for row in rows)
