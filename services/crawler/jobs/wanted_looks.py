"""Looks at single pages for single links that somebody wants to know of: asked for by `look.requested`."""

import asyncio

from services.crawler.adapters.observer import Observer, Question
from services.crawler.domain.look import Look
from services.crawler.domain.target import sites_for, watch_for
from services.crawler.jobs import rounds
from services.crawler.metrics import LOOKS_MADE
from services.crawler.store import wanted_looks as store
from services.crawler.store.wanted_looks import Wanted
from shared import clock as house_clock
from shared.clock import Clock
from shared.db import Database
from shared.errors import InvalidError
from shared.events import LookMade
from shared.vocabulary import Outcome, Reason

AT_ONCE = 8
_WHAT = "looks that were asked for"
_IDLE_S = 5.0
_WITHIN_S = 60.0
"""Below the lease, so that no two processes make the same look at the same time."""
_MOST_OCCURRENCES = 10
MOST_TRIES = 5
"""Looks that failed before they were told are made again, later each time; then they are told as unseen."""


async def follow(
    stop: asyncio.Event, *, db: Database, observer: Observer, clock: Clock = house_clock.now
) -> None:
    """Make the looks that are wanted until `stop`; those that have begun are broken off then."""

    async def take() -> int:
        return await look_at_due(db, observer, clock=clock)

    await rounds.follow(stop, take, what=_WHAT, rest_s=_IDLE_S)


async def look_at_due(db: Database, observer: Observer, *, clock: Clock) -> int:
    """Make some of the looks that are wanted; returns how many there were."""
    async with db.begin() as tx:
        due = await store.claim(tx, clock(), limit=AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for one in due:
            group.create_task(_look(db, observer, one, clock))
    return len(due)


async def _look(db: Database, observer: Observer, one: Wanted, clock: Clock) -> None:
    with rounds.apart(_WHAT, url=one.url):
        event = await _answer(observer, one, clock)
        async with db.begin() as tx:
            await store.save(tx, event)
        LOOKS_MADE.labels(event.outcome).inc()


async def _answer(observer: Observer, one: Wanted, clock: Clock) -> LookMade:
    if one.tries > MOST_TRIES:
        return _unseen(one, Reason.UNREACHABLE, clock)
    try:
        watch = watch_for(one.target, pointer="/target")
    except InvalidError:
        return _unseen(one, Reason.ADDRESS_NOT_ALLOWED, clock)
    question = Question(url=one.url, watches=(watch,), sites=sites_for(watch))
    look = await observer.look_within(question, _WITHIN_S)
    return _made(one, look)


def _made(one: Wanted, look: Look) -> LookMade:
    judgement = look.judgement
    if judgement is None:  # only a page that was seen before can be "as before"
        raise ValueError("a look without memory has no judgement")
    verdict = judgement.verdicts[0]
    sight = judgement.sight
    return LookMade(
        workspace_id=one.workspace_id,
        site_id=one.site_id,
        look_id=one.look_id,
        looked_at=look.looked_at,
        outcome=verdict.outcome,
        reasons=verdict.reasons,
        http_status=look.fetched.status,
        final_url=look.fetched.final_url,
        indexable=sight.indexable,
        page_followed=sight.page_followed,
        occurrences=verdict.occurrences[:_MOST_OCCURRENCES],
    )


def _unseen(one: Wanted, reason: Reason, clock: Clock) -> LookMade:
    return LookMade(
        workspace_id=one.workspace_id,
        site_id=one.site_id,
        look_id=one.look_id,
        looked_at=clock(),
        outcome=Outcome.UNKNOWN,
        reasons=(reason,),
    )
