"""The list of anchors to change: only for what is worth it, the easiest first, and enough of them."""

from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.anchors import AnchorCount, KindCount, distribution
from services.profile.domain.reanchor import (
    Candidate,
    Rebalancing,
    TargetCount,
    exact_to_change,
    rebalancing,
)
from shared.anchor_bands import Group
from shared.ids import new_id
from shared.vocabulary import AnchorKind

HOME = "https://acme.example/"
DEEP = "https://acme.example/chairs"


def a_candidate(number: int, *, promised: bool = False, target: str = HOME) -> Candidate:
    return Candidate(
        new_id(),
        f"site{number:03}.example",
        f"https://site{number:03}.example/post",
        target,
        "garden chairs",
        AnchorKind.EXACT,
        1,
        placement_id=new_id() if promised else None,
        vendor_name="Link & Co" if promised else None,
    )


def planned(branded: int, exact: int, candidates: list[Candidate]) -> Rebalancing:
    kinds = [
        KindCount(AnchorKind.BRANDED, branded, branded),
        KindCount(AnchorKind.EXACT, exact, exact),
    ]
    targets = [TargetCount(HOME, branded, 2), TargetCount(DEEP, 20, 18)]
    domains = branded + exact
    shares = distribution(kinds, [], domains=domains).shares
    return rebalancing(shares, [], candidates, targets, domains=domains)


def test_enough_are_chosen_and_who_promised_comes_first() -> None:
    candidates = [
        a_candidate(n, promised=n >= 25, target=DEEP if n < 5 else HOME) for n in range(30)
    ]
    plan = planned(70, 30, candidates)
    assert plan.changes_needed == len(plan.changes) == 20
    assert plan.or_placements == 200
    assert [change.candidate.placement_id is not None for change in plan.changes] == [
        *[True] * 5,
        *[False] * 15,
    ]
    assert plan.changes[0].who == "The vendor of this placement"
    assert plan.changes[5].candidate.target_url == DEEP  # the page with the largest share of them
    assert [target.target_url for target in plan.targets] == [DEEP]
    assert plan.shares_after[Group.EXACT] == 0.10
    assert plan.sentence.startswith("Change the anchors of 20 referring domains; for 5 of them")
    assert {change.group for change in plan.changes} == {Group.URL_GENERIC, Group.PARTIAL}


def test_much_brand_is_healthy_and_nothing_that_stands_is_touched() -> None:
    plan = planned(95, 5, [a_candidate(n) for n in range(5)])
    assert (plan.changes, plan.targets) == ((), ())
    assert plan.sentence == "Nothing that stands needs to be changed; let new links do the rest."


def test_under_fifty_domains_nothing_is_advised() -> None:
    assert planned(10, 30, [a_candidate(n) for n in range(30)]).changes == ()


def test_one_loud_anchor_is_changed_until_it_is_no_more() -> None:
    kinds = [KindCount(AnchorKind.BRANDED, 90, 90), KindCount(AnchorKind.PARTIAL, 10, 10)]
    loud = AnchorCount("Garden chairs sale", AnchorKind.PARTIAL, 8, 8)
    candidates = [
        Candidate(
            new_id(), f"s{n}.example", f"https://s{n}.example/", HOME, "garden chairs SALE",
            AnchorKind.PARTIAL, 1,
        )
        for n in range(8)
    ]  # fmt: skip
    shares = distribution(kinds, [loud], domains=100).shares
    plan = rebalancing(shares, [loud], candidates, [], domains=100)
    assert len(plan.changes) == 3
    assert "exactly this" in plan.changes[0].why


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_changes_asked_for_end_the_warning_and_not_one_fewer(branded: int, exact: int) -> None:
    domains = branded + exact
    kinds = [
        KindCount(AnchorKind.BRANDED, branded, branded),
        KindCount(AnchorKind.EXACT, exact, exact),
    ]
    needed = exact_to_change(distribution(kinds, [], domains=domains).shares, domains)
    assert exact - needed <= 0.10 * domains + 1e-6
    assert needed == 0 or exact - needed + 1 > 0.10 * domains
