# ruff: noqa: RUF001 - the long dash is meant
"""Until when somebody is away: the date behind words like "until" or "back on", in eleven languages."""

import re
from datetime import date, timedelta

from services.outreach.domain.inbound.datewords import MONTH_OF, TOMORROW, UNTIL, WEEKDAY_OF

_CUE = re.compile(rf"\b{UNTIL}(?![^\W\d_])", re.IGNORECASE)
_NEAR = 60
_ISO = re.compile(r"\b(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b")
_NUMBERS = re.compile(r"\b(\d{1,2})\s?[./-]\s?(\d{1,2})\.?(?:\s?[./-]?\s?((?:20)?\d\d)\b)?")
_RANGE = r"\s*(?:-|–|to|through|bis|au|al)\s*"
_NTH = r"(?:st|nd|rd|th|\.|er|º|ª)?"
_NAME = r"[^\W\d_]{3,14}"
_DAY_MONTH = re.compile(
    rf"\b(?:\d{{1,2}}{_NTH}{_RANGE})?(\d{{1,2}}){_NTH}\s+(?:of\s+|de\s+)?({_NAME})\.?,?"
    r"(?:\s+(?:de\s+)?(20\d\d))?",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"\b({_NAME})\.?\s+(?:\d{{1,2}}{_NTH}{_RANGE})?(\d{{1,2}}){_NTH}(?![\d:])(?:,?\s+(20\d\d))?",
    re.IGNORECASE,
)
_IS_RANGE = re.compile(rf"\d\D{{0,4}}{_RANGE}\d")
_EASTERN = re.compile(r"(?:(20\d\d)年)?(\d{1,2})月(\d{1,2})日(.{0,4}まで)?")
_WORD = re.compile(r"[^\W\d_]+(?:-feira)?")
_FARTHEST = timedelta(days=400)


def away_until(text: str, *, written_on: date) -> date | None:
    """Return the date that a notice of absence names, on or after the day on which it was written."""
    text = text[:4000]
    for cue in _CUE.finditer(text):
        near = text[cue.end() : cue.end() + _NEAR].lower()
        found = _date_in(near, written_on) or _weekday_in(near, written_on)
        if found is not None:
            return found
    eastern = [_fit(m[1], m[2], m[3], written_on) for m in _EASTERN.finditer(text)]
    dates = [one for one in eastern if one is not None]
    return max(dates) if dates else _last_of_range(text.lower(), written_on)


def _last_of_range(text: str, written_on: date) -> date | None:
    """Return the end of `July 10-31` or `10.-31. Juli`, which need no word before them."""
    for pattern in (_MONTH_DAY, _DAY_MONTH):
        for match in pattern.finditer(text):
            named = {group.lower() for group in match.groups() if group} & MONTH_OF.keys()
            if named and _IS_RANGE.search(match[0]):
                found = _date_in(match[0], written_on)
                if found is not None:
                    return found
    return None


def _date_in(text: str, written_on: date) -> date | None:
    iso = _ISO.search(text)
    if iso:
        return _fit(iso[1], iso[2], iso[3], written_on)
    for match in _DAY_MONTH.finditer(text):
        if match[2].lower() in MONTH_OF:
            return _fit(match[3], str(MONTH_OF[match[2].lower()]), match[1], written_on)
    for match in _MONTH_DAY.finditer(text):
        if match[1].lower() in MONTH_OF:
            return _fit(match[3], str(MONTH_OF[match[1].lower()]), match[2], written_on)
    numbers = _NUMBERS.search(text)
    return _of_numbers(numbers, written_on) if numbers else None


def _of_numbers(match: re.Match[str], written_on: date) -> date | None:
    """Read 05/01/2026: day first, unless only the other way is a date soon after the mail."""
    first, second, year = match[1], match[2], match[3]
    if year and len(year) == 2:
        year = f"20{year}"
    choices = [_fit(year, second, first, written_on), _fit(year, first, second, written_on)]
    known = [one for one in choices if one is not None]
    soon = [one for one in known if one - written_on < timedelta(days=120)]
    return next(iter(soon or known), None)


def _weekday_in(text: str, written_on: date) -> date | None:
    for word in _WORD.findall(text)[:4]:
        if word in WEEKDAY_OF:
            days = (WEEKDAY_OF[word] - written_on.weekday() - 1) % 7 + 1
            return written_on + timedelta(days=days)
        if word in TOMORROW:
            return written_on + timedelta(days=1)
    return None


def _fit(year: str | None, month: str, day: str, written_on: date) -> date | None:
    """Return a date; without a year the next such day; None if there is none or it is far away."""
    years = [int(year)] if year else [written_on.year, written_on.year + 1]
    for one in years:
        try:
            found = date(one, int(month), int(day))
        except ValueError:
            continue
        if written_on <= found <= written_on + _FARTHEST:
            return found
    return None
