"""Classifies anchor texts: which kind, which flags, and the rule and word that decided."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from shared import anchor_words, urls
from shared.anchor_addresses import address_among, address_in
from shared.anchor_languages import foreign_language
from shared.anchor_languages import mark as mark_language
from shared.anchor_marks import (
    BRAND,
    BRAND_LIKE,
    BRAND_WITHIN,
    DENSE,
    FOREIGN,
    GENERAL,
    KEYWORD,
    LETTER,
    NAME,
    Marks,
)
from shared.anchor_spam import SpamWords
from shared.anchor_stems import Keywords, ReadText
from shared.anchor_text import (
    UNSPACED,
    fold,
    fold_visible,
    main_script,
    script_of_words,
    scripts_of_language,
    visible,
    words_of,
)
from shared.vocabulary import AnchorFlag, AnchorKind

__all__ = ["UNKNOWN", "AnchorClass", "Classifier"]

UNKNOWN = "none of the rules"
_CACHED = 65_536
_WINDOW = 4  # words of a brand written apart
_BETWEEN = 2  # words that may stand among those of a brand: Kancelaria Adwokacka Nowak
_GENERIC_WORDS = 6
_GENERAL_LETTERS = 24
_LEGAL_FORMS = (
    "ltd limited inc incorporated llc llp plc corp corporation co company gmbh ag kg ohg ug sa sas "
    "sarl srl spa bv nv ab as aps oy oyj sl sro doo kft zrt pty"
)
_BRAND_ENDINGS = frozenset(_LEGAL_FORMS.split())
# What stands before or after a brand in one word: getacmehome, acmehomeuk, AcmeHomeTV.
_BEFORE = "get|go|my|the|try|hello|team|we|use|join"
_AFTER = (
    "com|net|org|uk|us|usa|eu|de|fr|es|it|nl|app|apps|blog|shop|store|online|official|hq|group|inc|"
    "ltd|gmbh|llc|sa|spa|srl|bv|ab|tv|pro|web|site|team|support|io|s|es|n|en|er|y|a|u|ov|ów|lu|nun|nin"
)
_LONG_FORM = 7  # letters from which a brand is known inside any longer word
_DENSE_FROM = "\u0e00"
# Asking the class for a member costs a function call in Python 3.11.
_BRANDED, _EXACT, _GENERIC = AnchorKind.BRANDED, AnchorKind.EXACT, AnchorKind.GENERIC
_OTHER, _PARTIAL, _URL = AnchorKind.OTHER, AnchorKind.PARTIAL, AnchorKind.URL
_OF_BRANDS = BRAND | BRAND_WITHIN | NAME | LETTER
_PREFIXES = {"hebrew": "בלהומשכ", "arabic": "وبلفك"}  # small words written as part of the next


@dataclass(frozen=True, slots=True)
class AnchorClass:
    """What an anchor is, and why."""

    kind: AnchorKind
    flags: frozenset[AnchorFlag]
    rule: str  # in plain words
    word: str  # the word, phrase or keyword that decided; "" where there is none

    @property
    def is_explained(self) -> bool:
        """Say whether a rule decided; else we do not know what the text is."""
        return self.rule != UNKNOWN


class Classifier:
    """Knows one site's brands, keywords, hosts and languages; every answer is the same for ever."""

    def __init__(
        self,
        *,
        brands: Iterable[str] = (),
        keywords: Iterable[str] = (),
        hosts: Iterable[str] = (),
        languages: Iterable[str] = ("en",),
    ) -> None:
        brands, keywords, hosts = tuple(brands), tuple(keywords), tuple(hosts)
        self._languages = tuple(language.split("-")[0].lower() for language in languages)
        self._forms = _brand_forms(brands, hosts, keywords)
        self._beginnings = frozenset(
            form[:length] for form in self._forms for length in range(1, len(form) + 1)
        )
        self._small = anchor_words.ignored().difference(
            *(words_of(fold(brand)) for brand in brands)
        )
        self._turned = _turned(brands, keywords)
        self._names = _names(brands, keywords)
        self._name_words = frozenset().union(*self._turned, *self._names)
        self._fuzzy = _by_first_letter(self._forms)
        by_length = sorted(self._forms, key=lambda form: (-len(form), form))
        self._long = tuple(form for form in by_length if len(form) >= _LONG_FORM)
        self._affixed = _with_affixes([f for f in by_length if 4 <= len(f) < _LONG_FORM])
        self._unspaced = tuple(form for form in self._forms if main_script(form) in UNSPACED)
        self._keywords = Keywords(keywords, self._languages or ("en",))
        self._spam = SpamWords(
            word for text in (*brands, *keywords, *hosts) for word in words_of(fold(text))
        )
        own_scripts = {script for text in (*brands, *keywords) if (script := main_script(text))}
        for language in self._languages:
            own_scripts |= scripts_of_language(language)
        self._scripts = frozenset(own_scripts)
        self._marks = Marks(self._mark)
        self._decide = lru_cache(maxsize=_CACHED)(self._decided)

    def classify(self, text: str, *, image: bool = False) -> AnchorClass:
        """Classify an anchor text, or the alt text of a picture (`image=True`)."""
        found = self._decide(text[:4096])
        if not image:
            return found
        return AnchorClass(found.kind, found.flags | {AnchorFlag.IMAGE}, found.rule, found.word)

    def _mark(self, word: str) -> int:
        found = self._spam.mark(word) | mark_language(word, self._languages)
        if word in self._beginnings:
            found |= BRAND
        if word in self._name_words:
            found |= NAME
        if self._form_within(word) is not None:
            found |= BRAND_WITHIN
        if word[0] in self._fuzzy:
            found |= BRAND_LIKE
        if self._keywords.knows(word):
            found |= KEYWORD
        if word in anchor_words.generic().every or (word.isdecimal() and len(word) <= 3):
            found |= GENERAL
        return found | DENSE if word[0] >= _DENSE_FROM else found

    def _decided(self, text: str) -> AnchorClass:
        seen = visible(text)
        folded = fold_visible(seen)
        words = words_of(folded)
        if not words:
            return _EMPTY
        marks, known, twice, every = self._marks, 0, 0, -1
        for word in words:
            mark = marks[word]
            twice |= known & mark
            known |= mark
            every &= mark
        spam = self._spam.find(words, folded, known, twice)
        address = address_in(seen)
        if address is not None:
            flags = () if spam is None else (AnchorFlag.TOXIC,)
            return _found(_URL, "address", address, *flags)
        if spam is not None:
            return _found(_OTHER, "spam word", spam, AnchorFlag.TOXIC)
        brand = known & _OF_BRANDS or (self._unspaced and not folded.isascii())
        return (
            _with_address(seen)
            or (self._brand(words, folded, known, twice) if brand else None)
            or (_general(words, dense=known & DENSE) if every & GENERAL or known & DENSE else None)
            or self._keyword_or_misspelt(words, folded, known)
            or self._foreign(seen, words, known, twice)
            or _NOTHING
        )

    def _brand(
        self, words: Sequence[str], folded: str, known: int, twice: int
    ) -> AnchorClass | None:
        found = self._exact_brand(words) if known & BRAND else None
        found = found or self._joined_brand(words, folded, known)
        if found is None and (twice & NAME or twice & LETTER):
            found = self._other_order(words)
        return found

    def _keyword_or_misspelt(
        self, words: Sequence[str], folded: str, known: int
    ) -> AnchorClass | None:
        if not known & KEYWORD and not self._keywords.are_unspaced:
            return self._misspelt_brand(words) if known & BRAND_LIKE else None
        read = self._keywords.read(words, folded)
        return (
            self._exact_keyword(read)
            or (self._misspelt_brand(words) if known & BRAND_LIKE else None)
            or self._part_of_keyword(read)
        )

    def _exact_brand(self, words: Sequence[str]) -> AnchorClass | None:
        for start, end in self._windows(words, BRAND):
            form = "".join(words[start:end])
            if form in self._forms:
                return self._branded(words, (start, end), "brand name", form)
        return None

    def _joined_brand(self, words: Sequence[str], folded: str, known: int) -> AnchorClass | None:
        """Find the brand as a part of a longer word, or in a script without blanks."""
        if self._unspaced and not folded.isascii():
            joined = folded.replace(" ", "")
            for form in self._unspaced:
                if form in joined:
                    rest = joined.replace(form, " ", 1).split()
                    return self._branded([form, *rest], (0, 1), "brand name", form)
        if not known & BRAND_WITHIN:
            return None
        found = [(one, at) for at, word in enumerate(words) if (one := self._form_within(word))]
        form, at = min(found, key=lambda pair: (-len(pair[0]), pair))
        return self._branded(words, (at, at + 1), "brand name in a word", form)

    def _other_order(self, words: Sequence[str]) -> AnchorClass | None:
        """Find the brand with its words in another order, or spelled letter by letter."""
        if len(words) > 1 and _said(words) in self._turned:
            return _found(_BRANDED, "words of the brand name", " ".join(words))
        for name in self._names:
            window = _stretch(name, words)
            if window:
                return self._branded(words, window, "words of the brand name", " ".join(name))
        joined = "".join(words)
        if max(map(len, words)) == 1 and joined in self._forms:
            return _found(_BRANDED, "brand name", joined)
        return None

    def _form_within(self, word: str) -> str | None:
        found = next((form for form in self._long if form in word), None)
        if found is None and self._affixed is not None:
            match = self._affixed.fullmatch(word)
            found = match[1] if match else None
        return found

    def _windows(self, words: Sequence[str], mark: int) -> Iterable[tuple[int, int]]:
        """Return the runs of words that begin with a marked one, the longest first."""
        marks = self._marks
        starts = [at for at, word in enumerate(words) if marks[word] & mark]
        return [
            (start, start + width)
            for width in range(_WINDOW, 0, -1)
            for start in starts
            if start + width <= len(words)
        ]

    def _misspelt_brand(self, words: Sequence[str]) -> AnchorClass | None:
        for start, end in self._windows(words, BRAND_LIKE):
            if end - start > 1 and not self._small.isdisjoint(words[start + 1 : end]):
                continue  # "the Acme at Home"
            form = self._near_form("".join(words[start:end]))
            if form is None or self._keywords.has_all(words[start:end]):
                continue  # a keyword that resembles the brand is a keyword
            if end - start > 1 or not _is_everyday(words[start]):
                return self._branded(words, (start, end), "brand name, misspelt", form)
        return None

    def _near_form(self, joined: str) -> str | None:
        for form, allowed in self._fuzzy.get(joined[:1], ()):
            if abs(len(form) - len(joined)) <= allowed and (
                OSA.distance(form, joined, score_cutoff=allowed) <= allowed
            ):
                return form
        return None

    def _branded(
        self, words: Sequence[str], window: tuple[int, int], rule: str, form: str
    ) -> AnchorClass:
        if not self._keywords.are_unspaced and not any(self._marks[one] & KEYWORD for one in words):
            return _found(_BRANDED, rule, form)
        start, end = window
        rest = [*words[:start], *words[end:]]
        keyword = self._keywords.contained(self._keywords.read(rest, " ".join(rest)))
        if keyword is not None:
            flag = AnchorFlag.BRAND_KEYWORD
            return _found(_PARTIAL, "brand name and keyword", keyword, flag)
        whole = self._keywords.contained(self._keywords.read(words, " ".join(words)))
        flags = () if whole is None else (AnchorFlag.BRAND_KEYWORD,)
        return _found(_BRANDED, rule, form, *flags)

    def _exact_keyword(self, read: ReadText) -> AnchorClass | None:
        keyword = self._keywords.equal(read)
        return None if keyword is None else _found(_EXACT, "keyword", keyword)

    def _part_of_keyword(self, read: ReadText) -> AnchorClass | None:
        match = self._keywords.partial(read)
        return None if match is None else _found(_PARTIAL, match.rule, match.keyword)

    def _foreign(
        self, seen: str, words: Sequence[str], known: int, twice: int
    ) -> AnchorClass | None:
        script = None if seen.isascii() and "latin" in self._scripts else script_of_words(words)
        if script is not None and self._scripts and script not in self._scripts:
            return _found(_OTHER, "other script", script, AnchorFlag.OTHER_LANGUAGE)
        # One word tells enough only by itself, or with the letters of its language.
        if not twice & FOREIGN and (not known & FOREIGN or (len(words) > 1 and seen.isascii())):
            return None
        language = foreign_language(words, seen, self._languages)
        if language is None:
            return None
        return _found(_OTHER, "other language", language, AnchorFlag.OTHER_LANGUAGE)


