"""Turns a look at a claimed page into what is written: streaks, events and the next look."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from services.crawler.domain import streak
from services.crawler.domain.claim import CheckRecord, Claim, Memory, WatchRecord, WatchState
from services.crawler.domain.evidence.draft import Draft
from services.crawler.domain.evidence.keeping import Keeper
from services.crawler.domain.look import Look, content_hash
from services.crawler.domain.packing import pack, unpack
from services.crawler.domain.page_kind import PageKind, kind_of
from services.crawler.domain.planning import Terms, plan_of
from services.crawler.domain.seen import Retold, Seen, Told
from services.crawler.domain.streak import Streak
from services.crawler.domain.verdict import Discovery, Verdict, observation_of
from shared import jsontext
from shared.events import (
    Encoded,
    Event,
    LinkChecked,
    LinkDiscovered,
    Observation,
    PageRead,
    TargetChecked,
)
from shared.vocabulary import DiscoveryReason, Outcome, Position, Reason

_WENT = (Reason.LINK_REMOVED,)


def settle(claim: Claim, look: Look, terms: Terms) -> CheckRecord:
    """Return the record of a check, with the events that tell what was seen."""
    keeper = Keeper(claim, look, terms.evidence_body)
    seen = [_seen(state, keeper, terms) for state in claim.watches]
    failed = _has_failed(look, seen)
    plan = plan_of(claim, look, seen, failed=failed, terms=terms)
    next_at = plan.next_check_at
    moved = _moved(claim.memory, look, failed=failed)
    events: list[Event | Encoded] = [_link_checked(one, next_at) for one in seen]
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
        evidence=[draft for one in seen if (draft := _draft_of(one)) is not None],
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


def _seen(state: WatchState, keeper: Keeper, terms: Terms) -> Seen:
    claim, look = keeper.claim, keeper.look
    if look.judgement is None:
        return _seen_again(state, claim, look, terms)
    verdict = next(one for one in look.judgement.verdicts if one.link_id == state.watch.link_id)
    verdict = _with_churn(verdict, state, claim.url)
    observation = _observe(verdict, claim, look, terms)
    first = next(iter(observation.occurrences), None)
    after, wait = _streak(state, observation.outcome, observation.reasons, look, terms)
    return Seen(
        state,
        observation.outcome,
        observation.reasons,
        first.position if first is not None else Position.UNKNOWN,
        first.rel if first is not None else (),
        after,
        wait,
        Told(keeper.keep(state, observation, after), verdict.targets),
    )


def _seen_again(state: WatchState, claim: Claim, look: Look, terms: Terms) -> Seen:
    """Return what the last look saw as seen by this one: the page says that nothing changed."""
    kept = unpack(state.observation)
    if kept is None:
        raise ValueError(f"nothing is remembered of link {state.watch.link_id}")
    # Not read into its class: it was checked when it was written, and is only to be passed on.
    last = orjson.loads(kept)
    observation = last["observation"] | {
        "page_id": claim.page_id,
        "check_id": terms.check_id,
        "check_seq": claim.check_seq,
        "checked_at": look.looked_at,
        "elapsed_ms": look.fetched.elapsed_ms,
        "evidence_id": state.evidence_id,
    }
    outcome, reasons = Outcome(observation["outcome"]), tuple(map(Reason, observation["reasons"]))
    first: Mapping[str, Any] = next(iter(observation["occurrences"]), {})
    after, wait = _streak(state, outcome, reasons, look, terms)
    return Seen(
        state,
        outcome,
        reasons,
        Position(first.get("position", Position.UNKNOWN)),
        tuple(first.get("rel", ())),
        after,
        wait,
        Retold(observation, last["targets"]),
    )


def _streak(
    state: WatchState, outcome: Outcome, reasons: Sequence[Reason], look: Look, terms: Terms
) -> tuple[Streak, timedelta]:
    """Return the streak after this look, and how much later a look confirms a loss."""
    wait = streak.confirm_after(reasons, contract=state.contract, override=terms.confirm_after)
    before = Streak(state.missing_streak, state.missing_since)
    return streak.after(before, outcome, at=look.looked_at, wait=wait), wait


def _with_churn(verdict: Verdict, state: WatchState, url: str) -> Verdict:
    """Say of a link that went from a list first of all that it was one: those move on by themselves.

    Only the address decides: a page that lost several links at once need not be a list.
    """
    if verdict.reasons != _WENT or not state.ever_live or kind_of(url) is not PageKind.LISTING:
        return verdict
    return replace(verdict, reasons=(Reason.LISTING_CHURN, *verdict.reasons))


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


def _link_checked(one: Seen, next_at: datetime) -> LinkChecked | Encoded:
    state, watch = one.state, one.state.watch
    data: dict[str, Any] = {
        "link_id": watch.link_id,
        "missing_streak": one.streak.count,
        "missing_since": one.streak.since,
        "next_check_at": next_at,
        "tracked_seq": state.tracked_seq,
    }
    if isinstance(one.told, Retold):
        return LinkChecked.encode_data(
            data | one.told._asdict(),
            subject=watch.link_id,
            workspace_id=state.workspace_id,
            site_id=watch.site_id,
        )
    return LinkChecked(
        workspace_id=state.workspace_id,
        site_id=watch.site_id,
        observation=one.told.kept.observation,
        targets=one.told.targets,
        **data,
    )


def _watch_records(seen: Sequence[Seen], look: Look) -> list[WatchRecord]:
    """Return what changes at the watches: most looks find what the last one found."""
    return [record for one in seen if (record := _watch_record(one, look)).is_news(one.state)]


def _watch_record(one: Seen, look: Look) -> WatchRecord:
    record = WatchRecord(
        link_id=one.state.watch.link_id,
        outcome=one.outcome,
        missing_streak=one.streak.count,
        missing_since=one.streak.since,
    )
    told = one.told_anew
    if told is None:
        return record
    # Only what was seen of a whole page may answer for it later, when it says "not modified".
    kept = None
    if look.fingerprint is not None and not look.by_scripts:
        kept = jsontext.dumps(
            {
                "observation": told.kept.observation.model_dump(),
                "targets": [target.model_dump() for target in told.targets],
            },
        )
    draft = told.kept.draft
    return record._replace(
        observation=pack(kept),
        evidence_id=draft.evidence_id if draft is not None else None,
        evidence_marks=told.kept.marks,
    )


def _draft_of(one: Seen) -> Draft | None:
    return one.told_anew.kept.draft if one.told_anew is not None else None


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
