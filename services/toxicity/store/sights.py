"""What was seen of links and pages, and what profile concluded: taken in whole batches."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from services.toxicity.domain.ingest import Kept, Sighting, canonical
from shared.db import Tx
from shared.events import LinkChanged, LinkUntracked, PageRead
from shared.vocabulary import LinkStatus

_PAGES = """
    INSERT INTO pages (page_id, facts_seq, read_at, url, referring_domain, facts)
    SELECT u.page_id, u.facts_seq, u.read_at, u.url, u.referring_domain, u.facts
    FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::json[])
      AS u(page_id, facts_seq, read_at, url, referring_domain, facts)
    ORDER BY u.page_id
    ON CONFLICT (page_id) DO UPDATE SET facts_seq = excluded.facts_seq, read_at = excluded.read_at,
        url = excluded.url, referring_domain = excluded.referring_domain, facts = excluded.facts
    WHERE pages.facts_seq < excluded.facts_seq
    RETURNING page_id, facts_seq
"""


async def save_pages(tx: Tx, reads: Iterable[PageRead], *, seen: Iterable[UUID]) -> list[UUID]:
    """Keep the newest facts of pages; returns the pages of which this told something new.

    Pages that only links were `seen` on are held too: a link's check and its page's facts come in
    transactions of their own, and whoever comes second must see the other. One statement locks all
    of them in one order, also those that it leaves as they are.
    """
    newest: dict[UUID, PageRead | None] = dict.fromkeys(seen)
    for event in reads:
        known = newest.get(event.page_id)
        if known is None or known.facts_seq < event.facts_seq:
            newest[event.page_id] = event
    if not newest:
        return []
    rows = await tx.fetch(
        _PAGES,
        list(newest),
        [one.facts_seq if one else 0 for one in newest.values()],
        [one.read_at if one else None for one in newest.values()],
        [one.facts.url if one else None for one in newest.values()],
        [one.facts.referring_domain if one else None for one in newest.values()],
        [canonical(one.facts.model_dump(mode="json")) if one else None for one in newest.values()],
    )
    return [row["page_id"] for row in rows if row["facts_seq"]]


_LOCK = """
    SELECT link_id, check_seq, found_seq, facts_digest, last_reasons, page_id,
        scored_at IS NOT NULL AS scored
    FROM links WHERE link_id IN (
        SELECT unnest($1::uuid[]) UNION SELECT link_id FROM links WHERE page_id = ANY($2::uuid[]))
    ORDER BY link_id FOR UPDATE
