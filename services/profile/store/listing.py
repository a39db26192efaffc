"""Lists of links: filters and sort keys as SQL, page by page with a cost that does not grow with depth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from services.profile.domain.filters import LinkFilter
from shared.db import Tx
from shared.hostnames import ascii_form
from shared.urls import page_id

_SHOWN = """
    links.link_id, links.site_id, referring_url, referring_host, referring_domain, target_url, status,
    good_status, reasons, counts, followed, rel, kind, position, anchor_text, anchor_kind,
    anchor_flags, indexable, links.http_status, links.final_url, host(source_ip) AS ip,
    source_lang AS lang, source_country AS country, source_platform AS platform, page::text AS page, authority,
    metrics::text AS metrics, value, relevance, toxicity_score, toxicity_band, toxicity_action, toxicity_sentence,
    toxicity_model, placement_id, terms::text AS terms, contract_state, contract_reasons, confirming_since,
    missing_since, known_since, tags, note, owner, snoozed_until, override, override_reason,
    discovery, first_seen_at, gained_at, last_seen_at, last_checked_at, next_check_at, changed_at,
    lost_at, version
"""
_FROM = "FROM links LEFT JOIN occurrences ON occurrences.link_id = links.link_id"
_ALIVE = "merged_into IS NULL AND deleted_at IS NULL"
_INDEXED = frozenset(
    {"status", "referring_domain", "toxicity_score", "authority", "first_seen_at", "changed_at"}
    | {"lost_at", "value"}
)
"""The columns that lists are sorted by an index of."""

# How each field of a filter becomes a condition; `?` stands for the number of its argument.
_CONDITIONS = {
    "status": "status = ANY(?::text[])",
    "reason": "(reasons <> '{}' AND reasons && ?::text[])",
    "kind": "kind = ANY(?::text[])",
    # A present link whose anchor nobody classified, as an override makes it, is counted as "other".
    "anchor_kind": "coalesce(anchor_kind, CASE WHEN status IN ('live', 'changed') THEN 'other' END)"
    " = ANY(?::text[])",
    "position": "coalesce(position, CASE WHEN status IN ('live', 'changed') THEN 'unknown' END)"
    " = ANY(?::text[])",
    "contract_state": "contract_state = ANY(?::text[])",
    "toxicity_band": "toxicity_band = ANY(?::text[])",
    "followed": "followed = ?::boolean",
    "indexable": "indexable = ?::boolean",
    "counts": "counts = ?::boolean",
    "referring_domain": "referring_domain = ANY(?::text[])",
    "target_url": "target_key = ?::uuid",
    "q": "(referring_url ILIKE ANY(?::text[]) OR target_url ILIKE ANY(?) OR anchor_text ILIKE ANY(?))",
    "source": "sources && ?::text[]",
    "tag": "(tags <> '{}' AND tags && ?::text[])",
    "owner": "owner = ?::text",
    "toxicity_min": "toxicity_score >= ?::int",
    "toxicity_max": "toxicity_score <= ?::int",
    "authority_min": "authority >= ?::float8",
    "first_seen_from": "first_seen_at >= ?::timestamptz",
    "lost_from": "lost_at >= ?::timestamptz",
    "changed_from": "changed_at >= ?::timestamptz",
    "ip": "source_ip = ANY(?::text[]::inet[])",
    "ip_block": "source_ip <<= ANY(?::text[]::inet[])",
    "lang": "coalesce(source_lang, 'unknown') = ANY(?::text[])",
    "country": "coalesce(source_country, 'unknown') = ANY(?::text[])",
    "platform": "coalesce(source_platform, 'unknown') = ANY(?::text[])",
    "gained_from": "gained_at >= ?::timestamptz",
    "gained_to": "gained_at < ?::timestamptz",
    "toxicity_action": "toxicity_action = ANY(?::text[])",
    "rel": "rel && ?::text[]",
    "anchor": "lower(anchor_text) = lower(?::text)",
    "verified": "ever_live = ?::boolean",
    "confirming": "(confirming_since IS NOT NULL) = ?::boolean",
    "last_seen_before": "last_seen_at < ?::timestamptz",
    "snoozed": "(coalesce(snoozed_until > now(), false)) = ?::boolean",
}


_ANY = " = ANY(?::text[])"
_OPEN = frozenset({"lang", "country", "platform"})
_ONE_BLOCK = {"ip": "source_ip = ?::text::inet", "ip_block": "source_ip <<= ?::text::inet"}
_NARROW = (*("referring_domain", "target_url", "tag", "contract_state", "ip", "ip_block"),)
"""Filters with an index of their own that mostly find few links."""
NARROW = 5_000
"""How many links such a filter may find and still go first."""
WINDOW = 3_000
"""How many links, in the order of the sort, are looked through before a filter goes first."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A column to sort by, or a metric of another tool."""

    column: str
    descending: bool
    metric: bool = False

    @property
    def expression(self) -> str:
        # Column names come from a closed list, metric names from one of identifiers.
        return f"(metrics->>'{self.column}')::float8" if self.metric else self.column


