"""The tables of money: payments for placements, campaigns, offers with their turns, and links that we owe."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID

from services.outreach.domain.money.campaign import CampaignState
from services.outreach.domain.money.exchange import Seen
from services.outreach.domain.money.offer import By, OfferState
from services.outreach.domain.money.reading import Per
from services.outreach.tables.columns import METADATA
from shared.columns import created, flag, moment, one_of, texts

PAYMENTS = Table(
    "payments",
    METADATA,
    Column("payment_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("placement_id", UUID, ForeignKey("outreach.placements.placement_id"), nullable=False),
    Column("amount", Numeric(18, 4), nullable=False),
    Column("currency", Text, nullable=False),
    Column("due_on", Date),
    Column("invoice_no", Text),
    Column("invoice_url", Text),
    Column("paid_on", Date),
    Column("method", Text),
    Column("note", Text),
    Column("refunded_on", Date),
    Column("refunded", Numeric(18, 4)),
    # Nothing is owed any more, though nothing was paid.
    Column("waived_on", Date),
    # The last notice that was given: days before it is due, -1 for overdue.
    Column("told_days", Integer),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_by", UUID, nullable=False),
    created(),
    moment("updated_at"),
    CheckConstraint("amount > 0", name="amount_positive"),
    CheckConstraint(
        "refunded IS NULL OR (paid_on IS NOT NULL AND refunded BETWEEN 0 AND amount)",
        name="refund_of_what_was_paid",
    ),
    CheckConstraint("paid_on IS NULL OR waived_on IS NULL", name="paid_or_waived"),
    Index("payments_placement_idx", "placement_id"),
    Index("payments_workspace_idx", "workspace_id", "payment_id"),
    Index("payments_site_idx", "site_id", "payment_id"),
    Index(
        "payments_due_idx",
        "due_on",
        postgresql_where=text("paid_on IS NULL AND waived_on IS NULL"),
    ),
)

# A named goal; sequences and placements belong to it by their text of this name.
CAMPAIGNS = Table(
    "campaigns",
    METADATA,
    Column("campaign_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("method", Text),
    Column("goal_links", Integer),
    Column("goal_on", Date),
    # [[amount, currency], ...]: at most one for each currency.
    Column("budgets", JSON, nullable=False, server_default=text("'[]'")),
    Column("state", Text, nullable=False, server_default=CampaignState.ACTIVE.value),
    Column("note", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_by", UUID, nullable=False),
    created(),
    moment("updated_at"),
    one_of("state", CampaignState),
    UniqueConstraint("site_id", "name", name="campaigns_name_key"),
    Index("campaigns_workspace_idx", "workspace_id", "campaign_id"),
    Index("campaigns_site_idx", "site_id", "campaign_id"),
)

# Prospects that belong to a campaign though no sequence of it writes to them.
CAMPAIGN_PROSPECTS = Table(
    "campaign_prospects",
    METADATA,
    Column(
        "campaign_id",
        UUID,
        ForeignKey("outreach.campaigns.campaign_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column(
        "prospect_id",
        UUID,
        ForeignKey("outreach.prospects.prospect_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    created(),
    Index("campaign_prospects_prospect_idx", "prospect_id"),
)

# The terms that stand, as the last turn of OFFER_TURNS has them.
OFFERS = Table(
    "offers",
    METADATA,
    Column("offer_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), nullable=False),
    Column("referring_domain", Text, nullable=False),
    Column("referring_url", Text),
    Column("thread_id", UUID),
    Column("prospect_id", UUID),
    Column("vendor_id", UUID, ForeignKey("outreach.vendors.vendor_id")),
    Column("campaign", Text),
    Column("state", Text, nullable=False, server_default=OfferState.OPEN.value),
    Column("made_by", Text, nullable=False),
    Column("amount", Numeric(18, 4)),
    Column("currency", Text),
    Column("per", Text, nullable=False, server_default=Per.ONCE.value),
    flag("plus_tax"),
    # Null = nothing was said, empty = followed.
    Column("rel", ARRAY(Text)),
    Column("months", Integer),
    Column("method", Text),
    Column("target_url", Text),
    Column("valid_until", Date),
    Column("note", Text),
    # What became of it, by whom and why.
    Column("placement_id", UUID, ForeignKey("outreach.placements.placement_id")),
    moment("decided_at"),
    Column("decided_by", Text),
    Column("because", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_by", UUID, nullable=False),
    created(),
    moment("updated_at"),
    CheckConstraint("state IN ('open', 'accepted', 'declined')", name="state_known"),
    CheckConstraint(
        "state <> 'accepted' OR placement_id IS NOT NULL", name="accepted_has_placement"
    ),
    one_of("made_by", By),
    one_of("per", Per),
    Index("offers_workspace_idx", "workspace_id", "offer_id"),
    Index("offers_site_idx", "site_id", "offer_id"),
    Index("offers_thread_idx", "thread_id"),
    Index("offers_domain_idx", "workspace_id", "referring_domain"),
)

# What was offered and countered, one line for each; written once and never changed.
OFFER_TURNS = Table(
    "offer_turns",
    METADATA,
    Column("turn_id", UUID, primary_key=True),
    Column("offer_id", UUID, ForeignKey("outreach.offers.offer_id"), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    # The sentence of their letter, and the letter.
    Column("quote", Text),
    Column("inbound_id", UUID),
    Column("actor", Text, nullable=False),
    moment("at", nullable=False),
    Index("offer_turns_idx", "offer_id", "turn_id"),
)

# Links on our own pages that we owe for links that we get.
EXCHANGES = Table(
    "exchanges",
    METADATA,
    Column("exchange_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), nullable=False),
    Column("our_url", Text, nullable=False),
    Column("their_url", Text, nullable=False),
    Column("their_domain", Text, nullable=False),
    # Null = nothing agreed, empty = must be followed.
    Column("rel", ARRAY(Text)),
    Column("since_on", Date),
    Column("until_on", Date),
    Column("placement_id", UUID, ForeignKey("outreach.placements.placement_id")),
    Column("note", Text),
    # What was last seen, and when it was first missed since it was last there.
    Column("seen", Text, nullable=False, server_default=Seen.UNVERIFIED.value),
    texts("reasons"),
    moment("missing_since"),
    moment("looked_at"),
    Column("failure", Text),
    # Since when no look could see it, and how many in a row.
    moment("failing_since"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("evidence", JSON),
    moment("next_look_at"),
    Column("look_id", UUID),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_by", UUID, nullable=False),
    created(),
    moment("updated_at"),
    moment("cancelled_at"),
    one_of("seen", Seen),
    Index("exchanges_workspace_idx", "workspace_id", "exchange_id"),
    Index("exchanges_site_idx", "site_id", "exchange_id"),
    Index("exchanges_domain_idx", "workspace_id", "their_domain"),
    Index("exchanges_look_idx", "look_id"),
    Index("exchanges_next_idx", "next_look_at", postgresql_where=text("cancelled_at IS NULL")),
)
