"""Reads a file by the columns that a person chose for it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from services.profile.domain.imports.columns import KNOWN_FIELDS
from services.profile.domain.imports.rows import Detection, Dialect
from services.profile.domain.imports.targets import OWN_PAGE_DIALECTS
from shared.errors import InvalidError

_WITHOUT_A_TOOL = OWN_PAGE_DIALECTS | {
    Dialect.UNREADABLE,
    Dialect.GENERIC_LINKS,
    Dialect.GENERIC_DOMAINS,
}


def check_fields(fields: Iterable[str]) -> None:
    """Raise InvalidError for a field that we do not have, or if no field says who links."""
    given = frozenset(fields)
    unknown = sorted(given - KNOWN_FIELDS)
    if unknown:
        names = ", ".join(sorted(KNOWN_FIELDS))
        raise InvalidError(f"There is no field {unknown[0]!r}; there are {names}.")
    if not {"referring_url", "domain"} & given:
        raise InvalidError("Say which column holds the linking pages (referring_url) or domains.")


def remap(detection: Detection, mapping: Mapping[str, str]) -> Detection:
    """Return the detection with the columns a person chose: our field -> their column.

    Raises InvalidError for a field that we do not have or a column that the file does not have.
    """
    if not detection.header:
        raise InvalidError(f"This file has no columns to choose from. {detection.refused or ''}")
    check_fields(mapping)
    places = {name.strip(): index for index, name in enumerate(detection.header)}
    missing = [name for name in mapping.values() if name.strip() not in places]
    if missing:
        raise InvalidError(f"The file has no column {missing[0]!r}; it has {', '.join(places)}.")
    columns = {field: places[name.strip()] for field, name in mapping.items()}
    dialect, source = detection.dialect, detection.source
    if dialect in _WITHOUT_A_TOOL:
        links = "referring_url" in columns
        dialect = Dialect.GENERIC_LINKS if links else Dialect.GENERIC_DOMAINS
        source = "generic"
    return replace(
        detection,
        dialect=dialect,
        source=source,
        mapping=dict(mapping),
        columns=columns,
        refused=None,
    )
