"""What outreach measures beside the house metrics."""

from prometheus_client import Counter, Gauge, Histogram

CONCLUDED = Counter(
    "anchorwatch_outreach_placements_moved_total",
    "Steps of placements, by where they led: live, mismatched or lost.",
    ["state"],
)
NOTICES = Counter(
    "anchorwatch_outreach_placement_notices_total",
    "Notices that dates called for: expiring, overdue, expired, or of a payment: payment_due, payment_overdue.",
    ["kind"],
)
ENROLLMENTS = Counter(
    "anchorwatch_outreach_enrollments_moved_total",
    "Enrollments that sequences moved by themselves, by the state that they came to.",
    ["state"],
)
PROMISED = Counter(
    "anchorwatch_outreach_placements_promised_total",
    "Placements that were written down.",
)
PROSPECTS = Counter(
    "anchorwatch_outreach_prospects_found_total",
    "Prospects that were written down.",
)
MESSAGES = Counter(
    "anchorwatch_outreach_messages_total",
    "Attempts to send a message, by what came of it: taken, put_off, refused or broken_off.",
    ["outcome"],
)
KEPT_BACK = Counter(
    "anchorwatch_outreach_messages_kept_back_total",
    "Due messages that a check kept back when they were about to be sent, by the check.",
    ["check"],
)
SEND_SECONDS = Histogram(
    "anchorwatch_outreach_send_seconds",
    "Time from the connection to a mail server to its answer, of one message.",
    buckets=(0.1, 0.3, 1, 3, 10, 30, 120),
)
IN_DOUBT = Gauge(
    "anchorwatch_outreach_messages_in_doubt",
    "Messages that may have been sent or not; a person must say.",
)
OLDEST_DUE = Gauge(
    "anchorwatch_outreach_oldest_due_message_seconds",
    "For how long the oldest approved message of all is due.",
)
MAILBOXES_PAUSED = Counter(
    "anchorwatch_outreach_mailboxes_paused_total",
    "Times that a mailbox was stopped because something spoke against it.",
)
INBOUND = Counter(
    "anchorwatch_outreach_inbound_total",
    "Mails that came in and belong to messages, by what they are; left_out: could not be read.",
    ["kind"],
)
READINGS = Counter(
    "anchorwatch_outreach_mailbox_readings_total",
    "Sessions in which a mailbox was read, by how they ended: read or failed.",
    ["outcome"],
)
SENT_LOOKS = Counter(
    "anchorwatch_outreach_sent_looks_total",
    "Looks into Sent folders for messages in doubt, by what came of each: found, missing or failed.",
    ["outcome"],
)
UNSUBSCRIBED = Counter(
    "anchorwatch_outreach_unsubscribed_total",
    "People who asked by the link of a message for no more mail.",
)
OPPORTUNITIES = Counter(
    "anchorwatch_outreach_opportunities_total",
    "Times that a page of others was told to be a way to a link, by kind.",
    ["kind"],
)
