"""Which days are business days where somebody reads: not Saturday, not Sunday, no public holiday; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from shared.countries import country_of_host, country_of_tag

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday: what it is called, and the country by its name."""

    name: str
    country: str


class Calendar(Protocol):
    """Knows the public holidays of countries, or of none."""

    def holiday(self, country: str, day: date) -> Holiday | None:
        """Return the holiday of a country (two small letters) on a day, if it is one."""

    def country_name(self, country: str) -> str | None:
        """Return what a country is called, or None where its holidays are not known."""

    def country_of_zone(self, zone: str) -> str | None:
        """Return the country of a time zone, where the zone is of only one."""


class NoCalendar:
    """Knows no holiday: only weekends are left out."""

    def holiday(self, country: str, day: date) -> Holiday | None:  # noqa: ARG002 - it knows none
        return None

    def country_name(self, country: str) -> str | None:  # noqa: ARG002 - it knows none
        return None

    def country_of_zone(self, zone: str) -> str | None:  # noqa: ARG002 - it knows none
        return None


NO_HOLIDAYS = NoCalendar()


@dataclass(frozen=True, slots=True)
class Place:
    """Whose public holidays count for a reader, and by what that was told."""

    country: str
    because: str


def place_of(
    calendar: Calendar, *, domain: str, tag: str | None, mailbox: str | None, zone: str | None
) -> Place | None:
    """Return where a reader is, by what is known of the domain, or else where the mailbox is."""
    told = (
        (country_of_host(domain), f"by the address {domain}"),
        (country_of_tag(tag), f"by the language that {domain} states"),
        (country_of_host(mailbox or ""), "as of your mailbox, for theirs is not known"),
        (calendar.country_of_zone(zone or ""), "as of your mailbox, for theirs is not known"),
    )
    return next((Place(country, why) for country, why in told if country is not None), None)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody's days: which public holidays are left out."""

    calendar: Calendar = NO_HOLIDAYS
    place: Place | None = None

    def holiday(self, day: date) -> Holiday | None:
        return None if self.place is None else self.calendar.holiday(self.place.country, day)

    @property
    def sentence(self) -> str:
        """Say which holidays count, and why."""
        name = self.calendar.country_name(self.place.country) if self.place else None
        if self.place is None or name is None:
            return "Only weekends are left out: the public holidays of the reader are not known."
        return f"Weekends and public holidays in {name} are left out ({self.place.because})."


EVERY_WEEKDAY = Reader()
OnHoliday = Callable[[date, Holiday], None]
"""Told of each holiday that is left out, and would have counted otherwise."""


def left_out(day: date, holiday: Holiday) -> str:
    """Say that a day does not count."""
    when = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return f"{when} is left out: holiday in {holiday.country} ({holiday.name})."
