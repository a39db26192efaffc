"""The lifecycle as a machine: whatever is delivered, in whatever order, a failed look is never a loss."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from services.profile.domain.lifecycle import CONFIRMED, LinkState, Look, transition
from shared.vocabulary import NOT_OBSERVED, LinkStatus, Outcome, Reason
from tests.profile.builders import blind, found, missing

_BLIND = sorted(NOT_OBSERVED)
_ABSENT = [Reason.LINK_REMOVED, Reason.PAGE_404, Reason.PAGE_410, Reason.SOFT_404, Reason.PARKED]
_ABSENT += [Reason.PAGE_REDIRECTED, Reason.DNS_GONE]


class Deliveries(RuleBasedStateMachine):
    """A crawler that looks, and a bus that loses order, repeats and delays."""

    on_the_way = Bundle("on_the_way")
    delivered = Bundle("delivered")

    def __init__(self) -> None:
        super().__init__()
        self.state = LinkState()
        self.seq = 0
        self.streak = 0
        self.seen: dict[int, Look] = {}

    def _next(self) -> int:
        self.seq += 1
        return self.seq

    @rule(target=on_the_way, rel=st.sampled_from([(), ("nofollow",)]))
    def finds_the_link(self, rel: tuple[str, ...]) -> Look:
        self.streak = 0
        return found(self._next(), rel=rel)

    @rule(target=on_the_way, reason=st.sampled_from(_ABSENT))
    def sees_the_page_without_it(self, reason: Reason) -> Look:
        self.streak += 1
        return missing(self._next(), self.streak, reason)

    @rule(target=on_the_way, reason=st.sampled_from(_BLIND))
    def cannot_look(self, reason: Reason) -> Look:
        return blind(self._next(), reason)

    @rule(target=on_the_way, reason=st.sampled_from(_BLIND), streak=st.integers(1, 9))
    def claims_a_miss_that_it_could_not_see(self, reason: Reason, streak: int) -> Look:
        """A crawler with a bug: it could not observe and says missing, even confirmed."""
        return replace(missing(self._next(), streak), reasons=(reason, Reason.LINK_REMOVED))

    @rule(target=delivered, look=consumes(on_the_way))
    def arrives(self, look: Look) -> Look:
        self.state, _ = transition(self.state, look)
        self.seen[look.check_seq] = look
        return look

    @rule(look=delivered)
    def arrives_again(self, look: Look) -> None:
        before = self.state
        self.state, change = transition(self.state, look)
        assert (self.state, change) == (before, None)

    @invariant()
    def it_is_the_state_of_the_looks_in_their_order(self) -> None:
        expected = LinkState()
        for seq in sorted(self.seen):
            expected, _ = transition(expected, self.seen[seq])
        assert self.state == expected

    @invariant()
    def a_loss_was_seen_twice_by_looks_that_could_see(self) -> None:
        if self.state.good_status is not LinkStatus.LOST:
            return
        looks = list(self.seen.values())
        could_see = [one for one in looks if NOT_OBSERVED.isdisjoint(one.reasons)]
        assert any(one.outcome is Outcome.FOUND for one in looks)
        last_found = max(one.check_seq for one in looks if one.outcome is Outcome.FOUND)
        assert any(
            one.outcome is Outcome.MISSING
            and one.missing_streak >= CONFIRMED
            and one.check_seq > last_found
            for one in could_see
        )

    @invariant()
    def the_newest_look_that_could_not_see_says_so(self) -> None:
        if not self.seen:
            return
        newest = self.seen[max(self.seen)]
        if not NOT_OBSERVED.isdisjoint(newest.reasons):
            assert self.state.status is LinkStatus.UNKNOWN


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=120, stateful_step_count=25, deadline=None)
