"""WHATWG URLs, the key under which spellings of one page meet, and registrable domains; pure."""

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

import ada_url

from shared import suffixes
from shared.ids import uuid_of

TRACKING_PREFIXES = ("utm_",)
TRACKING_PARAMETERS = frozenset(
    # Clicks of advertisements, then newsletters, then analytics and search.
    {"gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "yclid", "twclid", "ttclid"}
    | {"li_fat_id", "igshid", "mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok"}
    | {"_ga", "_gl", "ref_src", "srsltid"}
)

_DEVICE_LABELS = ("www.", "m.")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_NOT_URI = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~]")
_INDEX = re.compile(r"index\.(?:html?|php)")
# A host that the URL parser would hand back unchanged: lower-case ASCII, last label no number.
_PLAIN_HOST = re.compile(r"https?://((?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*)(?::[0-9]+)?(?:[/?#]|\Z)")
# An href that the URL parser would hand back unchanged, which saves it: 8 times faster, and most
# are. No upper case, port, dot segment or escape that could be one; the host as in _PLAIN_HOST.
_CANONICAL = re.compile(
    r"https?://(?!xn--)(?:[a-z0-9][a-z0-9-]*\.(?!xn--))+[a-z][a-z0-9-]*/"
    r"(?!\.)(?:[A-Za-z0-9\-_~!$&'()*+,;=:@]|\.(?=[A-Za-z0-9_-])|/(?!\.)|%(?!2[eE]))*"
    r"(?:\?[A-Za-z0-9\-._~!$&()*+,;=:@/?%]*)?"
)
_HOST_AND_PORT = re.compile(r"(?:localhost|[\w-]+(?:\.[\w-]+)+):[0-9]{1,5}(?:[/?#]|\Z)", re.ASCII)
# The parts of an http(s) href that the URL parser wrote: scheme, host, port, path, query.
_PARTS = re.compile(
    r"(https?)://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::([0-9]+))?([^?#]*)(?:\?([^#]*))?"
)
# A page of which the key differs in its last slash or index file at most: most are, at half the cost.
# Possessive, because nothing that was taken could be given back: a third of the time.
_PLAIN_PAGE = re.compile(
    r"https?://((?:(?!xn--)[a-z0-9][a-z0-9-]*+\.)++(?!xn--)[a-z][a-z0-9-]*+)"
    r"(/(?!\.)[A-Za-z0-9\-_~]*+(?:(?:\.[A-Za-z0-9_-]|/(?!\.))[A-Za-z0-9\-_~]*+)*+)"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def resolve(href: str, base: str | None = None) -> str | None:
    """Return the absolute URL a browser makes of `href`, or None where the standard fails."""
    if base is None and _CANONICAL.fullmatch(href):
        return href
    try:
        if base is None:
            return ada_url.URL(href).href
        return ada_url.join_url(base, href)
    except ValueError:
        pass
    if not (_has_surrogates(href) or _has_surrogates(base or "")):
        return None
    # The standard takes USVStrings: pairs are joined and lone surrogates become U+FFFD.
    return resolve(scalar_values(href), None if base is None else scalar_values(base))


def normalise(url: str) -> str:
    """Return the form of the URL that people see: as a browser shows it, without its fragment."""
    href = resolve(url)
    if href is None:
        return scalar_values(url) if _has_surrogates(url) else url
    return href.partition("#")[0]


def from_text(text: str) -> str | None:
    """Return the http(s) URL that a person meant by `text`; a missing scheme is https."""
    text = text.strip()
    if text.startswith("//"):
        text = f"https:{text}"
    elif _HOST_AND_PORT.match(text) or not _SCHEME.match(text):
        text = f"https://{text}"
    href = resolve(text)
    return href if href is not None and is_http(href) else None


def is_http(url: str) -> bool:
    """Return whether a resolved URL is one that a crawler can ask for."""
    return url.startswith(("https://", "http://"))


@lru_cache(maxsize=16_384)
def url_key(url: str) -> str:
    """Return the key that all spellings of one page share, as an https URL; never raises.

    Folded: scheme (only on the default port, elsewhere it is another server), userinfo, `www.`
    and `m.`, trailing host dot, default port, trailing slash, index file, tracking parameters,
    order of differently named parameters, percent-encoding, fragment. The case of the path stays.
    """
    plain = _PLAIN_PAGE.fullmatch(url)
    if plain is not None:
        return f"https://{_plain_folded_host(plain[1])}{_folded_path(plain[2])}"
    href = resolve(url)
    if href is None:
        return scalar_values(url) if _has_surrogates(url) else url
    parts = _PARTS.match(href)
    if parts is None:
        return href.partition("#")[0].rstrip(" ")
    scheme, host, port, path, query = parts.groups("")
    host = _folded_host(host)
    origin = f"{scheme}://{host}:{port}" if port else f"https://{host}"
    path = _folded_path(_spelled(path))
    query = _folded_query(_spelled(query))
    return f"{origin}{path}?{query}" if query else f"{origin}{path}"


def plain_page(text: str) -> tuple[str, UUID] | None:
    """Return the host and the id of a page whose URL is as people see it already, without a query.

    None says nothing about the URL but that it takes longer. A hundred thousand rows of an import
    ask in turn, and nearly all of them are such.
    """
    plain = _PLAIN_PAGE.fullmatch(text)
    if plain is None:
        return None
    host, path = plain.groups()
    return host, key_id(f"https://{_plain_folded_host(host)}{_folded_path(path)}")


def key_id(key: str) -> UUID:
    """Return the 128-bit id of a key (blake2b), the form in which tables and events carry it."""
    return uuid_of(int.from_bytes(blake2b(key.encode(), digest_size=16).digest()))


def page_id(url: str) -> UUID:
    """Return the id of the key of a URL."""
    return key_id(url_key(url))


@lru_cache(maxsize=2_048)
def host_of(url: str) -> str:
    """Return the lower-case host (punycode, IPv6 in brackets, no trailing dot) or an empty string."""
    plain = _PLAIN_HOST.match(url)
    if plain and "xn--" not in plain[1]:
        return plain[1]
    try:
        host = ada_url.URL(url).hostname
    except ValueError:
        return ""
    return host.removesuffix(".")


def origin_of(url: str) -> str:
    """Return scheme, host and port of a resolved URL: the reach of one robots.txt."""
    scheme, _, rest = url.partition("://")
    authority = rest.replace("?", "/", 1).replace("#", "/", 1).partition("/")[0]
    return f"{scheme}://{authority.rpartition('@')[2]}"


def readable_host(host: str) -> str:
    """Return a host as its owner writes it: `münchner-brot.de` for `xn--mnchner-brot-dlb.de`."""
    try:
        return ada_url.idna_to_unicode(host)
    except ValueError:
        return host


def registrable_domain(host: str) -> str | None:
    """Return the public suffix plus one label; None for IPs, single labels and public suffixes.

    The private section counts, so that every blog on a shared host is a domain of its own.
    """
    return _registrable(host.lower().removesuffix("."))


def domain_or_host(host: str) -> str:
    """Return what groups a host: its registrable domain, else (IP, single label) itself."""
    return registrable_domain(host) or host.lower().removesuffix(".")


def is_public_suffix(host: str) -> bool:
    """Return whether anybody may register names below `host` (`co.uk`, `github.io`)."""
    host = host.lower().removesuffix(".")
    cut = None if is_ip(host) else suffixes.cut(host)
    return cut is not None and cut[0] == 0


def has_known_suffix(host: str) -> bool:
    """Return whether a host ends in a suffix of the list: `node.js` looks like a host and is none."""
    cut = suffixes.cut(host.lower().removesuffix("."))
    return cut is not None and cut[2]


def is_ip(host: str) -> bool:
    """Return whether a host, as the URL parser writes it, is an address."""
    if host[-1:].isdecimal() and host.rpartition(".")[2].isdecimal():
        return True
    return ":" in host or host.startswith("[")


def same_site(host: str, hosts: Iterable[str]) -> bool:
    """Return whether `host` is one of a site's hosts or below one of them."""
    return any(host == own or host.endswith(f".{own}") for own in map(bare_host, hosts))


@lru_cache(maxsize=4_096)
def bare_host(host: str) -> str:
    """Return a host without its leading `www.` or `m.`, unless a public suffix would be left."""
    return _folded_host(host.lower().removesuffix("."))


def _has_surrogates(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def scalar_values(text: str) -> str:
    """Return a text with halves of characters joined, and lone ones replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _plain_folded_host(host: str) -> str:
    return _folded_host(host) if host.startswith(_DEVICE_LABELS) else host


def _folded_host(host: str) -> str:
    if host.endswith(".") and not host.endswith(".."):
        host = host[:-1]
    while host.startswith(_DEVICE_LABELS):
        rest = host.partition(".")[2]
        if rest.startswith(".") or is_public_suffix(rest):
            break
        host = rest
    return host


def _spelled(text: str) -> str:
    """Return a path or query with one percent-encoding (RFC 3986, 6.2.2): decoded if unreserved."""
    if "%" in text:
        text = _ESCAPE.sub(_respelled, text)
    return _NOT_URI.sub(lambda found: f"%{ord(found[0]):02X}", text)


def _respelled(escape: re.Match[str]) -> str:
    byte = int(escape[1], 16)
    return chr(byte) if byte in _UNRESERVED else escape[0].upper()


def _folded_path(path: str) -> str:
    head, _, last = path.rpartition("/")
    if last and not _INDEX.fullmatch(last):
        return path
    # A doubled slash or an index file as a folder is not the usual alias: keep what stands there.
    if head.endswith("/") or _INDEX.fullmatch(head.rpartition("/")[2]):
        return path
    return head


def _folded_query(query: str) -> str:
    pieces = [piece for piece in query.split("&") if piece and not _is_tracking(piece)]
    return "&".join(sorted(pieces, key=_name_of))


def _name_of(piece: str) -> str:
    return piece.partition("=")[0]


def _is_tracking(piece: str) -> bool:
    name = _name_of(piece).lower()
    return name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES)


@lru_cache(maxsize=65_536)
def _registrable(host: str) -> str | None:
    if is_ip(host):
        return None
    cut = suffixes.cut(host)
    return host[cut[1] :] if cut is not None and cut[1] >= 0 else None
