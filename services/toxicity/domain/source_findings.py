"""Evidence about the referring domain: its name, lists, the link graph, networks and bursts."""

import math
import re
from collections.abc import Callable

from services.toxicity.domain.finding import Finding, percent
from services.toxicity.domain.source import (
    LIST_HALF_LIFE,
    UNKNOWN,
    BurstView,
    GraphView,
    ListsView,
    NameView,
    NetworkView,
    Source,
    TurnView,
)
from services.toxicity.domain.weights import NAME_LIMIT

NAME_STEP = 50  # thousandths: a name's weight is no finer than this
NAME_SILENT = 250  # and below this it says nothing
NETWORK_DOMAINS = 3
NETWORK_BITS = 12.0
STRONG_BITS = 24.0
WELL_TRUSTED = 0.90
HIGH_AUTHORITY = 0.90
FAR_FROM_TRUST = 0.95
CLOSE_TO_BAD = 0.75
ENOUGH_IN_LINKS = 5  # of a domain that fewer others name, the graph says nothing against it
_SHOWN = 3
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


def of_source(source: Source) -> list[Finding]:
    """Return what speaks for or against the referring domain."""
    if source is UNKNOWN:
        return []
    views = (source.name, source.lists, source.graph, source.network, source.burst, source.turn)
    found = []
    for part in views:
        if part is not None:
            found += [one for rule in _RULES[type(part)] if (one := rule(part)) is not None]
    return found


def telling_name(name: NameView) -> Finding | None:
    """A bad name speaks against a link; a good one is easily bought, and excuses nothing."""
    milli = 1000 * math.log(max(name.p, 1e-6) / max(1.0 - name.p, 1e-6))
    milli = min(NAME_LIMIT, NAME_STEP * round(milli / NAME_STEP))
    if milli < NAME_SILENT:
        return None
    why = ", ".join(name.reasons[:_SHOWN])
    return Finding(
        "name_like_bad",
        percent(name.p),
        "about 50 %",
        f"Of names like this one, {percent(name.p)} were on lists of bad ones"
        f"{f': {why}' if why else ''}. The name alone never decides.",
        given=milli,
    )


def on_lists(lists: ListsView) -> Finding | None:
    if not lists.lists:
        return None
    several = len(lists.lists) > 1
    full = 3_000 if several else 1_500
    milli = 10 * round(full * 0.5 ** (lists.age_years / LIST_HALF_LIFE) / 10)
    if milli <= 0:
        return None
    return Finding(
        "on_lists" if several else "on_one_list",
        f"{len(lists.lists)} lists" if several else "1 list",
        "on none",
        f"Named by {' and by '.join(lists.lists[:_SHOWN])}.",
        given=milli,
    )


def well_trusted(graph: GraphView) -> Finding | None:
    if graph.trust is None or graph.trust < WELL_TRUSTED:
        return None
    return Finding(
        "well_trusted",
        f"top {percent(1 - graph.trust)}",
        f"top {percent(1 - WELL_TRUSTED)}",
        "Trusted sites link to it, directly or through others.",
    )


def high_authority(graph: GraphView) -> Finding | None:
    if graph.authority is None or graph.authority < HIGH_AUTHORITY:
        return None
    return Finding(
        "high_authority",
        f"top {percent(1 - graph.authority)}",
        f"top {percent(1 - HIGH_AUTHORITY)}",
        "Many sites that are linked to themselves link to it.",
    )


def far_from_trust(graph: GraphView) -> Finding | None:
    mass = graph.spam_mass
    if mass is None or mass < FAR_FROM_TRUST or graph.in_links < ENOUGH_IN_LINKS:
        return None
    return Finding(
        "far_from_trust",
        percent(mass),
        f"less than {percent(FAR_FROM_TRUST)}",
        f"{percent(mass)} of its rank comes from sites that no trusted site leads to.",
    )


def close_to_bad(graph: GraphView) -> Finding | None:
    if graph.distrust is None or graph.distrust < CLOSE_TO_BAD:
        return None
    return Finding(
        "close_to_bad",
        percent(graph.distrust),
        f"less than {percent(CLOSE_TO_BAD)}",
        "It links to sites that people judged bad, directly or through others.",
    )


def links_back(graph: GraphView) -> Finding | None:
    if not graph.is_reciprocal:
        return None
    return Finding("links_back", "both ways", "one way", "Your site links to this domain as well.")


def in_network(network: NetworkView) -> Finding | None:
    if network.domains < NETWORK_DOMAINS or network.bits < NETWORK_BITS:
        return None
    strong = network.bits >= STRONG_BITS
    shared = "; ".join(_shared(kind, value) for kind, value in network.shared[:_SHOWN])
    return Finding(
        "in_strong_network" if strong else "in_network",
        f"{network.domains} domains, {network.bits:.0f} bits",
        f"fewer than {NETWORK_DOMAINS} domains, or below {NETWORK_BITS:.0f} bits",
        f"It shares with {network.domains - 1} other domains what hardly any others have"
        f"{f': {shared}' if shared else ''}.",
    )


def _shared(kind: str, value: str) -> str:
    """Name what is shared; a fingerprint of a text or template says nothing to anybody."""
    return kind if _FINGERPRINT.fullmatch(value) else f"{kind} {value}"


def in_burst(burst: BurstView) -> Finding | None:
    return Finding(
        "in_burst",
        f"{burst.domains} new domains",
        f"about {burst.expected:.0f}",
        f"It first linked to you in the burst that began on {burst.started_on:%d %b %Y}.",
    )


def repurposed_domain(turn: TurnView) -> Finding | None:
    return Finding(
        "repurposed_domain",
        "another site",
        "the site that linked",
        f"On {turn.found_on.day} {turn.found_on:%b %Y} it looked like another site."
        f" {' '.join(turn.signs[:_SHOWN])}".strip(),
    )


_RULES: dict[type, tuple[Callable[..., Finding | None], ...]] = {
    NameView: (telling_name,),
    ListsView: (on_lists,),
    GraphView: (well_trusted, high_authority, far_from_trust, close_to_bad, links_back),
    NetworkView: (in_network,),
    BurstView: (in_burst,),
    TurnView: (repurposed_domain,),
}
