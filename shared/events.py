"""Every event contract, once: frozen classes, their names and who listens (docs/events.md is made from this).

Inside a version only optional fields may be added; anything else is a new class beside the old one.
The wire form is CloudEvents 1.0 in structured JSON; `encode` and `decode` are its only writers and readers.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from shared import clock, ids
from shared.vocabulary import (
    Action,
    Band,
    ChangeKind,
    ContractState,
    DiscoveryReason,
    HostRole,
    JobState,
    LinkKind,
    LinkStatus,
    Outcome,
    Position,
    Reason,
)

CONTENT_TYPE = "application/cloudevents+json"
BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"
ENVELOPE_FIELDS = frozenset({"event_id", "occurred_at", "workspace_id", "site_id", "trace_id"})


class Part(BaseModel):
    """A value inside an event."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(BaseModel):
    """A fact that happened. Subclasses add the fields of `data`; the fields here are the envelope."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: ClassVar[str]
    version: ClassVar[int] = 1
    publisher: ClassVar[str]
    consumers: ClassVar[tuple[str, ...]] = ()
    packed: ClassVar[bool] = False
    outward: ClassVar[bool] = False

    event_id: UUID = Field(default_factory=ids.new_id)
    occurred_at: datetime = Field(default_factory=clock.now)
    workspace_id: UUID | None = None
    site_id: UUID | None = None
    trace_id: str | None = None

    @property
    def subject(self) -> str:
        """Return what the event is about, as `<noun>/<id>`."""
        return f"{self.name.partition('.')[0]}/{self.event_id}"

    def encode(self) -> bytes:
        """Return the event as one CloudEvents 1.0 JSON object."""
        envelope: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.event_id,
            "source": f"/anchorwatch/{self.publisher}",
            "type": self.name,
            "subject": self.subject,
            "time": self.occurred_at,
            "datacontenttype": "application/json",
            "dataschema": f"urn:anchorwatch:{self.name}:{self.version}",
        }
        if self.workspace_id is not None:
            envelope["workspaceid"] = self.workspace_id
        if self.site_id is not None:
            envelope["siteid"] = self.site_id
        if self.trace_id is not None:
            envelope["traceparent"] = self.trace_id
        envelope["data"] = self.model_dump(exclude=set(ENVELOPE_FIELDS))
        return orjson.dumps(envelope)


class UnknownEventError(ValueError):
    """The bytes name an event, or a version of one, that this program does not know."""


def decode(body: bytes | Mapping[str, Any]) -> Event:
    """Return the event in one CloudEvents object.

    Raises UnknownEventError for a type or version that is not in REGISTRY, and ValueError
    (pydantic's ValidationError is one) for bytes that do not hold what the contract says.
    """
    envelope = orjson.loads(body) if isinstance(body, bytes) else body
    event_class = REGISTRY.get(envelope.get("type", ""))
    schema = envelope.get("dataschema", "")
    if event_class is None or schema.rpartition(":")[2] != str(event_class.version):
        raise UnknownEventError(f"unknown event {envelope.get('type')!r} ({schema!r})")
    fields = dict(envelope["data"])
    fields["event_id"] = envelope["id"]
    fields["occurred_at"] = envelope["time"]
    fields["workspace_id"] = envelope.get("workspaceid")
    fields["site_id"] = envelope.get("siteid")
    fields["trace_id"] = envelope.get("traceparent")
    return event_class.model_validate(fields)


# ---- parts ------------------------------------------------------------------------------------


class Hop(Part):
    """One answered request of a redirect chain, in order."""

    url: str
    status: int | None = None
    location: str | None = None


class Occurrence(Part):
    """One `<a>` (area, image link, frame ...) of a link on its page, as a browser sees it."""

    target_url: str
    target_key: UUID
    anchor_text: str = ""
    rel: tuple[str, ...] = ()
    kind: LinkKind = LinkKind.TEXT
    position: Position = Position.UNKNOWN
    hidden: bool = False
    in_noscript: bool = False
    in_iframe: bool = False
    image_alt: str | None = None
    left_context: str = ""
    right_context: str = ""


class SiteHost(Part):
    host: str
    role: HostRole = HostRole.MAIN


class Observation(Part):
    """What one fetch of a page says about one link; absolute facts only (seams.md 5)."""

    page_id: UUID
    check_id: UUID
    check_seq: int
    checked_at: datetime
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    http_status: int | None = None
    final_url: str | None = None
    redirects: tuple[Hop, ...] = ()
    indexable: bool | None = None
    page_followed: bool | None = None
    canonical: str | None = None
    meta_robots: tuple[str, ...] = ()
    x_robots_tag: tuple[str, ...] = ()
    title: str | None = None
    lang: str | None = None
    outlinks_internal: int | None = None
    outlinks_external: int | None = None
    occurrences: Annotated[tuple[Occurrence, ...], Field(max_length=50)] = ()
    occurrence_count: int = 0
    elapsed_ms: int = 0
    evidence_id: UUID | None = None


# ---- profile: sites ---------------------------------------------------------------------------


class SiteSnapshot(Event):
    """The whole of a site as it is now; `version_no` grows with every change of the site."""

    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("crawler", "toxicity", "outreach", "gateway")
    outward: ClassVar[bool] = True

    version_no: int
    domain: str
    site_name: str = ""
    domains: tuple[SiteHost, ...] = ()
    brands: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    paused: bool = False
    archived: bool = False

    @property
    def subject(self) -> str:
        return f"site/{self.site_id}"


class SiteCreated(SiteSnapshot):
    """A site was added to a workspace."""

    name: ClassVar[str] = "site.created"


class SiteUpdated(SiteSnapshot):
    """A site's hosts, brands, keywords, partners, competitors or settings changed."""

    name: ClassVar[str] = "site.updated"


class SiteDeleted(SiteSnapshot):
    """A site was deleted; its links are no longer watched."""

    name: ClassVar[str] = "site.deleted"


# ---- profile -> crawler (packed) ----------------------------------------------------------------


class LinkEvent(Event):
    """An event about one link."""

    link_id: UUID

    @property
    def subject(self) -> str:
        return f"link/{self.link_id}"


class LinkTracked(LinkEvent):
    """Watch this link, or take over these new terms of watching it (an upsert)."""

    name: ClassVar[str] = "link.tracked"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("crawler",)
    packed: ClassVar[bool] = True

    referring_url: str
    page_key: UUID
    target_url: str | None = None
    target_key: UUID | None = None
    hosts: tuple[str, ...]
    value: float = 1.0
    contract: bool = False
    ever_live: bool = False
    known_since: datetime
    priority: int = 0
    tracked_seq: int = 1
    """Grows with each link.tracked of the same link; an older one never overwrites a newer one."""


class LinkUntracked(LinkEvent):
    """Stop watching this link (deleted, merged, or its site is gone)."""

    name: ClassVar[str] = "link.untracked"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("crawler",)
    packed: ClassVar[bool] = True

    tracked_seq: int = 1
    merged_into: UUID | None = None


class CheckRequested(LinkEvent):
    """Somebody asked to look at this link now."""

    name: ClassVar[str] = "check.requested"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("crawler",)
    packed: ClassVar[bool] = True


# ---- crawler ------------------------------------------------------------------------------------


class LinkChecked(LinkEvent):
    """What the crawler saw when it looked for one link. The streak is the crawler's (seams.md 2)."""

    name: ClassVar[str] = "link.checked"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "toxicity")
    packed: ClassVar[bool] = True

    observation: Observation
    missing_streak: int = 0
    missing_since: datetime | None = None
    next_check_at: datetime | None = None
    targets: Annotated[tuple[Occurrence, ...], Field(max_length=50)] = ()
    """Links to the same site on the page, in document order: all of them when the watch has no
    target yet; when the target is missing, those that no other watch of this page has."""


