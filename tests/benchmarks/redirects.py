"""How long one dead path takes among 100,000 live ones, beside asking rapidfuzz about every one of them."""

import random
import statistics
import time
from collections.abc import Sequence
from itertools import accumulate

from rapidfuzz import fuzz, process

from services.profile.domain.redirects.suggest import Finder
from tests.benchmarks.results import Row, row

LIVE = 100_000
QUERIES = 300
ROUNDS = 5
TARGET_MS = 5.0
_SYLLABLES = "ba be bi bo ca co da de di do fa fi ga go ha he ka ko la le li lo ma mi mo na ne no"
_SYLLABLES += " pa pe pi po ra re ri ro sa se si so ta te ti to va ve vi za"
_SECTIONS = ("blog", "shop", "guides", "docs", "help", "news", "en/products", "de/produkte")


def pages(count: int, *, seed: int) -> list[str]:
    """Return live paths of a big site: few words are in thousands of them, most in a handful."""
    draw = random.Random(seed)
    syllables = _SYLLABLES.split()
    words = ["".join(draw.choices(syllables, k=draw.randint(2, 4))) for _ in range(20_000)]
    weights = list(accumulate(1.0 / (rank + 10) for rank in range(len(words))))
    found: dict[str, None] = {}
    while len(found) < count:
        slug = "-".join(draw.choices(words, cum_weights=weights, k=draw.randint(2, 5)))
        folder = draw.choices(words[:300], k=draw.randint(0, 2))
        found["/".join(("", draw.choice(_SECTIONS), *folder, slug))] = None
    return list(found)


def renamed(path: str, draw: random.Random) -> str:
    """Return what the path may have been called before the site was rebuilt."""
    *folders, slug = path.strip("/").split("/")
    words = slug.split("-")
    if len(words) > 2 and draw.random() < 0.5:
        words.pop(draw.randrange(len(words)))
    if draw.random() < 0.3:
        words[0] = words[0][:-1]
    folders = draw.choice((folders[:1], ["2019", "05"], ["old", *folders]))
    return "/" + "/".join((*folders, "-".join(words))) + draw.choice(("", ".html", "-48211.php"))


def measure() -> list[Row]:
    """Return the time of one query in CPU seconds, and how it compares with comparing all."""
    draw = random.Random(7)
    live = pages(LIVE, seed=3)
    started = time.process_time()
    finder = Finder(live)
    built = time.process_time() - started
    wanted = draw.sample(live, QUERIES)
    dead = [renamed(path, draw) for path in wanted]
    ours, worst, theirs = [], [], []
    for _ in range(ROUNDS):
        times = [_timed(finder, path) for path in dead]
        ours.append(statistics.fmean(times))
        worst.append(sorted(times)[int(len(times) * 0.95)])
        theirs.append(_peer(dead[:5], live))
    right = sum(
        bool(found.candidates) and found.candidates[0].path == path
        for path, found in zip(wanted, finder.suggest_all(dead), strict=True)
    )
    ratio = statistics.median(theirs) / statistics.median(ours)
    met = statistics.median(worst) <= TARGET_MS
    peer = "rapidfuzz.process over all"
    return [
        row("redirects: one query of 100k", ours, "ms CPU", peer=peer, ratio=ratio),
        row("redirects: p95 of queries", worst, "ms CPU", target="<= 5", met=met),
        row("redirects: index of 100k", [built], "s CPU"),
        row("redirects: right first", [100.0 * right / QUERIES], "%"),
    ]


def _timed(finder: Finder, path: str) -> float:
    started = time.process_time()
    finder.suggest(path)
    return (time.process_time() - started) * 1000


def _peer(dead: Sequence[str], live: Sequence[str]) -> float:
    started = time.process_time()
    for path in dead:
        process.extract(path, live, scorer=fuzz.WRatio, limit=5)
    return (time.process_time() - started) * 1000 / len(dead)
