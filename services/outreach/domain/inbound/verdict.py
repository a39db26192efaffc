"""What can be said of a mail that came in: its class, whom it is about, why, and what decided."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class MailClass(StrEnum):
    """The one thing that a mail is; the first that fits, in this order."""

    COMPLAINT = "complaint"
    BOUNCE = "bounce"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    AUTO_REPLY = "auto_reply"
    UNSUBSCRIBE = "unsubscribe"
    HUMAN = "human"
    NOREPLY = "noreply"


class InboundKind(StrEnum):
    """The class in the words of tables and events."""

    COMPLAINT = "complaint"
    BOUNCE = "bounce"
    DSN_DELAYED = "dsn_delayed"
    DSN_DELIVERED = "dsn_delivered"
    AUTO_REPLY = "auto_reply"
    UNSUBSCRIBE = "unsubscribe"
    HUMAN = "human"
    NOREPLY = "noreply"


class Match(StrEnum):
    """How surely a mail belongs to one of ours: it names its id, or only comes from that address."""

    STRONG = "strong"
    WEAK = "weak"


class AutoKind(StrEnum):
    """What a machine answered in somebody's name."""

    OOO = "ooo"
    ACKNOWLEDGE = "acknowledge"
    GONE = "gone"
    ADDRESS_CHANGED = "address_changed"
    CHALLENGE = "challenge"


class Intent(StrEnum):
    """What a person wants, as far as rules can tell."""

    INTERESTED = "interested"
    QUESTION = "question"
    PRICE_QUOTE = "price_quote"
    NOT_NOW = "not_now"
    NOT_INTERESTED = "not_interested"
    WRONG_PERSON = "wrong_person"
    ALREADY_LINKED = "already_linked"
    OTHER = "other"


class Outcome(StrEnum):
    """What became of our mail to one recipient."""

    BOUNCE = "bounce"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    VACATION = "vacation"


class BounceReason(StrEnum):
    """Why a mail was not delivered, in the words that Sisimai made common."""

    AUTHFAILURE = "authfailure"
    BADREPUTATION = "badreputation"
    BLOCKED = "blocked"
    CONTENTERROR = "contenterror"
    DELIVERED = "delivered"
    EXCEEDLIMIT = "exceedlimit"
    EXPIRED = "expired"
    FAILEDSTARTTLS = "failedstarttls"
    FEEDBACK = "feedback"
    FILTERED = "filtered"
    HASMOVED = "hasmoved"
    HOSTUNKNOWN = "hostunknown"
    MAILBOXFULL = "mailboxfull"
    MAILERERROR = "mailererror"
    MESGTOOBIG = "mesgtoobig"
    NETWORKERROR = "networkerror"
    NORELAYING = "norelaying"
    NOTACCEPT = "notaccept"
    NOTCOMPLIANTRFC = "notcompliantrfc"
    ONHOLD = "onhold"
    POLICYVIOLATION = "policyviolation"
    REJECTED = "rejected"
    REQUIREPTR = "requireptr"
    SECURITYERROR = "securityerror"
    SPAMDETECTED = "spamdetected"
    SPEEDING = "speeding"
    SUSPEND = "suspend"
    SYNTAXERROR = "syntaxerror"
    SYSTEMERROR = "systemerror"
    SYSTEMFULL = "systemfull"
    TOOMANYCONN = "toomanyconn"
    UNDEFINED = "undefined"
    USERUNKNOWN = "userunknown"
    VACATION = "vacation"
    VIRUSDETECTED = "virusdetected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """What is reported about one address that we wrote to."""

    address: str
    outcome: Outcome
    status: str | None = None
    """The enhanced status code of RFC 3463, if the mail names one."""
    reply_code: str | None = None
    reason: BounceReason
    hard: bool = False
    """Whether the address will never work; only then nobody should write to it again."""
    said: str = ""
    """What the other server said."""


@dataclass(frozen=True, slots=True)
class Price:
    amount: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a mail is, and the sentence or header that decided."""

    mail_class: MailClass
    decided_by: str
    recipients: tuple[Recipient, ...] = ()
    feedback_type: str | None = None
    auto_kind: AutoKind | None = None
    until: date | None = None
    intent: Intent | None = None
    price: Price | None = None
    text: str = ""
    """What the sender wrote, without what they quoted."""

    @property
    def kind(self) -> InboundKind:
        return _KINDS.get(self.mail_class) or InboundKind(self.mail_class)


_KINDS = {
    MailClass.DELAYED: InboundKind.DSN_DELAYED,
    MailClass.DELIVERED: InboundKind.DSN_DELIVERED,
}
