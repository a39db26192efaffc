"""Figures of large sites, prepared beforehand: reading a million links for each look would take seconds.

Small sites have none: their figures are counted when they are asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.profile.domain.anchors import AnchorCount, KindCount
from services.profile.domain.velocity import Moves
from shared import jsontext
from shared.db import Tx
from shared.vocabulary import AnchorKind

LARGE = 20_000
"""From so many links on a site's figures are prepared; counting fewer takes less than 50 ms."""
OLDEST = timedelta(hours=6)
_RESTS = 10
"""After preparing, a site rests for so many times what that took."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The figures of a site as they were at a moment."""

    made_at: datetime
    overview: Mapping[str, Any]
    kinds: Sequence[KindCount]
    texts: Sequence[AnchorCount]
    moves: Moves


async def find_overviews(
    tx: Tx, site_ids: Sequence[UUID]
) -> dict[UUID, tuple[datetime, dict[str, Any]]]:
    """Return the prepared overviews of those of the sites that have one, and when they were made."""
    found = {}
    for row in await _find(tx, site_ids, "overview"):
        overview = orjson.loads(row["part"])
        checked = overview.get("last_checked_at")
        overview["last_checked_at"] = datetime.fromisoformat(checked) if checked else None
        found[row["site_id"]] = (row["made_at"], overview)
    return found


async def find_kinds(tx: Tx, site_id: UUID) -> list[KindCount] | None:
    """Return the prepared kinds of anchors of a site, None if they are to be counted."""
    rows = await _find(tx, [site_id], "kinds")
    return [
        KindCount(
            AnchorKind(one["kind"]),
            one["domains"],
            one["links"],
            one.get("unknown_links", 0),
        )
        for row in rows
        for one in orjson.loads(row["part"])
    ] or None


async def find_texts(tx: Tx, site_id: UUID) -> list[AnchorCount] | None:
    """Return the prepared anchors of a site, None if they are to be counted."""
    rows = await _find(tx, [site_id], "texts")
    return [
        AnchorCount(one["text"], AnchorKind(one["kind"]), one["domains"], one["links"])
        for row in rows
        for one in orjson.loads(row["part"])
    ] or None


async def find_moves(tx: Tx, site_id: UUID) -> Moves | None:
    """Return what came and went on a site, None if that is to be counted."""
    rows = await _find(tx, [site_id], "moves")
    if not rows:
        return None
    moves = orjson.loads(rows[0]["part"])
    return Moves(
        **{
            name: {date.fromisoformat(day): count for day, count in days.items()}
            for name, days in moves.items()
        }
    )


async def _find(tx: Tx, site_ids: Sequence[UUID], part: str) -> list[asyncpg.Record]:
    return await tx.fetch(
        "SELECT site_id, made_at, (body->$2::text)::text AS part FROM site_figures"
        " WHERE site_id = ANY($1::uuid[])",
        list(site_ids),
        part,
    )


async def find_made_at(tx: Tx, site_id: UUID) -> datetime | None:
    """Return when the figures of a site were prepared; None: they are counted now."""
    made_at: datetime | None = await tx.fetch_value(
        "SELECT made_at FROM site_figures WHERE site_id = $1", site_id
    )
    return made_at


async def list_due(tx: Tx, *, now: datetime, limit: int) -> list[UUID]:
    """Return the large sites of which something changed since their figures were prepared."""
    rows = await tx.fetch(
        "SELECT s.site_id FROM sites s LEFT JOIN site_figures f USING (site_id)"
        " WHERE s.deleted_at IS NULL AND (f.made_at IS NULL OR f.made_at < $1::timestamptz - $2::interval"
        "  OR (f.made_at < $1::timestamptz - greatest(f.took * $3::int, interval '30 seconds')"
        "   AND f.made_at < greatest(s.discovered_until,"
        "    (SELECT max(changed_at) FROM links l WHERE l.site_id = s.site_id),"
        "    (SELECT max(ended_at) FROM imports i WHERE i.site_id = s.site_id))))"
        f" AND EXISTS (SELECT FROM links l WHERE l.site_id = s.site_id OFFSET {LARGE - 1} LIMIT 1)"
        " ORDER BY f.made_at NULLS FIRST LIMIT $4",
        now,
        OLDEST,
        _RESTS,
        limit,
    )
    return [row["site_id"] for row in rows]


async def claim_site(tx: Tx, site_id: UUID) -> bool:
    """Say whether this transaction may prepare a site; a replica that is at it keeps others off."""
    return bool(
        await tx.fetch_value(
            "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", f"figures {site_id}"
        )
    )


async def save_prepared(tx: Tx, site_id: UUID, made: Prepared, *, took: timedelta) -> None:
    """Keep the figures of a site."""
    moves = {
        name: {day.isoformat(): count for day, count in days.items()}
        for name, days in asdict(made.moves).items()
    }
    body = {
        "overview": {k: v for k, v in made.overview.items() if k != "site_id"},
        "kinds": [asdict(one) for one in made.kinds],
        "texts": [asdict(one) for one in made.texts],
        "moves": moves,
    }
    await tx.run(
        "INSERT INTO site_figures (site_id, made_at, took, body) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (site_id) DO UPDATE SET made_at = excluded.made_at, took = excluded.took,"
        " body = excluded.body",
        site_id,
        made.made_at,
        took,
        jsontext.dumps(body).decode(),
    )


async def save_domains(tx: Tx, site_id: UUID, select: str, arguments: Sequence[object]) -> None:
    """Keep the referring domains that a statement finds; only rows that became others are written."""
    names = ", ".join(COLUMNS)
    changed = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
    await tx.run(
        f"WITH found AS MATERIALIZED ({select}), gone AS ("
        "  DELETE FROM domain_figures d WHERE site_id = $1"
        "  AND NOT EXISTS (SELECT FROM found WHERE found.domain = d.domain))"
        f" INSERT INTO domain_figures AS d (site_id, {names}) SELECT $1, {names} FROM found"
        f" ON CONFLICT (site_id, domain) DO UPDATE SET {changed}"
        f" WHERE ({', '.join(f'd.{name}' for name in COLUMNS)})"
        f" IS DISTINCT FROM ({', '.join(f'excluded.{name}' for name in COLUMNS)})",
        site_id,
        *arguments,
    )


COLUMNS = (
    *("domain", "links", "links_present", "links_counting", "links_lost", "first_seen_at"),
    *("last_seen_at", "authority", "toxicity", "claimed_links", "claimed_by"),
)


async def forget_small(tx: Tx) -> None:
    """Forget what was prepared for sites that have become small; theirs are counted again."""
    small = (
        "SELECT site_id FROM site_figures f WHERE NOT EXISTS"
        f" (SELECT FROM links l WHERE l.site_id = f.site_id OFFSET {LARGE // 2} LIMIT 1)"
    )
    await tx.run(f"DELETE FROM domain_figures WHERE site_id IN ({small})")
    await tx.run(f"DELETE FROM site_figures WHERE site_id IN ({small})")
