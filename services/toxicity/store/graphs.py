"""The graph of a workspace: what it is made of, and what it says of the domains that link to its sites."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.toxicity.domain.graph.standing import Standing
from services.toxicity.store import once
from shared import jobs
from shared.db import Tx
from shared.jobs import Job

KIND = "graph"


@dataclass(frozen=True, slots=True)
class GraphOf:
    """When and of what the newest graph of a workspace was made."""

    made_at: datetime
    pages: int
    domains: int
    edges: int
    trusted: int
    condemned: int
    networks: int
    is_cut: bool


async def find_graph(tx: Tx, workspace_id: UUID) -> GraphOf | None:
    rows = await tx.fetch(
        "SELECT made_at, pages, domains, edges, trusted, condemned, networks, is_cut FROM graphs"
        " WHERE workspace_id = $1",
        workspace_id,
    )
    return GraphOf(*rows[0]) if rows else None


_DUE = """
    SELECT w.workspace_id FROM (
        SELECT s.workspace_id, coalesce(sum(c.domains), 0) AS referring,
            bool_or(EXISTS (SELECT 1 FROM links l
                WHERE l.site_id = s.site_id AND l.page_id IS NOT NULL)) AS has_links
        FROM sites s LEFT JOIN site_counts c USING (site_id)
        WHERE s.deleted_at IS NULL GROUP BY s.workspace_id
    ) w LEFT JOIN graphs g USING (workspace_id)
    WHERE w.has_links AND (g.made_at IS NULL OR g.made_at < $1
            OR (g.made_at < $2 AND w.referring >= 2 * greatest(g.referring, $4)))
        AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.workspace_id = w.workspace_id
            AND j.kind = 'graph' AND (j.state IN ('queued', 'running') OR j.created_at >= $2))
    ORDER BY w.workspace_id LIMIT $3
"""
_FEW = 10  # below so many referring domains another look would say as little as the last one


async def add_due_jobs(tx: Tx, *, before: datetime, settled: datetime, limit: int) -> int:
    """Queue the jobs of workspaces whose graph is older than `before`, one of them at a time.

    A workspace that has grown to twice its referring domains is due as well, if its last look was
    before `settled`: in its first hours, while pages come in, it is looked at a few times.
    """
    await once.lock(tx, KIND)
    rows = await tx.fetch(_DUE, before, settled, limit, _FEW)
    for row in rows:
        await jobs.add_job(tx, kind=KIND, workspace_id=row["workspace_id"])
    return len(rows)


async def add_job(tx: Tx, *, workspace_id: UUID, site_id: UUID) -> Job:
    """Queue a new look at the graph, or return the one that waits or is under way."""
    return await once.add_job(tx, KIND, workspace_id=workspace_id, site_id=site_id)


async def count_links(tx: Tx, site_ids: Sequence[UUID]) -> int:
    return int(
        await tx.fetch_value(
            "SELECT count(*) FROM links WHERE site_id = ANY($1::uuid[])", list(site_ids)
        )
    )


@dataclass(frozen=True, slots=True)
class SeenLink:
    """A link as the graph sees it: whose page, to which site."""

    link_id: UUID
    page_id: UUID | None
    domain: str | None
    is_alive: bool


async def list_links(tx: Tx, site_id: UUID, *, after: UUID, limit: int) -> list[SeenLink]:
    rows = await tx.fetch(
        "SELECT link_id, page_id, referring_domain,"
        " found_seq > 0 AND NOT lost AND untracked_at IS NULL FROM links"
        " WHERE site_id = $1 AND link_id > $2 ORDER BY link_id LIMIT $3",
        site_id,
        after,
        limit,
    )
    return [SeenLink(*row) for row in rows]


async def list_pages(tx: Tx, page_ids: Iterable[UUID]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the domain and the facts of those of these pages that were read."""
    rows = await tx.fetch(
        "SELECT referring_domain, facts::text AS facts FROM pages"
        " WHERE page_id = ANY($1::uuid[]) AND facts IS NOT NULL ORDER BY page_id",
        list(page_ids),
    )
    return [(row["referring_domain"], orjson.loads(row["facts"])) for row in rows]


_JUDGED = """
    SELECT DISTINCT ON (i.subject) i.subject, r.decision
    FROM review_items i JOIN reviews r USING (review_id) JOIN sites s ON s.site_id = i.site_id
    WHERE r.workspace_id = $1 AND NOT i.undone AND i.link_id IS NULL AND s.deleted_at IS NULL
    ORDER BY i.subject, i.review_id DESC
"""


