"""Turns names into numbers: shape, ending, topics and words; the same code for training and scoring."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.toxicity.domain.lexical.names import DIGIT, HYPHEN, Label, matrix_of
from services.toxicity.domain.lexical.segment import Lexicon, Reading, read

LETTERS = 26
_VOWELS = np.isin(np.arange(32), [1, 5, 9, 15, 21, 25])

SHAPE = (
    *("length", "short", "long", "digits", "any_digit", "only_digits", "digit_before_letter"),
    *("hyphen", "hyphens_2", "hyphens_3", "unknown_share", "all_known", "words", "one_word"),
    *("words_4", "unknown_letters", "vowel_share", "no_vowel", "consonants", "consonants_5"),
    *("entropy", "foreign_letters", "repeated_letter", "surprise"),
)
ENDINGS = (
    *("public_body", "cheap", "country", "org", "com", "net", "two_part", "new"),
    *("info", "biz", "russian"),
)
_CHEAP = frozenset(
    [
        "xyz",
        "top",
        "club",
        "online",
        "site",
        "website",
        "space",
        "icu",
        "buzz",
        "win",
        "bid",
        "loan",
        "men",
        "date",
        "racing",
        "review",
        "science",
        "party",
        "trade",
        "stream",
        "download",
        "gdn",
        "click",
        "link",
        "work",
        "rest",
        "fit",
        "cam",
        "vip",
        "live",
        "life",
        "pw",
        "cc",
        "ws",
        "tk",
        "ml",
        "ga",
        "cf",
        "gq",
        "su",
        "pro",
        "shop",
        "store",
        "fun",
        "cyou",
        "monster",
        "quest",
        "best",
        "bar",
        "beauty",
        "hair",
        "skin",
        "makeup",
        "casa",
        "cfd",
        "sbs",
        "uno",
        "lol",
        "bond",
        "boats",
        "asia",
        "mobi",
        "kim",
        "red",
        "pink",
        "faith",
        "accountant",
        "cricket",
        "webcam",
        "ninja",
        "guru",
        "today",
    ]
)
_PUBLIC = frozenset(["gov", "edu", "ac", "mil", "gob", "gouv", "gov", "sch", "k12", "int"])
_RUSSIAN = frozenset(["ru", "su", "ua", "by", "kz"])


@dataclass(frozen=True, slots=True)
class Topics:
    """Which words speak of which topic: one row for each topic, one column for each word."""

    names: tuple[str, ...]
    bad: tuple[bool, ...]
    holds: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Described:
    """What is counted of some names; `words` are pairs of a name's row and a word's number."""

    dense: NDArray[np.float32]
    topic_counts: NDArray[np.int64]
    reading: Reading
    endings: tuple[str, ...]


def columns(topics: Topics) -> tuple[str, ...]:
    """Return what each dense column is called."""
    once = [f"topic:{name}" for name in topics.names]
    twice = [f"topic2:{name}" for name in topics.names]
    return (
        *SHAPE,
        *(f"end:{name}" for name in ENDINGS),
        *once,
        *twice,
        "bad_words_2",
        "bad_words_3",
        "mixed",
    )


def describe(
    labels: Sequence[Label],
    *,
    lexicon: Lexicon,
    topics: Topics,
    surprises: NDArray[np.float32],
) -> Described:
    """Return the numbers of some names; fast for thousands of about equal length."""
    codes, lengths = matrix_of(labels)
    reading = read(lexicon, codes)
    shape = _shape(codes, lengths, reading, surprises)
    shape[:, SHAPE.index("foreign_letters")] = [label.is_idn for label in labels]
    endings = tuple(label.suffix for label in labels)
    number = {suffix: at for at, suffix in enumerate(dict.fromkeys(endings))}
    known = np.array([_ending(suffix) for suffix in number], np.float32)
    places = np.fromiter(map(number.__getitem__, endings), np.int64, len(endings))
    ending = known.reshape(-1, len(ENDINGS))[places]
    counts = _counts(len(labels), reading, topics)
    bad = counts[:, list(topics.bad)].sum(axis=1)
    good = counts[:, [not one for one in topics.bad]].sum(axis=1)
    mixed = (bad >= 1) & (good >= 1)
    dense = np.hstack(
        [
            *(shape, ending, counts >= 1, counts >= 2),
            np.column_stack([bad >= 2, bad >= 3, mixed]),
        ],
        dtype=np.float32,
    )
    return Described(dense, counts, reading, endings)


def surprises_of(words: Sequence[str], costs: Sequence[float]) -> NDArray[np.float32]:
    """Return how unlikely each pair of letters is in words, in nats; frequent words count more."""
    seen = np.full((LETTERS + 1, LETTERS + 1), 0.5)
    for word, cost in zip(words, costs, strict=True):
        weight = math.exp(-0.5 * cost)
        for left, right in pairwise(word):
            seen[ord(left) - 96, ord(right) - 96] += 1_000 * weight
    table: NDArray[np.float32] = -np.log(seen / seen.sum(axis=1, keepdims=True)).astype(np.float32)
    return table


def _counts(count: int, reading: Reading, topics: Topics) -> NDArray[np.int64]:
    spoken = topics.holds.any(axis=0)
    telling = np.flatnonzero((reading.word >= 0) & np.take(spoken, reading.word))
    row, word = reading.row[telling], reading.word[telling]
    counts = np.zeros((count, len(topics.names)), np.int64)
    np.add.at(counts, row, topics.holds.T[word].astype(np.int64))
    return counts


def _ending(suffix: str) -> tuple[bool, ...]:
    first, _, _ = suffix.partition(".")
    last = suffix.rpartition(".")[2]
    plain = not last.startswith("xn--")
    return (
        first in _PUBLIC or last in _PUBLIC,
        last in _CHEAP,
        len(last) == 2 and last not in _CHEAP,
        last == "org",
        last == "com",
        last == "net",
        "." in suffix,
        len(last) > 3 and last not in _CHEAP and last != "info" and plain,
        last == "info",
        last == "biz",
        last in _RUSSIAN,
    )


def _shape(
    codes: NDArray[np.uint8],
    lengths: NDArray[np.int64],
    reading: Reading,
    surprises: NDArray[np.float32],
) -> NDArray[np.float32]:
    count = len(codes)
    size = np.maximum(lengths, 1)
    letter = (codes >= 1) & (codes <= LETTERS)
    digit = codes == DIGIT
    digits, letters = digit.sum(axis=1), letter.sum(axis=1)
    hyphens = (codes == HYPHEN).sum(axis=1)
    is_word = reading.word >= 0
    unknown = np.bincount(reading.row[~is_word], weights=reading.length[~is_word], minlength=count)
    words = np.bincount(reading.row[is_word], minlength=count)
    consonant = letter & ~_VOWELS[codes]
    run = _longest_run(consonant)
    vowels = (letter & _VOWELS[codes]).sum(axis=1) / np.maximum(letters, 1)
    known = (unknown == 0) & (letters > 0)
    same = (codes[:, 2:] == codes[:, 1:-1]) & (codes[:, 1:-1] == codes[:, :-2]) & letter[:, 2:]
    pairs = letter[:, 1:] & letter[:, :-1]
    left, right = np.where(letter, codes, 0)[:, :-1], np.where(letter, codes, 0)[:, 1:]
    odd = (surprises[left, right] * pairs).sum(axis=1) / np.maximum(pairs.sum(axis=1), 1)
    table = {
        "length": np.log(size) - 2.4,
        "short": lengths <= 4,
        "long": lengths >= 20,
        "digits": np.minimum(digits, 6) / 3,
        "any_digit": digits > 0,
        "only_digits": (digits > 0) & (letters == 0),
        "digit_before_letter": (digit[:, :-1] & letter[:, 1:]).any(axis=1),
        "hyphen": hyphens > 0,
        "hyphens_2": hyphens > 1,
        "hyphens_3": hyphens > 2,
        "unknown_share": unknown / np.maximum(letters, 1),
        "all_known": known,
        "words": np.minimum(words, 5) / 2 - 0.7,
        "one_word": known & (words == 1),
        "words_4": words >= 4,
        "unknown_letters": np.minimum(unknown, 12) / 6,
        "vowel_share": np.abs(vowels - 0.4) * 3,
        "no_vowel": (vowels < 0.15) & (letters > 0),
        "consonants": np.minimum(run, 8) / 4 - 0.5,
        "consonants_5": run >= 5,
        "entropy": _entropy(codes, size) / 2 - 1.3,
        "foreign_letters": np.zeros(count),
        "repeated_letter": same.any(axis=1),
        "surprise": np.clip(odd - 2.8, -1.0, 2.0) * (letters > 1),
    }
    return np.stack([np.asarray(table[name], np.float32) for name in SHAPE], axis=1)


def _longest_run(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
    run = np.zeros(len(marks), np.int64)
    best = np.zeros(len(marks), np.int64)
    for column in marks.T:
        run = (run + 1) * column
        np.maximum(best, run, out=best)
    return best


def _entropy(codes: NDArray[np.uint8], size: NDArray[np.int64]) -> NDArray[np.float64]:
    count = len(codes)
    keys = codes + 32 * np.arange(count)[:, None]
    counts = np.bincount(keys.ravel(), minlength=32 * count).reshape(count, 32)[:, 1:]
    share = counts / size[:, None]
    entropy: NDArray[np.float64] = -(share * np.log2(np.maximum(share, 1e-9))).sum(axis=1)
    return entropy


def topics_of(text: str, lexicon_words: Sequence[str]) -> Topics:
    """Return the topics of a word list (see topics.txt) over the words of a lexicon."""
    number = {word: at for at, word in enumerate(lexicon_words)}
    found = {name: words for name, words in parse_topics(text).items() if name[0] in "+-"}
    holds = np.zeros((len(found), len(lexicon_words)), bool)
    for row, words in enumerate(found.values()):
        holds[row, [number[word] for word in words if word in number]] = True
    names = tuple(name[1:] for name in found)
    return Topics(names, tuple(name[0] == "+" for name in found), holds)


def parse_topics(text: str) -> Mapping[str, frozenset[str]]:
    """Return the words of each topic; its name keeps the sign in front."""
    found: dict[str, frozenset[str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("["):
            name = line.strip("[] ")
            found[name] = frozenset()
        elif line and line[0] != "#":
            words = {word for word in line.split() if word.isascii() and word.isalpha()}
            found[name] |= words
    return found
