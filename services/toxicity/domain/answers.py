"""Four questions about a link, answered apart: one number for all of them would mislead.

Is the source real, does it show a pattern of the spam policies (the score), does the link pass
anything, and what is it worth. What was not observed is answered by "not known".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from services.toxicity.domain.facts import Facts, LinkFacts, PageView
from services.toxicity.domain.finding import quote
from services.toxicity.domain.page_findings import REAL_WORDS
from services.toxicity.domain.score import Score
from services.toxicity.domain.source import GraphView
from services.toxicity.domain.verdict import DomainLinks
from services.toxicity.domain.weights import Family
from shared.vocabulary import Band, Reason

HOLLOW = 1_200  # so much against the content, in thousandths: hardly a page for people
HIGH, SOME = 0.90, 0.50


MAX_EVIDENCE = 8

QUESTIONS = {
    "is_real": "Is the source real?",
    "shows_pattern": "Does it show a pattern of spam?",
    "passes": "Does the link pass anything?",
    "is_worth": "What is it worth?",
}


class Says(StrEnum):
    """What an answer comes to."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in one sentence, and what was seen that it rests on."""

    says: Says
    sentence: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    is_real: Answer
    shows_pattern: Answer
    passes: Answer
    is_worth: Answer


def answers_of(facts: Facts, score: Score) -> Answers:
    """Return the four answers; none of them is made from another."""
    return Answers(
        is_real=replace(_is_real(facts, score), evidence=_seen_of_page(facts.page, score)),
        shows_pattern=replace(_shows_pattern(score), evidence=_against(score)),
        passes=replace(_passes(facts), evidence=_seen_of_link(facts.link, facts.days_unseen)),
        is_worth=replace(_is_worth(facts), evidence=_seen_of_graph(facts.source.graph)),
    )


def answers_of_source(links: Sequence[tuple[Facts, Score]]) -> Answers | None:
    """Return the four answers about a referring domain from its links; None without any."""
    if not links:
        return None
    found = [answers_of(facts, score) for facts, score in links]
    worst = max(range(len(links)), key=lambda number: links[number][1].milli)
    return Answers(
        is_real=_best([one.is_real for one in found]),
        shows_pattern=found[worst].shows_pattern,
        passes=_passes_of_all([one.passes for one in found]),
        is_worth=_best([one.is_worth for one in found]),
    )


def answers_of_domain(domain: DomainLinks, worst: Answers) -> Answers:
    """Return the answers of a list: those of the domain's worst link, and its links as counted."""
    return replace(worst, passes=_passes_as_counted(domain))


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


# Findings that tell the same as what is said of every page.
_SAID = frozenset({"contact_present", "legal_present", "real_text", "poison_title"})


def _seen_of_page(page: PageView | None, score: Score) -> tuple[str, ...]:
    if page is None:
        return ()
    seen = [f"The page has {page.word_count:,} {'word' if page.word_count == 1 else 'words'}."]
    if page.title:
        seen.append(f"It is called {quote(page.title)}.")
    if page.has_contact:
        seen.append("It says how to reach its owner.")
    if page.has_legal:
        seen.append("It has an imprint or a privacy page.")
    content = (one for one in score.findings if one.family is Family.CONTENT)
    return _cut([*seen, *(one.evidence for one in content if one.code not in _SAID)])


def _shows_pattern(score: Score) -> Answer:
    if score.band is Band.INSUFFICIENT_DATA:
        return Answer(Says.UNKNOWN, "Not enough seen to say.")
    if score.band is Band.OK:
        return Answer(Says.NO, "Nothing that the spam policies speak of was seen.")
    says = Says.PARTLY if score.band is Band.WATCH else Says.YES
    return Answer(says, f"{score.sentence}.")


def _against(score: Score) -> tuple[str, ...]:
    return _cut([one.evidence for one in score.findings if one.milli > 0])


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


