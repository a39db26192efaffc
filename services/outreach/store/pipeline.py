"""What happens elsewhere and moves prospects: placements of their domains, and domains never written to."""

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from services.outreach.domain.placement import Seen
from services.outreach.domain.prospect import Stage
from services.outreach.store.prospects import set_stage
from shared.db import Tx


class Place(NamedTuple):
    """A domain on which a site has a placement."""

    workspace_id: UUID
    site_id: UUID
    domain: str


async def follow_placements(
    tx: Tx, places: Iterable[Place], stage: Stage, sentence: str, actor: str = ""
) -> None:
    """Move the prospects of these domains on; where there are none, nothing is done."""
    wanted = sorted(set(places))
    rows = await tx.fetch(
        "SELECT p.workspace_id, p.prospect_id FROM prospects p JOIN unnest($1::uuid[], $2::text[])"
        " AS u(site_id, domain) ON p.site_id = u.site_id AND p.domain = u.domain",
        [one.site_id for one in wanted],
        [one.domain for one in wanted],
    )
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["workspace_id"], []).append(row["prospect_id"])
    for workspace_id, prospect_ids in sorted(found.items()):
        await set_stage(tx, workspace_id, prospect_ids, stage, sentence, actor)


async def block_domains(tx: Tx, workspace_id: UUID, domains: Collection[str], actor: str) -> None:
    """Move the prospects of domains that must not be written to."""
    rows = await tx.fetch(
        "SELECT prospect_id FROM prospects WHERE workspace_id = $1 AND domain = ANY($2::text[])",
        workspace_id,
        list(domains),
    )
    sentence = "The domain came onto the list of those never written to."
    found = [row["prospect_id"] for row in rows]
    await set_stage(tx, workspace_id, found, Stage.BLOCKED, sentence, actor)


async def list_seen(tx: Tx, site_id: UUID, domains: Collection[str]) -> dict[str, Seen]:
    """Return what was seen of the newest placement that a site has on each of these domains."""
    rows = await tx.fetch(
        "SELECT DISTINCT ON (referring_domain) referring_domain, seen FROM placements"
        " WHERE site_id = $1 AND referring_domain = ANY($2::text[]) AND cancelled_at IS NULL"
        " ORDER BY referring_domain, placement_id DESC",
        site_id,
        list(domains),
    )
    return {row["referring_domain"]: Seen(row["seen"]) for row in rows}
