# ruff: noqa: RUF001 - letters that look alike are what this is about
"""Names that look like others: international letters that are drawn as Latin ones; pure.

The table is ours, by hand: letters of Cyrillic, Greek, Armenian, Cherokee and extended Latin that
common typefaces draw as a small Latin letter. It is used only to hold a line back, never to blame.
"""

import re
import unicodedata
from collections.abc import Sequence

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
# A host that the URL parser would hand back unchanged: plain letters, figures and hyphens.
_PLAIN = re.compile(r"(?:(?!xn--)[a-z0-9-]+\.)+[a-z]+")
_LATIN = {ord(odd): plain for plain, odds in _DRAWN_ALIKE.items() for odd in odds}


class _Twins(dict[int, str]):
    """What each character is drawn like, worked out when it is first met: for str.translate."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(code).translate(_LATIN))
        bare = _MARKS.sub("", decomposed)
        twin = "".join(char for char in bare if not unicodedata.combining(char)).translate(_LATIN)
        self[code] = twin
        return twin


_TWINS = _Twins()


_BETWEEN = ".!."  # of hosts that are decoded at once; no name has this sign
_AT_ONCE = 64  # hosts: the decoder's wrapper costs more than its work


def latin_twins(hosts: Sequence[str]) -> list[str | None]:
    """Return the plain name that each international host looks like, or None if it looks like none."""
    pieces = (hosts[start : start + _AT_ONCE] for start in range(0, len(hosts), _AT_ONCE))
    shown = [text for piece in pieces for text in _shown(piece)]
    return list(map(_twin, hosts, shown))


def _shown(hosts: Sequence[str]) -> Sequence[str]:
    """Return hosts as people see them."""
    joined = _BETWEEN.join(hosts)
    found = urls.readable_host(joined).split(_BETWEEN)
    if joined.isascii() and joined.count("!") == len(hosts) - 1 == len(found) - 1:
        return found
    return [urls.readable_host(host) for host in hosts]


def _twin(host: str, shown: str) -> str | None:
    twin = shown.translate(_TWINS)
    return twin if shown != host and twin.isascii() and twin != host and _is_host(twin) else None


def _is_host(name: str) -> bool:
    """Say whether a browser would ask for exactly this name; plain ones are known at a glance."""
    return bool(_PLAIN.fullmatch(name)) or urls.host_of(f"http://{name}/") == name
