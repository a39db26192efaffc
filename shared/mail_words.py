"""Words for mail to people of other sites: how far a message is, and how a mailbox is."""

from collections.abc import Mapping

from shared.reason_words import NOTHING_TO_DO, Words


def _words(label: str, sentence: str, todo: str = NOTHING_TO_DO) -> Words:
    return Words(label, sentence, todo)


MESSAGES: Mapping[str, Words] = {
    "pending_approval": _words(
        "Waits for approval", "It goes out only if somebody approves it.", "Read it, and decide."
    ),
    "approved": _words("Approved", "It goes out when it is due and its mailbox may send."),
    "sending": _words("On its way", "It is being handed to the mail server."),
    "sent": _words("Sent", "The mail server took it."),
    "rejected": _words("Not sent", "It was refused for good.", "Read what the mail server said."),
    "in_doubt": _words(
        "In doubt",
        "It broke off in the middle: it may have been sent or not.",
        "Look into the Sent folder of the mailbox, and say what you found.",
    ),
    "cancelled": _words("Cancelled", "It will not be sent."),
}
MAILBOXES: Mapping[str, Words] = {
    "unchecked": _words(
        "Not ready",
        "It sends nothing before a check found nothing that stops it.",
        "Check it, and mend what is found.",
    ),
    "ready": _words("Ready", "It sends what is approved, within its hours and limits."),
    "paused": _words("Paused", "It sends nothing.", "Mend what is said, and set it to work again."),
}
MAIL_SECURITIES: Mapping[str, Words] = {
    "starttls": _words("STARTTLS", "Encrypted after the greeting (mostly port 587)."),
    "tls": _words("TLS", "Encrypted from the first byte (mostly port 465)."),
    "none": _words("None", "Not encrypted; no password is used then."),
}
MAIL_EVENTS: Mapping[str, Words] = {
    "message.approved": _words("Message approved", "Somebody approved a message."),
    "message.sent": _words("Message sent", "A mail server took a message."),
    "message.failed": _words("Message not sent", "A message was refused for good."),
    "message.bounced": _words("Message bounced", "A message came back, for now or for good."),
    "reply.received": _words("Answer received", "Somebody answered a message."),
    "contact.unsubscribed": _words("Unsubscribed", "Somebody asked for no more mail."),
}
