"""Referring domains: of all links of a site or of those that a filter means, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.profile.domain.contract import SITEWIDE_PAGES
from services.profile.domain.filters import LinkFilter
from services.profile.store import listing, prepared
from shared.db import Tx
from shared.hostnames import ascii_form

_PRESENT = "status IN ('live', 'changed')"
_ALIVE = "merged_into IS NULL AND deleted_at IS NULL"
SORTS = ("links", "links_present", "links_lost", "domain")


EVERY_LINK = LinkFilter()


@dataclass(frozen=True, slots=True)
class DomainFilter:
    """Which referring domains are meant. With a filter of links: those that have such a link."""

    links: LinkFilter = EVERY_LINK
    q: str | None = None
    only_claimed: bool | None = None
    sitewide: bool = False
    gained_from: datetime | None = None
    gained_to: datetime | None = None
    lost_from: datetime | None = None
    lost_to: datetime | None = None

    @property
    def has_claimed(self) -> bool:
        """Say whether domains without a link of their own, that others only claim, may be meant."""
        rest = (self.sitewide, self.gained_from, self.gained_to, self.lost_from, self.lost_to)
        return self.links == EVERY_LINK and self.only_claimed is not False and not any(rest)


EVERY_DOMAIN = DomainFilter()

# A domain with a link of unknown age was there before: its first dated link is not its coming.
_CAME = "min(gained_at) FILTER (WHERE ever_live)"
_DATED = "NOT coalesce(bool_or(gained_at IS NULL) FILTER (WHERE ever_live), true)"
_WENT = "max(lost_at) FILTER (WHERE ever_live)"
_GONE = "NOT coalesce(bool_or(good_status IN ('live', 'changed')) FILTER (WHERE ever_live), true)"
_SITEWIDE = f"""referring_domain IN (SELECT referring_domain FROM links WHERE site_id = $1
    AND {_PRESENT} AND {_ALIVE} AND target_key IS NOT NULL
    GROUP BY referring_domain, target_key HAVING count(*) >= {SITEWIDE_PAGES})"""


def _own(site_id: UUID, wanted: DomainFilter) -> tuple[str, list[object]]:
    """Return the statement that groups links by domain, and its arguments."""
    where, arguments = listing.conditions(site_id, wanted.links)
    if wanted.sitewide:
        where += f" AND {_SITEWIDE}"
    having = []
    for clause, moment in (
        (f"{_DATED} AND {_CAME} >= ?", wanted.gained_from),
        (f"{_DATED} AND {_CAME} < ?", wanted.gained_to),
        (f"{_GONE} AND {_WENT} >= ?", wanted.lost_from),
        (f"{_GONE} AND {_WENT} < ?", wanted.lost_to),
    ):
        if moment is not None:
            arguments.append(moment)
            having.append(clause.replace("?", f"${len(arguments)}"))
    return (
        f"""
        SELECT referring_domain AS domain, count(*) AS links,
            count(*) FILTER (WHERE {_PRESENT}) AS links_present,
            count(*) FILTER (WHERE {_PRESENT} AND counts) AS links_counting,
            count(*) FILTER (WHERE status = 'lost') AS links_lost,
            min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at,
            max(authority) AS authority, max(toxicity_score) AS toxicity
        FROM links WHERE {where} GROUP BY referring_domain
        {"HAVING " + " AND ".join(having) if having else ""}
        """,
        arguments,
    )


def _all(site_id: UUID, wanted: DomainFilter) -> tuple[str, list[object]]:
    """Return the statement for all domains that are meant, those without own links among them."""
    own, arguments = _own(site_id, wanted)
    join = "FULL" if wanted.has_claimed else "LEFT"
    rows = f"""
        SELECT domain, coalesce(links, 0) AS links, coalesce(links_present, 0) AS links_present,
            coalesce(links_counting, 0) AS links_counting, coalesce(links_lost, 0) AS links_lost,
            coalesce(first_seen_at, claimed_first_seen_at) AS first_seen_at, last_seen_at, authority,
            toxicity, claimed_links, coalesce(claimed_by, '{{}}') AS claimed_by
        FROM ({own}) own {join} JOIN ({_CLAIMED}) claimed USING (domain)
        {"WHERE links IS NULL" if wanted.only_claimed else ""}
    """
    if wanted.q is None:
        return rows, arguments
    arguments.append(_named(wanted.q))
    return f"SELECT * FROM ({rows}) d WHERE domain LIKE ${len(arguments)}", arguments


def _named(text: str) -> str:
    """Return the pattern of the names that hold a text, given as people read it or as it is kept."""
    return listing.contains(ascii_form(text.lower()))


_CLAIMED = """
    SELECT domain, max(link_count) AS claimed_links, array_agg(source ORDER BY source) AS claimed_by,
        min(first_seen_at) AS claimed_first_seen_at FROM domain_claims
    WHERE site_id = $1 GROUP BY domain
"""


async def _rows(tx: Tx, site_id: UUID, wanted: DomainFilter) -> tuple[str, list[object]]:
    """Return the statement for the domains: of all of a large site, those that are prepared."""
    plain = replace(wanted, q=None) == EVERY_DOMAIN
    if not plain or await prepared.find_made_at(tx, site_id) is None:
        return _all(site_id, wanted)
    rows = f"SELECT {', '.join(prepared.COLUMNS)} FROM domain_figures WHERE site_id = $1"
    if wanted.q is None:
        return rows, [site_id]
    return f"{rows} AND domain LIKE $2", [site_id, _named(wanted.q)]


async def prepare_domains(tx: Tx, site_id: UUID) -> None:
    """Keep all referring domains of a large site."""
    select, (_, *rest) = _all(site_id, EVERY_DOMAIN)
    await prepared.save_domains(tx, site_id, select, rest)


async def list_domains(
    tx: Tx,
    site_id: UUID,
    wanted: DomainFilter,
    *,
    sort: str,
    descending: bool,
    after: tuple[Any, str] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Return the referring domains that are meant."""
    rows, arguments = await _rows(tx, site_id, wanted)
    direction, sign = ("DESC", "<") if descending else ("ASC", ">")
    place, given = "", list(arguments)
    if after is not None:
        given += after
        place = f"WHERE ({sort}, domain) {sign} (${len(given) - 1}, ${len(given)})"
    return await tx.fetch(
        f"SELECT * FROM ({rows}) d {place}"
        f" ORDER BY {sort} {direction}, domain {direction} LIMIT {limit:d}",
        *given,
    )


async def count_domains(tx: Tx, site_id: UUID, wanted: DomainFilter) -> int:
    """Return how many referring domains are meant."""
    rows, arguments = await _rows(tx, site_id, wanted)
    return int(await tx.fetch_value(f"SELECT count(*) FROM ({rows}) d", *arguments))


async def list_sitewide(tx: Tx, site_id: UUID, *, limit: int) -> Sequence[asyncpg.Record]:
    """Return the domains of which many pages link to one page of the site, and how many links."""
    return await tx.fetch(
        "SELECT referring_domain AS domain, sum(links)::bigint AS links, max(links) AS pages,"
        " count(*) OVER () AS domains, sum(sum(links)) OVER ()::bigint AS all_links FROM ("
        "  SELECT referring_domain, count(*) AS links FROM links"
        f"  WHERE site_id = $1 AND {_PRESENT} AND {_ALIVE}"
        "  GROUP BY referring_domain, target_key) AS pairs"
        " GROUP BY referring_domain HAVING max(links) >= $2 ORDER BY 2 DESC, 1 LIMIT $3",
        site_id,
        SITEWIDE_PAGES,
        limit,
    )
