"""What requests and answers about plans look like."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictFloat
from pydantic.json_schema import SkipJsonSchema

from services.outreach.domain.plan import diagnosis
from services.outreach.domain.plan.corridor import GROWTH, Pace
from services.outreach.domain.plan.diagnosis import Standing
from services.outreach.domain.plan.filling import SlotState
from services.outreach.domain.plan.needs import Needs
from services.outreach.domain.plan.texts import Advice
from services.outreach.domain.terms import MAX_NAME, MAX_URL
from shared.anchor_bands import GROUP_LABELS, Group
from shared.inputs import Whole
from shared.planning import MOST_TARGETS, AnchorChange
from shared.screen_words import SLOTS

MOST_MONTHS = 24
MOST_A_MONTH = 1_000
_Weight = Annotated[Whole, Field(ge=0, le=100)]


class PageWeight(BaseModel):
    """How much a page of yours matters beside the others."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=MAX_URL)
    weight: _Weight


class MethodWeight(BaseModel):
    """How often links are to be got in one way, beside the others."""

    model_config = ConfigDict(extra="forbid")

    method: str = Field(min_length=1, max_length=MAX_NAME)
    weight: _Weight


class WithFacts(BaseModel):
    """A request that the gateway adds profile's figures of the site to, whatever was sent for them."""

    model_config = ConfigDict(extra="forbid")

    facts: SkipJsonSchema[dict[str, Any] | None] = None


class SolveIn(WithFacts):
    """What you decide about the plan; all of it may be left out."""

    months: Whole = Field(default=6, ge=1, le=MOST_MONTHS)
    cap: Annotated[Whole, Field(ge=1, le=MOST_A_MONTH)] | None = Field(
        default=None, description="Most links a month."
    )
    growth_limit: StrictFloat = Field(
        default=GROWTH, ge=1, le=2, description="How far above your usual month a month may be."
    )
    page_weights: list[PageWeight] = Field(
        default_factory=list,
        max_length=MOST_TARGETS,
        description="None: the pages that most domains link to, each as important as another.",
    )
    page_cap: Annotated[Whole, Field(ge=1, le=MOST_A_MONTH)] | None = Field(
        default=None, description="Most links that one page gets in a month."
    )
    methods: list[MethodWeight] = Field(
        default_factory=list,
        max_length=20,
        description="None: as your links that went live were got; nothing where none says how.",
    )
    start_over: bool = Field(
        default=False,
        description="Take back the open slots that have neither brief nor prospect. Else all stay.",
    )


class SuggestionIn(WithFacts):
    """Where one next link would be."""

    referring_domain: str = Field(min_length=1, max_length=253)
    target_url: str | None = Field(
        default=None, max_length=MAX_URL, description="None: the page that is owed the next link."
    )


class Forbidden(BaseModel):
    text: str
    because: str


class SuggestionOut(BaseModel):
    """What one next link should say, and why."""

    referring_domain: str
    target_url: str
    anchor_group: Group
    label: str
    anchor_text: str | None = Field(description="Null where nothing that fits is known or left.")
    alternates: list[str]
    forbidden: list[Forbidden]
    sentence: str
    slot_id: UUID | None = Field(description="The open slot that it would fill.")
    links_from_here: int | None = Field(
        description="Links that this domain has to you already; null: could not be asked."
    )


class Degraded(BaseModel):
    """A part that could not be asked; what is shown instead is older."""

    service: str
    code: str


class PaceOut(BaseModel):
    """Where the number of links a month comes from."""

    own_usual: float | None = Field(description="Median of the known months; null: not known.")
    months_known: int
    competitors_usual: float | None
    growth_limit: float
    cap: int | None
    sentence: str


class MonthOut(BaseModel):
    """A month of the plan and what came of it."""

    month: date
    planned: int
    open: int = Field(description="Slots that nothing fills yet.")
    promised: int = Field(description="Slots with a placement whose link was not seen yet.")
    placed: int = Field(description="Slots whose link was seen.")
    unplanned: int = Field(description="Placements beside the plan.")


class GroupOut(BaseModel):
    """A group of anchors against its target, now and when everything planned is there."""

    group: Group
    label: str
    low: float
    high: float
    now: int
    now_share: float
    after: int
    after_share: float


class SlotOut(BaseModel):
    """One link that is planned."""

    slot_id: UUID
    month: date
    due_on: date
    target_url: str
    anchor_group: Group
    label: str
    method: str | None
    state: SlotState
    state_words: str
    placement_id: UUID | None
    referring_domain: str | None
    brief_id: UUID | None
    prospect_id: UUID | None = Field(description="Who is to give the link; nothing is agreed yet.")
    prospect_domain: str | None


class NeedsOut(BaseModel):
    """What the open slots take."""

    prospects_to_write_to: int | None = Field(description="Null while it is not known.")
    mails: int | None
    sentence: str


class PlanOut(BaseModel):
    """The plan of a site: how many links a month, what they say, what came of it."""

    site_id: UUID
    version_no: int | None = Field(description="Null while there is no plan.")
    made_at: datetime | None
    made_by: str | None
    facts_as_of: datetime | None = Field(
        description="Of when the figures are that it follows from."
    )
    inputs_hash: str | None
    settings: dict[str, Any] | None
    pace: PaceOut | None
    months: list[MonthOut]
    anchors: list[GroupOut]
    open_slots: list[SlotOut] = Field(description="The first of them; the others by the list.")
    changes: list[AnchorChange] = Field(description="Anchors that stand and should be changed.")
    needs: NeedsOut | None
    sentences: list[str]
    degraded: list[Degraded]
    dry_run: bool = False
    slots_added: int | None = Field(default=None, description="By this request.")


def nothing_planned(site_id: UUID) -> PlanOut:
    """Return the answer for a site without a plan."""
    return PlanOut(
        site_id=site_id,
        version_no=None,
        made_at=None,
        made_by=None,
        facts_as_of=None,
        inputs_hash=None,
        settings=None,
        pace=None,
        months=[],
        anchors=[],
        open_slots=[],
        changes=[],
        needs=None,
        sentences=["There is no plan yet. Make one: it costs nothing and can be looked at first."],
        degraded=[],
    )


def pace_out(pace: Pace, planned: Sequence[int]) -> PaceOut:
    return PaceOut(
        own_usual=pace.own_usual,
        months_known=len(pace.own),
        competitors_usual=pace.competitors_usual,
        growth_limit=pace.growth,
        cap=pace.cap,
        sentence=diagnosis.of_pace(pace, planned),
    )


def group_out(one: Standing) -> GroupOut:
    return GroupOut(**asdict(one))


def needs_out(found: Needs) -> NeedsOut:
    return NeedsOut(
        prospects_to_write_to=found.prospects, mails=found.mails, sentence=found.sentence
    )


def slot_out(row: Any) -> SlotOut:
    group = Group(row["anchor_group"])
    known = {
        name: row[name] for name in SlotOut.model_fields if name not in {"label", "state_words"}
    }
    return SlotOut(label=GROUP_LABELS[group], state_words=SLOTS[row["state"]].label, **known)


def suggestion_out(
    advice: Advice, *, domain: str, target_url: str, slot_id: UUID | None, links: int | None
) -> SuggestionOut:
    return SuggestionOut(
        referring_domain=domain,
        target_url=target_url,
        anchor_group=advice.group,
        label=advice.label,
        anchor_text=advice.text,
        alternates=list(advice.alternates),
        forbidden=[Forbidden(text=one.text, because=one.because) for one in advice.forbidden],
        sentence=advice.sentence,
        slot_id=slot_id,
        links_from_here=links,
    )
