"""Writes down what the crawler tells of pages of others: surveyed pages, dead links, mentions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.outreach.domain.opportunities import RELEVANT
from shared import clock, jsontext
from shared.db import Tx
from shared.events import OutlinkJudged, PageSurveyed
from shared.ids import new_id
from shared.opportunities import OpportunityKind, OutlinkState

Key = tuple[UUID, UUID]
"""A site and a page."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A page that was read for a site, with how near it is to its topic."""

    event: PageSurveyed
    relevance: int | None
    judgement: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an opportunity is about: a dead address, or a page."""

    workspace_id: UUID
    site_id: UUID
    kind: OpportunityKind
    key: UUID
    url: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[UUID, str, UUID]:
        return self.site_id, self.kind.value, self.key


_SAVE_SURVEYED = """
    INSERT INTO surveyed_pages (site_id, page_key, page_url, domain, title, language, relevance,
        judgement, links_to_site, read_at, told)
    SELECT u.* FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
        $7::int[], $8::json[], $9::bool[], $10::timestamptz[], $11::json[]) AS u (site_id, page_key,
        page_url, domain, title, language, relevance, judgement, links_to_site, read_at, told)
    JOIN sites s ON s.site_id = u.site_id AND s.deleted_at IS NULL ORDER BY u.site_id, u.page_key
    ON CONFLICT (site_id, page_key) DO UPDATE SET page_url = excluded.page_url,
        domain = excluded.domain, title = excluded.title, language = excluded.language,
        relevance = excluded.relevance, judgement = excluded.judgement,
        links_to_site = excluded.links_to_site, read_at = excluded.read_at,
        told = excluded.told, judge_due = false
    WHERE surveyed_pages.read_at <= excluded.read_at
"""
_ADD = """
    INSERT INTO opportunities (opportunity_id, workspace_id, site_id, kind, subject_key, subject_url,
        evidence, found_at, updated_at)
    SELECT u.opportunity_id, u.workspace_id, u.site_id, u.kind, u.subject_key, u.subject_url,
        u.evidence, $8, $8
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::json[])
        AS u (opportunity_id, workspace_id, site_id, kind, subject_key, subject_url, evidence)
    JOIN sites s ON s.site_id = u.site_id AND s.deleted_at IS NULL
    ORDER BY u.site_id, u.kind, u.subject_key
    ON CONFLICT (site_id, kind, subject_key) DO UPDATE SET subject_url = excluded.subject_url,
        evidence = excluded.evidence, updated_at = excluded.updated_at
    RETURNING opportunity_id, site_id, kind, subject_key
"""
# What was known of the link stays where a look tells no more than that it is gone.
_ADD_PAGES = """
    INSERT INTO opportunity_pages (opportunity_id, page_key, site_id, page_url, domain, stands,
        outlink_state, anchor_text, left_context, right_context, followed, first_look, last_look,
        page_seen_at, judged_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bool[],
        $7::text[], $8::text[], $9::text[], $10::text[], $11::bool[], $12::json[], $13::json[],
        $14::timestamptz[], $15::timestamptz[])
    ON CONFLICT (opportunity_id, page_key) DO UPDATE SET page_url = excluded.page_url,
        domain = excluded.domain, stands = excluded.stands, outlink_state = excluded.outlink_state,
        anchor_text = excluded.anchor_text, left_context = excluded.left_context,
        right_context = excluded.right_context, followed = excluded.followed,
        first_look = excluded.first_look, last_look = excluded.last_look,
        page_seen_at = excluded.page_seen_at, judged_at = excluded.judged_at, doubted_at = NULL
    WHERE opportunity_pages.judged_at <= excluded.judged_at
