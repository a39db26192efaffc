"""How many prospects and mails a number of links takes, told by what came of those so far; pure."""

from dataclasses import dataclass
from math import ceil

_WEIGHT = 10  # so many observations weigh as much as what is assumed at first
_ASSUMED = {"reply": 0.08, "agree": 0.40, "place": 0.70}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What became of the prospects that were written to."""

    contacted: int
    replied: int
    agreed: int
    placed: int
    mails: int = 0


@dataclass(frozen=True, slots=True)
class Needs:
    """What it takes; None where nothing is known yet."""

    prospects: int | None
    mails: int | None
    sentence: str


def needs(links: int, outcomes: Outcomes | None) -> Needs:
    """Return how many prospects to write to for so many links."""
    if links == 0:
        return Needs(0, 0, "No slot is open.")
    if outcomes is None or outcomes.contacted == 0:
        return Needs(
            None, None, "How many prospects this takes is not known yet: nobody was written to."
        )
    rate = (
        _mean(outcomes.replied, outcomes.contacted, _ASSUMED["reply"])
        * _mean(outcomes.agreed, outcomes.replied, _ASSUMED["agree"])
        * _mean(outcomes.placed, outcomes.agreed, _ASSUMED["place"])
    )
    prospects = ceil(links / rate)
    mails = ceil(prospects * outcomes.mails / outcomes.contacted) if outcomes.mails else None
    written = f" and {mails:,} mails" if mails else ""
    return Needs(
        prospects,
        mails,
        f"{links:,} open slots take about {prospects:,} prospects{written}: of {outcomes.contacted:,}"
        f" that were written to, {outcomes.replied:,} answered, {outcomes.agreed:,} agreed and"
        f" {outcomes.placed:,} placed a link.",
    )


def _mean(successes: int, tries: int, assumed: float) -> float:
    """Return the mean of the Beta posterior; a later stage may know of more than an earlier one."""
    return (assumed * _WEIGHT + successes) / (_WEIGHT + max(tries, successes))
