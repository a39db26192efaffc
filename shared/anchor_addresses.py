"""Tells anchor texts that are an address: with or without scheme, spaced, in brackets, cut short."""

import re

from shared import urls

_EDGES = " \t\"'<>()[]{}|*•·«»‹›“”„‘’→←↗➜➤►▶-–—:;,!?=~^"  # noqa: RUF001
_SCHEME = r"(?:[a-z][a-z0-9+.-]{1,15}:(?=//)|(?:https?|hxxps?|ftp):(?=/?\w))/{0,3}"
_URL = re.compile(rf"(?:{_SCHEME}|//|www\.|(?:mailto|tel):)[^\s/]\S*", re.IGNORECASE)
_HOST = re.compile(
    r"(?:[^\s@/?#]+@)?([^\W_][^\s/?#:@]*\.[^\W\d_][^\s/?#:@.]+)(?::\d{1,5})?(?:[/?#]\S*)?"
)
_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?:[/?#]\S*)?")
# A dot with blanks round it, or before the last label: "acme . com", "acme. com", but not "Mr. Paris".
_SPACED_DOT = re.compile(r"\s+\.\s*(?=\w)|\.\s+(?=[a-z]{2,3}(?:[/:?#.]|$))")
_SPELLED_DOT = re.compile(
    r"\s*[\[({]\s*(?:\.|dot)\s*[\])}]\s*|\s+dot\s+(?=[a-z]{2,6}\b)", re.IGNORECASE
)
_SPACED_SCHEME = re.compile(r"\s*:\s*/\s*/\s*(?=\w)")
_SPACED_SLASH = re.compile(r"\s*/\s*(?=\w)")
# Files and programs that end like a domain of some country.
_NO_HOSTS = frozenset(
    [
        "readme.md",
        "changelog.md",
        "license.md",
        "contributing.md",
        "index.md",
        "setup.py",
        "manage.py",
        "main.py",
        "app.py",
        "test.py",
        "install.sh",
        "setup.sh",
        "run.sh",
        "build.sh",
        "main.rs",
        "lib.rs",
        "asp.net",
        "vb.net",
        "ado.net",
        "ml.net",
    ]
)


def address_in(seen: str) -> str | None:
    """Return the address that the whole text is; blanks round dots and brackets are forgiven."""
    if "." not in seen and ":" not in seen and " dot " not in seen:
        return None
    joined = _SPELLED_DOT.sub(".", _SPACED_DOT.sub(".", seen.strip(_EDGES)))
    if "/" in joined and " " in joined:
        joined = _SPACED_SCHEME.sub("://", joined)
        if _URL.match(joined):
            joined = _SPACED_SLASH.sub("/", joined)
    if _URL.fullmatch(joined):
        return joined
    match = _HOST.fullmatch(joined.rstrip(".…"))
    if match and joined.lower() not in _NO_HOSTS:
        return joined if urls.has_known_suffix(_ascii_host(match[1])) else None
    return joined if _IP.fullmatch(joined) else None


def address_among(seen: str) -> tuple[str, str] | None:
    """Return an address with a scheme or `www.` that stands among words, and the other words."""
    if "//" not in seen and "www." not in seen.lower():
        return None
    parts = seen.split()
    found = [part for part in parts if _URL.fullmatch(part.strip(_EDGES))]
    if len(found) != 1:
        return None
    return found[0].strip(_EDGES), " ".join(part for part in parts if part != found[0])


def _ascii_host(host: str) -> str:
    return host if host.isascii() else urls.host_of(f"https://{host}")