def _found(kind: AnchorKind, rule: str, word: str, *flags: AnchorFlag) -> AnchorClass:
    return AnchorClass(kind, frozenset(flags), rule, word)


_EMPTY = _found(_OTHER, "no text", "", AnchorFlag.EMPTY)
_NOTHING = _found(_OTHER, UNKNOWN, "")


def _brand_forms(
    brands: Sequence[str], hosts: Sequence[str], keywords: Sequence[str]
) -> frozenset[str]:
    """Return how a brand is written: joined, without its legal ending, as its domain."""
    forms = set()
    for brand in brands:
        words = words_of(fold(brand))
        forms.add("".join(words))
        forms.update(_shortened(words, keywords))
        forms.update(_with_and(fold(brand)))
        while len(words) > 1 and words[-1] in _BRAND_ENDINGS:
            words.pop()
        forms.add("".join(words))
        forms.update(_without_umlauts(brand))
        # A word with a capital inside was made up: BrightSmile Dental is BrightSmile.
        forms.update(fold(one) for one in brand.split() if _MADE_UP.match(one))
    for host in hosts:
        label = urls.domain_or_host(host).partition(".")[0]
        if label.startswith("xn--"):
            label = label.encode().decode("idna") if _is_idna(label) else label
        forms.add("".join(words_of(fold(label))))
    forms |= {
        before + form
        for form in forms
        if (script := main_script(form)) in _PREFIXES
        for before in _PREFIXES[script]
    }
    return frozenset(form for form in forms if len(form) > 1)