"""


async def lock_links(
    tx: Tx, link_ids: Iterable[UUID], *, pages: Sequence[UUID]
) -> Mapping[UUID, Kept]:
    """Return what is kept of these links and of those on these pages, locked in the order of ids."""
    rows = await tx.fetch(_LOCK, list(link_ids), list(pages))
    return {
        row["link_id"]: Kept(
            check_seq=row["check_seq"],
            found_seq=row["found_seq"],
            facts_digest=row["facts_digest"],
            last_reasons=tuple(row["last_reasons"]),
            page_id=row["page_id"],
            scored=row["scored"],
        )
        for row in rows
    }


# The newest check and the newest one that found the link are guarded apart: a late "found" still
# brings its facts, and never moves the reasons or times of a newer look back. A link that is no
# longer tracked comes back only by a look that was made for a later tracking.
_SIGHTINGS = """
    INSERT INTO links AS l (link_id, workspace_id, site_id, page_id, check_seq, checked_at,
        last_reasons, found_seq, found_at, facts, facts_digest, tracked_seq, failed_looks)
    SELECT u.link_id, u.workspace_id, u.site_id, u.page_id, u.check_seq, u.checked_at,
        string_to_array(u.last_reasons, ' '), u.found_seq, u.found_at, u.facts, u.facts_digest,
        u.tracked_seq, u.failed_looks
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::timestamptz[],
        $7::text[], $8::bigint[], $9::timestamptz[], $10::json[], $11::uuid[],
        $12::bigint[], $13::int[])
      AS u(link_id, workspace_id, site_id, page_id, check_seq, checked_at, last_reasons, found_seq,
        found_at, facts, facts_digest, tracked_seq, failed_looks)
    ORDER BY u.link_id
    ON CONFLICT (link_id) DO UPDATE SET
        check_seq = greatest(l.check_seq, excluded.check_seq),
        checked_at = CASE WHEN excluded.check_seq > l.check_seq THEN excluded.checked_at
            ELSE l.checked_at END,
        last_reasons = CASE WHEN excluded.check_seq > l.check_seq THEN excluded.last_reasons
            ELSE l.last_reasons END,
        page_id = CASE WHEN excluded.check_seq > l.check_seq THEN excluded.page_id
            ELSE l.page_id END,
        failed_looks = CASE WHEN excluded.check_seq <= l.check_seq THEN l.failed_looks
            WHEN excluded.failed_looks = 0 THEN 0 ELSE l.failed_looks + excluded.failed_looks END,
        found_seq = greatest(l.found_seq, excluded.found_seq),
        found_at = CASE WHEN excluded.found_seq > l.found_seq THEN excluded.found_at
            ELSE l.found_at END,
        facts = CASE WHEN excluded.found_seq > l.found_seq THEN excluded.facts ELSE l.facts END,
        facts_digest = CASE WHEN excluded.found_seq > l.found_seq THEN excluded.facts_digest
            ELSE l.facts_digest END,
        tracked_seq = greatest(l.tracked_seq, excluded.tracked_seq), untracked_at = NULL
    WHERE (l.check_seq < excluded.check_seq OR l.found_seq < excluded.found_seq)
        AND (l.untracked_at IS NULL OR l.tracked_seq < excluded.tracked_seq)
"""


async def save_sightings(tx: Tx, sightings: Iterable[Sighting]) -> None:
    """Keep what the checks of a batch saw."""
    ordered = sorted(sightings, key=lambda one: one.link_id)
    if not ordered:
        return
    await tx.run(
        _SIGHTINGS,
        [one.link_id for one in ordered],
        [one.workspace_id for one in ordered],
        [one.site_id for one in ordered],
        [one.page_id for one in ordered],
        [one.check_seq for one in ordered],
        [one.checked_at for one in ordered],
        [" ".join(one.last_reasons) for one in ordered],
        [one.found_seq for one in ordered],
        [one.found_at for one in ordered],
        [one.facts for one in ordered],
        [one.facts_digest for one in ordered],
        [one.tracked_seq for one in ordered],
        [one.failed_looks for one in ordered],
    )


_CHANGES = """
    INSERT INTO links AS l (link_id, workspace_id, site_id, changed_at, changed_seq, lost,
        placement_id, referring_url, referring_domain, target_url, first_seen_at)
    SELECT u.link_id, u.workspace_id, u.site_id, u.changed_at, u.changed_seq, u.lost, u.placement_id,
        u.referring_url, u.referring_domain, u.target_url, u.first_seen_at
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::bigint[], $6::bool[],
        $7::uuid[], $8::text[], $9::text[], $10::text[], $11::timestamptz[])
      AS u(link_id, workspace_id, site_id, changed_at, changed_seq, lost, placement_id, referring_url,
        referring_domain, target_url, first_seen_at)
    ORDER BY u.link_id
    ON CONFLICT (link_id) DO UPDATE SET changed_at = excluded.changed_at,
        changed_seq = excluded.changed_seq, lost = excluded.lost,
        placement_id = excluded.placement_id, referring_url = excluded.referring_url,
        referring_domain = excluded.referring_domain, target_url = excluded.target_url,
        first_seen_at = least(l.first_seen_at, excluded.first_seen_at)
    WHERE l.changed_at IS NULL
        OR (l.changed_at, l.changed_seq) < (excluded.changed_at, excluded.changed_seq)
    RETURNING link_id
