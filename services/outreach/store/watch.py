"""What other services say of placements' pages and links, and the notices that dates call for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.outreach.domain.placement import TELL_DAYS_BEFORE, Seen
from shared.db import Tx
from shared.events import LinkScored, PageRead
from shared.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Watched:
    """What a conclusion about a link is compared with."""

    placement_id: UUID
    workspace_id: UUID
    site_id: UUID
    referring_domain: str
    seen: Seen
    reasons: tuple[Reason, ...]
    concluded_at: datetime | None
    concluded_seq: int


async def lock_watched(tx: Tx, placement_ids: Iterable[UUID]) -> dict[UUID, Watched]:
    """Return these placements, locked in the order of their ids; cancelled ones are left out."""
    rows = await tx.fetch(
        "SELECT placement_id, workspace_id, site_id, referring_domain, seen, reasons, concluded_at,"
        " concluded_seq FROM placements WHERE placement_id = ANY($1::uuid[])"
        " AND cancelled_at IS NULL ORDER BY placement_id FOR UPDATE",
        list(placement_ids),
    )
    return {
        row["placement_id"]: Watched(
            placement_id=row["placement_id"],
            workspace_id=row["workspace_id"],
            site_id=row["site_id"],
            referring_domain=row["referring_domain"],
            seen=Seen(row["seen"]),
            reasons=tuple(map(Reason, row["reasons"])),
            concluded_at=row["concluded_at"],
            concluded_seq=row["concluded_seq"],
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Concluded:
    """A placement after a conclusion."""

    placement_id: UUID
    link_id: UUID
    seen: Seen
    reasons: tuple[Reason, ...]
    at: datetime
    seq: int


_CONCLUDED = """
    UPDATE placements p SET link_id = u.link_id, seen = u.seen,
        reasons = string_to_array(u.reasons, ' '), concluded_at = u.at, concluded_seq = u.seq,
        first_live_at = CASE WHEN u.seen IN ('live', 'mismatched')
            THEN coalesce(p.first_live_at, u.at) ELSE p.first_live_at END,
        lost_at = CASE WHEN u.seen <> 'lost' THEN NULL WHEN p.seen = 'lost' THEN p.lost_at
            ELSE u.at END
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::bigint[])
      AS u(placement_id, link_id, seen, reasons, at, seq)
    WHERE p.placement_id = u.placement_id
"""


async def save_concluded(tx: Tx, concluded: Sequence[Concluded]) -> None:
    """Keep where conclusions took their placements."""
    if not concluded:
        return
    await tx.run(
        _CONCLUDED,
        [one.placement_id for one in concluded],
        [one.link_id for one in concluded],
        [one.seen for one in concluded],
        [" ".join(one.reasons) for one in concluded],
        [one.at for one in concluded],
        [one.seq for one in concluded],
    )


async def save_pages(tx: Tx, events: Iterable[PageRead]) -> None:
    """Keep title, contacts and outside links of pages that placements are agreed for."""
    newest: dict[UUID, PageRead] = {}
    for event in events:
        known = newest.get(event.page_key)
        if known is None or known.facts_seq < event.facts_seq:
            newest[event.page_key] = event
    pages = list(newest.values())
    if pages:
        await tx.run(
            "UPDATE placements p SET page_title = u.title,"
            " page_contacts = string_to_array(u.emails, ' '), page_outlinks = u.outlinks,"
            " facts_seq = u.seq FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[],"
            " $5::int[]) AS u(page_key, seq, title, emails, outlinks)"
            " WHERE p.page_key = u.page_key AND p.facts_seq < u.seq",
            [one.page_key for one in pages],
            [one.facts_seq for one in pages],
            [one.facts.title for one in pages],
            [" ".join(one.facts.emails) for one in pages],
            [one.facts.outlinks_external for one in pages],
        )


async def save_scores(tx: Tx, events: Iterable[LinkScored]) -> None:
    """Keep what toxicity says of the links of placements."""
    newest: dict[UUID, LinkScored] = {}
    for event in events:
        known = newest.get(event.link_id)
        if known is None or known.scored_seq < event.scored_seq:
            newest[event.link_id] = event
    scores = list(newest.values())
    if scores:
        await tx.run(
            "UPDATE placements p SET toxicity_sentence = u.sentence, toxicity_band = u.band,"
            " scored_seq = u.seq FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[])"
            " AS u(link_id, seq, sentence, band)"
            " WHERE p.link_id = u.link_id AND p.scored_seq < u.seq",
            [one.link_id for one in scores],
            [one.scored_seq for one in scores],
            [one.sentence for one in scores],
            [one.band for one in scores],
        )


async def list_of_links(tx: Tx, link_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return the placements of each of these links."""
    rows = await tx.fetch(
        "SELECT link_id, placement_id FROM placements"
        " WHERE link_id = ANY($1::uuid[]) AND cancelled_at IS NULL",
        list(link_ids),
    )
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["link_id"], []).append(row["placement_id"])
    return found


