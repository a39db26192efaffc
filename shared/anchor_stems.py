"""Compares anchor texts with keywords by their stems, in the languages of the site."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple

from shared import anchor_words
from shared.anchor_text import UNSPACED, fold, main_script, words_of

_ALGORITHMS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
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
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
# Of several endings in a row the stemmer takes off one: kilimler - kilim - kil, and kilim - kil.
_STEMMED_TWICE = frozenset({"tr"})
_ENOUGH = 0.6  # of the stems of a keyword with at least three
_ALIKE = 4  # letters that two forms of one word have in common, at least
_JOINED = 6  # letters from which a keyword is known when it is written as one word
# Endings that stemmers cut from one form of a word and leave on another (Ledersofa - Ledersofas,
# fiets - fietsen, especial - especiais); the English one needs no help.
_ENDINGS = frozenset(
    {
        "",
        *[
            "s",
            "n",
            "e",
            "es",
            "en",
            "r",
            "er",
            "m",
            "em",
            "o",
            "a",
            "os",
            "as",
            "i",
            "is",
            "l",
            "al",
            "ais",
            "x",
            "u",
        ],
    }
)
_SHORT_ENDINGS = frozenset({"", "s", "e", "es"})
# Languages that bend their words more than their stemmers know, or that have no stemmer: two stems
# are one word when only their last letters differ.
_BENDING = frozenset(
    [
        "pl",
        "cs",
        "sk",
        "uk",
        "be",
        "bg",
        "hr",
        "sr",
        "sl",
        "mk",
        "tr",
        "az",
        "fi",
        "et",
        "hu",
        "lv",
        "lt",
        "el",
        "he",
        "ar",
        "fa",
        "ka",
        "hy",
        "kk",
        "sq",
        "ro",
    ]
)
# Languages in which a vowel before the last letter comes and goes: okno, oken; сумка, сумок.
_FLEETING = frozenset({"ru", "uk", "be", "pl", "cs", "sk", "bg", "hr", "sr", "sl", "mk"})
_VOWELS = "aeiouyаеиоуыэюяіїєё"  # noqa: RUF001 - Cyrillic
_FLEETING_VOWEL = re.compile(rf"(?<=[^{_VOWELS}])[oeое](?=[^{_VOWELS}]ь?$)")  # noqa: RUF001
_PLURALS = {
    "pt": (("oes", "ao"), ("aes", "ao"), ("ais", "al"), ("eis", "el"), ("ois", "ol"), ("ns", "m"))
}
_SHORT_BENT = frozenset(["", "s", "es", *_VOWELS])
_BENT_LETTERS = 4
_BENT_SHARE = 0.55
# Small words that are written as the beginning of the next one.
_PREFIXES = {"ar": ("وال", "بال", "لل", "ال"), "he": tuple("הבלומשכ")}
_PREFIXING = frozenset({"ar", "he", "id"})  # the first letter of a word is no help there
_PARTICLES = frozenset("のをがにでなはと的之의을를은는이가")
_LOOSELY_SPACED = UNSPACED | {"hangul"}
_BEGINNING = 3  # letters that no stemmer changes
_CACHED = 32_768
_STEMMERS = Lock()  # snowball stemmers keep the word in themselves: one word at a time


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword as written, and its stems in one language."""

    number: int
    text: str
    language: str
    stems: frozenset[str]
    joined: str  # the stem of the words in a row; "" where that is too short to be told

    def is_in(self, found: Iterable[str]) -> bool:
        """Say whether a text has every stem; one may be a form of it that another keyword has too."""
        missing = self.stems.difference(found)
        if not missing or self.language not in _BENDING or len(missing) == len(self.stems):
            return not missing
        others = [one for one in found if one not in self.stems]
        return all(any(_are_one_word(o, one, self.language) for o in others) for one in missing)


class KeywordMatch(NamedTuple):
    """The keyword that a text holds, and how."""

    keyword: str
    rule: str


@cache
def _stemmer(language: str) -> Any:
    # It loads the stemmers of all languages: 40 ms that no start has to wait for.
    import snowballstemmer  # noqa: PLC0415 - see above

    return snowballstemmer.stemmer(_ALGORITHMS[language])


