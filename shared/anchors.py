"""Classifies anchor texts: which kind, which flags, and the rule and word that decided."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from shared import anchor_words, urls
from shared.anchor_spam import SpamWords
from shared.anchor_stems import Keywords, ReadText
from shared.anchor_text import (
    UNSPACED,
    fold,
    fold_visible,
    main_script,
    scripts_of_language,
    visible,
    words_of,
)
from shared.vocabulary import AnchorFlag, AnchorKind

__all__ = ["AnchorClass", "Classifier"]

_CACHED = 65_536
_WINDOW = 4  # words of a brand written apart
_GENERIC_WORDS = 5
_LEGAL_FORMS = (
    "ltd limited inc incorporated llc llp plc corp corporation co company gmbh ag kg ohg ug sa sas "
    "sarl srl spa bv nv ab as aps oy oyj sl sro doo kft zrt pty"
)
_BRAND_ENDINGS = frozenset(_LEGAL_FORMS.split())
_URL = re.compile(r"(?:[a-z][a-z0-9+.-]{1,15}:)?//\S+|www\.\S+", re.IGNORECASE)
_HOST = re.compile(r"([^\W_][\w.-]*\.[^\W\d_][\w-]+)(?::\d{1,5})?(?:[/?#]\S*)?")
_SPACED_DOT = re.compile(r"\s*\.\s*(?=\w)")


@dataclass(frozen=True, slots=True)
class AnchorClass:
    """What an anchor is, and why."""

    kind: AnchorKind
    flags: frozenset[AnchorFlag]
    rule: str  # in plain words
    word: str  # the word, phrase or keyword that decided; "" where there is none


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
        self._forms = _brand_forms(brands, hosts)
        self._initials = frozenset(form[0] for form in self._forms)
        self._fuzzy = _by_first_letter(self._forms)
        self._unspaced = tuple(form for form in self._forms if main_script(form) in UNSPACED)
        self._keywords = Keywords(keywords, self._languages or ("en",))
        self._spam = SpamWords(
            word for text in (*brands, *keywords, *hosts) for word in words_of(fold(text))
        )
        own_scripts = {script for text in (*brands, *keywords) if (script := main_script(text))}
        for language in self._languages:
            own_scripts |= scripts_of_language(language)
        self._scripts = frozenset(own_scripts)
        self._decide = lru_cache(maxsize=_CACHED)(self._decided)

    def classify(self, text: str, *, image: bool = False) -> AnchorClass:
        """Classify an anchor text, or the alt text of a picture (`image=True`)."""
        found = self._decide(text[:4096])
        if not image:
            return found
        return AnchorClass(found.kind, found.flags | {AnchorFlag.IMAGE}, found.rule, found.word)

    def _decided(self, text: str) -> AnchorClass:
        seen = visible(text)
        folded = fold_visible(seen)
        words = words_of(folded)
        if not words:
            return _found(AnchorKind.OTHER, "no text", "", AnchorFlag.EMPTY)
        spam = self._spam.find(words, folded)
        address = _address_in(seen)
        if address is not None:
            flags = () if spam is None else (AnchorFlag.TOXIC,)
            return _found(AnchorKind.URL, "address", address, *flags)
        if spam is not None:
            return _found(AnchorKind.OTHER, "spam word", spam, AnchorFlag.TOXIC)
        known = self._exact_brand(words, folded) or _general_phrase(words)
        if known is not None:
            return known
        read = self._keywords.read(words, folded)
        return (
            self._exact_keyword(read)
            or self._misspelt_brand(words)
            or self._part_of_keyword(read)
            or self._foreign(seen, words)
            or _found(AnchorKind.OTHER, "none of the rules", "")
        )

    def _exact_brand(self, words: Sequence[str], folded: str) -> AnchorClass | None:
        for start, end in self._brand_windows(words):
            form = "".join(words[start:end])
            if form in self._forms:
                return self._branded(words, (start, end), "brand name", form)
        joined = folded.replace(" ", "")
        for form in self._unspaced:
            if form in joined:
                return _found(AnchorKind.BRANDED, "brand name", form)
        return None

    def _brand_windows(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Return the runs of words that begin like a form of the brand, the longest first."""
        starts = [at for at, word in enumerate(words) if word[0] in self._initials]
        return [
            (start, start + width)
            for width in range(_WINDOW, 0, -1)
            for start in starts
            if start + width <= len(words)
        ]

    def _misspelt_brand(self, words: Sequence[str]) -> AnchorClass | None:
        for start, end in self._brand_windows(words):
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
        start, end = window
        rest = [*words[:start], *words[end:]]
        keyword = self._keywords.contained(self._keywords.read(rest, " ".join(rest)))
        if keyword is not None:
            flag = AnchorFlag.BRAND_KEYWORD
            return _found(AnchorKind.PARTIAL, "brand name and keyword", keyword, flag)
        whole = self._keywords.contained(self._keywords.read(words, " ".join(words)))
        flags = () if whole is None else (AnchorFlag.BRAND_KEYWORD,)
        return _found(AnchorKind.BRANDED, rule, form, *flags)

    def _exact_keyword(self, read: ReadText) -> AnchorClass | None:
        keyword = self._keywords.equal(read)
        return None if keyword is None else _found(AnchorKind.EXACT, "keyword", keyword)

    def _part_of_keyword(self, read: ReadText) -> AnchorClass | None:
        match = self._keywords.partial(read)
        return None if match is None else _found(AnchorKind.PARTIAL, match.rule, match.keyword)

    def _foreign(self, seen: str, words: Sequence[str]) -> AnchorClass | None:
        script = main_script(seen)
        if script is not None and self._scripts and script not in self._scripts:
            return _found(AnchorKind.OTHER, "other script", script, AnchorFlag.OTHER_LANGUAGE)
        language = _foreign_language(words, self._languages, accented=not seen.isascii())
        if language is None:
            return None
        return _found(AnchorKind.OTHER, "other language", language, AnchorFlag.OTHER_LANGUAGE)


