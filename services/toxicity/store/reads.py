"""What the API shows of scores: one link, one domain, the sums of a site, the queue."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from shared.db import Tx
from shared.errors import NotFoundError
from shared.vocabulary import Action, Band

LINK_COLUMNS = """
    l.link_id, l.site_id, l.referring_url, l.referring_domain, l.target_url, l.score, l.milli,
    l.band, l.action, l.confidence, l.model, l.sentence, l.scored_at, l.scored_seq, l.lost, p.url
"""
OPEN = "('watch', 'review', 'request_removal', 'propose_disavow')"
UNDECIDED = """
    NOT EXISTS (SELECT 1 FROM review_items i WHERE i.site_id = l.site_id AND NOT i.undone
        AND i.subject IN (l.link_id::text, l.referring_domain))
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """A link with its score in force."""

    link_id: UUID
    site_id: UUID
    referring_url: str | None
    referring_domain: str | None
    target_url: str | None
    score: int | None
    milli: int
    band: Band
    action: Action
    confidence: str
    model: str
    sentence: str
    scored_at: Any
    explanation: Mapping[str, Any]


def judged_of(row: asyncpg.Record) -> Judged:
    explanation = row.get("explanation")
    return Judged(
        link_id=row["link_id"],
        site_id=row["site_id"],
        referring_url=row["referring_url"] or row["url"],
        referring_domain=row["referring_domain"],
        target_url=row["target_url"],
        score=row["score"],
        milli=row["milli"],
        band=Band(row["band"]),
        action=Action(row["action"]),
        confidence=row["confidence"],
        model=row["model"],
        sentence=row["sentence"],
        scored_at=row["scored_at"],
        explanation=explanation or {},
    )


async def get_link(tx: Tx, link_id: UUID, *, workspace_id: UUID) -> tuple[UUID, Judged | None]:
    """Return the site of a link and its score (None while there is none); raises NotFoundError."""
    rows = await tx.fetch(
        f"SELECT {LINK_COLUMNS}, l.explanation FROM links l"
        " LEFT JOIN pages p ON p.page_id = l.page_id"
        " JOIN sites s ON s.site_id = l.site_id AND s.deleted_at IS NULL"
        " WHERE l.link_id = $1 AND l.workspace_id = $2 AND l.untracked_at IS NULL",
        link_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such link.")
    return rows[0]["site_id"], judged_of(rows[0]) if rows[0]["scored_at"] else None


async def list_domain(
    tx: Tx, domain: str, *, workspace_id: UUID, site_ids: Iterable[UUID] | None, limit: int
) -> tuple[int, list[Judged]]:
    """Return how many judged links a referring domain has, and the worst of them."""
    where = (
        "l.workspace_id = $1 AND l.referring_domain = $2 AND l.scored_at IS NOT NULL"
        " AND ($3::uuid[] IS NULL OR l.site_id = ANY($3::uuid[]))"
        " AND EXISTS (SELECT 1 FROM sites s WHERE s.site_id = l.site_id AND s.deleted_at IS NULL)"
    )
    wanted = None if site_ids is None else list(site_ids)
    count = await tx.fetch_value(
        f"SELECT count(*) FROM links l WHERE {where}",
        workspace_id,
        domain,
        wanted,
    )
    rows = await tx.fetch(
        f"SELECT {LINK_COLUMNS} FROM links l LEFT JOIN pages p ON p.page_id = l.page_id"
        f" WHERE {where} ORDER BY l.score DESC NULLS LAST, l.link_id LIMIT $4",
        workspace_id,
        domain,
        wanted,
        limit,
    )
    return int(count), [judged_of(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Totals:
    """How the links of one site are spread over bands and actions."""

    bands: Mapping[Band, int]
    actions: Mapping[Action, int]
    junk_ignored: int
    worth_action: int
    judged: int
    models: Mapping[str, int]


async def sum_site(tx: Tx, site_id: UUID) -> Totals:
    """Return the sums over the links of a site that are not lost."""
    rows = await tx.fetch(
        "SELECT band, action, model, count(*) AS links FROM links"
        " WHERE site_id = $1 AND scored_at IS NOT NULL AND NOT lost GROUP BY band, action, model",
        site_id,
    )
    bands: dict[Band, int] = {}
    actions: dict[Action, int] = {}
    models: dict[str, int] = {}
    junk = worth = judged = 0
    for row in rows:
        band, action, links = Band(row["band"]), Action(row["action"]), row["links"]
        bands[band] = bands.get(band, 0) + links
        actions[action] = actions.get(action, 0) + links
        models[row["model"]] = models.get(row["model"], 0) + links
        judged += links if band is not Band.INSUFFICIENT_DATA else 0
        junk += links if is_ignored_junk(band, action) else 0
        worth += links if action in WORTH_ACTION else 0
    return Totals(bands, actions, junk, worth, judged, models)


WORTH_ACTION = frozenset({Action.REVIEW, Action.REQUEST_REMOVAL, Action.PROPOSE_DISAVOW})


def is_ignored_junk(band: Band, action: Action) -> bool:
    return action is Action.NO_ACTION_NEEDED and band in {
        Band.WATCH,
        Band.REVIEW,
        Band.PROPOSE_DISAVOW,
    }


async def count_domains(tx: Tx, site_id: UUID) -> int:
    """Return how many referring domains link to a site with followed links."""
    found = await tx.fetch_value("SELECT domains FROM site_counts WHERE site_id = $1", site_id)
    return int(found or 0)
