"""How alike a dead path and a live page are, between 0 and 1; pure."""

from dataclasses import dataclass

from rapidfuzz import fuzz

from services.profile.domain.redirects.index import Entry, LiveIndex
from services.profile.domain.redirects.letters import stem, words_of
from services.profile.domain.redirects.paths import PathParts, recent_grams

_WORDS, _SLUG, _LETTERS = 1.0, 1.2, 0.4
FULL = _WORDS + _SLUG + _LETTERS
_SECTION = 0.1
_OTHER_LANGUAGE, _GAINED_LANGUAGE, _LOST_LANGUAGE = -0.5, -0.06, -0.05
_OTHER_NUMBER, _NUMBER_GONE, _NUMBER_NEW, _SAME_NUMBER = -0.3, -0.08, -0.04, 0.1
_SAME_YEAR, _OTHER_YEAR, _NEW_YEAR = 0.05, -0.08, -0.02
_SAME_ID, _OTHER_ID = 0.8, -0.04
_ABOVE, _ABOVE_DEEP = 0.3, 0.5
"""What the folder above a dead page scores at least: it is where a page goes that was merged."""
_INTRODUCES = 0.9
_FRONT, _FRONT_SAME = 0.45, 0.3
"""What the front of a folder scores for that of another of its name, and more the more above it is the same."""
_INNER, _INNER_SAME = 0.2, 0.25
"""The same for a page of that folder: better than nothing that is alike."""
_DEPTH = -0.008
_OTHER_INDEX = -0.01
_SAME_STEMS = 0.97
_SAME_LETTERS = 0.6
"""How alike the words of two paths are at least when their names have the same letters: `networkpolicies`."""
_OTHER_FORM = 0.85
"""What a word counts of which only the stem is the same."""
TITLE, CONTENT = 0.8, 0.8


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page beyond its path: its title, and some of its text."""

    title: str = ""
    text: str = ""


def path_score(index: LiveIndex, dead: Entry, live: Entry) -> float:
    """Return how alike two paths are; 1 is the same words in the same place."""
    words, slug = _cosine(index, dead, live), slug_score(index, dead, live)
    letters = fuzz.ratio(dead.parts.joined, live.parts.joined) / 100
    total = _WORDS * words + _SLUG * slug + _LETTERS * letters
    total += _sections(dead.parts, live.parts) + _rules(dead.parts, live.parts)
    total = max(total / FULL, _above(dead.parts, live.parts), _same_folder(dead, live))
    return max(total, _front(dead, live))


def _front(dead: Entry, live: Entry) -> float:
    """Return what a page scores for being the front of a folder with the name of the dead one's."""
    theirs = live.folder if live.opens else live.about
    if not theirs or not dead.folder or theirs[-1] != dead.folder[-1]:
        return 0.0
    alike = 1
    for mine, other in zip(dead.folder[-2::-1], theirs[-2::-1], strict=False):
        if mine != other:
            break
        alike += 1
    share = alike / max(len(theirs), 2)
    least, more = (_FRONT, _FRONT_SAME) if dead.opens else (_INNER, _INNER_SAME)
    rules = _language(dead.parts, live.parts) + _numbers(dead.parts, live.parts)
    return least + more * share + rules / FULL


def _same_folder(dead: Entry, live: Entry) -> float:
    """Return what a page scores for introducing the folder that the dead one is about, or for being it."""
    if not dead.about or dead.about != live.about or dead.parts.segments == live.parts.segments:
        return 0.0
    return (
        _INTRODUCES + (_language(dead.parts, live.parts) + _numbers(dead.parts, live.parts)) / FULL
    )


def _above(dead: PathParts, live: PathParts) -> float:
    """Return what a page scores for being the folder in which the dead one was."""
    if len(dead.segments) < 2 or dead.segments[:-1] != live.segments:
        return 0.0
    least = _ABOVE if len(live.segments) == 1 else _ABOVE_DEEP
    return least + _language(dead, live) / FULL


def _cosine(index: LiveIndex, dead: Entry, live: Entry) -> float:
    if not dead.norm or not live.norm:
        return 0.0
    mine, theirs = dead.weights, live.weights
    shared = sum(
        weight * theirs[word] * _same_form(word, dead, live)
        for word, weight in mine.items()
        if word in theirs
    )
    for word, weight in mine.items():
        if not index.knows(word):  # perhaps a word of theirs, misspelt
            nearly = [(_nearly(word, [other]), other) for other in theirs if other not in mine]
            alike, other = max(nearly, default=(0.0, ""))
            shared += alike * weight * theirs.get(other, 0.0)
    least = _SAME_LETTERS if dead.parts.slug == live.parts.slug else 0.0
    return max(least, min(1.0, shared / (dead.norm * live.norm)))


def slug_score(index: LiveIndex, dead: Entry, live: Entry) -> float:
    """Return how alike the last segments are: by words, by letters, and as one inside the other."""
    mine, theirs = dead.parts.slug, live.parts.slug
    if not mine or not theirs:
        return 0.0
    if mine == theirs:
        return 1.0
    if dead.slug_stems == live.slug_stems:
        return _SAME_STEMS
    letters = max(_dice(mine, theirs), fuzz.ratio(mine, theirs) / 100 - 0.1)
    words = _shared_words(index, dead, live, live.slug_stems)
    alike = 0.5 * letters + 0.5 * max(words, _inside(mine, theirs))
    return max(alike, _divided(index, dead, live), _divided(index, live, dead))


