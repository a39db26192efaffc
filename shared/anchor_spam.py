"""Finds spam words in anchor texts: whole words, pairs and phrases, unless they are the site's own."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from shared import anchor_words
from shared.anchor_text import unmasked

# Figures inside a word, or single letters in a row: what spelling tricks look like.
_MASK = re.compile(r"[^\W\d_][0-9@$]|[0-9@$][^\W\d_]|\b\w(?:[ .*_-]\w){3}\b")
_MASKED = re.compile(r"\w+[@$][\w@$]*|[@$]\w[\w@$]*")  # vi@gra, ca$ino


class SpamWords:
    """The spam words of all languages, without the words of one site's brands and keywords."""

    def __init__(self, own_words: Iterable[str]) -> None:
        own = frozenset(own_words)
        lists = anchor_words.toxic()
        self._words = lists.words - own
        self._pairs = frozenset(pair for pair in lists.pairs if not own.issuperset(pair))
        self._apart = {
            word: others - own if word in own else others for word, others in lists.apart.items()
        }
        self._phrases = _by_first_word(lists.phrases)
        self._harmless = lists.harmless
        self._anywhere = _any_of(part for part in lists.anywhere if not _is_in(part, own))
        self._inside = _any_of(part for part in lists.inside if not _is_in(part, own))

    def find(self, words: Sequence[str], folded: str) -> str | None:
        """Return the spam word that the text holds."""
        found = self._found(words, folded)
        if found is None:
            return None
        joined = f" {' '.join(words)} "
        return None if any(phrase in joined for phrase in self._harmless) else found

    def _found(self, words: Sequence[str], folded: str) -> str | None:
        if not self._words.isdisjoint(words):
            return next(word for word in words if word in self._words)
        if len(words) > 1:
            found = self._together(words)
            if found is not None:
                return found
        return self._part(folded) or self._hidden(words, folded)

    def _together(self, words: Sequence[str]) -> str | None:
        if not self._pairs.isdisjoint(pairwise(words)):
            return " ".join(next(pair for pair in pairwise(words) if pair in self._pairs))
        for word in () if self._apart.keys().isdisjoint(words) else words:
            others = self._apart.get(word)
            if others is not None and not others.isdisjoint(words):
                return f"{word} {next(other for other in words if other in others)}"
        return self._phrase(words)

    def _hidden(self, words: Sequence[str], folded: str) -> str | None:
        if _MASK.search(folded) is None:
            return None
        for word in unmasked(words):
            if word in self._words:
                return word
        if "@" in folded or "$" in folded:
            for word in _MASKED.findall(folded):
                plain = str(word).replace("@", "a").replace("$", "s")
                if plain in self._words:
                    return plain
        # Names of gambling sites are spam words with a number: sbobet88, casino777.
        bare = (word.rstrip("0123456789") for word in words if word[-1].isdecimal())
        return next((word for word in bare if word in self._words), None)

    def _part(self, folded: str) -> str | None:
        match = self._inside.search(folded)
        if match is None and not folded.isascii():
            match = self._anywhere.search(folded)
        return match[0] if match else None

    def _phrase(self, words: Sequence[str]) -> str | None:
        if self._phrases.keys().isdisjoint(words):
            return None
        joined = f" {' '.join(words)} "
        near = (phrase for word in words for phrase in self._phrases.get(word, ()))
        return next((phrase.strip() for phrase in near if phrase in joined), None)


def _by_first_word(phrases: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for phrase in phrases:
        first = phrase.split()[0]
        found[first] = (*found.get(first, ()), phrase)
    return found


def _is_in(part: str, own: Iterable[str]) -> bool:
    return any(part in word for word in own)


def _any_of(parts: Iterable[str]) -> "re.Pattern[str]":
    return re.compile("|".join(map(re.escape, parts)) or r"(?!)")