def _found(kind: AnchorKind, rule: str, word: str, *flags: AnchorFlag) -> AnchorClass:
    return AnchorClass(kind, frozenset(flags), rule, word)


def _brand_forms(brands: Sequence[str], hosts: Sequence[str]) -> frozenset[str]:
    """Return how a brand is written: joined, without its legal ending, as its domain."""
    forms = set()
    for brand in brands:
        words = words_of(fold(brand))
        forms.add("".join(words))
        while len(words) > 1 and words[-1] in _BRAND_ENDINGS:
            words.pop()
        forms.add("".join(words))
        forms.update(_without_umlauts(brand))
    for host in hosts:
        label = urls.domain_or_host(host).partition(".")[0]
        if label.startswith("xn--"):
            label = label.encode().decode("idna") if _is_idna(label) else label
        forms.add("".join(words_of(fold(label))))
    return frozenset(form for form in forms if len(form) > 1)


def _is_idna(label: str) -> bool:
    try:
        label.encode().decode("idna")
    except UnicodeError:
        return False
    return True


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


def _address_in(seen: str) -> str | None:
    """Return the address that the whole text is, blanks round dots forgiven."""
    if "." not in seen and ":" not in seen:
        return None
    joined = _SPACED_DOT.sub(".", seen)
    if _URL.fullmatch(joined):
        return joined
    match = _HOST.fullmatch(joined.rstrip("."))
    return joined if match and urls.has_known_suffix(_ascii_host(match[1])) else None


def _ascii_host(host: str) -> str:
    return host if host.isascii() else urls.host_of(f"https://{host}")


def _general_phrase(words: Sequence[str]) -> AnchorClass | None:
    lists = anchor_words.generic()
    phrase = " ".join(words)
    if phrase in lists.phrases:
        return _found(AnchorKind.GENERIC, "general phrase", phrase)
    if len(phrase) <= 3 and phrase.isdecimal():
        return _found(AnchorKind.GENERIC, "number of a footnote", phrase)
    if len(words) > _GENERIC_WORDS:
        return None
    languages, telling = -1, 0
    for word in words:
        languages &= lists.filling.get(word, 0)
        telling |= lists.vocabulary.get(word, 0)
        if not languages:
            return None
    return _found(AnchorKind.GENERIC, "general words", phrase) if languages & telling else None


def _is_everyday(word: str) -> bool:
    """Say whether a single word is no misspelling: it belongs to the general words."""
    return word in anchor_words.generic().vocabulary or word in anchor_words.telling_words()


def _foreign_language(words: Sequence[str], own: Sequence[str], *, accented: bool) -> str | None:
    """Tell a language of the same script by its small words; doubtful texts stay ours."""
    if len(words) < 3 or not own:
        return None
    telling = anchor_words.telling_words()
    small = [telling[word] for word in words if word in telling]
    if len(small) < 2:
        return None
    counted = Counter(language for languages in small for language in languages)
    if any(counted[name] for name in own):
        return None
    best, count = counted.most_common(1)[0]
    return best if count >= (2 if accented else 3) else None
