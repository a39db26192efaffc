"""Addresses that pages of others link to: whose turn it is to be asked, what looks saw, and who is told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.crawler.domain.survey.judging import FRESH_FOR, TOLD_AS, Address, AddressState
from shared import outbox, urls
from shared.db import Tx
from shared.events import OutlinkDoubted, OutlinkJudged, TargetLook
from shared.opportunities import OutlinkState

MOST_OF_A_DOMAIN = 10
"""Addresses of one domain that a job asks."""
MOST_OF_A_JOB = 3_000
MOST_TOLD = 5_000
_TAKEN = timedelta(minutes=10)

# The first so many of each domain, those on most pages first; what was looked at lately is known.
_MINE = """
    WITH mine AS (
        SELECT o.outlink_key, count(*) AS pages FROM survey_wishes w JOIN outlinks o USING (page_key)
        WHERE w.job_id = $1 GROUP BY o.outlink_key
    ), ranked AS (
        SELECT a.outlink_key, pages, a.state, a.looked_at, a.taken_until, row_number() OVER (
            PARTITION BY a.domain ORDER BY pages DESC, a.outlink_key) AS turn
        FROM mine JOIN outlink_addresses a USING (outlink_key)
    ), open AS (
        SELECT * FROM ranked WHERE turn <= $2 ORDER BY turn, pages DESC, outlink_key LIMIT $3
    )
"""
_WAITS = "(state = 'new' OR looked_at < $4)"
_TAKE = f"""
    {_MINE}, next AS (
        SELECT a.outlink_key FROM outlink_addresses a JOIN open USING (outlink_key)
        WHERE (open.state = 'new' OR open.looked_at < $4)
            AND (a.taken_until IS NULL OR a.taken_until < $5)
        ORDER BY open.turn, open.pages DESC, a.outlink_key LIMIT $7 FOR UPDATE OF a SKIP LOCKED
    )
    UPDATE outlink_addresses a SET taken_until = $6 FROM next
    WHERE a.outlink_key = next.outlink_key RETURNING a.*
"""
_CLAIM = """
    UPDATE outlink_addresses SET taken_until = $2 WHERE outlink_key IN (
        SELECT outlink_key FROM outlink_addresses a WHERE due_at <= $1
            AND (taken_until IS NULL OR taken_until < $1) AND EXISTS (
                SELECT FROM outlinks o JOIN survey_wishes w USING (page_key)
                JOIN sites s ON s.site_id = w.site_id AND s.active
                WHERE o.outlink_key = a.outlink_key AND NOT w.site_id = ANY($3::uuid[]))
        ORDER BY due_at, outlink_key LIMIT $4 FOR UPDATE OF a SKIP LOCKED)
    RETURNING *
"""
_SAVE = """
    UPDATE outlink_addresses a SET state = u.state, first_look = u.first_look,
        last_look = u.last_look, due_at = u.due_at, tries = u.tries, looked_at = $1, taken_until = NULL
    FROM unnest($2::uuid[], $3::text[], $4::json[], $5::json[], $6::timestamptz[], $7::int[])
        AS u (outlink_key, state, first_look, last_look, due_at, tries)
    WHERE a.outlink_key = u.outlink_key
"""
# A site is told of pages that it wanted to know, while it is watched.
_TOLD = """
    SELECT w.site_id, w.workspace_id, t.hosts, s.url AS page_url, s.page_key, s.domain, s.read_at,
        o.anchor_text, o.left_context, o.right_context, o.followed, a.outlink_key,
        a.url AS outlink_url, a.domain AS outlink_domain, a.state, a.first_look, a.last_look
    FROM outlink_addresses a JOIN outlinks o USING (outlink_key) JOIN surveys s USING (page_key)
        JOIN survey_wishes w USING (page_key) JOIN sites t ON t.site_id = w.site_id AND t.active
    WHERE {which} ORDER BY w.site_id, a.outlink_key, s.page_key LIMIT {most}
