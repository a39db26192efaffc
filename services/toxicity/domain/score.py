"""Findings to score: log-odds that add up exactly, a band, an action and what would change them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from services.toxicity.domain.facts import Decision, Facts
from services.toxicity.domain.finding import Finding
from services.toxicity.domain.findings import find
from services.toxicity.domain.layer import Layer
from services.toxicity.domain.weights import (
    BY_CODE,
    CAPS,
    FAMILY_WORDS,
    MODEL,
    POLICY_URL,
    PRIOR,
    Family,
)
from shared.vocabulary import Action, Band, Position

WATCH_FROM = 0.40
REVIEW_FROM = 0.80
PROPOSE_FROM = 0.97
FAMILIES_TO_PROPOSE = 3
SEEN_FAMILIES_TO_PROPOSE = 2  # of them, others than the name and lists of names
FRESH_DAYS = 30

_MANY = 6  # families observed: with a page, its link and the domain's name
_SOME = 5
_SHOWN = 2  # reasons that a list sentence names
TELLING_FROM = 600  # of a link that is all right: what weighs as much is said nevertheless
_MAX_CHANGES = 5


class Line(NamedTuple):
    """One line of the waterfall: the prior, a finding, or what a family's limit takes away."""

    kind: str
    code: str
    milli: int
    text: str


class Change(NamedTuple):
    """What the score would be without one finding."""

    code: str
    score: int
    band: Band
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """One judgement of one link. `milli` is the exact sum of the lines' `milli`."""

    milli: int
    p_toxic: float | None
    score: int | None
    band: Band
    action: Action
    confidence: str
    observed: tuple[Family, ...]
    findings: tuple[Finding, ...]
    lines: tuple[Line, ...]
    holds: tuple[str, ...]
    changes: tuple[Change, ...]
    sentence: str
    model: str = MODEL


def judge(facts: Facts) -> Score:
    """Return the score of a link from what is known of it; the same facts give the same score."""
    findings = find(facts)
    totals = family_totals(findings)
    lines = _with_layer(_lines(findings, totals), totals, facts.layer)
    milli = sum([line.milli for line in lines])
    observed = _observed(facts)
    enough = facts.link is not None and facts.page is not None
    p_toxic = probability(milli) if enough else None
    against = [item for item in findings if item.milli > 0]
    families = evidence_families(against)
    holds = _holds(facts, families)
    action = _action(facts, against, families, p_toxic=p_toxic, holds=holds)
    band = _band(p_toxic, proposed=action is _PROPOSE)
    return Score(
        milli=milli,
        p_toxic=p_toxic,
        score=None if p_toxic is None else round(100 * p_toxic),
        band=band,
        action=action,
        confidence=_confidence(observed),
        observed=observed,
        findings=findings,
        lines=lines,
        holds=holds,
        changes=_changes(against, totals, facts.layer) if enough else (),
        sentence=_sentence(facts, against, band=band, action=action),
    )


def waterfall(findings: Sequence[Finding]) -> tuple[Line, ...]:
    """Return the lines whose sum is the log-odds: prior, findings, limits of families."""
    return _lines(findings, family_totals(findings))


def _lines(findings: Sequence[Finding], totals: Mapping[Family, int]) -> tuple[Line, ...]:
    lines = [_PRIOR_LINE]
    lines += [Line("finding", item.code, item.milli, item.evidence) for item in findings]
    for family, total in totals.items():
        low, high = CAPS[family]
        if not low <= total <= high:
            excess = limited(family, total) - total
            text = f"{FAMILY_WORDS[family]}: no more than this part of the evidence may count."
            lines.append(Line("limit", f"limit_{family.value}", excess, text))
    return tuple(lines)


def layered(lines: Sequence[Line], findings: Sequence[Finding], layer: Layer) -> tuple[Line, ...]:
    """Return the lines with that of the last layer, which leaves decisions themselves alone."""
    return _with_layer(lines, family_totals(findings), layer)


def _with_layer(
    lines: Sequence[Line], totals: Mapping[Family, int], layer: Layer
) -> tuple[Line, ...]:
    if layer.is_idle:
        return tuple(lines)
    shift = layer.shift(sum([line.milli for line in lines]) - _decided(totals))
    if not shift:
        return tuple(lines)
    text = "What your own decisions so far say of links that look like this."
    return (*lines, Line("layer", "own_decisions", shift, text))


