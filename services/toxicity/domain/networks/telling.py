"""Networks in words for people and in JSON for the drawing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from services.toxicity.domain.networks.evidence import Kind
from services.toxicity.domain.networks.finding import Network

MAX_SHARED = 30
KIND_WORDS: Mapping[Kind, str] = {
    Kind.TRACKER: "an analytics, advertising or tag-manager id",
    Kind.OUTLINKS: "links to the same rarely linked site",
    Kind.TEXT: "nearly the same text",
    Kind.REGISTRATION: "the same registrar in the same week",
    Kind.TEMPLATE: "nearly the same template",
    Kind.SUBNET: "neighbouring addresses",
    Kind.NAME_SERVERS: "name servers",
}
_SHOWN = 3


def shared_json(network: Network) -> list[dict[str, Any]]:
    """Return what the domains of a network share: each value, its bits, and how many hold it."""
    holding: dict[tuple[Kind, str], set[str]] = defaultdict(set)
    bits: dict[tuple[Kind, str], float] = {}
    for edge in network.edges:
        for tie in edge.ties:
            holding[tie.kind, tie.value] |= {edge.left, edge.right}
            bits[tie.kind, tie.value] = tie.bits
    order = sorted(holding, key=lambda key: (-len(holding[key]) * bits[key], key))
    return [
        {
            "kind": kind.value,
            "label": KIND_WORDS[kind],
            "value": value,
            "bits": bits[kind, value],
            "domains": len(holding[kind, value]),
        }
        for kind, value in order[:MAX_SHARED]
    ]


def edges_json(network: Network) -> list[dict[str, Any]]:
    """Return who is tied to whom by what."""
    return [
        {
            "source": edge.left,
            "target": edge.right,
            "bits": edge.bits,
            "evidence": [
                {
                    "kind": tie.kind.value,
                    "label": KIND_WORDS[tie.kind],
                    "value": tie.value,
                    "bits": tie.bits,
                }
                for tie in edge.ties
            ],
        }
        for edge in network.edges
    ]


def shared_words(shared: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the kinds of what is shared, each once, the most telling first."""
    return list(dict.fromkeys(str(one["label"]) for one in shared))


def sentence(
    *, linking: int, shared: Sequence[Mapping[str, Any]], is_open: bool, links_to_the_same: bool
) -> str:
    """Return what a network is, in one sentence that accuses nobody."""
    words = shared_words(shared)[:_SHOWN]
    what = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    who = f"{linking} domains that link to you" if linking != 1 else "1 domain that links to you"
    said = f"{who} seem to belong to one owner: they share {what}."
    if is_open:
        return f"{said} They say so openly, as sister sites do."
    if links_to_the_same:
        return f"{said} They also link to the same other sites."
    return said
