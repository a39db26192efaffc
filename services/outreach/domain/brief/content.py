"""What a brief says, made of what is known; what is not known is named and left out; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, Field

from services.outreach.domain.brief.outline import outline_of
from services.outreach.domain.plan.texts import Advice, fitting_keywords
from services.outreach.domain.terms import PAID_FOLLOWED, PAID_UNMARKED
from shared.anchor_bands import Group
from shared.anchor_text import fold
from shared.planning import HostFacts, SiteFacts, TargetFacts

_MARKED = frozenset({"nofollow", "sponsored"})
_NEVER_KNOWN = (
    "The words that the page ranks for now: no ranking data is read.",
    "What the host usually publishes (length, headings, tone): read three of its posts first.",
    "What compares with this text elsewhere: look at the first results for the topic.",
)
_NAMED = 10


class ForbiddenText(BaseModel):
    """Words that the link must not say, and why."""

    text: str
    because: str


class SectionOut(BaseModel):
    """A heading, and what stands below it."""

    level: int = Field(ge=2, le=3)
    heading: str = Field(min_length=1, max_length=200)
    purpose: str = Field(default="", max_length=500)


class HostNote(BaseModel):
    """What is known of the site that would carry the link."""

    domain: str
    links_to_you: int | None = None
    pages_it_links_to: list[str] = Field(default_factory=list)
    relevance: int | None = Field(default=None, description="0-100, by its own words.")
    quality: int | None = Field(default=None, description="0-100, by what was read of it.")


class BriefContent(BaseModel):
    """All that a writer is given."""

    title: str
    target_url: str
    target_title: str | None = None
    keywords: list[str] = Field(description="Your keywords that suit the page.")
    anchor_group: Group
    anchor_label: str
    anchor_text: str | None
    alternates: list[str]
    forbidden: list[ForbiddenText]
    placing: str = Field(description="Where in the text the link goes.")
    paid: bool
    rel: list[str] | None = Field(description="Null: nothing is agreed; empty: followed.")
    rel_sentence: str
    method: str | None = None
    host: HostNote | None = None
    outline: list[SectionOut]
    checklist: list[str]
    deadline: date | None = None
    remarks: str = ""
    unknown: list[str] = Field(description="What a brief would have and nobody knows.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a brief is asked for."""

    domain: str | None
    method: str | None
    deadline: date | None
    paid: bool = False
    remarks: str = ""
    relevance: int | None = None
    quality: int | None = None


def new_content(facts: SiteFacts, page: TargetFacts, advice: Advice, order: Order) -> BriefContent:
    """Return the brief for one link to a page."""
    keywords = fitting_keywords(facts, page)[:_NAMED]
    topic = _topic(facts, page, keywords)
    rel = ["sponsored"] if order.paid else None
    content = BriefContent(
        title=f"{topic[:1].upper()}{topic[1:]}" + (f", for {order.domain}" if order.domain else ""),
        target_url=page.url,
        target_title=page.title,
        keywords=keywords,
        anchor_group=advice.group,
        anchor_label=advice.label,
        anchor_text=advice.text,
        alternates=list(advice.alternates),
        forbidden=[ForbiddenText(text=one.text, because=one.because) for one in advice.forbidden],
        placing="In the third part, inside a sentence that would stand without it; never in the first"
        " paragraph, the byline or the foot of the page.",
        paid=order.paid,
        rel=rel,
        rel_sentence=rel_sentence(order.paid, rel),
        method=order.method,
        host=_host(facts.host, order),
        outline=[
            SectionOut(level=one.level, heading=one.heading, purpose=one.purpose)
            for one in outline_of(topic, order.method, seed=(page.url, order.domain))
        ],
        checklist=[],
        deadline=order.deadline,
        remarks=order.remarks,
        unknown=list(_unknown(page, order)),
    )
    return with_checklist(content)


def _topic(facts: SiteFacts, page: TargetFacts, keywords: Sequence[str]) -> str:
    if keywords:
        return keywords[0]
    return page.title or (facts.brands[0] if facts.brands else facts.domain)


def _host(known: HostFacts | None, order: Order) -> HostNote | None:
    if order.domain is None:
        return None
    note = HostNote(domain=order.domain, relevance=order.relevance, quality=order.quality)
    if known is not None and known.domain == order.domain:
        note.links_to_you = known.links
        note.pages_it_links_to = known.targets[:_NAMED]
    return note


def _unknown(page: TargetFacts, order: Order) -> Sequence[str]:
    found = list(_NEVER_KNOWN)
    if order.domain is None:
        found.insert(0, "Which site will carry the link: none is named yet.")
    elif order.relevance is None:
        found.insert(0, "How well the host fits: none of its pages was read.")
    if page.title is None:
        found.append("The title of the page: no sitemap and no person gave it.")
    return found


def rel_sentence(paid: bool, rel: Sequence[str] | None) -> str:
    """Say how the link must be marked."""
    if rel and set(rel) & _MARKED:
        return f"The link is marked rel={' '.join(rel)}."
    if paid:
        return PAID_UNMARKED if rel is None else PAID_FOLLOWED
    if rel is None:
        return "Nobody pays for it, and nothing is agreed about its mark: whatever the host's rules ask for."
    return (
        f"The link is marked rel={' '.join(rel)}."
        if rel
        else "The link is followed: it carries no mark."
    )


def warnings(content: BriefContent, on_host: Sequence[str]) -> list[str]:
    """Return what should be looked at before the brief goes out, though nothing forbids it."""
    found = []
    if content.paid and not set(content.rel or ()) & _MARKED:
        found.append(content.rel_sentence)
    if content.anchor_text is None:
        found.append("It does not say yet what the link should say.")
        return found
    said = fold(content.anchor_text)
    forbidden = [one for one in content.forbidden if fold(one.text) == said]
    found += [f"“{one.text}”: {one.because}" for one in forbidden]
    if not forbidden and said in set(map(fold, on_host)):
        found.append("Another link from this host is to say the same.")
    return found


def with_checklist(content: BriefContent) -> BriefContent:
    """Return the brief with the sentence about its mark, and what an accepted text fulfils."""
    mark = rel_sentence(content.paid, content.rel)
    says = f"says “{content.anchor_text}”" if content.anchor_text else "says what was agreed"
    checklist = [
        f"The link leads to {content.target_url} and {says}.",
        "It stands in the body of the text, not in the first paragraph.",
        *([mark] if content.rel is not None or content.paid else []),
        "At least two links lead to independent sources, and none of them to a rival of the host.",
        "Every figure has a source; nothing is copied.",
        "The page can be found: no noindex, no canonical to another page.",
    ]
    if content.deadline is not None:
        checklist.append(f"It is live by {content.deadline.isoformat()}.")
    return content.model_copy(update={"rel_sentence": mark, "checklist": checklist})
