"""JSON as text: writing for answers and hashes, and the strict reading that bodies from outside get."""

import json
import re
from decimal import Decimal
from itertools import accumulate
from typing import Any, NoReturn
from uuid import UUID

import orjson

from shared.errors import FieldError

_DEEPEST = 64
_LONGEST_NUMBER = 400
_NO_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"|[^\[\]{}"]++|"', re.DOTALL)


class JsonError(ValueError):
    """The text is no JSON that we take: `code` says why, `faults` where."""

    def __init__(self, code: str, detail: str, faults: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.faults = faults


def dumps(value: Any) -> bytes:
    """Return compact JSON; times as RFC 3339 with `Z`."""
    return orjson.dumps(value, default=plain, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def plain(value: object) -> str:
    """Return what orjson does not know by itself: amounts, which stay exact as text, and UUIDs.

    asyncpg's UUIDs are of a class of their own.
    """
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def loads_strict(text: bytes) -> Any:
    """Return the value, refusing what readers disagree about or what no column can hold.

    Duplicate keys, NaN and Infinity, nesting beyond 64 levels, numbers beyond 400 digits, lone
    surrogates and NUL characters: RFC 8259 leaves them to the reader, and attackers use that.
    """
    if _depth_exceeds(text, _DEEPEST):
        raise JsonError("json-too-deep", f"The body nests deeper than {_DEEPEST} levels.")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_bounded_int,
            parse_float=_bounded_float,
        )
    except JsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise JsonError("json-invalid", f"The body is not JSON: {error}") from error
    if b"\\u" in text:
        _refuse_odd_characters(value, "")
    return value


def _depth_exceeds(text: bytes, limit: int) -> bool:
    """Say whether brackets nest deeper than the limit, without recursion."""
    if text.count(b"[") + text.count(b"{") <= limit:
        return False
    brackets = _NO_BRACKET.sub(b"", text)
    return max(accumulate(1 if byte in b"[{" else -1 for byte in brackets), default=0) > limit


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        name = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise JsonError("json-duplicate-key", f"The key {name!r} stands twice in one object.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise JsonError("json-invalid", f"{name} is not a JSON number.")


def _bounded_int(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise JsonError("json-invalid", f"A number has more than {_LONGEST_NUMBER} digits.")
    return int(digits)


def _bounded_float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise JsonError("json-invalid", "A number is too large.")
    return value


def _refuse_odd_characters(value: Any, path: str) -> None:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            fault = FieldError(path, "character-not-allowed", "Remove NUL and lone surrogates.")
            raise JsonError("invalid", f"{path or 'body'}: a character is not text.", (fault,))
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_odd_characters(key, path)
            _refuse_odd_characters(item, f"{path}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_odd_characters(item, f"{path}/{index}")
