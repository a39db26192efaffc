"""The anchor distribution of a site, its two warnings, and what the next placements should say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from shared.anchor_bands import (
    BANDS,
    EXACT_LIMIT,
    GROUP_LABELS,
    GROUPS,
    MIN_DOMAINS,
    ONE_ANCHOR_LIMIT,
    Group,
    next_group,
)
from shared.anchor_text import fold, words_of
from shared.vocabulary import AnchorKind

MAX_ADVICE = 100
_PRIOR_LINKS = 20  # how many links at the band centres weigh as much as the first real ones
_NAMED_WARNINGS = 10
_NOT_ONE_ANCHOR = frozenset({AnchorKind.BRANDED, AnchorKind.URL})


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many referring domains and links have anchors of a kind (a domain once per kind)."""

    kind: AnchorKind
    domains: int
    links: int
    unknown_links: int = 0  # of them, those whose anchor no rule explains


@dataclass(frozen=True, slots=True)
class AnchorCount:
    """One anchor text with its counts."""

    text: str
    kind: AnchorKind
    domains: int
    links: int


@dataclass(frozen=True, slots=True)
class Share:
    """One group against its band; the band is a target for new links, no alarm."""

    group: Group
    label: str
    domains: int
    links: int
    by_domain: float
    by_link: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class AnchorWarning:
    """Something worth a look: the sentence and the next step."""

    code: str
    sentence: str
    todo: str
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """The anchors of a site at a glance."""

    shares: tuple[Share, ...]
    other: KindCount  # what is none of the four groups
    domains: int
    links: int
    coverage: float  # share of the (domain, kind) pairs that the four groups explain
    divergence: float  # 0 = at the centres of the bands, 1 = nothing in common
    verdict: str
    warnings: tuple[AnchorWarning, ...]
    overlap: tuple[str, ...]  # keywords that the brand's own name holds


def distribution(
    kinds: Iterable[KindCount],
    anchors: Iterable[AnchorCount],
    *,
    domains: int,
    overlap: Sequence[str] = (),
) -> Distribution:
    """Set the counts of a site against the bands; `domains` is its number of referring domains."""
    counted, other = _by_group(kinds)
    pairs = sum(count.domains for count in counted.values())
    links = sum(count.links for count in counted.values())
    shares = tuple(_share(group, counted[group], pairs, links) for group in Group)
    everything = pairs + other.domains
    warnings = () if domains < MIN_DOMAINS else tuple(_warnings(shares, anchors, domains))
    return Distribution(
        shares,
        other,
        domains,
        links + other.links,
        pairs / everything if everything else 0.0,
        _divergence(counted),
        _verdict(domains, warnings),
        warnings,
        tuple(overlap),
    )


def _by_group(kinds: Iterable[KindCount]) -> tuple[dict[Group, KindCount], KindCount]:
    counted = {group: KindCount(AnchorKind.OTHER, 0, 0) for group in Group}
    other = KindCount(AnchorKind.OTHER, 0, 0)
    for count in kinds:
        group = GROUPS.get(count.kind)
        before = other if group is None else counted[group]
        both = KindCount(count.kind, before.domains + count.domains, before.links + count.links)
        if group is None:
            other = both
        else:
            counted[group] = both
    return counted, other


def _share(group: Group, count: KindCount, pairs: int, links: int) -> Share:
    return Share(
        group,
        GROUP_LABELS[group],
        count.domains,
        count.links,
        count.domains / pairs if pairs else 0.0,
        count.links / links if links else 0.0,
        BANDS[group].low,
        BANDS[group].high,
    )


def _warnings(
    shares: Sequence[Share], anchors: Iterable[AnchorCount], domains: int
) -> Iterable[AnchorWarning]:
    exact = next(share for share in shares if share.group is Group.EXACT)
    if exact.domains > EXACT_LIMIT * domains:
        yield AnchorWarning(
            "exact_share",
            f"{exact.domains / domains:.0%} of the referring domains use an exact keyword.",
            "Use your brand or plain words in the next placements until it is below 10%.",
        )
    loud = [
        anchor
        for anchor in anchors
        if anchor.kind not in _NOT_ONE_ANCHOR and anchor.domains > ONE_ANCHOR_LIMIT * domains
    ]
    loud.sort(key=lambda anchor: (-anchor.domains, anchor.text))
    for anchor in loud[:_NAMED_WARNINGS]:
        yield AnchorWarning(
            "one_anchor",
            f"{anchor.domains / domains:.0%} of the referring domains say “{anchor.text}”.",
            "Look at who uses it, and choose other words in the next placements.",
            anchor.text,
        )


def _verdict(domains: int, warnings: Sequence[AnchorWarning]) -> str:
    if domains < MIN_DOMAINS:
        return f"Too few to judge: {domains} of {MIN_DOMAINS} referring domains."
    if warnings:
        return "Worth a look."
    return "Healthy. The bands are targets for new links, not alarms."


def _divergence(counted: Mapping[Group, KindCount]) -> float:
    """Return the Jensen-Shannon divergence to the band centres, smoothed: 8 links alarm nobody."""
    total = sum(band.centre for band in BANDS.values())
    aim = {group: band.centre / total for group, band in BANDS.items()}
    pairs = sum(count.domains for count in counted.values()) + _PRIOR_LINKS
    real = {group: (counted[group].domains + _PRIOR_LINKS * aim[group]) / pairs for group in Group}
    return sum(
        _lean(real[group], (real[group] + aim[group]) / 2) / 2
        + _lean(aim[group], (real[group] + aim[group]) / 2) / 2
        for group in Group
    )


def _lean(one: float, mean: float) -> float:
    return one * log2(one / mean) if one > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Advice:
    """What one of the next placements should say, and why."""

    group: Group
    label: str
    sentence: str


def next_placements(shares: Sequence[Share], count: int) -> tuple[Advice, ...]:
    """Choose the groups of the next placements, one after the other."""
    domains = {share.group: share.domains for share in shares}
    advice = []
    for turn in range(min(count, MAX_ADVICE)):
        total = sum(domains.values())
        group = next_group(domains)
        share = domains[group] / total if total else 0.0
        advice.append(Advice(group, GROUP_LABELS[group], _why(group, share, is_now=turn == 0)))
        domains[group] += 1
    return tuple(advice)


def _why(group: Group, share: float, *, is_now: bool) -> str:
    band = BANDS[group]
    return (
        f"{GROUP_LABELS[group]}: {'now' if is_now else 'by then'} {share:.0%} of your domains, "
        f"the target for new links is {band.low:.0%} to {band.high:.0%}."
    )


def overlaps(brands: Iterable[str], keywords: Iterable[str]) -> tuple[str, ...]:
    """Name the keywords whose words the brand's own name holds: they cannot be told apart."""
    names = [frozenset(words_of(fold(brand))) for brand in brands]
    return tuple(
        keyword
        for keyword in keywords
        if (words := frozenset(words_of(fold(keyword)))) and any(words <= name for name in names)
    )
