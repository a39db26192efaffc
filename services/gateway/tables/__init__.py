"""The tables of schema `gateway`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.gateway.domain.acting import Action
from services.gateway.domain.attempts import State
from services.gateway.domain.channels import Kind
from services.gateway.domain.notices import NoticeState
from services.gateway.tables.columns import METADATA as METADATA
from services.gateway.tables.columns import version as _version
from services.gateway.tables.columns import workspace as _workspace
from services.gateway.tables.mailing import REPORT_MAILS as REPORT_MAILS
from services.gateway.tables.mailing import REPORT_READERS as REPORT_READERS
from services.gateway.tables.mailing import SNOOZES as SNOOZES
from shared.columns import count, flag, one_of, texts
from shared.columns import created as _created
from shared.columns import moment as _moment
from shared.house import add_house_tables
from shared.vocabulary import AlertSeverity, Role

HOUSE = add_house_tables(METADATA)


WORKSPACES = Table(
    "workspaces",
    METADATA,
    Column("workspace_id", UUID, primary_key=True),
    Column("name", Text, nullable=False),
    # The first workspace belongs to whoever runs the installation; only its owners add others.
    Column("is_operator", Boolean, nullable=False, server_default=text("false")),
    # Nobody gets in any more; until it is removed it can come back.
    _moment("deleted_at"),
    _moment("removed_at"),
    _version(),
    _created(),
    Index(
        "workspaces_one_operator_idx",
        "is_operator",
        unique=True,
        postgresql_where=text("is_operator"),
    ),
)

USERS = Table(
    "users",
    METADATA,
    Column("user_id", UUID, primary_key=True),
    _workspace(),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("password_hash", Text),
    Column("workspace_role", Text),
    _moment("disabled_at"),
    _moment("last_seen_at"),
    _version(),
    _created(),
    one_of("workspace_role", Role),
    UniqueConstraint("email"),
    Index("users_workspace_idx", "workspace_id", "user_id"),
)

KEYS = Table(
    "keys",
    METADATA,
    Column("key_id", UUID, primary_key=True),
    _workspace(),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("workspace_role", Text),
    Column("created_by", UUID, nullable=False),
    _moment("expires_at"),
    _moment("revoked_at"),
    _moment("last_used_at"),
    _created(),
    one_of("workspace_role", Role),
    UniqueConstraint("secret_hash"),
    Index("keys_workspace_idx", "workspace_id", "key_id"),
)

GRANTS = Table(
    "grants",
    METADATA,
    Column("grant_id", UUID, primary_key=True),
    _workspace(),
    # A user or a key; both come and go with their grants, in one transaction.
    Column("actor_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("role", Text, nullable=False),
    _created(),
    one_of("role", Role),
    UniqueConstraint("actor_id", "site_id"),
    Index("grants_workspace_idx", "workspace_id", "grant_id"),
    Index("grants_site_idx", "site_id"),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("user_id", UUID, ForeignKey("gateway.users.user_id"), nullable=False),
    _moment("expires_at", nullable=False),
    _created(),
    Index("sessions_user_idx", "user_id"),
    Index("sessions_expires_idx", "expires_at"),
)

LOGINS = Table(
    "logins",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("user_id", UUID, ForeignKey("gateway.users.user_id"), nullable=False),
    _moment("expires_at", nullable=False),
    _moment("used_at"),
    _created(),
    Index("logins_expires_idx", "expires_at"),
)

IDEMPOTENCY = Table(
    "idempotency",
    METADATA,
    Column("actor_id", UUID, primary_key=True),
    Column("idempotency_key", Text, primary_key=True),
    # None while a streamed body is still being read.
    Column("fingerprint", LargeBinary),
    Column("status", Integer),
    Column("headers", JSONB),
    Column("body", LargeBinary),
    _moment("locked_until", nullable=False),
    _created(),
    Index("idempotency_created_idx", "created_at"),
)

AUDIT_LOG = Table(
    "audit_log",
    METADATA,
    Column("entry_id", UUID, primary_key=True),
    _workspace(),
    Column("occurred_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("actor_id", UUID, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("site_id", UUID),
    Column("detail", JSONB, nullable=False, server_default="{}"),
    Column("trace_id", Text),
    Index("audit_log_workspace_idx", "workspace_id", "entry_id"),
)

VIEWS = Table(
    "views",
    METADATA,
    Column("view_id", UUID, primary_key=True),
    _workspace(),
    Column("site_id", UUID, nullable=False),
    Column("owner_id", UUID, nullable=False),
    Column("name", Text, nullable=False),
    Column("filters", JSONB, nullable=False),
    Column("shared", Boolean, nullable=False, server_default=text("false")),
    _version(),
    _created(),
    UniqueConstraint("site_id", "owner_id", "name", name="views_name_key"),
)

EVENT_LOG = Table(
    "event_log",
    METADATA,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", UUID, nullable=False),
    Column("name", Text, nullable=False),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID),
    # The whole CloudEvents object, as it came.
    Column("body", LargeBinary, nullable=False),
    _created(),
    UniqueConstraint("event_id"),
    Index("event_log_workspace_idx", "workspace_id", "seq"),
    Index("event_log_created_idx", "created_at", postgresql_using="brin"),
)

WEBHOOKS = Table(
    "webhooks",
    METADATA,
    Column("webhook_id", UUID, primary_key=True),
    _workspace(),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    # Empty: every outward type.
    texts("types"),
    # None: every site of the workspace.
    Column("site_ids", ARRAY(UUID)),
    # Sealed by the vault. The old one signs, too, until its time is over.
    Column("secret", Text, nullable=False),
    Column("old_secret", Text),
    _moment("old_secret_until"),
    # Up to this event of the log everything was handed out or is not wanted.
    Column("handed_seq", BigInteger, nullable=False),
    _moment("failing_since"),
    _moment("delivered_at"),
    _moment("switched_off_at"),
    Column("switched_off_because", Text),
    Column("created_by", UUID, nullable=False),
    _version(),
    _created(),
    Index("webhooks_workspace_idx", "workspace_id", "webhook_id"),
)

WEBHOOK_DELIVERIES = Table(
    "webhook_deliveries",
    METADATA,
    Column(
        "webhook_id",
        UUID,
        ForeignKey("gateway.webhooks.webhook_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    # The body is the event log's.
    Column("seq", BigInteger, primary_key=True),
    Column("event_id", UUID, nullable=False),
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _moment("next_at", nullable=False),
    _moment("leased_until"),
    _moment("last_at"),
    Column("last_status", Integer),
    Column("last_ms", Integer),
    Column("sentence", Text),
    _created(),
    one_of("state", State),
    Index(
        "webhook_deliveries_due_idx",
        *("webhook_id", "next_at"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("webhook_deliveries_created_idx", "created_at", postgresql_using="brin"),
)

CHANNELS = Table(
    "channels",
    METADATA,
    Column("channel_id", UUID, primary_key=True),
    _workspace(),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    # The whole address with what lets us in, sealed by the vault; none for e-mail.
    Column("secret", Text),
    Column("chat", Text),
    # What proves that a press in the chat is one (Slack: the signing secret, Discord: the public key of the
    # application, Telegram: the secret that goes with our address), sealed; none: messages have no buttons.
    Column("app_secret", Text),
    # Whether people of the chat may act without saying who they are.
    flag("anyone_may_act"),
    # When a press arrived last, and whose.
    _moment("called_back_at"),
    Column("called_back_by", Text),
    # As the provider calls whoever that was.
    Column("called_back_person", Text),
    # Who gets e-mail.
    Column("user_ids", ARRAY(UUID), nullable=False, server_default=text("'{}'::uuid[]")),
    _moment("failing_since"),
    _moment("delivered_at"),
    _moment("switched_off_at"),
    Column("switched_off_because", Text),
    Column("created_by", UUID, nullable=False),
    _version(),
    _created(),
    one_of("kind", Kind),
    Index("channels_workspace_idx", "workspace_id", "channel_id"),
)

NOTICES = Table(
    "notices",
    METADATA,
    Column("notice_id", UUID, primary_key=True),
    Column(
        "channel_id",
        UUID,
        ForeignKey("gateway.channels.channel_id", ondelete="CASCADE"),
        nullable=False,
    ),
    # The reader of e-mail; none in a chat.
    Column("user_id", UUID),
    Column("event_id", UUID, nullable=False),
    Column("alert_id", UUID, nullable=False),
    Column("site_id", UUID),
    # In words, because a digest may wait longer than the event log keeps the event.
    Column("severity", Text, nullable=False),
    flag("is_over"),
    Column("title", Text, nullable=False),
    texts("sentences"),
    Column("path", Text, nullable=False),
    flag("has_links"),
    # About an alert that goes on; of a report there is nothing to acknowledge.
    flag("can_act"),
    # Told again because somebody put it off; taken away when the alert ends.
    flag("is_reminder"),
    Column("state", Text, nullable=False, server_default="waiting"),
    count("attempts"),
    # Never before the first, whatever happens to the second.
    _moment("deliver_at", nullable=False),
    _moment("next_at", nullable=False),
    _moment("leased_until"),
    _moment("last_at"),
    Column("last_status", Integer),
    Column("last_ms", Integer),
    Column("sentence", Text),
    _created(),
    one_of("severity", AlertSeverity),
    one_of("state", NoticeState),
    # An event that comes again tells nobody twice.
    UniqueConstraint("channel_id", "event_id", "user_id", postgresql_nulls_not_distinct=True),
    Index("notices_log_idx", "channel_id", "notice_id"),
    Index(
        "notices_due_idx",
        *("channel_id", "next_at"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("notices_created_idx", "created_at", postgresql_using="brin"),
    Index(
        "notices_reminders_idx",
        "alert_id",
        postgresql_where=text("is_reminder AND state = 'waiting'"),
    ),
)

# What somebody did from a chat or by an address of it, about what one message told: each thing once.
DEEDS = Table(
    "deeds",
    METADATA,
    Column("deed_id", UUID, primary_key=True),
    Column(
        "notice_id",
        UUID,
        ForeignKey("gateway.notices.notice_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("channel_id", UUID, nullable=False),
    Column("alert_id", UUID, nullable=False),
    Column("action", Text, nullable=False),
    # Whether the message in the chat says it already.
    flag("pressed"),
    # As the chat calls whoever did it, and as the provider knows them.
    Column("name", Text, nullable=False),
    Column("person_id", Text),
    # While nothing is said it is being done, by whoever holds it until then.
    Column("said", Text),
    _moment("held_until", nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    one_of("action", Action),
    UniqueConstraint("notice_id", "action", name="deeds_once_key"),
    Index("deeds_alert_idx", "alert_id"),
)

# Which user of the workspace somebody in a chat is.
CHAT_PEOPLE = Table(
    "chat_people",
    METADATA,
    Column("chat_person_id", UUID, primary_key=True),
    _workspace(),
    Column("kind", Text, nullable=False),
    # As the provider calls them; of Slack with their team.
    Column("person_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("user_id", UUID, ForeignKey("gateway.users.user_id"), nullable=False),
    _created(),
    one_of("kind", Kind),
    UniqueConstraint("workspace_id", "kind", "person_id", name="chat_people_person_key"),
    Index("chat_people_user_idx", "user_id"),
)

# One-time codes: of a user who says it in a chat, or of somebody in a chat who says it signed in.
CHAT_CODES = Table(
    "chat_codes",
    METADATA,
    Column("code_hash", LargeBinary, primary_key=True),
    _workspace(),
    Column("user_id", UUID, ForeignKey("gateway.users.user_id")),
    Column("kind", Text),
    Column("person_id", Text),
    Column("name", Text),
    _moment("expires_at", nullable=False),
    one_of("kind", Kind),
    Index("chat_codes_expires_idx", "expires_at"),
)

HOLDS = Table(
    "holds",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    _workspace(),
    Column("reason", Text, nullable=False),
    Column("placed_by", Text, nullable=False),
    _created(),
    Index("holds_workspace_idx", "workspace_id"),
)

# The certificate: what was deleted, and of nobody's name.
ERASURES = Table(
    "erasures",
    METADATA,
    Column("erasure_id", UUID, primary_key=True),
    _workspace(),
    flag("is_user"),
    Column("requested_by", Text, nullable=False),
    Column("parts", JSONB, nullable=False, server_default="{}"),
    _moment("ended_at"),
    _created(),
    Index("erasures_workspace_idx", "workspace_id", "erasure_id"),
)

REBUILDS = Table(
    "rebuilds",
    METADATA,
    Column("rebuild_id", UUID, primary_key=True),
    _workspace(),
    Column("site_id", UUID),
    Column("job_id", UUID, nullable=False),
    # By service: the copies that are sent to it; then, how many of each were.
    Column("wanted", JSONB, nullable=False),
    Column("sent", JSONB, nullable=False, server_default="{}"),
    Column("compared", JSONB),
    Column("requested_by", Text, nullable=False),
    _moment("ended_at"),
    _created(),
    Index("rebuilds_workspace_idx", "workspace_id", "rebuild_id"),
)

SELF_CHECKS = Table(
    "self_checks",
    METADATA,
    Column("workspace_id", UUID, ForeignKey("gateway.workspaces.workspace_id"), primary_key=True),
    _moment("checked_at", nullable=False),
    count("differing"),
    Column("compared", JSONB, nullable=False),
)
