"""The look at a workspace's graph: gather pages, rank and cluster, keep, and judge what it changes."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.toxicity.domain.graph.collecting import Collector, Seen
from services.toxicity.domain.networks.telling import sentence, shared_words
from services.toxicity.metrics import GRAPHS, NETWORKS
from services.toxicity.store import graphs, networks, scores, sites, sources
from services.toxicity.store.graphs import GraphOf
from services.toxicity.store.networks import KeptNetwork
from services.toxicity.store.sites import Site
from shared import clock, outbox, urls
from shared.db import Database
from shared.events import NetworkDetected
from shared.job_runner import JobRun

CHUNK = 500
SAVED = 1_000
NETWORKS_AT_ONCE = 100
TOLD_AT_ONCE = 100
DUE_AT_ONCE = 20
SETTLED = timedelta(minutes=10)
MAX_TOLD_DOMAINS = 100
MAX_TOLD_SHARED = 10


class GraphLook:
    """Performs jobs of kind `graph`; one that was stopped starts again, for it writes at the end."""

    def __init__(self, db: Database, *, max_edges: int, max_pages: int) -> None:
        self._db = db
        self._max_edges = max_edges
        self._max_pages = max_pages

    async def __call__(self, run: JobRun) -> None:
        """Gather, look, keep, tell, and judge the links of domains of which something changed."""
        workspace_id = run.job.workspace_id
        async with self._db.begin() as tx:
            known = await sites.list_sites(tx, [workspace_id])
            total = await graphs.count_links(tx, [site.site_id for site in known])
            before = await sources.list_signatures(tx, workspace_id)
            judged = await graphs.list_judged(tx, workspace_id)
        async with run.step() as step:
            step.done = -run.job.done
            step.total = total
        collector = Collector(_own(known), max_edges=self._max_edges)
        wanted = await self._gather(run, known, collector)
        seen = await asyncio.to_thread(partial(collector.look, wanted, judged))
        await self._keep(run, seen, pages=collector.pages)
        await self._tell(run)
        await self._judge(run, before)
        GRAPHS.inc()

    async def _gather(self, run: JobRun, known: Sequence[Site], collector: Collector) -> set[str]:
        """Read the pages of all links, each once; returns the domains that link to the sites."""
        pages: set[UUID] = set()
        wanted: set[str] = set()
        for site in known:
            after: UUID | None = sites.START
            while after is not None:
                after = await self._gather_chunk(run, site, collector, pages, wanted, after=after)
        return wanted

    async def _gather_chunk(
        self,
        run: JobRun,
        site: Site,
        collector: Collector,
        pages: set[UUID],
        wanted: set[str],
        *,
        after: UUID,
    ) -> UUID | None:
        async with run.step() as step:
            found = await graphs.list_links(step.tx, site.site_id, after=after, limit=CHUNK)
            room = max(self._max_pages - len(pages), 0)
            new = list({one.page_id for one in found if one.page_id} - pages)[:room]
            read = await graphs.list_pages(step.tx, new)
            step.done += len(found)
        pages.update(new)
        for domain, facts in read:
            collector.add_page(domain, facts)
        linking = {one.domain for one in found if one.domain and one.is_alive}
        collector.add_links(site.domain, linking)
        wanted |= linking
        return found[-1].link_id if len(found) == CHUNK else None

    async def _keep(self, run: JobRun, seen: Seen, *, pages: int) -> None:
        """Write in pieces; what only older looks said goes at the end."""
        workspace_id = run.job.workspace_id
        now = clock.now()
        for piece in _pieces(sorted(seen.standings.items()), SAVED):
            async with run.step() as step:
                await graphs.save_standings(
                    step.tx, workspace_id, piece, linked_back=seen.linked_back, now=now
                )
        for some in _pieces(seen.networks, NETWORKS_AT_ONCE):
            async with run.step() as step:
                await networks.save_networks(step.tx, workspace_id, some, now=now)
        made = GraphOf(
            made_at=now,
            pages=pages,
            domains=seen.domains,
            edges=seen.edges,
            trusted=seen.trusted,
            condemned=seen.condemned,
            networks=len(seen.networks),
            is_cut=seen.is_cut,
        )
        async with run.step() as step:
            await graphs.finish(step.tx, workspace_id, made)
            await networks.count_by_site(step.tx, workspace_id)

    async def _tell(self, run: JobRun) -> None:
        told = TOLD_AT_ONCE
        while told == TOLD_AT_ONCE:
            async with run.step() as step:
                found = await networks.claim_untold(
                    step.tx, run.job.workspace_id, now=clock.now(), limit=TOLD_AT_ONCE
                )
                await outbox.add(step.tx, [_detected(run.job.workspace_id, one) for one in found])
            told = len(found)
            NETWORKS.inc(told)

    async def _judge(self, run: JobRun, before: Mapping[str, object]) -> None:
        """Judge the links of domains whose place or network is another than before."""
        workspace_id = run.job.workspace_id
        async with self._db.begin() as tx:
            after = await sources.list_signatures(tx, workspace_id)
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        for names in _pieces(sorted(changed), CHUNK):
            last: UUID | None = sites.START
            while last is not None:
                async with run.step() as step:
                    links = await graphs.list_links_of(
                        step.tx, workspace_id, names, after=last, limit=CHUNK
                    )
                    changes = await scores.score_links(step.tx, links, now=clock.now())
                    step.accepted += changes
                last = links[-1] if len(links) == CHUNK else None


def _pieces(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _own(known: Sequence[Site]) -> set[str]:
    names = {host for site in known for host in (site.domain, *site.hosts)}
    return names | {urls.domain_or_host(name) for name in names}


def _detected(workspace_id: UUID, network: KeptNetwork) -> NetworkDetected:
    return NetworkDetected(
        workspace_id=workspace_id,
        site_id=network.site_id,
        network_id=network.network_id,
        domains=network.linking[:MAX_TOLD_DOMAINS],
        domain_count=len(network.linking),
        bits=round(network.bits, 1),
        shared=tuple(shared_words(network.shared)[:MAX_TOLD_SHARED]),
        sentence=sentence(
            linking=len(network.linking),
            shared=network.shared,
            is_open=network.is_open,
            links_to_the_same=network.links_to_the_same,
        ),
    )


async def queue_due_looks(
    db: Database, every: timedelta, pause_s: float, stop: asyncio.Event
) -> None:
    """Queue a look for each workspace whose last one is too long ago, as long as the service runs."""
    while not stop.is_set():
        async with db.begin() as tx:
            now = clock.now()
            await graphs.add_due_jobs(
                tx, before=now - every, settled=now - SETTLED, limit=DUE_AT_ONCE
            )
        try:
            async with asyncio.timeout(pause_s):
                await stop.wait()
        except TimeoutError:
            continue
