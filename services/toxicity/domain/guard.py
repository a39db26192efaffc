"""The guard list: what is never proposed and never written into a disavow file, whatever its score."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from services.toxicity.domain import platforms
from services.toxicity.domain.look_alikes import latin_twin
from services.toxicity.domain.renown import Renown, renown_of
from shared import suffixes, urls

_COUNTRY = 2  # letters of a country's top-level domain
_MAX_NAME = 253


class Scope(StrEnum):
    NEVER = "never"
    """Neither the domain nor a page of it."""
    PAGES_ONLY = "pages_only"
    """A single page may be disavowed, the domain never."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why something is held back, in words that a client can be shown."""

    code: str
    scope: Scope
    sentence: str


_EMPTY = Hold("empty", Scope.NEVER, "There is no name here.")
_ADDRESS = Hold(
    "ip_address", Scope.PAGES_ONLY, "An IP address is not a domain; only its pages can be named."
)
_NO_DOT = Hold("no_dot", Scope.NEVER, "A name without a dot is no domain.")
_SUFFIX = Hold(
    "public_suffix",
    Scope.PAGES_ONLY,
    "Many unrelated sites live below this name; the line would throw away the links of all of them.",
)
_ABOVE = Hold(
    "shared_host",
    Scope.PAGES_ONLY,
    "Customers of this company have their sites below this name; the line would hit all of them.",
)
_TOO_LONG = Hold("name_too_long", Scope.NEVER, "A domain name has at most 253 characters.")
_OWN = Hold("own_site", Scope.NEVER, "This is a site of your own, or a name above it.")
_PARTNER = Hold("partner", Scope.NEVER, "You listed this site as a partner.")
_COMPETITOR = Hold(
    "competitor", Scope.NEVER, "You listed this site as a competitor; its links are not spam."
)
_KEPT = Hold("kept", Scope.NEVER, "Somebody looked at this within a year and decided to keep it.")
_PLACED = Hold("placement", Scope.NEVER, "There is an agreed placement on this domain.")
_PUBLIC_BODY = Hold(
    "public_body",
    Scope.PAGES_ONLY,
    "A public body or a university: a bad page there is most likely hacked; tell the webmaster.",
)
_CENTRAL = Hold(
    "trusted",
    Scope.PAGES_ONLY,
    "One of the best known sites of the web; only a single page of it can be at fault.",
)
_LOOK_ALIKE = Hold(
    "look_alike",
    Scope.PAGES_ONLY,
    "The name only looks like that of a guarded site; make sure which of the two you mean.",
)
_PLATFORM = Hold(
    "platform",
    Scope.PAGES_ONLY,
    "Countless people publish there; only a single page can be at fault.",
)
_SEARCH_ENGINE = Hold(
    "search_engine",
    Scope.PAGES_ONLY,
    "A search engine or portal; only a single page can be at fault.",
)
_INFRASTRUCTURE = Hold(
    "infrastructure",
    Scope.PAGES_ONLY,
    "A CDN, archive, translator or shortener: it repeats the pages of others.",
)


@dataclass(frozen=True, slots=True)
class Guard:
    """The names that belong to one workspace, beside those that are guarded for everybody."""

    own: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()
    competitors: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    placed: frozenset[str] = frozenset()

    def of_domain(self, host: str) -> Hold | None:
        """Return why `domain:host` must not be written, or None."""
        held = self._private_hold(host, whole=True) or common_hold(host)
        return self._twin_hold(host) if held is None and "xn--" in host else held

    def of_url(self, url: str) -> Hold | None:
        """Return why a page must not be written, or None; guarded platforms allow single pages."""
        host = urls.host_of(url)
        hold = self._private_hold(host, whole=False) or common_hold(host)
        return hold if hold is not None and hold.scope is Scope.NEVER else None

    def _private_hold(self, host: str, *, whole: bool) -> Hold | None:
        for names, hold in (
            (self.own, _OWN),
            (self.partners, _PARTNER),
            (self.kept, _KEPT),
            (self.placed, _PLACED),
            (self.competitors, _COMPETITOR),
        ):
            if names and _touches(host, names, whole=whole):
                return hold
        return None

    def _twin_hold(self, host: str) -> Hold | None:
        """A name of other letters that looks like a guarded one is held back until a person looks."""
        twin = latin_twin(host)
        if twin is None:
            return None
        held = self._private_hold(twin, whole=True) or common_hold(twin)
        return None if held is None else _LOOK_ALIKE


