"""Letters about dead links wait until the link was looked at once more, and are held where it is no longer dead.

A link is that of an opportunity, or one that somebody typed by hand. The latter is looked at before its
letters are approved, too; where it is alive by then they say so, and go out only by a person's word.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from shared import outbox
from shared.db import Tx
from shared.events import OutlinkDoubted, OutlinkJudged

FRESH_FOR = timedelta(hours=24)
"""So old may the last look at page and address be when a letter about them goes out."""
ASK_AGAIN_AFTER = timedelta(hours=6)

_SPOKEN_OF = """
    SELECT FROM enrollments e JOIN opportunity_pages k ON k.opportunity_id = e.opportunity_id
        AND k.page_key = e.page_key
    WHERE e.enrollment_id = m.enrollment_id AND k.outlink_state IS NOT NULL
"""
# SQL over m, the message; $3 is now.
ANSWERS = f"EXISTS ({_SPOKEN_OF} AND k.outlink_state = 'answers')"
REMOVED = f"EXISTS ({_SPOKEN_OF} AND k.outlink_state = 'removed')"
_TYPED = """
    SELECT FROM enrollments e WHERE e.enrollment_id = m.enrollment_id AND e.link_key IS NOT NULL
"""
NOT_LOOKED_AT = (
    f"EXISTS ({_TYPED} AND (e.link_state IS NULL OR e.link_state = 'unsure'"
    f" OR e.link_judged_at < $3::timestamptz - interval '{FRESH_FOR.total_seconds():.0f} seconds'))"
    f" OR EXISTS ({_SPOKEN_OF} AND (k.outlink_state = 'unsure'"
    f" OR k.judged_at < $3::timestamptz - interval '{FRESH_FOR.total_seconds():.0f} seconds'))"
)
# Asked once in a while, however often the letter has its turn.
_ASK = """
    UPDATE opportunity_pages k SET doubted_at = $2 FROM messages m
        JOIN enrollments e ON e.enrollment_id = m.enrollment_id
        JOIN opportunities o ON o.opportunity_id = e.opportunity_id
    WHERE m.message_id = $1 AND k.opportunity_id = e.opportunity_id AND k.page_key = e.page_key
        AND (k.doubted_at IS NULL OR k.doubted_at < $3)
    RETURNING o.workspace_id, o.site_id, k.page_url, k.page_key, o.subject_url, o.subject_key
"""
_ASK_OF_TYPED = """
    UPDATE enrollments e SET link_doubted_at = $2
    WHERE e.link_key IS NOT NULL AND (e.link_doubted_at IS NULL OR e.link_doubted_at < $3)
        AND e.enrollment_id = ANY($1::uuid[])
    RETURNING e.workspace_id, e.site_id, e.variables ->> 'page' AS page_url, e.page_key,
        e.variables ->> 'broken' AS subject_url, e.link_key AS subject_key
"""
# A look that saw nothing never takes the place of one that did.
_JUDGE = """
    UPDATE enrollments e SET link_state = u.state, link_judged_at = u.judged_at
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[])
        AS u (site_id, page_key, link_key, state, judged_at)
        JOIN enrollments w ON w.site_id = u.site_id AND w.page_key = u.page_key AND w.link_key = u.link_key
    WHERE e.enrollment_id = w.enrollment_id AND e.site_id = u.site_id AND e.page_key = u.page_key AND e.link_key = u.link_key
        AND (e.link_judged_at IS NULL OR e.link_judged_at < u.judged_at)
        AND (u.state <> 'unsure' OR e.link_state IS NULL OR e.link_state = 'unsure')
    RETURNING e.enrollment_id, w.link_state IS DISTINCT FROM u.state AS is_news
