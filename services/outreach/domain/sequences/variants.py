"""Several texts of one step, tried side by side: who gets which, and what each brought; pure.

Nobody is tracked: what counts is the answer that means yes, or the link that is there.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.outreach.domain.inbound.verdict import Intent
from services.outreach.domain.sequences.funnel import ENOUGH
from services.outreach.domain.sequences.steps import Step, Variant
from shared.shares import wilson

POSITIVE = frozenset({Intent.INTERESTED, Intent.PRICE_QUOTE, Intent.ALREADY_LINKED})
"""What an answer wants that means yes: they are interested, name a price, or have set the link."""

FARTHEST = 100_000
"""More people per text than this are as good as never."""


def chosen(step: Step, enrollment_id: UUID) -> Variant:
    """Return the text that somebody gets in a step: always the same, by the weights over all people."""
    tried = step.tried
    told = hashlib.sha256(f"{enrollment_id}/{step.step_no}".encode()).digest()
    place = int.from_bytes(told[:8], "big") % sum(one.weight for one in tried)
    for one in tried:
        place -= one.weight
        if place < 0:
            return one
    raise AssertionError("a place beyond all weights")


def written_for(steps: Sequence[Step], enrollment_id: UUID) -> list[Step]:
    """Return the steps as somebody gets them: of each the one text that is theirs."""
    return [_only(step, chosen(step, enrollment_id)) for step in steps]


def _only(step: Step, variant: Variant) -> Step:
    return replace(
        step,
        subject=variant.subject,
        body=variant.body,
        template_id=variant.template_id,
        weight=1,
        others=(),
    )


def stopped(steps: Sequence[Step], step_no: int, name: str) -> list[Step]:
    """Return the steps with one text taken out of use; those who got it already keep it."""
    return [_without(step, name) if step.step_no == step_no else step for step in steps]


def _without(step: Step, name: str) -> Step:
    others = tuple(replace(one, weight=0) if one.name == name else one for one in step.others)
    return replace(step, weight=0 if name == step.first.name else step.weight, others=others)


@dataclass(frozen=True, slots=True)
class Tally:
    """What one text brought: each person counts once."""

    sent: int = 0
    bounced: int = 0
    answered: int = 0
    positive: int = 0
    placed: int = 0
    rewritten: int = 0
    """How many of those sent a person changed by hand before they went."""

    @property
    def delivered(self) -> int:
        return self.sent - self.bounced

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.sent + other.sent,
            self.bounced + other.bounced,
            self.answered + other.answered,
            self.positive + other.positive,
            self.placed + other.placed,
            self.rewritten + other.rewritten,
        )


TallyKey = tuple[int, int, str]
"""A version of the steps, a step, and the name of a text of it."""


def tallies(
    step: Step, versions: Mapping[int, Sequence[Step]], counted: Mapping[TallyKey, Tally]
) -> dict[str, Tally]:
    """Return what each text of a step brought, in all versions in which it reads as it does now."""
    texts = {(one.subject, one.body): one.name for one in step.variants}
    found = {one.name: Tally() for one in step.variants}
    for version_no, steps in versions.items():
        for each in steps:
            for one in each.variants if each.step_no == step.step_no else ():
                name = texts.get((one.subject, one.body))
                if name is not None:
                    found[name] += counted.get((version_no, each.step_no, one.name), Tally())
    return found


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether one text brings more than the others, and in words why, or why that is not known."""

    winner: str | None
    sentence: str
    more: int | None = None
    """About how many more people each text needs; None where that can't be said."""


def compare(hits: Mapping[str, int], of: Mapping[str, int], *, live: Collection[str]) -> Finding:
    """Say which text is best, if that can be said at all.

    None is named before every text that is in use reached enough people, nor while the intervals of
    the best and any other overlap. A text that was stopped before that is left out.
    """
    judged = {name for name in of if name in live or of[name] >= ENOUGH}
    short = {name: ENOUGH - of[name] for name in sorted(judged) if of[name] < ENOUGH}
    if len(judged) < 2:
        return Finding(None, "There is only one text to look at.")
    if short:
        needs = ", ".join(f"{name} {count}" for name, count in short.items())
        sentence = f"Too early to say: each text needs {ENOUGH} delivered, still missing: {needs}."
        return Finding(None, sentence, max(short.values()))
    ranked = sorted(judged, key=lambda name: (-hits[name] / of[name], name))
    best, rest = ranked[0], ranked[1:]
    low = wilson(hits[best], of[best])[0]
    rival = max(rest, key=lambda name: wilson(hits[name], of[name])[1])
    if low > wilson(hits[rival], of[rival])[1]:
        return Finding(best, f"{best} brings more: {_versus(hits, of, best, rival)}.")
    return _undecided(hits, of, best, rival)


def _undecided(hits: Mapping[str, int], of: Mapping[str, int], best: str, rival: str) -> Finding:
    begin = (
        f"Too early to say: {_versus(hits, of, best, rival)}, and chance alone could be the reason."
    )
    shares = (hits[best] / of[best], hits[rival] / of[rival])
    needed = people_needed(*shares)
    if needed is None:
        return Finding(None, f"{begin} As it stands, no number of people would tell them apart.")
    more = max(1, needed - min(of[best], of[rival]))
    sentence = f"{begin} If it goes on like this, about {more} more for each text would tell."
    return Finding(None, sentence, more)


def people_needed(high: float, low: float) -> int | None:
    """Return how many people per text it takes until two shares are told apart; None = too many."""
    if high <= low or not _are_apart(high, low, FARTHEST):
        return None
    least, most = 1, FARTHEST
    while least < most:
        middle = (least + most) // 2
        if _are_apart(high, low, middle):
            most = middle
        else:
            least = middle + 1
    return most


def _are_apart(high: float, low: float, count: int) -> bool:
    return wilson(high * count, count)[0] > wilson(low * count, count)[1]


def _versus(hits: Mapping[str, int], of: Mapping[str, int], best: str, rival: str) -> str:
    one, other = (f"{hits[name]} of {of[name]} ({name})" for name in (best, rival))
    return f"{one} against {other}"


def are_tried(step: Step) -> bool:
    """Say whether several texts of a step are tried side by side."""
    return len(step.tried) > 1
