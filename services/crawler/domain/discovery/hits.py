"""What a scan of a file finds: links to a site, and places that name it; and what it could not read."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from shared import urls
from shared.vocabulary import LinkKind

MOST_TEXT = 1_000
"""Letters of an anchor or a title that are kept."""


@dataclass(frozen=True, slots=True)
class PageNote:
    """What an archive tells of a page; None where it does not tell."""

    title: str | None = None
    lang: str | None = None
    noindex: bool | None = None
    nofollow: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHit:
    """A link to the site, as somebody's copy of the page had it at that time."""

    referring_url: str
    target_url: str
    anchor_text: str
    rel: tuple[str, ...]
    kind: LinkKind
    source: str
    seen_at: datetime | None
    page: PageNote

    @property
    def referring_domain(self) -> str:
        return domain_of(self.referring_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionHit:
    """A sentence of a page that names the site or its brand; `linked` is None where links are unknown."""

    referring_url: str
    term: str
    sentence: str
    linked: bool | None
    source: str
    seen_at: datetime | None
    page: PageNote

    @property
    def referring_domain(self) -> str:
        return domain_of(self.referring_url)


@dataclass(slots=True)
class Damage:
    """What of a file could not be read, counted by what was wrong."""

    counts: Counter[str] = field(default_factory=Counter)

    def note(self, what: str) -> None:
        self.counts[what] += 1

    def sentences(self) -> list[str]:
        """Return what was wrong, each with how often."""
        return [
            what if times == 1 else f"{what} ({times} times)" for what, times in self.counts.items()
        ]


def domain_of(url: str) -> str:
    """Return the registrable domain of a page, or what stands for it."""
    return urls.domain_or_host(urls.host_of(url))
