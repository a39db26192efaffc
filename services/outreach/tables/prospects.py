"""Whom a site may ask for links: prospects with their history, and the people who can be written to."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSON, UUID

from services.outreach.domain.contact import ContactState, FoundBy
from services.outreach.domain.prospect import Stage
from services.outreach.tables.columns import METADATA
from shared.columns import created, flag, moment, one_of

PROSPECTS = Table(
    "prospects",
    METADATA,
    Column("prospect_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, ForeignKey("outreach.sites.site_id"), nullable=False),
    # The registrable domain; on shared hosting the full host.
    Column("domain", Text, nullable=False),
    # The page that was named, where it was more than the domain.
    Column("url", Text),
    Column("stage", Text, nullable=False, server_default=Stage.DISCOVERED.value),
    Column("status", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False),
    Column("source_note", Text),
    Column("owner", Text),
    moment("snoozed_until"),
    # What was read of its site and judged by it; null = not read yet, or too little to say.
    Column("relevance", Integer),
    Column("quality", Integer),
    Column("judgement", JSON),
    moment("read_at"),
    flag("judge_due"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_by", Text, nullable=False),
    created(),
    moment("updated_at"),
    moment("stage_at", nullable=False, default="now()"),
    one_of("stage", Stage),
    UniqueConstraint("site_id", "domain", name="prospects_site_domain_key"),
    Index("prospects_site_idx", "site_id", "prospect_id"),
    Index("prospects_site_stage_idx", "site_id", "stage", "prospect_id"),
    Index("prospects_domain_idx", "workspace_id", "domain"),
    Index("prospects_read_idx", "domain"),
    Index("prospects_due_idx", "prospect_id", postgresql_where=text("judge_due")),
)

# What domains say of themselves, whoever asked for it: nothing in it belongs to a workspace.
READINGS = Table(
    "readings",
    METADATA,
    Column("domain", Text, primary_key=True),
    # The event domain.read of the last look that saw something.
    Column("told", JSON),
    moment("read_at"),
    Column("failure", Text),
    moment("failed_at"),
)

PROSPECT_CHANGES = Table(
    "prospect_changes",
    METADATA,
    Column("change_id", UUID, primary_key=True),
    Column(
        "prospect_id",
        UUID,
        ForeignKey("outreach.prospects.prospect_id", ondelete="CASCADE"),
        nullable=False,
    ),
    # Null where something other than the stage changed.
    Column("from_stage", Text),
    Column("to_stage", Text),
    Column("sentence", Text, nullable=False),
    Column("actor", Text, nullable=False, server_default=""),
    moment("at", nullable=False),
    Index("prospect_changes_idx", "prospect_id", "change_id"),
)

# What people write about a domain, for whoever comes to it later.
DOMAIN_NOTES = Table(
    "domain_notes",
    METADATA,
    Column("note_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("domain", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("actor", Text, nullable=False),
    created(),
    Index("domain_notes_idx", "workspace_id", "domain", "note_id"),
)

CONTACTS = Table(
    "contacts",
    METADATA,
    Column("contact_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("domain", Text, nullable=False),
    # Null: the site has a form and shows no address.
    Column("email", Text),
    Column("address_key", Text),
    Column("name", Text),
    Column("role", Text),
    Column("language", Text),
    Column("source_url", Text),
    moment("source_at"),
    Column("found_by", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=ContactState.OK.value),
    Column("created_by", Text, nullable=False),
    created(),
    moment("updated_at"),
    one_of("found_by", FoundBy),
    one_of("state", ContactState),
    UniqueConstraint("workspace_id", "address_key", name="contacts_address_key"),
    Index("contacts_domain_idx", "workspace_id", "domain"),
    Index("contacts_workspace_idx", "workspace_id", "contact_id"),
    Index(
        "contacts_form_key",
        "workspace_id",
        "domain",
        "source_url",
        unique=True,
        postgresql_where=text("email IS NULL"),
    ),
)
