"""Four questions about a link, answered apart: one number for all of them would mislead.

Is the source real, does it show a pattern of the spam policies (the score), does the link pass
anything, and what is it worth. What was not observed is answered by "not known".
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.toxicity.domain.facts import Facts
from services.toxicity.domain.page_findings import REAL_WORDS
from services.toxicity.domain.score import Score
from services.toxicity.domain.weights import Family
from shared.vocabulary import Band, Reason

HOLLOW = 1_200  # so much against the content, in thousandths: hardly a page for people
HIGH, SOME = 0.90, 0.50


class Says(StrEnum):
    """What an answer comes to."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer with its ground in one sentence."""

    says: Says
    sentence: str


@dataclass(frozen=True, slots=True)
class Answers:
    is_real: Answer
    shows_pattern: Answer
    passes: Answer
    is_worth: Answer


def answers_of(facts: Facts, score: Score) -> Answers:
    """Return the four answers; none of them is made from another."""
    return Answers(_is_real(facts, score), _shows_pattern(score), _passes(facts), _is_worth(facts))


def _is_real(facts: Facts, score: Score) -> Answer:
    page = facts.page
    if Reason.PARKED in facts.last_reasons:
        return Answer(Says.NO, "The domain is parked: nobody runs a site there.")
    if page is None:
        return Answer(Says.UNKNOWN, "Its page has not been read yet.")
    against = sum(one.milli for one in score.findings if one.family is Family.CONTENT)
    if against >= HOLLOW:
        return Answer(Says.NO, "Its page holds hardly anything for people.")
    reachable = page.has_contact or page.has_legal
    if reachable and page.word_count >= REAL_WORDS:
        return Answer(Says.YES, "It has text of its own and says who is behind it.")
    if reachable or page.word_count >= REAL_WORDS:
        shown = "says who is behind it" if reachable else "has text of its own"
        return Answer(Says.PARTLY, f"It {shown}; more was not seen.")
    return Answer(Says.UNKNOWN, "Little was seen of it: few words, and nobody named.")


def _shows_pattern(score: Score) -> Answer:
    if score.band is Band.INSUFFICIENT_DATA:
        return Answer(Says.UNKNOWN, "Not enough seen to say.")
    if score.band is Band.OK:
        return Answer(Says.NO, "Nothing that the spam policies speak of was seen.")
    says = Says.PARTLY if score.band is Band.WATCH else Says.YES
    return Answer(says, f"{score.sentence}.")


def _passes(facts: Facts) -> Answer:
    link = facts.link
    if facts.lost:
        return Answer(Says.NO, "The link is gone.")
    if link is None:
        return Answer(Says.UNKNOWN, "The link has not been seen yet.")
    if link.qualified:
        return Answer(Says.NO, "It is marked so that search engines don't count it.")
    if link.indexable is False:
        return Answer(Says.NO, "The page keeps itself out of search results.")
    if link.indexable is None or link.page_followed is None:
        return Answer(Says.UNKNOWN, "Whether the page may be listed was not seen.")
    if link.hidden:
        return Answer(Says.PARTLY, "It is followed, but visitors can't see it.")
    return Answer(Says.YES, "It is followed, on a page that may be listed.")


def _is_worth(facts: Facts) -> Answer:
    graph = facts.source.graph
    if graph is None or graph.authority is None:
        return Answer(Says.UNKNOWN, "How many others link to the domain is not known.")
    share = f"{100 * graph.authority:.0f} of 100 domains that we have seen"
    if graph.authority >= HIGH:
        return Answer(Says.YES, f"The domain is better linked than {share}.")
    says = Says.PARTLY if graph.authority >= SOME else Says.NO
    return Answer(says, f"The domain is better linked than only {share}.")


def answers_json(answers: Answers) -> dict[str, Any]:
    """Return the answers as they are kept with the score."""
    parts = {
        "is_real": answers.is_real,
        "shows_pattern": answers.shows_pattern,
        "passes": answers.passes,
        "is_worth": answers.is_worth,
    }
    return {name: {"says": one.says.value, "sentence": one.sentence} for name, one in parts.items()}
