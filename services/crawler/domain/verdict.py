"""What one fetch of a page says about each watched link: absolute facts and reasons only."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page import Page
from shared.events import Hop, Occurrence
from shared.vocabulary import Outcome, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One link that is watched on a page; without a target, any link to the site's hosts."""

    link_id: UUID
    hosts: frozenset[str]
    target_key: UUID | None = None
    target_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the fetch says about the page itself; the same for every link on it."""

    outcome: Outcome | None
    reasons: tuple[Reason, ...]
    http_status: int | None
    final_url: str
    redirects: tuple[Hop, ...]
    indexable: bool | None
    page_followed: bool | None
    canonical: str | None
    meta_robots: tuple[str, ...]
    x_robots_tag: tuple[str, ...]
    title: str | None
    lang: str | None
    outlinks_internal: int | None
    outlinks_external: int | None
    elapsed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the page says about one watched link."""

    link_id: UUID
    outcome: Outcome
    reasons: tuple[Reason, ...]
    occurrences: tuple[Occurrence, ...] = ()
    occurrence_count: int = 0
    targets: tuple[Occurrence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Links of the page to a watched site that no watch of the page has, of one target."""

    hosts: frozenset[str]
    target_url: str
    target_key: UUID
    verdict_reasons: tuple[Reason, ...]
    occurrences: tuple[Occurrence, ...]
    occurrence_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The answer for a whole page: one verdict per watch, in the order of the watches."""

    sight: Sight
    verdicts: tuple[Verdict, ...]
    discoveries: tuple[Discovery, ...]


def judge(
    fetched: Fetched,
    page: Page | None,
    watches: Sequence[Watch],
    *,
    google_allowed: bool | None = None,
) -> Judgement:
    """Return what the fetch says about every watch (page: what `page.read` made of the body)."""
    raise NotImplementedError
