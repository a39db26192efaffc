"""Every code that people meet has words, and no code shines through."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from shared import todo, vocabulary, words
from shared.screen_words import ALERT_ENDS, ALERT_SEVERITIES, ALERT_STATES
from shared.vocabulary import Action, LinkStatus, Reason
from shared.words import LinkFacts, Words

NOW = datetime(2026, 11, 5, 16, 0, tzinfo=UTC)

SPOKEN: dict[type[StrEnum], Callable[[Any], Words]] = {
    vocabulary.LinkStatus: lambda item: words.status(item, now=NOW),
    vocabulary.Outcome: words.outcome,
    vocabulary.Reason: words.reason,
    vocabulary.LinkKind: words.link_kind,
    vocabulary.Position: words.position,
    vocabulary.DiscoveryReason: words.discovery,
    vocabulary.AnchorKind: words.anchor_kind,
    vocabulary.AnchorFlag: words.anchor_flag,
    vocabulary.ChangeKind: words.change,
    vocabulary.ContractState: words.contract,
    vocabulary.Band: words.band,
    vocabulary.Action: words.action,
    vocabulary.HostRole: words.host_role,
    vocabulary.Role: words.role,
    vocabulary.JobState: words.job,
    vocabulary.RenderState: words.render_state,
    vocabulary.AlertSeverity: ALERT_SEVERITIES.__getitem__,
    vocabulary.AlertState: ALERT_STATES.__getitem__,
    vocabulary.AlertEnd: ALERT_ENDS.__getitem__,
}
MEMBERS = [(enum, item) for enum in SPOKEN for item in enum]
# Words that need a next step beside them.
ALARMING = re.compile(r"danger|penalt|toxic|harm|urgent|fatal|alarm|deindex", re.IGNORECASE)


def enums_of_the_vocabulary() -> Iterator[type[StrEnum]]:
    for value in vars(vocabulary).values():
        if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum:
            yield value


def every_text() -> Iterator[str]:
    for enum, item in MEMBERS:
        spoken = SPOKEN[enum](item)
        yield from (spoken.label, spoken.sentence, spoken.todo)
    for status, reason in product(LinkStatus, Reason):
        spoken = words.status(status, LinkFacts(reasons=(reason,), lost_at=NOW), now=NOW)
        yield from (spoken.label, spoken.sentence, spoken.todo)


def test_every_list_of_the_vocabulary_has_its_words() -> None:
    assert set(enums_of_the_vocabulary()) == set(SPOKEN) | {vocabulary.Todo}
    assert set(todo.WORDS) == set(vocabulary.Todo)  # these have one label for one and one for many


@pytest.mark.parametrize(("enum", "item"), MEMBERS, ids=str)
def test_every_member_has_a_label_a_sentence_and_what_to_do(
    enum: type[StrEnum], item: StrEnum
) -> None:
    spoken = SPOKEN[enum](item)
    assert 0 < len(spoken.label) <= 40
    assert spoken.sentence.endswith(".")
    assert spoken.todo.endswith(".")


def test_no_raw_code_shines_through() -> None:
    codes = {item.value for enum, item in MEMBERS if "_" in item.value}
    for text in every_text():
        assert "_" not in text
        assert not any(code in text for code in codes)


def test_nothing_frightens_without_a_next_step() -> None:
    for enum, item in MEMBERS:
        spoken = SPOKEN[enum](item)
        if ALARMING.search(f"{spoken.label} {spoken.sentence}"):
            assert len(spoken.todo) > 20, spoken


def test_a_pending_link_says_when_the_first_look_comes() -> None:
    facts = LinkFacts(next_check_at=NOW + timedelta(minutes=4))
    assert words.status(LinkStatus.PENDING, facts, now=NOW).sentence == (
        "Not checked yet (about 4 min)."
    )


def test_a_link_never_seen_says_that_the_page_is_there() -> None:
    spoken = words.status(LinkStatus.NOT_FOUND, now=NOW)
    assert spoken.sentence.startswith("Not found: the page is there, no link to you")


def test_a_wall_is_no_loss_and_names_the_last_good_day() -> None:
    facts = LinkFacts(
        reasons=(Reason.BLOCKED_BY_WALL,), last_live_at=datetime(2026, 11, 3, 9, tzinfo=UTC)
    )
    assert words.status(LinkStatus.UNKNOWN, facts, now=NOW).sentence == (
        "Couldn't look: the site stops robots. Last seen live 3 Nov."
    )


def test_a_loss_names_both_looks() -> None:
    missed = datetime(2026, 11, 3, 14, 2, tzinfo=UTC)
    facts = LinkFacts(missed_at=missed, lost_at=missed + timedelta(minutes=62))
    spoken = words.status(LinkStatus.LOST, facts, now=NOW)
    assert spoken.sentence == "Gone: missed Tue 14:02, confirmed 15:04."


def test_a_loss_confirmed_on_another_day_names_that_day() -> None:
    missed = datetime(2026, 10, 3, 23, 50, tzinfo=UTC)
    facts = LinkFacts(
        missed_at=missed, lost_at=missed + timedelta(hours=1), reasons=(Reason.PAGE_404,)
    )
    spoken = words.status(LinkStatus.LOST, facts, now=NOW)
    assert spoken.sentence.startswith("Gone: missed 3 Oct 23:50, confirmed 4 Oct 00:50.")
    assert "no such page" in spoken.sentence


def test_a_link_that_moved_off_a_list_sends_nobody_to_ask_for_it_back() -> None:
    facts = LinkFacts(reasons=(Reason.LISTING_CHURN, Reason.LINK_REMOVED))
    spoken = words.status(LinkStatus.LOST, facts, now=NOW)
    assert "a list that moves on" in spoken.sentence
    assert "ask for the link back" not in spoken.todo


def test_a_first_miss_is_being_confirmed_and_not_gone() -> None:
    facts = LinkFacts(confirming_since=NOW - timedelta(minutes=20))
    spoken = words.status(LinkStatus.LIVE, facts, now=NOW)
    assert spoken.label == "Being confirmed"
    assert "Thu 15:40" in spoken.sentence


@pytest.mark.parametrize(
    ("reason", "label"),
    [
        (Reason.NOFOLLOW_ADDED, "Now nofollow"),
        (Reason.ANCHOR_CHANGED, "Anchor edited"),
        (Reason.TARGET_CHANGED, "Points elsewhere"),
        (Reason.NOINDEX_META, "Set to noindex"),
    ],
)
def test_a_changed_link_is_shown_as_its_change(reason: Reason, label: str) -> None:
    assert words.status(LinkStatus.CHANGED, LinkFacts(reasons=(reason,)), now=NOW).label == label


def test_what_differs_from_an_agreement_need_not_have_been_otherwise_before() -> None:
    facts = LinkFacts(reasons=(Reason.REL_RESTORED,), breaches=(Reason.REL_RESTORED,))
    spoken = words.status(LinkStatus.CHANGED, facts, now=NOW)
    assert (spoken.label, words.breaches(facts.breaches)) == ("Agreed mark is missing",) * 2
    assert "taken away" not in spoken.sentence


def test_two_weeks_of_not_looking_are_counted() -> None:
    facts = LinkFacts(reasons=(Reason.UNREACHABLE,), unknown_since=NOW - timedelta(days=16))
    assert "So for 16 days." in words.status(LinkStatus.UNKNOWN, facts, now=NOW).sentence


def test_what_counts_is_said_in_the_words_of_the_product() -> None:
    assert words.counts(True).label == "Counts for SEO"
    assert words.counts(False).label == "Does not count"
    assert words.counts(None).label == "Not known yet"


def test_the_year_is_named_only_when_it_is_another() -> None:
    assert words.day(datetime(2025, 11, 3, tzinfo=UTC), now=NOW) == "3 Nov 2025"
    assert words.day(datetime(2026, 11, 3, tzinfo=UTC), now=NOW) == "3 Nov"


def test_a_link_to_be_left_as_it_is_is_not_called_junk() -> None:
    # Good links that are marked nofollow, and links that a person kept, have this action, too.
    said = words.action(Action.NO_ACTION_NEEDED)

    assert "junk" not in said.sentence
    assert said.label == "Leave as it is"