def _decided(totals: Mapping[Family, int]) -> int:
    return limited(_HISTORY, totals.get(_HISTORY, 0))


def family_totals(findings: Sequence[Finding]) -> dict[Family, int]:
    """Return what the findings of each family add up to, before its limit."""
    totals: dict[Family, int] = {}
    for item in findings:
        weight = BY_CODE[item.code]
        family = weight.family
        milli = weight.milli if item.given is None else item.given
        totals[family] = totals.get(family, 0) + milli
    return totals


def limited(family: Family, total: int) -> int:
    """Return how much of a family's total may count."""
    low, high = CAPS[family]
    if total < low:
        return low
    return min(total, high)


def probability(milli: int) -> float:
    """Return the probability that thousandths of log-odds stand for."""
    return 1.0 / (1.0 + math.exp(-milli / 1000))


def evidence_families(findings: Sequence[Finding]) -> frozenset[Family]:
    """Return the families in which something observed speaks against the link.

    Your own earlier decisions are no evidence: a decision may not confirm itself.
    """
    return frozenset([item.family for item in findings if item.milli > 0]) - _OWN


# Asking a class for its member costs a function call in Python 3.11.
_HISTORY = Family.HISTORY
_OWN = frozenset({_HISTORY})
_CALLED = frozenset({Family.NAME, Family.LISTS})
_KEEP = Decision.KEEP
_PROPOSE, _NO_ACTION = Action.PROPOSE_DISAVOW, Action.NO_ACTION_NEEDED
_UNKNOWN_PLACE = Position.UNKNOWN
_PRIOR_LINE = Line("prior", "prior", PRIOR, "Where every link starts: 5 in 100 are manipulative.")


def _observed(facts: Facts) -> tuple[Family, ...]:
    source, link = facts.source, facts.link
    return _families_of(
        source.name is not None,
        source.lists is not None,
        source.graph is not None,
        source.network is not None,
        facts.page is not None,
        link is not None,
        link is not None and (bool(link.context) or link.position is not _UNKNOWN_PLACE),
    )


@cache
def _families_of(*seen: bool) -> tuple[Family, ...]:
    """Return the families of which something was observed; there are 128 ways at most."""
    name, lists, graph, network, page, link, around = seen
    found = {
        Family.NAME: name,
        Family.LISTS: lists,
        Family.CONTENT: page,
        Family.PLACE: link,
        Family.ANCHOR: link,
        Family.GRAPH: graph,
        Family.NETWORK: network,
        Family.BEHAVIOUR: link,
        Family.RELEVANCE: around,
    }
    return tuple([family for family in Family if found.get(family)])


def _confidence(observed: Sequence[Family]) -> str:
    if len(observed) >= _MANY:
        return "high"
    return "medium" if len(observed) >= _SOME else "low"


def _holds(facts: Facts, families: frozenset[Family]) -> tuple[str, ...]:
    """Return why this link may not be proposed, whatever its score; by the families against it."""
    holds = list(facts.holds)
    if len(families) < FAMILIES_TO_PROPOSE:
        holds.append("too_few_families")
    elif len(families - _CALLED) < SEEN_FAMILIES_TO_PROPOSE:
        holds.append("judged_by_name")
    if facts.days_unseen > FRESH_DAYS:
        holds.append("not_seen_lately")
    if facts.verdict is not None and facts.verdict.decision is _KEEP:
        holds.append("kept")
    return tuple(dict.fromkeys(holds)) if len(holds) > 1 else tuple(holds)


def _action(
    facts: Facts,
    against: Sequence[Finding],
    families: frozenset[Family],
    *,
    p_toxic: float | None,
    holds: Sequence[str],
) -> Action:
    if facts.lost or (facts.verdict and facts.verdict.decision in _LEAVE_ALONE):
        return _NO_ACTION
    if p_toxic is None:
        return Action.LOOK_AGAIN
    if facts.link is not None and facts.link.qualified:
        return _NO_ACTION
    if p_toxic < WATCH_FROM:
        return Action.NONE
    if _is_ambient(against):
        return _NO_ACTION
    if p_toxic < REVIEW_FROM:
        return Action.WATCH
    if p_toxic >= PROPOSE_FROM and not holds:
        return _PROPOSE
    return Action.REQUEST_REMOVAL if len(families) > 1 else Action.REVIEW


