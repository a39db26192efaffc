"""A search engine that lists a link knows its page: the nearest thing to proof that it is indexed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.profile.domain.imports.labels import source_label
from shared import words

# The best witness first: Google lists links of pages that it has crawled and keeps.
_ENGINES = ("gsc", "bing", "yandex")


@dataclass(frozen=True, slots=True)
class IndexHint:
    """Which search engine's export listed the link, and when that was imported."""

    source: str
    listed_at: datetime
    sentence: str


def index_hint(claims: Iterable[Mapping[str, Any]], *, now: datetime) -> IndexHint | None:
    """Return what the exports of search engines say about a link, None where none lists it."""
    by_source = {claim["source"]: claim["claimed_at"] for claim in claims}
    source = next((engine for engine in _ENGINES if engine in by_source), None)
    if source is None:
        return None
    listed_at = by_source[source]
    day = words.day(listed_at, now=now)
    return IndexHint(source, listed_at, f"Listed in your {source_label(source)} export of {day}.")
