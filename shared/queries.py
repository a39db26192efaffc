"""Query parameters with closed lists: `status=live,lost`, `sort=-lost_at`, `fields=id,status`."""

from collections.abc import Collection
from enum import StrEnum
from typing import TypeVar

from shared.errors import FieldError, InvalidError

Choice = TypeVar("Choice", bound=StrEnum)
MAX_CHOICES = 100


def choices(name: str, text: str | None, kind: type[Choice]) -> tuple[Choice, ...]:
    """Return the values of a comma list of one vocabulary; an unknown one is refused with the list."""
    allowed = {str(member): member for member in kind}
    values = split(name, text)
    for value in values:
        if value not in allowed:
            raise _refused(name, value, allowed)
    return tuple(allowed[value] for value in values)


def fields(text: str | None, allowed: Collection[str]) -> tuple[str, ...]:
    """Return the columns that `fields` asks for."""
    wanted = split("fields", text)
    for value in wanted:
        if value not in allowed:
            raise _refused("fields", value, sorted(allowed))
    return wanted


def sort(text: str, allowed: Collection[str]) -> tuple[str, bool]:
    """Return the column and whether it is descending: `-lost_at` is `("lost_at", True)`."""
    column = text.removeprefix("-")
    if column not in allowed:
        raise _refused("sort", column, sorted(allowed))
    return column, text.startswith("-")


def split(name: str, text: str | None) -> tuple[str, ...]:
    """Return the parts of a comma list, without empty ones and without doubles."""
    parts = tuple(dict.fromkeys(p.strip() for p in (text or "").split(",") if p.strip()))
    if len(parts) > MAX_CHOICES:
        raise InvalidError(
            f"{name} takes at most {MAX_CHOICES} values.",
            [FieldError(f"/query/{name}", "too-many", f"Give at most {MAX_CHOICES} values.")],
        )
    return parts


def _refused(name: str, value: str, allowed: Collection[str]) -> InvalidError:
    listed = ", ".join(allowed)
    return InvalidError(
        f"{name} does not take {value[:100]!r}. Allowed: {listed}.",
        [FieldError(f"/query/{name}", "not-allowed", f"Use one of: {listed}.")],
    )
