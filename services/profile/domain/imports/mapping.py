"""Turns the cells of one row into a typed row: columns are resolved once per file."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import compress
from operator import itemgetter
from typing import NamedTuple

import orjson

from services.profile.domain.imports import cells
from services.profile.domain.imports.dates import parse_date
from services.profile.domain.imports.rows import DateOrder, Detection, Dialect
from shared.vocabulary import LinkKind

MAX_TEXT = 10_000  # characters of a claim or anchor that are kept
_REL_FIELDS = ("nofollow", "ugc", "sponsored")
_KIND_FIELDS = {
    "is_redirect": LinkKind.REDIRECT,
    "is_image": LinkKind.IMAGE,
    "is_frame": LinkKind.FRAME,
    "is_form": LinkKind.FORM,
    "is_mention": LinkKind.MENTION,
    "is_rss": LinkKind.RSS,
    "is_canonical": LinkKind.CANONICAL,
    "is_alternate": LinkKind.ALTERNATE,
    "is_text": LinkKind.TEXT,
}

Cells = Sequence[str]


class Claims(NamedTuple):
    """What one row says, before any address is judged."""

    anchor: str | None
    rel: frozenset[str] | None
    kind: LinkKind | None
    first_seen: datetime | None
    last_seen: datetime | None
    lost_at: datetime | None
    claim: bytes
    metrics: Mapping[str, float]


def claims_reader(detection: Detection) -> Callable[[Cells], Claims]:
    """Return the function that reads the claims of a row of this file."""
    columns = detection.columns
    anchor = _anchor_reader(columns)
    rel = _rel_reader(columns, silent_means_followed=detection.dialect in _FLAGS_ONLY_WHEN_SET)
    kind = _kind_reader(columns)
    dates = _dates_reader(columns, detection.date_order)
    claim = _claim_reader(columns)
    metrics = _metrics_reader(columns, decimal_comma=detection.decimal_comma)

    def read(row: Cells) -> Claims:
        return Claims(anchor(row), rel(row), kind(row), *dates(row), claim(row), metrics(row))

    return read


# Majestic writes a flag only where it is set: an empty cell says that it is not.
_FLAGS_ONLY_WHEN_SET = frozenset({Dialect.MAJESTIC_BACKLINKS})


def _anchor_reader(columns: Mapping[str, int]) -> Callable[[Cells], str | None]:
    place = columns.get("anchor")
    both = columns.get("anchor_and_target")
    if place is not None:
        return lambda row: row[place].strip()[:MAX_TEXT]
    if both is not None:
        return lambda row: split_anchor_and_target(row[both])[0][:MAX_TEXT]
    return lambda _row: None


def split_anchor_and_target(text: str) -> tuple[str, str]:
    """Split the one cell in which old Ahrefs exports write the anchor and the address behind it."""
    anchor, _, target = text.strip().rpartition("\n" if "\n" in text.strip() else " ")
    return (anchor.strip(), target) if cells.is_address(target) else (text.strip(), "")


def _picker(places: Sequence[int]) -> Callable[[Cells], tuple[str, ...]]:
    """Return the function that takes these cells out of a row, in C."""
    if not places:
        return lambda _row: ()
    if len(places) == 1:
        (place,) = places
        return lambda row: (row[place],)
    return itemgetter(*places)


def _rel_reader(
    columns: Mapping[str, int], *, silent_means_followed: bool
) -> Callable[[Cells], frozenset[str] | None]:
    flags = [name for name in _REL_FIELDS if name in columns]
    words = [name for name in ("rel", "type") if name in columns]
    followed = [name for name in ("followed",) if name in columns]
    pick = _picker([columns[name] for name in (*flags, *words, *followed)])

    @lru_cache(maxsize=4096)  # a file repeats a handful of combinations
    def decide(picked: tuple[str, ...]) -> frozenset[str] | None:
        said = [(name, cells.truth_of(text)) for name, text in zip(flags, picked, strict=False)]
        rel = frozenset(name for name, value in said if value)
        if rel or any(value is False for _, value in said) or (said and silent_means_followed):
            return rel
        for text in picked[len(flags) : len(flags) + len(words)]:
            found = cells.rel_words(text)
            if found is not None:
                return found
        return _from_followed(picked[-1]) if followed else None

    return lambda row: decide(pick(row))


def _from_followed(text: str) -> frozenset[str] | None:
    value = cells.truth_of(text)
    if value is None:
        return cells.rel_words(text)
    return frozenset() if value else frozenset({"nofollow"})


def _kind_reader(columns: Mapping[str, int]) -> Callable[[Cells], LinkKind | None]:
    flags = [name for name in _KIND_FIELDS if name in columns]
    named = [name for name in ("type",) if name in columns]
    pick = _picker([columns[name] for name in (*flags, *named)])

    @lru_cache(maxsize=4096)
    def decide(picked: tuple[str, ...]) -> LinkKind | None:
        for name, text in zip(flags, picked, strict=False):
            if cells.truth_of(text):
                return _KIND_FIELDS[name]
        return cells.kind_of(picked[-1]) if named else None

    return lambda row: decide(pick(row))


def _dates_reader(
    columns: Mapping[str, int], order: DateOrder
) -> Callable[[Cells], tuple[datetime | None, datetime | None, datetime | None]]:
    first, last, lost = (columns.get(name) for name in ("first_seen", "last_seen", "lost_at"))

    def nothing(_row: Cells) -> datetime | None:
        return None

    def reader(place: int | None) -> Callable[[Cells], datetime | None]:
        if place is None:
            return nothing
        return lambda row: parse_date(row[place], order) if row[place] else None

    if first is not None and last is not None and lost is not None:

        def dates(row: Cells) -> tuple[datetime | None, datetime | None, datetime | None]:
            one, two, three = row[first], row[last], row[lost]
            return (
                parse_date(one, order) if one else None,
                parse_date(two, order) if two else None,
                parse_date(three, order) if three else None,
            )

        return dates
    date_first, date_last, date_lost = map(reader, (first, last, lost))
    return lambda row: (date_first(row), date_last(row), date_lost(row))


def _claim_reader(columns: Mapping[str, int]) -> Callable[[Cells], bytes]:
    """Return what writes down a row's own words: at once, for as JSON they take a fifth of the room."""
    fields = [name for name in columns if name.startswith("claim:") or name in {"type", "alt"}]
    names = [name.removeprefix("claim:") for name in fields]
    pick = _picker([columns[name] for name in fields])

    def read(row: Cells) -> bytes:
        picked = pick(row)
        if len("".join(picked)) > MAX_TEXT:  # all of them together: a seventh of asking each
            picked = tuple(text[:MAX_TEXT] for text in picked)
        return orjson.dumps(dict(compress(zip(names, picked, strict=True), picked)))

    return read


def _metrics_reader(
    columns: Mapping[str, int], *, decimal_comma: bool
) -> Callable[[Cells], Mapping[str, float]]:
    fields = [name for name in columns if name.startswith("metric:")]
    names = [name.removeprefix("metric:") for name in fields]
    pick = _picker([columns[name] for name in fields])

    @lru_cache(maxsize=16_384)
    def number(text: str) -> float | None:
        return cells.number_of(text, decimal_comma=decimal_comma) if text else None

    @lru_cache(maxsize=16_384)  # a host has the same metrics on all of its pages
    def numbers(picked: tuple[str, ...]) -> Mapping[str, float]:
        found = zip(names, map(number, picked), strict=True)
        return {name: value for name, value in found if value is not None}

    return lambda row: numbers(pick(row))
