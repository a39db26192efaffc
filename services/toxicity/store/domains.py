"""Referring domains of a site, each with its links added up."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.toxicity.domain.facts import Decision
from services.toxicity.domain.verdict import DomainLinks
from services.toxicity.store.reads import WORTH_ACTION, Totals
from shared.db import Tx
from shared.vocabulary import Action, Band

_BANDS = tuple(band.value for band in (Band.PROPOSE_DISAVOW, Band.REVIEW, Band.WATCH, Band.OK))
_DOMAINS = """
    SELECT d.*, v.decision, ARRAY(
            SELECT DISTINCT f->>'family' FROM links o,
                json_array_elements(o.explanation->'findings') f
            WHERE o.site_id = $2 AND o.referring_domain = d.domain AND o.explanation IS NOT NULL
              AND (f->>'weight')::int > 0 AND f->>'family' <> 'history' ORDER BY 1) AS families
    FROM (
        SELECT l.referring_domain AS domain, count(*) AS links,
            count(*) FILTER (WHERE NOT l.lost) AS live,
            count(*) FILTER (WHERE NOT l.lost AND l.counted_followed) AS followed,
            count(*) FILTER (WHERE NOT l.lost AND l.counted_followed AND l.band = 'ok') AS good,
            count(*) FILTER (WHERE l.score IS NOT NULL) AS judged,
            array_agg(DISTINCT l.band) FILTER (WHERE NOT l.lost) AS bands,
            array_agg(DISTINCT l.action) FILTER (WHERE NOT l.lost) AS actions,
            (array_agg(l.sentence ORDER BY l.milli DESC NULLS LAST, l.link_id)
                FILTER (WHERE NOT l.lost AND l.score IS NOT NULL))[1] AS worst_sentence,
            (array_agg(l.link_id ORDER BY l.lost, l.milli DESC NULLS LAST, l.link_id)
                FILTER (WHERE l.scored_at IS NOT NULL))[1] AS worst_link
        FROM links l
        WHERE l.workspace_id = $1 AND l.site_id = $2 AND l.referring_domain > $3
            AND l.untracked_at IS NULL
        GROUP BY l.referring_domain ORDER BY l.referring_domain LIMIT $4) d
    LEFT JOIN LATERAL (
        SELECT r.decision FROM review_items i JOIN reviews r ON r.review_id = i.review_id
        WHERE i.site_id = $2 AND i.subject = d.domain AND NOT i.undone
        ORDER BY i.review_id DESC LIMIT 1) v ON true
    ORDER BY d.domain
"""


async def list_domains(
    tx: Tx, site_id: UUID, *, workspace_id: UUID, after: str, limit: int
) -> list[DomainLinks]:
    """Return referring domains by the alphabet."""
    rows = await tx.fetch(_DOMAINS, workspace_id, site_id, after, limit)
    return [_domain(row) for row in rows]


def _domain(row: asyncpg.Record) -> DomainLinks:
    bands: Sequence[str] = row["bands"] or ()
    worst = next((band for band in _BANDS if band in bands), None)
    return DomainLinks(
        domain=row["domain"],
        links=row["links"],
        live=row["live"],
        followed=row["followed"],
        good=row["good"],
        judged=row["judged"],
        worst_band=Band(worst) if worst else None,
        worst_sentence=row["worst_sentence"] or "",
        actions=frozenset(Action(one) for one in row["actions"] or () if one),
        families=tuple(row["families"]),
        decision=Decision(row["decision"]) if row["decision"] else None,
        worst_link=row["worst_link"],
    )


# ---- toxic density by month ---------------------------------------------------------------------

_WORTH = ", ".join(f"'{action.value}'" for action in WORTH_ACTION)
_COUNT = f"""
    INSERT INTO density_months (site_id, month, judged, ignored_junk, worth_action, counted_on)
    SELECT $1, date_trunc('month', $2::date)::date,
        count(*) FILTER (WHERE band <> 'insufficient_data'),
        count(*) FILTER (WHERE action = 'no_action_needed'
            AND band IN ('watch', 'review', 'propose_disavow')),
        count(*) FILTER (WHERE action IN ({_WORTH})), $2
    FROM links WHERE site_id = $1 AND scored_at IS NOT NULL AND NOT lost
    ON CONFLICT (site_id, month) DO UPDATE SET judged = excluded.judged,
        ignored_junk = excluded.ignored_junk, worth_action = excluded.worth_action,
        counted_on = excluded.counted_on
"""
_DUE = """
    SELECT s.site_id FROM sites s
    WHERE s.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM density_months m
        WHERE m.site_id = s.site_id AND m.counted_on >= $1)
    ORDER BY s.site_id LIMIT 1 FOR UPDATE SKIP LOCKED
"""


async def count_density(tx: Tx, *, today: date) -> UUID | None:
    """Count the running month of one site that was not counted today; None if there is none."""
    site_id: UUID | None = await tx.fetch_value(_DUE, today)
    if site_id is not None:
        await tx.run(_COUNT, site_id, today)
    return site_id


async def list_months(tx: Tx, site_id: UUID, *, limit: int) -> list[tuple[date, Totals]]:
    """Return what was counted in each month, the newest first."""
    rows = await tx.fetch(
        "SELECT month, judged, ignored_junk, worth_action FROM density_months"
        " WHERE site_id = $1 ORDER BY month DESC LIMIT $2",
        site_id,
        limit,
    )
    return [
        (row["month"], Totals({}, {}, row["ignored_junk"], row["worth_action"], row["judged"], {}))
        for row in rows
    ]
