"""Claims messages that are due: every check that stands between an approval and the mail server.

One transaction per turn. It locks mailboxes that may send, with the switch of their workspace, so that
two replicas never claim for one workspace at once and a switch that was turned off counts in the next
claim. Of each mailbox the first message that is due is looked at; OBSTACLES says, by name, what keeps
it back and what then becomes of it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.outreach.domain import pacing
from services.outreach.domain.message_ids import rfc_message_id, thread_of
from services.outreach.domain.messages import MOVES, MessageState, Step
from services.outreach.domain.pacing import Pace, Usage
from services.outreach.domain.suppression import SuppressionKind
from services.outreach.store import holding
from shared import ids
from shared.db import Tx

MAILBOXES_AT_ONCE = 20
"""Of which one turn claims a message each."""


class Then(StrEnum):
    """What becomes of a message that is kept back."""

    WAIT = "wait"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that keeps a message back.

    `found` is SQL over m (the message), b (its mailbox) and p (the message that it follows up).
    """

    name: str
    found: str
    then: Then
    sentence: str


# Sent, or on its way: whoever was written to on that day by anybody of the workspace.
_TALKED_TO = """
    m.parent_message_id IS NULL AND m.answers = '{}' AND EXISTS (
        SELECT FROM messages t JOIN send_attempts a USING (message_id)
        WHERE t.workspace_id = m.workspace_id AND t.recipient_domain = m.recipient_domain
          AND t.message_id <> m.message_id AND t.parent_message_id IS NULL AND t.answers = '{}'
          AND t.state IN ('sending', 'sent', 'in_doubt') AND a.started_at >= $2)
"""

DOUBTED = "dead link to be looked at"
_ENROLLMENT = "EXISTS (SELECT FROM enrollments e WHERE e.enrollment_id = m.enrollment_id"
_KINDS = ", ".join(f"'{kind}'" for kind in SuppressionKind)

OBSTACLES: tuple[Obstacle, ...] = (
    Obstacle(
        "not approved as it stands",
        "m.approved_by IS NULL OR m.approved_hash IS DISTINCT FROM m.body_hash",
        Then.CANCEL,
        "It is not what was approved.",
    ),
    Obstacle(
        "suppressed",
        "EXISTS (SELECT FROM suppressions s WHERE s.workspace_id = m.workspace_id"
        f" AND s.lifted_at IS NULL AND s.kind IN ({_KINDS})"
        " AND s.value = ANY(m.covered_by))",
        Then.CANCEL,
        "The address or its domain must not be written to.",
    ),
    Obstacle(
        "contact closed",
        "EXISTS (SELECT FROM contacts c WHERE c.workspace_id = m.workspace_id"
        " AND c.address_key = m.address_key AND c.state <> 'ok')",
        Then.CANCEL,
        "The contact left, can't be reached, or asked for no more mail.",
    ),
    Obstacle(
        "answered meanwhile",
        # What answers an answer is exempt: a person wrote it, knowing what they said.
        "m.answers = '{}' AND EXISTS (SELECT FROM inbound_messages i WHERE i.workspace_id = m.workspace_id"
        " AND i.kind IN ('human', 'unsubscribe', 'complaint') AND i.created_at > m.created_at"
        " AND (i.address_key = m.address_key OR i.enrollment_id = m.enrollment_id))",
        Then.CANCEL,
        "They answered after it was written.",
    ),
    Obstacle(
        "site gone",
        "NOT EXISTS (SELECT FROM sites s WHERE s.site_id = m.site_id AND s.deleted_at IS NULL)",
        Then.CANCEL,
        "The site that it was for is deleted.",
    ),
    Obstacle(
        "never begun",
        "p.state IN ('rejected', 'cancelled')",
        Then.CANCEL,
        "The message that it follows up was never sent.",
    ),
    Obstacle(
        "too early",
        "p.state <> 'sent'",
        Then.WAIT,
        "The message that it follows up is not sent yet.",
    ),
    Obstacle(
        "sequence over",
        f"{_ENROLLMENT} AND e.state NOT IN ('active', 'paused'))",
        Then.CANCEL,
        "Its sequence is over for this person.",
    ),
    Obstacle(
        "sequence paused",
        f"{_ENROLLMENT} AND e.state = 'paused')",
        Then.WAIT,
        "Its sequence is paused for this person.",
    ),
    Obstacle(
        "dead link answers",
        holding.ANSWERS,
        Then.WAIT,
        "The link that it calls dead works again. Cancel it, or write something else.",
    ),
    Obstacle(
        "dead link removed",
        holding.REMOVED,
        Then.WAIT,
        "The dead link that it names is gone from the page. Cancel it, or write something else.",
    ),
    Obstacle(
        DOUBTED,
        holding.NOT_LOOKED_AT,
        Then.WAIT,
        "The dead link that it names is looked at once more before it goes out.",
    ),
    Obstacle(
        "campaign paused",
        "EXISTS (SELECT FROM enrollments e JOIN sequences q USING (sequence_id) JOIN campaigns c"
        " ON c.site_id = q.site_id AND c.name = q.campaign"
        " WHERE e.enrollment_id = m.enrollment_id AND c.state <> 'active')",
        Then.WAIT,
        "Its campaign is paused.",
    ),
    Obstacle(
        "one conversation a day",
        _TALKED_TO,
        Then.WAIT,
        "Somebody of this domain was written to today.",
    ),
)
_BY_NAME = {one.name: one for one in OBSTACLES}
_FIRST_OBSTACLE = " ".join(f"WHEN {one.found} THEN '{one.name}'" for one in OBSTACLES)
_LOOK_AGAIN = timedelta(hours=1)
_HOUR = timedelta(hours=1)
OUT_OF_TIME = "window or cap"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send, once, until its lease runs out."""

    attempt_id: UUID
    attempt_no: int
    message_id: UUID
    mailbox_id: UUID


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn came to."""

    claimed: tuple[Claimed, ...]
    kept_back: Mapping[str, int]
    """By the name of the obstacle: how many messages, or mailboxes, must wait or were cancelled."""


