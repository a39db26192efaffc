"""Lists of bad domains that a workspace holds, and which of them name a domain."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.toxicity.domain.lists import (
    COPY_SHARE,
    Listing,
    Named,
    decision_words,
    file_words,
    listing_words,
)
from services.toxicity.store import once
from shared.db import Tx
from shared.errors import NotFoundError

PIECE = 10_000
MAX_LISTS = 50
ENOUGH_SHARED = 10  # fewer domains in common make no copy
OUR_OTHER_SITES = UUID(int=1)
"""The family of all that people of the workspace said for its other sites: one voice."""

_BAD = frozenset({"disavow", "ask_removal"})
_COLUMNS = (
    "list_id, workspace_id, site_id, name, source, licence, listed_on, domains, skipped, family_id,"
    " made_by, created_at"
)


@dataclass(frozen=True, slots=True)
class BlockList:
    """One list, without its domains; `site_id` is that of the disavow file that it is."""

    list_id: UUID
    workspace_id: UUID
    site_id: UUID | None
    name: str
    source: str
    licence: str
    listed_on: date
    domains: int
    skipped: int
    family_id: UUID
    made_by: str
    created_at: datetime


async def lock(tx: Tx, workspace_id: UUID) -> None:
    """Let nobody else add a list to the workspace before the transaction ends."""
    await once.lock(tx, f"lists.{workspace_id}")


async def count_lists(tx: Tx, workspace_id: UUID) -> int:
    """Return how many lists people have handed in."""
    return int(
        await tx.fetch_value(
            "SELECT count(*) FROM block_lists WHERE workspace_id = $1 AND site_id IS NULL",
            workspace_id,
        )
    )


async def add_list(tx: Tx, new: BlockList, domains: Sequence[Named]) -> BlockList:
    """Keep a list; returns it with the family of the list that it copies, if it copies one."""
    await tx.run(
        f"INSERT INTO block_lists ({_COLUMNS})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        *(new.list_id, new.workspace_id, new.site_id, new.name, new.source, new.licence),
        *(new.listed_on, new.domains, new.skipped, new.family_id, new.made_by, new.created_at),
    )
    for start in range(0, len(domains), PIECE):
        piece = domains[start : start + PIECE]
        await tx.run(
            "INSERT INTO block_list_domains (workspace_id, domain, list_id, line)"
            " SELECT $1, u.domain, $2, u.line FROM unnest($3::text[], $4::int[]) AS u(domain, line)"
            " ON CONFLICT DO NOTHING",
            *(new.workspace_id, new.list_id),
            *([one.domain for one in piece], [one.line for one in piece]),
        )
    family_id = await _find_family(tx, new)
    if family_id is None:
        return new
    await tx.run("UPDATE block_lists SET family_id = $2 WHERE list_id = $1", new.list_id, family_id)
    return replace(new, family_id=family_id)


_ALIKE = """
    SELECT b.family_id FROM block_list_domains m
    JOIN block_list_domains o ON o.workspace_id = m.workspace_id AND o.domain = m.domain
        AND o.list_id <> m.list_id
    JOIN block_lists b ON b.list_id = o.list_id AND b.site_id IS NULL
    WHERE m.list_id = $1 AND m.workspace_id = $2
    GROUP BY b.list_id, b.family_id, b.domains
    HAVING count(*) >= greatest($4, $5 * least(b.domains, $3))
    ORDER BY count(*) DESC, b.list_id LIMIT 1
"""


async def _find_family(tx: Tx, new: BlockList) -> UUID | None:
    found: UUID | None = await tx.fetch_value(
        _ALIKE, new.list_id, new.workspace_id, new.domains, ENOUGH_SHARED, COPY_SHARE
    )
    return found


async def remove_list(tx: Tx, list_id: UUID, *, workspace_id: UUID) -> None:
    """Forget a list that people handed in; raises NotFoundError for any other."""
    tag = await tx.run(
        "DELETE FROM block_lists WHERE list_id = $1 AND workspace_id = $2 AND site_id IS NULL",
        list_id,
        workspace_id,
    )
    if tag.endswith(" 0"):
        raise NotFoundError("There is no such list.")


async def remove_list_of_site(tx: Tx, site_id: UUID) -> None:
    """Forget the disavow file that a site took in."""
    await tx.run("DELETE FROM block_lists WHERE site_id = $1", site_id)


async def remove_from_list_of_site(tx: Tx, site_id: UUID, domains: Sequence[str]) -> None:
    """Take domains out of the disavow file that a site took in: they are disavowed no more."""
    await tx.run(
        "DELETE FROM block_list_domains d USING block_lists b WHERE b.list_id = d.list_id"
        " AND b.site_id = $1 AND d.domain = ANY($2::text[])",
        site_id,
        list(domains),
    )


async def get_list(tx: Tx, list_id: UUID, *, workspace_id: UUID) -> BlockList:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM block_lists WHERE list_id = $1 AND workspace_id = $2",
        list_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such list.")
    return BlockList(*rows[0])


async def list_lists(
    tx: Tx, workspace_id: UUID, *, before: UUID | None, limit: int
) -> list[BlockList]:
    """Return the lists of a workspace, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM block_lists WHERE workspace_id = $1"
        " AND ($2::uuid IS NULL OR list_id < $2) ORDER BY list_id DESC LIMIT $3",
        workspace_id,
        before,
        limit,
    )
    return [BlockList(*row) for row in rows]


