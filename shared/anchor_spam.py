"""Finds spam words in anchor texts: whole words, pairs and phrases, unless they are the site's own."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, pairwise

from shared import anchor_words
from shared.anchor_marks import DISGUISED, LETTER, SPAM, SPAM_NEAR
from shared.anchor_text import unmasked

# Figures inside a word, or single letters in a row: what spelling tricks look like.
_MASK = re.compile(r"[^\W\d_][0-9@$]|[0-9@$][^\W\d_]|\b\w(?:[ .*_-]\w){3}\b")
_MASKED = re.compile(r"\w+[@$][\w@$]*|[@$]\w[\w@$]*")  # vi@gra, ca$ino

_ALONE = SPAM | DISGUISED
_TOGETHER = SPAM_NEAR | LETTER


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
        self._alone = lists.alone - own
        self._harmless = _by_first_word(lists.harmless)
        parts = [*lists.inside, *lists.anywhere]
        self._parts = _any_of(part for part in parts if not _is_in(part, own))
        self._near = frozenset(
            [
                *chain.from_iterable(self._pairs),
                *self._apart,
                *chain.from_iterable(self._apart.values()),
                *chain.from_iterable(map(str.split, lists.phrases)),
            ]
        )
        apart = [part.split() for part in parts if " " in part]
        self._heads = tuple(words[0] for words in apart)
        self._tails = tuple(words[-1] for words in apart)

    def mark(self, word: str) -> int:
        """Say what a word may mean here; see anchor_marks."""
        told = word in self._words or word in self._alone or self._parts.search(word)
        found = SPAM if told else 0
        if word in self._near or word.endswith(self._heads) or word.startswith(self._tails):
            found |= SPAM_NEAR
        if len(word) == 1:
            return found | LETTER
        return found if word.isalpha() or word.isdecimal() else found | DISGUISED

    def find(self, words: Sequence[str], folded: str, known: int, twice: int) -> str | None:
        """Return the spam word of a text, by the marks of its words and those that two of them have."""
        if not known & _ALONE and not twice & _TOGETHER and "@" not in folded and "$" not in folded:
            return None
        found = self._found(words, folded, known, twice)
        return None if found is None or _phrase(self._harmless, words) else found

    def _found(self, words: Sequence[str], folded: str, known: int, twice: int) -> str | None:
        if known & SPAM and not self._words.isdisjoint(words):
            return next(word for word in words if word in self._words)
        if len(words) == 1 and words[0] in self._alone:
            return words[0]
        if twice & SPAM_NEAR:
            found = self._together(words)
            if found is not None:
                return found
        if known & SPAM or twice & SPAM_NEAR:
            match = self._parts.search(" ".join(words))
            if match:
                return match[0]
        return self._hidden(words, folded)

    def _together(self, words: Sequence[str]) -> str | None:
        if not self._pairs.isdisjoint(pairwise(words)):
            return " ".join(next(pair for pair in pairwise(words) if pair in self._pairs))
        for word in () if self._apart.keys().isdisjoint(words) else words:
            others = self._apart.get(word)
            if others is not None and not others.isdisjoint(words):
                return f"{word} {next(other for other in words if other in others)}"
        return _phrase(self._phrases, words)

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


def _phrase(phrases: Mapping[str, Sequence[str]], words: Sequence[str]) -> str | None:
    """Return a phrase that the words hold, of phrases by their first word."""
    if phrases.keys().isdisjoint(words):
        return None
    joined = f" {' '.join(words)} "
    near = (phrase for word in words for phrase in phrases.get(word, ()))
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
