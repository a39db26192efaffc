"""What profile keeps, asks for and concludes."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Event, LinkEvent
from shared.events.parts import Observation, SiteHost
from shared.vocabulary import (
    AlertEnd,
    AlertSeverity,
    ChangeKind,
    ContractState,
    LinkStatus,
    Reason,
)


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
    manual_action: str | None = None
    paused: bool = False
    archived: bool = False

    about: ClassVar[tuple[str, str]] = ("site", "site_id")


class SiteCreated(SiteSnapshot):
    """A site was added to a workspace."""

    name: ClassVar[str] = "site.created"


class SiteUpdated(SiteSnapshot):
    """A site's hosts, brands, keywords, partners, competitors or settings changed."""

    name: ClassVar[str] = "site.updated"


class SiteDeleted(SiteSnapshot):
    """A site was deleted; its links are no longer watched."""

    name: ClassVar[str] = "site.deleted"


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
    """Stop watching this link, and counting it (deleted, merged, or its site is gone)."""

    name: ClassVar[str] = "link.untracked"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("crawler", "toxicity")
    packed: ClassVar[bool] = True

    tracked_seq: int = 1
    merged_into: UUID | None = None


class LinkAdopted(LinkEvent):
    """A link that was found beside others is tracked from now on; with the look that found it.

    The crawler could not name it in a `link.checked`, and looks again only when its page is due.
    """

    name: ClassVar[str] = "link.adopted"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("toxicity",)
    packed: ClassVar[bool] = True

    observation: Observation
    tracked_seq: int = 1


class CheckRequested(LinkEvent):
    """Somebody asked to look at this link now."""

    name: ClassVar[str] = "check.requested"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("crawler",)
    packed: ClassVar[bool] = True


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
    first_seen_at: datetime | None = None
    """When a source says that it saw the link first, or we did."""


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

    about: ClassVar[tuple[str, str]] = ("site", "site_id")


class VelocityAnomalyDetected(Event):
    """Referring domains came or went unlike before; sent once for each such time."""

    name: ClassVar[str] = "velocity.anomaly_detected"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    anomaly_id: UUID
    kind: str
    """burst (many came) or drop (many went)."""
    started_on: date
    found_on: date
    count: int
    """Domains that came or went from the first day to the last that is known."""
    expected: float
    confidence: float
    """That this is no chance, after having looked at a whole year; 0 to 1."""
    sentence: str
    days: Annotated[tuple[int, ...], Field(max_length=60)] = ()
    domains: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    patterns: Annotated[tuple[str, ...], Field(max_length=5)] = ()
    """What the lost links have in common, in sentences."""
    new_links_known_until: datetime | None = None
    """Links that came up later than this cannot be known yet."""

    about: ClassVar[tuple[str, str]] = ("anomaly", "anomaly_id")


class AnchorsDrifted(Event):
    """The anchors of new referring domains are of other kinds than those before."""

    name: ClassVar[str] = "anchors.drifted"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    anomaly_id: UUID
    started_on: date
    found_on: date
    count: int
    """New referring domains that were compared."""
    divergence: float
    """Kullback-Leibler divergence of the new kinds from those before, in bits."""
    confidence: float
    sentence: str
    kinds_before: dict[str, int] = Field(default_factory=dict)
    kinds_new: dict[str, int] = Field(default_factory=dict)

    about: ClassVar[tuple[str, str]] = ("anomaly", "anomaly_id")


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

    about: ClassVar[tuple[str, str]] = ("import", "import_id")


class AuditCompleted(Event):
    """A dated audit is ready to be read."""

    name: ClassVar[str] = "audit.completed"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    audit_id: UUID

    about: ClassVar[tuple[str, str]] = ("audit", "audit_id")


class ReportReady(Event):
    """A report for a client was made, or a person (or a schedule that may) approved it."""

    name: ClassVar[str] = "report.ready"
    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    report_id: UUID
    number: int
    state: str
    """draft: only the team may read it; approved: clients of the site, too."""
    starts_on: date
    ends_on: date
    scheduled: bool = False
    site_name: str = ""
    title: str
    """One whole sentence: "The report for October 2026 is ready to be read"."""
    sentences: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    channel_ids: Annotated[tuple[UUID, ...], Field(max_length=10)] = ()
    """Empty: it is told in the console only."""
    sends: bool = False
    """A person approved it, and the site's schedule wants it sent to those who get reports by e-mail."""
    deliver_at: datetime
    path: str
    """Where the console shows it, behind its `#`."""

    about: ClassVar[tuple[str, str]] = ("report", "report_id")


class AlertEvent(Event):
    """Who is to be told of an alert, and from when on."""

    publisher: ClassVar[str] = "profile"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)
    outward: ClassVar[bool] = True

    alert_id: UUID
    rule_id: UUID
    rule_name: str
    severity: AlertSeverity
    site_name: str = ""
    """What people call the site; empty if it was deleted meanwhile."""
    title: str
    """One whole sentence, as a person reads it: "3 links from blog.example were lost"."""
    channel_ids: Annotated[tuple[UUID, ...], Field(max_length=10)] = ()
    """Empty: it is told in the console only."""
    deliver_at: datetime
    """Not earlier than this: quiet hours and digests of the rule."""

    about: ClassVar[tuple[str, str]] = ("alert", "alert_id")


class AlertRaised(AlertEvent):
    """Something happened that a rule of the workspace is about."""

    name: ClassVar[str] = "alert.raised"

    sentences: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    """What more there is to say: which page, what was before and is now, the next step."""
    count: int = 1
    """How many changes it stands for."""
    link_ids: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    path: str
    """Where the console shows it, behind its `#`: /alerts/<id>."""


class AlertResolved(AlertEvent):
    """What an alert told of is over by itself, or a person has taken note of it."""

    name: ClassVar[str] = "alert.resolved"

    resolved_by: AlertEnd
