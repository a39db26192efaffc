# ruff: noqa: RUF001 - letters that look alike are what this is about
"""Names that look like others: international letters that are drawn as Latin ones; pure.

The table is ours, by hand: letters of Cyrillic, Greek, Armenian, Cherokee and extended Latin that
common typefaces draw as a small Latin letter. It is used only to hold a line back, never to blame.
"""

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
_LATIN = {ord(odd): plain for plain, odds in _DRAWN_ALIKE.items() for odd in odds}


def latin_twin(host: str) -> str | None:
    """Return the plain name that an international host looks like, or None if it looks like none."""
    if "xn--" not in host:
        return None
    try:
        shown = ada_url.idna_to_unicode(host)
    except ValueError:
        return None
    decomposed = unicodedata.normalize("NFKD", shown.translate(_LATIN))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    twin = bare.translate(_LATIN)
    return (
        twin
        if twin.isascii() and twin != host and urls.host_of(f"http://{twin}/") == twin
        else None
    )
