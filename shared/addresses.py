"""Which addresses and URLs this product may ever connect to; pure (reasons: docs/decisions, SSRF)."""

import re
from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from shared import urls
from shared.errors import FieldError, InvalidError

DEFAULT_PORTS = frozenset({80, 443, 8080, 8443})
MAX_URL_LENGTH = 2048

# An explicit list: `ipaddress.is_global` calls 224.0.0.1, 168.63.129.16, 64:ff9b::7f00:1 and others
# global, and its answers differ between Python versions.
_CLOSED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
_CLOSED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "::/8",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LOCAL_NAMES = ("localhost", "localhost.localdomain")


def is_public(address: str) -> bool:
    """Return whether an IP address, as the socket gets it, belongs to the public internet."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        if mapped is None:
            return not any(parsed in network for network in _CLOSED_V6)
        parsed = mapped
    return not any(parsed in network for network in _CLOSED_V4)


def is_local_name(host: str) -> bool:
    """Return whether a host name means this machine whatever any resolver says (RFC 6761)."""
    host = host.removesuffix(".")
    return host in _LOCAL_NAMES or host.endswith(".localhost")


def is_closed_host(host: str) -> bool:
    """Return whether a host, as the URL parser writes it, is closed without asking a resolver."""
    if urls.is_ip(host):
        return not is_public(host.strip("[]"))
    return is_local_name(host)


def port_of(url: str) -> int:
    """Return the TCP port of a resolved http(s) URL."""
    scheme, _, rest = url.partition("://")
    authority = rest.partition("/")[0].rpartition("@")[2]
    _, colon, port = authority.rpartition(":")
    if colon and port.isdecimal():
        return int(port)
    return 443 if scheme == "https" else 80


def check_url(
    url: str, *, pointer: str, ports: Collection[int] = DEFAULT_PORTS, text: str | None = None
) -> str:
    """Return the URL as a browser resolves it; raise InvalidError naming `pointer` if we must not ask.

    This is for URLs that people and programs hand in. `text` is what they wrote, where `url` was
    completed with a scheme. Names are not looked up here: the guard judges what they resolve to.
    """
    fault = _written_fault(text if text is not None else url)
    if fault is not None:
        raise _refused(pointer, fault)
    href = urls.resolve(url)
    if href is None:
        raise _refused(
            pointer,
            (
                "not-a-url",
                "is not a URL that a browser could open; write it as https://example.com/page",
            ),
        )
    fault = _scheme_fault(url, href) or _place_fault(href, ports)
    if fault is not None:
        raise _refused(pointer, fault)
    return href


def _refused(pointer: str, fault: tuple[str, str]) -> InvalidError:
    code, what = fault
    field = pointer.rpartition("/")[2] or "The URL"
    detail = f"{field} {what}."
    return InvalidError(detail, [FieldError(pointer, code, detail)], code=code)


def _written_fault(text: str) -> tuple[str, str] | None:
    if len(text) > MAX_URL_LENGTH:
        return "url-too-long", f"is longer than {MAX_URL_LENGTH} characters"
    if _CONTROL.search(text):
        return "control-character", "holds a control character (tab, line break, NUL): remove it"
    if _SURROGATE.search(text):
        return "lone-surrogate", "holds half of a character (a lone surrogate): remove it"
    return None


def _scheme_fault(written: str, href: str) -> tuple[str, str] | None:
    if not urls.is_http(href):
        return "scheme-not-allowed", "must begin with http:// or https://"
    authority = written.strip().partition(":")[2]
    if not authority.startswith("//") or authority[2:3] in {"", "/", "\\", "?", "#"}:
        return "not-a-url", "must have a host right after http:// or https://"
    return None


def _place_fault(href: str, ports: Collection[int]) -> tuple[str, str] | None:
    authority = href.partition("://")[2].partition("/")[0]
    if "@" in authority:
        return "userinfo-not-allowed", "holds a user name or password before the host: remove it"
    host = urls.host_of(href)
    if not host or is_closed_host(host):
        return "address-not-allowed", "names an address that is not on the public internet"
    if port_of(href) not in ports:
        allowed = ", ".join(map(str, sorted(ports)))
        return "port-not-allowed", f"uses a port that is not allowed; allowed are {allowed}"
    return None
