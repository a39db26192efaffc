"""Plain words for what a mail is, what a person wants and why a mail was not delivered."""

from services.outreach.domain.inbound.verdict import (
    AutoKind,
    BounceReason,
    Intent,
    MailClass,
    Verdict,
)

CLASS_WORDS: dict[MailClass, str] = {
    MailClass.COMPLAINT: "A complaint: somebody marked our mail as spam",
    MailClass.BOUNCE: "A bounce: our mail was not delivered",
    MailClass.DELAYED: "Not delivered yet: the other server still tries",
    MailClass.DELIVERED: "Delivered: the other server says so",
    MailClass.AUTO_REPLY: "An automatic reply",
    MailClass.UNSUBSCRIBE: "Somebody asks not to be written to any more",
    MailClass.HUMAN: "A person answered",
    MailClass.NOREPLY: "From an address that nobody reads",
}

AUTO_WORDS: dict[AutoKind, str] = {
    AutoKind.OOO: "Away",
    AutoKind.ACKNOWLEDGE: "Received, an answer will follow",
    AutoKind.GONE: "The person has left, or nobody reads there",
    AutoKind.ADDRESS_CHANGED: "The address has changed",
    AutoKind.CHALLENGE: "Asks us to confirm that we are human",
}

INTENT_WORDS: dict[Intent, str] = {
    Intent.INTERESTED: "Interested",
    Intent.QUESTION: "Asks a question",
    Intent.PRICE_QUOTE: "Names a price",
    Intent.NOT_NOW: "Not now",
    Intent.NOT_INTERESTED: "Not interested",
    Intent.WRONG_PERSON: "The wrong person",
    Intent.ALREADY_LINKED: "The link is there",
    Intent.OTHER: "Read it yourself",
}

INTENT_STEPS: dict[Intent, str] = {
    Intent.INTERESTED: "Answer with what they ask for.",
    Intent.QUESTION: "Answer the question.",
    Intent.PRICE_QUOTE: "Compare the price with what the link is worth to you, then answer.",
    Intent.NOT_NOW: "Write again later, not before the time that they name.",
    Intent.NOT_INTERESTED: "Let it be. Thank them if you like.",
    Intent.WRONG_PERSON: "Add the person whom they name as a contact, and write to that person.",
    Intent.ALREADY_LINKED: "Add the link as a placement, and it is watched from then on.",
    Intent.OTHER: "Read it, and say what it is.",
}

CLASS_STEPS: dict[MailClass, str] = {
    MailClass.COMPLAINT: "Nothing more goes there. Look at what was sent, and to whom.",
    MailClass.BOUNCE: "See why. An address that does not exist is not written to again.",
    MailClass.DELAYED: "Nothing: the other server says when it gives up.",
    MailClass.DELIVERED: "Nothing.",
    MailClass.AUTO_REPLY: "Nothing: a sequence goes on, later if they are away.",
    MailClass.UNSUBSCRIBE: "Nothing more goes there.",
    MailClass.HUMAN: "Read it.",
    MailClass.NOREPLY: "Nothing: nobody would read an answer.",
}

REASON_WORDS: dict[BounceReason, str] = {
    BounceReason.AUTHFAILURE: "Our domain's SPF, DKIM or DMARC did not convince the other server",
    BounceReason.BADREPUTATION: "Our server has a bad reputation there",
    BounceReason.BLOCKED: "Our server or its address is blocked there",
    BounceReason.CONTENTERROR: "The other server could not read our mail",
    BounceReason.DELIVERED: "Delivered",
    BounceReason.EXCEEDLIMIT: "Our mail is larger than this recipient may receive",
    BounceReason.EXPIRED: "The other server could not be reached for too long",
    BounceReason.FAILEDSTARTTLS: "No encrypted connection came about",
    BounceReason.FEEDBACK: "Marked as spam",
    BounceReason.FILTERED: "Refused after the address had been accepted",
    BounceReason.HASMOVED: "The recipient has moved",
    BounceReason.HOSTUNKNOWN: "The domain does not exist",
    BounceReason.MAILBOXFULL: "The mailbox is full",
    BounceReason.MAILERERROR: "A program at the other end failed",
    BounceReason.MESGTOOBIG: "Our mail is too large for the other server",
    BounceReason.NETWORKERROR: "The network or the DNS failed",
    BounceReason.NORELAYING: "The other server does not take mail for that address",
    BounceReason.NOTACCEPT: "The domain takes no mail",
    BounceReason.NOTCOMPLIANTRFC: "Our mail breaks a rule of its format",
    BounceReason.ONHOLD: "Not clear from what the other server said",
    BounceReason.POLICYVIOLATION: "Against the policy of the other server",
    BounceReason.REJECTED: "Our sender address was refused",
    BounceReason.REQUIREPTR: "The address of our server has no name in the DNS",
    BounceReason.SECURITYERROR: "Refused for reasons of security",
    BounceReason.SPAMDETECTED: "Taken for spam",
    BounceReason.SPEEDING: "Too many mails in a short time",
    BounceReason.SUSPEND: "The mailbox is disabled",
    BounceReason.SYNTAXERROR: "The other server did not understand ours",
    BounceReason.SYSTEMERROR: "The other server has a fault",
    BounceReason.SYSTEMFULL: "The disk of the other server is full",
    BounceReason.TOOMANYCONN: "Too many connections or recipients at once",
    BounceReason.UNDEFINED: "No reason given",
    BounceReason.USERUNKNOWN: "The address does not exist",
    BounceReason.VACATION: "Away",
    BounceReason.VIRUSDETECTED: "A virus was seen in our mail",
}


def spoken(verdict: Verdict) -> str:
    """Return what a mail is, in one line."""
    said = CLASS_WORDS[verdict.mail_class]
    if verdict.intent is not None:
        said += f". {INTENT_WORDS[verdict.intent]}"
    if verdict.price is not None:
        said += f": {verdict.price.amount} {verdict.price.currency}"
    if verdict.auto_kind is not None:
        said += f". {AUTO_WORDS[verdict.auto_kind]}"
    if verdict.until is not None:
        said += f" until {verdict.until}"
    return said
