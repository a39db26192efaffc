# ruff: noqa: RUF001 - letters that look alike are what this is about
"""Names that look like others: international letters that are drawn as Latin ones; pure.

The table is ours, by hand: letters of Cyrillic, Greek, Armenian, Cherokee and extended Latin that
common typefaces draw as a small Latin letter. It is used only to hold a line back, never to blame.
"""

import re
import unicodedata

import ada_url

from shared import urls

_DRAWN_ALIKE = {
    "a": "аαɑᴀạ",
    "b": "ƅьᏏЬ",
    "c": "сϲᴄⅽ",
    "d": "ԁɗⅾժ",
    "e": "еҽєеɛ",
    "f": "ƒſẝ",
    "g": "ɡցǥġ",
    "h": "һհћħ",
    "i": "іıɩιӏ",
    "j": "јϳյ",
    "k": "кκĸќ",
    "l": "ӏⅼłǀ",
    "m": "мⅿṃ",
    "n": "пηռո",
    "o": "оοօσᴏø",
    "p": "рρϸ",
    "q": "ԛգզ",
    "r": "гᴦɾ",
    "s": "ѕꜱʂ",
    "t": "тτŧᴛ",
    "u": "υսцᴜʋ",
    "v": "νѵᴠⅴ",
    "w": "ωшԝѡᴡ",
    "x": "хχⅹ",
    "y": "уүγʏ",
    "z": "ᴢʐż",
}
_MARKS = re.compile("[\u0300-\u036f]+")
_PLAIN = re.compile(r"(?:[a-z][a-z0-9]*\.)+[a-z]+")
_LATIN = {ord(odd): plain for plain, odds in _DRAWN_ALIKE.items() for odd in odds}


def latin_twin(host: str) -> str | None:
    """Return the plain name that an international host looks like, or None if it looks like none."""
    if "xn--" not in host:
        return None
    try:
        shown = ada_url.idna_to_unicode(host)
    except ValueError:
        return None
    twin = _bare(unicodedata.normalize("NFKD", shown.translate(_LATIN))).translate(_LATIN)
    return twin if twin.isascii() and twin != host and _is_host(twin) else None


def _bare(decomposed: str) -> str:
    """Return a text without its combining marks."""
    bare = _MARKS.sub("", decomposed)
    if bare.isascii():
        return bare
    return "".join(char for char in bare if not unicodedata.combining(char))


def _is_host(name: str) -> bool:
    """Say whether a browser would ask for exactly this name; plain ones are known at a glance."""
    return bool(_PLAIN.fullmatch(name)) or urls.host_of(f"http://{name}/") == name
