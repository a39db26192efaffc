"""Public holidays by the package `holidays`; where it is not installed, none is known."""

import importlib
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from zoneinfo import TZPATH

from services.outreach.domain.sequences.calendars import Holiday
from shared.log import get_logger

log = get_logger(__name__)

_MOST_YEARS = 500
"""Years of countries that are kept at once; one is some ten days."""
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ENGLISH = ("en_US", "en_GB")


class PackagedCalendar:
    """National public holidays, loaded once for each country and year."""

    def __init__(self, *, module: str = "holidays") -> None:
        self._module = module
        self._year = lru_cache(_MOST_YEARS)(self._load)
        self._known = lru_cache(1)(self._import)

    @property
    def is_there(self) -> bool:
        return self._known() is not None

    def holiday(self, country: str, day: date) -> Holiday | None:
        name = self._year(country, day.year).get(day)
        return (
            None if name is None else Holiday(name, self.country_name(country) or country.upper())
        )

    def country_name(self, country: str) -> str | None:
        package = self._known()
        kind = None if package is None else getattr(package, country.upper(), None)
        if kind is None or len(country) != 2:
            return None
        return _WORD.sub(" ", kind.__mro__[1].__name__)

    def country_of_zone(self, zone: str) -> str | None:
        return _countries_of_zones().get(zone) if self.is_there else None

    def _import(self) -> ModuleType | None:
        try:
            return importlib.import_module(self._module)
        except ImportError:
            log.info("no public holidays: the package is not installed", package=self._module)
            return None

    def _load(self, country: str, year: int) -> Mapping[date, str]:
        package = self._known()
        if package is None or self.country_name(country) is None:
            return {}
        kind = getattr(package, country.upper())
        spoken = next((one for one in _ENGLISH if one in kind.supported_languages), None)
        return dict(kind(years=year, language=spoken))


@lru_cache(1)
def _countries_of_zones() -> Mapping[str, str]:
    """Return the country of each time zone, by the list that lies beside the zones."""
    for folder in TZPATH:
        try:
            lines = (Path(folder) / "zone.tab").read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
        return {row[2]: row[0].lower() for row in rows if len(row) > 2}
    return {}
