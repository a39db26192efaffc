"""The pure parts of a plan: its months, its slots, its words, and what fills a slot."""

from collections import Counter
from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outreach.domain.plan import diagnosis
from services.outreach.domain.plan.apportion import next_owed
from services.outreach.domain.plan.corridor import (
    Pace,
    corridor,
    first_month,
    months_from,
    next_month,
    spread,
)
from services.outreach.domain.plan.filling import Agreed, OpenSlot, fill
from services.outreach.domain.plan.needs import Outcomes, needs
from services.outreach.domain.plan.slots import Given, Page, Rules, give_out
from services.outreach.domain.plan.texts import advise, classifier_of, group_of
from shared.anchor_bands import BANDS, Group
from shared.ids import new_id
from shared.planning import TextCount
from shared.vocabulary import AnchorKind
from tests.outreach.plan.builders import CHAIRS, HOME, some_facts

MONTH = date(2026, 12, 1)
_PACES = st.builds(
    Pace,
    own=st.lists(st.integers(0, 300), max_size=8),
    competitors=st.lists(st.floats(0, 300), max_size=4),
    growth=st.floats(1, 2),
    cap=st.none() | st.integers(1, 500),
)


# ---- months ---------------------------------------------------------------------------------------


@given(_PACES, st.integers(1, 24))
def test_no_month_is_more_than_half_above_the_last_or_above_the_cap(
    pace: Pace, months: int
) -> None:
    planned = corridor(pace, months)
    assert len(planned) == months
    assert all(1 <= count <= (pace.cap or count) for count in planned)
    assert all(later <= now * 1.5 for now, later in pairwise(planned))
    assert corridor(pace, months + 3)[:months] == planned


@pytest.mark.parametrize(
    ("pace", "planned"),
    [
        (Pace(), [2, 3, 3, 4]),
        (Pace(own=(8,) * 6), [10, 10, 10, 11]),
        (Pace(own=(8, 8, 8, 8, 8, 900)), [10, 10, 11, 13]),
        (Pace(own=(8,) * 6, competitors=(5.0,)), [8, 8, 8, 8]),
        (Pace(own=(0,) * 6, competitors=(0.0,)), [2, 2, 2, 2]),
        (Pace(own=(8,) * 6, cap=3), [3, 3, 3, 3]),
    ],
)
def test_the_pace_follows_the_usual_month(pace: Pace, planned: list[int]) -> None:
    assert corridor(pace, 4) == planned


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(1, 200))
def test_days_lie_in_what_is_left_of_the_month_and_weeks_differ_by_one(
    since: date, count: int
) -> None:
    month = since.replace(day=1)
    days = spread(month, count, since=since)
    assert len(days) == count
    assert all(since <= day < next_month(month) for day in days)
    weeks = Counter((day - since).days // 7 for day in days)
    whole = [weeks[week] for week in range((next_month(month) - since).days // 7)]
    assert not whole or max(whole) - min(whole) <= 1


def test_a_plan_begins_next_month_when_this_one_is_half_over() -> None:
    assert first_month(date(2026, 11, 15)) == date(2026, 11, 1)
    assert first_month(date(2026, 12, 16)) == date(2027, 1, 1)
    assert months_from(date(2026, 12, 1), 2) == [date(2026, 12, 1), date(2027, 1, 1)]


# ---- slots ----------------------------------------------------------------------------------------

_WEIGHTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 50), min_size=1)


@given(_WEIGHTS, st.integers(0, 80))
def test_nobody_has_a_better_claim_to_what_another_got(weights: dict[str, int], count: int) -> None:
    given_out: Counter[str] = Counter()
    for _ in range(count):
        name = next_owed(weights, given_out, weights)
        if name is not None:
            given_out[name] += 1
    assert given_out.total() == (count if any(weights.values()) else 0)
    for name, got in given_out.items():
        last = weights[name] / (2 * got - 1)
        assert all(weight / (2 * given_out[one] + 1) <= last for one, weight in weights.items())


def a_state(**counts: int) -> Given:
    groups = {group: counts.get(group.value, 0) for group in Group}
    return Given(groups=groups, pages={HOME: Page(40, 0), CHAIRS: Page(20, 10)})


@settings(max_examples=50)
@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=5),
    st.lists(st.integers(0, 12), max_size=3),
    st.integers(0, 60),
    st.none() | st.integers(1, 5),
)
def test_a_longer_plan_begins_with_the_shorter_one(
    counts: list[int], more: list[int], exact: int, page_cap: int | None
) -> None:
    months = months_from(MONTH, len(counts) + len(more))
    rules = Rules(pages={HOME: 3, CHAIRS: 1}, methods={"guest post": 2}, page_cap=page_cap)
    state = a_state(branded=30, exact=exact)
    short = give_out(
        list(zip(months, counts, strict=False)),
        a_state(branded=30, exact=exact),
        rules,
        since=MONTH,
    )
    long = give_out(list(zip(months, [*counts, *more], strict=True)), state, rules, since=MONTH)
    assert long[: len(short)] == short
    for month, count in zip(months, [*counts, *more], strict=True):
        pages = Counter(slot.target_url for slot in long if slot.month == month)
        assert pages.total() == min(count, 2 * page_cap if page_cap else count)
        assert not pages or max(pages.values()) <= (page_cap or count)
    assert sum(state.groups.values()) == 30 + exact + len(long)


