"""What outreach does when it hears what stands on pages of others: opportunities come, change and end."""

from collections.abc import Sequence

from services.outreach.metrics import OPPORTUNITIES
from services.outreach.store import finding, holding
from services.outreach.store.judging import (
    RESOURCE,
    id_of,
    judge_pages,
    key_of,
    standing,
    subject_of,
)
from shared import clock
from shared.db import Tx
from shared.events import MentionFound, OutlinkJudged, PageSurveyed
from shared.opportunities import OpportunityKind, OutlinkState


async def on_page_surveyed(events: Sequence[PageSurveyed], tx: Tx) -> None:
    """Say how near pages are to the topic of a site, and which of them collect links on it."""
    newest = {
        (one.site_id, one.page_key): one
        for one in sorted(events, key=lambda one: one.read_at)
        if one.site_id is not None and one.workspace_id is not None and one.failure is None
    }
    OPPORTUNITIES.labels(RESOURCE).inc(await judge_pages(tx, list(newest.values())))


async def on_outlink_judged(events: Sequence[OutlinkJudged], tx: Tx) -> None:
    """Keep dead links as opportunities, one for each address; end those that are so no longer."""
    newest = {
        (one.site_id, one.page_key, one.outlink_key): one
        for one in sorted(events, key=lambda one: one.judged_at)
        if one.site_id is not None and one.workspace_id is not None
    }
    dead = [one for one in newest.values() if one.state is OutlinkState.DEAD]
    kind = OpportunityKind.BROKEN_LINK
    subjects = [subject_of(one, kind, one.outlink_key, one.outlink_url) for one in dead]
    ids = await finding.lock_subjects(tx, subjects)
    kept = [(id_of(ids, one, kind, one.outlink_key), one) for one in dead]
    await finding.save_pages(
        tx, [standing(known, one, one.judged_at, outlink=one) for known, one in kept if known]
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
        subject_of(
            one,
            kind,
            one.page_key,
            one.page_url,
            {"term": one.term, "sentence": one.sentence, "title": one.title},
        )
        for one in there
    ]
    ids = await finding.lock_subjects(tx, subjects)
    kept = [(id_of(ids, one, kind, one.page_key), one) for one in there]
    await finding.save_pages(
        tx, [standing(known, one, one.seen_at) for known, one in kept if known]
    )
    over = [key_of(one) for one in newest.values() if not one.is_there]
    ended = await finding.end_pages(tx, over, kind, now=clock.now())
    await finding.refresh(tx, {*ids.values(), *ended})
    OPPORTUNITIES.labels(kind).inc(len(there))
