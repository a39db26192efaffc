"""How many anchors one core classifies a second, none of them twice; beside mere folding of the texts."""

import csv
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from shared.anchor_text import fold, words_of
from shared.anchors import Classifier
from tests.benchmarks.results import Row, row

OWN_SET = Path(__file__).parents[1] / "shared/data/anchors_own.csv"
BESIDE = [
    "review",
    "london",
    "garden",
    "summer",
    "report",
    "photo",
    "archive",
    "museum",
    "notes",
    "winter",
    "river",
    "market",
    "bakery",
    "harbour",
    "station",
    "village",
    "letters",
    "morning",
    "bridge",
    "library",
]
TARGET = 30_000
ROUNDS = 5


def measure() -> list[Row]:
    """Classify the labelled set, each text also with other words beside it; no answer is kept."""
    texts = list(dict.fromkeys(_texts()))
    _rate(_new().classify, texts[:2_000])  # the word lists are read once per process
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(_rate(lambda text: words_of(fold(text)), texts))
        ours.append(_rate(_new().classify, texts))
    speed, folding = statistics.median(ours), statistics.median(bare)
    return [
        row(
            f"anchors: {len(texts):,} distinct texts, one core",
            ours,
            "anchors/s",
            peer="fold and split only",
            ratio=speed / folding,
            target=f">= {TARGET:,}",
            met=speed >= TARGET,
        ),
        row("anchors: the same, only folded and split into words", bare, "anchors/s"),
    ]


def _new() -> Classifier:
    return Classifier(
        brands=["Acme Home"],
        hosts=["acmehome.com"],
        keywords=["emergency plumber london", "boiler repair", "plumbing services"],
        languages=["en"],
    )


def _texts() -> Iterable[str]:
    with OWN_SET.open(encoding="utf-8", newline="") as file:
        own = [line["text"] for line in csv.DictReader(file)]
    yield from own
    for word in BESIDE:
        yield from (f"{text} {word}" for text in own)


def _rate(work: Callable[[str], object], texts: list[str]) -> float:
    started = time.process_time()
    for text in texts:
        work(text)
    return len(texts) / (time.process_time() - started)
