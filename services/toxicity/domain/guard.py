"""The guard list: what is never proposed and never written into a disavow file, whatever its score."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from services.toxicity.domain.look_alikes import latin_twins
from services.toxicity.domain.renown import Renown, renown_of
from shared import platforms, suffixes, urls

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
    _every: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        every = self.own | self.partners | self.competitors | self.kept | self.placed
        object.__setattr__(self, "_every", every)

    def of_domain(self, host: str) -> Hold | None:
        """Return why `domain:host` must not be written, or None."""
        return self.of_domains([host])[0]

    def of_domains(self, hosts: Sequence[str]) -> list[Hold | None]:
        """Return the same of each of many."""
        holds = [self._hold_of_name(host) for host in hosts]
        foreign = [at for at, host in enumerate(hosts) if holds[at] is None and "xn--" in host]
        twins = latin_twins([hosts[at] for at in foreign]) if foreign else ()
        for at, twin in zip(foreign, twins, strict=True):
            # A name that looks like a guarded one is held back until a person looks.
            if twin is not None and self._hold_of_name(twin) is not None:
                holds[at] = _LOOK_ALIKE
        return holds

    def _hold_of_name(self, host: str) -> Hold | None:
        return self._private_hold(host, whole=True) or common_hold(host)

    def of_url(self, url: str) -> Hold | None:
        """Return why a page must not be written, or None; guarded platforms allow single pages."""
        host = urls.host_of(url)
        hold = self._private_hold(host, whole=False) or common_hold(host)
        return hold if hold is not None and hold.scope is Scope.NEVER else None

    def _private_hold(self, host: str, *, whole: bool) -> Hold | None:
        if not _touches(host, self._every, whole=whole):
            return None  # nearly always, so the five are asked for only to tell which it was
        for names, hold in (
            (self.own, _OWN),
            (self.partners, _PARTNER),
            (self.kept, _KEPT),
            (self.placed, _PLACED),
            (self.competitors, _COMPETITOR),
        ):
            if _touches(host, names, whole=whole):
                return hold
        return None


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
    if cut is None:
        return _hold_of_no_domain(host)
    start, before, known = cut
    if before < 0 or len(host) > _MAX_NAME or (not known and urls.is_ip(host)):
        return _hold_of_no_domain(host)
    domain = host[before:]
    if _is_of_public_bodies(host[start:]):
        return _PUBLIC_BODY
    if domain in _GUARDED or host in _GUARDED:
        return _hold_by_list(host, domain)
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
    (platforms.PUBLIC_BODY_DOMAINS, _PUBLIC_BODY),
    (platforms.SEARCH_ENGINES, _SEARCH_ENGINE),
    (platforms.INFRASTRUCTURE, _INFRASTRUCTURE),
    (platforms.PLATFORMS, _PLATFORM),
)
_GUARDED = frozenset[str]().union(*(names for names, _ in _LISTED))


def _hold_by_list(host: str, domain: str) -> Hold:
    return next(hold for names, hold in _LISTED if host in names or domain in names)


@lru_cache(maxsize=16_384)
def _is_of_public_bodies(suffix: str) -> bool:
    """Whether only public bodies and schools get a name below this public suffix."""
    *labels, country = suffix.split(".")
    if country in platforms.PUBLIC_BODY_SUFFIXES:
        return True
    # gov.uk, ac.jp and k12.ca.us are suffixes, go.de is a company
    return len(country) == _COUNTRY and not platforms.PUBLIC_BODY_LABELS.isdisjoint(labels)


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