def _divided(index: LiveIndex, one: Entry, other: Entry) -> float:
    """Return how well the slug of one path is the last two segments of the other together."""
    if len(one.slug_stems) < 2 or len(other.parts.segments) < 2:
        return 0.0
    parent, last = other.parts.segments[-2:]
    if not {stem(word) for word in parent} & one.slug_stems:
        return 0.0
    both = frozenset(stem(word) for word in (*parent, *last))
    return 0.9 * _shared_words(index, one, other, both)


def _dice(one: str, other: str) -> float:
    mine, theirs = recent_grams(one), recent_grams(other)
    return 2.0 * len(mine & theirs) / (len(mine) + len(theirs))


def _same_form(stemmed: str, one: Entry, other: Entry) -> float:
    """Return how sure it is that a stem is the same word: `sense` and `sensor` have one stem."""
    return 1.0 if one.forms[stemmed] == other.forms[stemmed] else _OTHER_FORM


def _shared_words(index: LiveIndex, dead: Entry, live: Entry, stems: frozenset[str]) -> float:
    """Return the share of a slug's words and some of the other path that both have, rare words first."""
    mine = {word: index.rarity(word) for word in dead.slug_stems}
    theirs = {word: index.rarity(word) for word in stems}
    shared = sum(
        weight * _same_form(word, dead, live) for word, weight in mine.items() if word in theirs
    )
    for word, weight in mine.items():
        if word not in theirs:
            nearly = [(_nearly(word, [each]), each) for each in theirs if each not in mine]
            alike, other_word = max(nearly, default=(0.0, ""))
            shared += alike * min(weight, theirs.get(other_word, 0.0))
    one, other = sum(mine.values()), sum(theirs.values())
    within = shared / min(one, other) if shared else 0.0
    return max(2.0 * shared / (one + other), 0.8 * within) if shared else 0.0


def _nearly(word: str, others: list[str]) -> float:
    if len(word) < 4 or not others:
        return 0.0
    best = max(fuzz.ratio(word, other) for other in others) / 100
    return best if best >= 0.75 else 0.0


def _inside(one: str, other: str) -> float:
    """Return how sure it is that one slug is the other, cut short."""
    short, long = sorted((one, other), key=len)
    if len(short) >= 8 and long.startswith(short):
        return 0.95
    return 0.75 if len(short) >= 8 and short in long else 0.0


def _sections(dead: PathParts, live: PathParts) -> float:
    mine, theirs = dead.segments, live.segments
    if len(mine) < 2 or len(theirs) < 2:
        return 0.0
    return _SECTION * ((mine[0] == theirs[0]) + (mine[-2] == theirs[-2]))


def _rules(dead: PathParts, live: PathParts) -> float:
    total = _DEPTH * abs(len(dead.segments) - len(live.segments))
    if dead.index != live.index:
        total += _OTHER_INDEX
    return total + _language(dead, live) + _numbers(dead, live) + _ids(dead, live)


def _language(dead: PathParts, live: PathParts) -> float:
    if dead.language == live.language:
        return 0.0
    if live.language is None:
        return _LOST_LANGUAGE
    if dead.language is None:
        return _GAINED_LANGUAGE / 3 if live.language == "en" else _GAINED_LANGUAGE
    return _OTHER_LANGUAGE


def _numbers(dead: PathParts, live: PathParts) -> float:
    mine, theirs = dead.numbers, live.numbers
    if live.years:
        same = live.years & dead.years
        more = _SAME_YEAR if same else _OTHER_YEAR if dead.years else _NEW_YEAR
        return more + _small_numbers(mine, theirs)
    if dead.years and not mine and theirs:
        return _SAME_YEAR if theirs & dead.years else _OTHER_YEAR
    return _small_numbers(mine, theirs)


def _small_numbers(mine: frozenset[str], theirs: frozenset[str]) -> float:
    if mine == theirs or _written_together(mine, theirs):
        return _SAME_NUMBER if mine else 0.0
    if mine and theirs and not mine & theirs:
        return _OTHER_NUMBER
    return _NUMBER_GONE * len(mine - theirs) + _NUMBER_NEW * len(theirs - mine)


def _written_together(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Say whether one path writes `3-2-1` and the other `321`."""
    few, many = sorted((mine, theirs), key=len)
    return len(few) == 1 and sorted(_digits(few)) == sorted(_digits(many))


def _digits(numbers: frozenset[str]) -> str:
    return "".join(numbers).replace(".", "")


def _ids(dead: PathParts, live: PathParts) -> float:
    if dead.ids & live.ids:
        return _SAME_ID
    return _OTHER_ID if dead.ids and live.ids else 0.0


def text_score(one: str, other: str) -> float:
    """Return how alike two titles or texts are, by their words."""
    mine, theirs = ({stem(word) for word in words_of(text)} for text in (one, other))
    return 2.0 * len(mine & theirs) / (len(mine) + len(theirs)) if mine and theirs else 0.0


def known_bonus(dead: Known, live: Known) -> tuple[float, float]:
    """Return what titles and contents add to the score, and to the most that can be reached."""
    added = most = 0.0
    pairs = ((dead.title, live.title, TITLE), (dead.text, live.text, CONTENT))
    for mine, theirs, weight in pairs:
        if mine and theirs:
            added += weight * text_score(mine, theirs)
            most += weight
    return added, most