"""
_OF_KEYS = _TOLD.format(which="a.outlink_key = ANY($1::uuid[])", most=MOST_TOLD)
_OF_PAGES = _TOLD.format(
    which="w.site_id = $1 AND w.page_key = ANY($2::uuid[]) AND a.state = 'dead'", most=MOST_TOLD
)
_OF_DOUBT = _TOLD.format(which="w.site_id = $1 AND w.page_key = $2 AND a.outlink_key = $3", most=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """An address whose turn it is, with what is known of it."""

    key: UUID
    url: str
    known: Address


async def count_waiting(tx: Tx, job_id: UUID, now: datetime) -> int:
    """Return how many addresses a job has still to ask."""
    count = await tx.fetch_value(
        f"{_MINE} SELECT count(*) FROM open WHERE {_WAITS}",
        *(job_id, MOST_OF_A_DOMAIN, MOST_OF_A_JOB, now - FRESH_FOR),
    )
    return int(count)


async def take(tx: Tx, job_id: UUID, now: datetime, *, limit: int) -> list[Taken]:
    """Take addresses of a job; nobody else asks them for ten minutes."""
    rows = await tx.fetch(
        _TAKE,
        *(job_id, MOST_OF_A_DOMAIN, MOST_OF_A_JOB, now - FRESH_FOR, now, now + _TAKEN, limit),
    )
    return [_taken(row) for row in rows]


async def claim_due(tx: Tx, now: datetime, *, spent: Collection[UUID], limit: int) -> list[Taken]:
    """Take addresses of which a second look is due, for sites that may still spend something."""
    rows = await tx.fetch(_CLAIM, now, now + _TAKEN, sorted(spent), limit)
    return [_taken(row) for row in rows]


async def save(tx: Tx, looked: Sequence[tuple[Taken, Address]], now: datetime) -> None:
    """Keep what looks saw; sites are told where an address is dead now, or was and answers."""
    ordered = sorted(looked, key=lambda pair: pair[0].key)
    await tx.run(
        _SAVE,
        now,
        [taken.key for taken, _ in ordered],
        [after.state for _, after in ordered],
        [_json(after.first) for _, after in ordered],
        [_json(after.last) for _, after in ordered],
        [after.due_at for _, after in ordered],
        [after.tries for _, after in ordered],
    )
    news = [
        taken.key
        for taken, after in ordered
        if AddressState.DEAD in {taken.known.state, after.state}
        and (taken.known.state, taken.known.last) != (after.state, after.last)
    ]
    await _tell(tx, await tx.fetch(_OF_KEYS, news) if news else [], now)


async def tell_dead(tx: Tx, site_id: UUID, page_keys: Sequence[UUID], now: datetime) -> None:
    """Tell a site of dead links on pages that it wants to know and that were known before."""
    await _tell(tx, await tx.fetch(_OF_PAGES, site_id, list(page_keys)), now)


async def list_wanting(tx: Tx, keys: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Return for each address the watched sites that want its pages known."""
    rows = await tx.fetch(
        "SELECT DISTINCT o.outlink_key, w.site_id FROM outlinks o JOIN survey_wishes w"
        " USING (page_key) JOIN sites s ON s.site_id = w.site_id AND s.active"
        " WHERE o.outlink_key = ANY($1::uuid[])",
        list(keys),
    )
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["outlink_key"], []).append(row["site_id"])
    return found


async def _tell(
    tx: Tx,
    rows: Sequence[Any],
    now: datetime,
    *,
    state: OutlinkState | None = None,
    last: TargetLook | None = None,
) -> None:
    events = [
        _event(row, now, state, last)
        for row in rows
        if not urls.same_site(urls.host_of(row["outlink_url"]), row["hosts"])
    ]
    await outbox.add(tx, events)


def _event(
    row: Mapping[str, Any], now: datetime, state: OutlinkState | None, last: TargetLook | None
) -> OutlinkJudged:
    return OutlinkJudged(
        workspace_id=row["workspace_id"],
        site_id=row["site_id"],
        page_url=row["page_url"],
        page_key=row["page_key"],
        domain=row["domain"],
        outlink_url=row["outlink_url"],
        outlink_key=row["outlink_key"],
        outlink_domain=row["outlink_domain"],
        anchor_text=row["anchor_text"],
        left_context=row["left_context"],
        right_context=row["right_context"],
        followed=row["followed"],
        state=state or TOLD_AS[AddressState(row["state"])],
        first=_look(row["first_look"]),
        last=last or _look(row["last_look"]),
        page_seen_at=row["read_at"],
        judged_at=now,
    )