"""
_CHANGE = """
    UPDATE opportunity_pages p SET outlink_state = u.state, judged_at = u.judged_at, doubted_at = NULL,
        last_look = coalesce(u.last_look, p.last_look),
        stands = CASE WHEN u.state = 'unsure' THEN p.stands ELSE false END
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::json[], $6::timestamptz[])
        AS u (site_id, page_key, subject_key, state, last_look, judged_at)
    JOIN opportunities o ON o.site_id = u.site_id AND o.kind = 'broken_link'
        AND o.subject_key = u.subject_key
    WHERE p.opportunity_id = o.opportunity_id AND p.page_key = u.page_key
        AND p.judged_at <= u.judged_at
    RETURNING p.opportunity_id
"""
_END = """
    UPDATE opportunity_pages p SET stands = false, judged_at = $4 FROM opportunities o
    WHERE o.opportunity_id = p.opportunity_id AND o.kind = $3 AND p.stands
        AND (p.site_id, p.page_key) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
    RETURNING p.opportunity_id
"""
# Whoever was open and stands on no page any more is over, and open again when it stands anew.
_REFRESH = """
    UPDATE opportunities o SET pages = n.pages, domains = n.domains,
        relevant_domains = n.relevant_domains, relevance = n.relevance, updated_at = $2,
        state = CASE WHEN o.state = 'open' AND n.pages = 0 THEN 'over'
            WHEN o.state = 'over' AND n.pages > 0 THEN 'open' ELSE o.state END
    FROM (
        SELECT p.opportunity_id, count(*) FILTER (WHERE p.stands) AS pages,
            count(DISTINCT p.domain) FILTER (WHERE p.stands) AS domains,
            count(DISTINCT p.domain) FILTER (WHERE p.stands AND s.relevance >= $3)
                AS relevant_domains,
            max(s.relevance) FILTER (WHERE p.stands) AS relevance
        FROM opportunity_pages p LEFT JOIN surveyed_pages s
            ON s.site_id = p.site_id AND s.page_key = p.page_key
        WHERE p.opportunity_id = ANY($1::uuid[]) GROUP BY p.opportunity_id
    ) AS n WHERE o.opportunity_id = n.opportunity_id
"""


async def save_surveyed(tx: Tx, pages: Sequence[Surveyed]) -> None:
    """Keep how near pages are; a page that could not be read keeps what was known of it."""
    seen = [one for one in pages if one.event.failure is None]
    await tx.run(
        _SAVE_SURVEYED,
        [one.event.site_id for one in seen],
        [one.event.page_key for one in seen],
        [one.event.page_url for one in seen],
        [one.event.domain for one in seen],
        [one.event.title for one in seen],
        [one.event.language for one in seen],
        [one.relevance for one in seen],
        [jsontext.dumps(one.judgement).decode() for one in seen],
        [one.event.links_to_site for one in seen],
        [one.event.read_at for one in seen],
        [one.event.model_dump_json() for one in seen],
    )


async def mark_sites(tx: Tx, site_ids: Collection[UUID]) -> None:
    """Have all pages that were searched for these sites judged again: the words of the sites changed."""
    if site_ids:
        await tx.run(
            "UPDATE surveyed_pages SET judge_due = true WHERE (site_id, page_key) IN (SELECT site_id,"
            " page_key FROM surveyed_pages WHERE site_id = ANY($1::uuid[]) AND told IS NOT NULL"
            " AND NOT judge_due ORDER BY site_id, page_key FOR UPDATE)",
            list(site_ids),
        )


async def claim_due(tx: Tx, *, limit: int) -> list[PageSurveyed]:
    """Return pages that are to be judged again, as they were told; other processes get others."""
    rows = await tx.fetch(
        "UPDATE surveyed_pages SET judge_due = false WHERE (site_id, page_key) IN (SELECT site_id,"
        " page_key FROM surveyed_pages WHERE judge_due ORDER BY site_id, page_key LIMIT $1"
        " FOR UPDATE SKIP LOCKED) RETURNING told::text AS told",
        limit,
    )
    return [PageSurveyed.model_validate_json(row["told"]) for row in rows]


async def lock_subjects(tx: Tx, subjects: Iterable[Subject]) -> dict[tuple[UUID, str, UUID], UUID]:
    """Have an opportunity for each subject; returns their ids. What was decided stays decided."""
    by_identity = {one.identity: one for one in subjects}
    ordered = [by_identity[key] for key in sorted(by_identity, key=str)]
    rows = await tx.fetch(
        _ADD,
        [new_id() for _ in ordered],
        [one.workspace_id for one in ordered],
        [one.site_id for one in ordered],
        [one.kind for one in ordered],
        [one.key for one in ordered],
        [one.url for one in ordered],
        [jsontext.dumps(one.evidence).decode() for one in ordered],
        clock.now(),
    )
    return {
        (row["site_id"], row["kind"], row["subject_key"]): row["opportunity_id"] for row in rows
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A page on which an opportunity stands."""

    opportunity_id: UUID
    page_key: UUID
    site_id: UUID
    page_url: str
    domain: str
    judged_at: datetime
    outlink: OutlinkJudged | None = None


