"""What requests and answers about briefs look like."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from services.outreach.api.plan_shapes import WithFacts
from services.outreach.domain.brief import BriefState
from services.outreach.domain.brief.content import BriefContent, SectionOut
from services.outreach.domain.terms import MAX_ANCHOR, MAX_NAME, MAX_URL
from services.outreach.store.briefs import Brief
from shared.inputs import Day
from shared.screen_words import BRIEFS

_Rel = Literal["nofollow", "sponsored", "ugc"]
_Remarks = Annotated[str, Field(max_length=5_000)]


class BriefIn(WithFacts):
    """What a brief is for: a slot of the plan, a prospect, or only a domain."""

    site_id: UUID
    slot_id: UUID | None = Field(
        default=None, description="None: the earliest open slot that has no brief."
    )
    prospect_id: UUID | None = None
    referring_domain: str | None = Field(
        default=None, max_length=253, description="The site that is to carry the link."
    )
    target_url: str | None = Field(default=None, max_length=MAX_URL)
    method: str | None = Field(default=None, max_length=MAX_NAME)
    paid: StrictBool = Field(default=False, description="A paid link is to be marked sponsored.")
    deadline: Day | None = None
    remarks: _Remarks = ""


class SectionIn(SectionOut):
    model_config = ConfigDict(extra="forbid")


class BriefPatch(BaseModel):
    """What to change; what is left out stays. A change of what it says makes it a draft again."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(default="", min_length=1, max_length=200)
    referring_domain: str | None = Field(default=None, max_length=253)
    anchor_text: str | None = Field(default=None, max_length=MAX_ANCHOR)
    outline: list[SectionIn] = Field(default_factory=list, max_length=50)
    paid: StrictBool = False
    rel: list[_Rel] | None = Field(
        default=None, max_length=3, description="Null: nothing is agreed; empty: followed."
    )
    deadline: Day | None = None
    remarks: _Remarks = ""
    state: BriefState = BriefState.DRAFT


class BriefRow(BaseModel):
    """A brief in a list."""

    brief_id: UUID
    site_id: UUID
    slot_id: UUID | None
    prospect_id: UUID | None
    placement_id: UUID | None
    title: str
    referring_domain: str | None
    target_url: str
    anchor_text: str | None
    state: BriefState
    state_words: str
    todo: str
    approved_by: str | None
    approved_at: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime | None
    version: int


class BriefOut(BriefRow):
    """One brief with all that it says."""

    content: BriefContent
    warnings: list[str] = Field(description="What to look at before it goes out.")


class BriefVersionOut(BaseModel):
    """One version of a brief."""

    version: int
    state: BriefState
    actor: str
    at: datetime
    content: BriefContent


def row_out(brief: Brief) -> BriefRow:
    return BriefRow.model_validate(_fields(brief))


def brief_out(brief: Brief, warnings: Sequence[str]) -> BriefOut:
    return BriefOut(**_fields(brief), content=brief.content, warnings=list(warnings))


def _fields(brief: Brief) -> dict[str, object]:
    said = BRIEFS[brief.state]
    return {
        "brief_id": brief.brief_id,
        "site_id": brief.site_id,
        "slot_id": brief.slot_id,
        "prospect_id": brief.prospect_id,
        "placement_id": brief.placement_id,
        "title": brief.content.title,
        "referring_domain": brief.domain,
        "target_url": brief.content.target_url,
        "anchor_text": brief.content.anchor_text,
        "state": brief.state,
        "state_words": said.label,
        "todo": said.todo,
        "approved_by": brief.approved_by,
        "approved_at": brief.approved_at,
        "created_by": brief.created_by,
        "created_at": brief.created_at,
        "updated_at": brief.updated_at,
        "version": brief.version,
    }
