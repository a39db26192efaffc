"""What a plan says in sentences: where the pace comes from, what it does to the anchors, what it cannot do; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from services.outreach.domain.plan.corridor import Pace
from shared.anchor_bands import (
    BANDS,
    EXACT_LIMIT,
    GROUP_LABELS,
    MIN_DOMAINS,
    Group,
    links_to_band,
)

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """One group of anchors before and after a plan, against its band."""

    group: Group
    label: str
    low: float
    high: float
    now: int
    now_share: float
    after: int
    after_share: float


def standings(now: Mapping[Group, int], after: Mapping[Group, int]) -> list[Standing]:
    """Return each group against its band, now and when everything planned is there."""
    return [
        Standing(
            group,
            GROUP_LABELS[group],
            BANDS[group].low,
            BANDS[group].high,
            now[group],
            _share(now, group),
            after[group],
            _share(after, group),
        )
        for group in Group
    ]


def _share(counts: Mapping[Group, int], group: Group) -> float:
    total = sum(counts.values())
    return counts[group] / total if total else 0.0


def of_pace(pace: Pace, planned: Sequence[int]) -> str:
    """Say what the numbers of the months follow from."""
    if not planned:
        return "Nothing is planned."
    own, rivals = pace.own_usual, pace.competitors_usual
    if own is None:
        usual = (
            "How many referring domains come by themselves is not known yet, so the plan is careful"
        )
    else:
        months = f"{len(pace.own)} months" if len(pace.own) > 1 else "one month"
        usual = f"Usually {own:g} new referring domains come a month ({months} are known)"
    others = "" if rivals is None else f"; to your competitors come {rivals:g}"
    grows = f"It begins with {planned[0]:,} links in the first month"
    if planned[-1] != planned[0]:
        grows += f" and reaches {planned[-1]:,} in the last"
    return f"{usual}{others}. {grows}."


def of_exact(now: Mapping[Group, int], domains: int, pace: float, *, changes: int) -> str | None:
    """Say how long new links alone would take to thin out exact keywords, if there are too many."""
    total, exact = sum(now.values()), now[Group.EXACT]
    if domains < MIN_DOMAINS or exact <= EXACT_LIMIT * total:
        return None
    needed = links_to_band(now, Group.EXACT)
    begin = f"{exact:,} of {total:,} anchors are exact keywords ({exact / total:.0%})."
    if needed is None:
        alone = "New links alone can't thin them out"
    else:
        months = ceil(needed / pace) if pace else 0
        alone = f"With new links alone it takes {needed:,} others until at most 10% are"
        alone += f", which is about {months:,} months at this pace" if months else ""
    change = f"change {changes:,} of those that stand" if changes else "change some that stand"
    return f"{begin} {alone}; so {change}: see Anchors."


def of_bands(standing: Iterable[Standing]) -> str:
    """Say whether the groups are within their bands once everything planned is there."""
    outside = [one for one in standing if not one.low <= one.after_share <= one.high]
    if not outside:
        return "When all of it is there, every group of anchors is within its target."
    named = "; ".join(
        f"{one.label} at {one.after_share:.0%} (target {one.low:.0%} to {one.high:.0%})"
        for one in outside
    )
    return f"When all of it is there, not every group is within its target yet: {named}."


def of_capped(missing: int) -> str | None:
    """Say that the cap of pages leaves months short."""
    if missing == 0:
        return None
    return f"{missing:,} links of the pace are not planned: every page has reached its cap for the month."


def of_broken(urls: Sequence[str]) -> str | None:
    """Say that pages are left out because they do not answer."""
    if not urls:
        return None
    more = f" and {len(urls) - _NAMED} more" if len(urls) > _NAMED else ""
    return f"No links are planned for pages that do not answer: {', '.join(urls[:_NAMED])}{more}."


def of_judgement(domains: int) -> str | None:
    """Say that there are too few referring domains to judge the anchors by."""
    if domains >= MIN_DOMAINS:
        return None
    return f"Too few to judge the anchors that stand: {domains} of {MIN_DOMAINS} referring domains."
