"""What became of those a sequence wrote to, with how sure one can be of each share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.shares import wilson

ENOUGH = 50
"""Fewer people written to than this say nothing about a sequence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    enrolled: int = 0
    open: int = 0
    sent: int = 0
    """To whom at least one message went out."""
    bounced: int = 0
    replied: int = 0
    agreed: int = 0
    placed: int = 0
    intents: Mapping[str, int] = field(default_factory=dict)
    """How many answers wanted what."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of those written to; without figures while they are too few."""

    count: int
    share: float | None
    low: float | None
    high: float | None
    sentence: str


def share(count: int, of: int) -> Share:
    """Return a share with its 95 % interval, or that there are too few to say."""
    if of < ENOUGH:
        return Share(count, None, None, None, f"{count} of {of}, too few to say.")
    low, high = wilson(count, of)
    likely = f"most likely between {_percent(low)} and {_percent(high)}"
    sentence = f"{count} of {of}: {_percent(count / of)}, {likely}."
    return Share(count, round(count / of, 4), round(low, 4), round(high, 4), sentence)


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"
