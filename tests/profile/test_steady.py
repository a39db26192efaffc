"""The short way of a look ends exactly where the long way ends, and only such looks take it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.link import Link, is_unchanged, see, sight_of
from services.profile.domain.steady import Head, part
from shared.events import LinkChecked
from shared.ids import new_id
from shared.urls import page_id
from shared.vocabulary import LinkKind, Outcome, Position, Reason
from tests.profile.builders import NOON, PAGE, TARGET, a_check, an_occurrence, at, terms

LINK_ID = new_id()
OTHER = "https://acme.example/other"


def a_link(**given: Any) -> Link:
    values: dict[str, Any] = {
        "link_id": LINK_ID,
        "workspace_id": new_id(),
        "site_id": new_id(),
        "referring_url": PAGE,
        "referring_domain": "example.org",
        "page_key": page_id(PAGE),
        "target_url": TARGET,
        "target_key": page_id(TARGET),
        "known_since": NOON,
    }
    return Link(**values | given)


def head_of(link: Link) -> Head:
    return Head(
        link_id=link.link_id,
        target_key=link.target_key,
        check_seq=link.state.check_seq,
        found_seq=link.state.found_seq,
        seen_print=link.seen_print,
        last_seen_at=link.last_seen_at,
        has_terms=link.state.terms is not None,
    )


def the_long_way(link: Link, event: LinkChecked) -> Link:
    return see(link, sight_of(event, link.target_key)).after


def takes_the_short_way(link: Link, *events: LinkChecked) -> bool:
    looks = part({link.link_id: head_of(link)}, events)
    assert len(looks.steady) + len(looks.others) == len(events)
    return bool(looks.steady)


SEEN = the_long_way(a_link(), a_check(LINK_ID, 1))

outcomes = st.sampled_from([Outcome.FOUND, Outcome.FOUND, Outcome.MISSING, Outcome.UNKNOWN])
places = st.lists(
    st.builds(
        an_occurrence,
        target_url=st.sampled_from([TARGET, TARGET, OTHER]),
        rel=st.sampled_from([(), ("nofollow",)]),
        in_iframe=st.booleans(),
    ),
    max_size=2,
)
stories = st.lists(
    st.tuples(st.integers(1, 6), outcomes, places, st.integers(0, 3), st.sampled_from([200, 403])),
    max_size=8,
)


@given(stories, st.booleans())
def test_the_short_way_moves_only_what_the_long_way_moves(
    story: list[tuple[int, Outcome, list[Any], int, int]], promised: bool
) -> None:
    link = a_link()
    if promised:
        link = replace(link, state=replace(link.state, terms=terms()))
    for seq, outcome, on_page, hours, status in story:
        event = a_check(
            LINK_ID,
            seq,
            outcome,
            streak=1 if outcome is Outcome.MISSING else 0,
            checked_at=at(hours),
            occurrences=tuple(on_page) if outcome is Outcome.FOUND else (),
            http_status=status,
        )
        after = the_long_way(link, event)
        if takes_the_short_way(link, event):
            assert is_unchanged(link, after)
            assert (after.http_status, after.final_url) == (link.http_status, link.final_url)
            assert {after.state.check_seq, after.state.observed_seq, after.state.found_seq} == {seq}
            assert {after.last_seen_at, after.last_checked_at} == {at(hours)}
            assert after.next_check_at == event.next_check_at
        link = after


def test_a_look_that_finds_the_same_again_takes_the_short_way() -> None:
    assert takes_the_short_way(SEEN, a_check(LINK_ID, 2))
    assert takes_the_short_way(SEEN, a_check(LINK_ID, 2), a_check(LINK_ID, 3))


@pytest.mark.parametrize(
    "news",
    [
        {"occurrences": (an_occurrence(anchor_text="other"),)},
        {"occurrences": (an_occurrence(rel=("nofollow",)),)},
        {"occurrences": (an_occurrence(kind=LinkKind.IMAGE),)},
        {"occurrences": (an_occurrence(image_alt="a boat"),)},
        {"occurrences": (an_occurrence(position=Position.FOOTER),)},
        {"occurrences": (an_occurrence(hidden=True),)},
        {"occurrences": (an_occurrence(in_noscript=True),)},
        {"occurrences": (an_occurrence(in_iframe=True),)},
        {"occurrences": (an_occurrence(left_context="we love"),)},
        {"occurrences": (an_occurrence(), an_occurrence(position=Position.FOOTER))},
        {"occurrences": (an_occurrence(OTHER),)},
        {"occurrences": ()},
        {"indexable": False},
        {"page_followed": False},
        {"reasons": (Reason.NOINDEX_META,)},
        {"http_status": 203},
        {"final_url": PAGE + "/moved"},
        {"title": "A title"},
        {"canonical": PAGE + "/other"},
        {"checked_at": at(0)},
    ],
)
def test_whatever_became_different_is_concluded_from(news: dict[str, Any]) -> None:
    assert not takes_the_short_way(SEEN, a_check(LINK_ID, 2, **news))


def test_looks_that_are_not_the_newest_or_saw_nothing_take_the_long_way() -> None:
    assert not takes_the_short_way(SEEN, a_check(LINK_ID, 1))
    assert not takes_the_short_way(SEEN, a_check(LINK_ID, 2, Outcome.UNKNOWN))
    assert not takes_the_short_way(SEEN, a_check(LINK_ID, 2, Outcome.MISSING, streak=1))
    blind = the_long_way(SEEN, a_check(LINK_ID, 2, Outcome.UNKNOWN))
    assert not takes_the_short_way(blind, a_check(LINK_ID, 3))


def test_all_looks_at_a_link_go_the_same_way() -> None:
    checks = [a_check(LINK_ID, 2), a_check(LINK_ID, 3, title="A title"), a_check(LINK_ID, 4)]
    looks = part({LINK_ID: head_of(SEEN)}, checks)
    assert looks.others == checks
    assert not looks.steady


def test_looks_at_a_link_that_is_gone_go_nowhere() -> None:
    looks = part({}, [a_check(LINK_ID, 2)])
    assert not looks.steady
    assert not looks.others


def test_a_link_under_terms_and_one_of_unknown_target_take_the_long_way() -> None:
    promised = replace(SEEN, state=replace(SEEN.state, terms=terms()))
    assert not takes_the_short_way(promised, a_check(LINK_ID, 2))
    assert not takes_the_short_way(replace(SEEN, target_key=None), a_check(LINK_ID, 2))