@lru_cache(maxsize=_CACHED)  # stemming takes 45 us, and the words of pages repeat
def stem(word: str, language: str) -> str:
    """Return the stem of a folded word; numbers and words of unknown languages stay."""
    if language not in _ALGORITHMS or not word.isalpha():
        return word
    for ending, single in _PLURALS.get(language, ()):
        if word.endswith(ending) and len(word) > len(ending):
            word = word.removesuffix(ending) + single
            break
    with _STEMMERS:
        found: str = _stemmer(language).stemWord(word)
        if language in _STEMMED_TWICE:
            found = _stemmer(language).stemWord(found)
    return found if found.isascii() else fold(found)


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text as the keywords see it: its stems per language, and itself without blanks."""

    stems: Mapping[str, Sequence[str]]
    joined: str
    in_one: str
    near: Sequence["Keyword"]  # the keywords that share a stem with it


class Keywords:
    """The keywords of a site."""

    def __init__(self, texts: Iterable[str], languages: Sequence[str]) -> None:
        texts = [text for text in dict.fromkeys(texts) if words_of(fold(text))]
        self._languages = tuple(dict.fromkeys(languages))
        self._all = [
            keyword
            for number, text in enumerate(texts)
            for language in self._languages
            if (keyword := _keyword(number, text, language)).stems
        ]
        self._by_stem: dict[str, list[Keyword]] = {}
        for keyword in self._all:
            for known in dict.fromkeys((*keyword.stems, keyword.joined)):
                if known:
                    self._by_stem.setdefault(known, []).append(keyword)
        self._in_one = {"".join(words_of(fold(text))): text for text in texts}
        # Keywords of one word, which people also write as two.
        self._whole = frozenset(one.joined for one in self._all if len(one.stems) == 1) - {""}
        # No two words are a whole one that begins otherwise, but where small words are written in front.
        self._beginnings = frozenset(
            one[:length] for one in self._whole for length in range(1, _BEGINNING + 1)
        )
        # Stemming is the costly part, and it leaves the first letter alone in most languages.
        self._initials = frozenset(found[0] for found in self._by_stem)
        self._by_first_letter = _PREFIXING.isdisjoint(self._languages)
        self._unspaced = [
            (tuple(fold(text).split()), text)
            for text in texts
            if main_script(text) in _LOOSELY_SPACED
        ]
        self._canonical = lru_cache(maxsize=_CACHED)(self._known_form)

    @property
    def are_unspaced(self) -> bool:
        """Say whether a keyword is of a script without blanks: it may stand anywhere in a text."""
        return bool(self._unspaced)

    def knows(self, word: str) -> bool:
        """Say whether a word is of a keyword, or may be together with the next one."""
        if self._by_first_letter and word[0] not in self._initials:
            return False
        if word[:_BEGINNING] in self._beginnings or (self._whole and not self._by_first_letter):
            return True
        return any(
            self._canonical(word, language) in self._by_stem
            for language in self._languages
            if word[0] in self._initials or language in _PREFIXING
        )

    def read(self, words: Sequence[str], folded: str) -> ReadText:
        """Stem a text once for all questions."""
        joined = folded.replace(" ", "") if self._unspaced else ""
        if not any(map(self.knows, words)):
            return ReadText({}, joined, "", ())
        found = {language: self._stems(words, language) for language in self._languages}
        near: set[Keyword] = set()
        for stemmed in found.values():
            if not self._by_stem.keys().isdisjoint(stemmed):
                near.update(*(self._by_stem.get(one, ()) for one in stemmed))
        ordered = sorted(near, key=lambda keyword: keyword.number) if near else ()
        return ReadText(found, joined, "".join(words), ordered)

    def _stems(self, words: Sequence[str], language: str) -> list[str]:
        ignored = anchor_words.stop(language).ignored
        initials = self._initials
        found = [
            self._canonical(word, language)
            if word[0] in initials or language in _PREFIXING
            else word
            for word in words
            if word not in ignored
        ]
        return self._with_whole(words, found, language) if self._whole else found

    def _with_whole(self, words: Sequence[str], found: list[str], language: str) -> list[str]:
        """Put two words that are a keyword of one word together."""
        for one, two in pairwise(words):
            if one[:_BEGINNING] in self._beginnings or not self._by_first_letter:
                whole = self._canonical(one + two, language)
                if whole in self._whole:
                    apart = {self._canonical(one, language), self._canonical(two, language), two}
                    return [whole, *(word for word in found if word not in apart)]
        return found

    def _known_form(self, word: str, language: str) -> str:
        """Return the keyword's stem of which a word is a form, else its own stem."""
        found = stem(word, language)
        if found in self._by_stem or language == "en":
            return found
        forms = [found]
        for prefix in _PREFIXES.get(language, ()):
            if word.startswith(prefix) and len(word) - len(prefix) >= 3:
                forms += [word[len(prefix) :], stem(word[len(prefix) :], language)]
        for form in forms:
            for known in self._by_stem:
                if form == known or _are_one_word(form, known, language):
                    return known
        return found

    def has_all(self, words: Sequence[str]) -> bool:
        """Say whether every word belongs to some keyword."""
        return bool(self._by_stem) and any(
            all(self._canonical(word, language) in self._by_stem for word in words)
            for language in self._languages
        )

    def equal(self, text: ReadText) -> str | None:
        """Return the keyword that the text is, in any order."""
        for parts, keyword_text in self._unspaced:
            if _without(parts, text.joined) == "":
                return keyword_text
        if text.in_one in self._in_one:
            return self._in_one[text.in_one]
        for keyword in text.near:
            found = text.stems[keyword.language]
            if keyword.stems == frozenset(found) or [keyword.joined] == found:
                return keyword.text
            if len(set(found)) == len(keyword.stems) and keyword.is_in(found):
                return keyword.text
        return None

    def contained(self, text: ReadText) -> str | None:
        """Return the keyword of which every stem stands in the text."""
        for parts, keyword_text in self._unspaced:
            if all(part in text.joined for part in parts):
                return keyword_text
        for keyword in text.near:
            found = text.stems[keyword.language]
            if keyword.is_in(found) or keyword.joined in found:
                return keyword.text
        return None

    def partial(self, text: ReadText) -> KeywordMatch | None:
        """Return the keyword that the text holds among other words, or most of one."""
        whole = self.contained(text)
        if whole is not None:
            return KeywordMatch(whole, "keyword and other words")
        for keyword in text.near:
            if len(keyword.stems) < 3:
                continue
            shared = keyword.stems.intersection(text.stems[keyword.language])
            if len(shared) >= _ENOUGH * len(keyword.stems):
                return KeywordMatch(keyword.text, "most of a keyword")
        return None


