"""What a score was made of, as JSON: any score can be made again from it, byte for byte."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from services.toxicity.domain.facts import (
    Decision,
    Facts,
    LinkFacts,
    PageView,
    Surroundings,
    Verdict,
)
from services.toxicity.domain.layer import Layer
from services.toxicity.domain.source import (
    BurstView,
    GraphView,
    ListsView,
    NameView,
    NetworkView,
    Source,
    TurnView,
)
from shared.vocabulary import AnchorFlag, AnchorKind, Reason


def inputs_json(facts: Facts) -> dict[str, Any]:
    """Return everything that a score is made of; equal facts give equal JSON."""
    return {
        "link": None if facts.link is None else _link_json(facts.link),
        "page": None if facts.page is None else asdict(facts.page),
        "around": asdict(facts.around),
        "verdict": None if facts.verdict is None else _verdict_json(facts.verdict),
        "holds": list(facts.holds),
        "last_reasons": sorted(facts.last_reasons),
        "days_unseen": facts.days_unseen,
        "lost": facts.lost,
        "source": _source_json(facts.source),
        "layer": asdict(facts.layer),
    }


def facts_of(values: Mapping[str, Any]) -> Facts:
    """Return the facts that `inputs_json` has written."""
    link, page, verdict = values["link"], values["page"], values["verdict"]
    return Facts(
        link=None if link is None else _link(link),
        page=None if page is None else PageView(**page),
        around=Surroundings(**values["around"]),
        verdict=None if verdict is None else _verdict(verdict),
        holds=tuple(values["holds"]),
        last_reasons=frozenset(map(Reason, values["last_reasons"])),
        days_unseen=values["days_unseen"],
        lost=values["lost"],
        source=_source(values["source"]),
        layer=Layer(**values["layer"]),
    )


def _link_json(link: LinkFacts) -> dict[str, Any]:
    return {
        **link.to_json(),
        "anchor_kind": link.anchor_kind.value,
        "anchor_flags": sorted(link.anchor_flags),
    }


def _link(values: Mapping[str, Any]) -> LinkFacts:
    return LinkFacts.from_json(
        values,
        anchor_kind=AnchorKind(values["anchor_kind"]),
        anchor_flags=frozenset(map(AnchorFlag, values["anchor_flags"])),
    )


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {**asdict(verdict), "decided_on": verdict.decided_on.isoformat()}


def _verdict(values: Mapping[str, Any]) -> Verdict:
    return Verdict(
        decision=Decision(values["decision"]),
        decided_on=date.fromisoformat(values["decided_on"]),
        whole_domain=values["whole_domain"],
        reason=values["reason"],
    )


def _source_json(source: Source) -> dict[str, Any]:
    views = {one.name: getattr(source, one.name) for one in fields(source)}
    found = {name: None if view is None else asdict(view) for name, view in views.items()}
    burst = found["burst"]
    if burst is not None:
        burst["started_on"] = burst["started_on"].isoformat()
    if found["turn"] is not None:
        found["turn"]["found_on"] = found["turn"]["found_on"].isoformat()
    return found


def _source(values: Mapping[str, Any]) -> Source:
    name, lists, network, burst = (values[one] for one in ("name", "lists", "network", "burst"))
    return Source(
        name=None if name is None else NameView(name["p"], tuple(name["reasons"])),
        lists=None if lists is None else ListsView(tuple(lists["lists"]), lists["age_years"]),
        graph=None if values["graph"] is None else GraphView(**values["graph"]),
        network=None
        if network is None
        else NetworkView(**{**network, "shared": tuple(map(tuple, network["shared"]))}),
        burst=None
        if burst is None
        else BurstView(**{**burst, "started_on": date.fromisoformat(burst["started_on"])}),
        turn=_turn(values.get("turn")),
    )


def _turn(values: Mapping[str, Any] | None) -> TurnView | None:
    if values is None:
        return None
    return TurnView(date.fromisoformat(values["found_on"]), tuple(values["signs"]))