_LOCK_MAILBOXES = """
    SELECT b.mailbox_id, b.address, b.zone, b.opens, b.closes, b.daily_cap, b.hourly_cap, b.ramp_from
    FROM mailboxes b JOIN outreach_settings o ON o.workspace_id = b.workspace_id
    WHERE o.sending AND b.state = 'ready' AND b.removed_at IS NULL AND b.next_at <= $1
      AND EXISTS (SELECT FROM messages m WHERE m.mailbox_id = b.mailbox_id
        AND m.workspace_id = b.workspace_id AND m.state = 'approved' AND m.due_at <= $1)
    ORDER BY b.next_at, b.mailbox_id LIMIT $2
    FOR UPDATE OF b, o SKIP LOCKED
"""
_FIRST_MESSAGE = f"""
    SELECT m.message_id, m.workspace_id, m.answers, m.attempts,
        p.thread_ids AS parent_thread, p.rfc_message_id AS parent_id,
        CASE {_FIRST_OBSTACLE} END AS obstacle
    FROM messages m JOIN mailboxes b USING (mailbox_id, workspace_id)
        LEFT JOIN messages p ON p.message_id = m.parent_message_id
    WHERE m.mailbox_id = $1 AND m.state = 'approved' AND m.due_at <= $3
    ORDER BY m.due_at, m.message_id LIMIT 1
    FOR UPDATE OF m SKIP LOCKED
"""
# What was broken off before a byte of the letter was handed over does not count.
_USAGE = """
    SELECT count(*) FILTER (WHERE started_at >= $2) AS day,
        count(*) FILTER (WHERE started_at > $3) AS hour,
        min(started_at) FILTER (WHERE started_at > $3) AS oldest_of_hour
    FROM send_attempts WHERE mailbox_id = $1 AND started_at >= least($2, $3)
      AND (handed_at IS NOT NULL OR ended_at IS NULL)
"""


