"""The state machine of a link: tables of cases, and what holds for every history in every order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.profile.domain.lifecycle import (
    PRESENT,
    LinkState,
    Look,
    acknowledge,
    may_adopt,
    transition,
    with_override,
    with_terms,
)
from shared.vocabulary import (
    NOT_OBSERVED,
    ChangeKind,
    ContractState,
    LinkKind,
    LinkStatus,
    Outcome,
    Position,
    Reason,
)
from tests.profile.builders import NOON, a_fact, after, at, blind, found, missing, terms

LIVE, CHANGED, LOST = LinkStatus.LIVE, LinkStatus.CHANGED, LinkStatus.LOST
NOT_FOUND, UNKNOWN, PENDING = LinkStatus.NOT_FOUND, LinkStatus.UNKNOWN, LinkStatus.PENDING


@pytest.mark.parametrize(
    ("looks", "status"),
    [
        ([], PENDING),
        ([found(1)], LIVE),
        ([found(1), missing(2, 1)], LIVE),
        ([found(1), missing(2, 1), missing(3, 2)], LOST),
        ([found(1), missing(2, 1), blind(3)], UNKNOWN),
        ([found(1), missing(2, 1), blind(3), missing(4, 2)], LOST),
        ([missing(1, 1)], NOT_FOUND),
        ([missing(1, 1), missing(2, 2)], NOT_FOUND),
        ([blind(1)], UNKNOWN),
        ([blind(1), blind(2), blind(3)], UNKNOWN),
        ([found(1), blind(2)], UNKNOWN),
        ([found(1), blind(2), found(3)], LIVE),
        ([found(1), missing(2, 1), missing(3, 2), found(4)], LIVE),
        ([found(1), missing(2, 1), missing(3, 2), blind(4)], UNKNOWN),
        ([found(1), missing(2, 1), missing(3, 2), missing(4, 1)], LOST),
        ([found(1), found(2, anchor_text="buy cheap")], CHANGED),
        ([found(1, rel=("nofollow",))], LIVE),
        ([found(1), found(2, rel=("nofollow",))], CHANGED),
    ],
)
def test_a_history_ends_in_its_status(looks: list[Look], status: LinkStatus) -> None:
    assert after(*looks).status is status


@pytest.mark.parametrize("reason", sorted(NOT_OBSERVED))
def test_a_look_that_could_not_see_is_never_a_loss_even_if_it_claims_so(reason: Reason) -> None:
    state = after(found(1), missing(2, 1, reason), missing(3, 2, reason), missing(4, 3, reason))
    assert (state.status, state.good_status) == (UNKNOWN, LIVE)
    assert state.reasons == (reason,)


def test_an_unconfirmed_absence_keeps_the_status_and_says_since_when() -> None:
    state = after(found(1), missing(2, 1))
    assert state.status is LIVE
    assert state.confirming_since == at(2)
    assert state.counts
    assert after(missing(3, 2), state=state).confirming_since is None


def test_a_failed_look_keeps_the_last_good_status_beside_it() -> None:
    state = after(found(1), found(2, anchor_text="other"), blind(3, Reason.BLOCKED_BY_WALL))
    assert (state.status, state.good_status) == (UNKNOWN, CHANGED)
    assert state.reasons == (Reason.BLOCKED_BY_WALL,)
    assert state.counts  # what was seen last still stands: a wall takes no value away


@pytest.mark.parametrize(
    ("first", "second", "reasons"),
    [
        ({}, {"rel": ("nofollow",)}, {Reason.NOFOLLOW_ADDED}),
        ({}, {"rel": ("sponsored", "ugc")}, {Reason.SPONSORED_ADDED, Reason.UGC_ADDED}),
        ({"rel": ("nofollow",)}, {}, {Reason.REL_RESTORED}),
        ({"rel": ("nofollow",)}, {"rel": ("ugc",)}, {Reason.UGC_ADDED}),
        ({}, {"rel": ("noopener",)}, set()),
        ({}, {"anchor_text": " acme  HOME "}, set()),
        ({}, {"anchor_text": "cheap pills"}, {Reason.ANCHOR_CHANGED}),
        ({}, {"anchor_text": ""}, {Reason.ANCHOR_EMPTY}),
        ({"image_alt": "Acme"}, {"image_alt": "Beta"}, {Reason.ALT_CHANGED}),
        (
            {"kind": LinkKind.IMAGE, "anchor_text": "a"},
            {"kind": LinkKind.IMAGE, "anchor_text": "b"},
            {Reason.ALT_CHANGED},
        ),
        ({}, {"position": Position.FOOTER}, {Reason.MOVED_ON_PAGE}),
        ({}, {"position": Position.UNKNOWN}, set()),
        ({}, {"reasons": (Reason.NOINDEX_META,), "indexable": False}, {Reason.NOINDEX_META}),
        ({}, {"outlinks_external": 400}, set()),
    ],
)
def test_a_difference_has_its_reason(
    first: dict[str, object], second: dict[str, object], reasons: set[Reason]
) -> None:
    state = after(found(1, **first), found(2, **second))
    assert set(state.reasons) == reasons
    assert state.status is (CHANGED if reasons else LIVE)


def test_noindex_at_first_sight_is_live_and_does_not_count() -> None:
    state = after(found(1, reasons=(Reason.NOINDEX_META,), indexable=False))
    assert (state.status, state.counts) == (LIVE, False)
    assert state.reasons == (Reason.NOINDEX_META,)


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        ({}, True),
        ({"rel": ("nofollow",)}, False),
        ({"rel": ("ugc",)}, False),
        ({"page_followed": False}, False),
        ({"indexable": False}, False),
        ({"rel": ("noopener",)}, True),
    ],
)
def test_a_link_counts_if_live_followed_and_indexable(
    facts: dict[str, object], counts: bool
) -> None:
    assert after(found(1, **facts)).counts is counts


def test_acknowledging_takes_the_facts_for_normal_and_an_older_look_does_not_undo_it() -> None:
    state = acknowledge(after(found(2), found(3, anchor_text="new words")))
    assert state.status is LIVE
    assert after(found(1, anchor_text="oldest"), state=state).status is LIVE
    assert after(found(4), state=state).reasons == (Reason.ANCHOR_CHANGED,)


def test_a_change_is_adopted_after_fourteen_days_without_a_contract() -> None:
    state = after(found(1), found(2, anchor_text="new words"))
    late = at(2) + timedelta(days=14)
    assert may_adopt(state, changed_at=at(2), now=late)
    assert not may_adopt(state, changed_at=at(2), now=late - timedelta(seconds=1))
    assert not may_adopt(with_terms(state, terms()), changed_at=at(2), now=late)


@pytest.mark.parametrize(
    ("agreed", "seen", "reasons"),
    [
        ({}, {}, ()),
        ({"anchor_text": "ACME home"}, {}, ()),
        ({"anchor_text": "best homes"}, {}, (Reason.ANCHOR_CHANGED,)),
        ({"rel": ()}, {"rel": ("sponsored",)}, (Reason.SPONSORED_ADDED,)),
        ({"rel": ("sponsored",)}, {"rel": ("sponsored",)}, ()),
        ({"position": Position.CONTENT}, {"position": Position.FOOTER}, (Reason.POSITION_WORSE,)),
        ({"max_outlinks": 10}, {"outlinks_external": 11}, (Reason.OUTLINKS_EXCESS,)),
        ({"max_outlinks": 10}, {"outlinks_external": 10}, ()),
        ({"rel": ()}, {"reasons": (Reason.PAGE_NOFOLLOW_META,)}, (Reason.PAGE_NOFOLLOW_META,)),
        ({}, {"reasons": (Reason.NOINDEX_META,)}, (Reason.NOINDEX_META,)),
        ({"target_key": a_fact().target_key}, {"target_key": None}, (Reason.WRONG_LANDING_PAGE,)),
    ],
)
def test_a_contract_is_met_or_says_where_it_is_not(
    agreed: dict[str, object], seen: dict[str, object], reasons: tuple[Reason, ...]
) -> None:
    state = after(found(1, **seen), state=with_terms(LinkState(), terms(**agreed)))
    assert state.contract_reasons == reasons
    assert state.contract_state is (ContractState.MISMATCHED if reasons else ContractState.MET)
    assert state.status is (CHANGED if reasons else LIVE)


def test_a_contract_is_unverified_until_the_link_was_seen_and_broken_when_it_is_lost() -> None:
    fresh = with_terms(LinkState(), terms())
    assert fresh.contract_state is ContractState.UNVERIFIED
    assert after(missing(1, 1), state=fresh).contract_state is ContractState.UNVERIFIED
    lost = after(found(1), missing(2, 1), missing(3, 2), state=fresh)
    assert lost.contract_state is ContractState.MISMATCHED
    assert lost.contract_reasons == (Reason.LINK_REMOVED,)
    assert after(blind(2), state=after(found(1), state=fresh)).contract_state is ContractState.MET


def test_an_override_stands_through_later_looks_until_it_is_taken_back() -> None:
    state = with_override(after(found(1)), LinkStatus.LOST)
    assert after(found(2), state=state).status is LOST
    assert with_override(state, None).status is LIVE


@pytest.mark.parametrize(
    ("looks", "kind"),
    [
        ([found(1)], ChangeKind.VERIFIED),
        ([missing(1, 1)], ChangeKind.VERIFIED),
        ([missing(1, 1), found(2)], ChangeKind.NEW),
        ([found(1), missing(2, 1), missing(3, 2)], ChangeKind.LOST),
        ([found(1), missing(2, 1), missing(3, 2), found(4)], ChangeKind.RECOVERED),
        ([found(1), missing(2, 1), missing(3, 2), blind(4), found(5)], ChangeKind.RECOVERED),
        ([found(1), blind(2)], ChangeKind.UNKNOWN),
        ([found(1), blind(2), found(3)], ChangeKind.UNKNOWN),
        ([found(1), found(2, rel=("ugc",))], ChangeKind.CHANGED),
        ([found(1), missing(3, 2), found(2)], None),
        ([found(1), found(2)], None),
        ([found(1), found(1)], None),
        ([blind(1), blind(2, Reason.PAGE_5XX)], None),
    ],
)
def test_the_last_look_of_a_history_leaves_this_change(
    looks: list[Look], kind: ChangeKind | None
) -> None:
    state = after(*looks[:-1])
    _, change = transition(state, looks[-1])
    assert (change.kind if change else None) is kind


def test_a_change_says_what_it_was_before() -> None:
    _, change = transition(after(found(1)), found(2, anchor_text="b", rel=("nofollow",)))
    assert change is not None
    assert change.previous == {"anchor_text": "Acme Home", "rel": (), "followed": True}
    assert change.current == {"anchor_text": "b", "rel": ("nofollow",), "followed": False}


def test_an_old_look_never_overwrites_a_newer_one() -> None:
    state = after(found(5, anchor_text="new"), found(4, anchor_text="old"))
    assert state.seen is not None
    assert state.seen.anchor_text == "new"
    assert state.check_seq == 5


# ---- every order, every repetition -----------------------------------------------------------------

_FACTS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {"rel": ("nofollow",)}, {"anchor_text": "x"}, {"reasons": (Reason.NOINDEX_META,)}]
)
_SIGHTS: st.SearchStrategy[tuple[Outcome, dict[str, Any]]] = st.one_of(
    st.tuples(st.just(Outcome.FOUND), _FACTS),
    st.tuples(st.just(Outcome.MISSING), st.just({})),
    st.tuples(st.just(Outcome.UNKNOWN), st.just({})),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Look]:
    """What the crawler would send: streaks grow over misses only and skip what could not be seen."""
    looks, streak = [], 0
    for seq, (outcome, facts) in enumerate(draw(st.lists(_SIGHTS, max_size=9)), 1):
        if outcome is Outcome.FOUND:
            streak = 0
            looks.append(found(seq, **facts))
        elif outcome is Outcome.MISSING:
            streak += 1
            looks.append(missing(seq, streak))
        else:
            looks.append(blind(seq))
    return looks


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_order_and_repetition_of_deliveries_ends_in_the_same_state(data: st.DataObject) -> None:
    looks = data.draw(histories())
    again = data.draw(st.lists(st.sampled_from(looks), max_size=6)) if looks else []
    shuffled = data.draw(st.permutations([*looks, *again]))
    agreed = data.draw(st.sampled_from([None, terms(rel=(), anchor_text="Acme Home")]))
    start = with_terms(LinkState(), agreed)
    assert after(*shuffled, state=start) == after(*looks, state=start)


@settings(max_examples=300, deadline=None)
@given(histories())
def test_only_a_link_that_was_live_and_missed_twice_is_lost(looks: list[Look]) -> None:
    state = LinkState()
    for number, look in enumerate(looks):
        state, _ = transition(state, look)
        seen = looks[: number + 1]
        was_live = any(past.outcome is Outcome.FOUND for past in seen)
        if state.status is LOST:
            assert was_live
            assert look.outcome is Outcome.MISSING
        if look.outcome is Outcome.UNKNOWN:
            assert state.status is UNKNOWN
        if look.outcome is Outcome.FOUND:
            assert state.status in PRESENT


@settings(max_examples=200, deadline=None)
@given(histories(), st.sets(st.integers(1, 9)))
def test_looks_that_could_not_see_change_nothing_but_the_status(
    looks: list[Look], blinded: set[int]
) -> None:
    clear = [look for look in looks if look.outcome is not Outcome.UNKNOWN]
    noise = [replace(blind(20 + seq), checked_at=NOON) for seq in sorted(blinded)]
    plain, noisy = after(*clear), after(*clear, *noise)
    assert noisy.good_status is plain.status
    assert (noisy.counts, noisy.seen, noisy.baseline) == (plain.counts, plain.seen, plain.baseline)
