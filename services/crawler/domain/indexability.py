"""Robots directives of pages and headers, and the canonical that a header names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from shared import urls

MAX_VALUE = 4_096

_UNTIL = "unavailable_after"
_LIMITS = ("max-snippet", "max-image-preview", "max-video-preview")
_PLAIN = (
    *("all", "index", "follow", "none", "noindex", "nofollow", "noarchive", "nocache"),
    *("nosnippet", "notranslate", "noimageindex", "indexifembedded", "nositelinkssearchbox"),
    *("noodp", "noydir", "noai", "noimageai"),
)
# A date holds commas and colons, so it is cut at known names and agents, never at commas. A limit
# is one word, which may be a name itself: `max-image-preview: none` does not mean `none`.
_TOKEN = re.compile(
    rf"(?<![\w-])(?:(?P<limit>{'|'.join(_LIMITS)})[ \t]*[:=][ \t]*(?P<value>[\w+-]*)"
    rf"|(?P<name>{'|'.join((_UNTIL, *_LIMITS, *_PLAIN))})(?![\w-])"
    r"|(?P<agent>[a-z][\w.-]*)[ \t]*:(?!//))",
    re.IGNORECASE,
)
# RFC 8288: `<address>` and its parameters, whose quoted values may hold anything.
_QUOTED = r"\"((?:[^\"\\]|\\.)*)\""
_PARAMETER = re.compile(rf"\s*;\s*([^\s=;,<>]*)(?:\s*=\s*(?:{_QUOTED}|([^\s;,]*)))?")
_LINK = re.compile(rf"<([^<>]*)>((?:{_PARAMETER.pattern})*)")
# Names of zones that a date may end with; of those that two countries use, the one on the web.
_ZONE = re.compile(r"\s*\b([A-Za-z]{1,4})\Z")
_ZONES = {
    "UTC": "+0000",
    "GMT": "+0000",
    "UT": "+0000",
    "WET": "+0000",
    "WEST": "+0100",
    "BST": "+0100",
    "CET": "+0100",
    "CEST": "+0200",
    "EET": "+0200",
    "EEST": "+0300",
    "MSK": "+0300",
    "IST": "+0530",
    "JST": "+0900",
    "KST": "+0900",
    "AEST": "+1000",
    "EST": "-0500",
    "EDT": "-0400",
    "CST": "-0600",
    "CDT": "-0500",
    "MST": "-0700",
    "MDT": "-0600",
    "PST": "-0800",
    "PDT": "-0700",
}
_GOOGLE = frozenset({None, "robots", "*", "googlebot"})
_META_NAMES = frozenset(
    {"robots", "googlebot", "googlebot-news", "bingbot", "slurp", "yandex", "baiduspider"}
    | {"duckduckbot", "applebot", "otherbot"}
)


@dataclass(frozen=True, slots=True)
class Directive:
    """One thing that a page or header asks of crawlers; without an agent it asks all of them."""

    name: str
    agent: str | None = None
    value: str = ""

    @property
    def text(self) -> str:
        """Return the directive as a header would write it."""
        said = f"{self.name}: {self.value}" if self.value else self.name
        return f"{self.agent}: {said}" if self.agent else said


def is_robots_meta(name: str) -> bool:
    """Return whether a `<meta name>` speaks to crawlers."""
    return name in _META_NAMES


def directives_of(text: str, agent: str | None = None) -> Iterator[Directive]:
    """Return the directives in the content of a robots meta or the value of an X-Robots-Tag."""
    text = text[:MAX_VALUE]
    found = list(_TOKEN.finditer(text))
    for at, token in enumerate(found):
        if token["agent"] is not None:
            agent = token["agent"].lower()
            continue
        name = (token["limit"] or token["name"]).lower()
        value = token["value"] or ""
        if name == _UNTIL:
            end = found[at + 1].start() if at + 1 < len(found) else len(text)
            value = text[token.end() : end].strip(" \t:,;")
        yield Directive(name, agent, value)


def meta_directives(name: str, content: str) -> Iterator[Directive]:
    """Return the directives of one `<meta>`; `robots` speaks to every crawler."""
    return directives_of(content, None if name == "robots" else name)


def header_directives(values: Iterable[str]) -> tuple[Directive, ...]:
    """Return the directives of every X-Robots-Tag header of an answer."""
    return tuple(directive for value in values for directive in directives_of(value))


def forbids_index(directives: Iterable[Directive], now: datetime) -> bool:
    """Return whether Google may not index, the most restrictive directive winning."""
    return any(_forbids_index(directive, now) for directive in directives)


def forbids_follow(directives: Iterable[Directive]) -> bool:
    """Return whether Google may not follow the links of the page."""
    return any(
        directive.agent in _GOOGLE and directive.name in {"nofollow", "none"}
        for directive in directives
    )


def canonical_of_header(values: Iterable[str], base: str) -> str | None:
    """Return the URL that a `Link` header calls canonical (RFC 8288)."""
    for value in values:
        for href, parameters, *_ in _LINK.findall(value[: MAX_VALUE * 4]):
            said: dict[str, str] = {}
            for name, quoted, bare in _PARAMETER.findall(parameters):
                said.setdefault(name.lower(), quoted or bare.strip("'"))
            # With an anchor the link is not one of this page (RFC 8288, 3.2).
            if "canonical" in said.get("rel", "").lower().split() and "anchor" not in said:
                return urls.resolve(href.strip(), base)
    return None


def parse_date(text: str) -> datetime | None:
    """Return the time in RFC 822, RFC 850 or ISO 8601 form; without a zone it is UTC.

    A day without a time is its beginning. None for what is no date: it forbids nothing.
    """
    text = text.strip(" \t\"'")
    zone = _ZONE.search(text)
    offset = _ZONES.get(zone[1].upper(), "") if zone else ""
    if zone is not None and offset:
        text = text[: zone.start()]
    # The standard library wants a time, and reads every other form that the web writes.
    for read, form in (
        (datetime.fromisoformat, f"{text}{offset}"),
        (datetime.fromisoformat, f"{text}T00:00{offset}"),
        (parsedate_to_datetime, f"{text} {offset}"),
        (parsedate_to_datetime, f"{text} 00:00:00 {offset}"),
    ):
        try:
            parsed = read(form)
        except (ValueError, IndexError, OverflowError):
            continue
        return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
    return None


def _forbids_index(directive: Directive, now: datetime) -> bool:
    if directive.agent not in _GOOGLE:
        return False
    if directive.name == _UNTIL:
        until = parse_date(directive.value)
        return until is not None and until <= now
    return directive.name in {"noindex", "none"}
