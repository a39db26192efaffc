"""What toxicity and outreach add to a client's report; the gateway asks them and carries it to profile."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.todo import Waiting

MOST_NAMED = 10
"""As many things of one kind as a report names; the others are counted."""
SPAN = "/internal/reports/span"
DUE = "/internal/reports/due"
MAKE_DUE = "/internal/reports/scheduled"


def mail_path(report_id: UUID) -> str:
    """Return where profile says what a mail with a report holds."""
    return f"/internal/reports/{report_id}/mail"


def work_path(site_id: UUID) -> str:
    """Return where a service says what was done on a site within some days."""
    return f"/internal/sites/{site_id}/work"


class SpanAsked(BaseModel):
    """A request for a report as somebody sent it, by site or by the report that is made again."""

    site_id: UUID | None = None
    report_id: UUID | None = None
    asked: dict[str, object] = Field(default_factory=dict)


class SpanFound(BaseModel):
    """Which days of which site a report is about."""

    site_id: UUID
    starts_on: date
    ends_on: date


class DensityAt(BaseModel):
    """How many links were judged and how many of them were worth action, at the last count of a month."""

    month: date
    counted_on: date
    judged: int
    worth_action: int


class VersionMade(BaseModel):
    """One version of the disavow file."""

    number: int
    made_on: date
    built: bool
    domains: int
    urls: int
    added: int
    removed: int


class ToxicityPart(BaseModel):
    """What was decided about links, whom we asked to take them out, and what became of it."""

    decisions: dict[str, int] = Field(default_factory=dict)
    asked: dict[str, int] = Field(
        default_factory=dict,
        description="Domains asked or reminded within the days, by how they stand today.",
    )
    gone: int = 0
    gone_named: list[str] = Field(default_factory=list)
    versions: list[VersionMade] = Field(default_factory=list)
    versions_made: int = 0
    density: list[DensityAt] = Field(default_factory=list)
    waiting: list[Waiting] = Field(default_factory=list)


class PlacementSeen(BaseModel):
    """An agreed link that was seen in place for the first time."""

    referring_domain: str
    referring_url: str | None
    target_url: str | None
    seen_on: date


class OutreachPart(BaseModel):
    """What was agreed and came, what was written, and who answered."""

    agreed: int = 0
    verified: int = 0
    verified_named: list[PlacementSeen] = Field(default_factory=list)
    sent: int = 0
    answered: int = 0
    interested: int = 0
    undelivered: int = 0
    waiting: list[Waiting] = Field(default_factory=list)


class Missing(BaseModel):
    """A service whose part did not come, and why."""

    service: str
    code: str


class Parts(BaseModel):
    """What the other services said; a part that is null is named in `degraded`."""

    toxicity: ToxicityPart | None = None
    outreach: OutreachPart | None = None
    degraded: list[Missing] = Field(default_factory=list)


class DueReport(BaseModel):
    """A report that a schedule wants to be made now."""

    site_id: UUID
    workspace_id: UUID
    starts_on: date
    ends_on: date


class DueReports(BaseModel):
    """What is due, at most so many at once."""

    items: list[DueReport]


class MailAsked(BaseModel):
    """Who has a report sent."""

    model_config = ConfigDict(extra="forbid")

    asked_by: str


class MailedReport(BaseModel):
    """What a mail says of a report: no more than its page shows, and where that is."""

    domain: str
    label: str
    summary: str
    figures: list[str]
    brand_name: str | None
    brand_logo: str | None
    file_name: str
    path: str = Field(description="Below the address of this Anchorwatch.")
    expires_at: datetime


class MakeDue(BaseModel):
    """Make the report that was due, of these parts."""

    model_config = ConfigDict(extra="forbid")

    site_id: UUID
    starts_on: date
    parts: Parts
