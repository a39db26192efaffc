"""Goes through the links of a site whose words or hosts changed: classify again, watch again."""

from dataclasses import replace
from uuid import UUID

from services.profile.domain.anchor import classified
from services.profile.domain.filters import LinkFilter
from services.profile.domain.history import tracked_event
from services.profile.domain.link import Link
from services.profile.domain.site import Site
from services.profile.store import links, listing, sites
from shared import outbox
from shared.db import Database
from shared.job_runner import JobRun

KIND = "refresh_links"
BATCH = 500


class LinkRefresher:
    """Performs jobs of kind `refresh_links`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def __call__(self, run: JobRun) -> None:
        """Refresh all links of the site, a batch in each transaction."""
        site_id = run.job.site_id
        async with self._db.begin() as tx:
            found = await sites.find_sites(tx, [site_id] if site_id else [])
        if site_id is None or site_id not in found:
            return
        while await self._refresh_batch(run, found[site_id]):
            pass

    async def _refresh_batch(self, run: JobRun, site: Site) -> bool:
        """Refresh the next links; says whether there may be more."""
        text = run.job.cursor.get("after")
        after = UUID(str(text)) if text else None
        rewatch = bool(run.job.payload.get("rewatch"))
        async with run.step() as step:
            ids = await listing.list_link_ids(
                step.tx, site.site_id, LinkFilter(), after=after, limit=BATCH
            )
            found = await links.lock_links(step.tx, ids)
            refreshed = [_refreshed(link, site, rewatch=rewatch) for link in found.values()]
            moved = [link for link in refreshed if link != found[link.link_id]]
            await links.save_links(step.tx, moved)
            if rewatch:
                await outbox.add(step.tx, [tracked_event(link, site.hosts) for link in refreshed])
            step.done += len(ids)
            step.accepted += len(moved)
            step.cursor = {"after": str(ids[-1])} if ids else None
        return len(ids) == BATCH


def _refreshed(link: Link, site: Site, *, rewatch: bool) -> Link:
    if rewatch:
        link = replace(link, tracked_seq=link.tracked_seq + 1)
    if link.state.seen is None:
        return link
    kind, flags = classified(site, link.state.seen)
    return replace(link, anchor_kind=kind, anchor_flags=flags)
