"""Decisions of people: written, undone, and which of them are in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from services.toxicity.domain.facts import Decision
from shared import urls
from shared.db import Tx
from shared.errors import NotFoundError

KEPT_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Review:
    """One decision about links and domains of one site."""

    review_id: UUID
    workspace_id: UUID
    site_id: UUID
    decision: Decision
    reason: str
    decided_by: str
    decided_at: datetime
    links: tuple[UUID, ...] = ()
    domains: tuple[str, ...] = ()
    undone_at: datetime | None = None
    undone_by: str | None = None


async def add_review(tx: Tx, review: Review) -> None:
    await tx.run(
        "INSERT INTO reviews (review_id, workspace_id, site_id, decision, reason, decided_by,"
        " decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        review.review_id,
        review.workspace_id,
        review.site_id,
        review.decision,
        review.reason,
        review.decided_by,
        review.decided_at,
    )
    subjects = [*map(str, review.links), *review.domains]
    link_ids: list[UUID | None] = [*review.links, *(None for _ in review.domains)]
    await tx.run(
        "INSERT INTO review_items (review_id, site_id, subject, link_id)"
        " SELECT $1, $2, u.subject, u.link_id FROM unnest($3::text[], $4::uuid[])"
        " AS u(subject, link_id) ON CONFLICT DO NOTHING",
        review.review_id,
        review.site_id,
        subjects,
        link_ids,
    )


_REVIEWS = """
    SELECT r.review_id, r.workspace_id, r.site_id, r.decision, r.reason, r.decided_by, r.decided_at,
        r.undone_at, r.undone_by,
        array_remove(array_agg(i.link_id ORDER BY i.subject), NULL) AS links,
        array_remove(array_agg(CASE WHEN i.link_id IS NULL THEN i.subject END ORDER BY i.subject),
            NULL) AS domains
    FROM reviews r JOIN review_items i ON i.review_id = r.review_id
"""


async def list_reviews(tx: Tx, site_id: UUID, *, before: UUID | None, limit: int) -> list[Review]:
    """Return the decisions about a site, the newest first."""
    rows = await tx.fetch(
        f"{_REVIEWS} WHERE r.site_id = $1 AND ($2::uuid IS NULL OR r.review_id < $2)"
        " GROUP BY r.review_id ORDER BY r.review_id DESC LIMIT $3",
        site_id,
        before,
        limit,
    )
    return [_review(row) for row in rows]


async def undo(
    tx: Tx, review_ids: Sequence[UUID], *, workspace_id: UUID, by: str, now: datetime
) -> list[Review]:
    """Take decisions back; returns those that were in force. Raises NotFoundError for a stranger's."""
    ids = list(set(review_ids))
    rows = await tx.fetch(
        f"{_REVIEWS} WHERE r.review_id = ANY($1::uuid[]) AND r.workspace_id = $2"
        " GROUP BY r.review_id ORDER BY r.review_id",
        ids,
        workspace_id,
    )
    if len(rows) != len(ids):
        raise NotFoundError("There is no such review.")
    await tx.run(
        "UPDATE reviews SET undone_at = $2, undone_by = $3"
        " WHERE review_id = ANY($1::uuid[]) AND undone_at IS NULL",
        ids,
        now,
        by,
    )
    await tx.run("UPDATE review_items SET undone = true WHERE review_id = ANY($1::uuid[])", ids)
    return [_review(row) for row in rows if row["undone_at"] is None]


def _review(row: asyncpg.Record) -> Review:
    return Review(
        review_id=row["review_id"],
        workspace_id=row["workspace_id"],
        site_id=row["site_id"],
        decision=Decision(row["decision"]),
        reason=row["reason"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        links=tuple(row["links"]),
        domains=tuple(row["domains"]),
        undone_at=row["undone_at"],
        undone_by=row["undone_by"],
    )


async def sites_of_links(
    tx: Tx, link_ids: Iterable[UUID], *, workspace_id: UUID
) -> dict[UUID, UUID]:
    """Return the site of each of these links that the workspace has."""
    rows = await tx.fetch(
        "SELECT l.link_id, l.site_id FROM links l JOIN sites s ON s.site_id = l.site_id"
        " WHERE l.link_id = ANY($1::uuid[]) AND l.workspace_id = $2 AND s.deleted_at IS NULL"
        " AND l.untracked_at IS NULL",
        list(link_ids),
        workspace_id,
    )
    return {row["link_id"]: row["site_id"] for row in rows}


async def list_touched(
    tx: Tx, site_id: UUID, *, links: Sequence[UUID], domains: Sequence[str], limit: int
) -> list[UUID]:
    """Return the links that a decision is about, at most `limit`."""
    rows = await tx.fetch(
        "SELECT link_id FROM links WHERE site_id = $1"
        " AND (link_id = ANY($2::uuid[]) OR referring_domain = ANY($3::text[]))"
        " ORDER BY link_id LIMIT $4",
        site_id,
        list(links),
        list(domains),
        limit,
    )
    return [row["link_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision in force about one domain, or about one link and its page."""

    decision: Decision
    decided_at: datetime
    reason: str
    domain: str | None
    link_id: UUID | None
    page_url: str | None


_STANDING = """
    SELECT DISTINCT ON (i.subject) r.decision, r.decided_at, r.reason, i.subject, i.link_id,
        coalesce(l.referring_url, p.url) AS page_url
    FROM review_items i
    JOIN reviews r ON r.review_id = i.review_id
    LEFT JOIN links l ON l.link_id = i.link_id
    LEFT JOIN pages p ON p.page_id = l.page_id
    WHERE i.site_id = $1 AND NOT i.undone
    ORDER BY i.subject, i.review_id DESC
"""


async def list_standing(tx: Tx, site_id: UUID) -> list[Standing]:
    """Return the newest decision that is not undone for every link and domain decided about."""
    rows = await tx.fetch(_STANDING, site_id)
    return [
        Standing(
            decision=Decision(row["decision"]),
            decided_at=row["decided_at"],
            reason=row["reason"],
            domain=row["subject"] if row["link_id"] is None else None,
            link_id=row["link_id"],
            page_url=row["page_url"],
        )
        for row in rows
    ]


async def take_back_disavowed(tx: Tx, site_id: UUID, lines: Sequence[str]) -> list[UUID]:
    """Take back the decisions behind entries of a disavow file; returns the links that this touches."""
    wanted = set(lines)
    subjects = []
    for one in await list_standing(tx, site_id):
        if one.decision is not Decision.DISAVOW:
            continue
        page = None if one.page_url is None else urls.normalise(one.page_url)
        if (one.domain and f"domain:{one.domain}" in wanted) or page in wanted:
            subjects.append(one.domain or str(one.link_id))
    if not subjects:
        return []
    await tx.run(
        "UPDATE review_items i SET undone = true FROM reviews r WHERE r.review_id = i.review_id"
        " AND i.site_id = $1 AND i.subject = ANY($2::text[]) AND r.decision = 'disavow'",
        site_id,
        subjects,
    )
    rows = await tx.fetch(
        "SELECT link_id FROM links WHERE site_id = $1"
        " AND (link_id::text = ANY($2::text[]) OR referring_domain = ANY($2::text[]))"
        " ORDER BY link_id LIMIT 5000",
        site_id,
        subjects,
    )
    return [row["link_id"] for row in rows]
