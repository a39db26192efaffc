"""Where a referring page is from: address, language, country and platform, as far as it shows them."""

import ipaddress
from dataclasses import dataclass

from shared.countries import country_of_host, country_of_tag, language_of
from shared.events import Observation
from shared.urls import host_of


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


def country_of(url: str | None, tag: str | None) -> str | None:
    """Return the country that the name of a host or a language tag names, as two small letters."""
    return (country_of_host(host_of(url)) if url else None) or country_of_tag(tag)


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
