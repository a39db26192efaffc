"""Folds anchor texts so that tricks of spelling, script and invisible characters do not matter."""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

MAX_CHARACTERS = 300
MAX_WORDS = 40

# Signs without a width, direction marks, fillers of Hangul and Braille, tags; and trade marks.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
    "\u00a9\u00ae\u2117\u2120\u2122]"
)
# Accents, the points of Hebrew, the vowel signs and the stretching of Arabic.
# A letter of its own, and no accent: the Russian stemmer knows most endings by it.
_SHORT_I, _SHORT_I_APART = "\u0439", "\u0438\u0306"
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]")
# Vowel signs of Indic scripts and Thai are no "word characters" to the re module, but part of words.
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0900-\u0dff\u0e31-\u0e4e])*")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_POSSESSIVE = re.compile(r"['\u2019\u02bc`\u00b4]s\b")
_APOSTROPHE = re.compile(r"['\u2019\u02bc`\u00b4]")
# Letters of scripts that stand next to Latin words without a blank: "Acme Home\u516c\u5f0f".
_DENSE = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_RUNS = re.compile(f"[{_DENSE}]+|[^{_DENSE}]+")

# Letters that no accent is taken from, yet people write without their stroke; the forms of an Arabic
# letter; and small capitals, which are drawn like others.
_PLAIN_LETTERS: Mapping[int, int | str] = {
    **str.maketrans("łøđðħŧıəŋ", "loddhtien"),
    ord("æ"): "ae",
    ord("œ"): "oe",
    ord("þ"): "th",
    ord("ĳ"): "ij",
    **str.maketrans("أإآٱىةیک", "اااايهيك"),
    **str.maketrans("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
}

# Letters of other scripts that look like Latin ones: a word that mixes scripts is read as Latin.
_LOOKALIKES = str.maketrans(
    "авеіјкмнорсѕтухԁɡһӏԛԝαβεικνορτυχ",
    "abeijkmhopcstyxdghlqwabeiknoptux",
)
_LEET = str.maketrans("013457@$", "oieastas")

_AFTER_LATIN = "\u0370"
_SCRIPTS = (
    ("latin", 0x0041, 0x024F),
    ("latin", 0x1E00, 0x1EFF),
    ("greek", 0x0370, 0x03FF),
    ("cyrillic", 0x0400, 0x052F),
    ("armenian", 0x0530, 0x058F),
    ("hebrew", 0x0590, 0x05FF),
    ("arabic", 0x0600, 0x077F),
    ("devanagari", 0x0900, 0x097F),
    ("bengali", 0x0980, 0x09FF),
    ("tamil", 0x0B80, 0x0BFF),
    ("thai", 0x0E00, 0x0E7F),
    ("georgian", 0x10A0, 0x10FF),
    ("hangul", 0x1100, 0x11FF),
    ("kana", 0x3040, 0x30FF),
    ("han", 0x3400, 0x9FFF),
    ("hangul", 0xAC00, 0xD7AF),
)
# The scripts in which a language is written; every other language that we know is Latin.
_LANGUAGE_SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be", "kk"), frozenset({"cyrillic"})),
    **dict.fromkeys(("ar", "fa", "ur"), frozenset({"arabic"})),
    "el": frozenset({"greek"}),
    "he": frozenset({"hebrew"}),
    "hi": frozenset({"devanagari"}),
    "mr": frozenset({"devanagari"}),
    "bn": frozenset({"bengali"}),
    "ta": frozenset({"tamil"}),
    "th": frozenset({"thai"}),
    "ka": frozenset({"georgian"}),
    "hy": frozenset({"armenian"}),
    "ja": frozenset({"kana", "han", "latin"}),
    "zh": frozenset({"han", "latin"}),
    "ko": frozenset({"hangul", "latin"}),
}
# Scripts whose words are not parted by blanks.
UNSPACED = frozenset({"kana", "han", "thai"})


def visible(text: str) -> str:
    """Return the text as a reader sees it: no entities, no invisible characters, one blank."""
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return " ".join(text[:MAX_CHARACTERS].split())


def fold(text: str) -> str:
    """Return the visible text without case and accents: the form in which words are compared."""
    return fold_visible(visible(text))


def fold_visible(text: str) -> str:
    """Fold a text that `visible` has returned."""
    text = text.casefold()
    if text.isascii():
        return text
    text = text.translate(_PLAIN_LETTERS)
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text).replace(_SHORT_I_APART, _SHORT_I)
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", apart))
    return " ".join(plain.split())  # an accent that stood alone leaves a blank behind


def words_of(folded: str) -> list[str]:
    """Split folded text into words; `home's` is `home`."""
    if not folded.isascii():
        if _APOSTROPHE.search(folded):
            folded = _APOSTROPHE.sub(" ", _POSSESSIVE.sub("", folded))
        return _split(_WORD.findall(folded)[:MAX_WORDS])
    if folded.replace(" ", "").isalnum():
        return folded.split(" ", MAX_WORDS)[:MAX_WORDS]
    if "'" in folded or "`" in folded:
        folded = _APOSTROPHE.sub(" ", _POSSESSIVE.sub("", folded))
    return _ASCII_WORD.findall(folded)[:MAX_WORDS]


def _split(found: Sequence[str]) -> list[str]:
    words: list[str] = []
    for word in found:
        if word.isascii():
            words.append(word)
        elif max(word) >= "\u0e00":
            words += _RUNS.findall(word)
        else:
            words.append(_one_script(word))
    return words


@lru_cache(maxsize=16_384)
def _one_script(word: str) -> str:
    scripts = {script_of(letter) for letter in word}
    if "latin" in scripts and scripts & {"cyrillic", "greek"}:
        return word.translate(_LOOKALIKES)
    return word


def unmasked(words: Sequence[str]) -> list[str]:
    """Return the words that spelling tricks may hide: `c4sino`, `v i a g r a`."""
    if "".join(words).isalpha() and min(map(len, words)) > 1:
        return []
    found = []
    run = ""
    for word in (*words, "  "):
        if len(word) == 1:
            run += word
            continue
        if len(run) >= 4:
            found.append(run)
        run = ""
        if not word.isalpha() and not word.isdecimal():
            found.append(word.translate(_LEET))
    return found


@lru_cache(maxsize=8_192)
def script_of(letter: str) -> str | None:
    """Name the script of a letter; None for digits, signs and scripts without a name here."""
    if not letter.isalpha():
        return None
    point = ord(letter)
    return next((name for name, first, last in _SCRIPTS if first <= point <= last), None)


def main_script(text: str) -> str | None:
    """Name the script of most letters."""
    if not text:
        return None
    if max(text) < _AFTER_LATIN:
        return "latin" if any(map(str.isalpha, text)) else None
    counted = Counter(map(script_of, text))
    del counted[None]
    return counted.most_common(1)[0][0] if counted else None


def script_of_words(words: Sequence[str]) -> str | None:
    """Name the script of most letters of some words, each of which is of one script."""
    scripts = {script_of(word[0]) for word in words}
    if len(scripts) == 1:
        return scripts.pop()
    counted: dict[str | None, int] = {}
    for word in words:
        script = script_of(word[0])
        counted[script] = counted.get(script, 0) + len(word)
    counted.pop(None, None)
    return max(counted, key=counted.__getitem__) if counted else None


def scripts_of_language(language: str) -> frozenset[str]:
    """Name the scripts in which a language is written."""
    return _LANGUAGE_SCRIPTS.get(language, frozenset({"latin"}))