def _seen_of_link(link: LinkFacts | None, days_unseen: int) -> tuple[str, ...]:
    if link is None:
        return ()
    marks = sorted(link.rel & {"nofollow", "ugc", "sponsored"})
    seen = [
        f"The link is marked {', '.join(marks)}."
        if marks
        else "The link is not marked nofollow, ugc or sponsored."
    ]
    if link.page_followed is not None:
        but = "lets its links be" if link.page_followed else "asks for none of its links to be"
        seen.append(f"The page {but} followed.")
    if link.indexable is not None:
        seen.append(f"The page {'may' if link.indexable else 'may not'} be listed.")
    if days_unseen:
        seen.append(f"It was last seen {days_unseen} {'day' if days_unseen == 1 else 'days'} ago.")
    return tuple(seen)


def _passes_of_all(found: Sequence[Answer]) -> Answer:
    """Return whether the links of a domain pass anything, counted."""
    if len(found) == 1:
        return found[0]
    count = {says: sum(one.says is says for one in found) for says in Says}
    yes = count[Says.YES] + count[Says.PARTLY]
    sentence = f"{yes:,} of {len(found):,} links that were looked at do."
    if count[Says.UNKNOWN]:
        sentence = f"{sentence[:-1]}; of {count[Says.UNKNOWN]:,} it is not known."
    evidence = _cut(dict.fromkeys(one.sentence for one in found))
    if not yes:
        says = Says.UNKNOWN if count[Says.UNKNOWN] else Says.NO
        return Answer(says, sentence, evidence)
    return Answer(Says.YES if yes == len(found) else Says.PARTLY, sentence, evidence)


def _passes_as_counted(domain: DomainLinks) -> Answer:
    if not domain.judged:
        return Answer(Says.UNKNOWN, "No page with the link was read.")
    if not domain.live:
        return Answer(Says.NO, "All its links are gone.")
    sentence = f"{domain.followed:,} of {domain.live:,} live links are followed."
    if not domain.followed:
        return Answer(Says.NO, sentence)
    return Answer(Says.YES if domain.followed == domain.live else Says.PARTLY, sentence)


def _is_worth(facts: Facts) -> Answer:
    graph = facts.source.graph
    if graph is None or graph.authority is None:
        return Answer(Says.UNKNOWN, "How many others link to the domain is not known.")
    share = f"{100 * graph.authority:.0f} of 100 domains that we have seen"
    if graph.authority >= HIGH:
        return Answer(Says.YES, f"The domain is better linked than {share}.")
    says = Says.PARTLY if graph.authority >= SOME else Says.NO
    return Answer(says, f"The domain is better linked than only {share}.")


def _seen_of_graph(graph: GraphView | None) -> tuple[str, ...]:
    if graph is None:
        return ()
    linking = f"{graph.in_links:,} {'domain links' if graph.in_links == 1 else 'domains link'}"
    seen = [f"{linking} to it on the pages that we have read."]
    if graph.trust is not None:
        nearer = f"{100 * graph.trust:.0f} of 100 domains"
        seen.append(f"Trusted sites lead to it sooner than to {nearer}.")
    return tuple(seen)


_KNOWN_FIRST = (Says.YES, Says.PARTLY, Says.NO, Says.UNKNOWN)


def _best(found: Sequence[Answer]) -> Answer:
    """Return the most that was seen: a page of which little was seen takes nothing away."""
    return min(found, key=lambda one: _KNOWN_FIRST.index(one.says))


def _cut(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(texts)[:MAX_EVIDENCE]


def answers_json(answers: Answers) -> dict[str, Any]:
    """Return the answers as the API and the command line give them."""
    parts = {field.name: getattr(answers, field.name) for field in fields(answers)}
    return {
        name: {
            "question": QUESTIONS[name],
            "says": one.says.value,
            "sentence": one.sentence,
            "evidence": list(one.evidence),
        }
        for name, one in parts.items()
    }
