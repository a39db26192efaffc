"""What is known of domains that could give a link, as one site sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.toxicity.domain.facts import Decision
from shared.db import Tx

_KNOWN = """
    SELECT u.domain,
        (SELECT count(*) FROM links l WHERE l.site_id = $1 AND l.referring_domain = u.domain
            AND NOT l.lost AND l.untracked_at IS NULL AND l.found_at IS NOT NULL) AS live_links,
        (SELECT r.decision FROM review_items i JOIN reviews r ON r.review_id = i.review_id
            WHERE i.site_id = $1 AND i.subject = u.domain AND NOT i.undone
            ORDER BY i.review_id DESC LIMIT 1) AS decision
    FROM unnest($2::text[]) AS u(domain)
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What the site's own record says of a domain."""

    live_links: int = 0
    decision: Decision | None = None


async def list_known(tx: Tx, site_id: UUID, domains: Sequence[str]) -> Mapping[str, Known]:
    """Return the same of each of these domains."""
    rows = await tx.fetch(_KNOWN, site_id, list(domains))
    return {
        row["domain"]: Known(
            live_links=row["live_links"],
            decision=Decision(row["decision"]) if row["decision"] else None,
        )
        for row in rows
    }
