"""Judges the made-up web end to end: pages read, facts, names, networks, bursts, findings, scores."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.toxicity.domain.counting import anchor_key, share_of
from services.toxicity.domain.facts import Facts, LinkFacts, PageView, Surroundings
from services.toxicity.domain.finding import Finding
from services.toxicity.domain.lexical import fitting, model
from services.toxicity.domain.names import names_of
from services.toxicity.domain.networks.evidence import Marks, add_page
from services.toxicity.domain.networks.finding import find_networks
from services.toxicity.domain.score import Score, judge
from services.toxicity.domain.sight import link_facts
from services.toxicity.domain.source import BurstView, NameView, NetworkView, Source
from shared import ids
from shared.events import PageFacts
from shared.shares import wilson
from tests.synthetic.crawl import HOSTS, Crawl
from tests.synthetic.world import BRANDS, KEYWORDS, SITE, Host, Kind, World

_OWN = frozenset({SITE})
_BURST = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Case:
    """One host with what was seen of it and what it came to."""

    host: Host
    facts: Facts
    score: Score

    @property
    def p(self) -> float:
        return self.score.p_toxic or 0.0

    @property
    def against(self) -> list[Finding]:
        return [one for one in self.score.findings if one.milli > 0]


def judge_world(world: World) -> list[Case]:
    """Return every host of a world judged, as the service would once all its pages are read."""
    crawl = Crawl(ids.new_id(), ids.new_id())
    names = names_of(BRANDS, KEYWORDS, tuple(HOSTS), SITE)
    links: list[LinkFacts | None] = []
    pages: list[PageView] = []
    marks: list[Marks] = []
    for host in world.hosts:
        checked, read = crawl.look(host)
        seen = link_facts(checked.observation)
        if seen is not None:
            kind, flags = names.classify(seen.anchor_text, seen.image_alt)
            seen = LinkFacts.from_json(seen.to_json(), anchor_kind=kind, anchor_flags=flags)
        links.append(seen)
        pages.append(_page(read.facts, toxic=names.is_toxic(read.facts.title or "")))
        mark = Marks(host.domain)
        add_page(mark, read.facts.model_dump(mode="json"), own=_OWN)
        marks.append(mark)
    around = _surroundings(world.hosts, links)
    sources = _sources(world, marks)
    given = [
        Facts(link=link, page=page, around=counts, source=source)
        for link, page, counts, source in zip(links, pages, around, sources, strict=True)
    ]
    return [Case(host, one, judge(one)) for host, one in zip(world.hosts, given, strict=True)]


def _page(facts: PageFacts, *, toxic: bool) -> PageView:
    return PageView.from_json({**facts.model_dump(mode="json"), "title_is_toxic": toxic})


def _surroundings(hosts: Sequence[Host], links: Sequence[LinkFacts | None]) -> list[Surroundings]:
    shares = [
        share_of(link, domain=host.domain, lost=False)
        for host, link in zip(hosts, links, strict=True)
    ]
    followed = {one.domain for one in shares if one is not None and one.followed}
    exact = {one.domain for one in shares if one is not None and one.followed and one.exact}
    anchors = Counter(one.anchor for one in shares if one is not None and one.anchor is not None)
    return [
        Surroundings(
            domains=len(followed),
            exact_domains=len(exact),
            anchor_domains=anchors[anchor_key(link.anchor_text)] if link is not None else 0,
            links_of_domain=40 if host.kind is Kind.BUILDER else 1,
        )
        for host, link in zip(hosts, links, strict=True)
    ]


def _sources(world: World, marks: Sequence[Marks]) -> list[Source]:
    named = model.load().judge([host.domain for host in world.hosts])
    networks: dict[str, NetworkView] = {}
    for number, network in enumerate(find_networks(marks).networks):
        ties = [tie for edge in network.edges for tie in edge.ties]
        shared = tuple((tie.kind.value, tie.value) for tie in ties[:3])
        for domain in network.domains:
            networks[domain] = NetworkView(str(number), len(network.domains), network.bits, shared)
    burst = _burst(world)
    return [
        Source(
            name=NameView(one.p, one.reasons) if one.p is not None else None,
            network=networks.get(host.domain, NetworkView()),
            burst=burst if burst is not None and _is_in(host, burst) else None,
        )
        for host, one in zip(world.hosts, named, strict=True)
    ]


def _burst(world: World) -> BurstView | None:
    """Return the planted blast as the detector of attacks tells it (it has tests of its own)."""
    blasts = [host for host in world.hosts if host.kind is Kind.BLAST]
    if not blasts:
        return None
    started = min(host.first_seen for host in blasts)
    return BurstView(started_on=started, domains=len(blasts), expected=0.5)


def _is_in(host: Host, burst: BurstView) -> bool:
    """Everybody who came in those days is in it, honest or not: the detector knows no truth."""
    return burst.started_on <= host.first_seen <= burst.started_on + _BURST


@dataclass(frozen=True, slots=True)
class Measured:
    """How well the truth was found; intervals are Wilson's, with 95 %."""

    auc: float
    recall: float
    recall_interval: tuple[float, float]
    precision: float
    precision_interval: tuple[float, float]
    proposed: int
    wrong: tuple[str, ...]
    calibration_error: float
    stray: tuple[str, ...]
    """Reasons of proposals that the generator did not plant."""


def measure(cases: Sequence[Case], threshold: float = 0.97) -> Measured:
    """Return what was found at the disavow threshold, against the planted truth."""
    import numpy as np  # noqa: PLC0415 - with the model only

    toxic = np.array([float(case.host.toxic) for case in cases])
    p = np.array([case.p for case in cases])
    above = p >= threshold
    hits, total = float(toxic[above].sum()), float(above.sum())
    error, _ = fitting.calibration_error(p, toxic, np.ones(len(p)))
    wrong = [
        case.host.kind.value
        for case, over in zip(cases, above, strict=True)
        if over and not case.host.toxic
    ]
    stray = [
        f"{case.host.kind} {one.code}"
        for case, over in zip(cases, above, strict=True)
        for one in case.against
        if over and one.code not in case.host.planted
    ]
    return Measured(
        auc=fitting.auc(toxic, p),
        recall=hits / float(toxic.sum()),
        recall_interval=wilson(hits, float(toxic.sum())),
        precision=hits / total if total else 0.0,
        precision_interval=wilson(hits, total),
        proposed=int(total),
        wrong=tuple(wrong),
        calibration_error=error,
        stray=tuple(stray),
    )
