"""Pages of others that sites want to be searched for ways to a link: each is read once for all of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.crawler.domain.discovery.candidates import SearchedSite
from services.crawler.domain.survey.outlinks import Outlink
from services.crawler.domain.survey.pages import Surveyed
from shared import jsontext, outbox, urls
from shared.db import Tx
from shared.events import PageSurveyed
from shared.vocabulary import Reason

_ADD = """
    INSERT INTO survey_wishes (site_id, page_key, workspace_id, job_id, place, url, domain, added_at)
    SELECT $1, u.page_key, $2, $3, u.place, u.url, u.domain, $4
    FROM unnest($5::uuid[], $6::text[], $7::text[]) WITH ORDINALITY AS u (page_key, url, domain, place)
    ORDER BY u.page_key
    ON CONFLICT (site_id, page_key) DO UPDATE SET job_id = excluded.job_id, place = excluded.place,
        url = excluded.url, domain = excluded.domain, waits = true, added_at = excluded.added_at
"""
# A look that saw nothing never takes the place of one that did.
_SAVE = """
    INSERT INTO surveys (page_key, url, domain, read_at, failure, told)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::json[])
    ON CONFLICT (page_key) DO UPDATE SET url = excluded.url, domain = excluded.domain,
        read_at = excluded.read_at, failure = excluded.failure, told = excluded.told
    WHERE excluded.failure IS NULL OR surveys.failure IS NOT NULL
"""
_ADD_OUTLINKS = """
    INSERT INTO outlinks (page_key, outlink_key, anchor_text, left_context, right_context, followed)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bool[])
    ON CONFLICT DO NOTHING
"""
_ADD_ADDRESSES = """
    INSERT INTO outlink_addresses (outlink_key, url, domain, added_at)
    SELECT u.outlink_key, u.url, u.domain, $4 FROM unnest($1::uuid[], $2::text[], $3::text[])
        AS u (outlink_key, url, domain) ORDER BY u.outlink_key
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """A page that a site wants to know."""

    page_key: UUID
    url: str
    domain: str


@dataclass(frozen=True, slots=True)
class Read:
    """A page after it was asked for; `url` is where it was found."""

    wish: Wish
    url: str
    read_at: datetime
    surveyed: Surveyed


async def add_wishes(
    tx: Tx, site: SearchedSite, job_id: UUID, pages: Sequence[str], now: datetime
) -> int:
    """Have a job read these pages for a site; returns how many they are, each counted once."""
    by_key = {urls.page_id(url): url for url in pages}
    await tx.run(
        _ADD,
        site.site_id,
        site.workspace_id,
        job_id,
        now,
        list(by_key),
        list(by_key.values()),
        [urls.domain_or_host(urls.host_of(url)) for url in by_key.values()],
    )
    return len(by_key)


async def list_waiting(tx: Tx, job_id: UUID, *, limit: int) -> list[Wish]:
    """Return the next pages of a job that were not read yet."""
    rows = await tx.fetch(
        "SELECT page_key, url, domain FROM survey_wishes WHERE job_id = $1 AND waits"
        " ORDER BY place LIMIT $2",
        *(job_id, limit),
    )
    return [Wish(row["page_key"], row["url"], row["domain"]) for row in rows]


async def count_waiting(tx: Tx, job_id: UUID) -> int:
    return int(
        await tx.fetch_value(
            "SELECT count(*) FROM survey_wishes WHERE job_id = $1 AND waits", job_id
        )
    )


async def list_fresh(tx: Tx, page_keys: Sequence[UUID], *, since: datetime) -> set[UUID]:
    """Return which of these pages somebody has read since then."""
    rows = await tx.fetch(
        "SELECT page_key FROM surveys WHERE page_key = ANY($1::uuid[]) AND read_at > $2"
        " AND failure IS NULL",
        *(list(page_keys), since),
    )
    return {row["page_key"] for row in rows}


