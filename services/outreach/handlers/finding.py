"""What outreach does when it hears what stands on pages of others: opportunities come, change and end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from services.outreach.domain.judging import topic_of_site
from services.outreach.domain.opportunities import RELEVANT, list_reasons
from services.outreach.domain.relevance import MAX_SHOWN, Text, Topic, relevance_of
from services.outreach.metrics import OPPORTUNITIES
from services.outreach.store import finding, holding, readings, sites
from services.outreach.store.finding import Standing, Subject, Surveyed
from shared import clock
from shared.db import Tx
from shared.events import MentionFound, OutlinkJudged, PageSurveyed
from shared.opportunities import OpportunityKind, OutlinkState

RESOURCE = OpportunityKind.RESOURCE_PAGE
Ids = Mapping[tuple[UUID, str, UUID], UUID]


async def on_page_surveyed(events: Sequence[PageSurveyed], tx: Tx) -> None:
    """Say how near pages are to the topic of a site, and which of them collect links on it."""
    newest = {
        (one.site_id, one.page_key): one
        for one in sorted(events, key=lambda one: one.read_at)
        if one.site_id is not None and one.workspace_id is not None and one.failure is None
    }
    topics = await _topics(tx, {site_id for site_id, _ in newest})
    pages = [
        _surveyed(one, topics[site_id]) for (site_id, _), one in newest.items() if site_id in topics
    ]
    await finding.save_surveyed(tx, pages)
    lists = {_key(one.event): one for one in pages if _is_list(one)}
    ids = await finding.lock_subjects(tx, [_subject_of_list(one) for one in lists.values()])
    kept = [(_id_of(ids, one.event, RESOURCE, one.event.page_key), one) for one in lists.values()]
    await finding.save_pages(
        tx, [_standing(known, one.event, one.event.read_at) for known, one in kept if known]
    )
    gone = [_key(one.event) for one in pages if _key(one.event) not in lists]
    await finding.end_pages(tx, gone, RESOURCE, now=clock.now())
    linking = [_key(one.event) for one in pages if one.event.links_to_site]
    await finding.end_pages(tx, linking, OpportunityKind.UNLINKED_MENTION, now=clock.now())
    await finding.refresh(tx, await finding.list_touched(tx, [_key(one.event) for one in pages]))
    OPPORTUNITIES.labels(RESOURCE).inc(len(ids))


async def on_outlink_judged(events: Sequence[OutlinkJudged], tx: Tx) -> None:
    """Keep dead links as opportunities, one for each address; end those that are so no longer."""
    newest = {
        (one.site_id, one.page_key, one.outlink_key): one
        for one in sorted(events, key=lambda one: one.judged_at)
        if one.site_id is not None and one.workspace_id is not None
    }
    dead = [one for one in newest.values() if one.state is OutlinkState.DEAD]
    kind = OpportunityKind.BROKEN_LINK
    subjects = [_subject(one, kind, one.outlink_key, one.outlink_url) for one in dead]
    ids = await finding.lock_subjects(tx, subjects)
    kept = [(_id_of(ids, one, kind, one.outlink_key), one) for one in dead]
    await finding.save_pages(
        tx, [_standing(known, one, one.judged_at, outlink=one) for known, one in kept if known]
    )
    changed = await finding.change_outlinks(tx, newest.values())
    await finding.refresh(tx, {*ids.values(), *changed})
    await holding.wake(tx, {*ids.values(), *changed}, now=clock.now())
    await holding.judge_typed(tx, newest.values(), now=clock.now())
    OPPORTUNITIES.labels(kind).inc(len(dead))


async def on_mention_found(events: Sequence[MentionFound], tx: Tx) -> None:
    """Keep pages that name a site without a link; those that link now, or name nobody, are over."""
    newest = {
        (one.site_id, one.page_key): one
        for one in sorted(events, key=lambda one: one.seen_at)
        if one.site_id is not None and one.workspace_id is not None
    }
    kind = OpportunityKind.UNLINKED_MENTION
    there = [one for one in newest.values() if one.is_there]
    subjects = [
        _subject(
            one,
            kind,
            one.page_key,
            one.page_url,
            {"term": one.term, "sentence": one.sentence, "title": one.title},
        )
        for one in there
    ]
    ids = await finding.lock_subjects(tx, subjects)
    kept = [(_id_of(ids, one, kind, one.page_key), one) for one in there]
    await finding.save_pages(
        tx, [_standing(known, one, one.seen_at) for known, one in kept if known]
    )
    over = [_key(one) for one in newest.values() if not one.is_there]
    ended = await finding.end_pages(tx, over, kind, now=clock.now())
    await finding.refresh(tx, {*ids.values(), *ended})
    OPPORTUNITIES.labels(kind).inc(len(there))


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
    return _subject(event, kind, event.page_key, event.page_url, evidence)


def _subject(
    event: PageSurveyed | OutlinkJudged | MentionFound,
    kind: OpportunityKind,
    key: UUID,
    url: str,
    evidence: Mapping[str, object] | None = None,
) -> Subject:
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


def _standing(
    opportunity_id: UUID,
    event: PageSurveyed | OutlinkJudged | MentionFound,
    judged_at: datetime,
    *,
    outlink: OutlinkJudged | None = None,
) -> Standing:
    return Standing(
        opportunity_id=opportunity_id,
        page_key=event.page_key,
        site_id=_key(event)[0],
        page_url=event.page_url,
        domain=event.domain,
        judged_at=judged_at,
        outlink=outlink,
    )


def _id_of(
    ids: Ids, event: PageSurveyed | OutlinkJudged | MentionFound, kind: OpportunityKind, key: UUID
) -> UUID | None:
    """Return the opportunity of a subject; None where its site is gone."""
    return ids.get((_key(event)[0], kind.value, key))


def _key(event: PageSurveyed | OutlinkJudged | MentionFound) -> tuple[UUID, UUID]:
    if event.site_id is None:
        raise ValueError("an opportunity of no site")
    return event.site_id, event.page_key
