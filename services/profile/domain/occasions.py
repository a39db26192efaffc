"""What happens outside the history of links and that a rule for alerts may be about; pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.profile.domain.alerts import AlertKind
from services.profile.domain.patterns import Pattern
from shared import words
from shared.events import (
    AnchorsDrifted,
    DomainFlagged,
    PaymentDue,
    TargetChecked,
    VelocityAnomalyDetected,
)
from shared.urls import key_id
from shared.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Occasion:
    """One thing that happened to a site, in a sentence of its own."""

    kind: AlertKind
    site_id: UUID
    item_id: UUID
    """What it is about; the same thing again is no news."""
    sentence: str
    """The first line is the title of its alert."""
    at: datetime
    name: str = ""
    counts: int = 1
    link_ids: tuple[UUID, ...] = ()


def broken_page(site_id: UUID, event: TargetChecked, links: int) -> Occasion:
    """Return that a page of ours, to which so many links lead, has just broken."""
    lead = "1 link leads" if links == 1 else f"{links:,} links lead"
    why = words.reason(next(iter(event.reasons), Reason.TARGET_ERROR)).label
    return Occasion(
        AlertKind.TARGET_BROKEN,
        site_id=site_id,
        item_id=event.target_key,
        sentence=f"{why}: {event.target_url}; {lead} there",
        at=event.checked_at,
        name=event.target_url,
    )


def odd_growth(
    kind: AlertKind, site_id: UUID, event: VelocityAnomalyDetected | AnchorsDrifted
) -> Occasion:
    """Return what the nightly look at new domains found: how many, or their anchors, unlike before."""
    return Occasion(
        kind,
        site_id=site_id,
        item_id=event.anomaly_id,
        sentence=event.sentence,
        at=event.occurred_at,
    )


def flagged_domain(site_id: UUID, event: DomainFlagged) -> Occasion:
    """Return that something became of a referring domain."""
    return Occasion(
        AlertKind.DOMAIN_FLAGGED,
        site_id=site_id,
        item_id=event.flag_id,
        sentence="\n".join(filter(None, (event.sentence, *event.evidence))),
        at=event.occurred_at,
        name=event.domain,
    )


def due_payment(site_id: UUID, event: PaymentDue) -> Occasion:
    """Return that a payment is due; each of its notices is a thing of its own, so that each is told."""
    page = f"For the link on {event.referring_domain}"
    return Occasion(
        AlertKind.PAYMENT_DUE,
        site_id=site_id,
        item_id=payment_notice(event.payment_id, event.days),
        sentence=f"{page}: {event.sentence}",
        at=event.occurred_at,
        name=event.referring_domain,
    )


def payment_notice(payment_id: UUID, days: int) -> UUID:
    """Return the id of one notice of a payment: so many days before it is due, -1 when overdue."""
    return key_id(f"payment {payment_id} {days}")


PAYMENT_NOTICES = (7, 2, -1)


def died_together(site_id: UUID, pattern: Pattern, *, at: datetime) -> Occasion:
    """Return that links died together; the same pattern keeps its name while it grows."""
    shared, value = pattern.shares[0]
    return Occasion(
        AlertKind.PATTERN,
        site_id=site_id,
        item_id=key_id(f"{site_id} {shared} {value}"),
        sentence=f"{pattern.sentence}\n{pattern.todo}",
        at=at,
        counts=pattern.count,
        link_ids=pattern.links,
    )
