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
# A hash is the sum of the letters' numbers by powers of the base, times the mixing number; digits and
# other signs have numbers that no word is made of.
_NUMBERS = np.arange(32, dtype=np.uint64) * _MIX
_NUMBERS[[0, *range(_LETTERS + 1, 32)]] = np.uint64(0xD1B54A32D192ED03)
_UNKNOWN = np.zeros(32, np.float32)
_UNKNOWN[1 : _LETTERS + 1] = UNKNOWN_COST


@dataclass(frozen=True, slots=True)
class _Table:
    """Places by hash: the hash that stands there, and which word it is."""

    bits: int
    keys: NDArray[np.uint64]
    ids: NDArray[np.int32]

    def find(self, hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
        """Return which word each hash is, -1 for none."""
        places = _places(hashes, self.bits)
        return np.where(self.keys.take(places) == hashes, self.ids.take(places), np.int32(-1))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words with what each costs, found for whole columns of letters at once."""

    words: tuple[str, ...]
    costs: NDArray[np.float32]
    """One more than there are words: the last is that of no word."""
    taken: NDArray[np.bool_]
    """Places of the first table at which some word stands: small enough for the processor's cache."""
    first: _Table
    second: _Table

    def find(self, hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
        found = self.first.find(hashes)
        missed = np.flatnonzero(found < 0)
        found[missed] = self.second.find(hashes[missed])
        return found


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
    priced = np.append(np.asarray(costs, np.float32), _FAR)
    return Lexicon(tuple(words), priced, taken, first, second)


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
    return hashes * _MIX


def _table_of(hashes: NDArray[np.uint64], ids: NDArray[np.int32], bits: int) -> _Table:
    places = _places(hashes, bits)[::-1]  # written last = written by the earliest word
    table = _Table(bits, np.zeros(1 << bits, np.uint64), np.full(1 << bits, -1, np.int32))
    table.keys[places], table.ids[places] = hashes[::-1], ids[::-1]
    return table


def _places(hashes: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    return (hashes >> np.uint64(64 - bits)).view(np.int64)


def read(lexicon: Lexicon, codes: NDArray[np.uint8]) -> Reading:
    """Return the cheapest reading of every row of letters (see names.matrix_of)."""
    count, width = codes.shape
    costs, hashes = _candidates(lexicon, codes)
    best = np.zeros((width + 1, count), np.float32)
    # Letters of the last piece; 0 = one unknown letter.
    step = np.zeros((width + 1, count), np.int8)
    unknown = _UNKNOWN[codes.T]
    with_word = np.empty(count, np.float32)
    better = np.empty(count, np.bool_)
    for end in range(1, width + 1):
        cost = np.add(best[end - 1], unknown[end - 1], out=best[end])
        for length in range(1, min(end, len(costs)) + 1):
            word = costs[length - 1][end - length]
            if word is not None:
                np.add(best[end - length], word, out=with_word)
                np.less(with_word, cost, out=better)
                np.putmask(step[end], better, length)
                np.minimum(with_word, cost, out=cost)
    if not count:
        return Reading(*(np.zeros(0, np.int64),) * 4)
    return _pieces(codes, step, lexicon, hashes)


def _candidates(
    lexicon: Lexicon, codes: NDArray[np.uint8]
) -> tuple[list[list[NDArray[np.float32] | None]], list[NDArray[np.uint64]]]:
    """Return, by length and then by start, what a word there costs, and the hash of its letters.

    Where no name has a word of a length at a start, there is None for what it costs.
    """
    letters = _NUMBERS[codes.T]
    width, count = letters.shape
    hashes = [letters]
    costs: list[list[NDArray[np.float32] | None]] = []
    for length in range(1, min(width, LONGEST) + 1):
        if length > 1:
            hashes.append(hashes[-1][:-1] * _BASE + letters[length - 1 :])
        found = hashes[-1].reshape(-1)
        there = np.flatnonzero(lexicon.taken.take(_places(found, _BITS)))
        price = lexicon.costs.take(lexicon.find(found.take(there)))
        cost = np.full(found.size, _FAR, np.float32)
        cost[there] = price
        held = np.zeros(width - length + 1, np.bool_)
        held[there[price < _FAR] // max(count, 1)] = True
        rows = cost.reshape(len(held), count)
        costs.append([row if one else None for row, one in zip(rows, held.tolist(), strict=True)])
    return costs, hashes


def _pieces(
    codes: NDArray[np.uint8],
    step: NDArray[np.int8],
    lexicon: Lexicon,
    hashes: Sequence[NDArray[np.uint64]],
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
    for size in range(1, len(hashes) + 1):
        same = np.flatnonzero(length == size)
        word[same] = lexicon.find(hashes[size - 1][start[same], row[same]])
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
