"""The rows of looks that found what was found before: locked, moved on and noted in two statements."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.profile.domain.steady import Head
from shared.db import Tx
from shared.events import LinkChecked

_LOCK = """
    SELECT link_id, site_id, target_key, check_seq, found_seq, seen_print, last_seen_at,
        terms IS NOT NULL
    FROM links WHERE link_id = ANY($1::uuid[]) AND merged_into IS NULL AND deleted_at IS NULL
    ORDER BY link_id FOR UPDATE
"""


async def lock_heads(tx: Tx, link_ids: Iterable[UUID]) -> dict[UUID, Head]:
    """Return the heads of these links, locked in the order that keeps consumers from deadlocks."""
    return {row[0]: Head(*row) for row in await tx.fetch(_LOCK, list(link_ids))}


# http_status and final_url are in the fingerprint: the row holds them already.
_SAVE = """
    WITH looks AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[],
            $5::timestamptz[], $6::text[], $7::int[], $8::uuid[])
          AS u(link_id, site_id, check_seq, checked_at, next_check_at, reasons, http_status,
            evidence_id)
    ), touched AS (
        UPDATE links SET check_seq = newest.check_seq, observed_seq = newest.check_seq,
            found_seq = newest.check_seq, last_seen_at = newest.checked_at,
            last_checked_at = newest.checked_at, next_check_at = newest.next_check_at
        FROM (SELECT DISTINCT ON (link_id) * FROM looks ORDER BY link_id, check_seq DESC) AS newest
        WHERE links.link_id = newest.link_id
    )
    INSERT INTO observations (link_id, check_seq, site_id, checked_at, outcome, reasons, http_status,
        evidence_id)
    SELECT link_id, check_seq, site_id, checked_at, 'found', string_to_array(reasons, ' '),
        http_status, evidence_id
    FROM looks
    ON CONFLICT (link_id, check_seq) DO NOTHING
"""


async def save_steady(tx: Tx, looks: Sequence[tuple[Head, LinkChecked]]) -> None:
    """Move these links on to their newest look and keep a narrow row of every look."""
    if not looks:
        return
    seen = [event.observation for _, event in looks]
    await tx.run(
        _SAVE,
        [head.link_id for head, _ in looks],
        [head.site_id for head, _ in looks],
        [look.check_seq for look in seen],
        [look.checked_at for look in seen],
        [event.next_check_at for _, event in looks],
        [" ".join(look.reasons) for look in seen],
        [look.http_status for look in seen],
        [look.evidence_id for look in seen],
    )
