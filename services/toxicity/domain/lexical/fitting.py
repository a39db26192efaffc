"""Trains the model of names: logistic regression with what we expect as its prior; pure.

It is judged on sources that it has not seen. `make train` reads the files and writes the model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.stats import rankdata

from services.toxicity.domain.lexical.features import SHAPE, Topics, columns, describe
from services.toxicity.domain.lexical.names import Label
from services.toxicity.domain.lexical.segment import Lexicon

MIN_WORD = 4  # names with a word before it is weighed by itself
MIN_FAMILIES = 2  # and families of sources that have it
MIN_ENDING = 15
FAMILY_CAP = 1_500  # names of one family of sources that count in full
NARROW_CAP = 250  # of families that are of one kind by rule (governments, universities)
_ROUNDS = 80

# What we expect of a topic before any label is seen, in log-odds, and how firmly.
EXPECTED_TOPICS = {
    "gambling": 1.8,
    "luck": 0.6,
    "adult": 1.8,
    "flirt": 0.6,
    "pharma": 1.2,
    "money": 0.9,
    "cheap": 0.8,
    "seo": 0.8,
    "software": 0.3,
    "scam": 0.3,
    "press": -0.9,
    "learning": -1.2,
    "public": -0.8,
    "craft": -0.5,
    "people": -0.4,
}
EXPECTED_ENDINGS = {
    "public_body": -2.0,
    "cheap": 1.4,
    "country": -0.1,
    "org": -0.5,
    "net": 0.1,
    "two_part": -0.1,
    "new": 0.1,
    "info": 0.7,
    "biz": 0.7,
    "russian": 0.5,
}
_FIRM = {"shape": 10.0, "end": 60.0, "topic": 100.0, "ending": 60.0, "word": 10.0}


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled names; `family` groups sources that copy each other."""

    labels: Sequence[Label]
    toxic: NDArray[np.float64]
    source: NDArray[np.str_]
    family: NDArray[np.str_]
    narrow: frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The examples as numbers, with what is expected of each column and how firmly."""

    matrix: sparse.csr_matrix
    expected: NDArray[np.float64]
    firm: NDArray[np.float64]
    dense_names: tuple[str, ...]
    endings: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    weights: NDArray[np.float64]
    bias: float


def tabulate(
    examples: Examples, *, lexicon: Lexicon, topics: Topics, surprises: NDArray[np.float32]
) -> Table:
    """Return the examples as one sparse table."""
    found = describe(examples.labels, lexicon=lexicon, topics=topics, surprises=surprises)
    names = columns(topics)
    endings, by_ending = _endings(found.endings)
    words, by_word = _words(examples, found.reading.row, found.reading.word, lexicon.words)
    blocks = [sparse.csr_matrix(found.dense, dtype=np.float64), by_ending, by_word]
    expected = [_expected(name) for name in names]
    firm = [_FIRM[_kind(name)] for name in names]
    rest = len(endings) + len(words)
    return Table(
        matrix=sparse.hstack(blocks).tocsr(),
        expected=np.array([*expected, *np.zeros(rest)]),
        firm=np.array([*firm, *[_FIRM["ending"]] * len(endings), *[_FIRM["word"]] * len(words)]),
        dense_names=names,
        endings=endings,
        words=tuple(lexicon.words[word] for word in words),
    )


def _kind(name: str) -> str:
    if name in SHAPE:
        return "shape"
    return "end" if name.startswith("end:") else "topic"


def _expected(name: str) -> float:
    kind, _, rest = name.partition(":")
    if kind == "end":
        return EXPECTED_ENDINGS.get(rest, 0.0)
    if kind == "topic":
        return EXPECTED_TOPICS.get(rest, 0.0)
    if kind == "topic2":
        return 0.3 * EXPECTED_TOPICS.get(rest, 0.0)
    return {"bad_words_2": 0.2, "bad_words_3": 0.3, "mixed": -0.8}.get(name, 0.0)


def _endings(suffixes: Sequence[str]) -> tuple[tuple[str, ...], sparse.csr_matrix]:
    last = np.array([suffix.rpartition(".")[2] for suffix in suffixes])
    found, number, counts = np.unique(last, return_inverse=True, return_counts=True)
    one_hot = sparse.csr_matrix(
        (np.ones(len(last)), (np.arange(len(last)), number)), shape=(len(last), len(found))
    )
    kept = np.flatnonzero(counts >= MIN_ENDING)
    return tuple(str(found[at]) for at in kept), one_hot[:, kept]


def _words(
    examples: Examples,
    row: NDArray[np.int64],
    word: NDArray[np.int64],
    vocabulary: Sequence[str],
) -> tuple[NDArray[np.int64], sparse.csr_matrix]:
    """Return the words that enough names of enough families have, as columns of 0 and 1."""
    words = len(vocabulary)
    known = word >= 0
    shape = (len(examples.labels), words)
    table = sparse.csr_matrix((np.ones(int(known.sum())), (row[known], word[known])), shape=shape)
    table.data[:] = 1.0
    families = np.zeros(words)
    for family in np.unique(examples.family):
        families += np.asarray(table[examples.family == family].sum(axis=0)).ravel() > 0
    counts = np.asarray(table.sum(axis=0)).ravel()
    long = np.fromiter((len(word) > 2 for word in vocabulary), bool, words)
    kept = np.flatnonzero((counts >= MIN_WORD) & (families >= MIN_FAMILIES) & long)
    return kept, table[:, kept].tocsr()


def balance(examples: Examples, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how much each example counts: no family too much, both labels alike."""
    weights = np.zeros(len(chosen))
    for family in np.unique(examples.family[chosen]):
        same = chosen & (examples.family == family)
        cap = NARROW_CAP if family in examples.narrow else FAMILY_CAP
        weights[same] = min(1.0, cap / same.sum())
    for label in (0.0, 1.0):
        same = chosen & (examples.toxic == label)
        if same.any():
            weights[same] *= 0.5 * chosen.sum() / weights[same].sum()
    return weights