def guard_of(
    *,
    own: Iterable[str] = (),
    partners: Iterable[str] = (),
    competitors: Iterable[str] = (),
    kept: Iterable[str] = (),
    placed: Iterable[str] = (),
) -> Guard:
    """Return a guard from names or URLs as people typed them."""
    return Guard(
        own=_names(own),
        partners=_names(partners),
        competitors=_names(competitors),
        kept=_names(kept),
        placed=_names(placed),
    )


def common_hold(host: str) -> Hold | None:
    """Return why a whole domain is guarded for everybody, or None."""
    cut = suffixes.cut(host)
    if cut is None or cut[1] < 0 or len(host) > _MAX_NAME or urls.is_ip(host):
        return _hold_of_no_domain(host)
    domain = host[cut[1] :]
    if _is_public_body(host, domain):
        return _PUBLIC_BODY
    if host in _GUARDED or domain in _GUARDED:
        return next(hold for names, hold in _LISTED if host in names or domain in names)
    if suffixes.is_above(host):
        return _ABOVE
    renown = renown_of(domain)
    return None if renown is None else _RENOWNED[renown]


def _hold_of_no_domain(host: str) -> Hold:
    if not host:
        return _EMPTY
    if len(host) > _MAX_NAME:
        return _TOO_LONG
    if urls.is_ip(host):
        return _ADDRESS
    return _SUFFIX if "." in host else _NO_DOT


_RENOWNED = {Renown.CENTRAL: _CENTRAL, Renown.UNIVERSITY: _PUBLIC_BODY}


_LISTED = (
    (platforms.SEARCH_ENGINES, _SEARCH_ENGINE),
    (platforms.INFRASTRUCTURE, _INFRASTRUCTURE),
    (platforms.PLATFORMS, _PLATFORM),
)
_GUARDED = frozenset[str]().union(*(names for names, _ in _LISTED))


def _is_public_body(host: str, domain: str) -> bool:
    country = host.rpartition(".")[2]
    if country in platforms.PUBLIC_BODY_SUFFIXES:
        return True
    # gov.uk, ac.jp and k12.ca.us are suffixes, go.de is a company
    if len(country) == _COUNTRY and domain.count(".") > 1:
        suffix = domain.split(".")[1:-1]
        if platforms.PUBLIC_BODY_LABELS.intersection(suffix):
            return True
    return domain in platforms.PUBLIC_BODY_DOMAINS or host in platforms.PUBLIC_BODY_DOMAINS


def _touches(host: str, names: frozenset[str], *, whole: bool) -> bool:
    """Whether a line about `host` would hit one of `names`: itself, below it, or (whole) above it."""
    name = host
    while name:
        if name in names:
            return True
        _, _, name = name.partition(".")
    return whole and host in _above(names)


@lru_cache(maxsize=32)
def _above(names: frozenset[str]) -> frozenset[str]:
    """Return the names above these: a line about one of them would hit those below."""
    found: set[str] = set()
    for name in names:
        above = name.partition(".")[2]
        while above:
            found.add(above)
            above = above.partition(".")[2]
    return frozenset(found)


def _names(texts: Iterable[str]) -> frozenset[str]:
    hosts = (urls.host_of(urls.from_text(text) or "") for text in texts if text.strip())
    return frozenset(urls.bare_host(host) for host in hosts if host)
