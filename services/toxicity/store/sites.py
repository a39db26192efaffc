"""The service's copies of sites, and which of them want all their links judged again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.toxicity.domain.guard import Guard, guard_of
from services.toxicity.domain.layer import NO_LAYER, Layer
from shared import clock, ids
from shared.db import Tx
from shared.errors import NotFoundError, NotYetError
from shared.events import SiteSnapshot

_UNIT = "\x1f"  # joins lists inside one text, so that a batch stays one statement
START = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Site:
    """What judging the links of a site needs to know of it."""

    site_id: UUID
    workspace_id: UUID
    version_no: int
    domain: str
    hosts: tuple[str, ...]
    brands: tuple[str, ...]
    keywords: tuple[str, ...]
    partners: tuple[str, ...]
    competitors: tuple[str, ...]
    manual_action: str | None = None
    layer: Layer = NO_LAYER


_SAVE = """
    INSERT INTO sites (site_id, workspace_id, version_no, domain, hosts, brands, keywords, partners,
        competitors, manual_action, walk_after)
    SELECT u.site_id, u.workspace_id, u.version_no, u.domain,
        string_to_array(u.hosts, E'\\x1f'), string_to_array(u.brands, E'\\x1f'),
        string_to_array(u.keywords, E'\\x1f'), string_to_array(u.partners, E'\\x1f'),
        string_to_array(u.competitors, E'\\x1f'), u.manual_action, '00000000-0000-0000-0000-000000000000'
    FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::text[], $10::text[])
      AS u(site_id, workspace_id, version_no, domain, hosts, brands, keywords, partners, competitors,
        manual_action)
    ORDER BY u.site_id
    ON CONFLICT (site_id) DO UPDATE SET version_no = excluded.version_no, domain = excluded.domain,
        hosts = excluded.hosts, brands = excluded.brands, keywords = excluded.keywords,
        partners = excluded.partners, competitors = excluded.competitors,
        manual_action = excluded.manual_action,
        walk_after = CASE WHEN (sites.domain, sites.hosts, sites.brands, sites.keywords,
                sites.partners, sites.competitors)
            IS DISTINCT FROM (excluded.domain, excluded.hosts, excluded.brands, excluded.keywords,
                excluded.partners, excluded.competitors)
            THEN excluded.walk_after ELSE sites.walk_after END,
        deleted_at = NULL
    WHERE sites.version_no < excluded.version_no OR (sites.version_no = excluded.version_no
        AND (sites.domain, sites.hosts, sites.brands, sites.keywords, sites.partners,
            sites.competitors, sites.manual_action)
        IS DISTINCT FROM (excluded.domain, excluded.hosts, excluded.brands, excluded.keywords,
            excluded.partners, excluded.competitors, excluded.manual_action))
"""


async def save_sites(tx: Tx, snapshots: Sequence[SiteSnapshot]) -> None:
    """Take over newer snapshots; a change of names or partners wants all links judged again."""
    newest = {one.site_id: one for one in sorted(snapshots, key=lambda one: one.version_no)}
    sites = [one for one in newest.values() if one.site_id and one.workspace_id]
    if not sites:
        return
    await tx.run(
        _SAVE,
        [one.site_id for one in sites],
        [one.workspace_id for one in sites],
        [one.version_no for one in sites],
        [one.domain for one in sites],
        [_UNIT.join(host.host for host in one.domains) for one in sites],
        [_UNIT.join(one.brands) for one in sites],
        [_UNIT.join(one.keywords) for one in sites],
        [_UNIT.join(one.partners) for one in sites],
        [_UNIT.join(one.competitors) for one in sites],
        [one.manual_action for one in sites],
    )


async def mark_deleted(tx: Tx, snapshots: Sequence[SiteSnapshot]) -> None:
    """Hide deleted sites, saved before, at once; the walk removes their links piece by piece."""
    await tx.run(
        "UPDATE sites SET deleted_at = coalesce(sites.deleted_at, u.at), walk_after = $4"
        " FROM unnest($1::uuid[], $2::int[], $3::timestamptz[]) AS u(site_id, version_no, at)"
        " WHERE sites.site_id = u.site_id AND sites.version_no <= u.version_no",
        [one.site_id for one in snapshots],
        [one.version_no for one in snapshots],
        [one.occurred_at for one in snapshots],
        START,
    )


_COLUMNS = (
    "site_id, workspace_id, version_no, domain, hosts, brands, keywords, partners, competitors,"
    " manual_action"
)


async def list_sites(tx: Tx, workspace_ids: Iterable[UUID]) -> list[Site]:
    """Return the living sites of some workspaces."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, slope_milli, offset_milli FROM sites"
        " LEFT JOIN calibrations USING (site_id)"
        " WHERE workspace_id = ANY($1::uuid[]) AND deleted_at IS NULL ORDER BY site_id",
        list(set(workspace_ids)),
    )
    return [_site(row) for row in rows]


