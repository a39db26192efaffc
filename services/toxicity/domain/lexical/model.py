"""The model of names: how far a domain's name alone is like those on lists of bad ones, and why.

p is calibrated for two equal heaps, good and bad, and never leaves [0.03, 0.95]: whatever it is
called, nobody is condemned by a name (docs/toxicity.md).
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.toxicity.domain.lexical.features import (
    ENDINGS,
    SHAPE,
    Described,
    Topics,
    columns,
    describe,
    topics_of,
)
from services.toxicity.domain.lexical.names import Label, label_of
from services.toxicity.domain.lexical.segment import LONGEST, Lexicon, lexicon_of

LEAST, MOST = 0.03, 0.95
CHUNK = 2_048
COST_STEP = 0.1
_TELLING = 0.25  # a part that moves the log-odds by less is no reason
_REASONS = 3

_ENDING_WORDS = {
    "public_body": "an ending for public bodies and schools",
    "cheap": "an ending that costs next to nothing",
}
_GROUPS = {
    **dict.fromkeys(("digits", "any_digit", "only_digits", "digit_before_letter"), "digits"),
    **dict.fromkeys(("hyphen", "hyphens_2", "hyphens_3"), "hyphens"),
    **dict.fromkeys(("length", "short", "long"), "length"),
    "foreign_letters": "foreign",
}
_SHAPES = {
    "digits": ("digits in the name", "no digits"),
    "hyphens": ("hyphens in the name", "no hyphens"),
    "length": ("its length", "its length"),
    "foreign": ("letters of another script", "plain letters"),
    "letters": ("an odd mix of letters or words", "a name of ordinary words"),
}


class Judged(NamedTuple):
    """One domain with its chance and the parts of its name that decided; p is None for no domain."""

    domain: str
    p: float | None
    reasons: tuple[str, ...] = ()


_NO_JUDGEMENT = Judged("", None, ("not a domain",))


@dataclass(frozen=True, slots=True)
class NameModel:
    """Everything that scoring needs, in memory: about 12 MB."""

    version: str
    lexicon: Lexicon
    topics: Topics
    surprises: NDArray[np.float32]
    bias: float
    weights: NDArray[np.float32]
    word_weights: NDArray[np.float32]
    ending_weights: Mapping[str, float]
    slope: float
    shift: float
    info: Mapping[str, Any]
    speaking: Mapping[str, frozenset[int]]
    """The words of each topic."""
    weighed: Mapping[int, float]
    """How much each word moves by itself, where it does."""

    def judge(self, domains: Iterable[str]) -> Iterator[Judged]:
        """Yield a judgement for each domain, in order; takes any number, piece by piece."""
        piece: list[str] = []
        for domain in domains:
            piece.append(domain)
            if len(piece) == 16 * CHUNK:
                yield from self._judge(piece)
                piece = []
        yield from self._judge(piece)

    def _judge(self, domains: Sequence[str]) -> list[Judged]:
        labels = list(map(label_of, domains))
        lengths = [0 if label is None else len(label.text) for label in labels]
        known = [at for at, label in enumerate(labels) if label is not None]
        known.sort(key=lengths.__getitem__)
        found = [_NO_JUDGEMENT] * len(domains)
        for start in range(0, len(known), CHUNK):
            places = known[start : start + CHUNK]
            piece = [label for at in places if (label := labels[at]) is not None]
            for at, (p, reasons) in zip(places, self._judge_alike(piece), strict=True):
                found[at] = Judged(domains[at], p, reasons)
        for at, label in enumerate(labels):
            if label is None:
                found[at] = _NO_JUDGEMENT._replace(domain=domains[at])
        return found

    def _judge_alike(self, labels: Sequence[Label]) -> Iterator[tuple[float, tuple[str, ...]]]:
        described = self.describe(labels)
        parts = self._parts(described)
        chances = self.chances(parts.sum(axis=1) + self.bias).tolist()
        reasons = _Reasons(self, labels, described, parts).all(chances)
        return zip(map(round, chances, repeat(4)), reasons, strict=True)

    def describe(self, labels: Sequence[Label]) -> Described:
        return describe(labels, lexicon=self.lexicon, topics=self.topics, surprises=self.surprises)

    def chances(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the calibrated chances of raw log-odds."""
        p: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-(self.slope * raw + self.shift)))
        return np.clip(p, LEAST, MOST)

    def _parts(self, described: Described) -> NDArray[np.float64]:
        """Return what each part of each name adds to the raw log-odds: see part_names."""
        contributions = described.dense * self.weights
        shapes = [contributions[:, columns_].sum(axis=1) for columns_ in self._shape_columns()]
        start = len(SHAPE)
        ending = contributions[:, start : start + len(ENDINGS)].sum(axis=1)
        weights = {
            end: self.ending_weights.get(end.rpartition(".")[2], 0.0)
            for end in set(described.endings)
        }
        ending += list(map(weights.__getitem__, described.endings))
        count = len(self.topics.names)
        start += len(ENDINGS)
        topics = contributions[:, start : start + count]
        topics = topics + contributions[:, start + count : start + 2 * count]
        several = contributions[:, start + 2 * count :].sum(axis=1)
        return np.column_stack([*shapes, ending, several, self._words(described), topics])

    def _words(self, described: Described) -> NDArray[np.float64]:
        reading = described.reading
        known = reading.word >= 0
        weights = self.word_weights[reading.word[known]]
        added = np.bincount(reading.row[known], weights=weights, minlength=len(described.dense))
        return added.astype(np.float64)

    def _shape_columns(self) -> list[list[int]]:
        groups: dict[str, list[int]] = {name: [] for name in _SHAPES}
        for at, name in enumerate(SHAPE):
            groups[_GROUPS.get(name, "letters")].append(at)
        return list(groups.values())

    def part_names(self) -> tuple[str, ...]:
        return (*_SHAPES, "ending", "several", "words", *self.topics.names)


