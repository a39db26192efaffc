"""Whatever pydantic finds at fault, people read what to do about it."""

from typing import Annotated, Any, get_args

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import core_schema

from shared import fault_words
from shared.inputs import Day, Moment, Shape, Whole

CONTEXT = {
    "min_length": 2,
    "max_length": 5,
    "gt": 1,
    "ge": 1,
    "lt": 9,
    "le": 9,
    "multiple_of": 3,
    "max_digits": 4,
    "decimal_places": 2,
    "whole_digits": 2,
    "expected": "'a', 'b' or 'c'",
    "error": ValueError("give one e-mail address"),
}


@pytest.mark.parametrize("kind", get_args(core_schema.ErrorType))
def test_every_kind_of_fault_has_a_sentence_with_a_way_out(kind: str) -> None:
    words = fault_words.fix(kind, CONTEXT)

    assert words.endswith(".")
    assert words[0].isupper()
    assert "{" not in words
    assert "input" not in words.lower()


def test_a_choice_is_told_as_a_list() -> None:
    assert fault_words.fix("enum", CONTEXT) == "Use one of: a, b, c."


def test_null_is_named_where_it_is_the_fault() -> None:
    words = fault_words.fix("bool_type", {}, is_null=True)

    assert words == "null is not taken here. Give true or false."


def test_what_is_empty_is_called_empty() -> None:
    assert "empty" in fault_words.fix("string_too_short", {"min_length": 1})
    assert "empty" in fault_words.fix("too_short", {"min_length": 1})


class Thing(BaseModel):
    at: Moment | None = None
    on: Day | None = None
    count: Whole | None = None
    currency: Annotated[str, Shape("^[A-Z]{3}$", "Give three letters.")] = "EUR"


@pytest.mark.parametrize(
    "given",
    [
        *({"at": 12}, {"at": True}, {"at": 1.5}, {"at": "2026-05-31T08:00:00"}),
        *({"on": 12}, {"on": True}, {"count": True}, {"count": "1"}, {"count": 1.0}),
        {"currency": "euro"},
    ],
)
def test_a_value_of_another_kind_is_not_taken_for_what_was_meant(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Thing.model_validate(given)


def test_the_pattern_of_a_shape_stands_in_the_document() -> None:
    assert Thing.model_json_schema()["properties"]["currency"]["pattern"] == "^[A-Z]{3}$"
    assert Thing(currency="USD", count=3).currency == "USD"
