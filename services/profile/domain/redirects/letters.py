"""One plain-Latin spelling for the words of a path, whatever script or encoding they came in; pure."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

_WORDS = re.compile(r"[a-z]+|[0-9]+|[^\W\da-z_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# What NFKD leaves as it is, in the transliteration that slugs use most.
_LATIN = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",
    }
)
_CYRILLIC_LETTERS = "абвгдезийклмнопрстуфхцыэіўґ"
_CYRILLIC_SPELLED = "a b v g d e z i y k l m n o p r s t u f kh ts y e i u g"
_CYRILLIC = dict(zip(_CYRILLIC_LETTERS, _CYRILLIC_SPELLED.split(), strict=True))
_CYRILLIC |= {"ж": "zh", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
_GREEK_LETTERS, _GREEK_SPELLED = (
    "αβγδεζηικλμνξοπρσςτυφ",
    "a v g d e z i i k l m n x o p r s s t y f",
)
_GREEK = dict(zip(_GREEK_LETTERS, _GREEK_SPELLED.split(), strict=True))
_GREEK |= {"θ": "th", "χ": "ch", "ψ": "ps", "ω": "o"}
_OTHERS = str.maketrans(_CYRILLIC | _GREEK | {"ё": "yo", "ї": "yi", "є": "ye"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_DIGRAPHS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_ENDINGS = (
    *("izations", "isations", "ization", "isation", "ations", "ation", "ments", "ment", "ings"),
    *("ing", "ers", "ors", "er", "or", "ies", "ed", "es", "s", "e", "y"),
)
"""Longest first. What is left may be no word: it only has to be the same for all its forms."""
_SHORTEST = 4
_IRREGULAR = (("ies", "y"), ("ves", "f"))
_NO_PLURAL = ("ss", "us", "is", "as", "os")
# What sites call the same corner of themselves.
_CORNERS = {
    name: names[0]
    for names in (
        ("career", "job", "vacancy", "position"),
        ("help", "support", "kb", "helpcenter"),
        ("price", "pricing", "tariff"),
        ("doc", "documentation", "manual"),
        ("photo", "picture", "image", "gallery"),
        ("staff", "people", "team", "crew"),
        ("term", "tos", "agb", "conditions"),
        ("imprint", "impressum"),
        ("shop", "store"),
        ("news", "press", "newsroom"),
        ("child", "children", "kid"),
        ("man", "men", "mens"),
        ("woman", "women", "womens"),
        ("shoe", "footwear"),
        ("backpack", "rucksack"),
        ("sofa", "couch"),
        ("mobile", "smartphone", "cellphone"),
        ("laptop", "notebook"),
        ("shipping", "delivery"),
        ("warranty", "guarantee"),
        ("cart", "basket"),
        ("signup", "register", "registration"),
        ("signin", "login"),
        ("client", "customer"),
        ("rate", "fee"),
        ("time", "hours"),
    )
    for name in names
}


def decoded(text: str) -> str:
    """Return a path without percent-escapes; bytes that are no UTF-8 are read as Latin-1."""
    if "%" not in text:
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return unquote(text, encoding="latin-1")


@lru_cache(maxsize=65_536)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words and numbers of a piece of a path, in lower-case plain letters."""
    if not text.isascii():
        text = _plain(text)
    return tuple(_WORDS.findall(_CAMEL.sub(" ", text).lower()))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text).lower().translate(_LATIN).translate(_OTHERS)
    marks = unicodedata.normalize("NFKD", text.translate(_UMLAUTS))
    bare = "".join(c for c in marks if not unicodedata.combining(c))
    return bare.translate(_OTHERS)  # Greek letters with accents are letters of the table now


@lru_cache(maxsize=131_072)
def stem(word: str) -> str:
    """Return the form in which the forms of one word, and names of one corner, are the same."""
    word = _CORNERS.get(word.removesuffix("s"), word)
    for plural, one in _IRREGULAR:
        if word.endswith(plural) and len(word) > len(plural) + 1:
            word = word.removesuffix(plural) + one
    if len(word) <= _SHORTEST and word.endswith("s") and not word.endswith(_NO_PLURAL):
        return word[:-1] if len(word) == _SHORTEST else word
    if len(word) < _SHORTEST or not word.isascii():
        return word
    for two, one in _DIGRAPHS:
        word = word.replace(two, one)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            if ending == "s" and word.endswith(_NO_PLURAL):
                return word
            bare = word[: -len(ending)]
            return bare[:-1] if bare[-1] == bare[-2] and ending != "s" else bare
    return word
