"""The state machine of a link: what we conclude from all that was seen, in whatever order it came.

A state keeps the newest look of each kind (any, one that saw the page, one that found the link, one
that confirmed its absence) and the oldest one that found it. Each has the `check_seq` of its own as
guard, so that the conclusion depends on the set of looks and not on the order of their delivery.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from services.profile.domain.contract import Terms, mismatches
from services.profile.domain.diff import changed_fields, diff
from services.profile.domain.facts import Facts
from services.profile.domain.records import replacer
from shared.vocabulary import (
    NOT_OBSERVED,
    ChangeKind,
    ContractState,
    LinkKind,
    LinkStatus,
    Outcome,
    Reason,
)

CONFIRMED = 2
"""Looks in a row, far enough apart (the crawler counts them), before absence is a loss."""
ADOPT_AFTER = timedelta(days=14)
PRESENT = frozenset({LinkStatus.LIVE, LinkStatus.CHANGED})


@dataclass(frozen=True, slots=True)
class Look:
    """One check of one link, as the crawler saw it."""

    check_seq: int
    outcome: Outcome
    checked_at: datetime
    reasons: tuple[Reason, ...] = ()
    facts: Facts | None = None
    missing_streak: int = 0
    missing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkState:
    """Everything that the conclusion about a link depends on, and the conclusion."""

    status: LinkStatus = LinkStatus.PENDING
    good_status: LinkStatus = LinkStatus.PENDING
    """The status without the looks that could not see: the last good one while `unknown`."""
    reasons: tuple[Reason, ...] = ()
    counts: bool = False
    confirming_since: datetime | None = None
    contract_state: ContractState | None = None
    contract_reasons: tuple[Reason, ...] = ()

    check_seq: int = 0
    observed_seq: int = 0
    found_seq: int = 0
    lost_seq: int = 0
    baseline_seq: int = 0
    missing_streak: int = 0
    missing_since: datetime | None = None
    observed_reasons: tuple[Reason, ...] = ()
    blind_reasons: tuple[Reason, ...] = ()
    seen: Facts | None = None
    baseline: Facts | None = None
    baseline_locked: bool = False
    """The baseline was chosen (acknowledged, adopted), so an older look no longer replaces it."""
    terms: Terms | None = None
    override: LinkStatus | None = None

    @property
    def ever_live(self) -> bool:
        return self.found_seq > 0


replace_state = replacer(LinkState)


@dataclass(frozen=True, slots=True)
class Change:
    """What became different: a row of the history, and a `link.changed`."""

    kind: ChangeKind
    from_status: LinkStatus
    to_status: LinkStatus
    reasons: tuple[Reason, ...]
    previous: Mapping[str, Any]
    current: Mapping[str, Any]


def transition(before: LinkState, look: Look) -> tuple[LinkState, Change | None]:
    """Take one look into account. Looks may come in any order, and more than once."""
    if _is_same_again(before, look):  # nearly every look, and three times cheaper
        seq = look.check_seq
        return replace_state(before, check_seq=seq, observed_seq=seq, found_seq=seq), None
    merged = _merge(before, _guarded(look))
    if merged is before:
        return before, None
    after = conclude(merged)
    appeared = look.check_seq > before.observed_seq > 0 and not before.ever_live
    return after, change_between(before, after, appeared=appeared)


def _is_same_again(state: LinkState, look: Look) -> bool:
    """Say whether the newest look found what the newest one before it found: nothing to conclude."""
    return (
        look.outcome is Outcome.FOUND
        and look.check_seq > state.check_seq == state.found_seq > 0
        and look.facts == state.seen
        and state.terms is None
    )


def _guarded(look: Look) -> Look:
    """Never let a look that could not see the page say that the link is gone (seams.md 3)."""
    if look.outcome is Outcome.MISSING and not NOT_OBSERVED.isdisjoint(look.reasons):
        return replace(look, outcome=Outcome.UNKNOWN, missing_streak=0, missing_since=None)
    return look


def _merge(state: LinkState, look: Look) -> LinkState:
    """Put the look where it belongs in the order of `check_seq`, not of arrival."""
    news: dict[str, Any] = {}
    seq = look.check_seq
    if look.outcome is Outcome.FOUND:
        _merge_found(state, look, news)
    elif look.missing_streak >= CONFIRMED and seq > state.lost_seq:
        news["lost_seq"] = seq
    if look.outcome is not Outcome.UNKNOWN and seq > state.observed_seq:
        missing = look.outcome is Outcome.MISSING
        news |= {
            "observed_seq": seq,
            "missing_streak": look.missing_streak if missing else 0,
            "missing_since": (look.missing_since or look.checked_at) if missing else None,
            "observed_reasons": look.reasons if missing else (),
        }
    if seq > state.check_seq:
        blind = look.outcome is Outcome.UNKNOWN
        news |= {"check_seq": seq, "blind_reasons": look.reasons if blind else ()}
    return replace_state(state, **news) if news else state


def _merge_found(state: LinkState, look: Look, news: dict[str, Any]) -> None:
    seq, facts = look.check_seq, look.facts
    if seq > state.found_seq:
        news["found_seq"] = seq
        if facts is not None:
            news["seen"] = facts
    first = state.baseline_seq == 0 or seq < state.baseline_seq
    if facts is not None and first and not state.baseline_locked:
        news |= {"baseline": facts, "baseline_seq": seq}


def conclude(state: LinkState) -> LinkState:
    """Return the state with the conclusion that follows from it."""
    good, reasons, confirming = _good(state)
    status = good
    if state.check_seq > state.observed_seq:
        status, reasons = LinkStatus.UNKNOWN, state.blind_reasons
    if state.override is not None:
        status = good = state.override
    contract, off = _contract(state, good)
    return replace_state(
        state,
        status=status,
        good_status=good,
        reasons=reasons,
        confirming_since=confirming,
        counts=good in PRESENT and state.seen is not None and state.seen.counts,
        contract_state=contract,
        contract_reasons=off,
    )


def _good(state: LinkState) -> tuple[LinkStatus, tuple[Reason, ...], datetime | None]:
    """Conclude from the looks that saw the page: status, reasons, since when it is being confirmed."""
    if state.observed_seq == 0:
        return LinkStatus.PENDING, (), None
    if not state.ever_live:
        return LinkStatus.NOT_FOUND, state.observed_reasons, None
    if state.lost_seq > state.found_seq:
        return LinkStatus.LOST, _why_lost(state), None
    status, reasons = _present(state)
    absent = state.observed_seq > state.found_seq
    return status, reasons, state.missing_since if absent else None


def _why_lost(state: LinkState) -> tuple[Reason, ...]:
    if state.seen is not None and state.seen.kind is LinkKind.REDIRECT:
        # The page was no page but a redirect to us: that is what broke.
        return Reason.REDIRECT_CHAIN_BROKEN, *state.observed_reasons
    return state.observed_reasons


def _present(state: LinkState) -> tuple[LinkStatus, tuple[Reason, ...]]:
    seen = state.seen or Facts()
    relative = diff(state.baseline or seen, seen)
    if state.terms is not None:
        relative += mismatches(state.terms, seen)
    status = LinkStatus.CHANGED if relative else LinkStatus.LIVE
    return status, tuple(dict.fromkeys(relative + seen.reasons))


def _contract(
    state: LinkState, good: LinkStatus
) -> tuple[ContractState | None, tuple[Reason, ...]]:
    if state.terms is None:
        return None, ()
    if good is LinkStatus.LOST:
        return ContractState.MISMATCHED, _why_lost(state) or (Reason.LINK_REMOVED,)
    if state.seen is None or good not in PRESENT:
        return ContractState.UNVERIFIED, ()
    off = tuple(dict.fromkeys(mismatches(state.terms, state.seen)))
    return (ContractState.MISMATCHED if off else ContractState.MET), off


def change_between(before: LinkState, after: LinkState, *, appeared: bool) -> Change | None:
    """Return what a person would call a change between two states, or None.

    `appeared` says that we had seen the page without the link before: then it is new.
    """
    fields = changed_fields(before.seen, after.seen)
    status_moved = before.status is not after.status
    contract_moved = (before.contract_state, before.contract_reasons) != (
        after.contract_state,
        after.contract_reasons,
    )
    reasons_moved = before.reasons != after.reasons and after.status in PRESENT
    if not (status_moved or contract_moved or fields or reasons_moved):
        return None
    kind = _kind(before, after, appeared=appeared, seen_moved=status_moved or bool(fields))
    previous = {name: getattr(before.seen, name) for name in fields}
    current = {name: getattr(after.seen, name) for name in fields}
    if kind is ChangeKind.CONTRACT:
        previous["contract_state"] = before.contract_state
        current["contract_state"] = after.contract_state
    return Change(kind, before.status, after.status, after.reasons, previous, current)


def _kind(before: LinkState, after: LinkState, *, appeared: bool, seen_moved: bool) -> ChangeKind:
    if after.good_status is LinkStatus.LOST and before.good_status is not LinkStatus.LOST:
        return ChangeKind.LOST
    if after.good_status in PRESENT:
        if before.good_status is LinkStatus.LOST:
            return ChangeKind.RECOVERED
        if before.good_status not in PRESENT:
            return ChangeKind.NEW if appeared else ChangeKind.VERIFIED
    if LinkStatus.UNKNOWN in {before.status, after.status}:
        return ChangeKind.UNKNOWN
    if before.status is LinkStatus.PENDING:
        return ChangeKind.VERIFIED
    if not seen_moved and before.reasons == after.reasons:
        return ChangeKind.CONTRACT
    return ChangeKind.CHANGED


# ---- what people and rules decide ---------------------------------------------------------------


def acknowledge(state: LinkState) -> LinkState:
    """Take the facts as they are for the baseline from now on."""
    if state.seen is None:
        return state
    return conclude(
        replace_state(
            state, baseline=state.seen, baseline_seq=state.found_seq, baseline_locked=True
        )
    )


def may_adopt(state: LinkState, *, changed_at: datetime, now: datetime) -> bool:
    """Say whether a link without a contract takes its new state for normal by itself."""
    return (
        state.status is LinkStatus.CHANGED
        and state.terms is None
        and now - changed_at >= ADOPT_AFTER
    )


def with_terms(state: LinkState, terms: Terms | None) -> LinkState:
    """Put the link under these terms (None: under no contract any more)."""
    return conclude(replace_state(state, terms=terms))


def with_override(state: LinkState, status: LinkStatus | None) -> LinkState:
    """Let a person's verdict stand over ours, through all later looks; None ends that."""
    return conclude(replace_state(state, override=status))
