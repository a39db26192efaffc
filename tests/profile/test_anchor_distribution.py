"""The anchor bands are targets for new links; only two things are worth a warning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.anchors import (
    AnchorCount,
    Distribution,
    KindCount,
    distribution,
    next_placements,
    overlaps,
)
from shared.anchor_bands import Group
from shared.vocabulary import AnchorKind


def a_site(
    *, branded: int = 0, url: int = 0, partial: int = 0, exact: int = 0, other: int = 0
) -> Distribution:
    kinds = [
        KindCount(AnchorKind.BRANDED, branded, branded),
        KindCount(AnchorKind.URL, url, url),
        KindCount(AnchorKind.PARTIAL, partial, partial),
        KindCount(AnchorKind.EXACT, exact, exact),
        KindCount(AnchorKind.OTHER, other, other),
    ]
    return distribution(kinds, [], domains=branded + url + partial + exact + other)


def share(found: Distribution, group: Group) -> float:
    return next(share.by_domain for share in found.shares if share.group is group)


def test_seventy_percent_brand_is_healthy() -> None:
    found = a_site(branded=70, url=15, partial=10, exact=5)
    assert found.warnings == ()
    assert found.verdict.startswith("Healthy")


def test_more_than_ten_percent_exact_is_worth_a_look_and_says_what_to_do() -> None:
    [warning] = a_site(branded=60, url=20, partial=5, exact=15).warnings
    assert "15%" in warning.sentence
    assert "brand" in warning.todo


def test_one_money_anchor_on_many_domains_is_worth_a_look_and_the_brand_is_not() -> None:
    kinds = [KindCount(AnchorKind.BRANDED, 90, 90), KindCount(AnchorKind.PARTIAL, 10, 10)]
    anchors = [
        AnchorCount("Acme Home", AnchorKind.BRANDED, 60, 60),
        AnchorCount("cheap boiler repair", AnchorKind.PARTIAL, 6, 6),
        AnchorCount("boiler repair costs", AnchorKind.PARTIAL, 4, 4),
    ]
    found = distribution(kinds, anchors, domains=100)
    assert [warning.anchor for warning in found.warnings] == ["cheap boiler repair"]


def test_under_fifty_domains_nothing_is_judged() -> None:
    found = a_site(exact=40)
    assert found.warnings == ()
    assert found.verdict == "Too few to judge: 40 of 50 referring domains."


def test_what_no_band_knows_is_reported_apart_and_lowers_the_coverage() -> None:
    found = a_site(branded=30, url=30, other=40)
    assert found.other.domains == 40
    assert found.coverage == pytest.approx(0.6)
    assert share(found, Group.BRANDED) == pytest.approx(0.5)


def test_eight_links_hardly_move_the_divergence() -> None:
    assert a_site(exact=8).divergence < 0.2 < a_site(exact=800).divergence


def test_the_next_placements_close_the_largest_gap_first() -> None:
    found = a_site(branded=70, url=20, partial=2, exact=8)
    groups = [advice.group for advice in next_placements(found.shares, 12)]
    assert groups[0] is Group.PARTIAL
    assert Group.EXACT not in groups
    assert Group.BRANDED not in groups


def test_advice_names_the_share_and_the_target() -> None:
    [advice, later] = next_placements(a_site(branded=90, url=10).shares, 2)
    assert advice.sentence == (
        "Keyword and more: now 0% of your domains, the target for new links is 20% to 30%."
    )
    assert "by then 1% of your domains" in later.sentence


def test_a_keyword_inside_the_brand_is_shown_as_overlap() -> None:
    keywords = ["london plumbers", "boiler repair"]
    assert overlaps(["The London Plumbers Ltd"], keywords) == ("london plumbers",)


@given(
    st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500),
    st.integers(0, 60),
)  # fmt: skip
def test_shares_sum_and_enough_advice_leads_into_the_bands(
    branded: int, url: int, partial: int, exact: int, count: int
) -> None:
    found = a_site(branded=branded, url=url, partial=partial, exact=exact)
    shares = sum(share.by_domain for share in found.shares)
    assert shares == pytest.approx(1.0 if branded + url + partial + exact else 0.0)
    assert 0 <= found.divergence <= 1
    assert len(next_placements(found.shares, count)) == count
