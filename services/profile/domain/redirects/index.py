"""The live pages of a site, findable by words, by letters and by keys; pure."""

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import islice
from operator import itemgetter

from services.profile.domain.redirects.letters import stem
from services.profile.domain.redirects.paths import (
    FIRST_STEPS,
    LANDINGS,
    PathParts,
    grams,
    parts_of,
)

PARENT_WEIGHT = 0.6
"""What a word in a folder's name says, beside one in the name of the page itself."""
_ENOUGH = 1_200  # postings that are read for one query; rare words come first
_SAME_SLUG = 400
_GRAMS_READ = 2_000
_ALIKE_SLUGS = 20
_LONGLIST = 60
_SHORTLIST = 28
_JOINED = 5
_UNKNOWN = 0.5
_LANDING = 0.3
_RATE = itemgetter(1)
_LANDING_STEMS = frozenset(map(stem, LANDINGS))


@dataclass(frozen=True, slots=True)
class Entry:
    """A live page and what comparing needs of it."""

    number: int
    parts: PathParts
    weights: dict[str, float]
    norm: float
    slug_stems: frozenset[str]
    forms: dict[str, str]
    """The word as it stands in the path, by its stem."""
    about: tuple[frozenset[str], ...]
    """The stems of each segment, of a page that introduces its folder those of the folder."""
    folder: tuple[frozenset[str], ...]
    """The folder that the page is in, or that it opens: as its index, its introduction or its first steps."""
    opens: bool
    """The page is the front of a folder, to whoever looks for it."""