def test_a_page_full_of_exact_keywords_gets_no_more_of_them() -> None:
    rules = Rules(pages={HOME: 1, CHAIRS: 5})
    slots = give_out([(MONTH, 300)], a_state(branded=60), rules, since=MONTH)
    exact = Counter(slot.target_url for slot in slots if slot.group is Group.EXACT)
    assert exact[HOME] > 0
    first = next(slot for slot in slots if slot.group is Group.EXACT)
    assert first.target_url == HOME
    only_full = give_out([(MONTH, 50)], a_state(branded=60), Rules(pages={CHAIRS: 1}), since=MONTH)
    assert len(only_full) == 50
    assert Group.EXACT not in {slot.group for slot in only_full}


# ---- words ----------------------------------------------------------------------------------------


def test_too_many_exact_keywords_are_counted_in_links_and_months() -> None:
    now = {Group.BRANDED: 30, Group.URL_GENERIC: 0, Group.PARTIAL: 0, Group.EXACT: 30}
    said = diagnosis.of_exact(now, 60, 10, changes=24)
    assert said == (
        "30 of 60 anchors are exact keywords (50%). With new links alone it takes 240 others until"
        " at most 10% are, which is about 24 months at this pace; so change 24 of those that"
        " stand: see Anchors."
    )
    assert diagnosis.of_exact(now, 49, 10, changes=0) is None


def test_the_pace_says_where_it_comes_from_and_when_it_is_not_known() -> None:
    pace = Pace(own=(8,) * 6, competitors=(12.0,))
    assert diagnosis.of_pace(pace, [10, 11]) == (
        "Usually 8 new referring domains come a month (6 months are known); to your competitors"
        " come 12. It begins with 10 links in the first month and reaches 11 in the last."
    )
    assert "not known yet" in diagnosis.of_pace(Pace(), [2])


def test_needs_are_not_known_before_anybody_was_written_to() -> None:
    assert needs(10, None).prospects is None
    assert needs(10, Outcomes(contacted=0, replied=0, agreed=0, placed=0)).mails is None
    found = needs(10, Outcomes(contacted=200, replied=20, agreed=10, placed=8, mails=500))
    assert found.prospects is not None
    assert 200 <= found.prospects <= 300
    assert found.mails == pytest.approx(found.prospects * 2.5, abs=1)


# ---- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", list(Group))
def test_a_text_is_of_its_group_and_never_one_that_the_host_used(group: Group) -> None:
    facts = some_facts()
    used: list[str] = []
    while (advice := advise(facts, facts.targets[1], group, used_on_host=used)).text:
        offered = (advice.text, *advice.alternates)
        assert {group_of(classifier_of(facts), text) for text in offered} == {group}
        assert not set(offered) & set(used)
        used.append(advice.text)
    assert used
    assert "used on this host already" in advice.sentence


def test_the_least_used_text_for_the_page_comes_first() -> None:
    facts = some_facts(brands=["Acme Home", "Acme"])
    first = advise(facts, facts.targets[0], Group.BRANDED, used_on_host=())
    assert first.text == "Acme"
    promised = ["Acme"] * 40
    then = advise(facts, facts.targets[0], Group.BRANDED, used_on_host=(), promised=promised)
    assert (then.text, then.alternates) == ("Acme Home", ("Acme",))


def test_a_text_that_too_many_say_is_forbidden_with_the_reason() -> None:
    loud = TextCount(text="garden chairs", kind=AnchorKind.EXACT, domains=4)
    facts = some_facts(texts=[loud])
    advice = advise(facts, facts.targets[1], Group.EXACT, used_on_host=())
    assert advice.text != "garden chairs"
    assert [one.text for one in advice.forbidden] == ["garden chairs"]


def test_without_keywords_it_is_said_what_is_missing() -> None:
    facts = some_facts(keywords=[])
    advice = advise(facts, facts.targets[1], Group.EXACT, used_on_host=())
    assert advice.text is None
    assert "keywords of the site in Set up" in advice.sentence


# ---- filling --------------------------------------------------------------------------------------


def a_slot(day: int, group: Group = Group.BRANDED) -> OpenSlot:
    return OpenSlot(new_id(), UUID(int=1), group, date(2026, 12, day))


def test_a_placement_fills_the_earliest_slot_that_fits_and_the_exact_ones_choose_first() -> None:
    early, late, other = a_slot(3), a_slot(9), a_slot(1, Group.PARTIAL)
    vague = Agreed(new_id(), None, has_text=False, group=None)
    clear = Agreed(new_id(), UUID(int=1), has_text=True, group=Group.BRANDED)
    strange = Agreed(new_id(), UUID(int=2), has_text=True, group=Group.BRANDED)
    unknown = Agreed(new_id(), UUID(int=1), has_text=True, group=None)
    filled = fill([late, early, other], [vague, strange, unknown, clear])
    assert filled == {early.slot_id: clear.placement_id, other.slot_id: vague.placement_id}


def test_the_bands_are_those_of_the_anchors_screen() -> None:
    standing = diagnosis.standings(dict.fromkeys(Group, 0), dict.fromkeys(Group, 1))
    assert [(one.low, one.high) for one in standing] == [
        (band.low, band.high) for band in BANDS.values()
    ]
