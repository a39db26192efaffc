"""Starts and stops watching links, and brings pages forward that somebody wants to see now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.crawler.domain.tracking import Tracked, TrackedTarget, Untracked
from services.crawler.store import hosts
from shared.db import Tx
from shared.ids import new_id

# A page that nobody watched rests at infinity: whoever comes first wakes it.
_PAGES = """
INSERT INTO pages (page_id, page_key, url, host, next_check_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
ON CONFLICT (page_key) DO NOTHING
"""

# `fresh`: nobody has looked at this link for us yet. A link that was just seen on the page
# (discovered, or the found target of a link without one) is ever_live and needs no second fetch.
_WATCHES = """
WITH new AS (
    SELECT new.*, pages.page_id FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[],
        $5::uuid[], $6::text[], $7::text[], $8::float8[], $9::bool[], $10::bool[],
        $11::timestamptz[], $12::bigint[])
    AS new (link_id, page_key, site_id, workspace_id, target_key, target_url, hosts, value, contract,
        ever_live, known_since, seq)
    JOIN pages USING (page_key)
), old AS (
    SELECT link_id, page_id, target_key, contract, removed_at FROM watches
    WHERE link_id = ANY($1::uuid[])
), saved AS (
    INSERT INTO watches (link_id, page_id, site_id, workspace_id, target_key, target_url, hosts,
        value, contract, ever_live, known_since, tracked_seq)
    SELECT link_id, page_id, site_id, workspace_id, target_key, target_url,
        string_to_array(hosts, ' '), value, contract, ever_live, known_since, seq
    FROM new ORDER BY link_id
    ON CONFLICT (link_id) DO UPDATE SET page_id = excluded.page_id, site_id = excluded.site_id,
        workspace_id = excluded.workspace_id, target_key = excluded.target_key,
        target_url = excluded.target_url, hosts = excluded.hosts, value = excluded.value,
        contract = excluded.contract, known_since = excluded.known_since,
        ever_live = watches.ever_live OR excluded.ever_live,
        tracked_seq = excluded.tracked_seq, removed_at = NULL,
        observation = CASE WHEN watches.target_key IS NOT DISTINCT FROM excluded.target_key
            THEN watches.observation END
    WHERE watches.tracked_seq < excluded.tracked_seq
    RETURNING link_id, page_id, ever_live, target_key, contract
)
SELECT DISTINCT saved.page_id FROM saved
LEFT JOIN old USING (link_id) JOIN pages ON pages.page_id = saved.page_id
WHERE (saved.contract AND NOT coalesce(old.contract, false))
   OR ((old.page_id IS DISTINCT FROM saved.page_id OR old.removed_at IS NOT NULL
        OR old.target_key IS DISTINCT FROM saved.target_key)
       AND (NOT saved.ever_live OR pages.next_check_at = 'infinity'))
"""

_TARGETS = """
INSERT INTO targets (site_id, target_key, page_id, workspace_id, target_url)
SELECT new.site_id, new.page_key, pages.page_id, new.workspace_id, new.url
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
    AS new (site_id, page_key, workspace_id, url)
JOIN pages USING (page_key)
ON CONFLICT (site_id, target_key) DO NOTHING
RETURNING page_id
"""

_WANT = """
UPDATE pages SET wanted_at = CASE WHEN lease_until > $3 THEN $2::timestamptz END,
    next_check_at = CASE WHEN lease_until > $3 THEN next_check_at ELSE least(next_check_at, $2) END
WHERE page_id = ANY($1::uuid[])
"""

# A link that has become worth more is looked at sooner: the time that is left shrinks as its rate grows
# (domain/recheck.py). What is overdue goes before what is overdue as long and worth less.
_RISEN = """
SELECT old.page_id, max(new.value / greatest(old.value, 0.01)) AS times
FROM unnest($1::uuid[], $2::float8[], $3::bigint[]) AS new (link_id, value, seq)
JOIN watches AS old USING (link_id)
WHERE old.tracked_seq < new.seq AND old.removed_at IS NULL
    AND new.value > 1.25 * greatest(old.value, 0.01)
GROUP BY old.page_id
"""
_SOONER = """
UPDATE pages SET next_check_at = CASE WHEN next_check_at > $3
    THEN $3 + (next_check_at - $3) / sqrt(risen.times)
    ELSE next_check_at - least(risen.times, 10) * interval '1 hour' END
