"""From dead paths and live pages to a suggestion for each: redirect, choose, or say gone; pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from services.profile.domain.redirects.index import Entry, LiveIndex
from services.profile.domain.redirects.letters import stem, words_of
from services.profile.domain.redirects.paths import parts_of, without_origin
from services.profile.domain.redirects.score import FULL, Known, known_bonus, path_score

CANDIDATES = 5
SURE, CLEARLY, DOUBT = 0.6, 0.05, 0.45
"""A redirect is proposed from this score on, if it is so far ahead of the next page: the less alike, the farther."""
POSSIBLE = 0.25
"""Below this nothing fits: the honest answer is 410 Gone."""
_TITLES = 20
_TITLE_ALONE, _TITLE_ONLY = 0.7, 0.9
_TITLE_WORDS = 30
_MOVED, _MOVED_SAME, _SAME_NAME = 0.1, 0.2, 0.7
"""What a page gains for being where its folder went: any page, one of the same name, and what that one scores at
least, each by the share of the folder's pages that went there."""
_CLEAR_MOVE = 0.5
_MOVES_FROM, _MOVES_AHEAD = 0.55, 0.04
_MOVED_BY = 2
"""So many pages must have moved from one folder to another before that says something of others."""


class RedirectAction(StrEnum):
    """What to do about a dead path."""

    REDIRECT = "redirect"
    SUGGEST = "suggest"
    GONE = "gone"
    ALIVE = "alive"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A live page that may take the place of a dead one."""

    path: str
    score: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to do about one dead path, the best candidate first."""

    dead: str
    candidates: tuple[Candidate, ...]
    action: RedirectAction


@dataclass(frozen=True, slots=True)
class _Ranked:
    dead: Entry
    scores: list[tuple[float, Entry]]


Folder = tuple[str, ...]
Moves = Mapping[Folder, Mapping[Folder, float]]
"""Folder of dead pages -> folder of live pages -> share of them that clearly went there."""


@lru_cache(maxsize=1)
def _index_of(live: tuple[str, ...]) -> LiveIndex:
    """Return the index of live pages; the last one stays, for whoever asks mostly asks again."""
    return LiveIndex(live)


class Finder:
    """Finds where dead paths should lead. Never a home page: that would be a soft 404."""

    def __init__(
        self,
        live: Sequence[str],
        *,
        known: Mapping[str, Known] | None = None,
    ) -> None:
        self._index = _index_of(tuple(path for path in live if path.strip()))
        self._alive: dict[str, set[str]] = defaultdict(set)
        for path in live:
            rest = without_origin(path)
            self._alive[rest].add(path.removesuffix(rest))
        self._known = known or {}
        self._titled: dict[str, list[int]] = defaultdict(list)
        for number, parts in enumerate(self._index.parts if self._known else ()):
            for word in _title_words(self._known.get(parts.text)):
                self._titled[word].append(number)

    def suggest(self, dead: str) -> Suggestion:
        """Return the suggestion for one path, judged on its own."""
        return self.suggest_all([dead])[0]

    def suggest_all(self, dead: Sequence[str]) -> list[Suggestion]:
        """Return a suggestion for each path; where whole folders moved, that helps the unclear ones."""
        ranked = [self._rank(path) for path in dead]
        moves = _moves(ranked)
        return [self._suggestion(self._moved(one, moves)) for one in ranked]

    def _rank(self, path: str) -> _Ranked:
        dead = self._entry(path)
        mine = self._known.get(path)
        titled = self._entry(_as_path(mine.title)) if mine is not None and mine.title else None
        near = {**self._index.shortlist(dead), **self._same_titles(mine)}
        if titled is not None:
            near |= self._index.shortlist(titled)
        found = [
            (self._score(dead, live, mine, titled), live)
            for live in near.values()
            if not live.parts.is_home or dead.parts.is_home
        ]
        return _Ranked(dead, sorted(found, key=_order))

    def _moved(self, ranked: _Ranked, moves: Moves) -> _Ranked:
        """Look where the folder of a dead page went, and for the page of the same name there first."""
        parts = ranked.dead.parts
        expected = _expected(_folder(parts.folder), moves)
        if not expected:
            return ranked
        known = {live.number for _, live in ranked.scores}
        found = list(ranked.scores)
        for folder, share in expected.items():
            if share < _CLEAR_MOVE:
                continue
            number = self._places.get((*folder, parts.index or parts.slug))
            if number is not None and number not in known:
                known.add(number)
                live = self._index.entry(number)
                score = self._score(ranked.dead, live, self._known.get(parts.text), None)
                found.append((score, live))
        return _Ranked(ranked.dead, sorted(_lifted(found, ranked.dead, expected), key=_order))

    @cached_property
    def _places(self) -> Mapping[tuple[object, ...], int]:
        """Return the live pages by folder and name; folders also by themselves."""
        places: dict[tuple[object, ...], int] = {}
        for number, parts in enumerate(self._index.parts):
            places.setdefault((*_folder(parts.folder), parts.index or parts.slug), number)
        return places

    def _entry(self, path: str) -> Entry:
        return self._index.weighed(self._index.joined(parts_of(path)))

    def _same_titles(self, mine: Known | None) -> dict[int, Entry]:
        """Return the pages whose titles share the rarest words with a dead page's."""
        by_rarity = sorted(_title_words(mine), key=lambda word: len(self._titled.get(word, ())))
        numbers = [
            number for word in by_rarity[:3] for number in self._titled.get(word, ())[:_TITLES]
        ]
        return {number: self._index.entry(number) for number in numbers}

    def _score(self, dead: Entry, live: Entry, mine: Known | None, titled: Entry | None) -> float:
        score = path_score(self._index, dead, live)
        theirs = self._known.get(live.parts.text)
        if titled is not None and (theirs is None or not theirs.title):
            # Most addresses say the title of their page.
            share = _TITLE_ALONE if dead.parts.segments else _TITLE_ONLY
            score = max(score, share * path_score(self._index, titled, live))
        if mine is not None and theirs is not None:
            added, most = known_bonus(mine, theirs)
            alone = _TITLE_ALONE * added / most if most else 0.0
            score = max((score * FULL + added) / (FULL + most), alone)
        return score

    def _suggestion(self, ranked: _Ranked) -> Suggestion:
        path = ranked.dead.parts.text
        shown = tuple(
            Candidate(live.parts.text, round(min(1.0, max(0.0, score)), 4))
            for score, live in ranked.scores[:CANDIDATES]
            if score >= POSSIBLE
        )
        return Suggestion(
            path, shown, RedirectAction.ALIVE if self._lives(path) else _action(shown)
        )

    def _lives(self, path: str) -> bool:
        """Say whether the very path is among the live ones; on another host it is another page."""
        rest = without_origin(path)
        origins = self._alive.get(rest)
        origin = path.removesuffix(rest)
        return origins is not None and (not origin or "" in origins or origin in origins)


