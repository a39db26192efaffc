"""Says whether an observation differs from the one before enough to keep proof of it, and in what."""

import hashlib
from collections.abc import Iterator

import orjson

from shared.events import Observation
from shared.vocabulary import Outcome

FACETS = ("outcome", "reasons", "links", "directives", "address")
"""What a change may be in, in the order of the marks."""
FIRST = "first_look"

_BYTES = 6


def marks_of(observation: Observation, *, confirmed: bool) -> bytes:
    """Return a few bytes for each facet; equal bytes mean that nothing worth keeping is different.

    What differs at every look is left out: text around the link, times, query strings of redirects.
    """
    return b"".join(
        hashlib.blake2b(orjson.dumps(facet), digest_size=_BYTES).digest()
        for facet in _facets(observation, confirmed=confirmed)
    )


def changed(before: bytes | None, after: bytes) -> tuple[str, ...]:
    """Return the facets in which two marks differ; the first look of a link is a change by itself."""
    if before is None or len(before) != len(after):
        return (FIRST,)
    parts = range(0, len(after), _BYTES)
    return tuple(
        facet
        for facet, at in zip(FACETS, parts, strict=True)
        if before[at : at + _BYTES] != after[at : at + _BYTES]
    )


def _facets(seen: Observation, *, confirmed: bool) -> Iterator[object]:
    yield [seen.outcome, confirmed]
    yield sorted(seen.reasons)
    yield sorted(
        [
            *(str(one.target_key), one.anchor_text, " ".join(sorted(one.rel)), one.kind),
            *(one.position, str(one.hidden), str(one.in_noscript), one.image_alt or ""),
        ]
        for one in seen.occurrences
    )
    # A look that failed to observe says nothing about the page, and neither may its absence.
    blind = seen.outcome is Outcome.UNKNOWN
    yield None if blind else [seen.indexable, seen.page_followed]
    place = (seen.final_url or "").partition("?")[0].partition("#")[0]
    yield None if blind else [place, [hop.status for hop in seen.redirects]]
