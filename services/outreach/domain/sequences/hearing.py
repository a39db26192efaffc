"""What a mail that came in means for an enrollment; pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.outreach.domain.address import domain_of
from services.outreach.domain.contact import ContactState
from services.outreach.domain.inbound.reasons import OUR_FAULT
from services.outreach.domain.inbound.verdict import AutoKind, InboundKind
from services.outreach.domain.sequences.calendars import EVERY_WEEKDAY, Reader
from services.outreach.domain.sequences.enrollment import News
from services.outreach.domain.sequences.steps import after_business_days

SOFT_WAIT_DAYS = 3
"""Business days before the next step, where a mailbox was full or a server was down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A mail that came in, and the contact whom the enrollment is about as it is now."""

    kind: InboundKind
    auto_kind: str | None
    from_email: str
    from_key: str
    hard: bool
    bounce_reason: str | None
    resume_on: date | None
    received_at: datetime
    contact: ContactState | None


def news_of(heard: Heard, *, address_key: str, domain: str) -> News | None:
    """Return what the mail means for who has this address, at this domain; None = nothing.

    An automatic answer never means an end, but that the person is gone. What was our own fault
    (blocked, no DMARC) says nothing of the reader.
    """
    match heard.kind:
        case InboundKind.HUMAN | InboundKind.UNSUBSCRIBE:
            return _of_person(heard, address_key=address_key, domain=domain)
        case InboundKind.COMPLAINT if heard.contact is ContactState.UNSUBSCRIBED:
            return News.COMPLAINT
        case InboundKind.BOUNCE if heard.hard:
            return News.HARD_BOUNCE
        case InboundKind.BOUNCE if heard.bounce_reason not in OUR_FAULT:
            return News.SOFT_BOUNCE
        case InboundKind.AUTO_REPLY if heard.auto_kind == AutoKind.GONE:
            return News.GONE
        case InboundKind.AUTO_REPLY:
            return News.AWAY
    return None


def _of_person(heard: Heard, *, address_key: str, domain: str) -> News:
    is_colleague = heard.from_key != address_key and domain_of(heard.from_email) == domain
    if is_colleague:
        return News.COLLEAGUE_REPLY
    return News.UNSUBSCRIBE if heard.kind is InboundKind.UNSUBSCRIBE else News.REPLY


def wait_until(
    heard: Heard, news: News, *, zone: ZoneInfo, reader: Reader = EVERY_WEEKDAY
) -> datetime | None:
    """Return before when no step goes out because of it: the day after the return, or a pause."""
    if news is News.SOFT_BOUNCE:
        return after_business_days(heard.received_at, SOFT_WAIT_DAYS, zone=zone, reader=reader)
    if news is News.AWAY and heard.resume_on is not None:
        return datetime.combine(heard.resume_on + timedelta(days=1), time(), tzinfo=zone)
    return None


SENTENCES: dict[News, str] = {
    News.REPLY: "They answered.",
    News.COLLEAGUE_REPLY: "Somebody else at their domain answered.",
    News.HARD_BOUNCE: "Mail to this address came back.",
    News.SOFT_BOUNCE: "Mail to this address could not be delivered three times.",
    News.GONE: "An automatic answer says that the person is not there any more.",
    News.UNSUBSCRIBE: "They asked not to be written to.",
    News.COMPLAINT: "They marked a message as spam.",
}
