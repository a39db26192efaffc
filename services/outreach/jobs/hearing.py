"""What came in stops sequences, or makes them wait: the inbound mail that they did not take into account yet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.outreach.domain.sequences.calendars import NO_HOLIDAYS, Calendar
from services.outreach.domain.sequences.enrollment import News, told
from services.outreach.domain.sequences.hearing import SENTENCES, news_of, wait_until
from services.outreach.jobs.plans import CHUNK, Plans, by_workspace, count_moved, plans_of
from services.outreach.store import enrollments, hearing, messages
from services.outreach.store.enrollments import Enrollment
from services.outreach.store.hearing import Unheard
from shared.db import Tx


async def hear(tx: Tx, *, now: datetime, calendar: Calendar = NO_HOLIDAYS) -> int:
    """Take inbound mail into account, each once; returns how many."""
    found = await hearing.claim_unheard(tx, limit=CHUNK)
    if not found:
        return 0
    about = await hearing.list_concerned(tx, found)
    before = await enrollments.lock_enrollments(
        tx, {enrollment_id for each in about.values() for enrollment_id in each}
    )
    plans = await plans_of(tx, list(before.values()), calendar=calendar)
    after = dict(before)
    for one in found:
        for enrollment_id in about[one.inbound_id]:
            after[enrollment_id] = _after(after[enrollment_id], one, plans)
    moved = [one for key, one in after.items() if one != before[key]]
    await enrollments.save_enrollments(tx, moved, now=now)
    await _stop_messages(tx, moved)
    await messages.put_off(
        tx, {one.enrollment_id: one.progress.not_before for one in moved if one.progress.not_before}
    )
    await hearing.mark_handled(tx, [one.inbound_id for one in found], now=now)
    count_moved(moved)
    return len(found)


def _after(one: Enrollment, unheard: Unheard, plans: Plans) -> Enrollment:
    heard = unheard.heard
    news = news_of(heard, address_key=one.address_key, domain=one.domain)
    if news is None:
        return one
    until = wait_until(heard, news, zone=plans.zone_of(one), reader=plans.reader_of(one))
    progress = told(one.progress, news, inbound_id=unheard.inbound_id, until=until)
    is_answer = news in {News.REPLY, News.COLLEAGUE_REPLY}
    is_new_state = progress.state is not one.progress.state
    return replace(
        one,
        progress=progress,
        because=SENTENCES.get(news) if is_new_state else one.because,
        intent=unheard.intent if is_answer and unheard.intent else one.intent,
    )


async def _stop_messages(tx: Tx, moved: Sequence[Enrollment]) -> None:
    """Cancel what is not on its way yet; the reader of mail did so for what answers a message of ours."""
    over = [one for one in moved if not one.progress.is_open]
    for workspace_id, group in by_workspace(over).items():
        sentences: dict[str, list[UUID]] = {}
        for one in group:
            sentences.setdefault(one.because or "", []).append(one.enrollment_id)
        for because, ended in sentences.items():
            await messages.cancel_open(tx, workspace_id, enrollment_ids=ended, because=because)