async def claim_due(tx: Tx, *, now: datetime, worker: str, lease: timedelta, key: bytes) -> Turn:
    """Claim at most one message of each mailbox that may send now."""
    claimed: list[Claimed] = []
    kept_back: Counter[str] = Counter()
    for mailbox in await tx.fetch(_LOCK_MAILBOXES, now, MAILBOXES_AT_ONCE):
        today = pacing.start_of_day(now, mailbox["zone"])
        found = await tx.fetch(_FIRST_MESSAGE, mailbox["mailbox_id"], today, now)
        if not found:  # somebody is just changing it
            continue
        message = found[0]
        if message["obstacle"] is not None:
            await _keep_back(tx, message["message_id"], _BY_NAME[message["obstacle"]], now=now)
            if message["obstacle"] == DOUBTED:
                await holding.ask_for_look(tx, message["message_id"], now=now)
            kept_back[message["obstacle"]] += 1
        elif not await _may_send_now(tx, mailbox, message["message_id"], today=today, now=now):
            kept_back[OUT_OF_TIME] += 1
        else:
            attempt = (ids.new_id(), message["attempts"] + 1, worker, now + lease)
            await _save_claim(tx, mailbox, message, attempt, now=now, key=key)
            claimed.append(Claimed(*attempt[:2], message["message_id"], mailbox["mailbox_id"]))
    return Turn(tuple(claimed), kept_back)


async def _keep_back(tx: Tx, message_id: UUID, obstacle: Obstacle, *, now: datetime) -> None:
    is_over = obstacle.then is Then.CANCEL
    await tx.run(
        "UPDATE messages SET state = $2, because = $3, due_at = $4, updated_at = $5,"
        " version = version + 1 WHERE message_id = $1",
        message_id,
        MOVES[Step.CANCEL].target if is_over else MessageState.APPROVED,
        obstacle.sentence,
        now if is_over else now + _LOOK_AGAIN,
        now,
    )


async def _may_send_now(
    tx: Tx, mailbox: Mapping[str, Any], message_id: UUID, *, today: datetime, now: datetime
) -> bool:
    """Say whether window and caps allow it; if not, the mailbox rests until they may."""
    mailbox_id = mailbox["mailbox_id"]
    usage = Usage(**dict((await tx.fetch(_USAGE, mailbox_id, today, now - _HOUR))[0]))
    moment = pacing.next_moment(now, _pace(mailbox), usage, key=message_id)
    if moment <= now:
        return True
    await tx.run("UPDATE mailboxes SET next_at = $2 WHERE mailbox_id = $1", mailbox_id, moment)
    return False


async def _save_claim(
    tx: Tx,
    mailbox: Mapping[str, Any],
    message: Mapping[str, Any],
    attempt: tuple[UUID, int, str, datetime],
    *,
    now: datetime,
    key: bytes,
) -> None:
    message_id, mailbox_id = message["message_id"], mailbox["mailbox_id"]
    domain = mailbox["address"].rpartition("@")[2]
    await tx.run(
        "UPDATE messages SET state = $2, because = NULL, attempts = attempts + 1, thread_ids = $3,"
        " rfc_message_id = coalesce(rfc_message_id, $4), updated_at = $5, version = version + 1"
        " WHERE message_id = $1",
        message_id,
        MOVES[Step.CLAIM].target,
        thread_of(message["parent_thread"] or message["answers"], message["parent_id"]),
        rfc_message_id(message_id, domain=domain, key=key),
        now,
    )
    await tx.run(
        "INSERT INTO send_attempts (attempt_id, attempt_no, worker, lease_until, message_id,"
        " workspace_id, mailbox_id, started_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        *attempt,
        message_id,
        message["workspace_id"],
        mailbox_id,
        now,
    )
    pace = _pace(mailbox)
    await tx.run(
        "UPDATE mailboxes SET next_at = $2, ramp_from = $3 WHERE mailbox_id = $1",
        mailbox_id,
        pacing.after_sending(now, pace, key=message_id),
        pace.ramp_from or pacing.local_day(now, pace.zone),
    )


def _pace(mailbox: Mapping[str, Any]) -> Pace:
    return Pace(**{field.name: mailbox[field.name] for field in fields(Pace)})
