"""The rows of looks that found what was found before: locked, moved on and noted in two statements."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import orjson

from services.profile.domain.steady import Head
from shared import jsontext
from shared.db import Tx
from shared.events import LinkChecked

_LOCK = """
    SELECT link_id, target_key, check_seq, found_seq, seen_print, last_seen_at, terms IS NOT NULL
    FROM links WHERE link_id = ANY($1::uuid[]) AND merged_into IS NULL AND deleted_at IS NULL
    ORDER BY link_id FOR UPDATE
"""


async def lock_heads(tx: Tx, link_ids: Iterable[UUID]) -> dict[UUID, Head]:
    """Return the heads of these links, locked in the order that keeps consumers from deadlocks."""
    return {row[0]: Head(*row) for row in await tx.fetch(_LOCK, list(link_ids))}


# http_status and final_url are in the fingerprint: the row holds them already. The looks travel as
# one JSON text because asyncpg asks two ABCs about every single item of an array (measured: 7 %).
_SAVE = """
    WITH looks AS MATERIALIZED (
        SELECT * FROM json_to_recordset($1::json) AS u(link_id uuid, check_seq bigint,
            checked_at timestamptz, next_check_at timestamptz, reasons text[], http_status int,
            evidence_id uuid)
    ), touched AS (
        UPDATE links SET check_seq = newest.check_seq, observed_seq = newest.check_seq,
            found_seq = newest.check_seq, last_seen_at = newest.checked_at,
            last_checked_at = newest.checked_at, next_check_at = newest.next_check_at
        FROM (SELECT DISTINCT ON (link_id) * FROM looks ORDER BY link_id, check_seq DESC) AS newest
        WHERE links.link_id = newest.link_id
        RETURNING links.link_id, links.site_id
    )
    INSERT INTO observations (link_id, check_seq, site_id, checked_at, outcome, reasons, http_status,
        evidence_id)
    SELECT link_id, check_seq, site_id, checked_at, 'found', reasons, http_status, evidence_id
    FROM looks JOIN touched USING (link_id)
    ON CONFLICT (link_id, check_seq, checked_at) DO NOTHING
"""


async def save_steady(tx: Tx, events: Sequence[LinkChecked]) -> None:
    """Move these links on to their newest look and keep a narrow row of every look."""
    if events:
        rows = orjson.dumps([_row(event) for event in events], default=jsontext.plain)
        await tx.run(_SAVE, rows.decode())


def _row(event: LinkChecked) -> dict[str, object]:
    look = event.observation
    return {
        "link_id": event.link_id,
        "check_seq": look.check_seq,
        "checked_at": look.checked_at,
        "next_check_at": event.next_check_at,
        "reasons": look.reasons,
        "http_status": look.http_status,
        "evidence_id": look.evidence_id,
    }
