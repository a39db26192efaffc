"""Reports for clients as they are asked for and answered."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from services.profile.domain.client_report.spans import Span, fault_of, read_month
from services.profile.domain.client_report.texts import MOST_COMMENT, MOST_SUMMARY, texts_of
from shared import report_words
from shared.errors import FieldError, InvalidError
from shared.inputs import Day, Shape
from shared.report_words import Section
from shared.reporting import Parts

Row = Mapping[str, Any]
Month = Annotated[
    str, Field(max_length=7), Shape(r"^\d{4}-(0[1-9]|1[0-2])$", "Give a month such as 2026-10.")
]
_ONE_OF = "Give a month, or the first and the last day, or the report that is corrected."


class ReportIn(BaseModel):
    """Which days a report is to be about: a month, or from one day to another; days are UTC."""

    model_config = ConfigDict(extra="forbid")

    month: Month | None = Field(default=None, description="2026-10")
    starts_on: Day | None = Field(default=None, alias="from", description="The first day.")
    ends_on: Day | None = Field(default=None, alias="to", description="The last day.")
    replaces: UUID | None = Field(
        default=None, description="An approved report that this one corrects: of the same days."
    )
    # The gateway puts it in; what anybody else sends there is replaced.
    parts: SkipJsonSchema[Parts | None] = None

    def span(self, *, today: date) -> Span | None:
        """Return the days that are asked for, None where they are those of a corrected report."""
        days = (self.starts_on, self.ends_on)
        if self.replaces is not None:
            if self.month is not None or days != (None, None):
                raise _refused("/month", f"{_ONE_OF} A correction is about the same days.")
            return None
        if (self.month is None) == (days == (None, None)):
            raise _refused("/month", _ONE_OF)
        if self.month is not None:
            return _sensible(read_month(self.month), "/month", today=today)
        if self.starts_on is None or self.ends_on is None:
            pointer = "/from" if self.starts_on is None else "/to"
            raise _refused(pointer, "Give both the first and the last day.")
        return _sensible(Span(self.starts_on, self.ends_on), "/to", today=today)


def _sensible(span: Span, pointer: str, *, today: date) -> Span:
    fault = fault_of(span, today=today)
    if fault is not None:
        raise _refused(pointer, fault)
    return span


def _refused(pointer: str, detail: str) -> InvalidError:
    return InvalidError(detail, [FieldError(pointer, "not-allowed", detail)])


class AgainIn(BaseModel):
    """Nothing needs to be given to make a draft again."""

    model_config = ConfigDict(extra="forbid")

    parts: SkipJsonSchema[Parts | None] = None


Comment = Annotated[str, Field(max_length=MOST_COMMENT)]


class TextsIn(BaseModel):
    """The writer's sentences, plain text; what is left out stays, an empty comment goes."""

    model_config = ConfigDict(extra="forbid")

    summary: str | None = Field(default=None, max_length=MOST_SUMMARY)
    comments: dict[Section, Comment] | None = Field(default=None, max_length=len(Section))


class ReportWords(BaseModel):
    """How it stands, in words."""

    label: str
    sentence: str
    todo: str


class ReportLine(BaseModel):
    """A report in the list of reports."""

    id: UUID
    site_id: UUID
    number: int = Field(description="Counts the reports of the site from 1.")
    edition: int = Field(description="1, or more: a correction of the report in `replaces`.")
    starts_on: date
    ends_on: date
    label: str = Field(description="The days as people call them: October 2026.")
    state: str = Field(description="draft, or approved: from then on it never changes.")
    state_words: ReportWords
    scheduled: bool
    origin: str
    created_by: str
    created_at: datetime
    made_at: datetime = Field(description="When its figures were taken.")
    approved_by: str | None
    approved_at: datetime | None
    approved_unread: bool = Field(
        description="Approved by its schedule: no person read it, so it is sent to nobody."
    )
    replaces: UUID | None
    replaced_by: UUID | None = Field(description="The approved correction of this report.")
    inputs_hash: str = Field(description="The same inputs give the same hash.")
    whole_hash: str | None = Field(
        description="Fingerprint of figures, sentences, name and logo, as they were approved."
    )
    version: int

    @classmethod
    def of(cls, row: Row) -> "ReportLine":
        return cls(**line_of(row))


class TextsOut(BaseModel):
    """The writer's sentences."""

    summary: str
    comments: dict[Section, str]


class ReportOut(ReportLine):
    """A report: its figures as they were taken, and the writer's sentences."""

    texts: TextsOut
    content: dict[str, Any] = Field(
        description="`results` (stocks, flows, months), `links` (balance; gained, lost, won_back, changed by"
        " name), `placements`, `anchors`, `unnatural`, `work`, `next`, `remarks`, and `degraded`: whose part"
        " is missing. A figure that is null says why in `because`."
    )


def line_of(row: Row) -> dict[str, Any]:
    """Return the head of a report."""
    label, sentence, todo = report_words.STATES[row["state"]]
    same = set(ReportLine.model_fields) & set(row.keys())
    return {name: row[name] for name in same} | {
        "id": row["report_id"],
        "label": Span(row["starts_on"], row["ends_on"]).label,
        "state_words": ReportWords(label=label, sentence=sentence, todo=todo).model_dump(),
        "origin": report_words.origin(scheduled=row["scheduled"], edition=row["edition"]),
    }


def whole_of(row: Row) -> dict[str, Any]:
    """Return a whole report."""
    return line_of(row) | {
        "texts": texts_of(orjson.loads(row["texts"])),
        "content": orjson.loads(row["content"]),
    }