class LinkDiscovered(Event):
    """A link to a watched site that nobody tracks yet, with the observation that found it."""

    name: ClassVar[str] = "link.discovered"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("profile",)
    outward: ClassVar[bool] = True

    reason: DiscoveryReason
    referring_url: str
    page_key: UUID
    target_url: str
    target_key: UUID
    observation: Observation

    @property
    def subject(self) -> str:
        return f"page/{self.observation.page_id}"


class PageFacts(Part):
    """What a page shows about itself; bounded so that one event stays below 16 kB."""

    url: str
    final_url: str
    referring_domain: str
    host: str
    http_status: int
    title: str | None = None
    description: str | None = None
    lang: str | None = None
    charset: str | None = None
    word_count: int = 0
    visible_chars: int = 0
    anchor_chars: int = 0
    markup_bytes: int = 0
    compression_ratio: float | None = None
    outlinks_internal: int = 0
    outlinks_external: int = 0
    outlink_domains: Annotated[tuple[str, ...], Field(max_length=500)] = ()
    outlink_domains_more: int = 0
    hidden_links: int = 0
    nofollow_links: int = 0
    ad_scripts: int = 0
    text_fingerprint: str | None = None
    template_fingerprint: str | None = None
    tracker_ids: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    platform: str | None = None
    server: str | None = None
    ip: str | None = None
    has_contact: bool = False
    has_legal: bool = False
    emails: Annotated[tuple[str, ...], Field(max_length=10)] = ()
    feeds: Annotated[tuple[str, ...], Field(max_length=10)] = ()


