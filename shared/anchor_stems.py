"""Compares anchor texts with keywords by their stems, in the languages of the site."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock
from typing import NamedTuple

import snowballstemmer

from shared import anchor_words
from shared.anchor_text import UNSPACED, fold, main_script, words_of

_ALGORITHMS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nl": "dutch",
    "no": "norwegian",
    "nb": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
_ENOUGH = 0.6  # of the stems of a keyword with at least three
_PREFIXING = frozenset({"ar", "id"})  # their stemmers cut the beginnings of words as well
# Endings that the stemmers of these languages cut from one form of a word and leave on another
# (Ledersofa - Ledersofas, fiets - fietsen, especial - especiais); the English one needs no help.
_LOOSE_ENDINGS = ("s", "n", "e", "es", "en", "al")
_STEMMERS = Lock()  # snowball stemmers keep the word in themselves: one word at a time


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword as written, and its stems in one language."""

    text: str
    language: str
    stems: frozenset[str]


class KeywordMatch(NamedTuple):
    """The keyword that a text holds, and how."""

    keyword: str
    rule: str


@cache
def _stemmer(language: str) -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer(_ALGORITHMS[language])


@lru_cache(maxsize=131_072)
def stem(word: str, language: str) -> str:
    """Return the stem of a folded word; numbers and words of unknown languages stay."""
    if language not in _ALGORITHMS or not word.isalpha():
        return word
    with _STEMMERS:
        found: str = _stemmer(language).stemWord(word)
    return found if found.isascii() else fold(found)


def stems(words: Iterable[str], language: str) -> frozenset[str]:
    """Return the stems of the words that carry meaning."""
    ignored = anchor_words.stop(language).ignored
    return frozenset(stem(word, language) for word in words if word not in ignored)


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text as the keywords see it: its stems per language, and itself without blanks."""

    stems: Mapping[str, frozenset[str]]
    joined: str


class Keywords:
    """The keywords of a site."""

    def __init__(self, texts: Iterable[str], languages: Sequence[str]) -> None:
        texts = [text for text in dict.fromkeys(texts) if words_of(fold(text))]
        self._languages = tuple(languages)
        self._all = [
            Keyword(text, language, found)
            for text in texts
            for language in languages
            if (found := stems(words_of(fold(text)), language))
        ]
        self._known = frozenset[str]().union(*(keyword.stems for keyword in self._all))
        # Stemming is the costly part, and it leaves the first letter alone in most languages.
        self._initials = frozenset(found[0] for found in self._known)
        self._unspaced = [
            (fold(text).replace(" ", ""), text) for text in texts if main_script(text) in UNSPACED
        ]

    def read(self, words: Sequence[str], folded: str) -> ReadText:
        """Stem a text once for all questions."""
        found = {language: self._stems(words, language) for language in self._languages}
        return ReadText(found, folded.replace(" ", "") if self._unspaced else "")

    def _stems(self, words: Sequence[str], language: str) -> frozenset[str]:
        if language in _PREFIXING:
            return stems(words, language)
        ignored = anchor_words.stop(language).ignored
        return frozenset(
            self._nearest(stem(word, language), language) if word[0] in self._initials else word
            for word in words
            if word not in ignored
        )

    def _nearest(self, found: str, language: str) -> str:
        """Return the keyword's stem of which `found` is another form, else `found`."""
        if language == "en" or len(found) < 4 or found in self._known:
            return found
        for ending in _LOOSE_ENDINGS:
            if found + ending in self._known:
                return found + ending
            if found.endswith(ending) and found[: -len(ending)] in self._known:
                return found[: -len(ending)]
        return found

    def has_all(self, words: Sequence[str]) -> bool:
        """Say whether every word belongs to some keyword."""
        return bool(self._known) and any(
            all(stem(word, language) in self._known for word in words)
            for language in self._languages
        )

    def equal(self, text: ReadText) -> str | None:
        """Return the keyword that the text is, in any order."""
        for form, keyword_text in self._unspaced:
            if text.joined == form:
                return keyword_text
        for keyword in self._all:
            if keyword.stems == text.stems[keyword.language]:
                return keyword.text
        return None

    def contained(self, text: ReadText) -> str | None:
        """Return the keyword of which every stem stands in the text."""
        for form, keyword_text in self._unspaced:
            if form in text.joined:
                return keyword_text
        for keyword in self._all:
            if keyword.stems <= text.stems[keyword.language]:
                return keyword.text
        return None

    def partial(self, text: ReadText) -> KeywordMatch | None:
        """Return the keyword that the text holds among other words, or most of one."""
        whole = self.contained(text)
        if whole is not None:
            return KeywordMatch(whole, "keyword and other words")
        for keyword in self._all:
            if len(keyword.stems) < 3:
                continue
            shared = keyword.stems & text.stems[keyword.language]
            if len(shared) >= _ENOUGH * len(keyword.stems):
                return KeywordMatch(keyword.text, "most of a keyword")
        return None
