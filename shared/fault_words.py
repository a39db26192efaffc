"""What is wrong with one field of an input and how to mend it, in one plain sentence."""

from collections.abc import Mapping
from typing import Any

_ID = "Give an id as this API shows it, such as 019a0000-0000-7000-8000-000000000001."
_TEXT = "Give text, in quotes."
_WHOLE = "Give a whole number, without quotes or a fraction."
_NUMBER = "Give a number."
_LIST = "Give a list, in square brackets."
_OBJECT = "Give an object, in braces."
_YES_NO = "Give true or false."
_DATE = "Give a date such as 2026-05-31."
_CLOCK = "Give a time of day such as 08:30."
_TIME = "Give a time such as 2026-05-31T08:00:00Z."
_FIX: Mapping[str, str] = {
    "missing": "This is required: give it.",
    "extra_forbidden": "There is no such field here: remove it, or check its spelling.",
    "string_type": _TEXT,
    "string_unicode": "Give text in UTF-8.",
    "string_too_short": "Give at least {min_length} characters.",
    "string_too_long": "Shorten it to at most {max_length} characters.",
    "string_pattern_mismatch": "It does not have the form that this field takes; /docs shows it.",
    "too_short": "Give at least {min_length} of them.",
    "too_long": "Give at most {max_length} of them at once.",
    "greater_than": "Give a number above {gt}.",
    "greater_than_equal": "Give a number of {ge} or more.",
    "less_than": "Give a number below {lt}.",
    "less_than_equal": "Give a number of {le} or less.",
    "multiple_of": "Give a multiple of {multiple_of}.",
    "finite_number": "Give a finite number.",
    "decimal_max_digits": "Give a number of at most {max_digits} digits.",
    "decimal_max_places": "Give at most {decimal_places} digits after the point.",
    "decimal_whole_digits": "Give at most {whole_digits} digits before the point.",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": "This number is far too large: give a smaller one.",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "uuid_type": _ID,
    "uuid_parsing": _ID,
    "uuid_version": _ID,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "date_past": "Give a date in the past.",
    "date_future": "Give a date in the future.",
    "time_type": _CLOCK,
    "time_parsing": _CLOCK,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "datetime_past": "Give a time in the past.",
    "datetime_future": "Give a time in the future.",
    "timezone_aware": "Give the time zone too, such as 2026-05-31T08:00:00Z.",
    "timezone_naive": "Give the time without a time zone.",
}
_OTHER = "This value cannot be used here; /docs shows what the route takes."


def fix(kind: str, context: Mapping[str, Any], *, is_null: bool = False) -> str:
    """Return the sentence for one fault that pydantic found; `kind` is its type there."""
    if kind in {"enum", "literal_error"}:
        words = f"Use one of: {_listed(str(context.get('expected', '')))}."
    elif kind in {"value_error", "assertion_error"} and context.get("error"):
        words = _sentence(str(context["error"]))
    elif context.get("min_length") == 1 and kind == "string_too_short":
        words = "Give something: it is empty."
    elif context.get("min_length") == 1 and kind == "too_short":
        words = "Give at least one: the list is empty."
    else:
        words = _FIX.get(kind, _OTHER).format_map(context)
    return f"null is not taken here. {words}" if is_null and kind != "missing" else words


def _listed(expected: str) -> str:
    """Return `a, b, c` for pydantic's `'a', 'b' or 'c'`."""
    return expected.replace(" or ", ", ").replace("'", "")


def _sentence(text: str) -> str:
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."
