"""Knows which sites a page may link to besides those that watch it: the others of their workspaces."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.crawler.domain.claim import Claim
from services.crawler.domain.sites import Sites
from services.crawler.store import sites as store
from shared.db import Tx

Around = tuple[Sites, Mapping[UUID, UUID]]

_FRESH = timedelta(seconds=5)
_KEPT = 256


class Neighbours:
    """The hosts of all sites of a workspace, read again every few seconds.

    Other workspaces are none of its business: who watches a page is nobody else's knowledge.
    """

    def __init__(self) -> None:
        self._hosts: dict[UUID, tuple[datetime, dict[UUID, tuple[str, ...]]]] = {}
        self._around: dict[frozenset[UUID], Around] = {}

    async def prepare(self, tx: Tx, pages: Sequence[Claim], now: datetime) -> None:
        """Read what `of` needs for these pages."""
        wanted = {state.workspace_id for page in pages for state in page.watches}
        stale = [w for w in wanted if w not in self._hosts or self._hosts[w][0] < now - _FRESH]
        if not stale:
            return
        if len(self._hosts) > _KEPT:
            self._hosts.clear()
        found = await store.find_hosts(tx, stale)
        for workspace_id in stale:
            self._hosts[workspace_id] = (now, found.get(workspace_id, {}))
        self._around.clear()

    def of(self, page: Claim) -> Around:
        """Return the sites around a page, and the workspace of each."""
        workspaces = frozenset(state.workspace_id for state in page.watches)
        known = self._around.get(workspaces)
        if known is None:
            known = self._around[workspaces] = self._build(workspaces)
        strangers = [s for s in page.watches if s.watch.site_id not in known[1]]
        if not strangers:
            return known
        # The link came before its site: what the watch says about the site will do.
        extra = {state.watch.site_id: tuple(state.watch.hosts) for state in strangers}
        owners = {state.watch.site_id: state.workspace_id for state in strangers}
        return self._build(workspaces, extra, owners)

    def _build(
        self,
        workspaces: Iterable[UUID],
        hosts: Mapping[UUID, tuple[str, ...]] | None = None,
        owners: Mapping[UUID, UUID] | None = None,
    ) -> Around:
        all_hosts = dict(hosts or {})
        workspace_of = dict(owners or {})
        for workspace_id in workspaces:
            _, sites = self._hosts.get(workspace_id, (None, {}))
            all_hosts |= sites
            workspace_of |= dict.fromkeys(sites, workspace_id)
        return Sites(all_hosts), workspace_of