def conditions(site_id: UUID, wanted: LinkFilter) -> tuple[str, list[object]]:
    """Return the WHERE clause of a filter and its arguments, the site's id first."""
    clauses, arguments = [f"links.site_id = $1 AND {_ALIVE}"], list[object]([site_id])
    for name, clause in _CONDITIONS.items():
        value = getattr(wanted, name)
        if value is None or value == ():
            continue
        narrowed, argument = _narrowed(name, clause, _argument(name, value))
        arguments.append(argument)
        clauses.append(narrowed.replace("?", f"${len(arguments)}"))
    return " AND ".join(clauses), arguments


def _argument(name: str, value: Any) -> object:
    if name == "q":
        return [contains(text) for text in dict.fromkeys((value, ascii_form(value)))]
    if name == "target_url":
        return page_id(value)
    return list(value) if isinstance(value, tuple) else value


def _narrowed(name: str, clause: str, argument: object) -> tuple[str, object]:
    """Return a condition in the form that indexes serve: one value, and no value left open."""
    if not isinstance(argument, list):
        return clause, argument
    if name in _OPEN and "unknown" not in argument:
        clause = f"source_{name}{_ANY}"
    if len(argument) > 1:
        return clause, argument
    if name in _ONE_BLOCK:
        return _ONE_BLOCK[name], argument[0]
    if clause.endswith(_ANY):
        return clause.removesuffix(_ANY) + " = ?::text", argument[0]
    return clause, argument


def contains(text: str) -> str:
    """Return the pattern of LIKE for a text anywhere."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def list_links(
    tx: Tx,
    site_id: UUID,
    wanted: LinkFilter,
    *,
    sort: Sort,
    after: tuple[Any, UUID] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Return the links after a place in the list; those without a value for the sort come last."""
    # A plan for all values would take no notice of how rare the wanted ones are.
    await tx.run("SET LOCAL plan_cache_mode = force_custom_plan")
    narrow = any(getattr(wanted, name) not in {None, ()} for name in _NARROW)
    meant = _Meant(*conditions(site_id, wanted), narrow)
    rows: list[asyncpg.Record] = []
    if after is None or after[0] is not None:
        rows = await _with_value(tx, meant, sort, after, limit)
    if len(rows) < limit:
        start = after[1] if after is not None and after[0] is None else None
        rows += await _without_value(tx, meant, sort, start, limit - len(rows))
    return rows


@dataclass(frozen=True, slots=True)
class _Meant:
    """The WHERE clause of a filter, its arguments, and whether an index finds few rows for it."""

    where: str
    arguments: Sequence[object]
    is_narrow: bool


