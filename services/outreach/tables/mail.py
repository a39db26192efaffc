"""The tables of mail that goes out: the switch, mailboxes, messages and what came of each attempt."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Time,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.outreach.domain.mailboxes import MailboxState, SignIn
from services.outreach.domain.messages import MessageState
from services.outreach.domain.oauth.providers import MailProvider
from services.outreach.tables.columns import METADATA
from shared.columns import count, created, flag, moment, one_of, texts
from shared.mail_server import MailSecurity

OUTREACH_SETTINGS = Table(
    "outreach_settings",
    METADATA,
    Column("workspace_id", UUID, primary_key=True),
    flag("sending"),
    Column("sender_name", Text, nullable=False),
    Column("postal_address", Text, nullable=False),
    Column("switched_by", Text),
    moment("switched_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint(
        "NOT sending OR (sender_name <> '' AND postal_address <> '' AND switched_by IS NOT NULL)",
        name="sending_is_complete",
    ),
)

MAILBOXES = Table(
    "mailboxes",
    METADATA,
    Column("mailbox_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("address", Text, nullable=False),
    Column("sender_name", Text, nullable=False),
    Column("smtp_host", Text, nullable=False),
    Column("smtp_port", Integer, nullable=False),
    Column("smtp_security", Text, nullable=False),
    Column("imap_host", Text),
    Column("imap_port", Integer),
    Column("imap_security", Text),
    Column("username", Text, nullable=False),
    # Only whoever signs in reads it: no other query names it.
    Column("sealed_password", Text, nullable=False),
    Column("sign_in", Text, nullable=False, server_default="password"),
    # Of those that sign in with OAuth.
    Column("provider", Text),
    Column("zone", Text, nullable=False),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    Column("daily_cap", Integer, nullable=False),
    Column("hourly_cap", Integer, nullable=False),
    # The first day of sending: from it the cap of a day grows.
    Column("ramp_from", Date),
    Column("state", Text, nullable=False),
    Column("paused_because", Text),
    Column("findings", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    moment("checked_at"),
    moment("next_at", nullable=False),
    # What speaks against the mailbox itself since it was last set to work.
    count("auth_failures"),
    count("blocks"),
    moment("counts_from", nullable=False),
    Column("created_by", UUID, nullable=False),
    created(),
    moment("updated_at"),
    moment("removed_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    one_of("state", MailboxState),
    one_of("sign_in", SignIn),
    one_of("provider", MailProvider),
    CheckConstraint("(sign_in = 'oauth') = (provider IS NOT NULL)", name="oauth_has_a_provider"),
    one_of("smtp_security", MailSecurity),
    one_of("imap_security", MailSecurity),
    Index(
        "mailboxes_address_key",
        "workspace_id",
        "address",
        unique=True,
        postgresql_where=text("removed_at IS NULL"),
    ),
    Index("mailboxes_next_idx", "next_at", postgresql_where=text("state = 'ready'")),
)

# The apps that owners registered at providers, so that mailboxes sign in with OAuth.
MAIL_APPS = Table(
    "mail_apps",
    METADATA,
    Column("workspace_id", UUID, primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("tenant", Text, nullable=False, server_default=""),
    Column("authorize_url", Text, nullable=False, server_default=""),
    Column("token_url", Text, nullable=False, server_default=""),
    Column("revoke_url", Text, nullable=False, server_default=""),
    Column("scopes", Text, nullable=False, server_default=""),
    Column("saved_by", Text, nullable=False),
    moment("saved_at", nullable=False),
    one_of("provider", MailProvider),
)

# What a mailbox that signs in with OAuth got; locked before its mailbox, never after it.
MAIL_TOKENS = Table(
    "mail_tokens",
    METADATA,
    Column("mailbox_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("provider", Text, nullable=False),
    Column("sealed_refresh", Text, nullable=False),
    Column("sealed_access", Text, nullable=False),
    moment("expires_at", nullable=False),
    # By which address the provider knows whoever signed in; null if it does not tell.
    Column("signed_in_as", Text),
    Column("signed_in_by", Text, nullable=False),
    moment("signed_in_at", nullable=False),
    # Why it is of no use any more: ended, or the app is not accepted.
    Column("trouble", Text),
    one_of("provider", MailProvider),
    Index("mail_tokens_workspace_idx", "workspace_id", "provider"),
)

# Sign-ins that somebody began; each is used once, by whoever began it.
MAIL_SIGN_INS = Table(
    "mail_sign_ins",
    METADATA,
    Column("state_digest", LargeBinary, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("mailbox_id", UUID, nullable=False),
    Column("provider", Text, nullable=False),
    Column("actor_id", UUID, nullable=False),
    Column("sealed_verifier", Text, nullable=False),
    Column("redirect_url", Text, nullable=False),
    moment("expires_at", nullable=False),
    one_of("provider", MailProvider),
    Index("mail_sign_ins_mailbox_idx", "mailbox_id"),
    Index("mail_sign_ins_expiry_idx", "expires_at"),
)

_UNAPPROVED = "state IN ('pending_approval', 'cancelled')"

MESSAGES = Table(
    "messages",
    METADATA,
    Column("message_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("mailbox_id", UUID, nullable=False),
    Column("contact_id", UUID),
    Column("prospect_id", UUID),
    Column("enrollment_id", UUID),
    Column("step_no", Integer),
    # Which text of the step it is, where several are tried, and whether a person changed it.
    Column("variant", Text),
    flag("rewritten"),
    Column("to_email", Text, nullable=False),
    Column("to_name", Text),
    Column("address_key", Text, nullable=False),
    Column("recipient_domain", Text, nullable=False),
    # Every address and domain that, if suppressed, forbids it.
    texts("covered_by"),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("parent_message_id", UUID),
    texts("answers"),
    # Made in the claim, before anything is sent, and kept when it is tried again.
    Column("rfc_message_id", Text, unique=True),
    texts("thread_ids"),
    Column("leave_token", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("because", Text),
    moment("due_at", nullable=False),
    Column("approved_by", UUID),
    Column("approved_by_name", Text),
    Column("approved_hash", Text),
    moment("approved_at"),
    count("attempts"),
    count("deferrals"),
    moment("sent_at"),
    Column("hard_bounce", Boolean, nullable=False, server_default=text("false")),
    # Of one in doubt: looks into the Sent folder, when the next one comes, what the last one showed.
    count("sent_looks"),
    moment("sent_look_at"),
    Column("sent_look", Text),
    # When its text was removed, for mail is kept only so long.
    moment("emptied_at"),
    Column("created_by", UUID),
    created(),
    moment("updated_at"),
    Column("version", Integer, nullable=False, server_default="1"),
    one_of("state", MessageState),
    CheckConstraint(
        f"{_UNAPPROVED} OR (approved_by IS NOT NULL AND approved_hash = body_hash)",
        name="approved_by_a_person",
    ),
    Index(
        "messages_step_key",
        "enrollment_id",
        "step_no",
        unique=True,
        postgresql_where=text("enrollment_id IS NOT NULL"),
    ),
    Index("messages_workspace_idx", "workspace_id", "message_id"),
    Index("messages_waiting_idx", "workspace_id", "state", "due_at", "message_id"),
    Index("messages_site_idx", "site_id", "state", "due_at", "message_id"),
    Index("messages_oldest_idx", "due_at", postgresql_where=text("state = 'approved'")),
    Index("messages_in_doubt_idx", "message_id", postgresql_where=text("state = 'in_doubt'")),
    Index(
        "messages_due_idx",
        "mailbox_id",
        "due_at",
        "message_id",
        postgresql_where=text("state = 'approved'"),
    ),
    Index("messages_address_idx", "workspace_id", "address_key"),
    Index("messages_domain_idx", "workspace_id", "recipient_domain", "sent_at"),
    Index("messages_parent_idx", "parent_message_id"),
)

SEND_ATTEMPTS = Table(
    "send_attempts",
    METADATA,
    Column("attempt_id", UUID, primary_key=True),
    Column("message_id", UUID, nullable=False),
    Column("workspace_id", UUID, nullable=False),
    Column("mailbox_id", UUID, nullable=False),
    Column("attempt_no", Integer, nullable=False),
    Column("worker", Text, nullable=False),
    moment("started_at", nullable=False),
    moment("lease_until", nullable=False),
    # Written before the first byte of the letter: from here on it may have been sent.
    moment("handed_at"),
    moment("ended_at"),
    Column("outcome", Text),
    Column("answer", Text),
    Index("send_attempts_message_key", "message_id", "attempt_no", unique=True),
    Index("send_attempts_mailbox_idx", "mailbox_id", "started_at"),
    Index("send_attempts_open_idx", "lease_until", postgresql_where=text("ended_at IS NULL")),
)
