"""What a link is worth, as a product whose every factor is shown; pure.

1 is a followed link in the text of an ordinary page about which nothing more is known. The database
computes the same product in the function `profile.link_value`; a test compares the two.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

import orjson

_NEUTRAL = Decimal(1)
_PLACES = Decimal("0.0001")
_FACTOR_PLACES = Decimal("0.001")
NOT_FOLLOWED, NOT_INDEXABLE = Decimal("0.25"), Decimal("0.1")
POSITIONS = {
    "content": Decimal(1),
    "unknown": Decimal("0.8"),
    "header": Decimal("0.5"),
    "nav": Decimal("0.4"),
    "sidebar": Decimal("0.4"),
    "footer": Decimal("0.25"),
    "comment": Decimal("0.15"),
}
KINDS = {
    "image": Decimal("0.8"),
    "redirect": Decimal("0.9"),
    "canonical": Decimal("0.9"),
    "frame": Decimal("0.3"),
    "form": Decimal("0.2"),
    "alternate": Decimal("0.3"),
    "rss": Decimal("0.3"),
    "refresh": Decimal("0.5"),
    "mention": Decimal("0.1"),
}
BANDS = {"watch": Decimal("0.8"), "review": Decimal("0.3"), "propose_disavow": Decimal("0.05")}
AUTHORITY_METRICS = ("ahrefs_dr", "semrush_as", "moz_da", "majestic_tf")
"""Read in this order where our own authority is not known; all of them end at 100."""
TRAFFIC_METRIC = "ahrefs_page_traffic"


MOST_WEIGHT = 3
"""So many times the value of a link counts for the crawler if it leads to the site's top page."""


def target_weight(links: int, most: int) -> float:
    """Return how much a target matters of which a source counts so many links; `most` has its top page.

    It grows with the logarithm: a page with a tenth of the links matters not much less than the top.
    """
    if links <= 0 or most <= 0:
        return 1.0
    return round(1 + (MOST_WEIGHT - 1) * math.log1p(links) / math.log1p(most), 2)


