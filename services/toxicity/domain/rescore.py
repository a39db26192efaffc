"""What a new model would change, link by link, before it is applied: streamed, so memory stays flat."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from services.toxicity.domain.facts import Facts
from services.toxicity.domain.score import judge
from services.toxicity.domain.weights import MODEL
from shared.vocabulary import Action, Band


@dataclass(frozen=True, slots=True)
class Standing:
    """The score in force of one link."""

    score: int | None
    band: Band
    action: Action
    model: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One link that the model of today judges otherwise than the score in force says."""

    link_id: UUID
    before: Standing
    after: Standing
    sentence: str


@dataclass(slots=True)
class Tally:
    """What a dry run has seen so far."""

    looked: int = 0
    changed: int = 0
    crossed: int = 0


def differences(
    links: Iterable[tuple[UUID, Standing, Facts]], tally: Tally
) -> Iterator[Difference]:
    """Yield each link whose score, band or action would be another; counts all in `tally`."""
    for link_id, before, facts in links:
        score = judge(facts)
        after = Standing(score.score, score.band, score.action, MODEL)
        tally.looked += 1
        if (before.score, before.band, before.action) == (after.score, after.band, after.action):
            continue
        tally.changed += 1
        tally.crossed += before.band is not after.band
        yield Difference(link_id, before, after, score.sentence)