def _as_path(title: str) -> str:
    return "/" + "-".join(words_of(title)[:_TITLE_WORDS])


def _title_words(known: Known | None) -> set[str]:
    return set(map(stem, words_of(known.title))) if known is not None else set()


def _order(pair: tuple[float, Entry]) -> tuple[float, int, int]:
    score, live = pair
    return -round(score, 9), len(live.parts.text), live.number


def _action(shown: Sequence[Candidate]) -> RedirectAction:
    if not shown:
        return RedirectAction.GONE
    ahead = shown[0].score - (shown[1].score if len(shown) > 1 else 0.0)
    clear = shown[0].score >= SURE and ahead >= CLEARLY + DOUBT * (1.0 - shown[0].score)
    return RedirectAction.REDIRECT if clear else RedirectAction.SUGGEST


def _folder(path: str) -> Folder:
    return tuple(piece for piece in path.casefold().split("/") if piece)


def _rule(dead: Folder, live: Folder) -> tuple[Folder, Folder]:
    """Return what changed between two folders: both without the end that they share."""
    shared = 0
    for mine, theirs in zip(reversed(dead), reversed(live), strict=False):
        if mine != theirs:
            break
        shared += 1
    return dead[: len(dead) - shared], live[: len(live) - shared]


def _moves(ranked: Sequence[_Ranked]) -> Moves:
    """Learn from the clear cases which folders moved where."""
    seen: dict[Folder, Counter[Folder]] = defaultdict(Counter)
    for one in ranked:
        if not one.scores:
            continue
        best = one.scores[0]
        second = one.scores[1][0] if len(one.scores) > 1 else 0.0
        if best[0] >= _MOVES_FROM and best[0] - second >= _MOVES_AHEAD:
            was, became = _rule(_folder(one.dead.parts.folder), _folder(best[1].parts.folder))
            seen[was][became] += 1
    shares: dict[Folder, dict[Folder, float]] = {}
    for folder, targets in seen.items():
        total = sum(targets.values())
        shares[folder] = {to: count / total for to, count in targets.items() if count >= _MOVED_BY}
    return shares


def _expected(folder: Folder, moves: Moves) -> dict[Folder, float]:
    """Return where the pages of a folder went, by the rules for it and the folders above it."""
    expected: dict[Folder, float] = {}
    for length in range(len(folder) + 1):
        for became, share in moves.get(folder[:length], {}).items():
            expected[became + folder[length:]] = max(share, expected.get(became, 0.0))
    return expected


def _lifted(
    scores: Sequence[tuple[float, Entry]], dead: Entry, expected: Mapping[Folder, float]
) -> list[tuple[float, Entry]]:
    """Raise the pages of the folders that were expected, most of all the one of the same name."""
    lifted = []
    for score, live in scores:
        share = expected.get(_folder(live.parts.folder), 0.0)
        mine, theirs = dead.parts, live.parts
        if share and mine.index == theirs.index and (mine.index or mine.slug == theirs.slug):
            lifted.append((max(score, _SAME_NAME * share) + _MOVED_SAME * share, live))
        else:
            lifted.append((score + _MOVED * share * score, live))
    return lifted
