"""`make train`: learns the model of names anew from the labelled domains, and writes it with its report.

Needs the `train` extra, whose packages ship the word lists. The same files give the same model.
"""

import argparse
import csv
import gzip
import hashlib
import importlib.util
import json
import math
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.toxicity.domain.lexical import features, fitting, model, names, segment
from services.toxicity.domain.lexical.fitting import Examples, Fitted, Table
from shared.shares import wilson

HERE = Path(model.__file__).parent
ROOT = HERE.parents[3]
SHIPPED_WORDS = 45_000
_TWO = frozenset(
    [
        "of",
        "to",
        "in",
        "my",
        "go",
        "tv",
        "uk",
        "us",
        "eu",
        "we",
        "it",
        "is",
        "on",
        "at",
        "by",
        "up",
        "do",
        "no",
        "or",
        "an",
        "as",
        "he",
        "me",
        "so",
        "pc",
        "dj",
        "fm",
        "hd",
        "ny",
        "la",
        "nj",
        "ai",
        "if",
        "be",
        "hq",
        "pr",
    ]
)
_LISTS = ("surnames", "female_names", "male_names", "english_wikipedia", "us_tv_and_film")
_FAMILIES = {
    "matomo-org/referrer-spam-list": "referrer spam",
    "desbma/referer-spam-domains-blacklist": "referrer spam",
    "Stevie-Ray/referrer-spam-blocker": "referrer spam",
    "mitchellkrogza/Badd-Boyz-Hosts": "referrer spam",
    "Sinfonietta/hostfiles:gambling": "gambling",
    "bigdargon/hostsVN:gambling": "gambling",
}
_TAKEN_APART = frozenset({"gambling", "luck", "adult", "flirt", "pharma"})
_NARROW = frozenset({"cisagov/dotgov-data", "Hipo/university-domains-list"})
_PAIRS = (
    ("coolrecep/turkish-tech-disavow-list", "kagisearch/smallweb"),
    ("coolrecep/turkish-tech-disavow-list", "opendns/public-domain-lists:random"),
    ("referrer spam", "opendns/public-domain-lists:random"),
    ("gambling", "EbookFoundation/free-programming-books"),
    ("blocklistproject/Lists:drugs", "opendns/public-domain-lists:random"),
    ("blocklistproject/Lists:scam", "kagisearch/smallweb"),
    ("quenhus/uBlock-Origin-dev-filter", "EbookFoundation/free-programming-books"),
)
_THRESHOLDS = (0.5, 0.8, 0.9, 0.94)


def main(arguments: Sequence[str]) -> int:
    """Train, and write model.json, words.txt.gz and the report; returns the exit code."""
    parser = argparse.ArgumentParser(description="Train the model of names.")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/domains")
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args(list(arguments))
    labelled = options.data / "shared_domains.csv"
    if not labelled.exists():
        print(f"There is no {labelled}; name its folder with --data.", file=sys.stderr)
        return 2
    packed = pack(word_costs(model.topic_text()))
    info = train(read_examples(labelled), packed, labelled.read_bytes())
    (options.out / "words.txt.gz").write_bytes(gzip.compress(packed.encode("ascii"), 9, mtime=0))
    text = json.dumps(info, indent=1, sort_keys=True, ensure_ascii=True)
    (options.out / "model.json").write_text(text + "\n", encoding="ascii")
    print(json.dumps(info["report"], indent=1))
    return 0


