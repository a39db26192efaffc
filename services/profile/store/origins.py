"""Where the present links of a site come from: hosts, addresses, languages, countries, platforms."""

from enum import StrEnum
from uuid import UUID

import asyncpg

from shared.db import Tx


class Origin(StrEnum):
    """What the links may be grouped by."""

    HOST = "host"
    IP = "ip"
    IP_BLOCK = "ip_block"
    LANG = "lang"
    COUNTRY = "country"
    PLATFORM = "platform"


BLOCK = "network(set_masklen(source_ip, CASE family(source_ip) WHEN 4 THEN 24 ELSE 48 END))"
# Of addresses the unknown ones are no group; of the others "unknown" is one that can be opened.
_KEYS = {
    Origin.HOST: "referring_host",
    Origin.IP: "host(source_ip)",
    Origin.IP_BLOCK: f"{BLOCK}::text",
    Origin.LANG: "coalesce(source_lang, 'unknown')",
    Origin.COUNTRY: "coalesce(source_country, 'unknown')",
    Origin.PLATFORM: "coalesce(source_platform, 'unknown')",
}


def _groups(by: Origin) -> str:
    return (
        f"SELECT {_KEYS[by]} AS value, count(*) AS links,"
        " count(DISTINCT referring_domain) AS referring_domains FROM links WHERE site_id = $1"
        " AND status IN ('live', 'changed') AND merged_into IS NULL AND deleted_at IS NULL"
        f" AND {_KEYS[by]} IS NOT NULL GROUP BY 1"
    )


async def list_origins(
    tx: Tx, site_id: UUID, by: Origin, *, after: tuple[int, str] | None, limit: int
) -> list[asyncpg.Record]:
    """Return the groups of present links, the largest first."""
    return await tx.fetch(
        f"SELECT * FROM ({_groups(by)}) g"
        " WHERE ($2::bigint IS NULL OR (links, value) < ($2, $3::text))"
        " ORDER BY links DESC, value DESC LIMIT $4",
        site_id,
        *(after or (None, None)),
        limit,
    )


async def count_origins(tx: Tx, site_id: UUID, by: Origin) -> int:
    """Return how many groups there are."""
    return int(await tx.fetch_value(f"SELECT count(*) FROM ({_groups(by)}) g", site_id))
