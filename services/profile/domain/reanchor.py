"""Which existing anchors to change so that the distribution comes back into its bands; pure.

Only two things are worth changing what stands (seams.md 38): too many exact keywords, and one
anchor that is not the brand's on too many domains. Everything else is left to new links.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from uuid import UUID

from services.profile.domain.anchors import AnchorCount, Share
from shared.anchor_bands import (
    BANDS,
    EXACT_LIMIT,
    GROUP_LABELS,
    MIN_DOMAINS,
    ONE_ANCHOR_LIMIT,
    Group,
    links_to_band,
)
from shared.hostnames import shown
from shared.vocabulary import AnchorKind

MAX_CHANGES = 500
_SMALL_TARGET = 5  # domains below which a page has no distribution of its own
_OURS = frozenset({AnchorKind.BRANDED, AnchorKind.URL})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A referring domain whose anchor to one page could be changed, with one of its links."""

    link_id: UUID
    referring_domain: str
    referring_url: str
    target_url: str | None
    anchor_text: str
    kind: AnchorKind
    links: int  # of this domain, with this kind of anchor, to this page
    placement_id: UUID | None = None
    vendor_id: UUID | None = None
    vendor_name: str | None = None


@dataclass(frozen=True, slots=True)
class TargetCount:
    """How many referring domains a page of ours has, and how many of them use an exact keyword."""

    target_url: str
    domains: int
    exact: int


@dataclass(frozen=True, slots=True)
class Change:
    """One anchor to change, to what, why, and who could do it."""

    candidate: Candidate
    group: Group
    label: str
    why: str
    who: str


@dataclass(frozen=True, slots=True)
class TargetPlan:
    """A page of ours with more exact keywords than its share, and how many of them to change."""

    target_url: str
    domains: int
    exact: int
    share: float
    changes: int


@dataclass(frozen=True, slots=True)
class Rebalancing:
    """What to change, and how long the same would take with new links alone."""

    sentence: str
    changes_needed: int
    or_placements: int | None  # new links of other kinds that do the same; None: too many to count
    changes: tuple[Change, ...]
    targets: tuple[TargetPlan, ...]
    shares_after: Mapping[Group, float]


def exact_to_change(shares: Sequence[Share], domains: int) -> int:
    """Say how many domains must stop saying an exact keyword for the warning to end.

    A changed anchor stays a referring domain, so that the total is the same before and after.
    """
    exact = next((share.domains for share in shares if share.group is Group.EXACT), 0)
    return max(0, exact - floor(EXACT_LIMIT * domains + 1e-9))


def loud_to_change(anchors: Sequence[AnchorCount], domains: int) -> dict[str, int]:
    """Say for each anchor that is too loud how many domains must say something else."""
    most = floor(ONE_ANCHOR_LIMIT * domains + 1e-9)
    return {
        anchor.text.casefold(): anchor.domains - most
        for anchor in anchors
        if anchor.kind not in _OURS and anchor.domains > ONE_ANCHOR_LIMIT * domains
    }


def rebalancing(
    shares: Sequence[Share],
    anchors: Sequence[AnchorCount],
    candidates: Sequence[Candidate],
    targets: Sequence[TargetCount],
    *,
    domains: int,
) -> Rebalancing:
    """Choose the anchors to change: where somebody can be asked first, the fullest pages first."""
    counts = {share.group: share.domains for share in shares}
    if domains < MIN_DOMAINS:
        sentence = f"Too few to judge: {domains} of {MIN_DOMAINS} referring domains."
        return Rebalancing(sentence, 0, 0, (), (), _shares(counts))
    instead = links_to_band(counts, Group.EXACT)
    exact = exact_to_change(shares, domains)
    loud = loud_to_change(anchors, domains)
    plans = _targets(targets)
    changes = _changes(candidates, counts, exact, loud, {one.target_url: one for one in plans})
    needed = max(exact, len(changes))
    return Rebalancing(
        _sentence(needed, changes, instead),
        needed,
        instead,
        tuple(changes),
        tuple(plans) if needed else (),
        _shares(counts),
    )