class PageRead(Event):
    """What a page looks like, sent when its body changed or the facts are older than 30 days."""

    name: ClassVar[str] = "page.read"
    publisher: ClassVar[str] = "crawler"
    consumers: ClassVar[tuple[str, ...]] = ("toxicity", "outreach")
    packed: ClassVar[bool] = True

    page_id: UUID
    page_key: UUID
    facts_seq: int
    read_at: datetime
    facts: PageFacts

    @property
    def subject(self) -> str:
        return f"page/{self.page_id}"


# ---- profile: conclusions -----------------------------------------------------------------------


class LinkChanged(LinkEvent):
    """A link's status, contract state or facts are different from before; what profile concludes."""

    name: ClassVar[str] = "link.changed"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("toxicity", "outreach", "gateway")
    outward: ClassVar[bool] = True

    check_seq: int | None = None
    change_id: UUID
    kind: ChangeKind
    from_status: LinkStatus
    to_status: LinkStatus
    reasons: tuple[Reason, ...] = ()
    previous: dict[str, Any] = Field(default_factory=dict)
    current: dict[str, Any] = Field(default_factory=dict)
    referring_url: str
    referring_domain: str
    target_url: str | None = None
    sentence: str = ""
    evidence_id: UUID | None = None
    contract_state: ContractState | None = None
    contract_reasons: tuple[Reason, ...] = ()
    placement_id: UUID | None = None
    checked_at: datetime | None = None
    followed: bool | None = None
    counts: bool | None = None


class TargetBroken(Event):
    """A page of our site that others link to does not answer as it should."""

    name: ClassVar[str] = "target.broken"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    target_url: str
    http_status: int | None = None
    reason: Reason
    links: int = 0

    @property
    def subject(self) -> str:
        return f"site/{self.site_id}"


class ImportCompleted(Event):
    """An import has been read to its end."""

    name: ClassVar[str] = "import.completed"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    import_id: UUID
    file_name: str
    dialect: str
    rows: int
    accepted: int
    duplicates: int
    rejected: int
    own_domain: int

    @property
    def subject(self) -> str:
        return f"import/{self.import_id}"


class AuditCompleted(Event):
    """A dated audit is ready to be read."""

    name: ClassVar[str] = "audit.completed"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    audit_id: UUID

    @property
    def subject(self) -> str:
        return f"audit/{self.audit_id}"


# ---- toxicity -----------------------------------------------------------------------------------


class LinkScored(LinkEvent):
    """A link's toxicity is different from before; `scored_seq` grows with every score of a link."""

    name: ClassVar[str] = "link.scored"
    publisher: ClassVar[str] = "toxicity"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "outreach")
    packed: ClassVar[bool] = True

    scored_seq: int
    score: int | None = None
    band: Band
    action: Action
    model: str
    sentence: str = ""
    authority: float | None = None


