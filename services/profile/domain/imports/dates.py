"""Reads the dates of other tools: ISO, day or month first, month names of many languages."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from services.profile.domain.imports.rows import DateOrder

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?.*)?")
_NUMERIC = re.compile(
    r"(\d{1,2})([-/. ]) ?(\d{1,2})\2 ?(\d{4}|\d{2})(?:,?[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?.*)?"
)
_CJK = re.compile(r"(\d{4})\s*[年년.]\s*(\d{1,2})\s*[月월.]\s*(\d{1,2})\s*[日일.]?")
# Vowels that are marks belong to their word: Hindi, Thai, and letters with loose accents.
_WORDS = re.compile(r"(?:[^\W\d_][\u0300-\u036f\u0900-\u0963\u0e31-\u0e4e]*)+|\d+")
_THAI_POINTS = re.compile(r"(?<=[\u0e01-\u0e4e])\.")
_BUDDHIST_YEARS = 543
_YEARS = range(1990, 2100)
_DATE_LIKE = re.compile(r"(?=.*(?<!\d)(?:19|20|25)\d\d(?!\d))(?=.*(?<!\d)\d{1,2}(?!\d)).{6,32}")

# The first letters that tell the months of a language apart; longer beginnings come first.
_MONTH_NAMES = {
    "en": "jan feb mar apr may jun jul aug sep oct nov dec",
    "de": "jän feb mär apr mai jun jul aug sep okt nov dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "pl": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "ru": "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "uk": "січ лют бер кві тра чер лип сер вер жов лис гру",  # noqa: RUF001
    "sv": "jan feb mar apr maj jun jul aug sep okt nov dec",
    "fi": "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "cs": "led úno bře dub kvě červen červenec srp zář říj lis pro",
    "tr": "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "he": "ינו פבר מרץ אפר מאי יונ יול אוג ספט אוק נוב דצמ",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "hu": "jan febr márc ápr máj jún júl aug szept okt nov dec",
    "ro": "ian feb mar apr mai iun iul aug sept oct noi dec",
    "el": "ιαν φεβ μαρ απρ μαΐ ιουν ιουλ αυγ σεπ οκτ νοε δεκ",  # noqa: RUF001
    "id": "jan feb mar apr mei jun jul agu sep okt nov des",
    "hr": "sij velj ožu tra svi lip srp kol ruj lis stu pro",
    "da": "jan feb mar apr maj jun jul aug sep okt nov dec",
    "ca": "gen febr març abr maig juny jul ag set oct nov des",
    "ms": "jan feb mac apr mei jun jul ogo sep okt nov dis",
    "th": "มค กพ มีค เมย พค มิย กค สค กย ตค พย ธค",
    "hi": "जन फ़र मार्च अप्रैल मई जून जुल अग सित अक्टू नव दिस",
}


def _month_table() -> dict[str, int]:
    table: dict[str, int] = {}
    for language, names in _MONTH_NAMES.items():
        for number, name in enumerate(names.split(), 1):
            # `lis` is October in Croatian, November in Polish and Ukrainian: first language wins.
            table.setdefault(name, number)
            if language == "ru" and name == "мая":
                table["май"] = number
    return table


_MONTHS = _month_table()
_LONGEST = max(map(len, _MONTHS))


def _month(word: str) -> int | None:
    folded = word.casefold().replace("i\u0307", "i").removeprefix("ב")  # Hebrew: "in March"
    for length in range(min(len(folded), _LONGEST), 1, -1):
        number = _MONTHS.get(folded[:length])
        if number is not None:
            return number
    return None


def _moment(year: int, month: int, day: int, clock: tuple[str | None, ...] = ()) -> datetime | None:
    if year < 100:
        year += 2000
    if year > _YEARS.stop:
        year -= _BUDDHIST_YEARS
    hour, minute, second = (int(part or 0) for part in (*clock, None, None, None)[:3])
    if year not in _YEARS:
        return None
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _from_words(text: str) -> datetime | None:
    words = _WORDS.findall(_THAI_POINTS.sub("", text))
    month = next((found for word in words if (found := _month(word)) is not None), None)
    numbers = [int(word) for word in words if word.isdecimal()]
    if month is None and len(numbers) == 3:  # Vietnamese: "15 thg 9, 2026"
        month = numbers.pop(1)
    if month is None or len(numbers) < 2 or len(words) > 8:
        return None
    year, day = sorted(numbers[:2], reverse=True)
    return _moment(year, month, day)


def _from_numbers(text: str, order: DateOrder) -> datetime | None:
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return None
    first, _, second, year, *clock = match.groups()
    day, month = int(first), int(second)
    if month > 12 or (order is DateOrder.MONTH_FIRST and day <= 12):
        day, month = month, day
    return _moment(int(year), month, day, tuple(clock))


def looks_like_a_date(text: str) -> bool:
    """Say whether a cell may be a date in a language that we cannot read: a year, a day, a word."""
    return _DATE_LIKE.fullmatch(text.strip()) is not None and len(text.split()) <= 6


_PLAIN = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", re.ASCII)


_EPOCH = re.compile(
    r"\d{10}(?:\d{3})?(?:\.0)?", re.ASCII
)  # seconds or milliseconds, as programs count


_SERIAL = re.compile(r"([3-7]\d{4})(?:[.,]\d+)?", re.ASCII)  # days, as spreadsheets count them
_SERIAL_START = datetime(1899, 12, 30, tzinfo=UTC)


@lru_cache(maxsize=8192)  # an export repeats a few hundred days; 10 times faster than parsing
def parse_date(text: str, order: DateOrder) -> datetime | None:
    """Return the moment that `text` names, in UTC, or None if it names none."""
    if _PLAIN.fullmatch(text):  # moments to the second hardly repeat
        try:
            found = datetime.fromisoformat(text).replace(tzinfo=UTC)
        except ValueError:
            return None
        return found if found.year in _YEARS else _from_iso(text, order)
    if _EPOCH.fullmatch(text):
        return _from_epoch(int(text[:10]))
    serial = _SERIAL.fullmatch(text)
    if serial is not None:
        found = _SERIAL_START + timedelta(days=int(serial[1]))
        return found if found.year in _YEARS else None
    return _from_iso(text, order)


def _from_epoch(seconds: int) -> datetime | None:
    found = datetime.fromtimestamp(seconds, UTC)
    return found if found.year in _YEARS else None


def _from_iso(text: str, order: DateOrder) -> datetime | None:
    text = text.strip().strip("\u200e\u200f")
    if not text or len(text) > 40:
        return None
    for pattern in (_ISO, _CJK):
        match = pattern.fullmatch(text)
        if match is not None:
            year, month, day, *clock = match.groups()
            return _moment(int(year), int(month), int(day), tuple(clock))
    return _from_numbers(text, order) or _from_words(text)


def is_numeric(text: str) -> bool:
    """Say whether a date is written with the year last, so that its order must be known."""
    return _NUMERIC.fullmatch(text.strip()) is not None


def date_order(samples: Iterable[str], *, english: bool) -> DateOrder:
    """Say whether the day or the month stands first; undecidable samples follow the language."""
    for text in samples:
        match = _NUMERIC.fullmatch(text.strip())
        if match is None:
            continue
        first, separator, second = match.group(1), match.group(2), match.group(3)
        if int(first) > 12 or separator == ".":
            return DateOrder.DAY_FIRST
        if int(second) > 12:
            return DateOrder.MONTH_FIRST
    return DateOrder.MONTH_FIRST if english else DateOrder.DAY_FIRST
