"""What profile keeps for how long, and its side of the copies that others have of sites and links."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from typing_extensions import override

from services.profile.domain.history import tracked_event
from services.profile.domain.site import Site, snapshot
from services.profile.store import links, sites
from shared import outbox, removing
from shared.catalogue import Tie
from shared.copies import START, Mirror, Snapshots, face_of
from shared.db import Tx
from shared.erasing import People
from shared.events import Event, SiteDeleted, SiteRemoved, SiteUpdated
from shared.policies import Policy, not_held
from shared.retention import KINDS
from shared.shelves import Shelf

TIES = (Tie("claims", "link_id", "links", "link_id"),)
PEOPLE = People(ties=TIES)
_LIVING = "site_id IN (SELECT site_id FROM sites WHERE deleted_at IS NULL)"
_WINDOW = 5_000
"""Links of all workspaces among which one step looks for those of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks(Shelf):
    """Single looks of a workspace that keeps them shorter than the installation: link by link."""

    @override
    async def forget(
        self, tx: Tx, policy: Policy, now: datetime, *, after: str | None, limit: int
    ) -> tuple[int, str | None]:
        rows = await tx.fetch(
            "SELECT link_id, workspace_id = $2 AND (site_id = ANY($3::uuid[])) IS NOT TRUE AS mine"
            " FROM links WHERE link_id > $1 ORDER BY link_id LIMIT $4",
            *(UUID(after) if after else START, policy.workspace_id, list(policy.held_sites), limit),
        )
        tag = await tx.run(
            "DELETE FROM observations WHERE link_id = ANY($1::uuid[]) AND checked_at < $2",
            *([row["link_id"] for row in rows if row["mine"]], self.before(policy, now)),
        )
        gone = int(tag.rpartition(" ")[2])
        return gone, str(rows[-1]["link_id"]) if len(rows) == limit else None

    @override
    async def list_workspaces(self, tx: Tx, now: datetime) -> list[UUID]:
        rows = await tx.fetch(
            "SELECT r.workspace_id FROM retention r WHERE (r.days->>'looks')::int < $2 AND EXISTS ("
            "SELECT FROM observations o WHERE o.checked_at < $1::timestamptz"
            " - (r.days->>'looks')::int * interval '1 day' AND NOT o.site_id = ANY(r.held_sites)"
            " AND o.site_id IN (SELECT site_id FROM sites s WHERE s.workspace_id = r.workspace_id))",
            *(now, self.most),
        )
        return [row["workspace_id"] for row in rows]


def shelves_of(*, observation_days: int, alert_days: int) -> tuple[Shelf, ...]:
    """Return what is let go of after its time."""
    return (
        Looks(
            kind="looks",
            table="observations",
            moment="t.checked_at",
            workspace="(SELECT s.workspace_id FROM sites s WHERE s.site_id = t.site_id)",
            most_days=observation_days,
        ),
        Shelf(
            kind="alerts",
            table="alerts",
            moment="t.last_at",
            most_days=alert_days,
            by_others=True,
        ),
        Shelf(
            kind="deleted_sites",
            table="sites",
            moment="t.deleted_at",
            where="t.removed_at IS NULL",
            by_others=True,
        ),
    )


async def remove_due_sites(tx: Tx, now: datetime, *, limit: int) -> int:
    """Begin to delete for good what was deleted long enough ago and nobody holds; returns how many."""
    kind = KINDS["deleted_sites"]
    rows = await tx.fetch(
        "UPDATE sites SET removed_at = $1 WHERE site_id IN (SELECT s.site_id FROM sites s"
        " LEFT JOIN retention r ON r.workspace_id = s.workspace_id WHERE s.removed_at IS NULL"
        " AND s.deleted_at < $1::timestamptz"
        " - coalesce((r.days->>'deleted_sites')::int, $2) * interval '1 day'"
        f" AND {not_held('s.site_id')} ORDER BY s.deleted_at LIMIT $3 FOR UPDATE OF s SKIP LOCKED)"
        " RETURNING site_id, workspace_id",
        *(now, kind.days, limit),
    )
    for row in rows:
        await removing.queue_site(tx, row["site_id"], row["workspace_id"])
    await outbox.add(
        tx,
        [SiteRemoved(workspace_id=row["workspace_id"], site_id=row["site_id"]) for row in rows],
    )
    return len(rows)


async def delete_all_sites(tx: Tx, workspace_id: UUID, now: datetime) -> None:
    """Delete all sites of a workspace that was deleted, at its very moment, so that they can come back."""
    await _turn(
        tx,
        "UPDATE sites SET deleted_at = $2, updated_at = $2, version = version + 1"
        " WHERE workspace_id = $1 AND deleted_at IS NULL RETURNING site_id",
        *(workspace_id, now),
    )


async def restore_sites(tx: Tx, workspace_id: UUID, deleted_at: datetime, now: datetime) -> None:
    """Bring back the sites that were deleted with their workspace."""
    await _turn(
        tx,
        "UPDATE sites SET deleted_at = NULL, updated_at = $3, version = version + 1"
        " WHERE workspace_id = $1 AND deleted_at = $2 AND removed_at IS NULL RETURNING site_id",
        *(workspace_id, deleted_at, now),
    )