class _Reasons:
    """Says in words which parts of a name decided."""

    def __init__(
        self,
        model: NameModel,
        labels: Sequence[Label],
        described: Described,
        parts: NDArray[np.float64],
    ) -> None:
        self._model = model
        self._labels = labels
        self._words = described.reading.word.tolist()
        self._parts = parts
        self._names = model.part_names()
        several = ("an ordinary word beside it", "several words of spam")
        fixed = {**{name: _SHAPES[name][::-1] for name in _SHAPES}, "several": several}
        self._fixed = [[fixed.get(name, ("", ""))[bad] for name in self._names] for bad in (0, 1)]
        starts = np.searchsorted(described.reading.row, np.arange(len(labels) + 1))
        self._first: list[int] = starts.tolist()

    def all(self, chances: Sequence[float]) -> list[tuple[str, ...]]:
        signs = np.where(np.asarray(chances) >= 0.5, 1.0, -1.0)
        order, counts = _strongest(self._parts * signs[:, None])
        found: list[tuple[str, ...]] = []
        bad = (signs > 0).tolist()
        for row, parts in enumerate(order.tolist()):
            fixed = self._fixed[bad[row]]
            strong = parts[: counts[row]]
            found.append(tuple([fixed[part] or self._text(row, part) for part in strong]))
        return found

    def _text(self, row: int, part: int) -> str:
        name = self._names[part]
        if name == "ending":
            return f"ends in .{self._labels[row].suffix}"
        words = self._spoken(row, name)
        if name == "words":
            return f"the word {words}" if words else "its words"
        return f"speaks of {name}: {words}"

    def _spoken(self, row: int, name: str) -> str:
        known = self._model.lexicon.words
        words = self._words[self._first[row] : self._first[row + 1]]
        if name == "words":
            weighed = self._model.weighed
            told = [word for word in words if word in weighed]
            return known[max(told, key=weighed.__getitem__)] if told else ""
        speaking = self._model.speaking[name]
        told = [word for word in words if word in speaking]
        return ", ".join(dict.fromkeys([known[word] for word in told]))


def _strongest(pushing: NDArray[np.float64]) -> tuple[NDArray[np.int64], list[int]]:
    """Return the parts of each row that push most, and how many of them are worth telling."""
    every = np.arange(len(pushing))
    order = np.empty((len(pushing), _REASONS), np.int64)
    counts = np.zeros(len(pushing), np.int64)
    for place in range(_REASONS):
        most = pushing.argmax(axis=1)
        order[:, place] = most
        counts += pushing[every, most] >= _TELLING
        pushing[every, most] = -np.inf
    return order, counts.tolist()


def load() -> NameModel:
    """Return the shipped model; it is read once."""
    return _load()


def version() -> str:
    """Return the name of the shipped model without loading it."""
    return str(_info()["version"])


@cache
def _info() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads(files(__package__).joinpath("model.json").read_text())
    return loaded


@cache
def _load() -> NameModel:
    packed = gzip.decompress(files(__package__).joinpath("words.txt.gz").read_bytes())
    return assemble(_info(), packed.decode("ascii"), topic_text())


def topic_text() -> str:
    """Return the list of words by topic."""
    return files(__package__).joinpath("topics.txt").read_text(encoding="utf-8")


def read_words(packed: str) -> tuple[list[str], list[float]]:
    """Return the words of a packed list with their costs in nats."""
    words, costs = [], []
    cost = 0.0
    for line in packed.split("\n"):
        if line.isdecimal():
            cost = int(line) * COST_STEP
        elif line and len(line) <= LONGEST:
            words.append(line)
            costs.append(cost)
    return words, costs


def assemble(info: Mapping[str, Any], packed_words: str, topics_text: str) -> NameModel:
    """Return a model from its three files."""
    words, costs = read_words(packed_words)
    topics = topics_of(topics_text, words)
    number = {word: at for at, word in enumerate(words)}
    word_weights = np.zeros(len(words), np.float32)
    for word, weight in info["words"].items():
        word_weights[number[word]] = weight
    names = columns(topics)
    return NameModel(
        version=info["version"],
        lexicon=lexicon_of(words, costs),
        topics=topics,
        surprises=np.array(info["pairs"], np.float32),
        bias=info["bias"],
        weights=np.array([info["weights"][name] for name in names], np.float32),
        word_weights=word_weights,
        ending_weights=info["endings"],
        slope=info["calibration"]["slope"],
        shift=info["calibration"]["shift"],
        info=info,
        speaking={
            name: frozenset(np.flatnonzero(topics.holds[row]).tolist())
            for row, name in enumerate(topics.names)
        },
        weighed={number[word]: abs(weight) for word, weight in info["words"].items()},
    )