class LiveIndex:
    """An inverted index over the paths of live pages. Its cost is paid once, queries are cheap."""

    def __init__(self, paths: Iterable[str]) -> None:
        read = [parts_of(path) for path in dict.fromkeys(paths)]
        self._vocabulary = {word for parts in read for word in parts.words}
        self.parts = [self.joined(parts) for parts in read]
        self._words: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._ids: dict[str, array[int]] = defaultdict(lambda: array("I"))
        self._slugs: dict[str, array[int]] = defaultdict(lambda: array("I"))
        for number, parts in enumerate(self.parts):
            for word in {stem(word) for word in parts.words}:
                self._words[word].append(number)
            for key in parts.ids:
                self._ids[key].append(number)
            self._slugs[parts.slug].append(number)
        self._slug_list = [slug for slug in self._slugs if slug]
        self._grams: dict[str, array[int]] = defaultdict(lambda: array("I"))
        for number, slug in enumerate(self._slug_list):
            for gram in grams(slug):
                self._grams[gram].append(number)
        self._entries: dict[int, Entry] = {}
        self._rarities: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self.parts)

    def joined(self, parts: PathParts) -> PathParts:
        """Write two words as one where the site does so elsewhere: `Power-Shell`, `set up`."""
        segments = tuple(self._joined_words(segment) for segment in parts.segments)
        return parts if segments == parts.segments else replace(parts, segments=segments)

    def _joined_words(self, words: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        for word in words:
            both = found[-1] + word if found else ""
            if len(both) >= _JOINED and both.isalpha() and both in self._vocabulary:
                found[-1] = both
            else:
                found.append(word)
        return tuple(found)

    def rarity(self, word: str) -> float:
        """Return how much a stem says: the fewer pages have it, the more."""
        found = self._rarities.get(word)
        if found is None:
            pages = len(self._words.get(word, ()))
            found = math.log(1.0 + (len(self.parts) + 1) / (pages + 0.5))
            # A word that no live page has tells none from another.
            found = self._rarities[word] = found if pages else found * _UNKNOWN
        return found

    def knows(self, word: str) -> bool:
        """Say whether a live page has the stem."""
        return word in self._words

    def entry(self, number: int) -> Entry:
        """Return a page with its weights; made when it is asked for the first time."""
        found = self._entries.get(number)
        if found is None:
            found = self._entries[number] = self.weighed(self.parts[number], number)
        return found

    def weighed(self, parts: PathParts, number: int = -1) -> Entry:
        """Return a path with the weight of each of its stems."""
        weights: dict[str, float] = {}
        forms: dict[str, str] = {}
        last = len(parts.segments) - 1
        for place, segment in enumerate(parts.segments):
            share = 1.0 if place == last else PARENT_WEIGHT
            for word in segment:
                key = stem(word)
                forms[key] = word
                weights[key] = max(weights.get(key, 0.0), self.rarity(key) * share)
        stems = tuple(frozenset(map(stem, segment)) for segment in parts.segments)
        norm = math.sqrt(sum(weight * weight for weight in weights.values()))
        slug = stems[-1] if stems else frozenset()
        about = _about(parts, stems)
        first_steps = parts.slug in FIRST_STEPS
        opens = parts.index or first_steps or about != stems
        folder = about if opens and not first_steps else stems[:-1]
        return Entry(number, parts, weights, norm, slug, forms, about, folder, opens)

    def shortlist(self, query: Entry) -> dict[int, Entry]:
        """Return the live pages that are worth comparing with a path, by number."""
        rough: dict[int, float] = {}
        self._add_ids(query, rough)
        self._add_same_slug(query, rough)
        frequent = self._add_words(query, rough)
        self._add_alike_slugs(query, rough)
        self._add_landings(query, rough)
        best = nlargest(_LONGLIST, rough.items(), key=_RATE)
        if frequent:
            best = [(number, rate + self._known(number, frequent)) for number, rate in best]
        best = nlargest(_SHORTLIST, best, key=_RATE)
        return {number: self.entry(number) for number, _ in best}

    def _add_ids(self, query: Entry, rough: dict[int, float]) -> None:
        for key in query.parts.ids:
            _add(rough, islice(self._ids.get(key, ()), _SAME_SLUG), 10.0)

    def _add_same_slug(self, query: Entry, rough: dict[int, float]) -> None:
        if query.parts.slug:
            same = self._slugs.get(query.parts.slug, ())
            _add(rough, islice(same, _SAME_SLUG), query.norm)

    def _add_landings(self, query: Entry, rough: dict[int, float]) -> None:
        """Lift the pages that introduce a folder, of those that share a word with the path."""
        for slug in LANDINGS | FIRST_STEPS:
            found = islice(self._slugs.get(slug, ()), _SAME_SLUG)
            _add(rough, [number for number in found if number in rough], _LANDING * query.norm)

    def _add_words(self, query: Entry, rough: dict[int, float]) -> dict[str, float]:
        """Add the pages that rare words lead to; returns the words that are too frequent for that."""
        read = 0
        frequent: dict[str, float] = {}
        for word in sorted(query.weights, key=lambda word: len(self._words.get(word, ()))):
            pages = self._words.get(word, ())
            if read and read + len(pages) > _ENOUGH:
                frequent[word] = query.weights[word]
                continue
            _add(rough, islice(pages, _ENOUGH), query.weights[word])
            read += len(pages)
        return frequent

    def _known(self, number: int, frequent: dict[str, float]) -> float:
        """Return what frequent words add: they only order the pages that rarer ones found."""
        weights = self.entry(number).weights
        return sum(weight for word, weight in frequent.items() if word in weights)

    def _add_alike_slugs(self, query: Entry, rough: dict[int, float]) -> None:
        slug = query.parts.slug
        if len(slug) < 4:
            return
        mine = grams(slug)
        hits: Counter[int] = Counter()
        read = 0
        for gram in sorted(mine, key=lambda gram: len(self._grams.get(gram, ()))):
            slugs = self._grams.get(gram, ())
            if read and read + len(slugs) > _GRAMS_READ:
                break
            hits.update(slugs)
            read += len(slugs)
        for number, shared in nlargest(_ALIKE_SLUGS, hits.items(), key=_RATE):
            other = self._slug_list[number]
            alike = 2.0 * shared / (len(mine) + len(other))
            _add(rough, islice(self._slugs[other], _ALIKE_SLUGS), alike * query.norm)


def _about(parts: PathParts, stems: tuple[frozenset[str], ...]) -> tuple[frozenset[str], ...]:
    """Take away what only says that a page introduces its folder: `pods/pod-overview` is `pods/`."""
    if not stems or LANDINGS.isdisjoint(parts.segments[-1]):
        return stems
    left = stems[-1] - _LANDING_STEMS
    above = stems[-2] if len(stems) > 1 else frozenset()
    return stems[:-1] if left <= above else (*stems[:-1], left)


def _add(rough: dict[int, float], numbers: Iterable[int], rate: float) -> None:
    get = rough.get
    for number in numbers:
        rough[number] = get(number, 0.0) + rate
