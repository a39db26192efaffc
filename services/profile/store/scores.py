"""The columns that hold toxicity's latest word about a link."""

from collections.abc import Sequence

from shared.db import Tx
from shared.events import LinkScored

_SAVE = """
    UPDATE links SET scored_seq = u.scored_seq, toxicity_score = u.score, toxicity_band = u.band,
        toxicity_action = u.action, toxicity_model = u.model, toxicity_sentence = u.sentence,
        authority = coalesce(u.authority, links.authority)
    FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::float8[]) AS u(link_id, scored_seq, score, band, action, model, sentence, authority)
    WHERE links.link_id = u.link_id AND (links.scored_seq < u.scored_seq
        OR (links.scored_seq = u.scored_seq
            AND (links.toxicity_score, links.toxicity_band, links.toxicity_action)
            IS DISTINCT FROM (u.score, u.band, u.action)))
"""


async def save_scores(tx: Tx, events: Sequence[LinkScored]) -> None:
    """Save scores that are newer than what the rows hold."""
    # In the order of every other writer of links, so that none waits for another in a ring.
    await tx.run(
        "SELECT FROM links WHERE link_id = ANY($1::uuid[]) ORDER BY link_id FOR UPDATE",
        [event.link_id for event in events],
    )
    await tx.run(
        _SAVE,
        [event.link_id for event in events],
        [event.scored_seq for event in events],
        [event.score for event in events],
        [event.band for event in events],
        [event.action for event in events],
        [event.model for event in events],
        [event.sentence for event in events],
        [event.authority for event in events],
    )
