"""Looks at pages that may link to a site, politely, and tells of what is really there."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.crawler.adapters.eyes import Eyes
from services.crawler.adapters.observer import Question
from services.crawler.adapters.reader import read_page
from services.crawler.domain.costs import Charge
from services.crawler.domain.discovery.candidates import CandidateState, SearchedSite
from services.crawler.domain.discovery.targets import Targets
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.look import Look
from services.crawler.domain.sites import Sites
from services.crawler.domain.verdict import observation_of
from services.crawler.store import candidates, costs, discoveries, findings
from services.crawler.store.candidates import Taken
from services.crawler.store.findings import MentionSeen
from shared import outbox
from shared.db import Tx
from shared.errors import UnavailableError
from shared.events import LinkDiscovered
from shared.ids import new_id

AT_ONCE = 8
LOOK_S = 60.0
_THERE = frozenset({404, 410})
EyesOf = Callable[[], Eyes | None]


@dataclass(frozen=True, slots=True)
class Looked:
    """One page after a look at it."""

    taken: Taken
    look: Look
    state: CandidateState
    mention: MentionSeen | None = None


def eyes_now(eyes_of: EyesOf) -> Eyes:
    """Return what the service looks with; raises UnavailableError while it is closed."""
    eyes = eyes_of()
    if eyes is None:
        raise UnavailableError("The crawler's connections are not open.")
    return eyes


async def look_at(eyes: Eyes, site: SearchedSite, taken: Sequence[Taken]) -> list[Looked]:
    """Look at some pages at once; each host is still asked one thing at a time."""
    async with asyncio.TaskGroup() as group:
        looks = [group.create_task(_look_at(eyes, site, one)) for one in taken]
    return [look.result() for look in looks]


async def _look_at(eyes: Eyes, site: SearchedSite, taken: Taken) -> Looked:
    sites = Sites({site.site_id: site.hosts})
    look = await eyes.observer.look_within(Question(taken.url, sites=sites), LOOK_S)
    state = _state_of(look, site)
    mention = None
    if state is CandidateState.UNLINKED and not Targets(site.hosts).has_url(look.fetched.final_url):
        mention = await asyncio.to_thread(_mention_in, look.fetched, site, taken)
    # The body is not needed any more, and eight of them wait for the slowest.
    return Looked(taken, look._replace(fetched=look.fetched._replace(body=b"")), state, mention)


def _state_of(look: Look, site: SearchedSite) -> CandidateState:
    fetched = look.fetched
    if Targets(site.hosts).has_url(fetched.final_url):
        return CandidateState.UNLINKED  # it sends its readers to us, and is no page of others
    if look.judgement is not None and look.judgement.discoveries:
        return CandidateState.LINKED
    status = fetched.status or 0
    is_seen = fetched.failure is None and (200 <= status < 300 or status in _THERE)
    return CandidateState.UNLINKED if is_seen else CandidateState.UNSEEN


def _mention_in(fetched: Fetched, site: SearchedSite, taken: Taken) -> MentionSeen | None:
    terms = site.terms
    if fetched.status != 200 or not terms.may_be_in(fetched.body):
        return None
    page, _ = read_page(fetched, Sites({}))
    found = terms.first_in(page.body.text) if page is not None else None
    if page is None or found is None:
        return None
    return MentionSeen(
        page_key=taken.page_key,
        url=taken.url,
        domain=taken.host,
        title=page.title.replace("\x00", " ") if page.title else None,
        term=found.term,
        sentence=found.sentence,
    )


async def record(tx: Tx, site: SearchedSite, looked: Sequence[Looked], now: datetime) -> int:
    """Write what looks saw, in one transaction with the events; returns how many pages link."""
    linked = [one for one in looked if one.state is CandidateState.LINKED]
    pages = await discoveries.add_pages(
        tx, [(one.taken.page_key, one.taken.url, one.taken.host) for one in linked], now
    )
    events = [event for one in linked for event in _events_of(one, site, pages[one.taken.page_key])]
    await outbox.add(tx, await discoveries.add_discoveries(tx, events))
    states = [(one.taken.page_key, one.state) for one in looked]
    await candidates.save_states(tx, site.site_id, states, now)
    await findings.mark_found(tx, site.site_id, [one.taken.host for one in linked], now)
    mentions = [one.mention for one in looked if one.mention is not None]
    gone = [
        one.taken.page_key
        for one in looked
        if one.mention is None and one.state is not CandidateState.UNSEEN
    ]
    await findings.save_mentions(tx, site, mentions, gone, now)
    await costs.add(tx, [_charge(site, looked, now)])
    return len(linked)


def _events_of(one: Looked, site: SearchedSite, page_id: UUID) -> list[LinkDiscovered]:
    judgement = one.look.judgement
    if judgement is None:
        return []
    check_id = new_id()
    return [
        LinkDiscovered(
            workspace_id=site.workspace_id,
            site_id=site.site_id,
            reason=one.taken.reason,
            referring_url=one.taken.url,
            page_key=one.taken.page_key,
            target_url=found.target_url,
            target_key=found.target_key,
            observation=observation_of(
                judgement.sight,
                found,
                page_id=page_id,
                check_id=check_id,
                check_seq=one.taken.check_seq,
                checked_at=one.look.looked_at,
            ),
        )
        for found in judgement.discoveries
    ]


def _charge(site: SearchedSite, looked: Sequence[Looked], now: datetime) -> Charge:
    return Charge(
        site.site_id,
        now.date(),
        checks=len(looked),
        requests=sum(one.look.requests for one in looked),
        wire_bytes=sum(one.look.wire_bytes for one in looked),
    )
