"""The word lists of the anchor classifier, as text files that anybody can read and correct."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from shared.anchor_text import fold, words_of

Pair = tuple[str, str]


class Generic(NamedTuple):
    """General phrases as a whole, and the words that they are made of.

    Languages are bits, so that "all words belong to one language" is one `and` per word.
    """

    phrases: frozenset[str]
    vocabulary: Mapping[str, int]  # word -> languages in whose phrases it stands
    filling: Mapping[str, int]  # the same, with articles and prepositions


class Toxic(NamedTuple):
    """Spam words: enough alone, only side by side or in a row, or anywhere in unspaced scripts."""

    words: frozenset[str]
    pairs: frozenset[Pair]
    phrases: tuple[str, ...]  # words in a row, with a blank at both ends
    anywhere: tuple[str, ...]


class Stop(NamedTuple):
    """Words without a subject of one language."""

    ignored: frozenset[str]  # articles, prepositions, conjunctions
    telling: frozenset[str]  # all of them: they tell the language


def _lines(name: str) -> list[str]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


@cache
def generic() -> Generic:
    """Return the general phrases of all languages."""
    phrases: set[str] = set()
    vocabulary: dict[str, int] = {}
    filling: dict[str, int] = {}
    bit = 0
    for line in _lines("generic.txt"):
        if line.startswith("["):
            bit = bit << 1 or 1
            for word in stop(line.strip("[]")).ignored:
                filling[word] = filling.get(word, 0) | bit
            continue
        for entry in line.replace("、", ",").split(","):
            words = words_of(fold(entry.strip().removeprefix("=")))
            phrases.add(" ".join(words))
            for word in () if entry.strip().startswith("=") else words:
                vocabulary[word] = vocabulary.get(word, 0) | bit
                filling[word] = filling.get(word, 0) | bit
    return Generic(frozenset(phrases - {""}), vocabulary, filling)


@cache
def toxic() -> Toxic:
    """Return the spam words of all languages."""
    words: set[str] = set()
    pairs: set[Pair] = set()
    phrases: list[str] = []
    anywhere: list[str] = []
    for line in _lines("toxic.txt"):
        if line.startswith("["):
            continue
        if line.startswith("~"):
            anywhere.extend(fold(entry.strip(" ~")) for entry in line.split(","))
        elif line.startswith("="):
            phrases.extend(f" {fold(entry.strip(' ='))} " for entry in line.split(","))
        elif "," not in line and " " in line:
            pairs.update(_pairs(line))
        else:
            for entry in line.split(","):
                parts = words_of(fold(entry))
                words.update(parts[:1] if len(parts) == 1 else ["".join(parts)])
                pairs.update(pairwise(parts))
    return Toxic(frozenset(words), frozenset(pairs), tuple(phrases), tuple(anywhere))


def _pairs(line: str) -> set[Pair]:
    left, _, right = fold(line).partition(" ")
    ways = {(one.strip(), two.strip()) for one in left.split("|") for two in right.split("|")}
    return ways | {(two, one) for one, two in ways}


@cache
def stop(language: str) -> Stop:
    """Return the words without a subject of a language; empty for one we have no list of."""
    return _stops().get(language, Stop(frozenset(), frozenset()))


@cache
def _stops() -> dict[str, Stop]:
    found = {}
    for line in _lines("stop.txt"):
        language, _, words = line.removeprefix("[").partition("]")
        ignored, _, more = fold(words).partition("|")
        telling = frozenset(ignored.split()) | frozenset(more.split())
        found[language] = Stop(frozenset(ignored.split()), telling)
    return found


@cache
def telling_words() -> Mapping[str, tuple[str, ...]]:
    """Return each word without a subject with the languages that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for language, words in _stops().items():
        for word in words.telling:
            found[word] = (*found.get(word, ()), language)
    return found
