"""What was seen (30 days) and what became different (for ever)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import orjson

from services.profile.domain.history import Entry, changed_events
from services.profile.domain.link import Link, Sight
from services.profile.metrics import LINK_CHANGES
from shared import jsontext, outbox
from shared.db import Tx

_OBSERVATIONS = """
    INSERT INTO observations (link_id, check_seq, site_id, checked_at, outcome, reasons, http_status,
        evidence_id)
    SELECT u.link_id, u.check_seq, u.site_id, u.checked_at, u.outcome,
        string_to_array(u.reasons, ' '), u.http_status, u.evidence_id
    FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[],
        $7::int[], $8::uuid[])
      AS u(link_id, check_seq, site_id, checked_at, outcome, reasons, http_status, evidence_id)
    ON CONFLICT (link_id, check_seq, checked_at) DO NOTHING
"""


async def add_observations(tx: Tx, seen: Sequence[tuple[Link, Sight]]) -> None:
    """Keep a narrow row of every look, also of late ones; a look delivered twice is one row."""
    if not seen:
        return
    await tx.run(
        _OBSERVATIONS,
        [link.link_id for link, _ in seen],
        [sight.look.check_seq for _, sight in seen],
        [link.site_id for link, _ in seen],
        [sight.look.checked_at for _, sight in seen],
        [sight.look.outcome for _, sight in seen],
        [" ".join(sight.look.reasons) for _, sight in seen],
        [sight.observation.http_status for _, sight in seen],
        [sight.observation.evidence_id for _, sight in seen],
    )


_OCCURRENCES = """
    INSERT INTO occurrences (link_id, check_seq, items, page)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::json[], $4::json[])
    ON CONFLICT (link_id) DO UPDATE SET check_seq = excluded.check_seq, items = excluded.items,
        page = excluded.page
    WHERE occurrences.check_seq < excluded.check_seq
"""
_PAGE_FIELDS = {
    *("redirects", "canonical", "meta_robots", "x_robots_tag", "title", "lang"),
    *("outlinks_internal", "outlinks_external", "occurrence_count", "http_status", "final_url"),
}


async def save_occurrences(tx: Tx, seen: Sequence[tuple[Link, Sight]]) -> None:
    """Replace what the pages of these links show: each place of the link, and the page's head."""
    newest = {link.link_id: (link, sight) for link, sight in seen}
    if not newest:
        return
    pairs = [newest[link_id] for link_id in sorted(newest)]
    await tx.run(
        _OCCURRENCES,
        [link.link_id for link, _ in pairs],
        [sight.look.check_seq for _, sight in pairs],
        [_json([o.model_dump(mode="json") for o in sight.occurrences]) for _, sight in pairs],
        [
            _json(sight.observation.model_dump(mode="json", include=_PAGE_FIELDS))
            for _, sight in pairs
        ],
    )


_CHANGES = """
    INSERT INTO changes (change_id, workspace_id, site_id, link_id, kind, from_status, to_status,
        reasons, previous, current, sentence, sentence_before, sentence_after, check_seq,
        evidence_id, actor, at)
    SELECT change_id, workspace_id, site_id, link_id, kind, from_status, to_status, reasons,
        previous, current, sentence, sentence_before, sentence_after, check_seq, evidence_id, actor,
        at
    FROM json_to_recordset($1::json) AS u(change_id uuid, workspace_id uuid, site_id uuid,
        link_id uuid, kind text, from_status text, to_status text, reasons text[], previous json,
        current json, sentence text, sentence_before text, sentence_after text, check_seq bigint, evidence_id uuid, actor text, at timestamptz)
"""


async def add_changes(tx: Tx, entries: Sequence[Entry]) -> None:
    """Write rows of the history."""
    if entries:
        await tx.run(_CHANGES, jsontext.dumps([_row(entry) for entry in entries]).decode())