async def list_judged(tx: Tx, workspace_id: UUID) -> Mapping[str, str]:
    """Return the newest decision of the workspace about each whole domain."""
    rows = await tx.fetch(_JUDGED, workspace_id)
    return {row["subject"]: row["decision"] for row in rows}


_FIELDS = ("authority", "rank", "trust", "spam_mass", "blame", "far_share", "reciprocity")
_SAVE = """
    INSERT INTO standings AS s (workspace_id, domain, made_at, in_domains, out_domains, authority,
        page_rank, seeded_rank, spam_mass, blame, far_share, reciprocity, linked_back)
    SELECT $1, u.domain, $2, u.in_domains, u.out_domains, u.authority, u.page_rank, u.seeded_rank,
        u.spam_mass, u.blame, u.far_share, u.reciprocity, u.linked_back
    FROM unnest($3::text[], $4::int[], $5::int[], $6::real[], $7::real[], $8::real[], $9::real[],
        $10::real[], $11::real[], $12::real[], $13::bool[])
      AS u(domain, in_domains, out_domains, authority, page_rank, seeded_rank, spam_mass, blame,
        far_share, reciprocity, linked_back)
    ORDER BY u.domain
    ON CONFLICT (workspace_id, domain) DO UPDATE SET made_at = excluded.made_at,
        in_domains = excluded.in_domains, out_domains = excluded.out_domains,
        authority = excluded.authority, page_rank = excluded.page_rank, seeded_rank = excluded.seeded_rank,
        spam_mass = excluded.spam_mass, blame = excluded.blame, far_share = excluded.far_share,
        reciprocity = excluded.reciprocity, linked_back = excluded.linked_back
"""


async def save_standings(
    tx: Tx,
    workspace_id: UUID,
    found: Sequence[tuple[str, Standing]],
    *,
    linked_back: frozenset[str],
    now: datetime,
) -> None:
    """Keep what the graph says of these domains."""
    standings = [standing for _, standing in found]
    await tx.run(
        _SAVE,
        workspace_id,
        now,
        [domain for domain, _ in found],
        [one.in_domains for one in standings],
        [one.out_domains for one in standings],
        *([getattr(one, name) for one in standings] for name in _FIELDS),
        [domain in linked_back for domain, _ in found],
    )


async def finish(tx: Tx, workspace_id: UUID, made: GraphOf) -> None:
    """Note what the graph was made of, and forget what only older ones said."""
    await tx.run(
        "INSERT INTO graphs (workspace_id, made_at, pages, domains, edges, trusted, condemned,"
        " networks, is_cut, referring) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9,"
        " coalesce(sum(c.domains), 0) FROM sites s JOIN site_counts c USING (site_id)"
        " WHERE s.workspace_id = $1 AND s.deleted_at IS NULL"
        " ON CONFLICT (workspace_id) DO UPDATE SET made_at = excluded.made_at,"
        " pages = excluded.pages, domains = excluded.domains, edges = excluded.edges,"
        " trusted = excluded.trusted, condemned = excluded.condemned,"
        " networks = excluded.networks, is_cut = excluded.is_cut, referring = excluded.referring",
        workspace_id,
        *(made.made_at, made.pages, made.domains, made.edges, made.trusted, made.condemned),
        *(made.networks, made.is_cut),
    )
    for statement in (
        "DELETE FROM standings WHERE workspace_id = $1 AND made_at < $2",
        "DELETE FROM networks WHERE workspace_id = $1 AND last_found_at < $2",
    ):
        await tx.run(statement, workspace_id, made.made_at)


async def find_standing(
    tx: Tx, workspace_id: UUID, domain: str
) -> tuple[datetime, Standing] | None:
    rows = await tx.fetch(
        "SELECT made_at, in_domains, out_domains, authority, page_rank, seeded_rank, spam_mass, blame,"
        " far_share, reciprocity FROM standings WHERE workspace_id = $1 AND domain = $2",
        workspace_id,
        domain,
    )
    return (rows[0][0], Standing(*rows[0][1:])) if rows else None


async def list_links_of(
    tx: Tx, workspace_id: UUID, domains: Sequence[str], *, after: UUID, limit: int
) -> list[UUID]:
    """Return links from these domains to the sites of a workspace, by id."""
    rows = await tx.fetch(
        "SELECT link_id FROM links WHERE workspace_id = $1 AND referring_domain = ANY($2::text[])"
        " AND link_id > $3 AND untracked_at IS NULL ORDER BY link_id LIMIT $4",
        workspace_id,
        list(domains),
        after,
        limit,
    )
    return [row["link_id"] for row in rows]
