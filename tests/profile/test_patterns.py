"""Links that died together are told by what they share, and chance is not."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.drift import find_drift
from services.profile.domain.patterns import (
    MIN_LINKS,
    RARE,
    Group,
    Pattern,
    Shared,
    chance_of,
    find_patterns,
)
from shared.vocabulary import AnchorKind

DAYS = {"since": date(2026, 11, 3), "until": date(2026, 11, 9)}


def ids(*numbers: int) -> frozenset[UUID]:
    return frozenset(UUID(int=number) for number in numbers)


def found(*groups: Group, stood: int = 400, died: int = 20) -> list[Pattern]:
    return find_patterns(groups, stood=stood, died=died, **DAYS)


def test_one_vendor_one_network_one_template_are_one_sentence() -> None:
    dead = ids(*range(14))
    [pattern] = found(
        Group(Shared.NETWORK, "203.0.113.0/24", 16, dead, 14),
        Group(Shared.VENDOR, "Link & Co", 15, dead, 14),
        Group(Shared.TEMPLATE, "blog.example/partners/", 14, dead, 14),
        Group(Shared.TARGET, "https://acme.example/", 300, ids(*range(20)), 20),
    )
    assert pattern.sentence == (
        "These 14 links died together between 3 November and 9 November: one vendor,"
        " one network (203.0.113.0/24), one kind of page (blog.example/partners/)."
        " 14 of 14 died; by chance it would have been about 0.7."
    )
    assert "vendor" in pattern.todo
    assert (Shared.VENDOR, "Link & Co") in pattern.shares
    assert pattern.chance < RARE


def test_what_chance_explains_is_no_pattern() -> None:
    assert found(Group(Shared.NETWORK, "a", 80, ids(*range(4)), 4)) == []
    assert found(Group(Shared.DOMAIN, "a", 2, ids(0, 1), 1)) == []
    assert found(Group(Shared.VENDOR, "a", 10, ids(*range(9)), 9), stood=12, died=10) == []


@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 60), st.integers(1, 60))
def test_the_chance_is_one_and_falls_with_the_count(
    count: int, group: int, died: int, stood: int
) -> None:
    if group > stood or died > stood:
        return
    now, more = (chance_of(k, group, died, stood) for k in (count, count + 1))
    assert 0 <= more <= now <= 1
    assert chance_of(0, group, died, stood) == pytest.approx(1.0)


@given(st.lists(st.tuples(st.sampled_from(Shared), st.integers(MIN_LINKS, 9)), max_size=8))
def test_no_link_count_is_invented(groups: list[tuple[Shared, int]]) -> None:
    given_groups = [
        Group(shared, f"value {at}", size, ids(*range(at * 10, at * 10 + size)), 1)
        for at, (shared, size) in enumerate(groups)
    ]
    for pattern in find_patterns(given_groups, stood=500, died=80, **DAYS):
        assert pattern.count in {len(group.died) for group in given_groups}
        assert len(pattern.links) == pattern.count


def test_new_domains_with_other_anchors_are_a_drift_with_the_kind_that_grew() -> None:
    before = {AnchorKind.BRANDED: 120, AnchorKind.URL: 60, AnchorKind.EXACT: 8}
    drift = find_drift(before, {AnchorKind.EXACT: 22, AnchorKind.BRANDED: 6})
    assert drift is not None
    assert drift.grown is AnchorKind.EXACT
    assert drift.divergence > 1
    assert drift.sentence == (
        "79% of the 28 referring domains that came in the last 28 days use exactly a keyword as"
        " anchor, against 4% before."
    )
    assert find_drift(before, {AnchorKind.BRANDED: 20, AnchorKind.URL: 9}) is None
    assert find_drift(before, {AnchorKind.EXACT: 19}) is None
    assert find_drift({AnchorKind.BRANDED: 9}, {AnchorKind.EXACT: 40}) is None
