"""Links that people give by hand: new rows, or the rows that are there already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.profile.domain.link import Link
from services.profile.store import links
from shared.db import Tx
from shared.vocabulary import DiscoveryReason

BY_HAND = "hand"


@dataclass(frozen=True, slots=True)
class Added:
    """What became of links that were given: which to watch, which are new, and where each is."""

    watch: list[Link]
    created: frozenset[UUID]
    kept: dict[tuple[UUID, UUID | None], UUID]


async def add_by_hand(tx: Tx, wanted: Sequence[Link], *, actor: str, now: datetime) -> Added:
    """Insert links, or bring them back."""
    await tx.run(
        # A person's word brings back what a person deleted.
        "UPDATE links SET deleted_at = NULL, tracked_seq = tracked_seq + 1, version = version + 1"
        " FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS u(site_id, page_key, target_key)"
        " WHERE links.site_id = u.site_id AND links.page_key = u.page_key"
        " AND links.target_key IS NOT DISTINCT FROM u.target_key AND deleted_at IS NOT NULL",
        [link.site_id for link in wanted],
        [link.page_key for link in wanted],
        [link.target_key for link in wanted],
    )
    added = await links.add_links(tx, wanted, [DiscoveryReason.IMPORTED] * len(wanted))
    rows = await tx.fetch(
        "SELECT l.page_key, l.target_key, coalesce(l.merged_into, l.link_id) AS link_id"
        " FROM links l JOIN unnest($1::uuid[], $2::uuid[], $3::uuid[])"
        " AS u(site_id, page_key, target_key) ON l.site_id = u.site_id AND l.page_key = u.page_key"
        " AND l.target_key IS NOT DISTINCT FROM u.target_key ORDER BY l.link_id FOR KEY SHARE OF l",
        [link.site_id for link in wanted],
        [link.page_key for link in wanted],
        [link.target_key for link in wanted],
    )
    kept = {(row["page_key"], row["target_key"]): row["link_id"] for row in rows}
    await tx.run(
        "INSERT INTO claims (link_id, source, claim, claimed_at)"
        " SELECT u.link_id, $2, json_build_object('added_by', $3::text), $4::timestamptz"
        " FROM unnest($1::uuid[]) AS u(link_id) ON CONFLICT (link_id, source) DO NOTHING",
        list(set(kept.values())),
        BY_HAND,
        actor,
        now,
    )
    await tx.run(
        "UPDATE links SET sources = array_append(sources, $2) WHERE link_id = ANY($1::uuid[])"
        " AND NOT sources @> ARRAY[$2]",
        list(set(kept.values())),
        BY_HAND,
    )
    rows_now = await links.lock_links(tx, set(kept.values()))
    fresh = frozenset(link.link_id for link in added)
    watch = [link for link in rows_now.values() if not link.state.check_seq]
    return Added(watch=watch, created=fresh, kept=kept)
