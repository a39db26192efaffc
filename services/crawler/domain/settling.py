"""Turns a look at a claimed page into what is written: streaks, events and the next look."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.crawler.domain import streak
from services.crawler.domain.claim import CheckRecord, Claim, Memory, WatchRecord, WatchState
from services.crawler.domain.evidence.keeping import Keeper
from services.crawler.domain.look import Look, content_hash
from services.crawler.domain.packing import pack, unpack
from services.crawler.domain.page_kind import PageKind, kind_of
from services.crawler.domain.planning import Terms, plan_of
from services.crawler.domain.seen import Seen
from services.crawler.domain.streak import Streak
from services.crawler.domain.verdict import Discovery, Verdict, observation_of
from shared import jsontext
from shared.events import (
    Event,
    LinkChecked,
    LinkDiscovered,
    Observation,
    Occurrence,
    PageRead,
    TargetChecked,
)
from shared.vocabulary import DiscoveryReason, Outcome, Reason

_WENT = (Reason.LINK_REMOVED,)


class _Kept(BaseModel):
    """What is kept at a watch of the last page that was seen whole."""

    observation: Observation
    targets: tuple[Occurrence, ...]


def settle(claim: Claim, look: Look, terms: Terms) -> CheckRecord:
    """Return the record of a check, with the events that tell what was seen."""
    keeper = Keeper(claim, look, terms.evidence_body)
    seen = [_seen(state, keeper, terms) for state in claim.watches]
    failed = _has_failed(look, seen)
    plan = plan_of(claim, look, seen, failed=failed, terms=terms)
    next_at = plan.next_check_at
    moved = _moved(claim.memory, look, failed=failed)
    events: list[Event] = [_link_checked(one, next_at) for one in seen]
    if look.facts is not None:
        events.append(_page_read(claim, look))
        moved |= {"facts_at": terms.now, "facts_hash": _facts_hash(look)}
    events.extend(_targets_checked(claim, look))
    return CheckRecord(
        page_id=claim.page_id,
        host=claim.host,
        check_seq=claim.check_seq,
        next_check_at=next_at,
        memory=claim.memory._replace(history=plan.history, rate=plan.rate, **moved),
        watches=_watch_records(seen, look),
        events=events,
        discoveries=_discoveries(claim, look, terms),
        evidence=[one.kept.draft for one in seen if one.kept.draft is not None],
        rate_before=claim.memory.rate,
        learned=plan.learned,
        alarms=plan.alarms,
        sites=_sites(claim),
        requests=look.requests,
        wire_bytes=look.wire_bytes,
    )


def _sites(claim: Claim) -> tuple[UUID, ...]:
    """Return the sites that wanted this look."""
    watching = {state.watch.site_id for state in claim.watches}
    return tuple(sorted(watching | {target.site_id for target in claim.targets}))


def remembered(state: WatchState) -> tuple[Observation, tuple[Occurrence, ...]] | None:
    """Return the last observation of a watch and its targets, if one was kept."""
    text = unpack(state.observation)
    if text is None:
        return None
    kept = _Kept.model_validate_json(text)
    return kept.observation, kept.targets


def _seen(state: WatchState, keeper: Keeper, terms: Terms) -> Seen:
    claim, look = keeper.claim, keeper.look
    if look.judgement is None:
        observation, targets = _again(state, claim, look, terms)
    else:
        verdict = next(one for one in look.judgement.verdicts if one.link_id == state.watch.link_id)
        verdict = _with_churn(verdict, state, claim.url)
        observation, targets = _observe(verdict, claim, look, terms), verdict.targets
    wait = streak.confirm_after(
        observation.reasons, contract=state.contract, override=terms.confirm_after
    )
    before = Streak(state.missing_streak, state.missing_since)
    after = streak.after(before, observation.outcome, at=look.looked_at, wait=wait)
    return Seen(state, keeper.keep(state, observation, after), targets, after, wait)


def _with_churn(verdict: Verdict, state: WatchState, url: str) -> Verdict:
    """Say of a link that went from a list first of all that it was one: those move on by themselves.

    Only the address decides: a page that lost several links at once need not be a list.
    """
    if verdict.reasons != _WENT or not state.ever_live or kind_of(url) is not PageKind.LISTING:
        return verdict
    return replace(verdict, reasons=(Reason.LISTING_CHURN, *verdict.reasons))


def _again(
    state: WatchState, claim: Claim, look: Look, terms: Terms
) -> tuple[Observation, tuple[Occurrence, ...]]:
    """Return the last observation as one of this check: the page says that nothing changed."""
    kept = remembered(state)
    if kept is None:
        raise ValueError(f"nothing is remembered of link {state.watch.link_id}")
    observation = kept[0].model_copy(
        update={
            "page_id": claim.page_id,
            "check_id": terms.check_id,
            "check_seq": claim.check_seq,
            "checked_at": look.looked_at,
            "elapsed_ms": look.fetched.elapsed_ms,
            "evidence_id": state.evidence_id,
        }
    )
    return observation, kept[1]


def _observe(verdict: Verdict | Discovery, claim: Claim, look: Look, terms: Terms) -> Observation:
    if look.judgement is None:
        raise ValueError("a look without a judgement shows nothing new")
    return observation_of(
        look.judgement.sight,
        verdict,
        page_id=claim.page_id,
        check_id=terms.check_id,
        check_seq=claim.check_seq,
        checked_at=look.looked_at,
    )


def _has_failed(look: Look, seen: Sequence[Seen]) -> bool:
    if seen:
        return all(one.outcome is Outcome.UNKNOWN for one in seen)
    health = look.health
    return health is not None and health.broken is None and not health.is_as_before


def _moved(before: Memory, look: Look, *, failed: bool) -> dict[str, Any]:
    """Return what of a page's memory is different after a look."""
    moved: dict[str, Any] = {
        "checked_at": look.looked_at,
        "checks": before.checks + 1,
        "failure_run": before.failure_run + 1 if failed else 0,
    }
    if look.fetched.not_modified or (look.health is not None and look.health.is_as_before):
        return moved | {"short_run": before.short_run + 1}
    if look.by_scripts:
        return moved | {"fingerprint": None, "etag": None, "last_modified": None, "short_run": 0}
    if look.fingerprint is None:
        return moved
    return moved | {
        "final_url": look.fetched.final_url,
        "etag": look.fetched.header("etag"),
        "last_modified": look.fetched.header("last-modified"),
        "fingerprint": look.fingerprint,
        "changed_at": before.changed_at if look.judgement is None else look.looked_at,
        "full_at": look.looked_at,
        "short_run": 0,
    }


