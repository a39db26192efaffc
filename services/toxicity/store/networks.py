"""Networks as they are kept: each under the name it got when it was found first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.toxicity.domain.networks.finding import Network
from services.toxicity.domain.networks.telling import edges_json, shared_json
from shared.db import Tx
from shared.ids import new_id
from shared.vocabulary import Band

LEAST_TOLD = 3
"""From so many of its domains on that link to a site, somebody is told of a network."""


async def save_networks(
    tx: Tx, workspace_id: UUID, found: Sequence[Network], *, now: datetime
) -> None:
    """Keep networks; one that shares most of its domains with an older one has that one's id.

    Domains go where they were found last. Networks that were not found again are removed later.
    """
    ids = await _settle_ids(tx, workspace_id, found)
    await tx.run(
        "INSERT INTO networks AS n (network_id, workspace_id, first_found_at, last_found_at,"
        " domains, bits, links_to_the_same, is_open, shared, edges)"
        " SELECT u.network_id, $1, $2, $2, u.domains, u.bits, u.same, u.is_open, u.shared, u.edges"
        " FROM unnest($3::uuid[], $4::int[], $5::real[], $6::bool[], $7::bool[], $8::json[],"
        " $9::json[]) AS u(network_id, domains, bits, same, is_open, shared, edges)"
        " ORDER BY u.network_id"
        " ON CONFLICT (network_id) DO UPDATE SET last_found_at = excluded.last_found_at,"
        " domains = excluded.domains, bits = excluded.bits,"
        " links_to_the_same = excluded.links_to_the_same, is_open = excluded.is_open,"
        " shared = excluded.shared, edges = excluded.edges",
        workspace_id,
        now,
        ids,
        [len(one.domains) for one in found],
        [one.bits for one in found],
        [one.links_to_the_same for one in found],
        [one.is_open for one in found],
        [orjson.dumps(shared_json(one)).decode() for one in found],
        [orjson.dumps(edges_json(one)).decode() for one in found],
    )
    await _save_domains(tx, workspace_id, list(zip(ids, found, strict=True)))


async def _settle_ids(tx: Tx, workspace_id: UUID, found: Sequence[Network]) -> list[UUID]:
    rows = await tx.fetch(
        "SELECT domain, network_id FROM network_domains"
        " WHERE workspace_id = $1 AND domain = ANY($2::text[])",
        workspace_id,
        [domain for one in found for domain in one.domains],
    )
    before = {row["domain"]: row["network_id"] for row in rows}
    taken: set[UUID] = set()
    ids = []
    for one in found:
        votes = Counter(before[domain] for domain in one.domains if domain in before)
        best = next((known for known, _ in votes.most_common() if known not in taken), None)
        ids.append(best or new_id())
        taken.add(ids[-1])
    return ids


async def _save_domains(tx: Tx, workspace_id: UUID, found: Sequence[tuple[UUID, Network]]) -> None:
    pairs = [(domain, network_id) for network_id, one in found for domain in one.domains]
    await tx.run(
        "DELETE FROM network_domains WHERE network_id = ANY($1::uuid[])"
        " AND domain <> ALL($2::text[])",
        [network_id for network_id, _ in found],
        [domain for domain, _ in pairs],
    )
    await tx.run(
        "INSERT INTO network_domains (workspace_id, domain, network_id)"
        " SELECT $1, * FROM unnest($2::text[], $3::uuid[])"
        " ON CONFLICT (workspace_id, domain) DO UPDATE SET network_id = excluded.network_id",
        workspace_id,
        [domain for domain, _ in pairs],
        [network_id for _, network_id in pairs],
    )


async def count_by_site(tx: Tx, workspace_id: UUID) -> None:
    """Count for each network and site how many of its domains link to the site."""
    await tx.run(
        "UPDATE network_sites ns SET domains = 0 FROM networks n"
        " WHERE n.network_id = ns.network_id AND n.workspace_id = $1",
        workspace_id,
    )
    await tx.run(
        "INSERT INTO network_sites (site_id, network_id, domains)"
        " SELECT d.site_id, nd.network_id, count(*) FROM network_domains nd"
        " JOIN sites s ON s.workspace_id = nd.workspace_id AND s.deleted_at IS NULL"
        " JOIN domain_counts d ON d.site_id = s.site_id AND d.referring_domain = nd.domain"
        "   AND d.links > 0"
        " WHERE nd.workspace_id = $1 GROUP BY d.site_id, nd.network_id"
        " ON CONFLICT (site_id, network_id) DO UPDATE SET domains = excluded.domains",
        workspace_id,
    )


@dataclass(frozen=True, slots=True)
class KeptNetwork:
    """A network as one site sees it."""

    network_id: UUID
    site_id: UUID
    first_found_at: datetime
    last_found_at: datetime
    domains: int
    linking: tuple[str, ...]
    bits: float
    links_to_the_same: bool
    is_open: bool
    shared: Sequence[Mapping[str, Any]]
    edges: Sequence[Mapping[str, Any]]


_KEPT = """
    SELECT n.network_id, ns.site_id, n.first_found_at, n.last_found_at, n.domains,
        ARRAY(SELECT nd.domain FROM network_domains nd JOIN domain_counts d
            ON d.site_id = ns.site_id AND d.referring_domain = nd.domain AND d.links > 0
            WHERE nd.network_id = n.network_id ORDER BY nd.domain) AS linking,
        n.bits, n.links_to_the_same, n.is_open, n.shared, n.edges
    FROM network_sites ns JOIN networks n USING (network_id)
