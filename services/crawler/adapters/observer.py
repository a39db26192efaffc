"""Fetch, read, judge: one look at one page, the same for the worker, the API and the command line."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from services.crawler.adapters.host_facts import NameServers
from services.crawler.adapters.memory import give_back
from services.crawler.adapters.pacer import HostBusyError
from services.crawler.adapters.politeness import Politeness, Visit
from services.crawler.adapters.reader import read_page
from services.crawler.adapters.renderer import BrowsersBusyError, Renderer
from services.crawler.adapters.siblings import Siblings
from services.crawler.adapters.web import LARGE_BODY, MAX_HOPS, Gate, Validators, Web
from services.crawler.domain.claim import Memory
from services.crawler.domain.disguise import onward
from services.crawler.domain.evidence.draft import FIRST_ASK, SECOND_ASK, aside_of
from services.crawler.domain.fetched import Fetched, followed_by
from services.crawler.domain.indexability import Directive
from services.crawler.domain.look import (
    Look,
    as_it_came,
    content_hash,
    facts_are_due,
    fingerprint_of,
    is_same,
    is_same_way,
    may_ask_shortly,
    may_skip_the_body,
    may_stay_packed,
)
from services.crawler.domain.page import Page
from services.crawler.domain.page_facts import page_facts
from services.crawler.domain.rendering import Rendered, is_worth_showing, weigh, with_directives_of
from services.crawler.domain.scene import Scene
from services.crawler.domain.second_look import is_doubtful, shown_to_some
from services.crawler.domain.sibling import Sibling
from services.crawler.domain.sites import Sites
from services.crawler.domain.target_health import AS_BEFORE, health_of, hides_a_404
from services.crawler.domain.verdict import Judgement, Watch, judge
from shared import clock as house_clock
from shared import urls
from shared.clock import Clock
from shared.events import PageFacts
from shared.vocabulary import Reason, RenderState

# What is left of a look's time must do for a page that cannot exist as well (siblings.py).
_SLOW_MS = 20_000
_SIBLING_HOPS = 1
_SIBLING_S = 15.0
_SIBLING_TURNS = 2
_NOBODY = Sites({})
# What servers say that will not be asked in this way; the page itself may be well.
_NOT_FOR_HEAD = frozenset({400, 403, 404, 405, 501, 503})
_NOTHING = Memory()

RESERVE_S = 3.0
"""Rendering ends this much earlier than the look, so that what the bytes say is not lost with it."""


class Question(NamedTuple):
    """What somebody wants to know about one page.

    With `reusable`, a page that did not change may be answered from what `memory` holds. Whoever
    can come back later waits `patience_s` at most for a host that others are asking (HostBusyError).
    With `render_always` its scripts are run even if its bytes leave nothing open; `until` (of the
    loop's clock) is when rendering, and waiting for it, has to end; who `waits_for_browser` hears by
    a BrowsersBusyError that none was free. That one of the `awaited` links
    is gone from the page is only said when the page does not show it a second time either.
    """

    url: str
    watches: Sequence[Watch] = ()
    sites: Sites = _NOBODY
    memory: Memory = _NOTHING
    reusable: bool = False
    wants_facts: bool = False
    wants_health: bool = False
    patience_s: float | None = None
    render_always: bool = False
    until: float | None = None
    waits_for_browser: bool = False
    awaited: frozenset[UUID] = frozenset()


class Observer:
    """Looks at pages; trouble of the web or of a page is part of the answer, never an exception."""

    def __init__(
        self,
        web: Web,
        politeness: Politeness,
        *,
        siblings: Siblings | None = None,
        renderer: Renderer | None = None,
        name_servers: NameServers | None = None,
        clock: Clock = house_clock.now,
    ) -> None:
        self._web = web
        self._politeness = politeness
        self._siblings = siblings or Siblings(web, clock=clock)
        self._renderer = renderer
        self._name_servers = name_servers or NameServers()
        self._clock = clock

    async def room(self) -> None:
        """Wait until a look could begin at once."""
        await self._web.room()

    async def look(self, question: Question) -> Look:
        """Return what the page shows now."""
        visit = self._politeness.visit(patience_s=question.patience_s)
        look = await self._short(question, visit) or await self._look(question, visit)
        if len(look.fetched.body) > LARGE_BODY:
            give_back()
        if is_doubtful(look.judgement, question.awaited):
            look = await self._confirmed(question, look, visit)
        facts = await self._with_name_servers(look.facts)
        taken = visit.requests, visit.wire_bytes
        if facts is look.facts and taken == (look.requests, look.wire_bytes):
            return look
        return look._replace(facts=facts, requests=visit.requests, wire_bytes=visit.wire_bytes)

    async def look_within(self, question: Question, seconds: float) -> Look:
        """Return what the page shows now; after so many seconds, that nothing was seen in time."""
        until = asyncio.get_running_loop().time() + seconds - RESERVE_S
        try:
            async with asyncio.timeout(seconds):
                return await self.look(question._replace(until=until))
        except TimeoutError:
            return self.failed(question, Reason.TIMEOUT)

    async def _with_name_servers(self, facts: PageFacts | None) -> PageFacts | None:
        """Ask who serves the domain, where we came to it by its address of the public net."""
        if facts is None or facts.ip is None:
            return facts
        servers = await self._name_servers.of(facts.host)
        return facts.model_copy(update={"name_servers": servers}) if servers else facts

    async def _short(self, question: Question, visit: Visit) -> Look | None:
        """Return the look at a target that a HEAD shows to answer as before, None to look in full.

        Whatever else it says, 405, 501 and 403 among it, is for a GET to judge.
        """
        now, memory = self._clock(), question.memory
        if not question.wants_health or question.watches or not may_skip_the_body(memory, now):
            return None
        fetched = await self._web.fetch(question.url, gate=visit, method="HEAD")
        google = self._politeness.google_allowed(fetched.final_url)
        if not is_same_way(memory, fetched, google_allowed=google):
            return None
        return Look(fetched=fetched, looked_at=now, health=AS_BEFORE)

    async def _confirmed(self, question: Question, look: Look, visit: Visit) -> Look:
        """Ask once more: a page that shows a link to some visitors only has not lost it."""
        try:
            async with asyncio.timeout_at(question.until):
                again = await self._look(question._replace(reusable=False), visit)
        except (HostBusyError, BrowsersBusyError, TimeoutError):
            return look
        if look.judgement is None or again.judgement is None:
            return look
        both = shown_to_some(look.judgement, again.judgement)
        if both is None:
            return look._replace(asides=(*look.asides, aside_of(SECOND_ASK, again.fetched)))
        asides = (*again.asides, aside_of(FIRST_ASK, look.fetched))
        return again._replace(judgement=both, asides=asides)

    async def _look(self, question: Question, visit: Visit) -> Look:
        fetched, same = await self._fetch(question, visit)
        if same:
            return self._unchanged(question, fetched, visit)
        page, fetched = read_page(fetched, question.sites)
        while (location := onward(Scene(fetched, page))) is not None:
            fetched = await self._go_on(fetched, location, visit)
            if self._is_same(question, fetched):
                return self._unchanged(question, fetched, visit)
            page, fetched = read_page(fetched, question.sites)
        google = self._politeness.google_allowed(fetched.final_url)
        look = self._judged(question, fetched, page, google_allowed=google)
        if look.wants_sibling:
            sibling = self._siblings.known(fetched.url)
            if sibling is None:
                # A tree is ten times its page: it does not wait with us, but is grown again.
                page = None
                sibling = await self._sibling(fetched, visit)
                page, _ = read_page(fetched, question.sites)
            look = await self._judged_again(question, look, page, google, sibling)
        if page is None or not is_worth_showing(
            fetched, look.judgement, always=question.render_always
        ):
            return look
        directives, page = page.directives, None
        return await self._shown(question, look, directives, visit)

    async def _fetch(self, question: Question, visit: Visit) -> tuple[Fetched, bool]:
        """Return what the page answers, and whether that is the same as at the last look."""
        fetched = await self._web.fetch(
            question.url,
            gate=visit,
            validators=self._validators(question),
            leave_packed=question.reusable and may_stay_packed(question.memory),
        )
        if self._is_same(question, fetched):
            return fetched, True
        if fetched.not_modified:
            # Reached by another way than before: what we remember is of that way, so ask in full.
            return await self._web.fetch(question.url, gate=visit), False
        if fetched.packed is None:
            return fetched, False
        # Equal pages need not come in equal bytes: servers pack as they send.
        await self._web.turn_to_read()
        fetched = self._web.unpacked(fetched)
        return fetched, self._is_same(question, fetched)

    def _is_same(self, question: Question, fetched: Fetched) -> bool:
        if not question.reusable:
            return False
        google = self._politeness.google_allowed(fetched.final_url)
        return is_same(question.memory.fingerprint, fetched, google_allowed=google)

    async def _go_on(self, fetched: Fetched, location: str, gate: Gate) -> Fetched:
        """Follow a page that sends its reader on, as a redirect: within the hops of one chain."""
        left = MAX_HOPS - len(fetched.hops) - 1
        asked = {urls.url_key(hop.url) for hop in fetched.hops}
        if left < 0 or urls.url_key(location) in asked:
            loop = Fetched(url=location, final_url=location, failure=Reason.REDIRECT_LOOP)
            return followed_by(fetched, location, loop)
        further = await self._web.fetch(location, gate=gate, max_hops=left)
        return followed_by(fetched, location, further)

    async def _sibling(self, fetched: Fetched, gate: Gate) -> Sibling | None:
        """Return how the host answers for what cannot exist; the look itself must not wait long."""
        slow = fetched.elapsed_ms > _SLOW_MS or len(fetched.hops) > _SIBLING_HOPS
        within_s = _SIBLING_S + _SIBLING_TURNS * self._politeness.pace_s(fetched.url)
        return await self._siblings.of(fetched.url, gate=None if slow else gate, within_s=within_s)

    async def page(self, url: str) -> tuple[Page | None, Fetched]:
        """Return a page with all its links, as the first answer has it, and how it was fetched."""
        fetched = await self._web.fetch(url, gate=self._politeness.visit())
        return read_page(fetched, None)

    async def home(self, domain: str) -> tuple[Page | None, Fetched]:
        """Return the home page of a domain, by https or else by http."""
        page, fetched = await self.page(f"https://{domain}/")
        if fetched.failure in {Reason.UNREACHABLE, Reason.TLS_ERROR, Reason.TIMEOUT}:
            return await self.page(f"http://{domain}/")
        return page, fetched

    async def status(self, url: str) -> Fetched:
        """Return how a URL answers and where it leads, without its body: HEAD, else a short GET."""
        visit = self._politeness.visit()
        fetched = await self._web.fetch(url, gate=visit, method="HEAD")
        if fetched.status in _NOT_FOR_HEAD:
            return await self._web.fetch(url, gate=visit, cut_at=1)
        return fetched

    def failed(self, question: Question, failure: Reason) -> Look:
        """Return the look of somebody who saw nothing, for when looking itself went wrong."""
        fetched = Fetched(url=question.url, final_url=question.url, failure=failure)
        return self._judged(question, fetched, None, google_allowed=None)

    def _validators(self, question: Question) -> Validators | None:
        memory = question.memory
        if not question.reusable or not may_ask_shortly(memory, self._clock()):
            return None
        if memory.final_url is None or not (memory.etag or memory.last_modified):
            return None
        return Validators(memory.final_url, memory.etag, memory.last_modified)

    def _unchanged(self, question: Question, fetched: Fetched, visit: Visit) -> Look:
        now = self._clock()
        known, facts = question.memory.fingerprint, None
        fingerprint = None
        if known is not None and not fetched.not_modified:
            fingerprint = known if fetched.packed else as_it_came(known, fetched)
        if question.wants_facts and fingerprint is not None:
            due = facts_are_due(question.memory, now, content_hash(fingerprint))
            page, fetched = (
                read_page(self._web.unpacked(fetched), _NOBODY) if due else (None, fetched)
            )
            facts = page_facts(page, fetched) if page is not None else None
        # Looks wait to be recorded together; their bodies would fill the memory meanwhile.
        return Look(
            fetched=fetched._replace(body=b""),
            looked_at=now,
            fingerprint=fingerprint,
            facts=facts,
            requests=visit.requests,
            wire_bytes=visit.wire_bytes,
        )

    def _judged(
        self,
        question: Question,
        fetched: Fetched,
        page: Page | None,
        *,
        google_allowed: bool | None,
    ) -> Look:
        now = self._clock()
        judgement = judge(
            fetched,
            page,
            question.watches,
            sites=question.sites,
            now=now,
            google_allowed=google_allowed,
        )
        whole = fetched.failure is None and fetched.status == 200
        fingerprint = fingerprint_of(fetched, google_allowed=google_allowed) if whole else None
        scene = Scene(fetched, page)
        return Look(
            fetched=fetched,
            looked_at=now,
            judgement=judgement,
            fingerprint=fingerprint,
            facts=self._facts(question, fetched, page, judgement, fingerprint),
            health=health_of(scene) if question.wants_health else None,
            wants_sibling=judgement.wants_sibling or (question.wants_health and hides_a_404(scene)),
        )

    async def _judged_again(
        self,
        question: Question,
        look: Look,
        page: Page | None,
        google_allowed: bool | None,
        sibling: Sibling | None,
    ) -> Look:
        """Return the look in the light of what its host shows for what cannot exist, if known."""
        if sibling is None:
            return look
        judgement = judge(
            look.fetched,
            page,
            question.watches,
            sites=question.sites,
            now=look.looked_at,
            google_allowed=google_allowed,
            sibling=sibling,
        )
        scene = Scene(look.fetched, page, sibling)
        health = health_of(scene) if question.wants_health else None
        again = look._replace(judgement=judgement, health=health)
        if look.judgement is None or judgement.verdicts == look.judgement.verdicts:
            return again
        probe = await self._siblings.wire(look.fetched.url)
        return again if probe is None else again._replace(asides=(*again.asides, probe))

    async def _shown(
        self, question: Question, look: Look, directives: Sequence[Directive], visit: Visit
    ) -> Look:
        """Return the look once the page's scripts have run, as far as they could be run."""
        rendered = Rendered(state=RenderState.OFF)
        if self._renderer is not None:
            rendered = await self._renderer.render(look.fetched, visit, until=question.until)
        if rendered.busy and question.waits_for_browser:
            raise BrowsersBusyError("All browsers are busy.")
        shown, page, judgement = rendered.fetched, None, None
        if shown is not None:
            page, shown = read_page(shown, question.sites)
        if shown is not None and page is not None:
            page = with_directives_of(directives, page)
            judgement = judge(
                shown,
                page,
                question.watches,
                sites=question.sites,
                now=look.looked_at,
                google_allowed=self._politeness.google_allowed(shown.final_url),
            )
        if look.judgement is None:
            return look
        weighed = weigh(look.judgement, judgement, rendered)
        facts = look.facts
        if shown is not None and page is not None:
            facts = self._facts(question, shown, page, weighed, look.fingerprint) or facts
        left = shown.body if shown is not None else b""
        return look._replace(judgement=weighed, facts=facts, by_scripts=True, shown=left)

    def _facts(
        self,
        question: Question,
        fetched: Fetched,
        page: Page | None,
        judgement: Judgement,
        fingerprint: bytes | None,
    ) -> PageFacts | None:
        # Without an opinion about indexing the page was a wall or a shell, not the page itself.
        if not question.wants_facts or page is None or judgement.sight.indexable is None:
            return None
        if fingerprint is None or not facts_are_due(
            question.memory, self._clock(), content_hash(fingerprint)
        ):
            return None
        return page_facts(page, fetched)
