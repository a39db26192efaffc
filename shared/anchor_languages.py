"""Tells the language of a text that shares its script with the site's; doubtful texts stay ours."""

import re
from collections.abc import Iterable, Sequence

from shared import anchor_words
from shared.anchor_marks import FOREIGN
from shared.anchor_text import fold, main_script, script_of, words_of

_ENOUGH = 2.0  # words of the other language, and more than of the site's own
_ENOUGH_OF_TWO = 1.5  # where at least two words tell, and none is the site's own
_ONE_WORD = 6  # letters from which a single common word tells its language
# Words of many names (Vincent van der Berg, Maria de la Cruz): half a word.
_IN_NAMES = frozenset(
    [
        "de",
        "la",
        "le",
        "les",
        "los",
        "las",
        "el",
        "al",
        "del",
        "della",
        "di",
        "da",
        "das",
        "do",
        "dos",
        "du",
        "des",
        "van",
        "von",
        "der",
        "den",
        "ter",
        "ten",
        "e",
        "y",
        "und",
        "et",
        "i",
        "a",
        "o",
        "en",
        "in",
        "san",
        "santa",
        "saint",
        "st",
        "d",
        "l",
        "bin",
        "ben",
        "ibn",
        "of",
        "the",
        "san",
        "no",
        "me",
        "to",
        "so",
        "as",
        "an",
        "at",
        "is",
        "it",
        "on",
        "or",
        # Countries: they stand in names of races, companies and events.
        "france",
        "italia",
        "brasil",
        "portugal",
        "deutschland",
        "nederland",
        "sverige",
        "danmark",
        "norge",
        "suomi",
        "indonesia",
        "hrvatska",
        "srbija",
        "slovenija",
        "slovensko",
        "latvija",
        "lietuva",
        "eesti",
    ]
)
_LETTERS = {
    **dict.fromkeys("ßẞ", ("de",)),
    **dict.fromkeys("ñ¿¡", ("es",)),
    **dict.fromkeys("ãõ", ("pt",)),
    **dict.fromkeys("łżźśćńęą", ("pl",)),
    **dict.fromkeys("řěů", ("cs",)),
    **dict.fromkeys("ľĺŕ", ("sk",)),
    **dict.fromkeys("őű", ("hu",)),
    **dict.fromkeys("ğış", ("tr",)),
    **dict.fromkeys("țșăşţ", ("ro",)),
    **dict.fromkeys("øæ", ("da", "no")),
    "å": ("sv", "da", "no"),
    "ä": ("de", "sv", "fi", "et"),
    "ö": ("de", "sv", "fi", "et", "hu", "tr"),
    "ü": ("de", "tr", "hu", "et"),
    **dict.fromkeys("èêàùûôœç", ("fr",)),
    **dict.fromkeys("đ", ("hr", "vi")),
    **dict.fromkeys("ơưạảấầậắằặẹẻẽếềệỉịọỏốồộớờợụủứừựỳỵỷỹ", ("vi",)),
    **dict.fromkeys("ėįųū", ("lt",)),
    **dict.fromkeys("āēīņļķģ", ("lv",)),
    **dict.fromkeys("ìò", ("it",)),
    **dict.fromkeys("áíóú", ("es", "pt", "cs", "sk", "hu")),
}


# Endings of longer words that one language has.
_ENDS = {
    "de": "keit heit keiten heiten schaft schaften ungen lichen ischen",
    "nl": "heden lijke lijk ingen",
    "fr": "eaux euses iques ements",
    "es": "ciones cion idad idades",
    "it": "zione zioni ezza",
    "pt": "coes cao idade idades",
    "pl": "owych owego owania osci ych ego",
    "cs": "ovych ovani nosti",
    "sv": "ningar heten",
    "fi": "inen iset issa illa alla assa",
    "hu": "sagok segek okat eket",
    "tr": "lari leri larin lerin sinda sinde",
    "ro": "urilor elor atiei",
}
_END = re.compile(
    "|".join(f"(?P<{name}>{'|'.join(ends.split())})$" for name, ends in _ENDS.items())
)
_LONG_WORD = 7
_PLAIN = frozenset({"en", "id"})  # languages without marks on letters
_MARKED = 2  # words with such letters, written small, that are no loans of English
_MARKED_WORD = re.compile(r"\b[a-zß-öø-ɏ]*[ß-öø-ɏ][a-zß-öø-ɏ]*\b")
_LOANS = frozenset(
    [
        "café",
        "cafés",
        "résumé",
        "résumés",
        "naïve",
        "façade",
        "fiancé",
        "fiancée",
        "cliché",
        "clichés",
        "décor",
        "entrée",
        "entrées",
        "à",
        "jalapeño",
        "jalapeños",
        "piñata",
        "crème",
        "brûlée",
        "fraîche",
        "sauté",
        "sautéed",
        "pâté",
        "purée",
        "rosé",
        "soufflé",
        "touché",
        "über",
        "déjà",
        "vu",
        "smörgåsbord",
        "señor",
        "señora",
        "exposé",
        "protégé",
        "voilà",
    ]
)