class ToxicityChanged(LinkEvent):
    """A link crossed into another band."""

    name: ClassVar[str] = "toxicity.changed"
    publisher: ClassVar[str] = "toxicity"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "outreach", "gateway")
    outward: ClassVar[bool] = True

    from_band: Band | None = None
    to_band: Band
    score: int | None = None
    sentence: str = ""


class ReviewDecided(Event):
    """A person decided about links or domains."""

    name: ClassVar[str] = "review.decided"
    publisher: ClassVar[str] = "toxicity"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "outreach", "gateway")
    outward: ClassVar[bool] = True

    review_id: UUID
    decision: str
    domains: tuple[str, ...] = ()
    links: tuple[UUID, ...] = ()
    decided_by: str = ""

    @property
    def subject(self) -> str:
        return f"review/{self.review_id}"


class DisavowVersionCreated(Event):
    """A disavow file was written; nothing was sent to Google."""

    name: ClassVar[str] = "disavow.version_created"
    publisher: ClassVar[str] = "toxicity"
    consumers: ClassVar[tuple[str, ...]] = ("profile", "outreach", "gateway")
    outward: ClassVar[bool] = True

    version_no: int
    domains: int
    urls: int

    @property
    def subject(self) -> str:
        return f"site/{self.site_id}"


# ---- outreach -----------------------------------------------------------------------------------


class PlacementTerms(Event):
    """The contract of a placement: what was agreed about one link (seams.md 17)."""

    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("profile",)
    outward: ClassVar[bool] = True

    placement_id: UUID
    terms_seq: int
    referring_url: str | None = None
    referring_domain: str
    target_url: str | None = None
    anchor_text: str | None = None
    rel: tuple[str, ...] | None = None
    """The rel tokens that were agreed; None = nothing agreed, empty = must be followed."""
    position: Position | None = None
    go_live_on: date | None = None
    until_on: date | None = None
    max_outlinks: int | None = None
    vendor_id: UUID | None = None
    cancelled: bool = False

    @property
    def subject(self) -> str:
        return f"placement/{self.placement_id}"


class PlacementPromised(PlacementTerms):
    """A link was promised to us."""

    name: ClassVar[str] = "placement.promised"


class PlacementUpdated(PlacementTerms):
    """The terms of a placement changed, or it was cancelled."""

    name: ClassVar[str] = "placement.updated"


class PlacementEvent(Event):
    """What became of a placement."""

    publisher: ClassVar[str] = "outreach"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    placement_id: UUID
    link_id: UUID | None = None
    referring_domain: str
    reasons: tuple[Reason, ...] = ()

    @property
    def subject(self) -> str:
        return f"placement/{self.placement_id}"


class PlacementVerified(PlacementEvent):
    """The link of a placement was seen live and as agreed."""

    name: ClassVar[str] = "placement.verified"


class PlacementMismatched(PlacementEvent):
    """The link of a placement was seen, but not as agreed."""

    name: ClassVar[str] = "placement.mismatched"


class PlacementLost(PlacementEvent):
    """The link of a placement is gone, confirmed."""

    name: ClassVar[str] = "placement.lost"


class PlacementExpiring(PlacementEvent):
    """The agreed time of a placement ends soon."""

    name: ClassVar[str] = "placement.expiring"

    until_on: date


# ---- all ----------------------------------------------------------------------------------------


class JobUpdated(Event):
    """A job made progress; at most one a second for each job."""

    name: ClassVar[str] = "job.updated"
    publisher: ClassVar[str] = "all"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)

    job_id: UUID
    service: str
    kind: str
    state: JobState
    total: int | None = None
    done: int = 0
    accepted: int = 0
    duplicates: int = 0
    rejected: int = 0
    eta_seconds: int | None = None

    @property
    def subject(self) -> str:
        return f"job/{self.job_id}"


def _registry(root: type[Event]) -> dict[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    for event_class in root.__subclasses__():
        if "name" in vars(event_class):
            found[event_class.name] = event_class
        found.update(_registry(event_class))
    return found


REGISTRY: dict[str, type[Event]] = _registry(Event)
"""Every event by its name."""
