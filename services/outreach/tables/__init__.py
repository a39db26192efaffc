"""The tables of schema `outreach`."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.outreach.domain.placement import Seen
from services.outreach.domain.suppression import SuppressionKind, SuppressionReason
from services.outreach.tables.columns import HOUSE as HOUSE
from services.outreach.tables.columns import METADATA as METADATA
from services.outreach.tables.inbound import INBOUND_MESSAGES as INBOUND_MESSAGES
from services.outreach.tables.inbound import MAILBOX_READINGS as MAILBOX_READINGS
from services.outreach.tables.mail import MAILBOXES as MAILBOXES
from services.outreach.tables.mail import MESSAGES as MESSAGES
from services.outreach.tables.mail import OUTREACH_SETTINGS as OUTREACH_SETTINGS
from services.outreach.tables.mail import SEND_ATTEMPTS as SEND_ATTEMPTS
from services.outreach.tables.money import CAMPAIGN_PROSPECTS as CAMPAIGN_PROSPECTS
from services.outreach.tables.money import CAMPAIGNS as CAMPAIGNS
from services.outreach.tables.money import EXCHANGES as EXCHANGES
from services.outreach.tables.money import OFFER_TURNS as OFFER_TURNS
from services.outreach.tables.money import OFFERS as OFFERS
from services.outreach.tables.money import PAYMENTS as PAYMENTS
from services.outreach.tables.opportunities import OPPORTUNITIES as OPPORTUNITIES
from services.outreach.tables.opportunities import OPPORTUNITY_PAGES as OPPORTUNITY_PAGES
from services.outreach.tables.opportunities import SURVEYED_PAGES as SURVEYED_PAGES
from services.outreach.tables.plan import BRIEF_VERSIONS as BRIEF_VERSIONS
from services.outreach.tables.plan import BRIEFS as BRIEFS
from services.outreach.tables.plan import PLAN_MONTHS as PLAN_MONTHS
from services.outreach.tables.plan import PLAN_SLOTS as PLAN_SLOTS
from services.outreach.tables.plan import PLANS as PLANS
from services.outreach.tables.prospects import CONTACTS as CONTACTS
from services.outreach.tables.prospects import DOMAIN_NOTES as DOMAIN_NOTES
from services.outreach.tables.prospects import PROSPECT_CHANGES as PROSPECT_CHANGES
from services.outreach.tables.prospects import PROSPECTS as PROSPECTS
from services.outreach.tables.prospects import READINGS as READINGS
from services.outreach.tables.sequences import ENROLLMENTS as ENROLLMENTS
from services.outreach.tables.sequences import SEQUENCE_STEPS as SEQUENCE_STEPS
from services.outreach.tables.sequences import SEQUENCES as SEQUENCES
from services.outreach.tables.sequences import TEMPLATES as TEMPLATES
from shared.columns import created as _created
from shared.columns import moment as _moment
from shared.columns import one_of as _one_of
from shared.columns import texts as _texts

SITES = Table(
    "sites",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("version_no", Integer, nullable=False),
    Column("domain", Text, nullable=False),
    _texts("hosts"),
    _texts("brands"),
    _texts("keywords"),
    _texts("competitors"),
    _moment("deleted_at"),
    Index("sites_workspace_idx", "workspace_id"),
)

VENDORS = Table(
    "vendors",
    METADATA,
    Column("vendor_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("name", Text, nullable=False),
    Column("url", Text),
    Column("contact", Text),
    Column("note", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_by", UUID, nullable=False),
    _created(),
    _moment("updated_at"),
    Index("vendors_name_key", "workspace_id", func.lower(text("name")), unique=True),
)

PLACEMENTS = Table(
    "placements",
    METADATA,
    Column("placement_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), nullable=False),
    Column("vendor_id", UUID, ForeignKey("outreach.vendors.vendor_id")),
    # The terms.
    Column("referring_url", Text),
    Column("page_key", UUID),
    Column("referring_domain", Text, nullable=False),
    Column("target_url", Text),
    Column("target_key", UUID),
    Column("anchor_text", Text),
    # Null = nothing agreed, empty = must be followed.
    Column("rel", ARRAY(Text)),
    Column("position", Text),
    Column("go_live_on", Date),
    Column("until_on", Date),
    Column("max_outlinks", Integer),
    Column("price", Numeric(18, 4)),
    Column("currency", Text),
    # How the link was got, and as part of what: survival is drawn by them.
    Column("method", Text),
    Column("campaign", Text),
    Column("note", Text),
    Column("terms_seq", Integer, nullable=False, server_default="1"),
    Column("version", Integer, nullable=False, server_default="1"),
    # What was concluded of its link.
    Column("seen", Text, nullable=False, server_default="promised"),
    _texts("reasons"),
    Column("link_id", UUID),
    _moment("concluded_at"),
    Column("concluded_seq", BigInteger, nullable=False, server_default="0"),
    _moment("first_live_at"),
    _moment("lost_at"),
    # What other services say of its page and link.
    Column("page_title", Text),
    _texts("page_contacts"),
    Column("page_outlinks", Integer),
    Column("facts_seq", BigInteger, nullable=False, server_default="0"),
    Column("toxicity_sentence", Text),
    Column("toxicity_band", Text),
    Column("scored_seq", BigInteger, nullable=False, server_default="0"),
    # Notices that were given.
    Column("told_days", Integer),
    _moment("overdue_at"),
    _moment("expired_at"),
    Column("created_by", UUID, nullable=False),
    _created(),
    _moment("updated_at"),
    _moment("cancelled_at"),
    _one_of("seen", Seen),
    Index(
        "placements_page_target_key",
        "site_id",
        "page_key",
        "target_key",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("page_key IS NOT NULL AND cancelled_at IS NULL"),
    ),
    Index("placements_workspace_idx", "workspace_id", "placement_id"),
    Index("placements_site_idx", "site_id", "placement_id"),
    Index("placements_vendor_idx", "vendor_id"),
    Index("placements_link_idx", "link_id"),
    Index("placements_page_idx", "page_key"),
    Index("placements_domain_idx", "site_id", "referring_domain"),
    Index(
        "placements_campaign_idx",
        "site_id",
        "campaign",
        postgresql_where=text("campaign IS NOT NULL"),
    ),
    Index("placements_until_idx", "until_on", postgresql_where=text("cancelled_at IS NULL")),
    Index(
        "placements_due_idx",
        "go_live_on",
        postgresql_where=text("cancelled_at IS NULL AND overdue_at IS NULL"),
    ),
)

PLACEMENT_CHANGES = Table(
    "placement_changes",
    METADATA,
    Column("change_id", UUID, primary_key=True),
    Column("placement_id", UUID, ForeignKey("outreach.placements.placement_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    _texts("reasons"),
    Column("actor", Text, nullable=False, server_default=""),
    _moment("at", nullable=False),
    Index("placement_changes_idx", "placement_id", "change_id"),
)

SUPPRESSIONS = Table(
    "suppressions",
    METADATA,
    Column("suppression_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text),
    Column("created_by", Text, nullable=False),
    _created(),
    _moment("lifted_at"),
    Column("lifted_by", Text),
    Column("lifted_because", Text),
    _one_of("kind", SuppressionKind),
    _one_of("reason", SuppressionReason),
    Index(
        "suppressions_value_key",
        "workspace_id",
        "kind",
        "value",
        unique=True,
        postgresql_where=text("lifted_at IS NULL"),
    ),
    Index("suppressions_workspace_idx", "workspace_id", "suppression_id"),
)