"""


def _kept(row: Any) -> KeptNetwork:
    values = dict(row)
    values["linking"] = tuple(values["linking"])
    return KeptNetwork(**values)


async def claim_untold(
    tx: Tx, workspace_id: UUID, *, now: datetime, limit: int
) -> list[KeptNetwork]:
    """Return networks of which somebody wants to be told, each once for each site."""
    rows = await tx.fetch(
        "UPDATE network_sites SET told_at = $2 WHERE (site_id, network_id) IN ("
        " SELECT ns.site_id, ns.network_id FROM network_sites ns JOIN networks n USING (network_id)"
        " WHERE n.workspace_id = $1 AND ns.told_at IS NULL AND ns.domains >= $3"
        " ORDER BY ns.site_id, ns.network_id LIMIT $4) RETURNING site_id, network_id",
        workspace_id,
        now,
        LEAST_TOLD,
        limit,
    )
    if not rows:
        return []
    found = await tx.fetch(
        f"{_KEPT} JOIN unnest($1::uuid[], $2::uuid[]) AS u(site_id, network_id)"
        " ON u.site_id = ns.site_id AND u.network_id = ns.network_id",
        [row["site_id"] for row in rows],
        [row["network_id"] for row in rows],
    )
    return [_kept(row) for row in found]


async def list_networks(
    tx: Tx, site_id: UUID, *, least: int, after: tuple[int, UUID] | None, limit: int
) -> list[tuple[int, KeptNetwork]]:
    """Return the networks that link to a site, those with the most linking domains first."""
    domains, network_id = after or (2**31 - 1, UUID(int=0))
    rows = await tx.fetch(
        _KEPT.replace("SELECT", "SELECT ns.domains AS counted,", 1)
        + " WHERE ns.site_id = $1 AND ns.domains >= $2"
        " AND (ns.domains < $3 OR (ns.domains = $3 AND n.network_id > $4))"
        " ORDER BY ns.domains DESC, n.network_id LIMIT $5",
        site_id,
        least,
        domains,
        network_id,
        limit,
    )
    return [
        (row["counted"], _kept({k: v for k, v in row.items() if k != "counted"})) for row in rows
    ]


async def count_networks(tx: Tx, site_id: UUID, *, least: int) -> int:
    return int(
        await tx.fetch_value(
            "SELECT count(*) FROM network_sites WHERE site_id = $1 AND domains >= $2",
            site_id,
            least,
        )
    )


@dataclass(frozen=True, slots=True)
class Node:
    """A referring domain in the drawing."""

    links: int
    band: Band | None


async def list_nodes(tx: Tx, site_id: UUID, domains: Sequence[str]) -> Mapping[str, Node]:
    """Return how many links to a site each domain has, and the band of the worst of them."""
    rows = await tx.fetch(
        "SELECT referring_domain, count(*) AS links,"
        " (array_agg(band ORDER BY milli DESC NULLS LAST))[1] AS band FROM links"
        " WHERE site_id = $1 AND referring_domain = ANY($2::text[]) AND untracked_at IS NULL"
        " GROUP BY referring_domain",
        site_id,
        list(set(domains)),
    )
    return {
        row["referring_domain"]: Node(row["links"], Band(row["band"]) if row["band"] else None)
        for row in rows
    }


async def list_domains_of(
    tx: Tx, site_id: UUID, network_ids: Sequence[UUID], *, workspace_id: UUID
) -> dict[UUID, list[str]]:
    """Return the domains of these networks that link to the site, for networks of the workspace."""
    rows = await tx.fetch(
        "SELECT n.network_id, array_remove(array_agg(d.referring_domain), NULL) AS domains"
        " FROM networks n JOIN network_domains nd ON nd.network_id = n.network_id"
        " LEFT JOIN domain_counts d ON d.site_id = $1 AND d.referring_domain = nd.domain"
        "   AND d.links > 0"
        " WHERE n.network_id = ANY($2::uuid[]) AND n.workspace_id = $3 GROUP BY n.network_id",
        site_id,
        list(network_ids),
        workspace_id,
    )
    return {row["network_id"]: sorted(row["domains"]) for row in rows}
