"""The days of reports, and the moments at which schedules make them."""

from datetime import UTC, date, datetime

import pytest

from services.profile.domain.client_report.spans import (
    Monthly,
    Span,
    fault_of,
    month_of,
    read_month,
)

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("span", "label", "before"),
    [
        (month_of(date(2026, 10, 7)), "October 2026", "September 2026"),
        (month_of(date(2026, 1, 1)), "January 2026", "December 2025"),
        (Span(date(2026, 10, 3), date(2026, 10, 9)), "3 to 9 October 2026", None),
        (Span(date(2026, 10, 30), date(2026, 11, 2)), "30 October to 2 November 2026", None),
        (Span(date(2025, 12, 30), date(2026, 1, 2)), "30 December 2025 to 2 January 2026", None),
        (Span(date(2026, 10, 3), date(2026, 10, 3)), "3 October 2026", "2 October 2026"),
    ],
)
def test_days_are_called_as_people_call_them(span: Span, label: str, before: str | None) -> None:
    assert span.label == label
    assert before is None or span.before.label == before
    assert span.before.ends == span.begins


def test_a_span_is_compared_with_as_many_days_before() -> None:
    week = Span(date(2026, 10, 3), date(2026, 10, 9))
    assert week.before == Span(date(2026, 9, 26), date(2026, 10, 2))
    assert read_month("2024-02") == Span(date(2024, 2, 1), date(2024, 2, 29))
    with pytest.raises(ValueError, match="such as 2026-10"):
        read_month("2026-13")


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (Span(date(2026, 10, 9), date(2026, 10, 3)), "before the first"),
        (Span(date(2026, 11, 1), date(2026, 12, 1)), "not over"),
        (Span(date(1999, 12, 1), date(1999, 12, 31)), "2000"),
        (Span(date(2025, 1, 1), date(2026, 6, 1)), "366 days at most"),
        (Span(date(2026, 11, 1), TODAY), None),
    ],
)
def test_days_of_which_nothing_can_be_said_are_refused(span: Span, said: str | None) -> None:
    fault = fault_of(span, today=TODAY)
    assert fault is None if said is None else said in str(fault)


BERLIN = Monthly(day=1, hour=2, time_zone="Europe/Berlin")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_the_hour_is_that_of_the_zone_in_summer_and_winter() -> None:
    assert BERLIN.after(utc(2026, 6, 15)) == utc(2026, 7, 1, 0)
    assert BERLIN.after(utc(2026, 12, 15)) == utc(2027, 1, 1, 1)
    assert BERLIN.after(utc(2026, 7, 1, 0)) == utc(2026, 8, 1, 0)


def test_an_hour_that_the_clocks_skip_comes_when_they_have_jumped() -> None:
    skipped = Monthly(day=28, hour=2, time_zone="Europe/Berlin")  # 28 March 2027: 2:00 becomes 3:00
    assert skipped.after(utc(2027, 3, 1)) == utc(2027, 3, 28, 1)


def test_a_month_is_reported_when_it_is_over_in_utc_too() -> None:
    early = Monthly(day=1, hour=0, time_zone="Pacific/Auckland")
    at = early.after(utc(2026, 10, 20))
    assert at == utc(2026, 11, 1)  # there it has been November for thirteen hours
    assert early.newest_month(at, since=utc(2026, 10, 1)) == month_of(date(2026, 10, 1))
    late = Monthly(day=1, hour=0, time_zone="America/New_York")
    assert late.after(utc(2026, 10, 20)) == utc(2026, 11, 1, 4)


@pytest.mark.parametrize(
    ("now", "since", "month"),
    [
        (utc(2026, 11, 1, 0, 59), utc(2026, 10, 15), None),
        (utc(2026, 11, 1, 1), utc(2026, 10, 15), date(2026, 10, 1)),
        (utc(2026, 11, 30), utc(2026, 10, 15), date(2026, 10, 1)),
        (utc(2027, 3, 20), utc(2026, 10, 15), date(2027, 2, 1)),  # of those missed the latest
        (utc(2026, 11, 30), utc(2026, 11, 2), None),  # set after the day: not until the next
    ],
)
def test_of_missed_months_only_the_latest_is_due(
    now: datetime, since: datetime, month: date | None
) -> None:
    found = BERLIN.newest_month(now, since=since)
    assert (None if found is None else found.starts_on) == month