FROM unnest($1::uuid[], $2::float8[]) AS risen (page_id, times)
WHERE pages.page_id = risen.page_id AND next_check_at < 'infinity'
    AND (lease_until IS NULL OR lease_until <= $3)
"""

_FRONT = timedelta(days=365)
"""How far in the past a look is due that a person asked for: before all backlog."""


async def save_tracked(
    tx: Tx, links: Sequence[Tracked], targets: Sequence[TrackedTarget], now: datetime
) -> None:
    """Watch links, or take over their new terms; an older `tracked_seq` changes nothing."""
    await hosts.make_due(tx, [link.host for link in links] + [t.host for t in targets], now)
    places = {t.page_key: (t.url, t.host) for t in targets}
    places |= {link.page_key: (link.url, link.host) for link in links}
    keys = sorted(places)
    await tx.run(
        _PAGES,
        [new_id() for _ in keys],
        keys,
        [places[key][0] for key in keys],
        [places[key][1] for key in keys],
        [now] * len(keys),
    )
    risen = await tx.fetch(
        _RISEN,
        [link.link_id for link in links],
        [link.value for link in links],
        [link.tracked_seq for link in links],
    )
    rows = await tx.fetch(
        _WATCHES,
        [link.link_id for link in links],
        [link.page_key for link in links],
        [link.site_id for link in links],
        [link.workspace_id for link in links],
        [link.target_key for link in links],
        [link.target_url for link in links],
        [" ".join(link.hosts) for link in links],
        [link.value for link in links],
        [link.contract for link in links],
        [link.ever_live for link in links],
        [link.known_since for link in links],
        [link.tracked_seq for link in links],
    )
    added = await tx.fetch(
        _TARGETS,
        [target.site_id for target in targets],
        [target.page_key for target in targets],
        [target.workspace_id for target in targets],
        [target.url for target in targets],
    )
    await _want(tx, [row["page_id"] for row in [*rows, *added]], now, now)
    if risen:
        times = sorted((row["page_id"], row["times"]) for row in risen)
        await tx.run(_SOONER, *map(list, zip(*times, strict=True)), now)


async def save_untracked(tx: Tx, links: Sequence[Untracked], now: datetime) -> None:
    """Stop watching links. A link that is not known yet leaves a tombstone for its late tracking."""
    await tx.run(
        """
        INSERT INTO watches (link_id, tracked_seq, removed_at)
        SELECT link_id, seq, $3 FROM unnest($1::uuid[], $2::bigint[]) AS gone (link_id, seq)
        ORDER BY link_id
        ON CONFLICT (link_id) DO UPDATE
            SET tracked_seq = excluded.tracked_seq, removed_at = excluded.removed_at
        WHERE watches.tracked_seq <= excluded.tracked_seq
        """,
        [link.link_id for link in links],
        [link.tracked_seq for link in links],
        now,
    )
    await _close_evidence(tx, [link.link_id for link in links], now)


async def _close_evidence(tx: Tx, link_ids: Sequence[UUID], now: datetime) -> None:
    """Let retention begin for links whose newest evidence will have no successor."""
    await tx.run(
        "UPDATE evidence SET superseded_at = $2 WHERE evidence_id IN (SELECT evidence_id FROM watches"
        " WHERE link_id = ANY($1::uuid[]) AND removed_at IS NOT NULL) AND superseded_at IS NULL",
        link_ids,
        now,
    )


async def request_checks(tx: Tx, link_ids: Sequence[UUID], now: datetime) -> None:
    """Look at these links next, before whatever else is due on their hosts or on others."""
    rows = await tx.fetch(
        "SELECT DISTINCT page_id, host FROM watches JOIN pages USING (page_id)"
        " WHERE link_id = ANY($1::uuid[]) AND removed_at IS NULL",
        link_ids,
    )
    front = now - _FRONT
    await hosts.put_first(tx, [row["host"] for row in rows], front, now)
    await _want(tx, [row["page_id"] for row in rows], front, now)


async def _want(tx: Tx, page_ids: Sequence[UUID], due_at: datetime, now: datetime) -> None:
    if page_ids:
        await tx.run(_WANT, page_ids, due_at, now)
