"""The word lists of the anchor classifier, as text files that anybody can read and correct."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain, pairwise, product
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
    owners: Mapping[str, int]  # who may have a site: "the museum's website"
    sites: Mapping[str, int]  # what such a site is called
    every: frozenset[str]  # every word of the above


class Toxic(NamedTuple):
    """Spam words: enough alone, only with others, or anywhere in unspaced scripts."""

    words: frozenset[str]
    pairs: frozenset[Pair]  # side by side
    apart: Mapping[str, frozenset[str]]  # word -> words that make it spam anywhere in the text
    phrases: tuple[str, ...]  # words in a row, with a blank at both ends
    anywhere: tuple[str, ...]
    inside: tuple[str, ...]  # part of a longer word, in languages that join or bend words
    alone: frozenset[str]  # only as the whole text
    harmless: tuple[str, ...]  # phrases, with blanks, in which a spam word is none


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
    bits: dict[str, int] = {}
    bit = 0
    owners: dict[str, int] = {}
    sites: dict[str, int] = {}
    for line in _lines("generic.txt"):
        if line.startswith("+"):
            left, _, right = line.removeprefix("+").partition("|")
            for text, known in ((left, owners), (right, sites)):
                known.update({word: known.get(word, 0) | bit for word in words_of_line(text)})
            continue
        if line.startswith("["):
            bit = bits.setdefault(line, 1 << len(bits))
            for word in stop(line.strip("[]")).ignored:
                filling[word] = filling.get(word, 0) | bit
            continue
        for entry in line.replace("、", ",").split(","):
            words = words_of(fold(entry.strip().removeprefix("=")))
            phrases.add(" ".join(words))
            for word in () if entry.strip().startswith("=") else words:
                vocabulary[word] = vocabulary.get(word, 0) | bit
                filling[word] = filling.get(word, 0) | bit
    called = chain.from_iterable(chain.from_iterable(_families()))
    every = {word for phrase in chain(phrases, called) for word in phrase.split()}
    every |= filling.keys() | owners.keys() | sites.keys()
    return Generic(frozenset(phrases - {""}), vocabulary, filling, owners, sites, frozenset(every))


@cache
def calls() -> Mapping[str, tuple["re.Pattern[str]", ...]]:
    """Return the families of calls.txt by the words that a phrase of theirs may begin with.

    They match a phrase with a blank at its end.
    """
    found: dict[str, list[re.Pattern[str]]] = {}
    for places in _families():
        ways = "".join(
            f"(?:{'|'.join(word + ' ' if word else '' for word in place)})" for place in places
        )
        family = re.compile(ways)
        for first in _beginnings(places):
            found.setdefault(first, []).append(family)
    return {first: tuple(families) for first, families in found.items()}


def _families() -> Iterator[list[list[str]]]:
    for line in _lines("calls.txt"):
        if not line.startswith("["):
            yield [[_plain(word) for word in place.split("|")] for place in line.split(" ")]


def _beginnings(places: Sequence[Sequence[str]]) -> set[str]:
    found: set[str] = set()
    for place in places:
        found.update(word.partition(" ")[0] for word in place if word)
        if "" not in place:
            break
    return found


def _plain(word: str) -> str:
    return " ".join(words_of(fold(word.replace("_", " "))))


@cache
def toxic() -> Toxic:
    """Return the spam words of all languages."""
    found = _Spam()
    for line in _lines("toxic.txt"):
        if not line.startswith("["):
            found.add(line)
    return Toxic(
        frozenset(found.words),
        frozenset(found.pairs),
        {word: frozenset(others) for word, others in found.apart.items()},
        tuple(found.phrases),
        tuple(found.anywhere),
        tuple(found.inside),
        frozenset(found.alone),
        tuple(found.harmless),
    )


class _Spam:
    """Collects the lines of toxic.txt, each kind by the sign at its beginning."""

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.pairs: set[Pair] = set()
        self.apart: dict[str, set[str]] = {}
        self.phrases: list[str] = []
        self.anywhere: list[str] = []
        self.inside: list[str] = []
        self.alone: list[str] = []
        self.harmless: list[str] = []

    def add(self, line: str) -> None:
        entries = [fold(entry.strip(" ~=*!^")) for entry in line.split(",")]
        if line.startswith("^"):
            self.alone.extend(entries)
        elif line.startswith("&"):
            self._add_apart(line.removeprefix("&"))
        elif line[0] in "~*":
            (self.anywhere if line[0] == "~" else self.inside).extend(entries)
        elif line[0] in "=!":
            phrases = self.phrases if line[0] == "=" else self.harmless
            phrases.extend(f" {' '.join(words_of(entry))} " for entry in entries)
        elif "," not in line and " " in line:
            self.pairs.update(_pairs(line))
        else:
            self._add_words(entries)

    def _add_words(self, entries: Sequence[str]) -> None:
        for entry in entries:
            parts = words_of(entry)
            self.words.update(parts[:1] if len(parts) == 1 else ["".join(parts)])
            self.pairs.update(pairwise(parts))

    def _add_apart(self, line: str) -> None:
        for one, two in _pairs(line.strip()):
            self.apart.setdefault(one, set()).add(two)


def _pairs(line: str) -> set[Pair]:
    left, _, right = line.partition(" ")
    ways = set(product(map(fold, left.split("|")), map(fold, right.split("|"))))
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
        ignored, _, more = words.partition("|")
        small = frozenset(map(fold, ignored.split()))
        found[language] = Stop(small, small | frozenset(map(fold, more.split())))
    return found


@cache
def ignored() -> frozenset[str]:
    """Return the articles, prepositions and conjunctions of all languages."""
    return frozenset(word for words in _stops().values() for word in words.ignored)


@cache
def telling_words() -> Mapping[str, tuple[str, ...]]:
    """Return each word without a subject with the languages that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for language, words in _stops().items():
        for word in words.telling:
            found[word] = (*found.get(word, ()), language)
    return found


@cache
def languages_of_words() -> Mapping[str, tuple[str, ...]]:
    """Return each common word with the languages that have it."""
    found = {word: dict.fromkeys(languages) for word, languages in telling_words().items()}
    for line in _lines("common.txt"):
        language, _, text = line.removeprefix("[").partition("]")
        for word in words_of_line(text):
            found.setdefault(word, {})[language] = None
    return {word: tuple(languages) for word, languages in found.items()}


def words_of_line(text: str) -> set[str]:
    """Return the folded words of a line of a list."""
    return {word for entry in text.split() for word in words_of(fold(entry))}


@cache
def pieces() -> tuple[tuple["re.Pattern[str]", "re.Pattern[str]"], ...]:
    """Return for each unspaced language: what a general text is made of, what says something."""
    found = []
    for line in _lines("pieces.txt"):
        telling, _, small = line.partition("]")[2].partition("|")
        said = _choice(telling)
        found.append((re.compile(f"(?:{_choice(telling + small)})+"), re.compile(said)))
    return tuple(found)


def _choice(words: str) -> str:
    plain = {"".join(words_of(fold(word))) for word in words.split()} - {""}
    return "|".join(map(re.escape, sorted(plain, key=lambda word: (-len(word), word))))