async def list_domains(tx: Tx, list_id: UUID, *, after: int, limit: int) -> list[Named]:
    """Return what a list names, by its lines."""
    rows = await tx.fetch(
        "SELECT domain, line FROM block_list_domains WHERE list_id = $1 AND line > $2"
        " ORDER BY line LIMIT $3",
        list_id,
        after,
        limit,
    )
    return [Named(*row) for row in rows]


# ---- which lists name a domain ------------------------------------------------------------------

# A site's own file and its own decisions say nothing here: they may not confirm themselves.
_NAMED = """
    SELECT u.site_id, u.domain, b.name, b.listed_on, b.family_id, b.site_id IS NULL AS is_handed_in,
        d.line, NULL::text AS decision
    FROM unnest($1::uuid[], $2::text[]) AS u(site_id, domain)
    JOIN sites s ON s.site_id = u.site_id
    JOIN block_list_domains d ON d.workspace_id = s.workspace_id AND d.domain = u.domain
    JOIN block_lists b ON b.list_id = d.list_id AND b.site_id IS DISTINCT FROM u.site_id
    UNION ALL (
        SELECT DISTINCT ON (u.site_id, u.domain, i.site_id) u.site_id, u.domain, '',
            (r.decided_at AT TIME ZONE 'UTC')::date, NULL, false, 0, r.decision
        FROM unnest($1::uuid[], $2::text[]) AS u(site_id, domain)
        JOIN sites s ON s.site_id = u.site_id
        JOIN review_items i ON i.subject = u.domain AND i.link_id IS NULL AND NOT i.undone
            AND i.site_id <> u.site_id
        JOIN sites o ON o.site_id = i.site_id AND o.workspace_id = s.workspace_id
            AND o.deleted_at IS NULL
        JOIN reviews r ON r.review_id = i.review_id
        ORDER BY u.site_id, u.domain, i.site_id, i.review_id DESC)
"""


async def list_listings(
    tx: Tx, site_ids: Sequence[UUID], domains: Sequence[str]
) -> Mapping[tuple[UUID, str], Sequence[Listing]]:
    """Return which lists name each (site, domain); a decision to keep is no list."""
    rows = await tx.fetch(_NAMED, site_ids, domains)
    found: dict[tuple[UUID, str], list[Listing]] = defaultdict(list)
    for row in rows:
        if row["decision"] is None or row["decision"] in _BAD:
            found[row["site_id"], row["domain"]].append(_listing(row))
    return found


def _listing(row: asyncpg.Record) -> Listing:
    day = row["listed_on"]
    if row["decision"] is not None:
        return Listing(decision_words(day), day, OUR_OTHER_SITES)
    if not row["is_handed_in"]:
        return Listing(file_words(day, row["line"]), day, OUR_OTHER_SITES)
    return Listing(listing_words(row["name"], day, row["line"]), day, row["family_id"])


async def list_links_elsewhere(
    tx: Tx, site_id: UUID, domains: Sequence[str], *, workspace_id: UUID, limit: int
) -> list[UUID]:
    """Return links from these domains to other sites of the workspace."""
    rows = await tx.fetch(
        "SELECT link_id FROM links WHERE workspace_id = $1 AND referring_domain = ANY($2::text[])"
        " AND site_id <> $3 AND untracked_at IS NULL ORDER BY link_id LIMIT $4",
        workspace_id,
        list(domains),
        site_id,
        limit,
    )
    return [row["link_id"] for row in rows]
