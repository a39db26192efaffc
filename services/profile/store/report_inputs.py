"""What a client's report is made of, read at one moment in a number of statements that does not grow."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from services.profile.domain.client_report.inputs import (
    Asked,
    Moved,
    Named,
    Present,
    ReportInputs,
    Window,
)
from services.profile.domain.client_report.spans import Span
from services.profile.domain.site import Site
from services.profile.domain.velocity import Interval, Moves, periods
from services.profile.store import audits, figures, todo
from shared.db import Tx
from shared.reporting import MOST_NAMED, Parts

_TEXTS = 50
MONTHS = 12
_ALIVE = "l.merged_into IS NULL AND l.deleted_at IS NULL"
_PRESENT = "IN ('live', 'changed')"

# A look that could not see says nothing of the link: the word before it holds on.
_STEPS = """
    SELECT change_id, link_id, at, kind, to_status, sentence,
        lag(to_status) OVER one AS before, lead(at) OVER one AS until
    FROM changes WHERE site_id = $1 AND to_status <> 'unknown' AND at < $2
    WINDOW one AS (PARTITION BY link_id ORDER BY at, change_id)
"""
_AT = f"""
    WITH steps AS ({_STEPS})
    SELECT m.moment, count(*) AS links, count(DISTINCT l.referring_domain) AS domains,
        sum(l.value) AS value, count(*) FILTER (WHERE c.placement_id IS NOT NULL) AS agreed
    FROM unnest($3::timestamptz[]) AS m(moment)
    JOIN steps s ON s.to_status {_PRESENT} AND s.at < m.moment
        AND (s.until IS NULL OR s.until >= m.moment)
    JOIN links l ON l.link_id = s.link_id AND {_ALIVE}
    LEFT JOIN contracts c ON c.placement_id = l.placement_id AND NOT c.cancelled
    GROUP BY m.moment
"""
_MOVED = f"""
    WITH steps AS ({_STEPS}), moves AS (
        SELECT link_id, at, change_id, sentence, CASE
            WHEN to_status {_PRESENT} AND before = 'lost' THEN 'won_back'
            WHEN to_status {_PRESENT} AND coalesce(before NOT {_PRESENT}, true) THEN 'first'
            WHEN to_status = 'lost' AND before {_PRESENT} THEN 'lost'
            WHEN before {_PRESENT} AND to_status NOT {_PRESENT} THEN 'left'
            WHEN kind IN ('changed', 'contract') AND to_status = 'changed' THEN 'changed'
        END AS move
        FROM steps
    )
"""
_COUNTED = f"""
    {_MOVED}
    SELECT w.begins, v.move, count(*) AS times, count(DISTINCT v.link_id) AS links,
        sum(l.value) AS value,
        count(*) FILTER (WHERE l.gained_at >= w.begins AND l.gained_at < w.ends) AS gained
    FROM unnest($3::timestamptz[], $4::timestamptz[]) AS w(begins, ends)
    JOIN moves v ON v.at >= w.begins AND v.at < w.ends AND v.move IS NOT NULL
    JOIN links l ON l.link_id = v.link_id AND {_ALIVE} GROUP BY w.begins, v.move
    UNION ALL
    SELECT w.begins, 'gained', count(*), count(*), sum(l.value), count(*)
    FROM unnest($3::timestamptz[], $4::timestamptz[]) AS w(begins, ends)
    JOIN links l ON l.site_id = $1 AND l.ever_live AND {_ALIVE}
        AND l.gained_at >= w.begins AND l.gained_at < w.ends
    GROUP BY w.begins
"""
_SHOWN = """l.link_id, l.referring_url, l.referring_domain, l.target_url, l.anchor_text, l.value,
    l.good_status IN ('live', 'changed') AS present"""
_NAMED = f"""
    {_MOVED}, newest AS (
        SELECT DISTINCT ON (move, link_id) * FROM moves
        WHERE move IN ('lost', 'won_back', 'changed') AND at >= $3
        ORDER BY move, link_id, at DESC, change_id DESC
    ), found AS (
        SELECT n.move, n.at, n.sentence, {_SHOWN} FROM newest n
        JOIN links l ON l.link_id = n.link_id AND {_ALIVE}
        UNION ALL
        SELECT 'gained', l.gained_at, '', {_SHOWN} FROM links l
        WHERE l.site_id = $1 AND l.ever_live AND {_ALIVE} AND l.gained_at >= $3 AND l.gained_at < $2
    )
    SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY move ORDER BY value DESC,
        referring_url, link_id) AS place FROM found) AS ranked
    WHERE place <= $4 ORDER BY move, place
"""
_CONTRACTS = """
    SELECT (SELECT count(*) FROM contracts WHERE site_id = $1 AND NOT cancelled) AS agreed,
        count(*) FILTER (WHERE l.contract_state = 'mismatched' AND l.good_status
            IN ('live', 'changed')) AS otherwise
    FROM contracts c JOIN links l ON l.placement_id = c.placement_id AND l.merged_into IS NULL
        AND l.deleted_at IS NULL
    WHERE c.site_id = $1 AND NOT c.cancelled