def _changes(
    candidates: Sequence[Candidate],
    counts: dict[Group, int],
    exact: int,
    loud: Mapping[str, int],
    fullest: Mapping[str, TargetPlan],
) -> list[Change]:
    left = dict(loud)
    changes: list[Change] = []
    asked: set[str] = set()
    for one in sorted(candidates, key=lambda one: _order(one, left, fullest)):
        too_loud = left.get(one.anchor_text.casefold(), 0) > 0
        too_exact = one.kind is AnchorKind.EXACT and exact > 0
        if one.referring_domain in asked or not (too_loud or too_exact):
            continue
        asked.add(one.referring_domain)
        if too_loud:
            left[one.anchor_text.casefold()] -= 1
        if one.kind is AnchorKind.EXACT:
            exact -= 1
        changes.append(
            _change(one, counts, too_loud=too_loud, plan=fullest.get(one.target_url or ""))
        )
        if len(changes) >= MAX_CHANGES:
            break
    return changes


def _order(
    one: Candidate, loud: Mapping[str, int], fullest: Mapping[str, TargetPlan]
) -> tuple[bool, bool, float, int, str]:
    plan = fullest.get(one.target_url or "")
    return (
        one.placement_id is None,  # a placement has somebody who promised
        one.anchor_text.casefold() not in loud,
        -plan.share if plan else 0.0,
        one.links,
        one.referring_domain,
    )


def _change(
    one: Candidate, counts: dict[Group, int], *, too_loud: bool, plan: TargetPlan | None
) -> Change:
    total = max(sum(counts.values()), 1)
    source = Group.EXACT if one.kind is AnchorKind.EXACT else Group.PARTIAL
    if one.kind in {AnchorKind.EXACT, AnchorKind.PARTIAL} and counts[source]:
        counts[source] -= 1
    open_groups = [group for group in Group if group not in {Group.EXACT, source}]
    group = max(open_groups, key=lambda group: BANDS[group].centre - counts[group] / total)
    counts[group] += 1
    why = "too many domains say exactly this" if too_loud else "too many domains use exact keywords"
    if plan is not None:
        why += f", and {plan.share:.0%} of those that link to this page do"
    return Change(one, group, GROUP_LABELS[group], f"{why[0].upper()}{why[1:]}.", _who(one))


def _who(one: Candidate) -> str:
    many = f" ({one.links} links)" if one.links > 1 else ""
    if one.vendor_name or one.vendor_id:
        return f"The vendor of this placement{many}"
    if one.placement_id:
        return f"Whoever promised this placement{many}"
    return f"The owner of {shown(one.referring_domain)}{many}"


def _targets(targets: Sequence[TargetCount]) -> list[TargetPlan]:
    plans = [
        TargetPlan(
            one.target_url,
            one.domains,
            one.exact,
            one.exact / one.domains,
            max(0, one.exact - floor(EXACT_LIMIT * one.domains + 1e-9)),
        )
        for one in targets
        if one.domains >= _SMALL_TARGET
    ]
    over = [plan for plan in plans if plan.share > EXACT_LIMIT]
    return sorted(over, key=lambda plan: (-plan.changes, -plan.share, plan.target_url))


def _shares(counts: Mapping[Group, int]) -> dict[Group, float]:
    total = sum(counts.values())
    return {group: counts.get(group, 0) / total if total else 0.0 for group in Group}


def _sentence(needed: int, changes: Sequence[Change], placements: int | None) -> str:
    if not needed:
        return "Nothing that stands needs to be changed; let new links do the rest."
    asked = sum(change.candidate.placement_id is not None for change in changes)
    instead = f" {placements} new links of other kinds would do the same." if placements else ""
    return (
        f"Change the anchors of {needed} referring domains; for {asked} of them there is somebody"
        f" who promised the link.{instead}"
    )
