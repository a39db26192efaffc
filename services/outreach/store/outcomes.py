"""What came of attempts to send, written with its events: by whoever sent, or for those who died."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.outreach.domain.address import address_key
from services.outreach.domain.answers import Verdict
from services.outreach.domain.contact import ContactState
from services.outreach.domain.messages import MOVES, Step
from services.outreach.domain.prospect import Stage
from services.outreach.domain.suppression import SuppressionReason
from services.outreach.store import health, prospects
from services.outreach.store.decisions import about
from services.outreach.store.parcels import Parcel
from services.outreach.store.silence import write_no_more
from shared import outbox
from shared.db import Tx
from shared.events import MessageFailed, MessageSent

NOT_KNOWN = "It broke off while the letter was handed over: look whether it arrived."
_RECOVERED_AT_ONCE = 100


async def mark_handed_over(tx: Tx, attempt_id: UUID, *, now: datetime) -> bool:
    """Write that from here on the letter may have been sent; False if the attempt is not ours any more."""
    tag = await tx.run(
        "UPDATE send_attempts SET handed_at = $2 WHERE attempt_id = $1 AND ended_at IS NULL",
        attempt_id,
        now,
    )
    return tag.endswith(" 1")


async def save_outcome(tx: Tx, parcel: Parcel, verdict: Verdict, *, now: datetime) -> bool:
    """Write what came of an attempt, with its event; False if somebody decided meanwhile."""
    claim, move = parcel.claim, MOVES[verdict.step]
    await tx.run(
        "UPDATE send_attempts SET ended_at = $2, outcome = $3, answer = $4 WHERE attempt_id = $1",
        claim.attempt_id,
        now,
        verdict.step,
        verdict.because,
    )
    rows = await tx.fetch(
        "UPDATE messages SET state = $3, because = $4, due_at = coalesce($5, due_at),"
        " deferrals = deferrals + $6, hard_bounce = $7, updated_at = $8, version = version + 1,"
        " sent_at = CASE WHEN $3 = 'sent' THEN $8 ELSE sent_at END"
        " WHERE message_id = $1 AND attempts = $2 AND state = ANY($9::text[]) RETURNING message_id",
        claim.message_id,
        claim.attempt_no,
        move.target,
        verdict.because,
        None if verdict.again_in is None else now + verdict.again_in,
        int(verdict.counts_as_deferral),
        verdict.hard_bounce,
        now,
        sorted(move.sources),
    )
    if rows and verdict.step is Step.TAKEN:
        await _was_sent(tx, parcel)
    elif rows and verdict.step is Step.REFUSED:
        await _was_refused(tx, parcel, verdict, now=now)
    if verdict.trouble is not None:
        await health.note_trouble(tx, claim.mailbox_id, verdict.trouble, now=now)
    return bool(rows)


async def _was_sent(tx: Tx, parcel: Parcel) -> None:
    await outbox.add(tx, [MessageSent(**about(parcel))])
    if parcel.prospect_id is not None:
        await prospects.set_stage(
            tx, parcel.workspace_id, [parcel.prospect_id], Stage.CONTACTED, "A message was sent."
        )
    await health.note_success(tx, parcel.mailbox_id)


async def _was_refused(tx: Tx, parcel: Parcel, verdict: Verdict, *, now: datetime) -> None:
    because, bounced = verdict.because or "", verdict.hard_bounce
    failed = MessageFailed(because=because, hard_bounce=bounced, **about(parcel))
    await outbox.add(tx, [failed])
    if bounced:
        await write_no_more(
            tx,
            parcel.workspace_id,
            address_key(parcel.letter.to_email),
            reason=SuppressionReason.HARD_BOUNCE,
            state=ContactState.BOUNCED,
            because=f"The address does not exist. {because}",
            by="Anchorwatch",
            now=now,
        )
        await health.rest_if_unwell(tx, parcel.mailbox_id, now=now)


@dataclass(frozen=True, slots=True)
class Recovered:
    """Of senders that died: how many messages were provably not sent, and how many may have been."""

    unsent: int = 0
    in_doubt: int = 0


async def recover(tx: Tx, *, now: datetime) -> Recovered:
    """End the attempts whose lease ran out.

    What was not handed over yet is approved as before; what may have been sent waits for a person.
    """
    rows = await tx.fetch(
        "SELECT attempt_id, message_id, attempt_no, handed_at IS NOT NULL AS handed"
        " FROM send_attempts WHERE ended_at IS NULL AND lease_until < $1"
        " ORDER BY attempt_id LIMIT $2 FOR UPDATE SKIP LOCKED",
        now,
        _RECOVERED_AT_ONCE,
    )
    for row in rows:
        step = Step.BROKEN_OFF if row["handed"] else Step.PUT_OFF
        because = NOT_KNOWN if row["handed"] else None
        await tx.run(
            "UPDATE send_attempts SET ended_at = $2, outcome = $3, answer = $4 WHERE attempt_id = $1",
            row["attempt_id"],
            now,
            step,
            because,
        )
        await tx.run(
            "UPDATE messages SET state = $3, because = $4, updated_at = $5, version = version + 1"
            " WHERE message_id = $1 AND attempts = $2 AND state = ANY($6::text[])",
            row["message_id"],
            row["attempt_no"],
            MOVES[step].target,
            because,
            now,
            sorted(MOVES[step].sources),
        )
    in_doubt = sum(row["handed"] for row in rows)
    return Recovered(unsent=len(rows) - in_doubt, in_doubt=in_doubt)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, over all workspaces."""

    in_doubt: int
    oldest_due_s: float


async def measure(tx: Tx, *, now: datetime) -> Backlog:
    """Count what is in doubt, and say for how long the oldest approved message is due."""
    rows = await tx.fetch(
        "SELECT (SELECT count(*) FROM messages WHERE state = 'in_doubt') AS in_doubt,"
        " (SELECT min(due_at) FROM messages WHERE state = 'approved') AS oldest",
    )
    oldest = rows[0]["oldest"] or now
    return Backlog(rows[0]["in_doubt"], max((now - oldest).total_seconds(), 0.0))