def _keyword(number: int, text: str, language: str) -> Keyword:
    ignored = anchor_words.stop(language).ignored
    found = [stem(word, language) for word in words_of(fold(text)) if word not in ignored]
    joined = "".join(word for word in words_of(fold(text)) if word not in ignored)
    whole = stem(joined, language) if len(joined) >= _JOINED else ""
    return Keyword(number, text, language, frozenset(found), whole)


def _are_one_word(one: str, two: str, language: str) -> bool:
    if language in _FLEETING:
        short = _FLEETING_VOWEL.sub("", one)
        if len(short) >= _ALIKE - 1 and (short == two or short == _FLEETING_VOWEL.sub("", two)):
            return True
        one = short if two.startswith(short) else one
    alike = next(
        (at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b),
        min(len(one), len(two)),
    )
    ends = one[alike:], two[alike:]
    if alike < _ALIKE:
        allowed = _SHORT_BENT if language in _BENDING else _SHORT_ENDINGS
        return alike == _ALIKE - 1 and allowed.issuperset(ends)
    if language not in _BENDING:
        return ends[0] in _ENDINGS and ends[1] in _ENDINGS
    return max(map(len, ends)) <= _BENT_LETTERS and alike >= _BENT_SHARE * max(len(one), len(two))


def _without(parts: Iterable[str], joined: str) -> str | None:
    """Return what is left of a text without the parts of a keyword and particles."""
    for part in parts:
        if part not in joined:
            return None
        joined = joined.replace(part, "", 1)
    return "".join(letter for letter in joined if letter not in _PARTICLES)