def _marked_words(seen: str) -> int:
    return sum(word not in _LOANS for word in _MARKED_WORD.findall(seen))


def _by_end(word: str) -> tuple[str, ...]:
    if len(word) < _LONG_WORD or not word.isalpha():
        return ()
    match = _END.search(word)
    return (match.lastgroup,) if match and match.lastgroup else ()


def mark(word: str, own: Iterable[str]) -> int:
    """Say whether a word tells a language that is none of these; see anchor_marks."""
    languages = anchor_words.languages_of_words().get(word) or _by_end(word)
    return FOREIGN if languages and frozenset(languages).isdisjoint(own) else 0


def foreign_language(words: Sequence[str], seen: str, own: Sequence[str]) -> str | None:
    """Name the language of a text that is clearly none of the site's own."""
    if not own:
        return None
    if _PLAIN.issuperset(own) and _marked_words(seen) >= _MARKED:
        return "of marked letters"
    known = anchor_words.languages_of_words()
    told = [(word, languages) for word in words if (languages := known.get(word) or _by_end(word))]
    if not told:
        return None
    counted: dict[str, float] = {}
    for word, languages in told:
        weight = 0.5 if word in _IN_NAMES else 1.0
        for language in languages:
            counted[language] = counted.get(language, 0.0) + weight
    ours = max(counted.get(language, 0.0) for language in own)
    if not seen.isascii():
        _add_letters(counted, seen)
    best = max(counted, key=lambda language: (counted[language], language))
    enough = _ENOUGH if ours or len(told) == 1 else _ENOUGH_OF_TWO
    if counted[best] - ours >= enough:
        return best
    alone = len(words) == 1 and ours == 0.0 and len(words[0]) >= _ONE_WORD
    return best if alone else None


def _add_letters(counted: dict[str, float], seen: str) -> None:
    weights: dict[str, float] = {}
    for letter in set(seen.lower()):
        names = _LETTERS.get(letter, ())
        for name in names:
            weights[name] = max(weights.get(name, 0.0), 1.0 if len(names) == 1 else 0.5)
    for language in weights.keys() & counted.keys():
        counted[language] += weights[language]


_COUNTRIES = {
    **dict.fromkeys(("de", "at"), "de"),
    **dict.fromkeys(("es", "mx", "ar", "cl", "co", "pe", "ve", "uy"), "es"),
    **dict.fromkeys(("pt", "br"), "pt"),
    **dict.fromkeys(("ru", "by", "su", "рф"), "ru"),
    **dict.fromkeys(("cn", "tw", "hk"), "zh"),
    **dict.fromkeys(("sa", "ae", "eg", "ma", "dz", "jo", "kw", "qa"), "ar"),
    **{name: name for name in ("fr", "it", "nl", "pl", "tr", "hu", "fi", "bg", "ro", "sk", "lt")},
    "se": "sv",
    "dk": "da",
    "no": "no",
    "cz": "cs",
    "gr": "el",
    "il": "he",
    "ua": "uk",
    "jp": "ja",
    "kr": "ko",
    "ir": "fa",
    "th": "th",
    "vn": "vi",
    "id": "id",
    "ee": "et",
    "lv": "lv",
    "hr": "hr",
    "rs": "sr",
    "si": "sl",
    "cat": "ca",
}
_OF_SCRIPT = {
    "cyrillic": "ru",
    "greek": "el",
    "hebrew": "he",
    "arabic": "ar",
    "han": "zh",
    "kana": "ja",
    "hangul": "ko",
    "thai": "th",
    "devanagari": "hi",
    "bengali": "bn",
    "tamil": "ta",
    "georgian": "ka",
    "armenian": "hy",
}


def languages_of(
    hosts: Sequence[str], brands: Sequence[str], keywords: Sequence[str]
) -> tuple[str, ...]:
    """Tell the languages of a site from its hosts, brands and keywords; English where nothing does."""
    found = dict.fromkeys(_of_text(text) for text in (*keywords, *brands))
    found |= dict.fromkeys(_COUNTRIES.get(host.rpartition(".")[2].lower()) for host in hosts)
    told = tuple(language for language in found if language)
    return told or ("en",)


def _of_text(text: str) -> str | None:
    script = main_script(text)
    if script is not None and script != "latin":
        if script == "cyrillic" and any(letter in "іїєґ" for letter in text.lower()):
            return "uk"
        return (
            "ja" if any(script_of(letter) == "kana" for letter in text) else _OF_SCRIPT.get(script)
        )
    counted: dict[str, float] = {}
    known = anchor_words.languages_of_words()
    for word in words_of(fold(text)):
        for language in known.get(word, ()):
            counted[language] = counted.get(language, 0.0) + (0.5 if word in _IN_NAMES else 1.0)
    if "en" in counted and counted["en"] >= max(counted.values()):
        return "en"
    _add_letters(counted, text)
    best = max(counted.values(), default=0.0)
    told = [language for language, count in counted.items() if count == best]
    return told[0] if best >= 1.0 and len(told) == 1 else None
