"""The next link's anchor, one after the other: as good as the best plan, and nothing is ever taken back."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.anchor_bands import BANDS, Group, by_group, distance, links_to_band, next_group
from shared.vocabulary import AnchorKind

WORST_GAP = 0.0003  # of the sequential rule to the best plan, from twenty links on
_COUNTS = st.fixed_dictionaries({group: st.integers(0, 60) for group in Group})


def one_by_one(counts: dict[Group, int], more: int) -> list[Group]:
    counts, given_out = dict(counts), []
    for _ in range(more):
        group = next_group(counts)
        counts[group] += 1
        given_out.append(group)
    return given_out


def after(counts: dict[Group, int], given_out: list[Group]) -> dict[Group, int]:
    return {group: counts[group] + given_out.count(group) for group in Group}


def best(counts: dict[Group, int], more: int) -> float:
    """Try every way to give out so many links, but those that push exact keywords over their band."""
    found = []
    total = sum(counts.values()) + more
    for bars in combinations(range(more + 3), 3):
        edges = (-1, *bars, more + 3)
        extra = [right - left - 1 for left, right in pairwise(edges)]
        ends = {group: counts[group] + one for group, one in zip(Group, extra, strict=True)}
        grown = ends[Group.EXACT] > counts[Group.EXACT]
        if not grown or ends[Group.EXACT] <= BANDS[Group.EXACT].high * total + 1e-9:
            found.append(distance(ends))
    return min(found)


@settings(max_examples=60)
@given(_COUNTS, st.integers(1, 9))
def test_one_by_one_is_as_good_as_the_best_plan(counts: dict[Group, int], more: int) -> None:
    counts[Group.BRANDED] += 20
    gap = distance(after(counts, one_by_one(counts, more))) - best(counts, more)
    assert -1e-9 <= gap <= WORST_GAP


@given(_COUNTS, st.integers(0, 40), st.integers(0, 40))
def test_asking_for_more_never_changes_what_was_given_out(
    counts: dict[Group, int], few: int, more: int
) -> None:
    assert one_by_one(counts, few + more)[:few] == one_by_one(counts, few)


@given(_COUNTS, st.integers(0, 60))
def test_no_exact_keyword_is_given_out_over_its_band(counts: dict[Group, int], more: int) -> None:
    for group in one_by_one(counts, more):
        counts[group] += 1
        if group is Group.EXACT:
            assert counts[group] <= BANDS[group].high * sum(counts.values()) + 1e-9


@given(_COUNTS)
def test_enough_links_lead_into_all_bands_and_keep_within_them(counts: dict[Group, int]) -> None:
    enough = max(links_to_band(counts, group) or 0 for group in Group) + 200
    ends = after(counts, one_by_one(counts, enough))
    total = sum(ends.values())
    for group, band in BANDS.items():
        assert band.low - 0.02 <= ends[group] / total <= band.high + 0.005


def test_the_way_back_to_the_band_is_counted_and_no_link_too_few() -> None:
    counts = {Group.BRANDED: 60, Group.URL_GENERIC: 20, Group.PARTIAL: 0, Group.EXACT: 20}
    assert links_to_band(counts, Group.EXACT) == 100
    assert links_to_band(counts, Group.PARTIAL) == 0
    assert links_to_band({**counts, Group.EXACT: 20_000}, Group.EXACT) is None


def test_kinds_without_a_group_are_left_out() -> None:
    kinds = {AnchorKind.URL: 2, AnchorKind.GENERIC: 3, AnchorKind.OTHER: 9}
    assert by_group(kinds) == {
        Group.BRANDED: 0, Group.URL_GENERIC: 5, Group.PARTIAL: 0, Group.EXACT: 0
    }  # fmt: skip
