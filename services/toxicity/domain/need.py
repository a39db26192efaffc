"""Does a site need a disavow file? The answer is no until a person records why it should be yes; pure."""

from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    NO = "no"
    CONSIDER = "consider"
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known, and how much of it speaks for a file."""

    manual_action: str | None = None
    known_scheme: str | None = None
    judged: int = 0
    candidates: int = 0
    worth_action: int = 0
    ignored_junk: int = 0


@dataclass(frozen=True, slots=True)
class NeedAnswer:
    need: Need
    sentence: str
    because: tuple[str, ...]


QUESTIONS = (
    "Does Search Console show a manual action for unnatural links to this site?",
    "Did you, or somebody you paid, buy, exchange or automatically make links to this site?",
    "Did the links that you see begin suddenly, and did search traffic fall after that and not recover?",
)


def answer(figures: Figures) -> NeedAnswer:
    """Return whether a disavow file is called for; figures alone never say yes."""
    because = []
    if figures.manual_action:
        because.append(f"A manual action is recorded: {figures.manual_action}")
    if figures.known_scheme:
        because.append(f"Links that you made or paid for are recorded: {figures.known_scheme}")
    because.append(
        f"{figures.candidates:,} of {figures.judged:,} judged links are candidates;"
        f" {figures.ignored_junk:,} are junk that search engines leave out of account by themselves."
    )
    if figures.manual_action:
        sentence = (
            "Yes: have what can be removed taken out first, disavow the rest, and ask for"
            " reconsideration."
        )
        return NeedAnswer(Need.YES, sentence, tuple(because))
    if figures.known_scheme:
        sentence = "Perhaps: disavow only links of that scheme which nobody takes out."
        return NeedAnswer(Need.CONSIDER, sentence, tuple(because))
    because.insert(0, "No manual action and no link scheme is recorded for this site.")
    sentence = "No: leave it to Google. A wrong line costs more than junk does."
    return NeedAnswer(Need.NO, sentence, tuple(because))
