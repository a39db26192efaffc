"""Kinds of values that request bodies take, strict where pydantic would guess: 12 is no time, true no number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StrictInt,
)
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

MAX_INT4 = 2**31 - 1
"""The largest number that a column of type integer holds."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A form of text; who gives another is told what to give, and not the pattern."""

    pattern: str
    fix: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> Mapping[str, Any]:
        return {**handler(schema), "pattern": self.pattern}

    def _check(self, text: str) -> str:
        if re.search(self.pattern, text) is None:
            raise ValueError(self.fix)
        return text


def _time_as_text(value: Any) -> Any:
    if isinstance(value, (int, float)):
        raise PydanticKnownError("datetime_type")
    return value


def _date_as_text(value: Any) -> Any:
    if isinstance(value, (int, float)):
        raise PydanticKnownError("date_type")
    return value


def _clock_as_text(value: Any) -> Any:
    if isinstance(value, (int, float)):
        raise PydanticKnownError("time_type")
    return value


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("Give a time between the years 1 and 9999, in UTC.") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_time_as_text), AfterValidator(_in_utc)]
Since = Annotated[datetime, AfterValidator(_in_utc)]
"""A time of a query: a day alone, or a time without an offset, is meant in UTC."""
Day = Annotated[date, BeforeValidator(_date_as_text)]
TimeOfDay = Annotated[time, BeforeValidator(_clock_as_text)]
Whole = StrictInt
