"""What was seen to have become of referring domains, told once for each site that they link to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import orjson

from services.toxicity.domain.ingest import Kept, Sighting
from services.toxicity.domain.turns import Age, Turn, age_of, turns
from shared import outbox
from shared.db import Tx
from shared.events import DomainFlagged, LinkChanged, PageRead
from shared.flag_words import FLAGS, Flag
from shared.hostnames import shown
from shared.ids import new_id
from shared.vocabulary import LinkStatus, Reason

MAX_FLAGGED = 500  # at once; a domain that links to more sites of ours is told of for these
_WAS_AWAY = frozenset({LinkStatus.LOST, LinkStatus.NOT_FOUND, LinkStatus.UNKNOWN})
_ENDING = (Flag.PARKED.value, Flag.NAME_GONE.value)


@dataclass(frozen=True, slots=True)
class DomainFlag:
    """One thing that became of a domain, as a site is told of it."""

    flag_id: UUID
    site_id: UUID
    domain: str
    flag: Flag
    page_url: str | None
    evidence: tuple[str, ...]
    found_at: datetime
    ended_at: datetime | None


async def list_turns(tx: Tx, reads: Iterable[PageRead]) -> Mapping[UUID, Sequence[Turn]]:
    """Return what newer looks at pages say against those kept; asked before they are kept."""
    newest: dict[UUID, PageRead] = {}
    for event in sorted(reads, key=lambda one: one.facts_seq):
        newest[event.page_id] = event
    if not newest:
        return {}
    rows = await tx.fetch(
        "SELECT page_id, facts_seq, facts::text AS facts FROM pages"
        " WHERE page_id = ANY($1::uuid[]) AND facts IS NOT NULL",
        list(newest),
    )
    found = {}
    for row in rows:
        event = newest[row["page_id"]]
        if event.facts_seq > row["facts_seq"]:
            found[event.page_id] = turns(
                orjson.loads(row["facts"]), event.facts.model_dump(mode="json")
            )
    return {page_id: some for page_id, some in found.items() if some}


_OF_PAGES = """
    SELECT DISTINCT l.workspace_id, l.site_id, p.page_id, p.referring_domain AS domain, p.url
    FROM links l JOIN pages p USING (page_id)
    WHERE p.page_id = ANY($1::uuid[]) AND l.untracked_at IS NULL AND p.referring_domain IS NOT NULL
    ORDER BY l.site_id, p.page_id LIMIT $2
"""
_OF_LINKS = """
    SELECT DISTINCT l.workspace_id, l.site_id, l.link_id,
        coalesce(p.referring_domain, l.referring_domain) AS domain,
        coalesce(p.url, l.referring_url) AS url
    FROM links l LEFT JOIN pages p USING (page_id)
    WHERE l.link_id = ANY($1::uuid[]) AND l.untracked_at IS NULL
        AND coalesce(p.referring_domain, l.referring_domain) IS NOT NULL
    ORDER BY l.site_id, l.link_id LIMIT $2
"""


async def flag_pages(tx: Tx, found: Mapping[UUID, Sequence[Turn]], *, now: datetime) -> None:
    """Tell the sites that these pages link to what became of their domains."""
    if not found:
        return
    rows = await tx.fetch(_OF_PAGES, list(found), MAX_FLAGGED)
    await raise_flags(tx, [(row, turn) for row in rows for turn in found[row["page_id"]]], now=now)


async def flag_links(
    tx: Tx,
    sightings: Mapping[UUID, Sighting],
    kept: Mapping[UUID, Kept],
    changes: Iterable[LinkChanged],
    *,
    now: datetime,
) -> None:
    """Tell of domains that are parked or gone, and take it back where they are there again."""
    parked = {key for key, one in sightings.items() if Reason.PARKED in one.last_reasons}
    there_again = {
        key
        for key, one in sightings.items()
        if key in kept and kept[key].last_reasons and not one.failed_looks
    }
    gone, live = set[UUID](), set[UUID]()
    for change in changes:
        if change.to_status is LinkStatus.LIVE and change.from_status in _WAS_AWAY:
            live.add(change.link_id)
        elif Reason.DNS_GONE in change.reasons:
            gone.add(change.link_id)
    await _raise_links(tx, parked, Turn(Flag.PARKED, ()), now=now)
    await _raise_links(tx, gone - live, Turn(Flag.NAME_GONE, ()), now=now)
    await _end(tx, (there_again - parked) | live, now=now)


async def _raise_links(tx: Tx, link_ids: Iterable[UUID], turn: Turn, *, now: datetime) -> None:
    wanted = list(link_ids)
    if wanted:
        rows = await tx.fetch(_OF_LINKS, wanted, MAX_FLAGGED)
        await raise_flags(tx, [(row, turn) for row in rows], now=now)


_RAISE = """
    INSERT INTO domain_flags AS f (flag_id, workspace_id, site_id, domain, kind, page_url, evidence,
        found_at)
    SELECT u.flag_id, u.workspace_id, u.site_id, u.domain, u.kind, u.page_url,
        string_to_array(nullif(u.evidence, ''), E'\\x1f'), $8
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])
        AS u(flag_id, workspace_id, site_id, domain, kind, page_url, evidence)
    ORDER BY u.site_id, u.domain, u.kind
    ON CONFLICT (site_id, domain, kind) DO UPDATE SET flag_id = excluded.flag_id,
        page_url = excluded.page_url, evidence = excluded.evidence, found_at = excluded.found_at,
        ended_at = NULL
    WHERE f.ended_at IS NOT NULL
    RETURNING f.flag_id
