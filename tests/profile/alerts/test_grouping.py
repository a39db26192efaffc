"""What is told together: whatever the order in which things come and however often they are said."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.alert_rules import GroupBy, Rule, default_rules, sentence_of
from services.profile.domain.alert_words import Item, words_of
from services.profile.domain.alerts import KINDS, OF_LINKS, AlertKind, Signal
from services.profile.domain.grouping import (
    MOST_AT_ONCE,
    Group,
    Known,
    bounded,
    decide,
    decide_all,
    grouped,
)
from services.profile.domain.telling import Digest, QuietHours, Timing
from shared.ids import new_id
from shared.vocabulary import AlertState, Reason
from tests.profile.builders import NOON

WORKSPACE, SITE, RULE, ALERT = (new_id() for _ in range(4))
IDS = [new_id() for _ in range(12)]


def a_signal(item: int, name: str = "blog.example", **given: object) -> Signal:
    values: dict[str, object] = {
        "kind": AlertKind.LINK_LOST,
        "workspace_id": WORKSPACE,
        "site_id": SITE,
        "item_id": IDS[item],
        "name": name,
        "sentence": "Gone.",
        "at": NOON + timedelta(minutes=item),
        "value": 1.0,
    }
    return Signal(**values | given)  # type: ignore[arg-type]


def a_rule(**given: object) -> Rule:
    values: dict[str, object] = {
        "rule_id": RULE,
        "workspace_id": WORKSPACE,
        "name": "Told",
        "kinds": (AlertKind.LINK_LOST,),
    }
    return Rule(**values | given)  # type: ignore[arg-type]


signals = st.builds(
    a_signal,
    st.integers(0, 11),
    st.sampled_from(["a.example", "b.example", "c.example"]),
    value=st.sampled_from([0.25, 1.0, 4.0]),
)


def alerts_of(
    rule: Rule, some: Sequence[Signal], *, raised: int = 0
) -> list[tuple[list[UUID], str]]:
    """What becomes of signals where no alert is there yet: the items of each alert, and its subject."""
    first = decide_all(grouped(rule, some), {}, now=NOON)
    kept, many = bounded(first, raised={(RULE, SITE): raised})
    made = kept + decide_all(many, {}, now=NOON)
    return [([one.item_id for one in each.signals], each.group.key.subject) for each in made]


def contents(groups: Sequence[Group]) -> dict[str, tuple[UUID, ...]]:
    return {
        group.key.subject: tuple(sorted(signal.item_id for signal in group.signals))
        for group in groups
    }


@given(some=st.lists(signals, max_size=30), by=st.sampled_from(GroupBy), data=st.data())
def test_neither_order_nor_repetition_changes_what_is_told(
    some: list[Signal], by: GroupBy, data: st.DataObject
) -> None:
    rule = a_rule(group_by=by, least_value=0.5)
    again = data.draw(st.permutations(some + some[:5]))
    assert contents(grouped(rule, again)) == contents(grouped(rule, some))


@given(some=st.lists(signals, max_size=30), by=st.sampled_from(GroupBy))
def test_each_thing_that_a_rule_wants_is_told_once(some: list[Signal], by: GroupBy) -> None:
    rule = a_rule(group_by=by)
    told = [items for items, _ in alerts_of(rule, some)]
    for items in told:
        assert len(items) == len(set(items))
    assert {item for items in told for item in items} == {signal.item_id for signal in some}


@given(count=st.integers(1, 60), raised=st.integers(0, 40))
def test_an_hour_brings_a_bounded_number_of_alerts_whatever_happens(
    count: int, raised: int
) -> None:
    some = [
        a_signal(0, f"site{number}.example", item_id=new_id(), value=float(number))
        for number in range(count)
    ]
    told = alerts_of(a_rule(), some, raised=raised)
    assert len(told) <= max(0, MOST_AT_ONCE - raised) + 1
    assert sum(len(items) for items, _ in told) == count
    if raised < MOST_AT_ONCE:
        most_valuable = f"link_lost site{count - 1}.example"
        assert most_valuable in {subject for _, subject in told}


def test_what_waits_for_more_is_not_put_together_with_what_others_wait_for() -> None:
    some = [a_signal(0, f"site{number}.example", item_id=new_id()) for number in range(60)]
    assert len(alerts_of(a_rule(least_count=2), some)) == 60


WINDOW = timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "told", "holds", "news", "may_tell"),
    [
        # An open alert takes what comes; said again only after its time, and only if there is more.
        (AlertState.OPEN, timedelta(hours=2), {0}, "the same alert", False),
        (AlertState.OPEN, timedelta(hours=25), {0}, "the same alert", True),
        (AlertState.OPEN, timedelta(hours=25), {0, 1}, "the same alert", False),
        (AlertState.OPEN, None, {0}, "the same alert", True),
        # One that is over opens again without a word, unless its time is over, too.
        (AlertState.RESOLVED, timedelta(hours=2), {0}, "the same alert", False),
        (AlertState.RESOLVED, timedelta(hours=25), {0}, "a new alert", True),
        # Who took note of some is told of the others.
        (AlertState.ACKNOWLEDGED, timedelta(hours=2), {0, 1}, "nothing", False),
        (AlertState.ACKNOWLEDGED, timedelta(hours=2), {0}, "a new alert of the others", True),
        (AlertState.ACKNOWLEDGED, timedelta(hours=25), {0, 1}, "a new alert", True),
    ],
)
def test_what_became_of_the_alert_before_decides(
    state: AlertState, told: timedelta | None, holds: set[int], news: str, may_tell: bool
) -> None:
    [group] = grouped(a_rule(window=WINDOW), [a_signal(0), a_signal(1)])
    told_at = None if told is None else NOON - told
    known = Known(ALERT, state, told_at, frozenset(IDS[item] for item in holds))
    decision = decide(group, known, now=NOON)
    if news == "nothing":
        assert decision is None
        return
    assert decision is not None
    assert (decision.alert_id == ALERT, decision.may_tell) == (news == "the same alert", may_tell)
    assert len(decision.signals) == (1 if news.endswith("the others") else 2)


def test_things_that_are_no_links_are_told_one_by_one_and_have_no_least_value() -> None:
    rule = a_rule(kinds=(AlertKind.PATTERN,), least_value=9.0, least_count=5)
    some = [replace(a_signal(item, ""), kind=AlertKind.PATTERN, value=0.0) for item in range(3)]
    assert len(alerts_of(rule, some, raised=99)) == 3


# ---- words -----------------------------------------------------------------------------------------------


def test_a_rule_is_read_back_as_a_person_would_say_it() -> None:
    rule = a_rule(
        kinds=(AlertKind.LINK_LOST, AlertKind.LINK_CHANGED),
        reasons=(Reason.NOFOLLOW_ADDED,),
        least_value=2.0,
        least_count=3,
        channel_ids=(new_id(),),
        timing=Timing("Europe/Berlin", Digest.DAILY, 8, quiet=QuietHours(time(22), time(7))),
    )
    limits = "(of links worth 2 of an ordinary link or more; of changes only: Now nofollow; from 3 links on)"
    hours = "at 8:00 each day, all together, but not between 22:00 and 07:00 (Europe/Berlin)"
    once = "Links of one domain are told as one; the same is told once in 24 hours."
    assert sentence_of(rule, site="acme.example") == (
        f"When a link is lost or a link is changed on acme.example {limits}, show it in the console at once"
        f" and tell one channel {hours}. {once}"
    )
    alone = replace(rule, channel_ids=())
    assert (
        f"show it in the console at once; a channel would be told {hours}. {once}"
        in sentence_of(alone, site=None)
    )


def test_every_kind_and_every_rule_to_begin_with_reads_without_codes() -> None:
    for rule in [*default_rules(WORKSPACE), *(a_rule(kinds=(kind,)) for kind in AlertKind)]:
        said = sentence_of(rule, site=None)
        assert said.startswith("When ")
        assert "_" not in said
        assert "show it in the console at once" in said
    assert set(KINDS) == set(AlertKind)


@given(count=st.integers(1, 10_000), kind=st.sampled_from(AlertKind), text=st.text(max_size=900))
def test_an_alert_has_a_title_and_at_most_twenty_lines(
    count: int, kind: AlertKind, text: str
) -> None:
    items = [
        Item(new_id(), "blog.example", f"https://blog.example/{text}", text, NOON, 1.0)
        for _ in range(min(count, 50))
    ]
    told = words_of(kind, items, count=count, domains=1)
    assert len(told.sentences) <= 20
    assert max(map(len, (*told.sentences, told.title))) <= 500
    assert all("\n" not in line for line in (*told.sentences, told.title))
    assert kind not in OF_LINKS or f"{count:,} link" in told.title
