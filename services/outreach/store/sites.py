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
    INSERT INTO sites (site_id, workspace_id, version_no, domain, hosts, deleted_at)
    SELECT u.site_id, u.workspace_id, u.version_no, u.domain, string_to_array(u.hosts, E'\\x1f'),
        u.deleted_at
    FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::timestamptz[])
      AS u(site_id, workspace_id, version_no, domain, hosts, deleted_at)
    ORDER BY u.site_id
    ON CONFLICT (site_id) DO UPDATE SET version_no = excluded.version_no, domain = excluded.domain,
        hosts = excluded.hosts, deleted_at = excluded.deleted_at
    WHERE sites.version_no < excluded.version_no
       OR (sites.version_no = excluded.version_no AND excluded.deleted_at IS NOT NULL)
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


def visible(site_ids: Iterable[UUID] | None) -> Sequence[UUID] | None:
    """Return site grants as a statement takes them; None = every site of the workspace."""
    return None if site_ids is None else list(site_ids)
