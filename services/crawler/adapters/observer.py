"""Fetch, read, judge: one look at one page, the same for the worker, the API and the command line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.crawler.adapters.politeness import Politeness, Visit
from services.crawler.adapters.web import Validators, Web
from services.crawler.domain import page as pages
from services.crawler.domain.claim import Memory
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.look import (
    Look,
    content_hash,
    facts_are_due,
    fingerprint_of,
    is_html,
    is_same,
    may_ask_shortly,
)
from services.crawler.domain.page import Page
from services.crawler.domain.page_facts import page_facts
from services.crawler.domain.sites import Sites
from services.crawler.domain.target_health import health_of
from services.crawler.domain.verdict import Judgement, Watch, judge
from shared import clock as house_clock
from shared.clock import Clock
from shared.events import PageFacts
from shared.log import get_logger
from shared.vocabulary import Reason

log = get_logger(__name__)

# A tree costs about 150 bytes for each tag: this bounds what a page of nothing but tags can take.
_MAX_TAGS = 300_000
_NOBODY = Sites({})
_NOTHING = Memory()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody wants to know about one page.

    With `reusable`, a page that did not change may be answered from what `memory` holds. Whoever
    can come back later waits `patience_s` at most for a host that others are asking (HostBusyError).
    """

    url: str
    watches: Sequence[Watch] = ()
    sites: Sites = _NOBODY
    memory: Memory = _NOTHING
    reusable: bool = False
    wants_facts: bool = False
    wants_health: bool = False
    patience_s: float | None = None


class Observer:
    """Looks at pages; trouble of the web or of a page is part of the answer, never an exception."""

    def __init__(self, web: Web, politeness: Politeness, *, clock: Clock = house_clock.now) -> None:
        self._web = web
        self._politeness = politeness
        self._clock = clock

    async def look(self, question: Question) -> Look:
        """Return what the page shows now."""
        visit = self._politeness.visit(patience_s=question.patience_s)
        look = await self._look(question, visit)
        return replace(look, requests=visit.requests, wire_bytes=visit.wire_bytes)

    async def _look(self, question: Question, visit: Visit) -> Look:
        validators = self._validators(question)
        fetched = await self._web.fetch(question.url, gate=visit, validators=validators)
        google = self._politeness.google_allowed(fetched.final_url)
        memory = question.memory
        if question.reusable and is_same(memory.fingerprint, fetched, google_allowed=google):
            return self._unchanged(question, fetched)
        if fetched.not_modified:
            # Reached by another way than before: what we remember is of that way, so ask in full.
            fetched = await self._web.fetch(question.url, gate=visit)
            google = self._politeness.google_allowed(fetched.final_url)
        return self._judged(question, fetched, google_allowed=google)

    def failed(self, question: Question, failure: Reason) -> Look:
        """Return the look of somebody who saw nothing, for when looking itself went wrong."""
        fetched = Fetched(url=question.url, final_url=question.url, failure=failure)
        return self._judged(question, fetched, google_allowed=None)

    def _validators(self, question: Question) -> Validators | None:
        memory = question.memory
        if not question.reusable or not may_ask_shortly(memory, self._clock()):
            return None
        if memory.final_url is None or not (memory.etag or memory.last_modified):
            return None
        return Validators(memory.final_url, memory.etag, memory.last_modified)

    def _unchanged(self, question: Question, fetched: Fetched) -> Look:
        now = self._clock()
        fingerprint = None if fetched.not_modified else question.memory.fingerprint
        facts = None
        if question.wants_facts and fingerprint is not None:
            due = facts_are_due(question.memory, now, content_hash(fingerprint))
            page, fetched = self._read(fetched, _NOBODY) if due else (None, fetched)
            facts = page_facts(page, fetched) if page is not None else None
        return Look(
            fetched=replace(fetched, body=b""), looked_at=now, fingerprint=fingerprint, facts=facts
        )

    def _judged(self, question: Question, fetched: Fetched, *, google_allowed: bool | None) -> Look:
        now = self._clock()
        page, fetched = self._read(fetched, question.sites)
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
        return Look(
            fetched=fetched,
            looked_at=now,
            judgement=judgement,
            fingerprint=fingerprint,
            facts=self._facts(question, fetched, page, judgement, fingerprint),
            health=health_of(fetched, page) if question.wants_health else None,
        )

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

    def _read(self, fetched: Fetched, sites: Sites) -> tuple[Page | None, Fetched]:
        if fetched.failure not in {None, Reason.TOO_LARGE} or not is_html(fetched):
            return None, fetched
        if fetched.body.count(b"<") > _MAX_TAGS:
            return None, replace(fetched, failure=Reason.TOO_LARGE)
        # The first of equal names wins, as in Fetched.header.
        headers = dict(reversed(fetched.headers))
        try:
            page = pages.read(fetched.body, fetched.final_url, headers, wanted=sites.wanted)
        except Exception:  # because one page that trips the reader must not stop all others
            log.exception("page could not be read", url=fetched.final_url)
            return None, replace(fetched, failure=Reason.UNDECODABLE)
        return page, fetched
