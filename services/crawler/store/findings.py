"""What searches found beside links: domains that send readers from unknown pages, and mentions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.crawler.domain.discovery.candidates import SearchedSite, Sender
from shared import outbox
from shared.db import Tx
from shared.events import MentionFound
from shared.policies import not_held

# As for candidates: logs that overlap in time hold the same visits.
_ADD_SENDERS = """
INSERT INTO referrers (site_id, workspace_id, domain, target_url, hits, first_seen_at, last_seen_at,
    added_at)
SELECT $1, $2, new.*, $8 FROM unnest($3::text[], $4::text[], $5::bigint[], $6::timestamptz[],
    $7::timestamptz[]) AS new (domain, target_url, hits, first_seen_at, last_seen_at)
ORDER BY domain
ON CONFLICT (site_id, domain) DO UPDATE SET
    hits = CASE WHEN excluded.first_seen_at > referrers.last_seen_at
            OR excluded.last_seen_at < referrers.first_seen_at
        THEN referrers.hits + excluded.hits ELSE greatest(referrers.hits, excluded.hits) END,
    first_seen_at = least(referrers.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(referrers.last_seen_at, excluded.last_seen_at),
    added_at = excluded.added_at
"""

# Of a domain with a link that is watched, the page is known.
_UNKNOWN = """
SELECT domain, target_url, hits, first_seen_at, last_seen_at FROM referrers
WHERE site_id = $1 AND found_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM pages JOIN watches USING (page_id)
        WHERE pages.host = referrers.domain AND watches.site_id = $1 AND removed_at IS NULL)
    AND ($2::bigint IS NULL OR hits < $2 OR (hits = $2 AND domain > $3))
ORDER BY hits DESC, domain LIMIT $4
"""

_ADD_MENTIONS = """
INSERT INTO mentions (site_id, workspace_id, page_key, url, domain, title, term, sentence, seen_at)
SELECT $1, $2, new.*, $9 FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[]) AS new (page_key, url, domain, title, term, sentence)
ORDER BY page_key
ON CONFLICT (site_id, page_key) DO UPDATE SET title = excluded.title, term = excluded.term,
    sentence = excluded.sentence, seen_at = excluded.seen_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionSeen:
    """A page that was seen to name a site without a link to it."""

    page_key: UUID
    url: str
    domain: str
    title: str | None
    term: str
    sentence: str
    seen_at: datetime | None = None


async def add_senders(tx: Tx, site: SearchedSite, senders: Sequence[Sender], now: datetime) -> None:
    """Keep the domains that a log names."""
    await tx.run(
        _ADD_SENDERS,
        site.site_id,
        site.workspace_id,
        [one.domain for one in senders],
        [one.target_url for one in senders],
        [one.hits for one in senders],
        [one.first_seen_at for one in senders],
        [one.last_seen_at for one in senders],
        now,
    )


async def list_unknown(
    tx: Tx, site_id: UUID, *, after: tuple[int, str] | None, limit: int
) -> list[Sender]:
    """Return domains that send readers from pages that nobody knows, those that send most first."""
    rows = await tx.fetch(_UNKNOWN, site_id, *(after or (None, None)), limit)
    return [Sender(**{name: row[name] for name in Sender.__dataclass_fields__}) for row in rows]


async def mark_found(tx: Tx, site_id: UUID, domains: Sequence[str], now: datetime) -> None:
    """Note that a page of each domain was seen to link to the site."""
    await tx.run(
        "UPDATE referrers SET found_at = $3 WHERE site_id = $1 AND domain = ANY($2::text[])"
        " AND found_at IS NULL",
        *(site_id, list(domains), now),
    )


async def list_linking_hosts(tx: Tx, site_id: UUID, *, limit: int) -> list[str]:
    """Return the domains with most links to a site that are watched."""
    rows = await tx.fetch(
        "SELECT host FROM watches JOIN pages USING (page_id) WHERE site_id = $1"
        " AND removed_at IS NULL GROUP BY host ORDER BY count(*) DESC, host LIMIT $2",
        *(site_id, limit),
    )
    return [row["host"] for row in rows]


async def save_mentions(
    tx: Tx,
    site: SearchedSite,
    seen: Sequence[MentionSeen],
    gone: Sequence[UUID],
    now: datetime,
) -> None:
    """Keep mentions that were seen; forget those of pages that link now, or name nobody any more.

    Both are told, so that somebody may ask for the link, or need not.
    """
    over = await tx.fetch(
        "DELETE FROM mentions WHERE site_id = $1 AND page_key = ANY($2::uuid[])"
        " RETURNING page_key, url, domain",
        *(site.site_id, sorted(gone)),
    )
    ended = [_told(site, dict(row), now, is_there=False) for row in over]
    found = [_told(site, asdict(one), now) for one in seen]
    await outbox.add(tx, [*ended, *found])
    await tx.run(
        _ADD_MENTIONS,
        site.site_id,
        site.workspace_id,
        [one.page_key for one in seen],
        [one.url for one in seen],
        [one.domain for one in seen],
        [one.title for one in seen],
        [one.term for one in seen],
        [one.sentence for one in seen],
        now,
    )


def _told(
    site: SearchedSite, row: Mapping[str, Any], seen_at: datetime, *, is_there: bool = True
) -> MentionFound:
    names = ("page_key", "domain", "title", "term", "sentence")
    return MentionFound(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        page_url=row["url"],
        seen_at=seen_at,
        is_there=is_there,
        **{name: row[name] for name in names if name in row},
    )


async def tell_mentions(tx: Tx, site: SearchedSite, *, limit: int) -> None:
    """Tell of the mentions that are known, those seen last; some may be from before others listened."""
    rows = await tx.fetch(
        "SELECT * FROM mentions WHERE site_id = $1 ORDER BY seen_at DESC LIMIT $2",
        *(site.site_id, limit),
    )
    await outbox.add(tx, [_told(site, dict(row), row["seen_at"]) for row in rows])


async def list_mentions(
    tx: Tx, site_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[MentionSeen]:
    """Return the mentions of a site, those seen last first."""
    rows = await tx.fetch(
        "SELECT * FROM mentions WHERE site_id = $1"
        " AND ($2::timestamptz IS NULL OR (seen_at, page_key) < ($2, $3::uuid))"
        " ORDER BY seen_at DESC, page_key DESC LIMIT $4",
        *(site_id, *(after or (None, None)), limit),
    )
    return [_mention(row) for row in rows]


async def remove_old(tx: Tx, before: datetime, *, limit: int) -> int:
    """Forget what was last heard of long ago; returns how many rows."""
    referrers = await tx.fetch(
        "DELETE FROM referrers WHERE (site_id, domain) IN (SELECT site_id, domain FROM referrers"
        " WHERE added_at < $1 AND "
        + not_held()
        + " ORDER BY added_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        *(before, limit),
    )
    mentions = await tx.fetch(
        "DELETE FROM mentions WHERE (site_id, page_key) IN (SELECT site_id, page_key FROM mentions"
        " WHERE seen_at < $1 AND "
        + not_held()
        + " ORDER BY seen_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        *(before, limit),
    )
    return max(len(referrers), len(mentions))


def _mention(row: Any) -> MentionSeen:
    return MentionSeen(**{name: row[name] for name in MentionSeen.__dataclass_fields__})
