"""A place for a link, judged before anybody is asked for one: the score's evidence, read the other way.

The engine judges the plainest link that could stand there: visible, in the text, without a text of its
own. So what speaks against it comes from the page and its domain alone. What your team decided is told
beside it and is no evidence; what was not seen is said to be unknown, never held against the place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from services.toxicity.domain.answers import Answer, Answers, Says, answers_of
from services.toxicity.domain.facts import Decision, Facts, LinkFacts, PageView
from services.toxicity.domain.guard import Hold
from services.toxicity.domain.score import Score, judge
from services.toxicity.domain.source import UNKNOWN, Source
from shared.vocabulary import Band, Position, Reason

UNFOLLOWED_SHARE = 0.9
ENOUGH_OUTLINKS = 3
"""Links to other sites from which on their marks say how the page treats such links."""
_SHOWN = 3
_BAD = frozenset({Band.REVIEW, Band.PROPOSE_DISAVOW})
_TELLING = frozenset({Reason.PARKED, Reason.CLOAKED})


class Advice(StrEnum):
    """What the evaluation comes to, the best first."""

    GOOD = "good"
    LOOK_CLOSER = "look_closer"
    STAY_AWAY = "stay_away"
    NOT_SEEN = "not_seen"


LABELS = {
    Advice.GOOD: "Worth asking",
    Advice.LOOK_CLOSER: "Look closer first",
    Advice.STAY_AWAY: "Better not",
    Advice.NOT_SEEN: "Could not be looked at",
}


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a page where a link could stand, and of its domain."""

    page: PageView | None = None
    indexable: bool | None = None
    page_followed: bool | None = None
    unfollowed: int | None = None
    """Of the links to other sites, those that the page marks as not to be counted; None: not counted."""
    reasons: frozenset[Reason] = frozenset()
    """Of the look, whether it saw the page or not."""
    source: Source = UNKNOWN
    decision: Decision | None = None
    """What your team decided about the whole domain."""
    live_links: int = 0
    """Links to your site that the domain has already."""
    hold: Hold | None = None
    """Why the guard list knows its name."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The advice, why, and the four answers and the score that it rests on."""

    advice: Advice
    reasons: tuple[str, ...]
    answers: Answers
    score: Score
    notes: tuple[str, ...] = ()
    """Worth knowing, whatever the advice is."""

    @property
    def sentence(self) -> str:
        return f"{LABELS[self.advice]}. {self.reasons[0]}"


def evaluate(place: Place) -> Evaluation:
    """Return what is to be thought of a place; the same facts give the same advice."""
    link = LinkFacts(position=Position.CONTENT) if place.page is not None else None
    facts = Facts(
        link=link,
        page=place.page,
        last_reasons=place.reasons & _TELLING,
        source=place.source,
    )
    score = judge(facts)
    known = answers_of(facts, score)
    pattern = replace(known.shows_pattern, sentence=_pattern(known.shows_pattern, score))
    answers = replace(known, shows_pattern=pattern, passes=_passes(place))
    advice, reasons = _advice(place, answers, score)
    return Evaluation(advice, reasons, answers, score, tuple(_notes(place)))


def _pattern(known: Answer, score: Score) -> str:
    """Say what the score does, without what is to be done about a link that stands already."""
    if score.band is Band.WATCH:
        return f"Something speaks against it: {_worst(score)}."
    if score.band in _BAD:
        return f"It shows a pattern of spam: {_worst(score)}."
    return known.sentence


def _passes(place: Place) -> Answer:
    """Return whether a link from there would count, as far as the page shows how it treats others."""
    page = place.page
    if page is None:
        return Answer(Says.UNKNOWN, "Its page has not been read.")
    if place.indexable is False:
        return Answer(Says.NO, "The page keeps itself out of search results.")
    if place.page_followed is False:
        return Answer(Says.NO, "The page asks for none of its links to be followed.")
    if place.indexable is None:
        return Answer(Says.UNKNOWN, "Whether the page may be listed was not seen.")
    external, unfollowed = page.outlinks_external, place.unfollowed
    if external < ENOUGH_OUTLINKS or unfollowed is None:
        return Answer(
            Says.UNKNOWN, "It may be listed; how it marks links to other sites was not seen."
        )
    marked = min(unfollowed, external)
    counted = (
        f"{marked:,} of its {external:,} links to other sites are marked as not to be counted."
    )
    if marked >= UNFOLLOWED_SHARE * external:
        return Answer(Says.NO, counted)
    if marked:
        return Answer(Says.PARTLY, counted)
    return Answer(Says.YES, "It may be listed, and its links to other sites are followed.")


def _advice(place: Place, answers: Answers, score: Score) -> tuple[Advice, tuple[str, ...]]:
    against = tuple(_against(place, answers, score))
    if against:
        return Advice.STAY_AWAY, against
    if place.page is None:
        return Advice.NOT_SEEN, ("Nothing can be said of a page that was not read.",)
    doubts = tuple(_doubts(place, answers, score))
    if doubts:
        return Advice.LOOK_CLOSER, doubts
    return Advice.GOOD, (f"Nothing worrying was seen. {answers.is_real.sentence}",)


def _against(place: Place, answers: Answers, score: Score) -> Iterator[str]:
    """Yield what alone is enough not to ask."""
    if place.hold is not None and place.hold.code == "own_site":
        yield "It is a site of your own: a link from it recommends nothing."
    if place.decision in _DECIDED:
        yield _DECIDED[place.decision]
    if answers.is_real.says is Says.NO:
        yield answers.is_real.sentence
    if score.band in _BAD:
        yield answers.shows_pattern.sentence


_DECIDED = {
    Decision.DISAVOW: "Your team decided to disavow this domain.",
    Decision.ASK_REMOVAL: "Your team decided to have links of this domain taken out.",
}


def _doubts(place: Place, answers: Answers, score: Score) -> Iterator[str]:
    """Yield what a person should clear up before anybody is asked."""
    if score.band is Band.WATCH:
        yield answers.shows_pattern.sentence
    if answers.passes.says is Says.NO:
        yield f"A link there would pass nothing. {answers.passes.sentence}"
    if answers.is_real.says is Says.UNKNOWN:
        yield answers.is_real.sentence
    if place.hold is not None and place.hold.code in _HELD:
        yield _HELD[place.hold.code]


_HELD = {
    "competitor": "You named it as a competitor.",
    "platform": "Countless people publish there: what counts is who writes the page.",
    "shared_host": "Many unrelated sites live below this name: what counts is whose page it is.",
    "public_suffix": "Many unrelated sites live below this name: what counts is whose page it is.",
    "search_engine": "It is a search engine or portal.",
    "infrastructure": "It repeats the pages of others: a CDN, archive, translator or shortener.",
}


def _worst(score: Score) -> str:
    against = sorted((one for one in score.findings if one.milli > 0), key=lambda one: -one.milli)
    return ", ".join(one.short for one in against[:_SHOWN])


def _notes(place: Place) -> Iterator[str]:
    if place.live_links:
        many = "1 link" if place.live_links == 1 else f"{place.live_links:,} links"
        yield f"The domain has {many} to your site already: another one counts for less."
    if place.decision is Decision.KEEP:
        yield "Your team decided to keep links of this domain."
    if place.hold is not None and place.hold.code == "partner":
        yield "You named it as a partner."
    source = place.source
    if source.graph is None:
        yield "Where it stands among other sites is not known: no graph of links holds it yet."
    if source.lists is None:
        yield "Lists of bad domains were not asked: none was handed in."