_AIMED = frozenset({Family.ANCHOR, Family.NETWORK})
_COPIED = frozenset({"exact_anchor", "repeated_anchor"})  # who copies everybody copies these too
_TELLING = frozenset({"domain_condemned", "in_burst", "injected_link"})
_LEAVE_ALONE = frozenset({Decision.KEEP, Decision.IGNORE})


def _is_ambient(against: Sequence[Finding]) -> bool:
    """Whether this is junk of the web that happens to name the site: nobody aimed it at anything."""
    return not any(
        (item.family in _AIMED and item.code not in _COPIED) or item.code in _TELLING
        for item in against
    )


def _band(p_toxic: float | None, *, proposed: bool) -> Band:
    if p_toxic is None:
        return Band.INSUFFICIENT_DATA
    if proposed:
        return Band.PROPOSE_DISAVOW
    if p_toxic >= REVIEW_FROM:
        return Band.REVIEW
    return Band.WATCH if p_toxic >= WATCH_FROM else Band.OK


def _changes(
    against: Sequence[Finding], totals: Mapping[Family, int], layer: Layer
) -> tuple[Change, ...]:
    """Return what each finding against the link is worth in the end: the score without it."""
    counted = {family: limited(family, total) for family, total in totals.items()}
    base = PRIOR + sum(counted.values())
    decided = counted.get(_HISTORY, 0)
    without = []
    for item in against:
        family = item.family
        rest = base - counted[family] + limited(family, totals[family] - item.milli)
        if rest != base:
            left = 0 if family is _HISTORY else decided
            without.append((rest + layer.shift(rest - left), item.code, item))
    without.sort(key=_FIRST_TWO)
    return tuple([_change(rest, item) for rest, _, item in without[:_MAX_CHANGES]])


_FIRST_TWO = itemgetter(0, 1)


def _change(milli: int, finding: Finding) -> Change:
    p_toxic = probability(milli)
    score = round(100 * p_toxic)
    text = f"Without {finding.short} it would score {score}."
    return Change(finding.code, score, _band(p_toxic, proposed=False), text)


def _sentence(facts: Facts, against: Sequence[Finding], *, band: Band, action: Action) -> str:
    """Return what a list shows instead of a number."""
    if len(against) > 1:
        against = sorted(against, key=lambda item: (-item.milli, item.code))
    why = ", ".join(item.short for item in against[:_SHOWN])
    if facts.lost:
        return "Gone: nothing to do"
    if facts.verdict is not None and facts.verdict.decision is _KEEP:
        return "Kept by your team"
    if band is Band.INSUFFICIENT_DATA:
        return "Not enough seen"
    if band is Band.OK:
        return _of_good(against)
    if action is _NO_ACTION:
        return f"Ignore: Google does ({why})" if why else "Ignore: Google does"
    if action is _PROPOSE:
        return f"Candidate, you decide: {', '.join(item.short for item in against[:3])}"
    return f"Worth a look: {why}"


def _of_good(against: Sequence[Finding]) -> str:
    """Say what speaks against a link that is all right in sum, as far as it was seen and tells much.

    A name is no fault, and neither is a list: they alone are not held up to anybody.
    """
    telling = [
        item.short for item in against if item.milli >= TELLING_FROM and item.family not in _CALLED
    ]
    if not telling:
        return "Nothing worrying seen"
    return f"Nothing decisive seen ({', '.join(telling[:_SHOWN])})"


def waterfall_json(score: Score) -> dict[str, Any]:
    """Return the explanation that is kept with the score, so that it can be shown unchanged later."""
    return {
        "findings": [
            {
                "code": item.code,
                "family": item.family.value,
                "label": item.short,
                "value": item.value,
                "threshold": item.threshold,
                "evidence": item.evidence,
                "policy": {"clause": item.clause.value, "url": POLICY_URL},
                "weight": item.milli,
            }
            for item in score.findings
        ],
        "waterfall": [
            {"kind": line.kind, "code": line.code, "weight": line.milli, "text": line.text}
            for line in score.lines
        ],
        "what_would_change_it": [
            {"code": item.code, "score": item.score, "band": item.band.value, "text": item.text}
            for item in score.changes
        ],
        "observed_families": [family.value for family in score.observed],
        "held_back_by": list(score.holds),
    }
