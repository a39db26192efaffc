"""Judges prospects whose domain was read, and what was found for sites that have other words than before."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from services.outreach.domain.contact import FoundBy, is_for_outreach, role_of
from services.outreach.domain.judging import Verdict, judge, topic_of_site
from services.outreach.domain.prospect import OPEN
from services.outreach.domain.relevance import Topic
from services.outreach.jobs.turns import take_turns
from services.outreach.store import contacts, people, prospects, readings, sites
from services.outreach.store.contacts import Contact
from services.outreach.store.judging import judge_again as pages_again
from services.outreach.store.prospects import Change
from services.outreach.store.readings import Due, Judged, Reading
from services.outreach.store.sites import Words
from shared import clock, ids
from shared.db import Database, Tx
from shared.events import DomainRead

CHUNK = 25
"""Judged in one transaction: some 10 ms each, between which others have their turn."""

_NOTHING = Reading(None, None, None, None)


async def judge_due(db: Database, pause_s: float, stop: asyncio.Event) -> None:
    """Judge what is due, until `stop`."""

    async def take() -> bool:
        return await judge_some(db, now=clock.now()) == CHUNK

    await take_turns(take, pause_s, stop)


async def judge_some(db: Database, *, now: datetime) -> int:
    """Judge some prospects, and pages that were searched, of each at most a chunk; returns the larger count."""
    async with db.begin() as tx:
        due = await readings.claim_due(tx, limit=CHUNK)
        if due:
            await _judge(tx, due, now)
    async with db.begin() as tx:
        pages = await pages_again(tx, now=now, limit=CHUNK)
    return max(len(due), pages)


async def _judge(tx: Tx, due: list[Due], now: datetime) -> None:
    words = await sites.list_words(tx, {one.site_id for one in due})
    homes = {one.domain for one in words.values()}
    known = await readings.list_readings(tx, homes | {one.domain for one in due})
    topics = {site_id: _topic(site, known) for site_id, site in words.items()}
    judged = [(one, _verdict(one, words, topics, known)) for one in due]
    await readings.save_judged(tx, [_row(one, verdict, known) for one, verdict in judged])
    added = await _keep_contacts(tx, due, known, now)
    await prospects.add_history(
        tx,
        [
            Change(one.prospect_id, _sentence(verdict, added.get(one.domain, 0)), now)
            for one, verdict in judged
            if known.get(one.domain, _NOTHING).read_at != one.read_at
        ],
    )


def _topic(site: Words, known: Mapping[str, Reading]) -> Topic:
    home = known.get(site.domain, _NOTHING).told
    return topic_of_site(site.brands, site.keywords, home)


def _verdict(
    one: Due,
    words: Mapping[UUID, Words],
    topics: Mapping[UUID, Topic],
    known: Mapping[str, Reading],
) -> Verdict:
    reading, site = known.get(one.domain, _NOTHING), words[one.site_id]
    return judge(
        topics[one.site_id],
        reading.told,
        reading.failure if _is_newer_failure(reading) else None,
        competitors=site.competitors,
        own_hosts=site.hosts,
    )


def _is_newer_failure(reading: Reading) -> bool:
    if reading.failed_at is None:
        return False
    return reading.read_at is None or reading.failed_at > reading.read_at


def _row(one: Due, verdict: Verdict, known: Mapping[str, Reading]) -> Judged:
    return Judged(
        prospect_id=one.prospect_id,
        relevance=verdict.relevance.score,
        quality=verdict.quality.score,
        judgement=verdict.evidence,
        read_at=known.get(one.domain, _NOTHING).read_at,
    )


def _sentence(verdict: Verdict, contacts_found: int) -> str:
    parts = [
        f"relevance {verdict.relevance.score} of 100"
        if verdict.relevance.score is not None
        else "",
        f"quality {verdict.quality.score} of 100" if verdict.quality.score is not None else "",
        f"new contacts: {contacts_found}" if contacts_found else "",
    ]
    return f"Its pages were read: {', '.join(filter(None, parts)) or 'too little to say'}."


async def _keep_contacts(
    tx: Tx, due: Iterable[Due], known: Mapping[str, Reading], now: datetime
) -> dict[str, int]:
    """Write down whom the pages of open prospects name; returns how many are new, by domain."""
    wanted = {(one.workspace_id, one.domain) for one in due if one.stage in OPEN}
    found = [
        contact
        for workspace_id, domain in sorted(wanted)
        if (told := known.get(domain, _NOTHING).told) is not None
        for contact in _contacts(told, workspace_id, now)
    ]
    kept = await people.without_erased(tx, found)
    added = await contacts.add_contacts(tx, kept)
    counts: dict[str, int] = {}
    for one in kept:
        counts[one.domain] = counts.get(one.domain, 0) + (one.contact_id in added)
    return counts


def _contacts(told: DomainRead, workspace_id: UUID, now: datetime) -> Iterable[Contact]:
    """Return the contacts that a domain names; its form only where it names nobody."""
    people_seen = [one for one in told.people if is_for_outreach(one.email)]
    language = told.facts.text_language if told.facts else None
    rows = [
        (one.email, one.name, one.role or role_of(one.email), one.source_url) for one in people_seen
    ]
    if not rows and told.form_url is not None:
        return [_contact(told, workspace_id, now, None, None, "Form", told.form_url, language)]
    return [_contact(told, workspace_id, now, *row, language) for row in rows]


def _contact(
    told: DomainRead,
    workspace_id: UUID,
    now: datetime,
    email: str | None,
    name: str | None,
    role: str | None,
    source_url: str,
    language: str | None,
) -> Contact:
    return Contact(
        contact_id=ids.new_id(),
        workspace_id=workspace_id,
        domain=told.domain,
        email=email,
        name=name,
        role=role,
        language=language,
        source_url=source_url,
        source_at=told.read_at,
        found_by=FoundBy.PAGE,
        created_by="",
        created_at=now,
    )
