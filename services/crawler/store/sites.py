"""The crawler's copy of sites: whose hosts they are and whether they are watched now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.crawler.domain.discovery.candidates import SearchedSite
from services.crawler.domain.own_sitemap import OwnPages, OwnSite, events_of
from services.crawler.store import hosts
from shared import clock, ids, outbox
from shared.db import Tx
from shared.errors import NotFoundError, NotYetError
from shared.events import SiteDeleted, SiteSnapshot

# Returns the sites that are watched again after they were not.
_SAVE = """
WITH new AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::bool[], $6::text[])
    AS new (site_id, workspace_id, version_no, hosts, active, brands)
), old AS (
    SELECT site_id, active FROM sites WHERE site_id = ANY($1::uuid[])
), saved AS (
    INSERT INTO sites (site_id, workspace_id, version_no, hosts, active, brands)
    SELECT site_id, workspace_id, version_no, string_to_array(hosts, ' '), active,
        string_to_array(brands, E'\\n')
    FROM new ORDER BY site_id
    ON CONFLICT (site_id) DO UPDATE SET version_no = excluded.version_no,
        hosts = excluded.hosts, active = excluded.active, brands = excluded.brands
    WHERE sites.version_no < excluded.version_no OR (sites.version_no = excluded.version_no
        AND (sites.hosts, sites.active, sites.brands)
            IS DISTINCT FROM (excluded.hosts, excluded.active, excluded.brands))
    RETURNING site_id, active
)
SELECT saved.site_id FROM saved JOIN old USING (site_id) WHERE saved.active AND NOT old.active
"""


_MOST_OWNERS = 20
_LOCK = "SELECT 1 FROM sites WHERE site_id = ANY($1::uuid[]) ORDER BY site_id FOR UPDATE"


async def save_sites(tx: Tx, snapshots: Sequence[SiteSnapshot], now: datetime) -> None:
    """Take over the newest snapshot of each site; a site that is watched again wakes its pages."""
    newest: dict[UUID, SiteSnapshot] = {}
    for snapshot in snapshots:
        if snapshot.site_id is None or snapshot.workspace_id is None:
            continue
        known = newest.get(snapshot.site_id)
        if known is None or known.version_no < snapshot.version_no:
            newest[snapshot.site_id] = snapshot
    rows = [newest[site_id] for site_id in sorted(newest)]
    # By a statement of its own: `old` must see what a transaction before us has left.
    await tx.fetch(_LOCK, [row.site_id for row in rows])
    woken = await tx.fetch(
        _SAVE,
        [row.site_id for row in rows],
        [row.workspace_id for row in rows],
        [row.version_no for row in rows],
        [" ".join({row.domain: None} | {h.host: None for h in row.domains}) for row in rows],
        [is_active(row) for row in rows],
        ["\n".join(" ".join(brand.split()) for brand in row.brands) for row in rows],
    )
    if woken:
        await _wake(tx, [row["site_id"] for row in woken], now)


async def require_site(tx: Tx, site_id: UUID, *, workspace_id: UUID) -> None:
    """Raise NotFoundError for a site that is not of the workspace.

    Raises NotYetError where its first event may still be on its way to us.
    """
    owner = await tx.fetch_value("SELECT workspace_id FROM sites WHERE site_id = $1", site_id)
    if owner is None and ids.is_fresh(site_id, clock.now()):
        raise NotYetError("The site is very new and not known here yet; try again in a moment.")
    if owner != workspace_id:
        raise NotFoundError("There is no such site.")


async def get_hosts(tx: Tx, site_id: UUID) -> tuple[str, ...]:
    """Return the hosts of a site, the main one first."""
    hosts = await tx.fetch_value("SELECT hosts FROM sites WHERE site_id = $1", site_id)
    if not hosts:
        raise NotFoundError("There is no such site.")
    return tuple(hosts)


async def find_searched(tx: Tx, site_id: UUID) -> SearchedSite | None:
    """Return a site for which links may be searched; None while it is not watched."""
    rows = await tx.fetch(
        "SELECT site_id, workspace_id, hosts, brands FROM sites WHERE site_id = $1 AND active",
        site_id,
    )
    return _searched(rows[0]) if rows else None


async def find_owners(tx: Tx, hosts: Sequence[str]) -> list[SearchedSite]:
    """Return the watched sites that one of these hosts belongs to, of any workspace."""
    rows = await tx.fetch(
        "SELECT site_id, workspace_id, hosts, brands FROM sites WHERE active AND hosts && $1::text[]"
        " ORDER BY site_id LIMIT $2",
        list(hosts),
        _MOST_OWNERS,
    )
    return [_searched(row) for row in rows]


def _searched(row: Any) -> SearchedSite:
    return SearchedSite(
        site_id=row["site_id"],
        workspace_id=row["workspace_id"],
        hosts=tuple(row["hosts"]),
        brands=tuple(row["brands"]),
    )


# Who claims comes again in a day; who has read, in a week.
_CLAIM_SITEMAPS = """
UPDATE sites SET sitemap_due_at = $1::timestamptz + interval '1 day' WHERE site_id IN (
    SELECT site_id FROM sites WHERE active AND sitemap_due_at <= $1
    ORDER BY sitemap_due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING site_id, workspace_id, hosts
"""


async def claim_sitemaps(tx: Tx, now: datetime, *, limit: int) -> list[OwnSite]:
    """Return sites whose own sitemap is to be read; other replicas get others."""
    rows = await tx.fetch(_CLAIM_SITEMAPS, now, limit)
    return [OwnSite(row["site_id"], row["workspace_id"], tuple(row["hosts"])) for row in rows]


async def tell_sitemap(tx: Tx, site: OwnSite, pages: OwnPages, now: datetime) -> None:
    """Tell of the pages that a sitemap names, and read it again in a week, give or take half a day."""
    if pages.urls:
        await outbox.add(tx, list(events_of(site, pages, now)))
        await tx.run(
            "UPDATE sites SET sitemap_due_at = $2::timestamptz"
            " + interval '6.5 days' + random() * interval '1 day' WHERE site_id = $1",
            site.site_id,
            now,
        )


async def find_hosts(
    tx: Tx, workspace_ids: Sequence[UUID]
) -> dict[UUID, dict[UUID, tuple[str, ...]]]:
    """Return the hosts of every watched site of these workspaces."""
    rows = await tx.fetch(
        "SELECT workspace_id, site_id, hosts FROM sites"
        " WHERE workspace_id = ANY($1::uuid[]) AND active",
        workspace_ids,
    )
    found: dict[UUID, dict[UUID, tuple[str, ...]]] = {}
    for row in rows:
        found.setdefault(row["workspace_id"], {})[row["site_id"]] = tuple(row["hosts"])
    return found


def is_active(snapshot: SiteSnapshot) -> bool:
    """Return whether the links of a site are looked at."""
    return not (snapshot.paused or snapshot.archived or isinstance(snapshot, SiteDeleted))


async def _wake(tx: Tx, site_ids: Sequence[UUID], now: datetime) -> None:
    resting = await tx.fetch(
        "SELECT page_id, host FROM pages WHERE next_check_at = 'infinity' AND page_id IN ("
        " SELECT page_id FROM watches WHERE site_id = ANY($1::uuid[]) AND removed_at IS NULL"
        " UNION SELECT page_id FROM targets WHERE site_id = ANY($1::uuid[]))",
        site_ids,
    )
    await hosts.make_due(tx, [row["host"] for row in resting], now)
    await tx.run(
        "UPDATE pages SET next_check_at = $2"
        " WHERE page_id = ANY($1::uuid[]) AND next_check_at = 'infinity'",
        [row["page_id"] for row in resting],
        now,
    )