"""


async def save_changes(tx: Tx, events: Iterable[LinkChanged]) -> list[UUID]:
    """Take over what profile concluded; an older conclusion changes nothing."""
    newest: dict[UUID, LinkChanged] = {}
    for event in events:
        known = newest.get(event.link_id)
        if known is None or _age(known) < _age(event):
            newest[event.link_id] = event
    changes = [one for one in newest.values() if one.site_id and one.workspace_id]
    if not changes:
        return []
    rows = await tx.fetch(
        _CHANGES,
        [one.link_id for one in changes],
        [one.workspace_id for one in changes],
        [one.site_id for one in changes],
        [one.occurred_at for one in changes],
        [one.check_seq or 0 for one in changes],
        [one.to_status is LinkStatus.LOST for one in changes],
        [one.placement_id for one in changes],
        [one.referring_url for one in changes],
        [one.referring_domain for one in changes],
        [one.target_url for one in changes],
        [one.first_seen_at for one in changes],
    )
    return [row["link_id"] for row in rows]


def _age(event: LinkChanged) -> tuple[datetime, int]:
    return event.occurred_at, event.check_seq or 0


_UNTRACKED = """
    INSERT INTO links AS l (link_id, workspace_id, site_id, tracked_seq, untracked_at)
    SELECT u.link_id, u.workspace_id, u.site_id, u.tracked_seq, u.untracked_at
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::timestamptz[])
      AS u(link_id, workspace_id, site_id, tracked_seq, untracked_at)
    ORDER BY u.link_id
    ON CONFLICT (link_id) DO UPDATE SET
        tracked_seq = excluded.tracked_seq, untracked_at = excluded.untracked_at
    WHERE l.tracked_seq <= excluded.tracked_seq
    RETURNING link_id
"""


async def save_untracked(tx: Tx, events: Iterable[LinkUntracked]) -> list[UUID]:
    """Mark links as no longer tracked; the mark stays, for looks made before it may come after it.

    What was seen of them goes with their score, as soon as they are taken out of the counts.
    """
    newest: dict[UUID, LinkUntracked] = {}
    for event in sorted(events, key=lambda one: one.tracked_seq):
        newest[event.link_id] = event
    gone = [one for one in newest.values() if one.site_id and one.workspace_id]
    if not gone:
        return []
    rows = await tx.fetch(
        _UNTRACKED,
        [one.link_id for one in gone],
        [one.workspace_id for one in gone],
        [one.site_id for one in gone],
        [one.tracked_seq for one in gone],
        [one.occurred_at for one in gone],
    )
    return [row["link_id"] for row in rows]


_OF_A_SITE = (
    *("site_counts", "domain_counts", "anchor_domains", "anchor_counts"),
    *("arrivals", "attacks", "network_sites", "density_months"),
    *("block_lists", "domain_flags", "layer_proposals"),
)


async def remove_links(tx: Tx, site_id: UUID, *, limit: int) -> int:
    """Forget some links of a deleted site, and their counts with the last of them."""
    tag = await tx.run(
        "DELETE FROM links WHERE link_id IN"
        " (SELECT link_id FROM links WHERE site_id = $1 ORDER BY link_id LIMIT $2 FOR UPDATE)",
        site_id,
        limit,
    )
    removed = int(tag.rpartition(" ")[2])
    if removed < limit:
        for table in _OF_A_SITE:
            await tx.run(f"DELETE FROM {table} WHERE site_id = $1", site_id)
    return removed


async def list_links(tx: Tx, site_id: UUID, *, after: UUID, limit: int) -> list[UUID]:
    """Return links of a site, by id."""
    rows = await tx.fetch(
        "SELECT link_id FROM links WHERE site_id = $1 AND link_id > $2 ORDER BY link_id LIMIT $3",
        site_id,
        after,
        limit,
    )
    return [row["link_id"] for row in rows]