async def _with_value(
    tx: Tx,
    meant: _Meant,
    sort: Sort,
    after: tuple[Any, UUID] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Return the next links that have a value, at a cost that a rare filter does not blow up.

    A filter by what few links have goes first, and what it finds is sorted, if that is not much.
    Otherwise a window of the sorted links is looked through: a filter that many meet is done there.
    """
    key, size = sort.expression, len(meant.arguments)
    direction, sign = ("DESC", "<") if sort.descending else ("ASC", ">")
    where, place, given = f"{meant.where} AND {key} IS NOT NULL", "", list(meant.arguments)
    if after is not None:
        given += after
        place = f"AND ({key}, links.link_id) {sign} (${size + 1}, ${size + 2})"
    ordered = _Ordered(where, place, key, direction, limit)
    if size > 1 and sort.column in _INDEXED:
        if meant.is_narrow:
            rows = await tx.fetch(ordered.filter_first(most=NARROW + 1), *given)
            if not rows or rows[0]["hit_count"] <= NARROW:
                return rows
        rows = await tx.fetch(ordered.window_first(), *given)
        if len(rows) == limit:
            return rows
        return await tx.fetch(ordered.filter_first(), *given)
    return await tx.fetch(
        f"SELECT {_SHOWN}, {key} AS sort_value {_FROM} WHERE {where} {place} {ordered.order}"
        f" LIMIT {limit:d}",
        *given,
    )


@dataclass(frozen=True, slots=True)
class _Ordered:
    """The statements that find a page of links in the order of a column."""

    where: str
    place: str
    key: str
    direction: str
    limit: int

    @property
    def order(self) -> str:
        return f"ORDER BY {self.key} {self.direction}, links.link_id {self.direction}"

    def window_first(self) -> str:
        """Return the statement that filters the first links of the order."""
        window = (
            f"(SELECT * FROM links WHERE site_id = $1 AND {_ALIVE} AND {self.key} IS NOT NULL"
            f" {self.place} {self.order} LIMIT {WINDOW}) AS links"
        )
        source = _FROM.replace("FROM links", f"FROM {window}")
        return (
            f"SELECT {_SHOWN}, {self.key} AS sort_value {source} WHERE {self.where} {self.order}"
            f" LIMIT {self.limit:d}"
        )

    def filter_first(self, *, most: int | None = None) -> str:
        """Return the statement that sorts what the filter finds; `most` ends the finding."""
        source = _FROM.replace("FROM links", "FROM best JOIN links ON links.link_id = best.link_id")
        return (
            f"WITH hits AS MATERIALIZED (SELECT link_id, {self.key} AS sort_key FROM links"
            f" WHERE {self.where} {self.place} {f'LIMIT {most:d}' if most else ''}),"
            " best AS MATERIALIZED (SELECT link_id FROM hits"
            f" ORDER BY sort_key {self.direction}, link_id {self.direction} LIMIT {self.limit:d})"
            f" SELECT {_SHOWN}, {self.key} AS sort_value, (SELECT count(*) FROM hits) AS hit_count"
            f" {source} {self.order}"
        )


async def _without_value(
    tx: Tx, meant: _Meant, sort: Sort, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    where, arguments = meant.where, meant.arguments
    key, size = sort.expression, len(arguments)
    direction, sign = ("DESC", "<") if sort.descending else ("ASC", ">")
    place = f"AND links.link_id {sign} ${size + 1}" if after is not None else ""
    return await tx.fetch(
        f"SELECT {_SHOWN}, NULL AS sort_value {_FROM} WHERE {where} AND {key} IS NULL {place}"
        f" ORDER BY links.link_id {direction} LIMIT {limit:d}",
        *arguments,
        *([] if after is None else [after]),
    )


async def list_whole_links(
    tx: Tx, site_id: UUID, wanted: LinkFilter, *, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Return the links that a filter means in the order of their ids: the way through all of them."""
    where, arguments = conditions(site_id, wanted)
    place = f"AND links.link_id > ${len(arguments) + 1}" if after else ""
    return await tx.fetch(
        f"SELECT {_SHOWN} {_FROM} WHERE {where} {place} ORDER BY links.link_id LIMIT {limit:d}",
        *arguments,
        *([after] if after else []),
    )


async def count_links(tx: Tx, site_id: UUID, wanted: LinkFilter) -> int:
    """Return how many links of a site a filter means."""
    where, arguments = conditions(site_id, wanted)
    return int(await tx.fetch_value(f"SELECT count(*) FROM links WHERE {where}", *arguments))


async def list_link_ids(
    tx: Tx, site_id: UUID, wanted: LinkFilter, *, after: UUID | None, limit: int
) -> list[UUID]:
    """Return the ids of the links that a filter means, a batch at a time."""
    where, arguments = conditions(site_id, wanted)
    place = f"AND link_id > ${len(arguments) + 1}" if after else ""
    rows = await tx.fetch(
        f"SELECT link_id FROM links WHERE {where} {place} ORDER BY link_id LIMIT {limit:d}",
        *arguments,
        *([after] if after else []),
    )
    return [row["link_id"] for row in rows]


async def list_examples(tx: Tx, link_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return as much of these links as tells a person which they are."""
    return await tx.fetch(
        "SELECT link_id, referring_url, target_url, status FROM links"
        " WHERE link_id = ANY($1::uuid[]) ORDER BY link_id",
        list(link_ids),
    )


async def find_link(tx: Tx, workspace_id: UUID, link_id: UUID) -> asyncpg.Record | None:
    """Return one link as lists show it; a merged one leads to the link that it went up in."""
    rows = await tx.fetch(
        f"SELECT {_SHOWN}, items::text AS items, merged_into, links.deleted_at {_FROM}"
        " WHERE links.link_id = $1 AND links.workspace_id = $2",
        link_id,
        workspace_id,
    )
    if rows and rows[0]["merged_into"] is not None:
        return await find_link(tx, workspace_id, rows[0]["merged_into"])
    return rows[0] if rows and rows[0]["deleted_at"] is None else None


async def list_claims(tx: Tx, link_ids: Sequence[UUID]) -> dict[UUID, list[asyncpg.Record]]:
    """Return what other tools say about each of these links."""
    claims: dict[UUID, list[asyncpg.Record]] = {}
    rows = await tx.fetch(
        "SELECT link_id, source, claim::text AS claim, metrics::text AS metrics, anchor_text, rel, kind, first_seen_at, last_seen_at,"
        " lost_at, claimed_at, import_id FROM claims WHERE link_id = ANY($1::uuid[])"
        " ORDER BY link_id, source",
        list(link_ids),
    )
    for row in rows:
        claims.setdefault(row["link_id"], []).append(row)
    return claims