def _link_checked(one: Seen, next_at: datetime) -> LinkChecked:
    return LinkChecked(
        workspace_id=one.state.workspace_id,
        site_id=one.state.watch.site_id,
        link_id=one.state.watch.link_id,
        observation=one.observation,
        missing_streak=one.streak.count,
        missing_since=one.streak.since,
        next_check_at=next_at,
        targets=one.targets,
        tracked_seq=one.state.tracked_seq,
    )


def _watch_records(seen: Sequence[Seen], look: Look) -> list[WatchRecord]:
    """Return what changes at the watches: most looks find what the last one found."""
    return [record for one in seen if (record := _watch_record(one, look)).is_news(one.state)]


def _watch_record(one: Seen, look: Look) -> WatchRecord:
    # Only what was seen of a whole page may answer for it later, when it says "not modified".
    kept = None
    if look.judgement is not None and look.fingerprint is not None and not look.by_scripts:
        kept = jsontext.dumps(
            {
                "observation": one.observation.model_dump(),
                "targets": [target.model_dump() for target in one.targets],
            },
        )
    return WatchRecord(
        link_id=one.state.watch.link_id,
        outcome=one.outcome,
        missing_streak=one.streak.count,
        missing_since=one.streak.since,
        observation=pack(kept),
        evidence_id=one.kept.draft.evidence_id if one.kept.draft is not None else None,
        evidence_marks=one.kept.marks,
    )


def _facts_hash(look: Look) -> bytes | None:
    return content_hash(look.fingerprint) if look.fingerprint is not None else None


def _page_read(claim: Claim, look: Look) -> PageRead:
    if look.facts is None:
        raise ValueError("a look without facts cannot be told")
    return PageRead(
        page_id=claim.page_id,
        page_key=claim.page_key,
        facts_seq=claim.check_seq,
        read_at=look.looked_at,
        facts=look.facts,
    )


def _targets_checked(claim: Claim, look: Look) -> list[TargetChecked]:
    if look.health is None:
        return []
    return [
        TargetChecked(
            workspace_id=target.workspace_id,
            site_id=target.site_id,
            target_url=target.target_url,
            target_key=target.target_key,
            check_seq=claim.check_seq,
            checked_at=look.looked_at,
            broken=look.health.broken,
            reasons=look.health.reasons,
            http_status=look.fetched.status,
            final_url=look.fetched.final_url,
            redirects=look.fetched.hops,
        )
        for target in claim.targets
    ]


def _discoveries(claim: Claim, look: Look, terms: Terms) -> list[LinkDiscovered]:
    if look.judgement is None:
        return []
    return [
        LinkDiscovered(
            workspace_id=terms.workspace_of[found.site_id],
            site_id=found.site_id,
            reason=DiscoveryReason.PAGE_FOUND,
            referring_url=claim.url,
            page_key=claim.page_key,
            target_url=found.target_url,
            target_key=found.target_key,
            observation=_observe(found, claim, look, terms),
        )
        for found in look.judgement.discoveries
    ]
