"""What people and rules decide about many links at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.profile.domain.decisions import Verdict, acknowledged, overridden
from services.profile.domain.history import Entry, tracked_event, untracked_event
from services.profile.domain.link import Link
from services.profile.store import history, links, sites
from shared import outbox
from shared.db import Tx


@dataclass(frozen=True, slots=True)
class Edit:
    """What people write beside links; None leaves a field as it is, an empty text clears it."""

    tags: tuple[str, ...] | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    note: str | None = None
    owner: str | None = None
    snooze_until: datetime | None = None
    wake: bool = False


async def edit_links(tx: Tx, link_ids: Sequence[UUID], edit: Edit) -> None:
    """Write tags, note, owner and snooze of links; one statement, however many."""
    await tx.run(
        "UPDATE links SET tags = ARRAY(SELECT DISTINCT tag FROM unnest(coalesce($2::text[], tags)"
        " || $3::text[]) AS tag WHERE NOT tag = ANY($4::text[]) ORDER BY tag),"
        " note = CASE WHEN $5::text IS NULL THEN note ELSE nullif($5, '') END,"
        " owner = CASE WHEN $6::text IS NULL THEN owner ELSE nullif($6, '') END,"
        " snoozed_until = CASE WHEN $8 THEN NULL ELSE coalesce($7, snoozed_until) END,"
        " version = version + 1 WHERE link_id = ANY($1::uuid[])",
        list(link_ids),
        None if edit.tags is None else list(edit.tags),
        list(edit.add_tags),
        list(edit.remove_tags),
        edit.note,
        edit.owner,
        edit.snooze_until,
        edit.wake,
    )


async def acknowledge_links(
    tx: Tx, link_ids: Sequence[UUID], *, actor: str | None, now: datetime
) -> int:
    """Take the facts of links for agreed; returns of how many that changed anything."""
    found = await links.lock_links(tx, link_ids)
    pages = {(link.site_id, link.page_key) for link in found.values()}
    tracked = await links.list_tracked(tx, pages)
    decided = [
        acknowledged(
            link,
            taken=frozenset(tracked[link.site_id, link.page_key]),
            at=now,
            actor=actor,
        )
        for link in found.values()
    ]
    return await _save(tx, found, decided)


async def override_links(
    tx: Tx, link_ids: Sequence[UUID], verdict: Verdict, *, actor: str, now: datetime
) -> int:
    """Let a person's verdict stand over ours; returns of how many that changed anything."""
    found = await links.lock_links(tx, link_ids)
    decided = [overridden(link, verdict, at=now, actor=actor) for link in found.values()]
    moved = await _save(tx, found, decided)
    await tx.run(
        "UPDATE links SET override_reason = $2 WHERE link_id = ANY($1::uuid[])",
        list(found),
        verdict.reason if verdict.status else None,
    )
    return moved


async def _save(
    tx: Tx, before: dict[UUID, Link], decided: Sequence[tuple[Link, Entry | None]]
) -> int:
    moved = [link for link, _ in decided if link != before[link.link_id]]
    await links.save_links(tx, moved)
    await history.record_entries(tx, [entry for _, entry in decided if entry is not None])
    again = [link for link in moved if link.tracked_seq != before[link.link_id].tracked_seq]
    owners = await sites.find_sites(tx, {link.site_id for link in again}) if again else {}
    await outbox.add(tx, [tracked_event(link, owners[link.site_id].hosts) for link in again])
    return len(moved)


async def remove_links(tx: Tx, link_ids: Sequence[UUID]) -> int:
    """Delete links: they are no longer watched nor counted; their history stays."""
    found = await links.lock_links(tx, link_ids)
    await tx.run(
        "UPDATE links SET deleted_at = now(), tracked_seq = tracked_seq + 1, version = version + 1"
        " WHERE link_id = ANY($1::uuid[])",
        list(found),
    )
    await outbox.add(tx, [untracked_event(link) for link in found.values()])
    return len(found)


async def list_adoptable(tx: Tx, *, before: datetime, limit: int) -> list[UUID]:
    """Return links without a contract whose change is older than `before`."""
    rows = await tx.fetch(
        "SELECT link_id FROM links WHERE status = 'changed' AND terms IS NULL AND override IS NULL"
        " AND changed_at <= $1 AND merged_into IS NULL AND deleted_at IS NULL"
        " ORDER BY changed_at LIMIT $2",
        before,
        limit,
    )
    return [row["link_id"] for row in rows]
