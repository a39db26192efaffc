"""What a rule would have raised: the past told once more gives what was told when it happened."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.alert_rules import GroupBy, Rule
from services.profile.domain.alerts import AlertKind, Moved
from services.profile.domain.rehearsal import rehearse
from shared.ids import new_id
from shared.vocabulary import ChangeKind, DiscoveryReason, LinkStatus
from tests.profile.builders import NOON

WORKSPACE, SITE = new_id(), new_id()
LINKS = [new_id() for _ in range(40)]
LOST, BACK = (ChangeKind.LOST, LinkStatus.LOST), (ChangeKind.RECOVERED, LinkStatus.LIVE)


def moved(link: int, what: tuple[ChangeKind, LinkStatus], at: datetime, **given: object) -> Moved:
    kind, status = what
    values: dict[str, object] = {
        "change_id": new_id(),
        "workspace_id": WORKSPACE,
        "site_id": SITE,
        "link_id": LINKS[link],
        "kind": kind,
        "to_status": status,
        "reasons": (),
        "previous": {},
        "current": {},
        "sentence": "Gone.",
        "actor": None,
        "at": at,
        "referring_url": f"https://site{link}.example/",
        "referring_domain": f"site{link}.example",
        "value": 1.0,
        "discovery": DiscoveryReason.IMPORTED,
        "known_since": NOON,
        "status": status,
        "contract_state": None,
    }
    return Moved(**values | given)  # type: ignore[arg-type]


def a_rule(**given: object) -> Rule:
    values: dict[str, object] = {"kinds": (AlertKind.LINK_LOST,), "name": "Told"}
    return Rule(rule_id=new_id(), workspace_id=WORKSPACE, **values | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("hours", "alerts"), [(3, 1), (30, 3)])
def test_a_link_that_comes_and_goes_counts_once_within_the_time_of_the_rule(
    hours: int, alerts: int
) -> None:
    step = timedelta(hours=hours)
    moves = [moved(0, what, NOON + turn * step) for turn, what in enumerate((LOST, BACK) * 3)]
    moves = moves[:5]
    assert len(rehearse(a_rule(), moves)) == alerts


def test_an_alert_is_counted_from_when_enough_had_happened() -> None:
    moves = [moved(link, LOST, NOON + timedelta(hours=link)) for link in range(5)]
    told = rehearse(a_rule(group_by=GroupBy.SITE, least_count=3), moves)
    assert [(one.at, one.title) for one in told] == [
        (NOON + timedelta(hours=2), "3 links from 3 domains were lost")
    ]


def test_a_wave_is_counted_as_it_would_have_been_told() -> None:
    moves = [moved(link, LOST, NOON) for link in range(40)]
    told = rehearse(a_rule(), moves)
    assert len(told) == 21
    assert sum(one.count for one in told) == 40


def test_what_is_back_in_part_goes_on() -> None:
    lost = [moved(link, LOST, NOON) for link in range(2)]
    back = moved(0, BACK, NOON + timedelta(hours=1))
    again = moved(0, LOST, NOON + timedelta(hours=2))
    told = rehearse(a_rule(group_by=GroupBy.SITE), [*lost, back, again])
    assert [one.count for one in told] == [2]


@given(
    lost=st.lists(st.integers(0, 39), min_size=1, max_size=40),
    by=st.sampled_from(GroupBy),
    data=st.data(),
)
def test_neither_order_nor_repetition_within_an_hour_changes_what_is_told(
    lost: list[int], by: GroupBy, data: st.DataObject
) -> None:
    rule = a_rule(group_by=by)
    moves = [moved(link, LOST, NOON, value=1.0 + link % 3) for link in lost]
    again = data.draw(st.permutations(moves + moves[:5]))
    told = {(one.site_id, one.title, one.count) for one in rehearse(rule, moves)}
    assert {(one.site_id, one.title, one.count) for one in rehearse(rule, again)} == told
    assert sum(count for _, _, count in told) == len(set(lost))
