"""Where a referring page is from: address, language, country and platform, as far as it shows them."""

import ipaddress
import re
from dataclasses import dataclass

from shared.events import Observation
from shared.urls import host_of

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


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of where a page is from; None is "unknown", never a guess."""

    ip: str | None = None
    lang: str | None = None
    country: str | None = None
    platform: str | None = None


NOWHERE = Source()


def source_of(observation: Observation, before: Source) -> Source:
    """Return what a look shows; a look that did not carry something leaves it as it was."""
    lang = language_of(observation.lang) or before.lang
    country = country_of(observation.final_url, observation.lang) or before.country
    platform = observation.platform or before.platform
    return Source(_address(observation.ip) or before.ip, lang, country, platform)


def language_of(tag: str | None) -> str | None:
    """Return the language of a tag such as `de-AT`, in two or three small letters."""
    match = _TAG.match((tag or "").strip())
    return match[1].lower() if match else None


def country_of(url: str | None, tag: str | None) -> str | None:
    """Return the country that the name of a host or a language tag names, as two small letters."""
    top = host_of(url).rpartition(".")[2] if url else ""
    if len(top) == 2 and top.isascii() and top.isalpha() and top not in _OF_NO_COUNTRY:
        return _OTHERWISE.get(top, top)
    text = (tag or "").strip().lower().replace("_", "-")
    match = _TAG.match(text)
    return match[3] if match and text != _BY_DEFAULT else None


def block_of(ip: str) -> str:
    """Return the neighbourhood of an address: its C block, of IPv6 the /48 that one customer gets."""
    address = ipaddress.ip_address(ip)
    return str(ipaddress.ip_network(f"{ip}/{24 if address.version == 4 else 48}", strict=False))


def _address(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return None
