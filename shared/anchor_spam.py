"""Finds spam words in anchor texts: whole words, pairs and phrases, unless they are the site's own."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from shared import anchor_words
from shared.anchor_text import unmasked


class SpamWords:
    """The spam words of all languages, without the words of one site's brands and keywords."""

    def __init__(self, own_words: Iterable[str]) -> None:
        own = frozenset(own_words)
        lists = anchor_words.toxic()
        self._words = lists.words - own
        self._pairs = frozenset(pair for pair in lists.pairs if not own.issuperset(pair))
        self._phrases = lists.phrases
        self._anywhere = lists.anywhere

    def find(self, words: Sequence[str], folded: str) -> str | None:
        """Return the spam word that the text holds."""
        if not self._words.isdisjoint(words):
            return next(word for word in words if word in self._words)
        if len(words) > 1 and not self._pairs.isdisjoint(pairwise(words)):
            return " ".join(next(pair for pair in pairwise(words) if pair in self._pairs))
        return self._hidden(words) or self._phrase(words) or self._part(folded)

    def _hidden(self, words: Sequence[str]) -> str | None:
        for word in unmasked(words):
            if word in self._words:
                return word
        # Names of gambling sites are spam words with a number: sbobet88, casino777.
        bare = (word.rstrip("0123456789") for word in words if word[-1].isdecimal())
        return next((word for word in bare if word in self._words), None)

    def _part(self, folded: str) -> str | None:
        if folded.isascii():
            return None
        return next((part for part in self._anywhere if part in folded), None)

    def _phrase(self, words: Sequence[str]) -> str | None:
        if len(words) < 3:
            return None
        joined = f" {' '.join(words)} "
        return next((phrase.strip() for phrase in self._phrases if phrase in joined), None)
