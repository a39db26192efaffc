"""Looks a second time at addresses that looked dead once, and at dead links that somebody writes about."""

import asyncio
from datetime import datetime, timedelta

from services.crawler.adapters.eyes import Eyes
from services.crawler.adapters.outlooks import ask, page_within
from services.crawler.domain.costs import Charge
from services.crawler.domain.look import Look
from services.crawler.domain.survey.judging import Address, AddressState, after_look, seen
from services.crawler.domain.survey.pages import survey_of
from services.crawler.jobs import rounds
from services.crawler.jobs.looking import AT_ONCE, EyesOf, eyes_now
from services.crawler.jobs.surveying import ask_all, judged_of
from services.crawler.store import costs, outlinks, surveys
from services.crawler.store.outlinks import Doubt, Taken
from services.crawler.store.surveys import Read, Wish
from shared import clock as house_clock
from shared import urls
from shared.clock import Clock
from shared.db import Database, Tx
from shared.events import TargetLook
from shared.opportunities import OutlinkState

_IDLE_S = 10.0
_WHAT = "second looks at dead links"


async def follow(
    stop: asyncio.Event,
    *,
    db: Database,
    eyes_of: EyesOf,
    confirm_after: timedelta | None = None,
    clock: Clock = house_clock.now,
) -> None:
    """Look at what is due until `stop`."""

    async def take() -> int:
        settled = await settle_doubts(db, eyes_now(eyes_of), clock=clock)
        return settled + await look_again(
            db, eyes_now(eyes_of), confirm_after=confirm_after, clock=clock
        )

    await rounds.follow(stop, take, what=_WHAT, rest_s=_IDLE_S)


async def look_again(
    db: Database, eyes: Eyes, *, confirm_after: timedelta | None, clock: Clock
) -> int:
    """Give some addresses their second look; returns how many."""
    async with db.begin() as tx:
        spent = await costs.find_spent(tx, clock().date())
        taken = await outlinks.claim_due(tx, clock(), spent=spent, limit=AT_ONCE)
    if not taken:
        return 0
    looked = await ask_all(eyes, taken)
    judged = [(one, judged_of(one, look, confirm_after)) for one, look in looked]
    await _record(db, looked, judged, clock())
    return len(taken)


async def _record(
    db: Database,
    looked: list[tuple[Taken, Look]],
    judged: list[tuple[Taken, Address]],
    now: datetime,
) -> None:
    async with db.begin() as tx:
        await outlinks.save(tx, judged, now)
        wanting = await outlinks.list_wanting(tx, [one.key for one, _ in looked])
        charges: dict[object, Charge] = {}
        for one, look in looked:
            site_ids = wanting.get(one.key, [])
            for site_id in site_ids:
                charge = charges.setdefault(site_id, Charge(site_id, now.date()))
                charge.checks += 1 / len(site_ids)
                charge.requests += look.requests / len(site_ids)
                charge.wire_bytes += look.wire_bytes / len(site_ids)
        await costs.add(tx, [charges[key] for key in sorted(charges, key=str)])


async def settle_doubts(db: Database, eyes: Eyes, *, clock: Clock) -> int:
    """Look at page and address of some dead links once more; returns how many."""
    async with db.begin() as tx:
        doubts = await outlinks.claim_doubts(tx, clock(), limit=AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for doubt in doubts:
            group.create_task(_settle(db, eyes, doubt, clock))
    return len(doubts)


async def _settle(db: Database, eyes: Eyes, doubt: Doubt, clock: Clock) -> None:
    with rounds.apart(_WHAT, page=doubt.page_url):
        page, fetched = await page_within(eyes, doubt.page_url)
        surveyed = await asyncio.to_thread(survey_of, page, fetched)
        wish = Wish(
            doubt.page_key, doubt.page_url, urls.domain_or_host(urls.host_of(doubt.page_url))
        )
        url = urls.normalise(fetched.final_url) if surveyed.failure is None else wish.url
        read = Read(wish, url, clock(), surveyed)
        requests, wire_bytes = len(fetched.hops) + 1, fetched.wire_bytes
        has_link = any(one.key == doubt.outlink_key for one in surveyed.outlinks)
        state, look, told = OutlinkState.REMOVED, None, None
        if surveyed.failure is not None:
            state = OutlinkState.UNSURE
        elif has_link:
            look = await ask(eyes, doubt.outlink_url)
            requests, wire_bytes = requests + look.requests, wire_bytes + look.wire_bytes
            _, told = seen(look)
        async with db.begin() as tx:
            await surveys.save_read(tx, [read])
            if look is not None and told is not None:
                state = await _save_address(tx, doubt, look, told, clock())
            await outlinks.end_doubt(tx, doubt, state, told, clock())
            charge = Charge(
                doubt.site_id,
                clock().date(),
                checks=1,
                requests=requests,
                wire_bytes=wire_bytes,
            )
            await costs.add(tx, [charge])


async def _save_address(
    tx: Tx, doubt: Doubt, look: Look, told: TargetLook, now: datetime
) -> OutlinkState:
    """Let other sites profit from the look, too; returns what to tell.

    What nobody looked at before, or what answered meanwhile, is dead only after two looks, as ever.
    """
    dead, _ = seen(look)
    taken = await outlinks.find_address(tx, doubt.outlink_key)
    known = after_look(Address() if taken is None else taken.known, dead, told)
    if taken is not None:
        await outlinks.save(tx, [(taken, known)], now)
    if dead is False:
        return OutlinkState.ANSWERS
    return OutlinkState.DEAD if dead and known.state is AddressState.DEAD else OutlinkState.UNSURE
