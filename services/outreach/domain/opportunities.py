"""Ways to a link that lie open on pages of others: when a page is one, and what is said of it; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.outreach.domain.sequences.playbooks.about import Way
from services.outreach.domain.sequences.template import MAX_VALUE
from shared import urls
from shared.events import PageSurveyed
from shared.opportunities import OpportunityKind

RELEVANT = 20
"""From this relevance on a page counts as one of the topic (measured: docs/prospects.md)."""
LISTED, MANY_LISTED = 8, 20
"""Other domains in lists: with a word for it, and without one."""
MOST_SHOWN = 6
_LINKS_PER_WORDS = 12

WAYS: Mapping[OpportunityKind, Way] = {
    OpportunityKind.BROKEN_LINK: Way.BROKEN_LINK,
    OpportunityKind.UNLINKED_MENTION: Way.UNLINKED_MENTION,
    OpportunityKind.RESOURCE_PAGE: Way.RESOURCE_PAGE,
}


def kind_of_method(method: str | None) -> OpportunityKind | None:
    """Return the kind of opportunities that a sequence of this method writes about."""
    return next((kind for kind, way in WAYS.items() if way.method == method), None)


def list_reasons(page: PageSurveyed) -> tuple[str, ...]:
    """Return why a page is one that collects links for its readers; empty where it is none.

    A list alone may be a blogroll or a catalogue: either the page calls itself a list, or its lists
    are long and there is little text besides.
    """
    if page.failure is not None or page.indexable is False:
        return ()
    domains = page.listed_domains
    counted = f"Its lists lead to {domains} other domains."
    if page.list_word is not None and domains >= LISTED:
        return (counted, f"It calls itself a list of links: “{page.list_word}”.")
    is_mostly_links = page.word_count <= _LINKS_PER_WORDS * domains * 4
    if domains >= MANY_LISTED and is_mostly_links:
        return (counted, f"Beside them it has only {page.word_count} words.")
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a sentence about an opportunity is made of."""

    kind: OpportunityKind
    subject_url: str
    pages: int
    domains: int
    relevant_domains: int
    evidence: Mapping[str, object]


def sentence_of(found: Found) -> str:
    """Say in one sentence what there is."""
    if found.kind is OpportunityKind.UNLINKED_MENTION:
        return f"It names “{found.evidence.get('term', 'you')}” without a link."
    if found.kind is OpportunityKind.RESOURCE_PAGE:
        return "It collects links for its readers, on words that you share."
    if not found.pages:
        return "No page links there any more, or it answers again."
    where = f"{_many(found.pages, 'page')} on {_many(found.domains, 'domain')}"
    near = found.relevant_domains
    link = "links" if found.pages == 1 else "link"
    if near == found.domains:
        topic = "near your topic"
    elif near:
        topic = f"{near} of them near your topic"
    else:
        topic = "none known to be near your topic"
    return f"{where} {link} to it, {topic}."


def idea_of(anchors: Sequence[str], pages: int, domains: int) -> str:
    """Say what could be written where no page of the site fits, only from what is known."""
    said = [one for one in dict.fromkeys(text.strip() for text in anchors) if one][:3]
    words = f" with the words {', '.join(f'“{one}”' for one in said)}" if said else ""
    count = f"{_many(pages, 'page')} on {_many(domains, 'domain')}"
    link = "links" if pages == 1 else "link"
    return f"{count} {link} to it{words}: a page about that would have a place to be linked from."


def typed_link(page: str | None, broken: str | None) -> tuple[UUID, UUID] | None:
    """Return the ids of a page and of the dead link on it that somebody typed; None where one is no address."""
    keys = [
        urls.page_id(found)
        for text in (page, broken)
        if text and "://" in text and (found := urls.from_text(text.strip())) is not None
    ]
    return (keys[0], keys[1]) if len(keys) == 2 else None


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a letter about an opportunity speaks of."""

    kind: OpportunityKind
    page_url: str
    subject_url: str
    anchor_text: str
    ours: str | None
    offer: str | None


def variables_of(place: Place) -> dict[str, str]:
    """Return the values of a playbook's variables; what is not known, or is too long, is left out."""
    values = {"page": place.page_url}
    if place.kind is OpportunityKind.BROKEN_LINK:
        values["broken"] = place.subject_url
        anchor = " ".join(place.anchor_text.split())
        if anchor:
            values["anchor"] = f"“{anchor}”"
    values["ours"] = place.ours or ""
    if place.kind is not OpportunityKind.UNLINKED_MENTION:
        values["offer"] = place.offer or ""
    return {name: value for name, value in values.items() if 0 < len(value) <= MAX_VALUE}
