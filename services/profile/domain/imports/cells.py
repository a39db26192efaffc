"""Reads single cells: addresses, truth values, numbers, rel words and link kinds."""

import re
from functools import lru_cache
from typing import NamedTuple

from shared import urls
from shared.vocabulary import UNFOLLOWED_RELS, LinkKind

_TRUE_WORDS = "true 1 yes y x + ja oui si sí sim tak да wahr vrai verdadero vero истина"
_FALSE_WORDS = "false 0 no n - nein non não nie нет falsch faux falso ложь"
_TRUE = frozenset(_TRUE_WORDS.split())
_FALSE = frozenset(_FALSE_WORDS.split())
_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_BARE = re.compile(r"(?:[^\s/?#@:,;\"'=]+\.)+[^\W\d_][\w-]+(?::\d+)?(/\S*)?", re.UNICODE)
_GROUPED = re.compile(r"-?\d{1,3}(?:[,.' \u00a0\u202f\u2019]\d{3})+")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_REL_WORDS = UNFOLLOWED_RELS | {"follow", "dofollow"}
_KINDS = {kind.value: kind for kind in LinkKind} | {
    "img": LinkKind.IMAGE,
    "textlink": LinkKind.TEXT,
    "imagelink": LinkKind.IMAGE,
    "anchor": LinkKind.TEXT,
    "301": LinkKind.REDIRECT,
    "iframe": LinkKind.FRAME,
}


def is_address(text: str) -> bool:
    """Say whether a cell is an absolute web address."""
    return _ADDRESS.fullmatch(text.strip()) is not None


def is_bare_address(text: str) -> bool:
    """Say whether a cell is an address without a scheme but with a path: `z0.example/x`."""
    match = _BARE.fullmatch(text.strip())
    return match is not None and match.group(1) is not None


def is_host(text: str) -> bool:
    """Say whether a cell is a host name and nothing more."""
    match = _BARE.fullmatch(text.strip())
    return match is not None and match.group(1) is None


class Place(NamedTuple):
    """A page on the web, and its host."""

    url: str
    host: str


def place_of(text: str) -> Place | None:
    """Return the page that a cell names, as people see it; a missing scheme is https."""
    url = urls.from_text(text)
    if url is None:
        return None
    host = urls.host_of(url)
    return Place(url.partition("#")[0], host) if _is_real_host(host) else None


def _is_real_host(host: str) -> bool:
    # One label (localhost, a word) is no place on the web; the crawler judges addresses.
    return "." in host or urls.is_ip(host)


def host_of(text: str) -> str | None:
    """Return the host that a cell names, with or without a scheme and a path."""
    place = place_of(text.strip().rstrip("/"))
    return None if place is None else place.host


@lru_cache(maxsize=1024)
def truth_of(text: str) -> bool | None:
    """Return yes, no, or None for an empty or strange cell."""
    word = text.strip().casefold()
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


def number_of(text: str, *, decimal_comma: bool) -> float | None:
    """Return the number in a cell: `1,240`, `12,5` in a file with semicolons, `87%`."""
    text = text.strip().rstrip("%").strip()
    if _GROUPED.fullmatch(text) and not (decimal_comma and text.count(",") == 1):
        return float(re.sub(r"[^\d-]", "", text))
    if _NUMBER.fullmatch(text):
        return float(text.replace(",", "."))
    return None


@lru_cache(maxsize=16_384)
def count_of(text: str) -> int | None:
    """Return a whole number; a comma or point in a count always groups thousands."""
    text = text.strip()
    if text.isdecimal():
        return int(text) if len(text) < 19 else None
    if _GROUPED.fullmatch(text):
        return int(re.sub(r"[^\d-]", "", text))
    return None


@lru_cache(maxsize=4096)
def rel_words(text: str) -> frozenset[str] | None:
    """Return the rel words in a cell; `dofollow` says that there are none."""
    words = set(re.findall(r"[a-z]+", text.casefold()))
    if not words & _REL_WORDS:
        return None
    return frozenset(words & UNFOLLOWED_RELS)


@lru_cache(maxsize=4096)
def kind_of(text: str) -> LinkKind | None:
    """Return the kind of link that a cell names."""
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return next((_KINDS[word] for word in words if word in _KINDS), None)
