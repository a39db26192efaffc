"""What is said of a prospect once its domain was read, with the evidence for each figure; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.outreach.domain.quality import Quality, Seen, quality_of, quality_of_failure
from services.outreach.domain.relevance import (
    MAX_SHOWN,
    Relevance,
    Text,
    Topic,
    relevance_of,
    topic_of,
)
from shared import urls, words
from shared.events import DomainRead
from shared.vocabulary import Reason

_NOT_READ = Relevance(None, "It has not been read yet.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Both figures, and everything that a person wants to see of how they came about."""

    relevance: Relevance
    quality: Quality
    evidence: dict[str, Any]


def text_of(told: DomainRead) -> Text:
    """Return what a reading says about the topic of its domain."""
    facts = told.facts
    return Text(
        title=(facts.title if facts else None) or "",
        description=(facts.description if facts else None) or "",
        headings=told.headings,
        words=told.words,
        language=_language(told),
    )


def topic_of_site(brands: Iterable[str], keywords: Iterable[str], home: DomainRead | None) -> Topic:
    """Return what a site is about, by its words and its own home page where that was read."""
    return topic_of(brands, keywords, None if home is None else text_of(home))


def judge(
    topic: Topic,
    told: DomainRead | None,
    failure: Reason | None,
    *,
    competitors: Iterable[str],
    own_hosts: Sequence[str],
) -> Verdict:
    """Return what is to be said of a domain; a later look that saw nothing is only told of."""
    if told is None or told.facts is None:
        quality = Quality(None, ()) if failure is None else quality_of_failure(failure)
        relevance = (
            _NOT_READ if failure is None else Relevance(None, words.reason(failure).sentence)
        )
        return Verdict(relevance, quality, _evidence(relevance, quality, failure=failure))
    relevance = relevance_of(topic, text_of(told))
    named = bool(told.people) or told.form_url is not None
    quality = quality_of(Seen(told.facts, told.indexable, named))
    linked = {domain.lower() for domain in told.facts.outlink_domains}
    rivals = {urls.domain_or_host(urls.host_of(urls.from_text(one) or "")) for one in competitors}
    evidence = _evidence(relevance, quality, failure=failure) | {
        "title": told.facts.title,
        "language": _language(told),
        "your_language": topic.language,
        "pages": list(told.pages),
        "links_to_competitors": sorted(linked & rivals),
        "home_links_to_you": any(urls.same_site(one, own_hosts) for one in linked),
    }
    return Verdict(relevance, quality, evidence)


def _language(told: DomainRead) -> str | None:
    if told.facts is None:
        return None
    declared = (told.facts.lang or "").replace("_", "-").partition("-")[0].lower()
    return told.facts.text_language or declared or None


def _evidence(relevance: Relevance, quality: Quality, *, failure: Reason | None) -> dict[str, Any]:
    return {
        "relevance_sentence": relevance.sentence,
        "shared": [asdict(one) for one in relevance.shared[:MAX_SHOWN]],
        "findings": [asdict(one) for one in quality.findings],
        "failure": None if failure is None else words.reason(failure).sentence,
    }
