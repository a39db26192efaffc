"""The service's copies of sites: which hosts a target may have, and who may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared import clock, ids
from shared.db import Tx
from shared.errors import NotFoundError, NotYetError
from shared.events import SiteSnapshot

_UNIT = "\x1f"


@dataclass(frozen=True, slots=True)
class Site:
    site_id: UUID
    workspace_id: UUID
    hosts: tuple[str, ...]


_SAVE = """
    INSERT INTO sites (site_id, workspace_id, version_no, domain, hosts, brands, keywords,
        competitors, deleted_at)
    SELECT u.site_id, u.workspace_id, u.version_no, u.domain, string_to_array(u.hosts, E'\\x1f'),
        string_to_array(u.brands, E'\\x1f'), string_to_array(u.keywords, E'\\x1f'),
        string_to_array(u.competitors, E'\\x1f'), u.deleted_at
    FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::timestamptz[]) AS u(site_id, workspace_id, version_no, domain, hosts, brands,
        keywords, competitors, deleted_at)
    ORDER BY u.site_id
    ON CONFLICT (site_id) DO UPDATE SET version_no = excluded.version_no, domain = excluded.domain,
        hosts = excluded.hosts, brands = excluded.brands, keywords = excluded.keywords,
        competitors = excluded.competitors, deleted_at = excluded.deleted_at
    WHERE sites.version_no < excluded.version_no
       OR (sites.version_no = excluded.version_no AND (excluded.deleted_at IS NOT NULL
            OR (sites.domain, sites.hosts, sites.brands, sites.keywords, sites.competitors)
                IS DISTINCT FROM (excluded.domain, excluded.hosts, excluded.brands,
                    excluded.keywords, excluded.competitors)))
"""


async def save_sites(tx: Tx, snapshots: Iterable[SiteSnapshot], *, deleted: bool = False) -> None:
    """Take over newer snapshots; the last word about a site may be that it is deleted."""
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
        [_UNIT.join((one.domain, *(host.host for host in one.domains))) for one in sites],
        [_UNIT.join(one.brands) for one in sites],
        [_UNIT.join(one.keywords) for one in sites],
        [_UNIT.join(one.competitors) for one in sites],
        [one.occurred_at if deleted else None for one in sites],
    )


async def get_site(tx: Tx, site_id: UUID, *, workspace_id: UUID) -> Site:
    """Return a site; raises NotYetError where its first event may still be on its way to us."""
    rows = await tx.fetch(
        "SELECT site_id, workspace_id, hosts,"
        " workspace_id = $2 AND deleted_at IS NULL AS is_there FROM sites WHERE site_id = $1",
        site_id,
        workspace_id,
    )
    if not rows and ids.is_fresh(site_id, clock.now()):
        raise NotYetError("The site is very new and not known here yet; try again in a moment.")
    if not rows or not rows[0]["is_there"]:
        raise NotFoundError("There is no such site.")
    return Site(rows[0]["site_id"], rows[0]["workspace_id"], tuple(rows[0]["hosts"]))


@dataclass(frozen=True, slots=True)
class Words:
    """By what the prospects of a site are judged."""

    domain: str
    hosts: tuple[str, ...]
    brands: tuple[str, ...]
    keywords: tuple[str, ...]
    competitors: tuple[str, ...]


async def list_words(tx: Tx, site_ids: Iterable[UUID]) -> dict[UUID, Words]:
    """Return the words of these sites."""
    rows = await tx.fetch(
        "SELECT site_id, domain, hosts, brands, keywords, competitors FROM sites"
        " WHERE site_id = ANY($1::uuid[])",
        list(site_ids),
    )
    return {
        row["site_id"]: Words(row["domain"], *(tuple(row[name]) for name in _LISTS)) for row in rows
    }


_LISTS = ("hosts", "brands", "keywords", "competitors")


def visible(site_ids: Iterable[UUID] | None) -> Sequence[UUID] | None:
    """Return site grants as a statement takes them; None = every site of the workspace."""
    return None if site_ids is None else list(site_ids)
