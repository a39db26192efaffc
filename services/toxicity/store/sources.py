"""What is known of referring domains beyond one page, for the domains of a whole batch at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg
import orjson

from services.toxicity.domain.lexical import model
from services.toxicity.domain.lists import Listing, view_of
from services.toxicity.domain.source import (
    BurstView,
    GraphView,
    ListsView,
    NameView,
    NetworkView,
    Source,
    TurnView,
)
from services.toxicity.store import lists
from shared.db import Tx

Key = tuple[UUID, str]
"""A site, and a domain that links to it."""

BOUGHT_BITS = 20.0
"""The most that counts of a network that does not link to the same places: one owner, no more."""

_SOURCES = """
    SELECT u.site_id, u.domain, g.made_at, g.authority, g.seeded_rank, g.blame, g.spam_mass, g.linked_back,
        g.in_domains, n.network_id, n.bits, n.links_to_the_same, n.is_open, n.shared::text AS shared,
        ns.domains AS linking, m.networks IS NOT NULL AS looked,
        a.started_on, a.toxic_domains, a.expected, f.found_at AS turned_at, f.evidence AS signs,
        EXISTS (SELECT 1 FROM block_lists b WHERE b.workspace_id = s.workspace_id
            AND b.site_id IS NULL) AS has_lists
    FROM unnest($1::uuid[], $2::text[]) AS u(site_id, domain)
    JOIN sites s ON s.site_id = u.site_id
    LEFT JOIN graphs m ON m.workspace_id = s.workspace_id
    LEFT JOIN standings g ON g.workspace_id = s.workspace_id AND g.domain = u.domain
    LEFT JOIN network_domains nd ON nd.workspace_id = s.workspace_id AND nd.domain = u.domain
    LEFT JOIN networks n ON n.network_id = nd.network_id
    LEFT JOIN network_sites ns ON ns.network_id = nd.network_id AND ns.site_id = u.site_id
    LEFT JOIN arrivals r ON r.site_id = u.site_id AND r.referring_domain = u.domain
    LEFT JOIN attacks a ON a.attack_id = r.attack_id
    LEFT JOIN domain_flags f ON f.site_id = u.site_id AND f.domain = u.domain
        AND f.kind = 'repurposed' AND f.ended_at IS NULL
"""


async def list_sources(tx: Tx, keys: Sequence[Key], *, today: date) -> Mapping[Key, Source]:
    """Return what is known of each of these domains, as the given site sees it."""
    if not keys:
        return {}
    wanted = [site_id for site_id, _ in keys], [name for _, name in keys]
    rows = await tx.fetch(_SOURCES, *wanted)
    listed = await lists.list_listings(tx, *wanted)
    names = _names(sorted(set(wanted[1])))
    return {key: _source(row, names, listed.get(key), today=today) for key, row in _keyed(rows)}


def _keyed(rows: Sequence[asyncpg.Record]) -> list[tuple[Key, asyncpg.Record]]:
    return [((row["site_id"], row["domain"]), row) for row in rows]


def _names(domains: Sequence[str]) -> Mapping[str, NameView]:
    judged = model.load().judge(domains)
    return {one.domain: NameView(one.p, one.reasons) for one in judged if one.p is not None}


def _source(
    row: asyncpg.Record,
    names: Mapping[str, NameView],
    listed: Sequence[Listing] | None,
    *,
    today: date,
) -> Source:
    return Source(
        name=names.get(row["domain"]),
        lists=_lists(row, listed, today=today),
        graph=_graph(row) if row["made_at"] is not None else None,
        network=_network(row) if row["looked"] and row["made_at"] is not None else None,
        burst=None
        if row["started_on"] is None
        else BurstView(row["started_on"], row["toxic_domains"], row["expected"]),
        turn=None
        if row["turned_at"] is None
        else TurnView(row["turned_at"].date(), tuple(row["signs"])),
    )


def _lists(
    row: asyncpg.Record, listed: Sequence[Listing] | None, *, today: date
) -> ListsView | None:
    """Return what lists say; on none counts as looked up only where somebody handed in a list."""
    if not listed and not row["has_lists"]:
        return None
    return view_of(listed or (), today=today)


def _graph(row: asyncpg.Record) -> GraphView:
    return GraphView(
        authority=_share(row["authority"]),
        trust=_share(row["seeded_rank"]),
        distrust=row["blame"],
        spam_mass=row["spam_mass"],
        is_reciprocal=row["linked_back"],
        in_links=row["in_domains"],
    )


def _share(percentile: float | None) -> float | None:
    return None if percentile is None else percentile / 100


def _network(row: asyncpg.Record) -> NetworkView:
    """Return the network as evidence: sister sites that say so openly are none."""
    if row["network_id"] is None or row["is_open"] or not row["linking"]:
        return NetworkView()
    bits = row["bits"] if row["links_to_the_same"] else min(row["bits"], BOUGHT_BITS)
    shared = orjson.loads(row["shared"])
    return NetworkView(
        network_id=str(row["network_id"]),
        domains=row["linking"],
        bits=bits,
        shared=tuple((one["label"], one["value"]) for one in shared[:3]),
    )


_SIGNATURES = """
    SELECT coalesce(g.domain, n.domain) AS domain, round(g.authority) AS authority,
        g.seeded_rank >= 90 AS trusted, g.spam_mass >= 0.95 AS massive, g.blame >= 0.75 AS blamed,
        g.linked_back, n.network_id, n.bits, n.linking, n.is_open
    FROM (SELECT * FROM standings WHERE workspace_id = $1) g
    FULL JOIN (
        SELECT d.domain, d.network_id, round(k.bits) AS bits, k.is_open,
            (SELECT array_agg(s.domains ORDER BY s.site_id) FROM network_sites s
                WHERE s.network_id = d.network_id) AS linking
        FROM network_domains d JOIN networks k USING (network_id) WHERE d.workspace_id = $1
    ) n ON n.domain = g.domain
"""


async def list_signatures(tx: Tx, workspace_id: UUID) -> Mapping[str, object]:
    """Return for each domain of a workspace all that a score could notice of graph and networks."""
    rows = await tx.fetch(_SIGNATURES, workspace_id)
    return {row["domain"]: tuple(row) for row in rows}