def _turned(brands: Iterable[str], keywords: Iterable[str]) -> frozenset[frozenset[str]]:
    """Return the words of each brand of several, as far as they are no keyword."""
    wanted = {_said(words_of(fold(keyword))) for keyword in keywords}
    names = {_said(words_of(fold(brand))) for brand in brands}
    return frozenset(name for name in names - wanted if len(name) > 1)


def _names(brands: Iterable[str], keywords: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the words of brands in which one is neither everyday nor of a keyword."""
    asked = {word for keyword in keywords for word in words_of(fold(keyword))}
    names = [tuple(words_of(fold(brand))) for brand in brands]
    return tuple(
        name
        for name in dict.fromkeys(names)
        if len(name) > 1 and any(one not in asked and not _is_everyday(one) for one in _said(name))
    )


def _stretch(name: Sequence[str], words: Sequence[str]) -> tuple[int, int] | None:
    """Return where the words of a name stand in their order, with one or two others between them."""
    if not frozenset(name).issubset(words):
        return None
    at = start = words.index(name[0])
    for one in name[1:]:
        if one not in words[at + 1 :]:
            return None
        at = words.index(one, at + 1)
    return (start, at + 1) if at + 1 - start <= len(name) + _BETWEEN else None


def _said(words: Iterable[str]) -> frozenset[str]:
    """Return words without articles and prepositions of any language."""
    return frozenset(words) - anchor_words.ignored()


def _shortened(words: Sequence[str], keywords: Iterable[str]) -> Iterator[str]:
    """Yield a brand of three words or more without what it does: "Harper & Lyle Solicitors".

    What is left must hold a word that is neither everyday nor of a keyword.
    """
    owners = anchor_words.generic().owners
    asked = {word for keyword in keywords for word in words_of(fold(keyword))}
    for rest, gone in ((words[:-1], words[-1]), (words[1:], words[0])):
        if len(rest) > 1 and (rest[0] == words[0] or gone in owners or gone in asked):
            odd = [one for one in _said(rest) if one not in asked and not _is_everyday(one)]
            if odd and not any(one in owners for one in _said(rest)):
                yield "".join(rest)


def _with_affixes(forms: Sequence[str]) -> "re.Pattern[str] | None":
    """Return what finds a form in a word of its own name: getacme, acmeuk."""
    joined = "|".join(map(re.escape, forms))
    return re.compile(rf"\b(?:{_BEFORE})?({joined})(?:{_AFTER})?\b") if forms else None


def _is_idna(label: str) -> bool:
    try:
        label.encode().decode("idna")
    except UnicodeError:
        return False
    return True


_AND = ("and", "und", "et", "y", "e", "en", "och", "og", "i", "и")
_MADE_UP = re.compile(r"(?=\w{6})[A-Z][a-z]+[A-Z][a-z]+$")
_AMPERSAND = re.compile(r"\s*[&+]\s*")


def _with_and(folded: str) -> Iterator[str]:
    """Yield a brand with "and" for its ampersand, also without its last word."""
    if "&" in folded or "+" in folded:
        for word in _AND:
            words = words_of(_AMPERSAND.sub(f" {word} ", folded))
            yield "".join(words)
            if len(words) > 3:
                yield "".join(words[:-1])


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})


def _without_umlauts(brand: str) -> set[str]:
    spelled = brand.casefold().translate(_UMLAUTS)
    return {"".join(words_of(fold(spelled)))}


def _by_first_letter(forms: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
    """Group the forms long enough to be misspelt, with the edits that each allows."""
    grouped: dict[str, list[tuple[str, int]]] = {}
    for form in sorted(forms):
        if len(form) >= 5:
            grouped.setdefault(form[0], []).append((form, 1 if len(form) < 9 else 2))
    return grouped


def _with_address(seen: str) -> AnchorClass | None:
    """Tell an address with nothing but general words beside it: "see https://..."."""
    found = address_among(seen)
    if found is None:
        return None
    folded = fold(found[1])
    rest = words_of(folded)
    if rest and _general(rest, dense=int(max(folded) >= _DENSE_FROM)) is None:
        return None
    return _found(_URL, "address and general words", found[0])


def _general(words: Sequence[str], *, dense: int) -> AnchorClass | None:
    found = _general_phrase(words)
    if found is not None or not dense:
        return found
    joined = "".join(words)
    if len(joined) <= _GENERAL_LETTERS:
        for whole, telling in anchor_words.pieces():
            if whole.fullmatch(joined) and telling.search(joined):
                return _found(_GENERIC, "general words", " ".join(words))
    return None


def _general_phrase(words: Sequence[str]) -> AnchorClass | None:
    phrase = " ".join(words)
    if phrase in anchor_words.generic().phrases or _is_call(words[0], phrase):
        return _found(_GENERIC, "general phrase", phrase)
    if len(phrase) <= 3 and phrase.isdecimal():
        return _found(_GENERIC, "number of a footnote", phrase)
    rule = _rule_of_words(words) if len(words) <= _GENERIC_WORDS else None
    return None if rule is None else _found(_GENERIC, rule, phrase)


def _is_call(first: str, phrase: str) -> bool:
    families = anchor_words.calls().get(first, ())
    return any(family.fullmatch(f"{phrase} ") for family in families)


def _rule_of_words(words: Sequence[str]) -> str | None:
    """Name the rule by which a text is made of general words of one language only."""
    lists = anchor_words.generic()
    languages, telling, owned, named = -1, 0, -1, 0
    for word in words:
        filling = lists.filling.get(word, 0)
        languages &= filling
        telling |= lists.vocabulary.get(word, 0)
        owned &= filling | lists.owners.get(word, 0)
        named |= lists.sites.get(word, 0)
        if not owned:
            return None
    if languages & telling:
        return "general words"
    return "somebody's site" if owned & named else None


def _is_everyday(word: str) -> bool:
    """Say whether a single word is no misspelling: it belongs to the general words."""
    return word in anchor_words.generic().vocabulary or word in anchor_words.languages_of_words()
