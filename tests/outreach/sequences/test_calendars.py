"""Business days where somebody reads: public holidays by a port, and nothing changes where none are known."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from typing_extensions import override

from services.outreach.adapters.calendars import PackagedCalendar
from services.outreach.domain.sequences.calendars import (
    NO_HOLIDAYS,
    Holiday,
    NoCalendar,
    Place,
    Reader,
    place_of,
)
from services.outreach.domain.sequences.going_on import earliest
from services.outreach.domain.sequences.steps import Step, Thread, after_business_days

BERLIN = ZoneInfo("Europe/Berlin")
GERMAN = Holiday("Second Day of Christmas", "Germany")
WEDNESDAY = datetime(2026, 12, 23, 9, 0, tzinfo=UTC)


class FakeCalendar(NoCalendar):
    """Christmas in Germany, and a country that never works."""

    @override
    def holiday(self, country: str, day: date) -> Holiday | None:
        if country == "zz" or (country == "de" and (day.month, day.day) in {(12, 25), (1, 1)}):
            return Holiday("Christmas Day" if day.month == 12 else "New Year's Day", "Germany")
        return None

    @override
    def country_name(self, country: str) -> str | None:
        return {"de": "Germany"}.get(country)

    @override
    def country_of_zone(self, zone: str) -> str | None:
        return {"Europe/Berlin": "de"}.get(zone)


def reader(country: str | None) -> Reader:
    return Reader(FakeCalendar(), Place(country, "x") if country else None)


@pytest.mark.parametrize(
    ("country", "days", "on"),
    [
        (None, 2, "2026-12-25"),
        ("de", 1, "2026-12-24"),
        ("de", 2, "2026-12-28"),
        ("de", 7, "2027-01-05"),
        ("fr", 2, "2026-12-25"),
        ("zz", 3, "2027-12-24"),
    ],
)
def test_holidays_of_the_reader_are_no_business_days(
    country: str | None, days: int, on: str
) -> None:
    found = after_business_days(WEDNESDAY, days, zone=BERLIN, reader=reader(country))
    assert found.date().isoformat() == on


def test_each_step_says_which_days_were_left_out_for_it() -> None:
    steps = [
        Step(step_no=1, delay_days=0, thread=Thread.NEW, subject="x", body="x"),
        Step(step_no=2, delay_days=2, thread=Thread.REPLY, subject="", body="x"),
        Step(step_no=3, delay_days=4, thread=Thread.REPLY, subject="", body="x"),
    ]
    found = earliest(steps, WEDNESDAY, zone=BERLIN, reader=reader("de"))
    assert [one.at.date().isoformat() for one in found.values()] == [
        "2026-12-23",
        "2026-12-28",
        "2027-01-04",
    ]
    assert [one.left_out for one in found.values()] == [
        (),
        ("Friday 25 December is left out: holiday in Germany (Christmas Day).",),
        ("Friday 1 January is left out: holiday in Germany (New Year's Day).",),
    ]


@pytest.mark.parametrize(
    ("domain", "tag", "mailbox", "zone", "country", "because"),
    [
        ("blog.de", "en-GB", "ann@ours.fr", "", "de", "by the address blog.de"),
        ("blog.com", "de-AT", "ann@ours.fr", "", "at", "by the language that blog.com states"),
        ("blog.io", "en-us", "ann@ours.fr", "", "fr", "as of your mailbox"),
        ("blog.com", None, "ann@ours.com", "Europe/Berlin", "de", "as of your mailbox"),
        ("blog.co.uk", None, None, None, "gb", "by the address"),
        ("blog.com", "de", None, "Etc/UTC", None, ""),
    ],
)
def test_where_somebody_reads_is_told_by_what_is_known(
    domain: str, tag: str | None, mailbox: str | None, zone: str, country: str | None, because: str
) -> None:
    found = place_of(FakeCalendar(), domain=domain, tag=tag, mailbox=mailbox, zone=zone)
    assert (found.country if found else None) == country
    assert because in (found.because if found else "")


def test_what_counts_is_said_in_a_sentence() -> None:
    assert reader("de").sentence == "Weekends and public holidays in Germany are left out (x)."
    assert "Only weekends" in reader("xx").sentence
    assert "Only weekends" in Reader(NO_HOLIDAYS, Place("de", "x")).sentence


def test_without_the_package_no_holiday_is_known() -> None:
    calendar = PackagedCalendar(module="no_such_package_of_holidays")
    assert calendar.holiday("de", date(2026, 12, 25)) is None
    assert (calendar.country_name("de"), calendar.country_of_zone("Europe/Berlin")) == (None, None)


def test_the_package_knows_national_holidays() -> None:
    pytest.importorskip("holidays")
    calendar = PackagedCalendar()
    assert calendar.holiday("de", date(2026, 12, 25)) == Holiday("Christmas Day", "Germany")
    assert calendar.holiday("de", date(2026, 12, 24)) is None
    assert calendar.holiday("gb", date(2027, 12, 27)) is not None
    assert calendar.country_name("us") == "United States"
    for strange in ("zz", "zzz", "__", "DE"):
        assert calendar.country_name(strange) in (None, "Germany")
        assert calendar.holiday(strange, date(2026, 12, 26)) in (None, GERMAN)
