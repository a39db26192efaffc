"""What a new model would change, link by link, before it is applied: streamed, so memory stays flat."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from services.toxicity.domain.facts import Facts
from services.toxicity.domain.score import judge
from services.toxicity.domain.weights import BY_CODE, MODEL
from shared.vocabulary import Action, Band


@dataclass(frozen=True, slots=True)
class Standing:
    """The score in force of one link; `findings` are codes with weights, None where not known."""

    score: int | None
    band: Band
    action: Action
    model: str
    findings: Mapping[str, int] | None = None

    @property
    def says(self) -> tuple[int | None, Band, Action]:
        return self.score, self.band, self.action


Candidate = tuple[UUID, Standing, Facts]
"""A link, its score in force, and what it would be judged by now."""


class Moved(NamedTuple):
    """One finding that another model or other facts weigh otherwise; None: it is no finding."""

    code: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One link that the model of today judges otherwise than the score in force says."""

    link_id: UUID
    before: Standing
    after: Standing
    sentence: str
    moved: tuple[Moved, ...] = ()


@dataclass(slots=True)
class Tally:
    """What a dry run has seen so far; `moves` counts links by the band they leave and the next."""

    looked: int = 0
    changed: int = 0
    crossed: int = 0
    moves: Counter[tuple[Band, Band]] = field(default_factory=Counter)


def by_code(findings: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    """Return the weight of each code of findings."""
    weights: dict[str, int] = {}
    for code, weight in findings:
        weights[code] = weights.get(code, 0) + weight
    return weights


def differences(links: Iterable[Candidate], tally: Tally) -> Iterator[Difference]:
    """Yield each link of which score, band, action or a finding would be another; counts in `tally`."""
    for link_id, before, facts in links:
        score = judge(facts)
        found = by_code((one.code, one.milli) for one in score.findings)
        after = Standing(score.score, score.band, score.action, MODEL, found)
        tally.looked += 1
        moved = _moved(before.findings, found)
        if before.says == after.says and not moved:
            continue
        tally.changed += 1
        if before.band is not after.band:
            tally.crossed += 1
            tally.moves[before.band, after.band] += 1
        yield Difference(link_id, before, after, score.sentence, moved)


def _moved(before: Mapping[str, int] | None, after: Mapping[str, int]) -> tuple[Moved, ...]:
    if before is None or before == after:
        return ()
    pairs = (Moved(code, before.get(code), after.get(code)) for code in sorted({**before, **after}))
    return tuple(one for one in pairs if one.before != one.after)


def difference_json(one: Difference) -> dict[str, Any]:
    """Return a difference as a line of the dry run tells it."""
    return {
        "link_id": one.link_id,
        "from": _standing_json(one.before),
        "to": _standing_json(one.after),
        "sentence": one.sentence,
        "findings": [
            {"code": code, "label": _label(code), "from": before, "to": after}
            for code, before, after in one.moved
        ],
    }


def _standing_json(one: Standing) -> dict[str, Any]:
    return {"score": one.score, "band": one.band, "action": one.action, "model": one.model}


def _label(code: str) -> str:
    """Return the words of a finding; an older model may have had one that is no more."""
    known = BY_CODE.get(code)
    return code.replace("_", " ") if known is None else known.short


def moves_of(counts: Mapping[str, Any]) -> list[tuple[Band, Band, int]]:
    """Return what was counted as (band now, band then, links)."""
    pairs = ((key.split(" "), links) for key, links in counts["moves"].items())
    return [(Band(old), Band(new), links) for (old, new), links in pairs]