"""
LOOKED_AT_SOON = "The dead link that it names is being looked at."
SAYS: dict[str, str] = {
    "answers": "The link that it calls dead works. Approve it only if you know better.",
    "removed": "The page does not have the dead link that it names. Approve it only if you know better.",
    "unsure": "Whether the link that it calls dead is dead could not be seen yet; it is looked at again.",
}
# What waits for a person says what was seen; what was approved before the news waits for a person again.
_SAY = """
    UPDATE messages m SET because = CASE e.link_state WHEN 'answers' THEN $3 WHEN 'removed' THEN $4
            WHEN 'unsure' THEN $5 WHEN 'dead' THEN NULL ELSE $6 END, updated_at = $2, version = m.version + 1,
        due_at = CASE WHEN m.state = 'approved' THEN least(m.due_at, $2) ELSE m.due_at END,
        state = CASE WHEN {is_back} THEN 'pending_approval' ELSE m.state END,
        approved_by = CASE WHEN {is_back} THEN NULL ELSE m.approved_by END,
        approved_by_name = CASE WHEN {is_back} THEN NULL ELSE m.approved_by_name END,
        approved_hash = CASE WHEN {is_back} THEN NULL ELSE m.approved_hash END,
        approved_at = CASE WHEN {is_back} THEN NULL ELSE m.approved_at END
    FROM enrollments e WHERE e.enrollment_id = m.enrollment_id AND e.link_key IS NOT NULL
        AND m.message_id IN (SELECT o.message_id FROM messages o
            WHERE o.enrollment_id = ANY($1::uuid[]) AND o.state IN ('pending_approval', 'approved')
            ORDER BY o.message_id FOR UPDATE)
""".format(is_back="m.state = 'approved' AND e.link_state IN ('answers', 'removed')")


async def ask_for_look(tx: Tx, message_id: UUID, *, now: datetime) -> None:
    """Have page and address of a letter looked at once more before it goes out."""
    rows = await tx.fetch(_ASK, message_id, now, now - ASK_AGAIN_AFTER)
    await _doubt(tx, rows)
    typed = await tx.fetch(
        "SELECT enrollment_id FROM messages WHERE message_id = $1 AND enrollment_id IS NOT NULL",
        message_id,
    )
    await ask_about_typed(tx, [row["enrollment_id"] for row in typed], now=now)


async def ask_about_typed(tx: Tx, enrollment_ids: Collection[UUID], *, now: datetime) -> None:
    """Have links that were typed by hand looked at, once in a while."""
    ids = list(enrollment_ids)
    await _doubt(tx, await tx.fetch(_ASK_OF_TYPED, ids, now, now - ASK_AGAIN_AFTER))


async def say_of_typed(tx: Tx, enrollment_ids: Collection[UUID], *, now: datetime) -> None:
    """Let letters say what was seen of the links that were typed for them."""
    if enrollment_ids:
        said = (*SAYS.values(), LOOKED_AT_SOON)
        await tx.run(_SAY, list(enrollment_ids), now, *said)


async def judge_typed(tx: Tx, judged: Iterable[OutlinkJudged], *, now: datetime) -> None:
    """Keep what was seen of links that were typed by hand, and let their letters say so."""
    found = list(judged)
    rows = await tx.fetch(
        _JUDGE,
        [one.site_id for one in found],
        [one.page_key for one in found],
        [one.outlink_key for one in found],
        [one.state for one in found],
        [one.judged_at for one in found],
    )
    await say_of_typed(tx, [row["enrollment_id"] for row in rows if row["is_news"]], now=now)


async def _doubt(tx: Tx, rows: Iterable[asyncpg.Record]) -> None:
    await outbox.add(
        tx,
        [
            OutlinkDoubted(
                workspace_id=row["workspace_id"],
                site_id=row["site_id"],
                page_url=row["page_url"],
                page_key=row["page_key"],
                outlink_url=row["subject_url"],
                outlink_key=row["subject_key"],
            )
            for row in rows
        ],
    )


async def wake(tx: Tx, opportunity_ids: Collection[UUID], *, now: datetime) -> None:
    """Let approved letters about these opportunities have their turn again: there is news."""
    if opportunity_ids:
        await tx.run(
            "UPDATE messages SET due_at = $2 WHERE message_id IN (SELECT m.message_id FROM messages m"
            " JOIN enrollments e ON e.enrollment_id = m.enrollment_id"
            " WHERE e.opportunity_id = ANY($1::uuid[]) AND m.state = 'approved' AND m.because IS NOT NULL"
            " AND m.due_at > $2 ORDER BY m.message_id FOR UPDATE OF m SKIP LOCKED)",
            list(opportunity_ids),
            now,
        )
