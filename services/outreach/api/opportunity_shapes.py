"""What requests and answers about opportunities look like."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from services.outreach.api.prospect_shapes import SharedOut, WordsOut, words_of
from services.outreach.domain.opportunities import Found, idea_of, sentence_of
from services.outreach.domain.prospect import Stage
from services.outreach.domain.terms import MAX_URL
from services.outreach.store.opportunities import Opportunity
from shared import hostnames, opportunities, words
from shared.events import TargetLook
from shared.opportunities import OpportunityKind, OpportunityState, OutlinkState

MOST_AT_ONCE = 100


class Decision(StrEnum):
    """What people decide about opportunities."""

    ACCEPT = "accept"
    DISMISS = "dismiss"
    REOPEN = "reopen"


class LookOut(BaseModel):
    """One look at the dead address."""

    at: datetime
    http_status: int | None
    final_url: str | None
    sentence: str = Field(description="What the look saw.")


class PageOut(BaseModel):
    """A page on which an opportunity stands, and what shows it."""

    page_key: UUID
    page_url: str
    domain: str
    readable_domain: str
    title: str | None
    language: str | None
    stands: bool = Field(description="Whether it is still so, by the last look that saw something.")
    outlink_state: OutlinkState | None
    outlink_words: WordsOut | None
    anchor_text: str
    left_context: str
    right_context: str
    followed: bool | None
    first_look: LookOut | None
    last_look: LookOut | None
    page_seen_at: datetime | None
    judged_at: datetime
    relevance: int | None = Field(description="0 to 100; null = not read, or too little to say.")
    relevance_sentence: str
    shared: list[SharedOut]
    prospect_id: UUID | None
    prospect_stage: Stage | None
    do_not_contact: str | None = Field(description="What forbids writing to it, in a sentence.")


class CandidateOut(BaseModel):
    """A page of yours that may be offered."""

    url: str
    title: str | None
    score: float
    shared: list[str] = Field(description="The words that both have.")


class MatchOut(BaseModel):
    """Which page of yours fits; without candidates none does."""

    candidates: list[CandidateOut]
    sentence: str


class OpportunityOut(BaseModel):
    """A way to a link that lies open on pages of others."""

    opportunity_id: UUID
    site_id: UUID
    kind: OpportunityKind
    words: WordsOut
    state: OpportunityState
    state_words: WordsOut
    subject_url: str = Field(description="The dead address, or the page itself.")
    sentence: str
    title: str | None
    quote: str | None = Field(description="The sentence that names you, of a mention.")
    reasons: list[str] = Field(description="Why a page counts as one that collects links.")
    pages: int
    domains: int
    relevant_domains: int = Field(description="Of these domains, those near your topic.")
    relevance: int | None = Field(description="Of the nearest page, 0 to 100.")
    anchors: list[str] = Field(description="Words of the links to the dead address.")
    idea: str | None = Field(description="What could be written where no page of yours fits.")
    because: str | None
    decided_by: str | None
    decided_at: datetime | None
    target_url: str | None = Field(description="The page of yours that is offered.")
    offer: str | None
    found_at: datetime
    updated_at: datetime
    top_pages: list[PageOut] = Field(description="The nearest pages; all by the single one.")
    match: MatchOut | None = Field(default=None, description="null: not asked, or see `degraded`.")
    degraded: list[dict[str, str]] = Field(
        default_factory=list, description="Services whose part is missing in this answer."
    )


class DecisionIn(BaseModel):
    """What was decided; a page of yours and its description hold for all that are named."""

    model_config = ConfigDict(extra="forbid")

    opportunity_ids: list[UUID] = Field(min_length=1, max_length=MOST_AT_ONCE)
    decision: Decision
    reason: str | None = Field(default=None, max_length=500, description="Kept, and shown.")
    target_url: str | None = Field(
        default=None,
        max_length=MAX_URL,
        description="The page of yours to offer. None: the one that fits best, where one does.",
    )
    offer: str | None = Field(
        default=None, max_length=200, description="What that page is, in a few words."
    )
    only_relevant: bool = Field(
        default=True,
        description="Make prospects only of domains near your topic; mentions always become one.",
    )
    matches: SkipJsonSchema[dict[str, Any] | None] = None


class DecidedOut(BaseModel):
    """What became of one opportunity."""

    opportunity_id: UUID
    kind: OpportunityKind
    changed: bool
    prospects_added: int
    prospects_known: int
    left_out: list[str] = Field(description="Domains that become no prospects, each with why.")
    target_url: str | None
    sentence: str


class DecisionsOut(BaseModel):
    """What became of all; with `dry_run` nothing was written."""

    dry_run: bool
    results: list[DecidedOut]


def look_out(told: dict[str, Any] | None) -> LookOut | None:
    if told is None:
        return None
    look = TargetLook.model_validate(told)
    said = [words.reason(reason).sentence for reason in look.reasons]
    return LookOut(
        at=look.at,
        http_status=look.http_status,
        final_url=look.final_url,
        sentence=" ".join(said) or "The address answered.",
    )


def page_out(row: Any, *, forbidden: str | None) -> PageOut:
    judgement = row["judgement"] or {}
    state = row["outlink_state"]
    return PageOut(
        page_key=row["page_key"],
        page_url=row["page_url"],
        domain=row["domain"],
        readable_domain=hostnames.shown(row["domain"]),
        title=row["title"],
        language=row["language"],
        stands=row["stands"],
        outlink_state=None if state is None else OutlinkState(state),
        outlink_words=None if state is None else words_of(opportunities.OUTLINKS[state]),
        anchor_text=row["anchor_text"],
        left_context=row["left_context"],
        right_context=row["right_context"],
        followed=row["followed"],
        first_look=look_out(row["first_look"]),
        last_look=look_out(row["last_look"]),
        page_seen_at=row["page_seen_at"],
        judged_at=row["judged_at"],
        relevance=row["relevance"],
        relevance_sentence=judgement.get("sentence", "The page was not read for its topic."),
        shared=[SharedOut(**one) for one in judgement.get("shared", [])],
        prospect_id=row["prospect_id"],
        prospect_stage=None if row["stage"] is None else Stage(row["stage"]),
        do_not_contact=forbidden,
    )


def opportunity_out(
    one: Opportunity, pages: Sequence[PageOut], anchors: Sequence[str]
) -> OpportunityOut:
    is_broken = one.kind is OpportunityKind.BROKEN_LINK
    found = Found(
        kind=one.kind,
        subject_url=one.subject_url,
        pages=one.pages,
        domains=one.domains,
        relevant_domains=one.relevant_domains,
        evidence=one.evidence,
    )
    return OpportunityOut(
        opportunity_id=one.opportunity_id,
        site_id=one.site_id,
        kind=one.kind,
        words=words_of(opportunities.KINDS[one.kind]),
        state=one.state,
        state_words=words_of(opportunities.STATES[one.state]),
        subject_url=one.subject_url,
        sentence=sentence_of(found),
        title=one.evidence.get("title"),
        quote=one.evidence.get("sentence"),
        reasons=list(one.evidence.get("reasons", [])),
        pages=one.pages,
        domains=one.domains,
        relevant_domains=one.relevant_domains,
        relevance=one.relevance,
        anchors=list(anchors),
        idea=idea_of(anchors, one.pages, one.domains) if is_broken and one.pages else None,
        because=one.because,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        target_url=one.target_url,
        offer=one.offer,
        found_at=one.found_at,
        updated_at=one.updated_at,
        top_pages=list(pages),
    )