async def get_site(tx: Tx, site_id: UUID, *, workspace_id: UUID) -> Site:
    """Return a site; raises NotYetError where its first event may still be on its way to us."""
    row = await tx.fetch(
        f"SELECT {_COLUMNS}, workspace_id = $2 AND deleted_at IS NULL AS is_there FROM sites"
        " WHERE site_id = $1",
        site_id,
        workspace_id,
    )
    if not row and ids.is_fresh(site_id, clock.now()):
        raise NotYetError("The site is very new and not known here yet; try again in a moment.")
    if not row or not row[0]["is_there"]:
        raise NotFoundError("There is no such site.")
    return _site(row[0])


def _site(row: asyncpg.Record) -> Site:
    return Site(
        site_id=row["site_id"],
        workspace_id=row["workspace_id"],
        version_no=row["version_no"],
        domain=row["domain"],
        hosts=tuple(row["hosts"]),
        brands=tuple(row["brands"]),
        keywords=tuple(row["keywords"]),
        partners=tuple(row["partners"]),
        competitors=tuple(row["competitors"]),
        manual_action=row["manual_action"],
        layer=_layer(row),
    )


def _layer(row: asyncpg.Record) -> Layer:
    slope: int | None = row.get("slope_milli")
    return NO_LAYER if slope is None else Layer(slope, row["offset_milli"])


def guards_of(sites: Sequence[Site]) -> dict[UUID, Guard]:
    """Return the guard of each site: the names of all sites of its workspace are its own."""
    own: dict[UUID, list[str]] = {}
    for site in sites:
        own.setdefault(site.workspace_id, []).extend((site.domain, *site.hosts))
    return {
        site.site_id: guard_of(
            own=own[site.workspace_id], partners=site.partners, competitors=site.competitors
        )
        for site in sites
    }


async def want_walk(tx: Tx, site_ids: Iterable[UUID]) -> None:
    """Have all links of these sites judged again, piece by piece; a walk under way starts over."""
    await tx.run(
        "UPDATE sites SET walk_after = $2 WHERE site_id = ANY($1::uuid[])", list(site_ids), START
    )


async def want_growth_walk(tx: Tx, site_ids: Sequence[UUID]) -> None:
    """Have sites walked that have grown; a walk under way goes on, or growth would never let it end.

    A row that a walk holds is skipped and not waited for: we hold links that the walk wants.
    """
    if site_ids:
        await tx.run(
            "UPDATE sites SET walk_after = $2 WHERE site_id IN (SELECT site_id FROM sites"
            " WHERE site_id = ANY($1::uuid[]) AND walk_after IS NULL FOR UPDATE SKIP LOCKED)",
            list(site_ids),
            START,
        )


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk over the links of one site: where it stands, and whether the site is deleted."""

    site_id: UUID
    after: UUID
    deleted_at: datetime | None


async def claim_walk(tx: Tx) -> Walk | None:
    """Return a site whose links want judging, locked until the transaction ends, or None."""
    rows = await tx.fetch(
        "SELECT site_id, walk_after, deleted_at FROM sites WHERE walk_after IS NOT NULL"
        " ORDER BY site_id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    return Walk(*rows[0]) if rows else None


async def is_walking(tx: Tx) -> bool:
    """Say whether some site's links still want judging again."""
    return bool(
        await tx.fetch_value("SELECT EXISTS (SELECT 1 FROM sites WHERE walk_after IS NOT NULL)")
    )


async def save_walk(tx: Tx, walk: Walk, after: UUID | None) -> None:
    """Remember where a walk stands; None ends it. Its beginning notes for how many domains it is."""
    await tx.run("UPDATE sites SET walk_after = $2 WHERE site_id = $1", walk.site_id, after)
    if walk.after == START:
        await tx.run(
            "UPDATE site_counts SET walked_domains = domains WHERE site_id = $1", walk.site_id
        )