"""
_ASKED = """
    SELECT count(*) FILTER (WHERE state = 'won_back' AND asked_on IS NOT NULL AND closed_at >= $2
            AND closed_at < $3) AS won_back,
        count(*) FILTER (WHERE asked_on >= $4 AND asked_on <= $5) AS asked,
        (array_agg(DISTINCT referring_domain) FILTER (WHERE state = 'won_back'
            AND asked_on IS NOT NULL AND closed_at >= $2 AND closed_at < $3))[:$6] AS named
    FROM recoveries WHERE site_id = $1 AND kind = 'link'
"""
_FIRST_WORD = "SELECT min(at) FROM changes WHERE site_id = $1"


async def read_inputs(
    tx: Tx, site: Site, span: Span, parts: Parts, *, now: datetime
) -> ReportInputs:
    """Return what a report of these days says, as it is known now."""
    site_id = site.site_id
    overview = await figures.list_overviews(tx, [site_id], now=now, exact=True)
    known = await figures.list_known_until(tx, [site_id])
    first = _months_back(span.ends_on, MONTHS - 1)
    since = min(first, span.before.starts_on)
    moves = (await figures.get_moves(tx, site_id, since=since, exact=True)).within(
        since, span.ends_on
    )
    return ReportInputs(
        site=site,
        span=span,
        today=now.date(),
        watched_since=await _watched_since(tx, site, now=now),
        known_until=known.get(site_id),
        present=await _read_present(tx, site_id, span),
        windows=await _read_windows(tx, site_id, span, moves),
        named=await _read_named(tx, site_id, span),
        contracts=dict((await tx.fetch(_CONTRACTS, site_id))[0]),
        months=periods(moves, interval=Interval.MONTH, since=first, until=span.ends_on),
        domains_now=overview.get(site_id, {}).get("referring_domains", 0),
        kinds=await figures.list_anchor_kinds(tx, site_id, exact=True),
        texts=await figures.list_anchor_texts(tx, site_id, limit=_TEXTS, exact=True),
        bands=await audits.count_bands(tx, site_id),
        actions=await audits.count_actions(tx, site_id),
        asked=await _read_asked(tx, site_id, span),
        waiting=await todo.list_waiting(tx, site.workspace_id, only=[site_id]),
        parts=parts,
    )


async def _watched_since(tx: Tx, site: Site, *, now: datetime) -> datetime:
    """Return since when losses can be known: what was seen before the site was there is none of it."""
    first: datetime | None = await tx.fetch_value(_FIRST_WORD, site.site_id)
    return min(one for one in (first, site.created_at, now) if one is not None)


async def _read_present(tx: Tx, site_id: UUID, span: Span) -> list[Present]:
    """Return what stood at the end of the days, at their beginning, and at that of those before."""
    moments = [span.ends, span.begins, span.before.begins]
    rows = await tx.fetch(_AT, site_id, span.ends, moments)
    found = {row["moment"]: row for row in rows}
    return [
        Present(**{name: found[at][name] for name in ("links", "domains", "value", "agreed")})
        if at in found
        else Present()
        for at in moments
    ]


async def _read_windows(tx: Tx, site_id: UUID, span: Span, moves: Moves) -> list[Window]:
    """Return what came and went within the days, and within those before."""
    spans = (span, span.before)
    begins, ends = [one.begins for one in spans], [one.ends for one in spans]
    rows = await tx.fetch(_COUNTED, site_id, span.ends, begins, ends)
    return [
        Window(
            moves={
                row["move"]: Moved(row["times"], row["links"], row["gained"], row["value"])
                for row in rows
                if row["begins"] == one.begins
            },
            domains_gained=_sum(moves.within(one.starts_on, one.ends_on).gained_domains),
            domains_lost=_sum(moves.within(one.starts_on, one.ends_on).lost_domains),
        )
        for one in spans
    ]


def _sum(counts: Mapping[date, int]) -> int:
    return sum(counts.values())


async def _read_named(tx: Tx, site_id: UUID, span: Span) -> dict[str, list[Named]]:
    rows = await tx.fetch(_NAMED, site_id, span.ends, span.begins, MOST_NAMED)
    named: dict[str, list[Named]] = {}
    for row in rows:
        values = {name: row[name] for name in Named.__dataclass_fields__}
        named.setdefault(row["move"], []).append(Named(**values))
    return named


async def _read_asked(tx: Tx, site_id: UUID, span: Span) -> Asked:
    days = (span.begins, span.ends, span.starts_on, span.ends_on)
    row = (await tx.fetch(_ASKED, site_id, *days, MOST_NAMED))[0]
    return Asked(row["asked"], row["won_back"], tuple(row["named"] or ()))


def _months_back(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)
