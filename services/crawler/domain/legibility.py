"""Says how much of a text cannot be what somebody wrote: the sign of a wrong encoding."""

import re
import unicodedata
from functools import lru_cache
from itertools import islice, pairwise

# So many words with letters beyond ASCII say enough.
MAX_WORDS = 400

_WORD = re.compile(r"[A-Za-z\x80-\U0010ffff]*[\x80-\U0010ffff][A-Za-z\x80-\U0010ffff]*")
_SPACES = re.compile(r"[\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")

_LATIN, _OTHER, _DENSE, _HALF, _SIGN, _MARK, _WRONG = "LODHSMX"
_ASCII = "a"
# Writing of the East stands beside any letter without a space.
_EASTERN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "BOPOMOFO", "FULLWIDTH")
_HARMLESS = frozenset("\xad\xb4\xb7\u02bc\u02bb\u02b9")


def trouble(text: str) -> float:
    """Return how many of the letters beyond ASCII stand where no language puts them, from 0 to 1.

    Signs inside words, capitals after small letters, scripts mixed in one word, rows of accented
    letters, characters that no keyboard has.
    """
    letters = wrong = 0.0
    for found in islice(_WORD.finditer(_SPACES.sub(" ", text)), MAX_WORDS):
        word = found[0][:64]
        kinds = [_kind(char) for char in word]
        letters += sum(kind != _ASCII for kind in kinds)
        wrong += kinds.count(_WRONG) + 0.3 * kinds.count(_HALF)
        wrong += _misplaced(word, kinds) + _inverted(word)
    return min(1.0, wrong / letters) if letters else 0.0


def _misplaced(word: str, kinds: list[str]) -> float:
    wrong = 0.0
    row = 0
    for at, (before, kind) in enumerate(pairwise(kinds), 1):
        row = row + 1 if kind == before == _LATIN else 0
        wrong += row >= 3
        if kind == _SIGN:
            after = kinds[at + 1] if at + 1 < len(kinds) else ""
            wrong += before in {_LATIN, _OTHER, _ASCII, _SIGN} and after not in {"", _MARK}
        elif {before, kind} in ({_ASCII, _OTHER}, {_LATIN, _OTHER}):
            wrong += 1
        elif kind == _OTHER and _script(word[at]) != _script(word[at - 1]):
            wrong += before == _OTHER
        elif kind == _DENSE and before in {_ASCII, _LATIN}:
            wrong += kinds[at + 1 : at + 2] in ([_ASCII], [_LATIN])
        if before != _ASCII or kind != _ASCII:
            wrong += word[at - 1].islower() and word[at].isupper()
    return wrong


def _inverted(word: str) -> int:
    """Return the letters of a word that begins small and goes on in capitals: aLIKE tHIS."""
    inside = word[1:]
    capitals = sum(char.isupper() for char in inside)
    if not word[0].islower() or capitals <= len(inside) // 2:
        return 0
    return sum(char >= "\x80" for char in word)


@lru_cache(maxsize=8_192)
def _kind(char: str) -> str:
    if char < "\x80":
        return _ASCII
    category = unicodedata.category(char)
    if char == "\ufffd" or category in {"Cc", "Co", "Cn", "Cs"} or "\u2500" <= char <= "\u259f":
        return _WRONG
    if category.startswith("M") or category == "Cf" or char in _HARMLESS:
        return _MARK
    if "\uff61" <= char <= "\uff9f":
        return _HALF
    name = unicodedata.name(char, "")
    if name.startswith(_EASTERN):
        return _DENSE
    if category.startswith("L") and char not in "\xaa\xba\xb5":
        return _LATIN if name.startswith("LATIN") else _OTHER
    # Quotation marks and dashes stand anywhere.
    return _MARK if "\u2010" <= char <= "\u2027" or char in "\u2039\u203a" else _SIGN


@lru_cache(maxsize=8_192)
def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]