def fit(
    table: Table, toxic: NDArray[np.float64], weights: NDArray[np.float64], start: Fitted | None
) -> Fitted:
    """Return the weights that explain the labels and stay near what is expected (MAP, L-BFGS)."""
    used = weights > 0
    matrix, wanted, counted = table.matrix[used], toxic[used], weights[used]
    turned = matrix.T.tocsr()

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = np.clip(matrix @ at[:-1] + at[-1], -30, 30)
        p = 1.0 / (1.0 + np.exp(-z))
        away = at[:-1] - table.expected
        likely = counted * (wanted * np.log(p + 1e-12) + (1 - wanted) * np.log(1 - p + 1e-12))
        error = counted * (p - wanted)
        slope = np.append(turned @ error + table.firm * away, error.sum())
        return float(0.5 * (table.firm * away * away).sum() - likely.sum()), slope

    first = np.append(table.expected, 0.0)
    if start is not None:
        first = np.append(start.weights, start.bias)
    done = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS})
    return Fitted(done.x[:-1], float(done.x[-1]))


def left_out(examples: Examples, table: Table, whole: Fitted) -> NDArray[np.float64]:
    """Return raw log-odds of every example by a model that has seen nothing of its family."""
    raw = np.zeros(len(examples.labels))
    for family in np.unique(examples.family):
        out = examples.family == family
        fitted = fit(table, examples.toxic, balance(examples, ~out), whole)
        raw[out] = table.matrix[out] @ fitted.weights + fitted.bias
    return raw


def pairs_left_out(
    examples: Examples, table: Table, whole: Fitted, pairs: Sequence[tuple[str, str]]
) -> dict[str, float]:
    """Return the AUC between a bad and a good family, neither of which the model has seen."""
    found = {}
    for bad, good in pairs:
        out = (examples.family == bad) | (examples.family == good)
        fitted = fit(table, examples.toxic, balance(examples, ~out), whole)
        raw = table.matrix[out] @ fitted.weights + fitted.bias
        found[f"{bad} / {good}"] = auc(examples.toxic[out], raw)
    return found


def calibrate(
    raw: NDArray[np.float64], toxic: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, float]:
    """Return slope and shift that make log-odds of unseen sources true (Platt)."""

    def loss(at: NDArray[np.float64]) -> float:
        z = np.clip(at[0] * raw + at[1], -30, 30)
        return float((weights * (np.logaddexp(0.0, z) - toxic * z)).sum())

    done = minimize(loss, np.array([0.6, 0.0]), method="Nelder-Mead")
    return float(done.x[0]), float(done.x[1])


def auc(toxic: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """Return the chance that a bad one scores above a good one."""
    ranks = rankdata(score)
    bad = toxic.sum()
    good = len(toxic) - bad
    return float((ranks[toxic == 1].sum() - bad * (bad + 1) / 2) / (bad * good))


def calibration_error(
    p: NDArray[np.float64],
    toxic: NDArray[np.float64],
    weights: NDArray[np.float64],
    bins: int = 10,
) -> tuple[float, list[tuple[float, float, float]]]:
    """Return the expected calibration error, and (said, true, share) of each bin that has names."""
    place = np.minimum((p * bins).astype(int), bins - 1)
    error, curve = 0.0, []
    for at in range(bins):
        here = (place == at) & (weights > 0)
        if not here.any():
            continue
        share = weights[here].sum() / weights.sum()
        said = np.average(p[here], weights=weights[here])
        true = np.average(toxic[here], weights=weights[here])
        error += share * abs(said - true)
        curve.append((round(float(said), 4), round(float(true), 4), round(float(share), 4)))
    return float(error), curve


def precision_at(recall: float, rate: float, prevalence: float) -> float:
    """Return the precision that recall and false-alarm rate give where so many are bad."""
    hits, alarms = recall * prevalence, rate * (1 - prevalence)
    return hits / (hits + alarms) if hits + alarms else 1.0


def named_weights(
    table: Table, fitted: Fitted
) -> tuple[Mapping[str, float], Mapping[str, float], Mapping[str, float]]:
    """Return the weights of columns, endings and words by name, without the tiny ones."""
    dense = len(table.dense_names)
    ends = dense + len(table.endings)
    values = [round(float(value), 4) for value in fitted.weights]
    weights = dict(zip(table.dense_names, values[:dense], strict=True))
    endings = dict(zip(table.endings, values[dense:ends], strict=True))
    words = dict(zip(table.words, values[ends:], strict=True))
    return (
        weights,
        {name: value for name, value in endings.items() if abs(value) >= 0.02},
        {name: value for name, value in words.items() if abs(value) >= 0.05},
    )