"""
_UNIT = "\x1f"


async def raise_flags(
    tx: Tx, found: Sequence[tuple[asyncpg.Record, Turn]], *, now: datetime
) -> None:
    """Tell sites what became of domains: once, and anew only where it had ended in between."""
    once = {(row["site_id"], row["domain"], turn.flag): (row, turn) for row, turn in found}
    if not once:
        return
    made = [(new_id(), row, turn) for row, turn in once.values()]
    rows = await tx.fetch(
        _RAISE,
        [flag_id for flag_id, _, _ in made],
        *([row[name] for _, row, _ in made] for name in ("workspace_id", "site_id", "domain")),
        [turn.flag.value for _, _, turn in made],
        [row["url"] for _, row, _ in made],
        [_UNIT.join(turn.evidence) or FLAGS[turn.flag].sentence for _, _, turn in made],
        now,
    )
    told = {row["flag_id"] for row in rows}
    await outbox.add(tx, [_event(*one) for one in made if one[0] in told])


def _event(flag_id: UUID, row: asyncpg.Record, turn: Turn) -> DomainFlagged:
    words = FLAGS[turn.flag]
    return DomainFlagged(
        workspace_id=row["workspace_id"],
        site_id=row["site_id"],
        flag_id=flag_id,
        domain=row["domain"],
        kind=turn.flag.value,
        page_url=row["url"],
        evidence=turn.evidence or (words.sentence,),
        sentence=f"{shown(row['domain'])}: {words.sentence}",
    )


async def _end(tx: Tx, link_ids: Iterable[UUID], *, now: datetime) -> None:
    wanted = list(link_ids)
    if wanted:
        await tx.run(
            "UPDATE domain_flags SET ended_at = $2 WHERE flag_id IN (SELECT f.flag_id FROM links l"
            " LEFT JOIN pages p ON p.page_id = l.page_id JOIN domain_flags f"
            " ON f.site_id = l.site_id AND f.ended_at IS NULL AND f.kind = ANY($3::text[])"
            " AND f.domain = coalesce(p.referring_domain, l.referring_domain)"
            " WHERE l.link_id = ANY($1::uuid[]) ORDER BY f.site_id, f.domain, f.kind FOR UPDATE OF f)",
            wanted,
            now,
            list(_ENDING),
        )


_COLUMNS = "flag_id, site_id, domain, kind, page_url, evidence, found_at, ended_at"


async def list_flags(
    tx: Tx,
    site_id: UUID,
    *,
    kinds: Sequence[Flag],
    is_open: bool | None,
    before: UUID | None,
    limit: int,
) -> list[DomainFlag]:
    """Return what became of domains that link to a site, the newest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM domain_flags WHERE site_id = $1"
        " AND ($2::text[] = '{}' OR kind = ANY($2::text[]))"
        " AND ($3::bool IS NULL OR (ended_at IS NULL) = $3)"
        " AND ($4::uuid IS NULL OR flag_id < $4) ORDER BY flag_id DESC LIMIT $5",
        *(site_id, [one.value for one in kinds], is_open, before, limit),
    )
    return [_flag(row) for row in rows]


async def list_flags_of(
    tx: Tx, domain: str, *, site_ids: Sequence[UUID], limit: int
) -> list[DomainFlag]:
    """Return what became of one domain, as these sites were told."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM domain_flags WHERE site_id = ANY($1::uuid[]) AND domain = $2"
        " ORDER BY flag_id DESC LIMIT $3",
        *(list(site_ids), domain, limit),
    )
    return [_flag(row) for row in rows]


def _flag(row: asyncpg.Record) -> DomainFlag:
    return DomainFlag(
        flag_id=row["flag_id"],
        site_id=row["site_id"],
        domain=row["domain"],
        flag=Flag(row["kind"]),
        page_url=row["page_url"],
        evidence=tuple(row["evidence"]),
        found_at=row["found_at"],
        ended_at=row["ended_at"],
    )


_AGE = """
    SELECT min(l.first_seen_at) AS told, min(p.facts->>'published_on') AS page,
        (SELECT o.link_id FROM links o WHERE o.workspace_id = $1 AND o.referring_domain = $2
            AND o.site_id = ANY($3::uuid[]) ORDER BY o.link_id LIMIT 1) AS first_id
    FROM links l LEFT JOIN pages p ON p.page_id = l.page_id
    WHERE l.workspace_id = $1 AND l.referring_domain = $2 AND l.site_id = ANY($3::uuid[])
"""


async def find_age(
    tx: Tx,
    domain: str,
    *,
    workspace_id: UUID,
    site_ids: Sequence[UUID],
    registered_at: datetime | None,
) -> Age | None:
    """Return the earliest day of which anything tells that the domain was there, or None."""
    (row,) = await tx.fetch(_AGE, workspace_id, domain, list(site_ids))
    return age_of(
        told=None if row["told"] is None else row["told"].date(),
        page=_day_of(row["page"]),
        known=None if row["first_id"] is None else _made_on(row["first_id"]),
        registered=None if registered_at is None else registered_at.date(),
    )


def _day_of(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None


def _made_on(link_id: UUID) -> date:
    """Return the day on which a link was made known: its id carries it."""
    return datetime.fromtimestamp((link_id.int >> 80) / 1000, UTC).date()