async def save_pages(tx: Tx, pages: Iterable[Standing]) -> None:
    """Write down on which pages opportunities stand; the newest word counts."""
    by_key = {(one.opportunity_id, one.page_key): one for one in pages}
    ordered = [by_key[key] for key in sorted(by_key, key=str)]
    links = [one.outlink for one in ordered]
    await tx.run(
        _ADD_PAGES,
        [one.opportunity_id for one in ordered],
        [one.page_key for one in ordered],
        [one.site_id for one in ordered],
        [one.page_url for one in ordered],
        [one.domain for one in ordered],
        [True for _ in ordered],
        [None if link is None else link.state for link in links],
        ["" if link is None else link.anchor_text for link in links],
        ["" if link is None else link.left_context for link in links],
        ["" if link is None else link.right_context for link in links],
        [None if link is None else link.followed for link in links],
        [_look(link.first if link else None) for link in links],
        [_look(link.last if link else None) for link in links],
        [None if link is None else link.page_seen_at for link in links],
        [one.judged_at for one in ordered],
    )


def _look(look: Any) -> str | None:
    return None if look is None else look.model_dump_json()


async def change_outlinks(tx: Tx, judged: Iterable[OutlinkJudged]) -> set[UUID]:
    """Take over that links are no longer dead, or that nothing was seen; returns whose they are."""
    found = [one for one in judged if one.state is not OutlinkState.DEAD]
    rows = await tx.fetch(
        _CHANGE,
        [one.site_id for one in found],
        [one.page_key for one in found],
        [one.outlink_key for one in found],
        [one.state for one in found],
        [_look(one.last) for one in found],
        [one.judged_at for one in found],
    )
    return {row["opportunity_id"] for row in rows}


async def end_pages(
    tx: Tx, keys: Collection[Key], kind: OpportunityKind, *, now: datetime
) -> set[UUID]:
    """Note that opportunities of a kind stand on these pages no longer; returns which."""
    if not keys:
        return set()
    ordered = sorted(keys, key=str)
    rows = await tx.fetch(
        _END, [site_id for site_id, _ in ordered], [key for _, key in ordered], kind, now
    )
    return {row["opportunity_id"] for row in rows}


async def list_touched(tx: Tx, keys: Collection[Key]) -> set[UUID]:
    """Return the opportunities that stand, or stood, on these pages."""
    ordered = sorted(keys, key=str)
    rows = await tx.fetch(
        "SELECT DISTINCT opportunity_id FROM opportunity_pages WHERE (site_id, page_key) IN"
        " (SELECT * FROM unnest($1::uuid[], $2::uuid[]))",
        [site_id for site_id, _ in ordered],
        [key for _, key in ordered],
    )
    return {row["opportunity_id"] for row in rows}


async def refresh(tx: Tx, opportunity_ids: Collection[UUID]) -> None:
    """Count anew on how many pages and domains opportunities stand."""
    if opportunity_ids:
        await tx.run(
            "SELECT FROM opportunities WHERE opportunity_id = ANY($1::uuid[])"
            " ORDER BY opportunity_id FOR UPDATE",
            list(opportunity_ids),
        )
        await tx.run(_REFRESH, list(opportunity_ids), clock.now(), RELEVANT)