def read_examples(path: Path) -> Examples:
    """Return the labelled domains; lines that are no domain are left out."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [(names.label_of(row["domain"]), row) for row in csv.DictReader(lines)]
    kept = [(label, row) for label, row in rows if label is not None]
    return Examples(
        labels=[label for label, _ in kept],
        toxic=np.array([float(row["label"] == "toxic") for _, row in kept]),
        source=np.array([row["source"] for _, row in kept]),
        family=np.array([_FAMILIES.get(row["source"], row["source"]) for _, row in kept]),
        narrow=_NARROW,
    )


def word_costs(topics: str) -> dict[str, float]:
    """Return what each word costs in nats, from the lists of two packages and our topics."""
    ranked = _wordninja()
    scale = math.log(len(ranked))
    costs: dict[str, float] = {}
    for rank, word in enumerate(ranked[:SHIPPED_WORDS]):
        if _believed(word, rank):
            costs[word] = math.log((rank + 1) * scale) + (1.5 if len(word) <= 2 else 0.0)
    for name in _LISTS:
        for rank, word in enumerate(_zxcvbn()[name]):
            if len(word) >= 4 and _is_plain(word):
                costs.setdefault(word, math.log((2 * rank + 3_000) * scale))
    _add_topics(costs, topics, sure=math.log(9_000 * scale))
    _add_harmless(costs, topics, ranked)
    return costs


def _add_topics(costs: dict[str, float], topics: str, *, sure: float) -> None:
    """Words of topics are believed wherever they stand, however rare they are elsewhere."""
    for words in features.parse_topics(topics).values():
        for word in sorted(words):
            if _is_plain(word) and (len(word) > 2 or word in costs or word in {"qq", "rx", "xx"}):
                costs[word] = min(costs.get(word, math.inf), sure)


def _add_harmless(costs: dict[str, float], topics: str, ranked: Sequence[str]) -> None:
    """Rare words that hold a bad one are believed too, or "accumulator" would speak of something."""
    named = features.parse_topics(topics)
    bad = [
        word
        for name, words in named.items()
        for word in words
        if name.lstrip("+") in _TAKEN_APART and len(word) >= 3
    ]
    inside = re.compile("|".join(sorted(map(re.escape, bad), key=len, reverse=True)))
    scale = math.log(len(ranked))
    for rank, word in enumerate(ranked):
        if len(word) >= 6 and _is_plain(word) and word not in bad and inside.search(word):
            cost = math.log((rank + 1) * scale) - 1.5
            costs[word] = min(costs.get(word, math.inf), cost)


def _is_plain(word: str) -> bool:
    return word.isascii() and word.isalpha() and word.islower() and len(word) <= segment.LONGEST


def _believed(word: str, rank: int) -> bool:
    """Short words read anything into a name: only the common ones are believed."""
    if not _is_plain(word):
        return False
    if len(word) == 1:
        return word in "ai"
    if len(word) == 2:
        return word in _TWO
    return len(word) > 3 or rank <= 9_000


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name} is missing: install the train extra (make train does).")
    return Path(spec.origin).parent


def _wordninja() -> list[str]:
    packed = (_package("wordninja") / "wordninja/wordninja_words.txt.gz").read_bytes()
    return gzip.decompress(packed).decode("utf-8").split()


def _zxcvbn() -> Mapping[str, Sequence[str]]:
    module = importlib.import_module("zxcvbn.frequency_lists")
    lists: Mapping[str, Sequence[str]] = module.FREQUENCY_LISTS
    return lists


def pack(costs: Mapping[str, float]) -> str:
    """Return the words grouped by their cost in tenths of a nat, cheapest first, by alphabet."""
    groups: dict[int, list[str]] = {}
    for word, cost in costs.items():
        groups.setdefault(round(cost / model.COST_STEP), []).append(word)
    return "\n".join("\n".join([str(step), *sorted(groups[step])]) for step in sorted(groups))


def train(examples: Examples, packed: str, raw_data: bytes) -> dict[str, Any]:
    """Return everything that model.json holds."""
    words, costs = model.read_words(packed)
    lexicon = segment.lexicon_of(words, costs)
    topics = features.topics_of(model.topic_text(), words)
    surprises = features.surprises_of(words, costs)
    table = fitting.tabulate(examples, lexicon=lexicon, topics=topics, surprises=surprises)
    everything = np.ones(len(examples.labels), bool)
    whole = fitting.fit(table, examples.toxic, fitting.balance(examples, everything), None)
    raw = fitting.left_out(examples, table, whole)
    balance = fitting.balance(examples, everything)
    slope, shift = fitting.calibrate(raw, examples.toxic, balance)
    weights, endings, by_word = fitting.named_weights(table, whole)
    info: dict[str, Any] = {
        "weights": weights,
        "endings": endings,
        "words": by_word,
        "bias": round(whole.bias, 4),
        "pairs": [[round(float(one), 3) for one in row] for row in surprises],
        "calibration": {"slope": round(slope, 4), "shift": round(shift, 4)},
        "data_sha256": hashlib.sha256(raw_data).hexdigest(),
        "words_sha256": hashlib.sha256(packed.encode("ascii")).hexdigest(),
        "trained_on": {
            str(one): int((examples.source == one).sum()) for one in np.unique(examples.source)
        },
    }
    text = json.dumps(info, sort_keys=True).encode()
    info["version"] = f"names-1-{hashlib.blake2b(text, digest_size=4).hexdigest()}"
    info["report"] = report(examples, table, whole, raw)
    return info


def report(
    examples: Examples, table: Table, whole: Fitted, raw: NDArray[np.float64]
) -> dict[str, Any]:
    """Return how well names of sources that the model has not seen are judged."""
    everything = np.ones(len(raw), bool)
    balance = fitting.balance(examples, everything)
    p = _calibrated_by_others(examples, raw)
    error, curve = fitting.calibration_error(p, examples.toxic, balance)
    pairs = fitting.pairs_left_out(examples, table, whole, _PAIRS)
    narrow = np.isin(examples.family, list(examples.narrow))
    return {
        "auc_family_left_out": round(fitting.auc(examples.toxic, raw), 4),
        "auc_without_governments_and_universities": round(
            fitting.auc(examples.toxic[~narrow], raw[~narrow]), 4
        ),
        "auc_pairs_left_out": {name: round(value, 4) for name, value in pairs.items()},
        "auc_pairs_mean": round(float(np.mean(list(pairs.values()))), 4),
        "calibration_error": round(error, 4),
        "calibration_curve": curve,
        "at": [_operating_point(examples, p, threshold) for threshold in _THRESHOLDS],
        "above_half": {
            str(one): round(float((p[examples.source == one] >= 0.5).mean()), 3)
            for one in np.unique(examples.source)
        },
    }


def _calibrated_by_others(examples: Examples, raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return chances of each family by a calibration that has not seen it either."""
    p = np.zeros(len(raw))
    for family in np.unique(examples.family):
        out = examples.family == family
        slope, shift = fitting.calibrate(raw, examples.toxic, fitting.balance(examples, ~out))
        p[out] = 1.0 / (1.0 + np.exp(-(slope * raw[out] + shift)))
    return np.clip(p, model.LEAST, model.MOST)


def _operating_point(
    examples: Examples, p: NDArray[np.float64], threshold: float
) -> dict[str, Any]:
    bad, good = p[examples.toxic == 1], p[examples.toxic == 0]
    recall, rate = float((bad >= threshold).mean()), float((good >= threshold).mean())
    low, high = wilson(float((good >= threshold).sum()), len(good))
    return {
        "p": threshold,
        "recall": round(recall, 4),
        "false_alarms": round(rate, 5),
        "precision_at_5_percent": round(fitting.precision_at(recall, rate, 0.05), 3),
        "interval": [
            round(fitting.precision_at(recall, high, 0.05), 3),
            round(fitting.precision_at(recall, low, 0.05), 3),
        ],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