@dataclass(frozen=True, slots=True)
class ValueInputs:
    """What the value depends on; None is what nobody knows, which counts as ordinary."""

    authority: float | None = None
    metrics: Mapping[str, float] | None = None
    followed: bool | None = None
    indexable: bool | None = None
    position: str | None = None
    kind: str | None = None
    relevance: float | None = None
    toxicity_band: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One factor of the value, and why it is what it is."""

    name: str
    factor: Decimal
    sentence: str


def inputs_of(row: Mapping[str, Any]) -> ValueInputs:
    """Return the inputs out of a row of a list of links."""
    metrics = row["metrics"]
    return ValueInputs(
        authority=row["authority"],
        metrics=orjson.loads(metrics) if isinstance(metrics, str) else metrics,
        followed=row["followed"],
        indexable=row["indexable"],
        position=row["position"],
        kind=row["kind"],
        relevance=row["relevance"],
        toxicity_band=row["toxicity_band"],
    )


def value_of(inputs: ValueInputs) -> Decimal:
    """Return the value: the product of the parts, rounded once at the end."""
    product = _NEUTRAL
    for part in parts_of(inputs):
        product *= part.factor
    return product.quantize(_PLACES, ROUND_HALF_UP)


def value_of_metrics(metrics: Mapping[str, float]) -> float:
    """Return the value of a link of which nothing is known but what tools measured."""
    return _value_of_metrics(*map(metrics.get, (*AUTHORITY_METRICS, TRAFFIC_METRIC)))


@lru_cache(maxsize=16_384)
def _value_of_metrics(*measured: float | None) -> float:
    names = zip((*AUTHORITY_METRICS, TRAFFIC_METRIC), measured, strict=True)
    return float(
        value_of(ValueInputs(metrics={name: one for name, one in names if one is not None}))
    )


def parts_of(inputs: ValueInputs) -> list[Part]:
    """Return the factors of the value; their product is the value."""
    return list(_parts(inputs))


def _parts(inputs: ValueInputs) -> Iterator[Part]:
    yield _authority(inputs)
    yield _flag("followed", inputs.followed, NOT_FOLLOWED, _FOLLOWED)
    yield _flag("indexable", inputs.indexable, NOT_INDEXABLE, _INDEXABLE)
    yield _looked_up("position", inputs.position, POSITIONS, _POSITION)
    yield _looked_up("kind", inputs.kind, KINDS, _KIND)
    yield _relevance(inputs.relevance)
    yield _visits(inputs.metrics or {})
    yield _looked_up("toxicity", inputs.toxicity_band, BANDS, _TOXICITY)


_FOLLOWED = ("Search engines may follow it.", "It is marked as not to be followed.")
_INDEXABLE = ("Its page may be in the index.", "Its page keeps itself out of the index.")
_POSITION = "It stands in the text or elsewhere on its page."
_KIND = "Text, picture or something else."
_TOXICITY = "What is found against the page that links."
_UNKNOWN = "Not known; counted as ordinary."


def _strength(inputs: ValueInputs) -> tuple[str, float] | None:
    """Return whose word on the strength of the linking site is taken, from 0 to 1."""
    if inputs.authority is not None:
        known = inputs.authority
        return "authority", known if known <= 1 else known / 100
    for name in AUTHORITY_METRICS:
        metric = (inputs.metrics or {}).get(name)
        if metric is not None:
            return name, metric / 100
    return None


def _authority(inputs: ValueInputs) -> Part:
    known = _strength(inputs)
    if known is None:
        return Part("authority", _NEUTRAL, _UNKNOWN)
    name, strength = known
    share = max(0.0, min(1.0, strength))
    # 0 of 100 is a quarter of the ordinary, 50 is ordinary, 100 is worth four of them.
    factor = Decimal(repr(0.25 * 16.0**share)).quantize(_FACTOR_PLACES, ROUND_HALF_UP)
    return Part("authority", factor, f"{share * 100:.0f} of 100, after {_SOURCES[name]}.")


_SOURCES = {
    "authority": "the open link graph",
    "ahrefs_dr": "Ahrefs (domain rating)",
    "semrush_as": "Semrush (authority score)",
    "moz_da": "Moz (domain authority)",
    "majestic_tf": "Majestic (trust flow)",
}


def _flag(name: str, state: bool | None, factor: Decimal, said: tuple[str, str]) -> Part:
    if state is None:
        return Part(name, _NEUTRAL, _UNKNOWN)
    return Part(name, _NEUTRAL if state else factor, said[0] if state else said[1])


def _looked_up(name: str, code: str | None, table: Mapping[str, Decimal], said: str) -> Part:
    if code is None:
        return Part(name, _NEUTRAL, _UNKNOWN)
    return Part(name, table.get(code, _NEUTRAL), said)


def _relevance(relevance: float | None) -> Part:
    if relevance is None:
        return Part("relevance", _NEUTRAL, "No keywords of the site to compare its page with.")
    share = Decimal(repr(relevance))
    factor = (Decimal("0.7") + Decimal("0.6") * share).quantize(_FACTOR_PLACES, ROUND_HALF_UP)
    about = "are" if share >= Decimal("0.5") else "are hardly"
    return Part("relevance", factor, f"Its title and sentence {about} about the site's keywords.")


def _visits(metrics: Mapping[str, float]) -> Part:
    visits = metrics.get(TRAFFIC_METRIC)
    if visits is None:
        return Part("visits", _NEUTRAL, "Visits of its page are not known.")
    most = max(Decimal(0), min(Decimal(1000), Decimal(repr(float(visits)))))
    factor = (1 + most / 1000).quantize(_FACTOR_PLACES, ROUND_HALF_UP)
    return Part("visits", factor, f"Its page has about {visits:.0f} visits a month, after Ahrefs.")
