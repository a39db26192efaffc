"""One weighted piece of evidence, as a person is shown it."""

from typing import NamedTuple

from services.toxicity.domain.weights import BY_CODE, Clause, Family

QUOTED = 120


class Finding(NamedTuple):
    """What was seen, what would not have been a finding, and what it weighs.

    `given` is the weight of evidence that comes in degrees (a name, a rank); all other evidence
    weighs what the published table says.
    """

    code: str
    value: str
    threshold: str
    evidence: str
    given: int | None = None

    @property
    def family(self) -> Family:
        return BY_CODE[self.code].family

    @property
    def milli(self) -> int:
        return BY_CODE[self.code].milli if self.given is None else self.given

    @property
    def short(self) -> str:
        return BY_CODE[self.code].short

    @property
    def clause(self) -> Clause:
        return BY_CODE[self.code].clause


def quote(text: str) -> str:
    """Return a text of somebody else in quotation marks, in one line, cut if it is long."""
    text = " ".join(text.split())
    return f"“{text if len(text) <= QUOTED else text[: QUOTED - 1] + '…'}”"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"
