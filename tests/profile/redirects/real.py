"""Redirects that documentation sites really have (`data/real`), and the simple ways to guess them."""

import csv
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.profile.domain.redirects.suggest import Finder, RedirectAction, Suggestion

DATA = Path(__file__).parent / "data" / "real"
LANDING_SHARE = 5
"""So many old addresses with one end: the site sends a whole section there."""


@dataclass(frozen=True, slots=True)
class Site:
    """One site: its pairs of old and new paths, and its live paths."""

    name: str
    group: str
    """`learn`: may be looked at to mend the score. `kept`: only its sums."""
    pairs: dict[str, str]
    live: tuple[str, ...]


@cache
def sites() -> tuple[Site, ...]:
    """Return all sites, in the order of the list."""
    with (DATA / "sites.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_site(row["site"], row["group"]) for row in csv.DictReader(file))


def _site(name: str, group: str) -> Site:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row[0], row[1]) for row in csv.reader(file)]
    pairs = {old: new for old, new in rows if old}
    return Site(name, group, pairs, tuple(dict.fromkeys(new for _, new in rows)))


def policy(site: Site) -> int:
    """Return how many pairs end where at least five old addresses end."""
    ends = Counter(site.pairs.values())
    return sum(ends[end] >= LANDING_SHARE for end in site.pairs.values())


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the pairs came out right."""

    pairs: int
    first: int
    five: int
    sure: int
    sure_right: int


def tally(site: Site, found: Sequence[Suggestion]) -> Tally:
    """Count what was found for the old paths of a site."""
    first = five = sure = sure_right = 0
    for one in found:
        shown = [each.path for each in one.candidates]
        hit = shown[:1] == [site.pairs[one.dead]]
        first += hit
        five += site.pairs[one.dead] in shown[:5]
        if one.action is RedirectAction.REDIRECT:
            sure += 1
            sure_right += hit
    return Tally(len(found), first, five, sure, sure_right)


def ours(site: Site) -> Tally:
    """Count what the finder says when it is asked about all of a site's old paths at once."""
    return tally(site, Finder(site.live).suggest_all(list(site.pairs)))


def alone(site: Site) -> Tally:
    """Count what the finder says about each path when it knows no other."""
    finder = Finder(site.live)
    return tally(site, [finder.suggest(old) for old in site.pairs])


_EXTENSION = re.compile(r"\.(?:md|html?)$")


def _pieces(path: str) -> list[str]:
    return [each for each in _EXTENSION.sub("", path.lower()).split("/") if each]


def _last(path: str) -> str:
    return (_pieces(path) or [""])[-1]


def _tokens(path: str) -> list[str]:
    return re.findall(r"[^\W_]+", " ".join(_pieces(path)))


def _grams(text: str) -> set[str]:
    return {text[start : start + 3] for start in range(max(1, len(text) - 2))}


def _dice(one: set[str], other: set[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def same_last_segment(live: Sequence[str]) -> Callable[[str], str | None]:
    """Guess the first live page whose last segment is the same."""
    first: dict[str, str] = {}
    for path in live:
        first.setdefault(_last(path), path)
    return lambda old: first.get(_last(old))


def _cosines(live: Sequence[str]) -> Callable[[str], list[float]]:
    vectors = [Counter(_tokens(path)) for path in live]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, vector in enumerate(vectors):
        for word in vector:
            holders[word].append(number)
    rare = {word: math.log(1 + len(live) / len(pages)) for word, pages in holders.items()}
    norms = [_norm(vector, rare) for vector in vectors]

    def scores(old: str) -> list[float]:
        mine = Counter(_tokens(old))
        norm = _norm(mine, rare)
        found = [0.0] * len(live)
        for word, count in mine.items():
            for number in holders.get(word, ()):
                found[number] += count * vectors[number][word] * rare[word] ** 2
        return [value / (norm * other or 1.0) for value, other in zip(found, norms, strict=True)]

    return scores


def _norm(vector: Counter[str], rare: dict[str, float]) -> float:
    unknown = max(rare.values(), default=1.0)
    return math.sqrt(sum((n * rare.get(word, unknown)) ** 2 for word, n in vector.items()))


def tf_idf(live: Sequence[str]) -> Callable[[str], str | None]:
    """Guess the live page whose words are most alike, rare words first."""
    scores = _cosines(live)

    def best(old: str) -> str | None:
        found = scores(old)
        return live[max(range(len(live)), key=found.__getitem__)]

    return best


def combined(live: Sequence[str]) -> Callable[[str], str | None]:
    """Guess by words, by the letters of the last segment and by those of the whole path."""
    scores = _cosines(live)
    lasts = [_grams(_last(path)) for path in live]
    paths = [_grams("/".join(_pieces(path))) for path in live]

    def best(old: str) -> str | None:
        last, path = _grams(_last(old)), _grams("/".join(_pieces(old)))
        total = [
            words + _dice(last, lasts[number]) + 0.3 * _dice(path, paths[number])
            for number, words in enumerate(scores(old))
        ]
        return live[max(range(len(live)), key=total.__getitem__)]

    return best


BASELINES = {
    "same last segment": same_last_segment,
    "tf-idf": tf_idf,
    "combined": combined,
}


def baseline(name: str, site: Site) -> int:
    """Return how many of a site's pairs a simple way guesses right."""
    guess = BASELINES[name](site.live)
    return sum(guess(old) == new for old, new in site.pairs.items())


def report() -> str:
    """Return the figures of each site as a table."""
    heads = [
        f"{'site':18}{'group':7}{'pairs':>6}{'live':>6}",
        *(f"{name[:9]:>10}" for name in BASELINES),
    ]
    lines = [" ".join(heads) + f"{'alone':>9}{'all':>8}{'five':>8}{'sure':>8}{'right':>8}"]
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for site in sites():
        one, each = ours(site), alone(site)
        row = Counter({name: baseline(name, site) for name in BASELINES})
        row.update(pairs=one.pairs, live=len(site.live), alone=each.first, all=one.first)
        row.update(five=one.five, sure=one.sure, right=one.sure_right, policy=policy(site))
        sums[site.group].update(row)
        lines.append(_line(site.name, site.group, row))
    for group, row in sums.items():
        lines.append(_line("all", group, row))
        lines.append(f"  to pages where five or more end: {row['policy'] / row['pairs']:.1%}")
    return "\n".join(lines)


def _line(name: str, group: str, row: Counter[str]) -> str:
    share = [f"{100 * row[key] / row['pairs']:9.1f} " for key in BASELINES]
    share += [f"{100 * row[key] / row['pairs']:7.1f} " for key in ("alone", "all", "five", "sure")]
    share.append(f"{100 * row['right'] / max(1, row['sure']):7.1f}")
    return f"{name:18}{group:7}{row['pairs']:6}{row['live']:6} " + "".join(share)


if __name__ == "__main__":
    sys.stdout.write(report() + "\n")
