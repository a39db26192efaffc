"""The health of a profile: 100 less what is wrong, each part shown with its weight and share; pure."""

from dataclasses import asdict, dataclass
from typing import Any

MODEL = "health-1"
LEAST = 10
"""Below so many present links one link more or less would decide: no number is said."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The counts that the score is made of; each is a figure of the audit."""

    present: int
    not_indexable: int
    on_broken_targets: int
    lost_90d: int
    off_contract: int
    contracts: int
    judged: int
    worth_action: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one thing takes away: `weight` points if all links had it."""

    code: str
    label: str
    weight: int
    share: float

    @property
    def points(self) -> float:
        return round(self.weight * self.share, 1)


@dataclass(frozen=True, slots=True)
class Health:
    score: int | None
    sentence: str
    parts: tuple[Part, ...]


def health_of(facts: Facts) -> Health:
    """Return the score and its waterfall; the parts' points and the score sum to 100."""
    parts = (
        Part("lost", "Lost in 90 days", 25, _share(facts.lost_90d, facts.present + facts.lost_90d)),
        Part(
            "broken", "On broken pages of yours", 25, _share(facts.on_broken_targets, facts.present)
        ),
        Part(
            "hidden", "On pages kept out of search", 20, _share(facts.not_indexable, facts.present)
        ),
        Part("contract", "Not as agreed", 15, _share(facts.off_contract, facts.contracts)),
        Part("toxic", "Worth action", 15, _share(facts.worth_action, facts.judged)),
    )
    if facts.present < LEAST:
        return Health(None, f"Fewer than {LEAST} links are present: too few for a score.", parts)
    score = round(100 - sum(part.points for part in parts))
    return Health(score, _sentence(score, parts), parts)


def _share(part: int, whole: int) -> float:
    return min(1.0, part / whole) if whole else 0.0


def _sentence(score: int, parts: tuple[Part, ...]) -> str:
    worst = max(parts, key=lambda part: part.points)
    if not worst.points:
        return "Nothing that we measure is wrong with the present links."
    return f"{score} of 100. What takes most: {worst.label.lower()} ({worst.points:g} points)."


def as_section(health: Health) -> dict[str, Any]:
    """Return the score as an audit keeps it."""
    parts = [asdict(part) | {"points": part.points} for part in health.parts]
    return {"score": health.score, "sentence": health.sentence, "parts": parts}
