"""What people said of domains for one site counts as a list for the other sites of their workspace."""

from collections.abc import Sequence
from uuid import UUID

from services.toxicity.domain.disavow.entries import DOMAIN, Numbered
from services.toxicity.domain.lists import Named
from services.toxicity.store import lists, sites
from services.toxicity.store.lists import BlockList
from services.toxicity.store.sites import Site
from shared import clock
from shared.access import Caller
from shared.db import Tx
from shared.ids import new_id

JUDGED_AT_ONCE = 500


async def keep_as_list(tx: Tx, site: Site, caller: Caller, entries: Sequence[Numbered]) -> None:
    """Keep the domains of a disavow file that a site took in, in the place of those before.

    The links of the other sites are judged again by their walk; those of the site itself are not
    touched by it, for a file may not confirm itself.
    """
    named = [Named(one.entry.value, one.line) for one in entries if one.entry.kind is DOMAIN]
    await lists.remove_list_of_site(tx, site.site_id)
    list_id, now = new_id(), clock.now()
    kept = BlockList(
        list_id=list_id,
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        name=f"Disavow file of {site.domain}",
        source="",
        licence="",
        listed_on=now.date(),
        domains=len(named),
        skipped=len(entries) - len(named),
        family_id=list_id,
        made_by=caller.actor,
        created_at=now,
    )
    await lists.add_list(tx, kept, named)
    known = await sites.list_sites(tx, [site.workspace_id])
    await sites.want_walk(tx, [one.site_id for one in known if one.site_id != site.site_id])


async def forget_listed(tx: Tx, site: Site, domains: Sequence[str]) -> list[UUID]:
    """Let what is no longer disavowed count no more elsewhere; returns the links that this touches."""
    await lists.remove_from_list_of_site(tx, site.site_id, domains)
    return await links_elsewhere(tx, site.site_id, domains, workspace_id=site.workspace_id)


async def links_elsewhere(
    tx: Tx, site_id: UUID, domains: Sequence[str], *, workspace_id: UUID
) -> list[UUID]:
    """Return the links of other sites that what is said of these domains is evidence for."""
    return await lists.list_links_elsewhere(
        tx, site_id, domains, workspace_id=workspace_id, limit=JUDGED_AT_ONCE
    )
