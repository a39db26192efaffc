"""How the pages of our sites answer that others link to."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from shared.db import Tx
from shared.events import TargetChecked

# A look that failed (broken is NULL) is not a word about the page: what was known stays. Without
# reasons it answered as before, and the reasons that are known stay, too.
_SAVE = """
    WITH u AS (
        SELECT e.* FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::timestamptz[],
            $6::boolean[], $7::text[], $8::int[], $9::text[], $10::json[])
          AS e(site_id, target_key, target_url, check_seq, checked_at, broken, reasons, http_status,
            final_url, redirects)
        JOIN sites USING (site_id)
    ), old AS (
        SELECT site_id, target_key, t.broken FROM targets t JOIN u USING (site_id, target_key)
    ), saved AS (
        INSERT INTO targets (site_id, target_key, target_url, check_seq, checked_at, broken, reasons,
            http_status, final_url, redirects, broken_since)
        SELECT site_id, target_key, target_url, check_seq, checked_at, broken,
            string_to_array(reasons, ' '), http_status, final_url, redirects,
            CASE WHEN broken THEN checked_at END
        FROM u ORDER BY site_id, target_key
        ON CONFLICT (site_id, target_key) DO UPDATE SET check_seq = excluded.check_seq,
            checked_at = excluded.checked_at, target_url = excluded.target_url,
            broken = coalesce(excluded.broken, targets.broken),
            reasons = CASE WHEN excluded.broken IS NULL AND cardinality(excluded.reasons) = 0
                THEN targets.reasons ELSE excluded.reasons END,
            http_status = excluded.http_status, final_url = excluded.final_url,
            redirects = excluded.redirects,
            broken_since = CASE WHEN coalesce(excluded.broken, targets.broken)
                THEN coalesce(targets.broken_since, excluded.checked_at) END
        WHERE targets.check_seq < excluded.check_seq
        RETURNING site_id, target_key, broken
    )
    SELECT site_id, target_key, old.broken IS NOT NULL AS answered, (
        SELECT count(*) FROM links l WHERE l.site_id = saved.site_id
        AND l.target_key = saved.target_key AND l.good_status IN ('live', 'changed')
        AND l.merged_into IS NULL AND l.deleted_at IS NULL) AS links
    FROM saved LEFT JOIN old USING (site_id, target_key)
    WHERE saved.broken AND old.broken IS NOT TRUE
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """A page that does not answer as it should, which is new to us."""

    links: int
    """Those that are there now."""
    answered: bool
    """Whether it did answer when we looked before."""


async def save_targets(tx: Tx, events: Sequence[TargetChecked]) -> dict[tuple[UUID, UUID], Broken]:
    """Save how targets answer; returns those that have just broken with their present links."""
    if not events:
        return {}
    rows = await tx.fetch(
        _SAVE,
        [event.site_id for event in events],
        [event.target_key for event in events],
        [event.target_url for event in events],
        [event.check_seq for event in events],
        [event.checked_at for event in events],
        [event.broken for event in events],
        [" ".join(event.reasons) for event in events],
        [event.http_status for event in events],
        [event.final_url for event in events],
        [
            orjson.dumps([hop.model_dump(mode="json") for hop in event.redirects]).decode()
            for event in events
        ],
    )
    return {
        (row["site_id"], row["target_key"]): Broken(row["links"], row["answered"]) for row in rows
    }
