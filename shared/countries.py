"""The country that a name of a host or a tag of a language names, as two small letters; pure."""

import re

_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}))?(?![a-z0-9])", re.IGNORECASE)
# Sold to everybody as words (.io, .tv), of no country (.eu, .su), or of the net itself (.arpa).
_OF_NO_COUNTRY = frozenset(
    {
        *("ac", "ad", "ag", "ai", "am", "as", "bz", "cc", "cd", "cf", "co", "cx", "dj", "eu", "fm"),
        *("ga", "gg", "gq", "gs", "im", "io", "je", "la", "ly", "me", "ml", "mn", "ms", "mu", "nu"),
        *("pw", "sc", "sh", "sr", "st", "su", "tk", "to", "tv", "vc", "vg", "ws"),
    }
)
_OTHERWISE = {"uk": "gb"}
# What most software writes where nobody chose anything: it says nothing of a place.
_BY_DEFAULT = "en-us"


def language_of(tag: str | None) -> str | None:
    """Return the language of a tag such as `de-AT`, in two or three small letters."""
    match = _TAG.match((tag or "").strip())
    return match[1].lower() if match else None


def country_of_host(host: str) -> str | None:
    """Return the country that the last part of a name is of."""
    top = host.rpartition(".")[2].lower()
    if len(top) == 2 and top.isascii() and top.isalpha() and top not in _OF_NO_COUNTRY:
        return _OTHERWISE.get(top, top)
    return None


def country_of_tag(tag: str | None) -> str | None:
    """Return the country that a tag of a language names; what software writes by itself names none."""
    text = (tag or "").strip().lower().replace("_", "-")
    match = _TAG.match(text)
    return match[3] if match and text != _BY_DEFAULT else None
