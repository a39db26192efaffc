"""What else is different about the domains of a burst: link texts, scripts, endings of names."""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.vocabulary import AnchorFlag, AnchorKind

SMOOTHING = 1.0
TELLING_BITS = 0.5
TELLING_SHARE = 0.2
_FLAGS = (AnchorFlag.TOXIC, AnchorFlag.OTHER_LANGUAGE, AnchorFlag.EMPTY)
CLASSES = (*AnchorKind, *_FLAGS)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new domain with the text of its link."""

    domain: str
    anchor_text: str
    anchor_class: str


@dataclass(frozen=True, slots=True)
class Drift:
    """How far new domains differ from those before: bits between their texts, shares of what is new."""

    anchor_bits: float
    new_script_share: float
    new_tld_share: float
    anchors: tuple[str, ...]
    """The most frequent texts of the burst."""
    tlds: tuple[str, ...]
    """The most frequent endings of its names that were not there before."""


def class_of(kind: AnchorKind, flags: Iterable[AnchorFlag]) -> str:
    """Return the one class of a link text: what is wrong with it, or else its kind."""
    return next((flag.value for flag in _FLAGS if flag in set(flags)), kind.value)


def measure(before: Sequence[Arrival], during: Sequence[Arrival]) -> Drift:
    """Compare a burst with the time before it."""
    known_scripts = {script for one in before for script in scripts(one.anchor_text)}
    known_tlds = {tld(one.domain) for one in before}
    strange = Counter(tld(one.domain) for one in during if tld(one.domain) not in known_tlds)
    written = [one for one in during if scripts(one.anchor_text)]
    foreign = sum(not scripts(one.anchor_text) <= known_scripts for one in written)
    texts = Counter(one.anchor_text for one in during if one.anchor_text)
    return Drift(
        anchor_bits=_kl(_classes(during), _classes(before)) if before and during else 0.0,
        new_script_share=_share(foreign, len(written)) if known_scripts else 0.0,
        new_tld_share=_share(sum(strange.values()), len(during)) if before else 0.0,
        anchors=tuple(text for text, _ in texts.most_common(3)),
        tlds=tuple(name for name, _ in strange.most_common(3)),
    )


def _classes(arrivals: Iterable[Arrival]) -> Counter[str]:
    return Counter(one.anchor_class for one in arrivals)


def _kl(now: Counter[str], then: Counter[str]) -> float:
    """Return the Kullback-Leibler divergence in bits; smoothing keeps few links from saying much."""
    extra = SMOOTHING * len(CLASSES)
    total_now, total_then = now.total() + extra, then.total() + extra
    bits = 0.0
    for name in CLASSES:
        p = (now[name] + SMOOTHING) / total_now
        q = (then[name] + SMOOTHING) / total_then
        bits += p * math.log2(p / q)
    return round(bits, 2)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


def tld(domain: str) -> str:
    return domain.rpartition(".")[2]


def scripts(text: str) -> frozenset[str]:
    """Return the scripts of a text's letters: the first word of a letter's Unicode name."""
    names = (unicodedata.name(letter, "") for letter in text[:200] if letter.isalpha())
    return frozenset(name.partition(" ")[0] for name in names if name)
