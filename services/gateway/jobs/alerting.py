"""Tells channels of alerts: all that is due for one receiver in one message, and notes what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.gateway.adapters.messenger import Messenger
from services.gateway.domain.attempts import ATTEMPTS, Attempt, Ending, why_switched_off
from services.gateway.domain.messages import message_of
from services.gateway.domain.notices import Notice, NoticeState, Parcel
from services.gateway.jobs.delivering import again_at
from services.gateway.metrics import CHANNEL_ATTEMPTS, CHANNEL_SECONDS
from services.gateway.store import notices, receivers
from shared import clock
from shared.db import Database, Tx

_WITHHELD = Attempt(0, refused="this person is told nothing of this site (any more)")


@dataclass(frozen=True, slots=True)
class ChannelMessages:
    """What is delivered (jobs/delivering.py)."""

    db: Database
    messenger: Messenger

    @property
    def bells(self) -> Sequence[str]:
        return (notices.CHANNEL,)

    async def prepare(self) -> None:
        """Nothing: notices come with the events."""

    async def claim(self, tx: Tx, now: datetime, *, limit: int) -> Sequence[Parcel]:
        return await notices.claim(tx, now, limit=limit)

    async def next_due(self, tx: Tx) -> datetime | None:
        return await notices.next_due(tx)

    async def tell(self, parcel: Parcel) -> None:
        readable = parcel.readable
        withheld = {one.notice_id for one in parcel.notices} - {one.notice_id for one in readable}
        attempt = await _attempt(self.messenger, parcel, readable) if readable else None
        async with self.db.begin() as tx:
            now = clock.now()
            if withheld:
                outcomes = dict.fromkeys(withheld, (NoticeState.WITHHELD, None))
                await notices.settle(tx, parcel, _WITHHELD, outcomes, now=now)
            if attempt is not None:
                await _settle(tx, parcel, readable, attempt, now=now)


async def _attempt(messenger: Messenger, parcel: Parcel, readable: Sequence[Notice]) -> Attempt:
    if parcel.attempts > ATTEMPTS:
        return Attempt(0, trouble="no attempt came to an end")
    if parcel.reader is not None:
        message = message_of(readable, base=messenger.base)
        attempt = await messenger.mail(
            message,
            to=parcel.reader.email,
            notice_ids=[notice.notice_id for notice in readable],
            leave_url=messenger.leave_url(parcel.channel_id, parcel.reader.user_id),
        )
    else:
        offering = messenger.offering(is_pressed=parcel.has_buttons)
        message = message_of(readable, base=messenger.base, offering=offering)
        attempt = await messenger.post(
            parcel.kind, parcel.channel_id, parcel.sealed or "", parcel.chat, message
        )
    CHANNEL_ATTEMPTS.labels(parcel.kind, attempt.ending).inc()
    CHANNEL_SECONDS.observe(attempt.elapsed_ms / 1000)
    return attempt


async def _settle(
    tx: Tx, parcel: Parcel, told: Sequence[Notice], attempt: Attempt, *, now: datetime
) -> None:
    await notices.settle(tx, parcel, attempt, _outcomes(told, attempt, now=now), now=now)
    failing_since = await receivers.note_attempt(
        tx,
        receivers.CHANNELS,
        parcel.channel_id,
        taken=attempt.ending is Ending.TAKEN,
        now=now,
    )
    because = why_switched_off(attempt, failing_since=failing_since, now=now)
    if because is not None:
        await receivers.switch_off(
            tx, receivers.CHANNELS, parcel.channel_id, because=because, now=now
        )


def _outcomes(
    told: Iterable[Notice], attempt: Attempt, *, now: datetime
) -> Mapping[UUID, tuple[NoticeState, datetime | None]]:
    """Return what became of each notice; those that are sent again go together."""
    if attempt.ending is Ending.TAKEN:
        return {notice.notice_id: (NoticeState.DELIVERED, None) for notice in told}
    left = [notice.attempts for notice in told if notice.attempts < ATTEMPTS]
    again = again_at(max(left, default=ATTEMPTS), attempt, now=now)
    return {
        notice.notice_id: (NoticeState.FAILED, None)
        if again is None or notice.attempts >= ATTEMPTS
        else (NoticeState.WAITING, again)
        for notice in told
    }
