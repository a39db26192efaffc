"""Finds the words of names: the cheapest way to read each, for thousands of names at once (Viterbi).

Essex is one word and holds no "sex": a word counts only where the whole name is read best with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONGEST = 15
UNKNOWN_COST = 4.2
"""Nats for one letter that belongs to no word: rare short words cost more, and are not believed."""

_BITS = 20
_SECOND_BITS = 16  # for the few whose place was taken
_BASE = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_FAR = np.float32(1e9)
_LETTERS = 26


@dataclass(frozen=True, slots=True)
class _Table:
    """Places by hash: the hash that stands there, and which word it is."""

    bits: int
    keys: NDArray[np.uint64]
    ids: NDArray[np.int32]

    def find(self, hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
        """Return which word each hash is, -1 for none."""
        places = _places(hashes, self.bits)
        return np.where(self.keys[places] == hashes, self.ids[places], np.int32(-1))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words with what each costs, found for whole columns of letters at once."""

    words: tuple[str, ...]
    costs: NDArray[np.float32]
    taken: NDArray[np.bool_]
    """Places of the first table at which some word stands: small enough for the processor's cache."""
    first: _Table
    second: _Table

    def find(self, hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
        found = self.first.find(hashes)
        return np.where(found >= 0, found, self.second.find(hashes))


@dataclass(frozen=True, slots=True)
class Reading:
    """How names are read: one row for each piece, in the order of names and of letters.

    `word` is the number of the word, -1 for a run that is no word; `row` is the name's number.
    """

    row: NDArray[np.int64]
    start: NDArray[np.int64]
    length: NDArray[np.int64]
    word: NDArray[np.int64]


def lexicon_of(words: Sequence[str], costs: Sequence[float]) -> Lexicon:
    """Return a lexicon; of words that meet in both tables the earlier one stays."""
    hashes = _hashes_of(words)
    every = np.arange(len(words), dtype=np.int32)
    first = _table_of(hashes, every, _BITS)
    missed = every[~np.isin(every, first.ids)]
    second = _table_of(hashes[missed], missed, _SECOND_BITS)
    taken = np.zeros(1 << _BITS, np.bool_)
    taken[_places(hashes, _BITS)] = True
    return Lexicon(tuple(words), np.asarray(costs, np.float32), taken, first, second)


def _hashes_of(words: Sequence[str]) -> NDArray[np.uint64]:
    codes = np.zeros((len(words), LONGEST), np.uint64)
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    flat = np.frombuffer("".join(words).encode("ascii"), np.uint8).astype(np.uint64) - 96
    rows = np.repeat(np.arange(len(words)), lengths)
    columns = np.arange(len(flat)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    codes[rows, columns] = flat
    hashes = np.zeros(len(words), np.uint64)
    for column in range(LONGEST):
        longer = lengths > column
        hashes[longer] = hashes[longer] * _BASE + codes[longer, column]
    return hashes


def _table_of(hashes: NDArray[np.uint64], ids: NDArray[np.int32], bits: int) -> _Table:
    places = _places(hashes, bits)[::-1]  # written last = written by the earliest word
    table = _Table(bits, np.zeros(1 << bits, np.uint64), np.full(1 << bits, -1, np.int32))
    table.keys[places], table.ids[places] = hashes[::-1], ids[::-1]
    return table


def _places(hashes: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    return ((hashes * _MIX) >> np.uint64(64 - bits)).astype(np.int64)


def read(lexicon: Lexicon, codes: NDArray[np.uint8]) -> Reading:
    """Return the cheapest reading of every row of letters (see names.matrix_of)."""
    count, width = codes.shape
    costs, ids = _candidates(lexicon, codes)
    best = np.zeros((width + 1, count), np.float32)
    step = np.zeros(
        (width + 1, count), np.int8
    )  # letters of the last piece; 0 = one unknown letter
    letters = codes.T
    for end in range(1, width + 1):
        kind = letters[end - 1]
        cost = best[end - 1] + np.where((kind >= 1) & (kind <= _LETTERS), UNKNOWN_COST, 0).astype(
            np.float32
        )
        chosen = np.zeros(count, np.int8)
        for length in range(1, min(end, len(costs)) + 1):
            with_word = best[end - length] + costs[length - 1][end - length]
            better = with_word < cost
            cost = np.where(better, with_word, cost)
            chosen[better] = length
        best[end] = cost
        step[end] = chosen
    return _pieces(codes, step, ids) if count else Reading(*(np.zeros(0, np.int64),) * 4)


def _candidates(
    lexicon: Lexicon, codes: NDArray[np.uint8]
) -> tuple[list[NDArray[np.float32]], list[NDArray[np.int32]]]:
    """Return, by length and then by start, what a word there costs and which it is."""
    letters = np.ascontiguousarray(codes.T).astype(np.uint64)
    is_letter = (letters >= 1) & (letters <= _LETTERS)
    width = len(letters)
    hashes = np.zeros_like(letters)
    whole = np.ones_like(is_letter)
    costs, ids = [], []
    for length in range(1, min(width, LONGEST) + 1):
        starts = width - length + 1
        hashes = hashes[:starts] * _BASE + letters[length - 1 :]
        whole = whole[:starts] & is_letter[length - 1 :]
        cost = np.full(hashes.shape, _FAR, np.float32)
        number = np.full(hashes.shape, -1, np.int32)
        there = np.nonzero(lexicon.taken[_places(hashes, _BITS)] & whole)
        found = lexicon.find(hashes[there])
        number[there] = found
        cost[there] = np.where(found >= 0, lexicon.costs[found], _FAR)
        costs.append(cost)
        ids.append(number)
    return costs, ids


def _pieces(
    codes: NDArray[np.uint8], step: NDArray[np.int8], ids: list[NDArray[np.int32]]
) -> Reading:
    """Walk back along the cheapest ways, and join unknown letters that stand side by side."""
    width = codes.shape[1]
    at = np.count_nonzero(codes, axis=1)
    going = np.flatnonzero(at)
    steps: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []
    while len(going):
        ends = at[going]
        lengths = step[ends, going].astype(np.int64)
        starts = ends - np.maximum(lengths, 1)
        steps.append((going, starts, lengths))
        at[going] = starts
        going = going[starts > 0]
    if not steps:  # no name has a single letter
        return Reading(*(np.zeros(0, np.int64),) * 4)
    row, start, length = (np.concatenate(column) for column in zip(*steps, strict=True))
    order = np.argsort(row * width + start)
    row, start, length = row[order], start[order], length[order]
    word = np.full(len(row), -1, np.int64)
    for size in range(1, len(ids) + 1):
        same = np.flatnonzero(length == size)
        word[same] = ids[size - 1][start[same], row[same]]
    code = codes[row, start]
    letters = (length > 0) | ((code >= 1) & (code <= _LETTERS))
    return _joined(row[letters], start[letters], np.maximum(length, 1)[letters], word[letters])


def _joined(
    row: NDArray[np.int64],
    start: NDArray[np.int64],
    length: NDArray[np.int64],
    word: NDArray[np.int64],
) -> Reading:
    begins = np.ones(len(row), bool)
    begins[1:] = ~(
        (word[1:] < 0)
        & (word[:-1] < 0)
        & (row[1:] == row[:-1])
        & (start[1:] == start[:-1] + length[:-1])
    )
    first = np.flatnonzero(begins)
    total = np.add.reduceat(length, first) if len(first) else length
    return Reading(row[first], start[first], total, word[first])
