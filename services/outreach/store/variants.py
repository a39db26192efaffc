"""What came of the texts of steps that were tried side by side."""

from uuid import UUID

from services.outreach.domain.sequences.steps import Step
from services.outreach.domain.sequences.variants import POSITIVE, Tally, TallyKey
from services.outreach.store import sequences
from shared.db import Tx

MOST_VERSIONS = 200
"""The last versions of steps that count."""


async def list_versions(tx: Tx, sequence_id: UUID) -> dict[int, list[Step]]:
    """Return the steps of the last versions of a sequence."""
    rows = await tx.fetch(
        "SELECT version_no FROM sequence_steps WHERE sequence_id = $1 AND step_no = 1"
        " ORDER BY version_no DESC LIMIT $2",
        sequence_id,
        MOST_VERSIONS,
    )
    found = await sequences.list_steps(tx, [(sequence_id, row["version_no"]) for row in rows])
    return {version_no: steps for (_, version_no), steps in found.items()}


# An answer is to the message that it names; a link counts from when the message went out.
_COUNTED = """
    SELECT e.version_no, m.step_no, m.variant, count(*) AS sent,
        count(*) FILTER (WHERE i.bounced) AS bounced,
        count(*) FILTER (WHERE i.answered) AS answered,
        count(*) FILTER (WHERE i.positive) AS positive,
        count(*) FILTER (WHERE EXISTS (SELECT FROM placements p WHERE p.site_id = m.site_id
            AND p.referring_domain = e.domain AND p.cancelled_at IS NULL
            AND p.first_live_at > m.sent_at)) AS placed,
        count(*) FILTER (WHERE m.rewritten) AS rewritten
    FROM enrollments e JOIN messages m USING (enrollment_id)
        LEFT JOIN LATERAL (SELECT bool_or(kind = 'bounce') AS bounced,
            bool_or(kind = 'human') AS answered,
            bool_or(kind = 'human' AND intent = ANY($2::text[])) AS positive
            FROM inbound_messages n WHERE n.message_id = m.message_id) AS i ON true
    WHERE e.sequence_id = $1 AND m.variant IS NOT NULL AND m.state = 'sent'
    GROUP BY 1, 2, 3
"""


async def count_tallies(tx: Tx, sequence_id: UUID) -> dict[TallyKey, Tally]:
    """Return what each text of each version brought."""
    rows = await tx.fetch(_COUNTED, sequence_id, sorted(POSITIVE))
    return {
        (row["version_no"], row["step_no"], row["variant"]): Tally(
            sent=row["sent"],
            bounced=row["bounced"],
            answered=row["answered"],
            positive=row["positive"],
            placed=row["placed"],
            rewritten=row["rewritten"],
        )
        for row in rows
    }
