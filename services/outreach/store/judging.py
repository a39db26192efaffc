"""Judges pages that were searched for a site: when they are told, and again when the words of the site change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from services.outreach.domain.judging import topic_of_site
from services.outreach.domain.opportunities import RELEVANT, list_reasons
from services.outreach.domain.relevance import MAX_SHOWN, Text, Topic, relevance_of
from services.outreach.store import finding, readings, sites
from services.outreach.store.finding import Standing, Subject, Surveyed
from shared import clock
from shared.db import Tx
from shared.events import MentionFound, OutlinkJudged, PageSurveyed
from shared.opportunities import OpportunityKind

RESOURCE = OpportunityKind.RESOURCE_PAGE
Ids = Mapping[tuple[UUID, str, UUID], UUID]


async def judge_pages(
    tx: Tx, events: Sequence[PageSurveyed], *, again_at: datetime | None = None
) -> int:
    """Say how near pages are to the topic of their site, and which collect links on it; returns how many do.

    With `again_at` nothing new was seen of them. What people decided of an opportunity is never touched.
    """
    topics = await _topics(tx, {one.site_id for one in events})
    pages = [
        _surveyed(one, topics[one.site_id])
        for one in events
        if one.site_id is not None and one.site_id in topics
    ]
    await finding.save_surveyed(tx, pages)
    lists = {key_of(one.event): one for one in pages if _is_list(one)}
    ids = await finding.lock_subjects(tx, [_subject_of_list(one) for one in lists.values()])
    kept = [(id_of(ids, one.event, RESOURCE, one.event.page_key), one) for one in lists.values()]
    await finding.save_pages(
        tx,
        [standing(known, one.event, again_at or one.event.read_at) for known, one in kept if known],
    )
    gone = [key_of(one.event) for one in pages if key_of(one.event) not in lists]
    await finding.end_pages(tx, gone, RESOURCE, now=again_at or clock.now())
    if again_at is None:
        linking = [key_of(one.event) for one in pages if one.event.links_to_site]
        await finding.end_pages(tx, linking, OpportunityKind.UNLINKED_MENTION, now=clock.now())
    await finding.refresh(tx, await finding.list_touched(tx, [key_of(one.event) for one in pages]))
    return len(ids)


async def judge_again(tx: Tx, *, now: datetime, limit: int) -> int:
    """Judge some pages anew whose site has other words than before; returns how many there were."""
    events = await finding.claim_due(tx, limit=limit)
    if events:
        await judge_pages(tx, events, again_at=now)
    return len(events)


async def _topics(tx: Tx, site_ids: Iterable[UUID | None]) -> dict[UUID, Topic]:
    words = await sites.list_words(tx, [one for one in site_ids if one is not None])
    known = await readings.list_readings(tx, {one.domain for one in words.values()})
    return {
        site_id: topic_of_site(
            one.brands,
            one.keywords,
            known[one.domain].told if one.domain in known else None,
        )
        for site_id, one in words.items()
    }


def _surveyed(event: PageSurveyed, topic: Topic) -> Surveyed:
    text = Text(
        title=event.title or "",
        description=event.description or "",
        headings=event.headings,
        words=event.words,
        language=event.language,
    )
    found = relevance_of(topic, text)
    judgement = {
        "sentence": found.sentence,
        "shared": [asdict(one) for one in found.shared[:MAX_SHOWN]],
        "list_reasons": list(list_reasons(event)),
    }
    return Surveyed(event, found.score, judgement)


def _is_list(one: Surveyed) -> bool:
    """Say whether a page is an opportunity by itself; where nearness is not known, it is none."""
    is_near = one.relevance is not None and one.relevance >= RELEVANT
    return is_near and bool(one.judgement["list_reasons"]) and not one.event.links_to_site


def _subject_of_list(one: Surveyed) -> Subject:
    evidence = {"reasons": one.judgement["list_reasons"], "title": one.event.title}
    event = one.event
    kind = RESOURCE
    return subject_of(event, kind, event.page_key, event.page_url, evidence)


def subject_of(
    event: PageSurveyed | OutlinkJudged | MentionFound,
    kind: OpportunityKind,
    key: UUID,
    url: str,
    evidence: Mapping[str, object] | None = None,
) -> Subject:
    """Return what an event says that an opportunity is about."""
    if event.workspace_id is None or event.site_id is None:
        raise ValueError("an opportunity of no site")
    return Subject(
        workspace_id=event.workspace_id,
        site_id=event.site_id,
        kind=kind,
        key=key,
        url=url,
        evidence=evidence or {},
    )


def standing(
    opportunity_id: UUID,
    event: PageSurveyed | OutlinkJudged | MentionFound,
    judged_at: datetime,
    *,
    outlink: OutlinkJudged | None = None,
) -> Standing:
    """Return that an opportunity stands on the page of an event."""
    return Standing(
        opportunity_id=opportunity_id,
        page_key=event.page_key,
        site_id=key_of(event)[0],
        page_url=event.page_url,
        domain=event.domain,
        judged_at=judged_at,
        outlink=outlink,
    )


def id_of(
    ids: Ids, event: PageSurveyed | OutlinkJudged | MentionFound, kind: OpportunityKind, key: UUID
) -> UUID | None:
    """Return the opportunity of a subject; None where its site is gone."""
    return ids.get((key_of(event)[0], kind.value, key))


def key_of(event: PageSurveyed | OutlinkJudged | MentionFound) -> tuple[UUID, UUID]:
    """Return site and page of an event."""
    if event.site_id is None:
        raise ValueError("an opportunity of no site")
    return event.site_id, event.page_key
