"""What one fetch of a page says about each watched link: absolute facts and reasons only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from services.crawler.domain.absence import (
    Absence,
    cut_short,
    emptiness,
    refusal,
    wants_sibling,
)
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.link import Link
from services.crawler.domain.mention import is_commented, is_mentioned, is_scripted
from services.crawler.domain.page import Page
from services.crawler.domain.scene import Scene
from services.crawler.domain.sibling import Sibling
from services.crawler.domain.sight import Sight, sight_of
from services.crawler.domain.sites import Sites
from shared import urls
from shared.events import Observation, Occurrence, Rendering
from shared.vocabulary import LinkKind, Outcome, Reason

MAX_OCCURRENCES = 50
MAX_URL = 8_192
MAX_ANCHOR = 500
MAX_DISCOVERIES = 200

# A canonical, a feed or a form names a page; only these bring a visitor to it.
_LEADING = frozenset({LinkKind.TEXT, LinkKind.IMAGE, LinkKind.REFRESH})


class Watch(NamedTuple):
    """One link that is watched on a page; without a target, any link to the site's hosts."""

    link_id: UUID
    site_id: UUID
    hosts: frozenset[str]
    target_key: UUID | None = None
    target_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the page says about one watched link."""

    link_id: UUID
    outcome: Outcome
    reasons: tuple[Reason, ...]
    occurrences: tuple[Occurrence, ...] = ()
    occurrence_count: int = 0
    targets: tuple[Occurrence, ...] = ()
    rendering: Rendering | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Links of the page to a watched site that no watch of the page has, of one target."""

    site_id: UUID
    target_url: str
    target_key: UUID
    reasons: tuple[Reason, ...]
    occurrences: tuple[Occurrence, ...]
    occurrence_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The answer for a whole page: one verdict per watch, in the order of the watches.

    `wants_sibling` where an answer of the host for a made-up address could tell more.
    """

    sight: Sight
    verdicts: tuple[Verdict, ...]
    discoveries: tuple[Discovery, ...] = ()
    wants_sibling: bool = False


def sites_of(watches: Iterable[Watch]) -> Sites:
    """Return the sites of these watches alone, for a look that is to find nothing else."""
    return Sites({watch.site_id: watch.hosts for watch in watches})


def judge(
    fetched: Fetched,
    page: Page | None,
    watches: Sequence[Watch],
    *,
    sites: Sites,
    now: datetime,
    google_allowed: bool | None = None,
    sibling: Sibling | None = None,
) -> Judgement:
    """Return what the fetch says about every watch, and what it shows of all watched `sites`.

    `page` is what `read(..., wanted=sites.wanted)` made of an HTML body, None for anything else.
    A 304 is not judged: the last judgement still holds. `sibling` is how the host answers for a
    page that cannot exist.
    """
    scene = Scene(fetched, page, sibling)
    refused = refusal(scene)
    boards = _gather(fetched, page if refused is None else None, sites)
    for watch in watches:
        board = boards.setdefault(watch.site_id, _Board())
        if watch.target_key is not None:
            board.tracked.add(watch.target_key)
    seen = any(board.by_target for board in boards.values())
    absence = refused or cut_short(scene) or (None if seen else emptiness(scene))
    sight = sight_of(scene, seen=seen or absence is None, now=now, google_allowed=google_allowed)
    verdicts = tuple(
        _verdict(watch, boards[watch.site_id], scene, sight, absence) for watch in watches
    )
    discoveries = (
        found for site_id, board in boards.items() for found in board.discoveries(site_id, sight)
    )
    return Judgement(
        sight=sight,
        verdicts=verdicts,
        discoveries=tuple(islice(discoveries, MAX_DISCOVERIES)),
        wants_sibling=not seen
        and any(verdict.outcome is Outcome.MISSING for verdict in verdicts)
        and wants_sibling(scene, absence),
    )


def observation_of(
    sight: Sight,
    verdict: Verdict | Discovery,
    *,
    page_id: UUID,
    check_id: UUID,
    check_seq: int,
    checked_at: datetime,
    evidence_id: UUID | None = None,
) -> Observation:
    """Return the event part of a verdict, or of a discovery, which is always found."""
    return Observation(
        page_id=page_id,
        check_id=check_id,
        check_seq=check_seq,
        checked_at=checked_at,
        outcome=verdict.outcome if isinstance(verdict, Verdict) else Outcome.FOUND,
        reasons=verdict.reasons,
        http_status=sight.http_status,
        final_url=sight.final_url,
        redirects=sight.redirects,
        indexable=sight.indexable,
        page_followed=sight.page_followed,
        canonical=sight.canonical,
        meta_robots=sight.meta_robots,
        x_robots_tag=sight.x_robots_tag,
        title=sight.title,
        lang=sight.lang,
        ip=sight.ip,
        platform=sight.platform,
        outlinks_internal=sight.outlinks_internal,
        outlinks_external=sight.outlinks_external,
        occurrences=verdict.occurrences,
        occurrence_count=verdict.occurrence_count,
        elapsed_ms=sight.elapsed_ms,
        evidence_id=evidence_id,
        rendering=verdict.rendering if isinstance(verdict, Verdict) else None,
    )


@dataclass(slots=True)
class _Board:
    """The links of the page to one watched site, by target, in document order."""

    by_target: dict[UUID, list[Occurrence]] = field(default_factory=dict)
    tracked: set[UUID] = field(default_factory=set)
    offered: set[UUID] = field(default_factory=set)

    def add(self, occurrence: Occurrence) -> None:
        self.by_target.setdefault(occurrence.target_key, []).append(occurrence)

    def all(self) -> tuple[Occurrence, ...]:
        """Return the first place of every target, in document order."""
        self.offered.update(self.by_target)
        return tuple(places[0] for places in self.by_target.values())[:MAX_OCCURRENCES]

    def untracked(self) -> Iterator[UUID]:
        """Return the targets that nobody watches and that explain nothing yet, one at a time."""
        return (
            key for key in self.by_target if key not in self.tracked and key not in self.offered
        )

    def discoveries(self, site_id: UUID, sight: Sight) -> Iterator[Discovery]:
        for key in self.untracked():
            places = self.by_target[key]
            yield Discovery(
                site_id=site_id,
                target_url=places[0].target_url,
                target_key=key,
                reasons=(*_place_reasons(places), *sight.reasons),
                occurrences=tuple(places[:MAX_OCCURRENCES]),
                occurrence_count=len(places),
            )


def _verdict(
    watch: Watch, board: _Board, scene: Scene, sight: Sight, absence: Absence | None
) -> Verdict:
    places = _places(watch, board)
    if places:
        return Verdict(
            link_id=watch.link_id,
            outcome=Outcome.FOUND,
            reasons=(*_place_reasons(places), *sight.reasons),
            occurrences=tuple(places[:MAX_OCCURRENCES]),
            occurrence_count=len(places),
            targets=board.all() if watch.target_key is None else (),
        )
    why = absence or _missing(watch, scene)
    if why.outcome is not Outcome.MISSING or watch.target_key is None:
        return Verdict(link_id=watch.link_id, outcome=why.outcome, reasons=why.reasons)
    # Each new target explains at most one missing link; what is left over is a discovery.
    offer = list(islice(board.untracked(), 1))
    board.offered.update(offer)
    targets = tuple(place for key in offer for place in board.by_target[key][:MAX_OCCURRENCES])
    # What is wrong with the page and with the other link's place goes with the other link.
    standing = (*_place_reasons(targets), *sight.reasons) if targets else ()
    reasons = tuple(dict.fromkeys((*why.reasons, *standing)))
    return Verdict(link_id=watch.link_id, outcome=why.outcome, reasons=reasons, targets=targets)


def _places(watch: Watch, board: _Board) -> list[Occurrence]:
    if watch.target_key is not None:
        return board.by_target.get(watch.target_key, [])
    free = next(board.untracked(), None) or next(iter(board.by_target), None)
    return board.by_target[free] if free is not None else []


def _missing(watch: Watch, scene: Scene) -> Absence:
    """Return why one link is not on a page that was read and is not empty."""
    page = scene.page
    moved = (Reason.PAGE_REDIRECTED,) if scene.moved else ()
    if page is None:
        return Absence(Outcome.UNKNOWN, (Reason.NOT_HTML,))
    if is_commented(page, watch.hosts, watch.target_key):
        return Absence(Outcome.MISSING, (Reason.LINK_IN_COMMENT, *moved))
    if not scene.fetched.rendered and is_scripted(page, watch.hosts, watch.target_url):
        return Absence(Outcome.UNKNOWN, (Reason.JS_ONLY,))
    if is_mentioned(scene.text, watch.hosts):
        return Absence(Outcome.MISSING, (Reason.MENTION_ONLY, *moved))
    return Absence(Outcome.MISSING, (Reason.LINK_REMOVED, *moved))


def _leads(link: Link) -> bool:
    return link.kind in _LEADING or (link.kind is LinkKind.FRAME and link.in_iframe)


def _occurrence(link: Link, url: str) -> Occurrence:
    return Occurrence(
        target_url=url,
        target_key=urls.page_id(url),
        anchor_text=(link.visible_text or link.image_alt or "")[:MAX_ANCHOR],
        rel=link.rel[:10],
        kind=link.kind,
        position=link.position,
        hidden=link.hidden,
        in_noscript=link.in_noscript,
        in_iframe=link.in_iframe,
        image_alt=link.image_alt[:MAX_ANCHOR] if link.image_alt is not None else None,
        left_context=link.left_context,
        right_context=link.right_context,
    )


def _gather(fetched: Fetched, page: Page | None, sites: Sites) -> dict[UUID, _Board]:
    boards: dict[UUID, _Board] = {}
    own = frozenset(sites.of(urls.host_of(fetched.url)))
    for station in _stations(fetched):
        for site_id in sites.of(urls.host_of(station)):
            # The page is a link by itself: it redirects to the site. Where it arrives is the site's
            # own page, whose links are not looked at.
            if site_id not in own and site_id not in boards:
                boards[site_id] = _Board()
                boards[site_id].add(_redirect(station))
    arrived = frozenset(boards)
    for link in page.links if page is not None else ():
        if link.url is None or len(link.url) > MAX_URL or not _leads(link):
            continue
        owners = sites.of(urls.host_of(link.url)) if urls.is_http(link.url) else ()
        occurrence = _occurrence(link, link.url) if owners else None
        for site_id in owners:
            if site_id not in arrived and occurrence is not None:
                boards.setdefault(site_id, _Board()).add(occurrence)
    return boards


def _stations(fetched: Fetched) -> Iterator[str]:
    for hop in fetched.hops:
        station = urls.resolve(hop.location or "", hop.url)
        if station is not None and urls.is_http(station):
            yield station


def _redirect(url: str) -> Occurrence:
    return Occurrence(target_url=url, target_key=urls.page_id(url), kind=LinkKind.REDIRECT)


def _place_reasons(places: Sequence[Occurrence]) -> tuple[Reason, ...]:
    """Return what is wrong with a link at all of its places; one good place is enough."""
    reasons: list[Reason] = []
    if all(place.in_iframe for place in places):
        reasons.append(Reason.LINK_IN_IFRAME)
    if all(place.in_noscript for place in places):
        reasons.append(Reason.LINK_IN_NOSCRIPT)
    if all(place.hidden for place in places):
        reasons.append(Reason.LINK_HIDDEN_CSS)
    if all(_is_wordless(place) for place in places):
        reasons.append(Reason.ANCHOR_EMPTY)
    return tuple(reasons)


def _is_wordless(place: Occurrence) -> bool:
    return not place.anchor_text and place.kind not in {LinkKind.REDIRECT, LinkKind.REFRESH}
