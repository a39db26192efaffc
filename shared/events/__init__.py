"""Every event contract, once: frozen classes, their names and who listens (docs/events.md is made from this).

Inside a version only optional fields may be added; anything else is a new class beside the old one.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from shared.events.crawler import (
    DomainRead,
    LinkChecked,
    LinkDiscovered,
    PageRead,
    RegistrationRead,
    SitemapRead,
    TargetChecked,
)
from shared.events.envelope import (
    BATCH_CONTENT_TYPE,
    CONTENT_TYPE,
    ENVELOPE_FIELDS,
    Encoded,
    Event,
    LinkEvent,
    Part,
)
from shared.events.keeping import (
    CopiesSent,
    CopiesWanted,
    ErasureDone,
    ErasureRequested,
    RetentionChanged,
    SiteRemoved,
    WorkspaceDeleted,
    WorkspaceRemoved,
    WorkspaceRestored,
)
from shared.events.mail import (
    ContactUnsubscribed,
    MessageApproved,
    MessageBounced,
    MessageEvent,
    MessageFailed,
    MessageSent,
    ReplyReceived,
)
from shared.events.money import (
    ExchangeChanged,
    LookMade,
    LookRequested,
    OfferAccepted,
    PaymentDue,
    PaymentEvent,
    PaymentSettled,
)
from shared.events.outreach import (
    PlacementEvent,
    PlacementExpiring,
    PlacementLost,
    PlacementMismatched,
    PlacementPromised,
    PlacementTerms,
    PlacementUpdated,
    PlacementVerified,
    PlanUpdated,
    ProspectEvent,
    ProspectFound,
    ProspectQualified,
    ProspectRejected,
    ReadingRequested,
)
from shared.events.parts import (
    Hop,
    Observation,
    Occurrence,
    PageFacts,
    PersonSeen,
    Rendering,
    SiteHost,
)
from shared.events.profile import (
    AlertRaised,
    AlertResolved,
    AnchorsDrifted,
    AuditCompleted,
    CheckRequested,
    ImportCompleted,
    LinkAdopted,
    LinkChanged,
    LinkTracked,
    LinkUntracked,
    ReportReady,
    SiteCreated,
    SiteDeleted,
    SiteSnapshot,
    SiteUpdated,
    TargetBroken,
    VelocityAnomalyDetected,
)
from shared.events.survey import (
    MentionFound,
    OutlinkDoubted,
    OutlinkJudged,
    PageSurveyed,
    TargetLook,
)
from shared.events.toxicity import (
    AttackSuspected,
    DisavowVersionCreated,
    DomainFlagged,
    LinkScored,
    NetworkDetected,
    ReviewDecided,
    ToxicityChanged,
)
from shared.events.work import (
    JobUpdated,
    WebhookDisabled,
)

__all__ = [
    "BATCH_CONTENT_TYPE",
    "CONTENT_TYPE",
    "ENVELOPE_FIELDS",
    "REGISTRY",
    "AlertRaised",
    "AlertResolved",
    "AnchorsDrifted",
    "AttackSuspected",
    "AuditCompleted",
    "CheckRequested",
    "ContactUnsubscribed",
    "CopiesSent",
    "CopiesWanted",
    "DisavowVersionCreated",
    "DomainFlagged",
    "DomainRead",
    "Encoded",
    "ErasureDone",
    "ErasureRequested",
    "Event",
    "ExchangeChanged",
    "Hop",
    "ImportCompleted",
    "JobUpdated",
    "LinkAdopted",
    "LinkChanged",
    "LinkChecked",
    "LinkDiscovered",
    "LinkEvent",
    "LinkScored",
    "LinkTracked",
    "LinkUntracked",
    "LookMade",
    "LookRequested",
    "MentionFound",
    "MessageApproved",
    "MessageBounced",
    "MessageEvent",
    "MessageFailed",
    "MessageSent",
    "NetworkDetected",
    "Observation",
    "Occurrence",
    "OfferAccepted",
    "OutlinkDoubted",
    "OutlinkJudged",
    "PageFacts",
    "PageRead",
    "PageSurveyed",
    "Part",
    "PaymentDue",
    "PaymentEvent",
    "PaymentSettled",
    "PersonSeen",
    "PlacementEvent",
    "PlacementExpiring",
    "PlacementLost",
    "PlacementMismatched",
    "PlacementPromised",
    "PlacementTerms",
    "PlacementUpdated",
    "PlacementVerified",
    "PlanUpdated",
    "ProspectEvent",
    "ProspectFound",
    "ProspectQualified",
    "ProspectRejected",
    "ReadingRequested",
    "RegistrationRead",
    "Rendering",
    "ReplyReceived",
    "ReportReady",
    "RetentionChanged",
    "ReviewDecided",
    "SiteCreated",
    "SiteDeleted",
    "SiteHost",
    "SiteRemoved",
    "SiteSnapshot",
    "SiteUpdated",
    "SitemapRead",
    "TargetBroken",
    "TargetChecked",
    "TargetLook",
    "ToxicityChanged",
    "UnknownEventError",
    "VelocityAnomalyDetected",
    "WebhookDisabled",
    "WorkspaceDeleted",
    "WorkspaceRemoved",
    "WorkspaceRestored",
    "decode",
]


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


def _registry(root: type[Event]) -> dict[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    for event_class in root.__subclasses__():
        if "name" in vars(event_class):
            found[event_class.name] = event_class
        found.update(_registry(event_class))
    return found


REGISTRY: dict[str, type[Event]] = _registry(Event)
"""Every event by its name."""