async def list_of_domains(
    tx: Tx, site_id: UUID, domains: Sequence[str], links: Sequence[UUID]
) -> list[UUID]:
    """Return the placements of a site on these domains or with these links."""
    rows = await tx.fetch(
        "SELECT placement_id FROM placements WHERE site_id = $1 AND cancelled_at IS NULL"
        " AND (referring_domain = ANY($2::text[]) OR link_id = ANY($3::uuid[]))",
        site_id,
        list(domains),
        list(links),
    )
    return [row["placement_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class Ending:
    """A placement whose end comes near."""

    placement_id: UUID
    workspace_id: UUID
    site_id: UUID
    link_id: UUID | None
    referring_domain: str
    until_on: date
    told: int | None


async def claim_ending(tx: Tx, *, today: date, by: date, limit: int) -> list[Ending]:
    """Return placements that end between today and `by` and may want a notice, locked."""
    rows = await tx.fetch(
        "SELECT placement_id, workspace_id, site_id, link_id, referring_domain, until_on, told_days"
        " FROM placements WHERE cancelled_at IS NULL AND until_on BETWEEN $1 AND $2"
        " AND (told_days IS NULL OR (told_days > $4 AND until_on - $1 <= $4))"
        " ORDER BY placement_id LIMIT $3 FOR UPDATE SKIP LOCKED",
        today,
        by,
        limit,
        min(TELL_DAYS_BEFORE),
    )
    return [Ending(*row) for row in rows]


async def save_told(tx: Tx, told: Sequence[tuple[UUID, int]]) -> None:
    """Remember which notices were given."""
    await tx.run(
        "UPDATE placements p SET told_days = u.days FROM unnest($1::uuid[], $2::int[])"
        " AS u(placement_id, days) WHERE p.placement_id = u.placement_id",
        [placement_id for placement_id, _ in told],
        [days for _, days in told],
    )


async def mark_overdue(tx: Tx, *, today: date, now: datetime, limit: int) -> list[UUID]:
    """Return placements that have become overdue: promised for a day that is over, never seen."""
    rows = await tx.fetch(
        "UPDATE placements SET overdue_at = $2 WHERE placement_id IN (SELECT placement_id"
        " FROM placements WHERE cancelled_at IS NULL AND overdue_at IS NULL AND go_live_on < $1"
        " AND seen = 'promised' AND (until_on IS NULL OR until_on >= $1)"
        " ORDER BY placement_id LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING placement_id",
        today,
        now,
        limit,
    )
    return [row["placement_id"] for row in rows]


async def mark_expired(tx: Tx, *, today: date, now: datetime, limit: int) -> list[UUID]:
    """Return placements whose agreed time has ended."""
    rows = await tx.fetch(
        "UPDATE placements SET expired_at = $2 WHERE placement_id IN (SELECT placement_id"
        " FROM placements WHERE cancelled_at IS NULL AND expired_at IS NULL AND until_on < $1"
        " ORDER BY placement_id LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING placement_id",
        today,
        now,
        limit,
    )
    return [row["placement_id"] for row in rows]
