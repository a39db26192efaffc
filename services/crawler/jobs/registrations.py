"""Asks registries until when the domains are registered that link, and those of the sites themselves."""

import asyncio
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from services.crawler.adapters.registry import Registry
from services.crawler.domain.registration import Ending, Registries, Told
from services.crawler.jobs import rounds
from services.crawler.metrics import REGISTRY_QUESTIONS
from services.crawler.store import registrations as store
from shared import clock as house_clock
from shared.clock import Clock
from shared.db import Database
from shared.log import get_logger
from shared.trouble import is_outage

log = get_logger(__name__)

AT_ONCE = 16
LEARNED_AT_ONCE = 2_000
_LEARN_EVERY = timedelta(hours=1)
_PATIENCE = timedelta(minutes=1)
_IDLE_S = 60.0
_WITHIN_S = 60.0


class Asking:
    """Learns which domains there are, a part at a time, and asks about those whose turn it is."""

    def __init__(
        self,
        db: Database,
        registry: Registry,
        registries: Registries,
        *,
        delay: timedelta,
        clock: Clock = house_clock.now,
    ) -> None:
        self._db = db
        self._registry = registry
        self._registries = registries
        self._delay = delay
        self._clock = clock
        self._after = ""
        self._learn_at = clock()
        self._refused_until: dict[str, datetime] = {}

    async def follow(self, stop: asyncio.Event) -> None:
        """Ask until `stop`; questions that have begun are broken off then."""
        await rounds.follow(stop, self.once, what="questions to registries", rest_s=_IDLE_S)

    async def once(self) -> int:
        """Do one round; returns how much there was to do."""
        now = self._clock()
        learned = await self._learn(now)
        async with self._db.begin() as tx:
            own = await store.list_own(tx)
            due = await store.claim(tx, now, own=own, limit=AT_ONCE)
        async with asyncio.TaskGroup() as questions:
            for domain in due:
                questions.create_task(self._about(domain))
        return learned + len(due)

    async def _learn(self, now: datetime) -> int:
        if now < self._learn_at:
            return 0
        async with self._db.begin() as tx:
            watched = await store.list_watched(tx, self._after, limit=LEARNED_AT_ONCE)
            own = [] if self._after else await store.list_own(tx)
            known = {one for one in (*own, *watched) if self._registries.question(one) is not None}
            await store.learn(tx, known, now)
        if len(watched) < LEARNED_AT_ONCE:
            self._after, self._learn_at = "", now + _LEARN_EVERY
        else:
            self._after = watched[-1]
        return len(watched)

    async def _about(self, domain: str) -> None:
        try:
            await self._ask(domain)
        except Exception as error:  # because one question must not end all others
            if is_outage(error):
                log.warning("what a registry told was not written down", why=repr(error))
            else:
                log.exception("a registry could not be asked", domain=domain)

    async def _ask(self, domain: str) -> None:
        now = self._clock()
        url = self._registries.question(domain)
        if url is None:  # the list of registries is another one than when we learned of it
            async with self._db.begin() as tx:
                await store.save(tx, domain, Told(Ending.NOT_TOLD), now)
            return
        server = urlsplit(url).netloc
        if not await self._has_turn(server, domain, now):
            return
        told = await self._answer(url, domain)
        REGISTRY_QUESTIONS.labels(told.ending).inc()
        now = self._clock()
        async with self._db.begin() as tx:
            if told.after is not None:
                self._refused_until[server] = now + told.after
                await store.leave_alone(tx, server, now + told.after)
            await store.save(tx, domain, told, now)

    async def _has_turn(self, server: str, domain: str, now: datetime) -> bool:
        """Wait for our turn at a server; put the domain off where it is not to come soon."""
        async with self._db.begin() as tx:
            turn, is_ours = await store.reserve(
                tx, server, now, delay=self._delay, patience=_PATIENCE
            )
            if not is_ours:
                await store.put_off(tx, domain, turn)
                return False
        await asyncio.sleep((turn - now).total_seconds())
        refused_until = self._refused_until.get(server)
        if refused_until is None or refused_until <= turn:
            return True
        async with self._db.begin() as tx:  # the server refused another question meanwhile
            await store.put_off(tx, domain, refused_until)
        return False

    async def _answer(self, url: str, domain: str) -> Told:
        try:
            async with asyncio.timeout(_WITHIN_S):
                return await self._registry.ask(url, domain)
        except TimeoutError:
            return Told(Ending.FAILED)
