"""What answers about texts that are tried side by side look like."""

from collections.abc import Callable, Mapping

from pydantic import BaseModel, Field

from services.outreach.api.sequence_shapes import ShareOut
from services.outreach.domain.sequences.funnel import share
from services.outreach.domain.sequences.steps import Step
from services.outreach.domain.sequences.variants import Finding, Tally, compare


class TriedOut(BaseModel):
    """One text and what it brought, each person counted once."""

    name: str
    weight: int
    is_stopped: bool
    sent: int
    delivered: int = Field(description="Sent, and did not come back.")
    answered: ShareOut
    positive: ShareOut = Field(
        description="Answered that they are interested, named a price, or set the link."
    )
    placed: ShareOut = Field(description="A link of this domain was seen live afterwards.")
    rewritten: int = Field(description="How many a person changed by hand before they went.")


class FindingOut(BaseModel):
    """Which text brings more, or that it is too early to say."""

    winner: str | None
    sentence: str
    more: int | None = Field(description="About how many more people each text needs.")


class TriedStepOut(BaseModel):
    step_no: int
    texts: list[TriedOut]
    by_answers: FindingOut
    by_links: FindingOut


class VariantsOut(BaseModel):
    """The steps of which several texts were tried, with what each brought."""

    steps: list[TriedStepOut]


def tried_step_out(step: Step, tallies: Mapping[str, Tally]) -> TriedStepOut:
    return TriedStepOut(
        step_no=step.step_no,
        texts=[
            TriedOut(
                name=one.name,
                weight=one.weight,
                is_stopped=one.weight == 0,
                sent=tally.sent,
                delivered=tally.delivered,
                answered=_share(tally.answered, tally),
                positive=_share(tally.positive, tally),
                placed=_share(tally.placed, tally),
                rewritten=tally.rewritten,
            )
            for one in step.variants
            for tally in [tallies[one.name]]
        ],
        by_answers=_finding(step, tallies, lambda tally: tally.positive),
        by_links=_finding(step, tallies, lambda tally: tally.placed),
    )


def _share(count: int, tally: Tally) -> ShareOut:
    return ShareOut.model_validate(share(count, tally.delivered), from_attributes=True)


def _finding(step: Step, tallies: Mapping[str, Tally], hits: Callable[[Tally], int]) -> FindingOut:
    found: Finding = compare(
        {name: hits(one) for name, one in tallies.items()},
        {name: one.delivered for name, one in tallies.items()},
        live={one.name for one in step.tried},
    )
    return FindingOut.model_validate(found, from_attributes=True)