async def save_read(tx: Tx, read: Sequence[Read]) -> None:
    """Keep what pages say, and what they link to now."""
    ordered = sorted(read, key=lambda one: one.wish.page_key)
    await tx.run(
        _SAVE,
        [one.wish.page_key for one in ordered],
        [one.url for one in ordered],
        [urls.domain_or_host(urls.host_of(one.url)) for one in ordered],
        [one.read_at for one in ordered],
        [one.surveyed.failure for one in ordered],
        [_told(one.surveyed) for one in ordered],
    )
    whole = [one for one in ordered if one.surveyed.failure is None]
    await tx.run(
        "DELETE FROM outlinks WHERE page_key = ANY($1::uuid[])",
        [one.wish.page_key for one in whole],
    )
    found = [(one.wish.page_key, link) for one in whole for link in one.surveyed.outlinks]
    await _add_addresses(tx, [link for _, link in found], ordered)
    await tx.run(
        _ADD_OUTLINKS,
        [page_key for page_key, _ in found],
        [link.key for _, link in found],
        [link.anchor_text for _, link in found],
        [link.left_context for _, link in found],
        [link.right_context for _, link in found],
        [link.followed for _, link in found],
    )


async def _add_addresses(tx: Tx, links: Sequence[Outlink], read: Sequence[Read]) -> None:
    by_key = {link.key: link for link in links}
    await tx.run(
        _ADD_ADDRESSES,
        list(by_key),
        [link.url for link in by_key.values()],
        [link.domain for link in by_key.values()],
        max((one.read_at for one in read), default=None),
    )


def _told(surveyed: Surveyed) -> str:
    kept = asdict(surveyed)
    links = kept.pop("outlinks")
    del kept["failure"]
    kept["outlink_count"] = len(links)
    return jsontext.dumps(kept).decode()


async def end_wishes(tx: Tx, site_id: UUID, page_keys: Sequence[UUID]) -> None:
    await tx.run(
        "UPDATE survey_wishes SET waits = false WHERE site_id = $1 AND page_key = ANY($2::uuid[])",
        *(site_id, sorted(page_keys)),
    )


async def tell_pages(tx: Tx, site: SearchedSite, page_keys: Sequence[UUID]) -> None:
    """Tell what is known of pages, for a site that wanted to know it."""
    rows = await tx.fetch(
        "SELECT page_key, url, domain, read_at, failure, told FROM surveys"
        " WHERE page_key = ANY($1::uuid[]) ORDER BY page_key",
        list(page_keys),
    )
    await outbox.add(tx, [_event(site, row) for row in rows])


def _event(site: SearchedSite, row: Any) -> PageSurveyed:
    told = dict(row["told"])
    domains = told.pop("all_domains")
    return PageSurveyed(
        workspace_id=site.workspace_id,
        site_id=site.site_id,
        page_url=row["url"],
        page_key=row["page_key"],
        domain=row["domain"],
        read_at=row["read_at"],
        failure=None if row["failure"] is None else Reason(row["failure"]),
        outlinks=told.pop("outlink_count"),
        outlink_domains=len(domains),
        links_to_site=any(urls.same_site(one, site.hosts) for one in domains),
        **told,
    )


async def list_mentioning(tx: Tx, site_id: UUID, *, limit: int) -> list[str]:
    """Return pages that name a site without a link, those seen last first."""
    rows = await tx.fetch(
        "SELECT url FROM mentions WHERE site_id = $1 ORDER BY seen_at DESC LIMIT $2",
        *(site_id, limit),
    )
    return [row["url"] for row in rows]


async def remove_old(tx: Tx, before: datetime, *, limit: int) -> int:
    """Forget what nobody wanted to know since; returns how many rows."""
    wishes = await tx.fetch(
        "DELETE FROM survey_wishes WHERE (site_id, page_key) IN (SELECT site_id, page_key"
        " FROM survey_wishes WHERE added_at < $1 ORDER BY added_at LIMIT $2"
        " FOR UPDATE SKIP LOCKED) RETURNING 1",
        *(before, limit),
    )
    pages = await tx.fetch(
        "DELETE FROM surveys WHERE page_key IN (SELECT page_key FROM surveys s WHERE read_at < $1"
        " AND NOT EXISTS (SELECT FROM survey_wishes w WHERE w.page_key = s.page_key)"
        " ORDER BY read_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING 1",
        *(before, limit),
    )
    addresses = await tx.fetch(
        "DELETE FROM outlink_addresses WHERE outlink_key IN (SELECT outlink_key"
        " FROM outlink_addresses a WHERE added_at < $1 AND NOT EXISTS (SELECT FROM outlinks o"
        " WHERE o.outlink_key = a.outlink_key) ORDER BY added_at LIMIT $2"
        " FOR UPDATE SKIP LOCKED) RETURNING 1",
        *(before, limit),
    )
    return max(len(wishes), len(pages), len(addresses))