def _taken(row: Any) -> Taken:
    known = Address(
        state=AddressState(row["state"]),
        first=_look(row["first_look"]),
        last=_look(row["last_look"]),
        due_at=row["due_at"],
        tries=row["tries"],
    )
    return Taken(row["outlink_key"], row["url"], known)


def _look(told: Any) -> TargetLook | None:
    return None if told is None else TargetLook.model_validate(told)


def _json(look: TargetLook | None) -> str | None:
    return None if look is None else look.model_dump_json()


# ---- doubts ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A dead link about which somebody is going to write."""

    site_id: UUID
    workspace_id: UUID
    page_key: UUID
    page_url: str
    outlink_key: UUID
    outlink_url: str


async def add_doubts(tx: Tx, doubted: Sequence[OutlinkDoubted], now: datetime) -> None:
    """Have links looked at again; what waits already waits no longer than before."""
    by_key = {
        (one.site_id, one.page_key, one.outlink_key): one
        for one in doubted
        if one.site_id is not None and one.workspace_id is not None
    }
    ordered = [by_key[key] for key in sorted(by_key, key=str)]
    await tx.run(
        "INSERT INTO doubts (site_id, page_key, outlink_key, workspace_id, page_url, outlink_url,"
        " due_at) SELECT u.*, $7 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[],"
        " $5::text[], $6::text[]) AS u ON CONFLICT DO NOTHING",
        [one.site_id for one in ordered],
        [one.page_key for one in ordered],
        [one.outlink_key for one in ordered],
        [one.workspace_id for one in ordered],
        [one.page_url for one in ordered],
        [one.outlink_url for one in ordered],
        now,
    )


async def claim_doubts(tx: Tx, now: datetime, *, limit: int) -> list[Doubt]:
    """Take links that are doubted; other processes get others, until the lease ends."""
    rows = await tx.fetch(
        "UPDATE doubts SET due_at = $2 WHERE (site_id, page_key, outlink_key) IN (SELECT site_id,"
        " page_key, outlink_key FROM doubts WHERE due_at <= $1 ORDER BY due_at LIMIT $3"
        " FOR UPDATE SKIP LOCKED) RETURNING *",
        *(now, now + _TAKEN, limit),
    )
    return [Doubt(**{name: row[name] for name in Doubt.__dataclass_fields__}) for row in rows]


async def find_address(tx: Tx, key: UUID) -> Taken | None:
    rows = await tx.fetch("SELECT * FROM outlink_addresses WHERE outlink_key = $1", key)
    return _taken(rows[0]) if rows else None


async def end_doubt(
    tx: Tx, doubt: Doubt, state: OutlinkState, last: TargetLook | None, now: datetime
) -> None:
    """Tell what the last look before a letter saw."""
    rows = await tx.fetch(_OF_DOUBT, doubt.site_id, doubt.page_key, doubt.outlink_key)
    if rows:
        await _tell(tx, rows, now, state=state, last=last)
    else:
        await outbox.add(tx, [_of_doubt(doubt, state, last, now)])
    await tx.run(
        "DELETE FROM doubts WHERE site_id = $1 AND page_key = $2 AND outlink_key = $3",
        *(doubt.site_id, doubt.page_key, doubt.outlink_key),
    )


def _of_doubt(
    doubt: Doubt, state: OutlinkState, last: TargetLook | None, now: datetime
) -> OutlinkJudged:
    return OutlinkJudged(
        workspace_id=doubt.workspace_id,
        site_id=doubt.site_id,
        page_url=doubt.page_url,
        page_key=doubt.page_key,
        domain=urls.domain_or_host(urls.host_of(doubt.page_url)),
        outlink_url=doubt.outlink_url,
        outlink_key=doubt.outlink_key,
        outlink_domain=urls.domain_or_host(urls.host_of(doubt.outlink_url)),
        state=state,
        last=last,
        judged_at=now,
    )
