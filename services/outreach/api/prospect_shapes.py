"""What requests and answers about prospects look like."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.outreach.domain.candidates import MAX_ROWS, MAX_SHOWN
from services.outreach.domain.prospect import Stage
from services.outreach.store.prospect_lists import Row
from shared import hostnames, prospect_words
from shared.inputs import Moment, Shape
from shared.reason_words import Words
from shared.screen_words import PLACEMENTS

MAX_TEXT = 600_000
MAX_AT_ONCE = 1_000


class WordsOut(BaseModel):
    label: str
    sentence: str
    todo: str


def words_of(words: Words) -> WordsOut:
    return WordsOut(label=words.label, sentence=words.sentence, todo=words.todo)


class ListIn(BaseModel):
    """Domains and pages as text, one a line."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        min_length=1,
        max_length=MAX_TEXT,
        description=f"A domain or page a line, at most {MAX_ROWS:,}; further cells are left alone.",
    )
    source: Annotated[
        str, Shape("^[a-z][a-z_]{0,39}$", "Give a word in small letters, such as competitor.")
    ] = Field(
        default="list",
        description="Where they come from: `list competitor lost_link mention discovery`, or a word"
        " of your own.",
    )
    source_note: str | None = Field(
        default=None, max_length=500, description="More about it, such as whose competitor."
    )
    owner: str | None = Field(default=None, max_length=200)


class Refusal(BaseModel):
    code: str
    detail: str


class TakenOut(BaseModel):
    """What became of one row; `line` counts as an editor does."""

    line: int
    text: str = Field(description=f"The row as it was given, at most {MAX_SHOWN} signs of it.")
    domain: str | None = None
    prospect_id: UUID | None = None
    note: str | None = Field(
        default=None, description="What to know about it although it is taken."
    )
    error: Refusal | None = None


class ListOut(BaseModel):
    """What became of a list; with `dry_run` nothing was written."""

    dry_run: bool
    rows: int
    accepted: int
    known: int = Field(description="Prospects of the site already; they stay as they are.")
    rejected: int
    results: list[TakenOut]


class ProspectChange(BaseModel):
    """What to change; a field that is left out stays, an empty text clears."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage | None = None
    reason: str | None = Field(
        default=None, max_length=500, description="Why it comes to this stage; kept in its history."
    )
    owner: str | None = Field(default=None, max_length=200)
    snooze_until: Moment | None = Field(
        default=None, description="Out of the way until then; null, given, ends it."
    )


class ProspectsChange(ProspectChange):
    """The same for many prospects of a site."""

    prospect_ids: list[UUID] = Field(min_length=1, max_length=MAX_AT_ONCE)


class ChangedOut(BaseModel):
    """How many prospects were meant, and how many change (none by a dry run)."""

    matched: int
    moved: int = Field(description="That come to another stage than they have, or would.")
    changed: int
    dry_run: bool


class PlacementOut(BaseModel):
    """The newest placement that the site agreed for the domain."""

    placement_id: UUID
    state: str
    words: WordsOut


class SlotRef(BaseModel):
    """The slot of the plan that the prospect is to fill."""

    slot_id: UUID
    month: date
    target_url: str


class ProspectOut(BaseModel):
    """A domain that the site may get a link from, and how far that has come."""

    prospect_id: UUID
    site_id: UUID
    domain: str
    readable_domain: str
    url: str | None
    stage: Stage
    words: WordsOut
    status: str = Field(description="What happened last.")
    source: str
    source_label: str
    source_note: str | None
    owner: str | None
    snoozed_until: datetime | None
    relevance: int | None = Field(description="0 to 100; null = not read, or too little to say.")
    quality: int | None = Field(description="0 to 100; null = not read, or too little to say.")
    read_at: datetime | None
    contacts: int
    do_not_contact: str | None = Field(description="What forbids writing to it, in a sentence.")
    placement: PlacementOut | None
    slot: SlotRef | None
    links_to_you: int | None = Field(
        default=None, description="Present links from the domain; null where that is not known now."
    )
    created_by: str
    created_at: datetime
    stage_at: datetime
    version: int


class SharedOut(BaseModel):
    """A word that the site and the domain have in common, and what it brings."""

    word: str
    yours: str = Field(description="Where it comes from on your side.")
    theirs: str = Field(description="Where it stands on theirs.")
    points: float


class FindingOut(BaseModel):
    """What was seen of the domain, and what it takes off its quality; 0 = worth knowing."""

    sentence: str
    points: int


class EvidenceOut(BaseModel):
    """How both figures came about (docs/prospects.md has the formulas)."""

    relevance_sentence: str = "It has not been read yet."
    shared: list[SharedOut] = []
    findings: list[FindingOut] = []
    failure: str | None = Field(default=None, description="Why the last look saw nothing.")
    title: str | None = None
    language: str | None = None
    your_language: str | None = None
    pages: list[str] = Field(default=[], description="The pages that were read.")
    links_to_competitors: list[str] = []
    home_links_to_you: bool = False


class ProspectDetail(ProspectOut):
    """A prospect with the evidence for what is said of it."""

    evidence: EvidenceOut
    degraded: list[dict[str, str]] = Field(
        default_factory=list, description="Services whose part is missing in this answer."
    )


class Requested(BaseModel):
    """That a domain is to be read."""

    domain: str
    sentence: str


def prospect_detail(row: Row, *, forbidden: str | None) -> ProspectDetail:
    """Return a prospect as it is shown alone."""
    evidence = EvidenceOut(**(row.prospect.judgement or {}))
    return ProspectDetail(**dict(prospect_out(row, forbidden=forbidden)), evidence=evidence)


def prospect_out(row: Row, *, forbidden: str | None) -> ProspectOut:
    """Return a prospect as it is shown."""
    one = row.prospect
    return ProspectOut(
        prospect_id=one.prospect_id,
        site_id=one.site_id,
        domain=one.domain,
        readable_domain=hostnames.shown(one.domain),
        url=one.url,
        stage=one.stage,
        words=words_of(prospect_words.STAGES[one.stage]),
        status=one.status,
        source=one.source,
        source_label=prospect_words.source_label(one.source),
        source_note=one.source_note,
        owner=one.owner,
        snoozed_until=one.snoozed_until,
        relevance=one.relevance,
        quality=one.quality,
        read_at=one.read_at,
        contacts=row.contacts,
        do_not_contact=forbidden,
        placement=_placement(row),
        slot=_slot(row),
        created_by=one.created_by,
        created_at=one.created_at,
        stage_at=one.stage_at,
        version=one.version,
    )


def _slot(row: Row) -> SlotRef | None:
    if row.slot_id is None or row.slot_month is None or row.slot_url is None:
        return None
    return SlotRef(slot_id=row.slot_id, month=row.slot_month, target_url=row.slot_url)


def _placement(row: Row) -> PlacementOut | None:
    if row.placement_id is None or row.placement_seen is None:
        return None
    words = words_of(PLACEMENTS[row.placement_seen])
    return PlacementOut(placement_id=row.placement_id, state=row.placement_seen, words=words)


class ChangeOut(BaseModel):
    """One line of a prospect's history."""

    change_id: UUID
    from_stage: Stage | None
    to_stage: Stage | None
    sentence: str
    actor: str
    at: datetime