async def _turn(tx: Tx, statement: str, *args: object) -> None:
    rows = await tx.fetch(statement, *args)
    found = await sites.list_all(tx, [row["site_id"] for row in rows])
    await outbox.add(tx, [_event_of(site) for site in found])


def _event_of(site: Site) -> Event:
    return snapshot(site, SiteUpdated if site.deleted_at is None else SiteDeleted)


# ---- copies -----------------------------------------------------------------------------------------


async def page_of_sites(
    tx: Tx, workspace_id: UUID, site_id: UUID | None, after: UUID | None, limit: int
) -> Snapshots:
    """Return the next sites as they are, deleted ones, too, until they are removed."""
    rows = await tx.fetch(
        "SELECT site_id FROM sites WHERE workspace_id = $1 AND ($2::uuid IS NULL OR site_id = $2)"
        " AND site_id > $3 AND removed_at IS NULL ORDER BY site_id LIMIT $4",
        *(workspace_id, site_id, after or START, limit),
    )
    ids = [row["site_id"] for row in rows]
    found = await sites.list_all(tx, ids)
    return Snapshots([_event_of(site) for site in found], ids[-1] if len(ids) == limit else None)


async def page_of_watches(
    tx: Tx, workspace_id: UUID, site_id: UUID | None, after: UUID | None, limit: int
) -> Snapshots:
    """Return requests to watch the next links, each newer than all before it."""
    rows = await tx.fetch(
        "SELECT link_id, workspace_id = $2 AND ($3::uuid IS NULL OR site_id = $3)"
        " AND merged_into IS NULL AND deleted_at IS NULL AS mine"
        " FROM links WHERE link_id > $1 ORDER BY link_id LIMIT $4",
        *(after or START, workspace_id, site_id, _WINDOW),
    )
    mine = [row["link_id"] for row in rows if row["mine"]]
    last = rows[-1]["link_id"] if len(rows) == _WINDOW else None
    if len(mine) > limit:
        mine, last = mine[:limit], mine[limit - 1]
    await tx.run(
        "UPDATE links SET tracked_seq = tracked_seq + 1 WHERE link_id IN (SELECT link_id FROM links"
        " WHERE link_id = ANY($1::uuid[]) ORDER BY link_id FOR UPDATE)",
        mine,
    )
    found = await links.lock_links(tx, mine)
    of_sites = await sites.find_sites(tx, {link.site_id for link in found.values()})
    events = [
        tracked_event(link, of_sites[link.site_id].hosts)
        for link in found.values()
        if link.site_id in of_sites
    ]
    return Snapshots(events, last)


_HOSTS = (
    "(SELECT string_agg(h.value->>'host', ' ' ORDER BY h.ordinality)"
    " FROM jsonb_array_elements(domains) WITH ORDINALITY h)"
)
_BRANDS, _KEYWORDS = "array_to_string(brands, '~')", "array_to_string(keywords, '~')"
_PARTNERS, _RIVALS = "array_to_string(partners, '~')", "array_to_string(competitors, '~')"
_HERE = "workspace_id = $1 AND removed_at IS NULL"

MIRROR = Mirror(
    pages={"sites": page_of_sites, "watches": page_of_watches},
    owned={
        ("crawler", "sites"): face_of(
            "sites",
            f"concat_ws('|', site_id, version, {_HOSTS},"
            f" NOT (paused OR archived OR deleted_at IS NOT NULL), {_BRANDS})",
            where=_HERE,
        ),
        ("toxicity", "sites"): face_of(
            "sites",
            f"concat_ws('|', site_id, version, domain, {_HOSTS}, {_BRANDS}, {_KEYWORDS},"
            f" {_PARTNERS}, {_RIVALS})",
            where=f"{_HERE} AND deleted_at IS NULL",
        ),
        ("outreach", "sites"): face_of(
            "sites",
            f"concat_ws('|', site_id, version, domain, domain || ' ' || {_HOSTS}, {_BRANDS},"
            f" {_KEYWORDS}, {_RIVALS})",
            where=f"{_HERE} AND deleted_at IS NULL",
        ),
        ("crawler", "watches"): face_of(
            "links",
            "concat_ws('|', link_id, page_key, coalesce(target_key::text, ''))",
            where="workspace_id = $1 AND merged_into IS NULL AND deleted_at IS NULL",
        ),
    },
    held={
        "scores": face_of(
            "links",
            "concat_ws('|', link_id, scored_seq, coalesce(toxicity_score, -1), toxicity_band)",
            where="workspace_id = $1 AND scored_seq > 0 AND merged_into IS NULL"
            f" AND deleted_at IS NULL AND {_LIVING}",
        ),
        "terms": face_of(
            "contracts",
            "concat_ws('|', placement_id, terms_seq, cancelled)",
            where=f"workspace_id = $1 AND {_LIVING}",
        ),
        "retention": face_of(
            "retention",
            "concat_ws('|', version_no, days, held_sites)",
            where="workspace_id = $1",
            site="workspace_id",
        ),
    },
)