def _row(entry: Entry) -> dict[str, object]:
    link, change = entry.link, entry.change
    return {
        "change_id": entry.change_id,
        "workspace_id": link.workspace_id,
        "site_id": link.site_id,
        "link_id": link.link_id,
        "kind": change.kind,
        "from_status": change.from_status,
        "to_status": change.to_status,
        "reasons": change.reasons,
        "previous": change.previous,
        "current": change.current,
        "sentence": entry.sentence,
        "sentence_before": entry.sentence_before,
        "sentence_after": entry.sentence_after,
        "check_seq": entry.check_seq,
        "evidence_id": entry.evidence_id,
        "actor": entry.actor,
        "at": entry.at,
    }


async def record_entries(tx: Tx, entries: Sequence[Entry]) -> None:
    """Write rows of the history and tell everybody of them."""
    await add_changes(tx, entries)
    await outbox.add(tx, changed_events(entries))
    for entry in entries:
        LINK_CHANGES.labels(entry.change.kind).inc()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


_SHOWN = """
    c.change_id, c.link_id, c.site_id, c.kind, c.from_status, c.to_status, c.reasons,
    c.previous::text AS previous, c.current::text AS current, c.sentence, c.sentence_before,
    c.sentence_after, c.check_seq, c.evidence_id,
    c.actor, c.at, l.referring_url, l.referring_domain, l.target_url
"""
_WITH_LINK = "FROM changes c JOIN links l ON l.link_id = c.link_id"
Period = tuple[datetime | None, datetime | None]
"""From when, and before when."""
_IN_PERIOD = (
    "c.kind = ANY($2::text[]) AND ($3::timestamptz IS NULL OR c.at >= $3)"
    " AND ($4::timestamptz IS NULL OR c.at < $4)"
)


async def list_sentences(tx: Tx, link_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return how each of these links stood in its text when it was seen last."""
    rows = await tx.fetch(
        "SELECT link_id, btrim(regexp_replace(concat_ws(' ', items->0->>'left_context',"
        " coalesce(nullif(items->0->>'anchor_text', ''), items->0->>'image_alt'),"
        " items->0->>'right_context'), '\\s+', ' ', 'g')) AS sentence"
        " FROM occurrences WHERE link_id = ANY($1::uuid[])",
        list(link_ids),
    )
    return {row["link_id"]: row["sentence"] for row in rows if row["sentence"]}


async def list_link_changes(
    tx: Tx, link_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[asyncpg.Record]:
    """Return the history of one link, the newest first."""
    return await tx.fetch(
        f"SELECT {_SHOWN} {_WITH_LINK} WHERE c.link_id = $1"
        " AND ($2::timestamptz IS NULL OR (c.at, c.change_id) < ($2, $3::uuid))"
        " ORDER BY c.at DESC, c.change_id DESC LIMIT $4",
        link_id,
        *(after or (None, None)),
        limit,
    )


async def list_site_changes(
    tx: Tx,
    site_id: UUID,
    *,
    kinds: Sequence[str],
    period: Period,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Return what became different on a site, the newest first."""
    return await tx.fetch(
        f"SELECT {_SHOWN} {_WITH_LINK} WHERE c.site_id = $1"
        f" AND {_IN_PERIOD} AND ($5::timestamptz IS NULL OR (c.at, c.change_id) < ($5, $6::uuid))"
        " ORDER BY c.at DESC, c.change_id DESC LIMIT $7",
        site_id,
        list(kinds),
        *period,
        *(after or (None, None)),
        limit,
    )


async def count_site_changes(tx: Tx, site_id: UUID, *, kinds: Sequence[str], period: Period) -> int:
    """Return how many entries the feed of a site has."""
    return int(
        await tx.fetch_value(
            f"SELECT count(*) FROM changes c WHERE c.site_id = $1 AND {_IN_PERIOD}",
            site_id,
            list(kinds),
            *period,
        )
    )


async def list_observations(
    tx: Tx, link_id: UUID, *, before_seq: int | None, limit: int
) -> list[asyncpg.Record]:
    """Return the looks at one link of the last weeks, the newest first."""
    return await tx.fetch(
        "SELECT check_seq, checked_at, outcome, reasons, http_status, evidence_id FROM observations"
        " WHERE link_id = $1 AND ($2::bigint IS NULL OR check_seq < $2)"
        " ORDER BY check_seq DESC LIMIT $3",
        link_id,
        before_seq,
        limit,
    )
