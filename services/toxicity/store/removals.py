"""The log of what was tried to have links taken out, and what the crawler sees of those domains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.toxicity.domain.removal import Attempt, Sight, Step
from shared import ids
from shared.db import Tx
from shared.errors import NotFoundError

MAX_CONTACTS = 10
MAX_PAGES = 50


@dataclass(frozen=True, slots=True)
class Logged:
    """One attempt as it was kept."""

    removal_id: UUID
    domain: str
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Asked:
    """A domain with its log, its links and the contacts that its own pages show."""

    domain: str
    decision: str | None
    attempts: tuple[Attempt, ...]
    sight: Sight
    emails: tuple[str, ...]
    has_contact_page: bool


async def add_attempts(
    tx: Tx,
    site_id: UUID,
    domains: Sequence[str],
    attempt: Attempt,
    *,
    workspace_id: UUID,
    now: datetime,
) -> list[UUID]:
    """Write one line into the log of each of these domains."""
    new = [ids.new_id() for _ in domains]
    await tx.run(
        "INSERT INTO removals (removal_id, site_id, workspace_id, domain, step, happened_on, contact,"
        " note, made_by, created_at)"
        " SELECT u.id, $3, $4, u.domain, $5, $6, $7, $8, $9, $10"
        " FROM unnest($1::uuid[], $2::text[]) AS u(id, domain)",
        new,
        list(domains),
        site_id,
        workspace_id,
        attempt.step.value,
        attempt.happened_on,
        attempt.contact,
        attempt.note,
        attempt.made_by,
        now,
    )
    return new


async def take_back(tx: Tx, site_id: UUID, removal_ids: Sequence[UUID], *, now: datetime) -> None:
    """Take lines of the log back; raises NotFoundError for one that is not of this site."""
    wanted = list(set(removal_ids))
    rows = await tx.fetch(
        "UPDATE removals SET undone_at = coalesce(undone_at, $3)"
        " WHERE site_id = $1 AND removal_id = ANY($2::uuid[]) RETURNING removal_id",
        site_id,
        wanted,
        now,
    )
    if len(rows) != len(wanted):
        raise NotFoundError("There is no such line in the log of this site.")


async def list_attempts(tx: Tx, site_id: UUID, domains: Sequence[str]) -> list[Logged]:
    """Return the log of these domains, in the order in which things happened."""
    rows = await tx.fetch(
        "SELECT removal_id, domain, step, happened_on, contact, note, made_by FROM removals"
        " WHERE site_id = $1 AND domain = ANY($2::text[]) AND undone_at IS NULL"
        " ORDER BY domain, happened_on, removal_id",
        site_id,
        list(domains),
    )
    return [
        Logged(
            row["removal_id"],
            row["domain"],
            Attempt(
                Step(row["step"]), row["happened_on"], row["contact"], row["note"], row["made_by"]
            ),
        )
        for row in rows
    ]


# Domains that somebody decided to have taken out or disavowed, and those with a log.
_DOMAINS = """
    SELECT d.domain, max(d.decision) AS decision FROM (
        SELECT s.domain, s.decision FROM (
            SELECT DISTINCT ON (i.subject) coalesce(l.referring_domain, p.referring_domain,
                i.subject) AS domain, r.decision
            FROM review_items i JOIN reviews r ON r.review_id = i.review_id
            LEFT JOIN links l ON l.link_id = i.link_id
            LEFT JOIN pages p ON p.page_id = l.page_id
            WHERE i.site_id = $1 AND NOT i.undone
            ORDER BY i.subject, i.review_id DESC) s
        WHERE s.decision IN ('ask_removal', 'disavow')
        UNION ALL
        SELECT domain, NULL FROM removals WHERE site_id = $1 AND undone_at IS NULL) d
    WHERE d.domain > $2 GROUP BY d.domain ORDER BY d.domain LIMIT $3
"""
_SIGHTS = """
    SELECT l.referring_domain AS domain, count(*) AS links,
        count(*) FILTER (WHERE NOT l.lost) AS live,
        max(l.changed_at) FILTER (WHERE l.lost) AS gone_at,
        coalesce(bool_or((p.facts->>'has_contact')::bool), false) AS has_contact
    FROM links l LEFT JOIN pages p ON p.page_id = l.page_id
    WHERE l.site_id = $1 AND l.referring_domain = ANY($2::text[]) AND l.untracked_at IS NULL
    GROUP BY l.referring_domain
"""
_EMAILS = """
    SELECT DISTINCT p.referring_domain AS domain, e.email
    FROM links l JOIN pages p ON p.page_id = l.page_id,
        json_array_elements_text(p.facts->'emails') AS e(email)
    WHERE l.site_id = $1 AND l.referring_domain = ANY($2::text[]) AND l.untracked_at IS NULL
    ORDER BY 1, 2
"""


async def list_asked(tx: Tx, site_id: UUID, *, after: str, limit: int) -> list[Asked]:
    """Return the domains whose links are to go, by the alphabet, with all that is known of each."""
    rows = await tx.fetch(_DOMAINS, site_id, after, limit)
    domains = [row["domain"] for row in rows]
    if not domains:
        return []
    log: dict[str, list[Attempt]] = {}
    for one in await list_attempts(tx, site_id, domains):
        log.setdefault(one.domain, []).append(one.attempt)
    seen = {row["domain"]: row for row in await tx.fetch(_SIGHTS, site_id, domains)}
    emails: dict[str, list[str]] = {}
    for domain, email in await tx.fetch(_EMAILS, site_id, domains):
        emails.setdefault(domain, []).append(email)
    return [
        Asked(
            domain=row["domain"],
            decision=row["decision"],
            attempts=tuple(log.get(row["domain"], ())),
            sight=_sight(seen.get(row["domain"])),
            emails=tuple(emails.get(row["domain"], ())[:MAX_CONTACTS]),
            has_contact_page=bool(row["domain"] in seen and seen[row["domain"]]["has_contact"]),
        )
        for row in rows
    ]


def _sight(row: asyncpg.Record | None) -> Sight:
    if row is None:
        return Sight()
    gone_at: datetime | None = row["gone_at"]
    return Sight(row["links"], row["live"], None if gone_at is None else gone_at.date())


async def list_pages(tx: Tx, site_id: UUID, domain: str) -> list[tuple[str, str]]:
    """Return the pages of a domain that link to the site, with the page that each links to."""
    rows = await tx.fetch(
        "SELECT coalesce(l.referring_url, p.url) AS page, l.target_url FROM links l"
        " LEFT JOIN pages p ON p.page_id = l.page_id"
        " WHERE l.site_id = $1 AND l.referring_domain = $2 AND NOT l.lost"
        " AND l.untracked_at IS NULL AND coalesce(l.referring_url, p.url) IS NOT NULL"
        " ORDER BY 1, 2 LIMIT $3",
        site_id,
        domain,
        MAX_PAGES,
    )
    return [(row["page"], row["target_url"] or "your site") for row in rows]
