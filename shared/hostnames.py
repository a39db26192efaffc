"""Names of hosts as people read and write them, beside the ASCII form under which they are kept; pure."""

import re
import unicodedata
from functools import lru_cache

import ada_url

from shared import urls

_INTERNATIONAL = "xn--"
# Scripts that one word of an honest name is written in together; of any others, one at a time.
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
_SCRIPT_OF = {"KATAKANA-HIRAGANA": "KATAKANA", "IDEOGRAPHIC": "CJK"}
# Cyrillic and Greek letters that are drawn as Latin ones: a word of nothing else reads as another.
_DRAWN_AS_LATIN = frozenset("аеорсухіїјѕԁһԛԝӏёўαινορυκ")
_NAME = re.compile(r"[\w.-]+")


def shown(host: str) -> str:
    """Return a host as its owner writes it, with the ASCII form after it where it could deceive."""
    return _shown(host) if _INTERNATIONAL in host else host


@lru_cache(maxsize=4_096)
def _shown(host: str) -> str:
    readable = urls.readable_host(host)
    return f"{readable} ({host})" if _deceives(readable) else readable


def _deceives(readable: str) -> bool:
    """Say whether a name may be taken for another: scripts mixed, or all letters drawn as Latin."""
    *labels, ending = readable.split(".")
    foreign = [label for label in (*labels, ending) if not label.isascii()]
    alike = ending.isascii() and any(map(_looks_latin, foreign))
    return alike or any(map(_is_mixed, foreign))


def _looks_latin(label: str) -> bool:
    return _DRAWN_AS_LATIN.issuperset(char for char in label if char.isalpha())


def _is_mixed(label: str) -> bool:
    scripts = {_script(char) for char in label if char.isalpha()}
    return len(scripts) > 1 and not any(scripts <= together for together in _TOGETHER)


def _script(char: str) -> str:
    """Return the first word of a letter's name, which is its script's; Python knows no better."""
    word = unicodedata.name(char, "UNKNOWN").partition(" ")[0]
    return _SCRIPT_OF.get(word, word)


def ascii_form(text: str) -> str:
    """Return the form under which a host, or whole words of one, is kept; other text as it came."""
    if text.isascii() or not _NAME.fullmatch(text):
        return text
    return ada_url.idna_to_ascii(text.lower()).decode() or text
