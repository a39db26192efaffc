"""What becomes of an enrollment does not depend on the order in which, or how often, news of it comes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outreach.domain.sequences.enrollment import News, Progress, State, ended, sent, told
from services.outreach.domain.sequences.funnel import share
from services.outreach.domain.sequences.locks import Earlier, refusal
from services.outreach.domain.sequences.steps import after_business_days

MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
START = Progress(next_at=MONDAY)
Happening = Callable[[Progress], Progress]


def a_sending(step_no: int) -> Happening:
    at = MONDAY + step_no * DAY
    return lambda progress: sent(progress, step_no, sent_at=at, next_at=at + 4 * DAY)


def some_news(news: News, number: int = 1, until: int | None = None) -> Happening:
    back_at = None if until is None else MONDAY + until * DAY
    return lambda progress: told(progress, news, inbound_id=UUID(int=number), until=back_at)


def ending(state: State) -> Happening:
    return lambda progress: ended(progress, state)


happenings = st.lists(
    st.one_of(
        st.builds(a_sending, st.integers(1, 3)),
        st.builds(
            some_news,
            st.sampled_from(News),
            st.integers(1, 4),
            st.one_of(st.none(), st.integers(1, 30)),
        ),
        st.builds(ending, st.sampled_from([State.CANCELLED, State.FINISHED])),
    ),
    max_size=8,
)


def run(found: list[Happening]) -> Progress:
    progress = START
    for happening in found:
        progress = happening(progress)
    return progress


@settings(max_examples=150, deadline=None)
@given(happenings, st.randoms(use_true_random=False))
def test_any_order_and_repetition_has_the_same_end(found: list[Happening], random: object) -> None:
    again = [*found, *found]
    random.shuffle(again)  # type: ignore[attr-defined]
    one, other = run(found), run(again)
    assert (one.state, one.sent_no, one.sent_at, one.soft_bounced, one.not_before) == (
        other.state,
        other.sent_no,
        other.sent_at,
        other.soft_bounced,
        other.not_before,
    )
    assert one.is_open or one.next_at is None
    assert other.is_open or other.next_at is None


def test_an_automatic_answer_stops_nothing_and_moves_the_next_step_behind_the_return() -> None:
    waiting = a_sending(1)(START)
    assert some_news(News.AWAY)(waiting) == waiting
    away = some_news(News.AWAY, until=20)(waiting)
    assert (away.state, away.next_at) == (State.ACTIVE, MONDAY + 20 * DAY)
    assert a_sending(1)(some_news(News.AWAY, until=20)(START)).next_at == MONDAY + 20 * DAY


def test_three_messages_that_could_not_be_delivered_for_now_are_a_bounce() -> None:
    twice = run([a_sending(1), *[some_news(News.SOFT_BOUNCE, number) for number in (1, 1, 2)]])
    assert twice.state is State.ACTIVE
    assert some_news(News.SOFT_BOUNCE, 3)(twice).state is State.BOUNCED


@pytest.mark.parametrize(
    ("news", "state"),
    [
        (News.REPLY, State.REPLIED),
        (News.COLLEAGUE_REPLY, State.COMPANY_REPLIED),
        (News.HARD_BOUNCE, State.BOUNCED),
        (News.UNSUBSCRIBE, State.UNSUBSCRIBED),
        (News.COMPLAINT, State.COMPLAINED),
    ],
)
def test_an_answer_of_a_person_ends_it_and_an_older_end_does_not_come_back(
    news: News, state: State
) -> None:
    over = some_news(news)(a_sending(1)(START))
    assert (over.state, over.next_at) == (state, None)
    assert ended(over, State.CANCELLED) == over
    assert a_sending(2)(over).next_at is None


@pytest.mark.parametrize(
    ("days", "weekday", "gap"),
    [(0, 0, 0), (1, 0, 1), (4, 0, 4), (5, 0, 7), (1, 4, 3), (0, 5, 2), (1, 5, 2), (3, 6, 3)],
)
def test_delays_count_business_days(days: int, weekday: int, gap: int) -> None:
    moment = MONDAY + weekday * DAY
    assert after_business_days(moment, days, zone=ZoneInfo("UTC")) == moment + gap * DAY


def test_a_delay_keeps_the_time_of_day_when_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    friday = datetime(2026, 10, 23, 10, 0, tzinfo=zone)
    monday = after_business_days(friday.astimezone(UTC), 1, zone=zone)
    assert monday.astimezone(zone).isoformat() == "2026-10-26T10:00:00+01:00"


def an_earlier(**given: object) -> Earlier:
    values: dict[str, object] = {
        "is_person": False,
        "state": State.FINISHED,
        "sequence": "Guest posts",
        "by": "Alice",
        "started_at": MONDAY - 3 * DAY,
        "sent_at": MONDAY,
        "said_no": False,
    }
    return Earlier(**values | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("earlier", "days", "code"),
    [
        (an_earlier(state=State.ACTIVE), 500, "locked"),
        (an_earlier(state=State.PAUSED, sent_at=None), 1, "locked"),
        (an_earlier(), 99, "cooling-down"),
        (an_earlier(), 100, None),
        (an_earlier(state=State.REPLIED, said_no=True), 364, "cooling-down"),
        (an_earlier(state=State.REPLIED, said_no=True), 365, None),
        (an_earlier(state=State.CANCELLED, sent_at=None), 0, None),
        (an_earlier(state=State.BOUNCED), 1, None),
        (an_earlier(state=State.BOUNCED, is_person=True), 1, "bounced"),
    ],
)
def test_nobody_is_written_to_twice(earlier: Earlier, days: int, code: str | None) -> None:
    found = refusal(earlier, now=MONDAY + days * DAY)
    assert (found and found.code) == code


def test_a_refusal_says_who_wrote_when_as_far_as_the_caller_may_know() -> None:
    found = refusal(an_earlier(), now=MONDAY + DAY)
    assert found is not None
    assert found.sentence == (
        "Somebody at this domain was written to, 2 Nov, in “Guest posts” by Alice;"
        " not again before 10 Feb 2027."
    )
    hidden = refusal(an_earlier(sequence=None, by=None, state=State.ACTIVE), now=MONDAY + DAY)
    assert hidden is not None
    assert hidden.sentence == (
        "Somebody at this domain is being written to already, 2 Nov, for another site of your"
        " workspace."
    )


def test_a_share_of_few_is_no_share() -> None:
    assert share(10, 49).sentence == "10 of 49, too few to say."
    found = share(10, 50)
    assert (found.share, found.low, found.high) == (0.2, 0.1124, 0.3304)
    assert found.sentence == "10 of 50: 20.0 %, most likely between 11.2 % and 33.0 %."
