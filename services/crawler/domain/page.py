"""Reads a page as a browser does: its links, directives, canonical and facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.crawler.domain.link import Link
from shared.events import PageFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything that one HTML document says; `facts` are computed on request by `facts()`."""

    url: str
    base: str
    links: tuple[Link, ...]
    canonical: str | None
    meta_robots: tuple[str, ...]
    title: str | None
    lang: str | None
    charset: str


def read(
    body: bytes,
    url: str,
    headers: Mapping[str, str],
    *,
    wanted: Callable[[str], bool] | None = None,
) -> Page:
    """Return what the page at `url` says. With `wanted` (of a host) only those links are kept whole."""
    raise NotImplementedError
