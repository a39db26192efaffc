"""The tables of schema `profile`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, INET, JSON, JSONB, UUID

from services.profile.tables.alerts import ALERT_ITEMS as ALERT_ITEMS
from services.profile.tables.alerts import ALERT_RULES as ALERT_RULES
from services.profile.tables.alerts import ALERT_WORKSPACES as ALERT_WORKSPACES
from services.profile.tables.alerts import ALERTS as ALERTS
from services.profile.tables.alerts import OCCASIONS as OCCASIONS
from services.profile.tables.columns import HOUSE as HOUSE
from services.profile.tables.columns import METADATA as METADATA
from services.profile.tables.columns import site as _site
from services.profile.tables.connectors import CONNECTORS as CONNECTORS
from services.profile.tables.growth import ANOMALIES as ANOMALIES
from services.profile.tables.history import CHANGES as CHANGES
from services.profile.tables.history import OBSERVATIONS as OBSERVATIONS
from services.profile.tables.prepared import COMPETITOR_CLAIMS as COMPETITOR_CLAIMS
from services.profile.tables.prepared import DOMAIN_FIGURES as DOMAIN_FIGURES
from services.profile.tables.prepared import SITE_FIGURES as SITE_FIGURES
from services.profile.tables.recovery import RECOVERIES as RECOVERIES
from services.profile.tables.recovery import SITE_PAGES as SITE_PAGES
from services.profile.tables.reports import REPORT_SCHEDULES as REPORT_SCHEDULES
from services.profile.tables.reports import REPORT_SHARES as REPORT_SHARES
from services.profile.tables.reports import REPORTS as REPORTS
from shared.columns import created as _created
from shared.columns import flag as _flag
from shared.columns import moment as _moment
from shared.columns import number as _number
from shared.columns import texts as _texts
from shared.vocabulary import LinkStatus

_VALUE = (
    "profile.link_value(authority, metrics, followed, indexable, position, kind, relevance,"
    " toxicity_band)"
)
_UNTOLD = "abs(value * target_weight - told_value) > 0.25 * told_value"
# Rows of links are updated by every check: room on the page keeps those updates HOT.
_UPDATED_OFTEN = {"fillfactor": "70", "autovacuum_vacuum_scale_factor": "0.02"}


def _index_of_values(column: str) -> Index:
    """Return the index by which lists are sorted by a column that few links have a value in."""
    where = text(f"{column} IS NOT NULL")
    return Index(f"links_site_{column}_idx", "site_id", column, "link_id", postgresql_where=where)


def _index_of_metric(name: str) -> Index:
    """Return the index by which lists are sorted by a metric of another tool."""
    value = f"((metrics->>'{name}')::float8)"
    return Index(
        f"links_site_{name}_idx",
        *("site_id", text(value), "link_id"),
        postgresql_where=text(f"{value} IS NOT NULL"),
    )


SITES = Table(
    "sites",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("domain", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("domains", JSONB, nullable=False),
    _texts("brands"),
    _texts("keywords"),
    _texts("competitors"),
    _texts("partners"),
    Column("manual_action", Text),
    Column("settings", JSONB, nullable=False, server_default="{}"),
    _flag("paused"),
    _flag("archived"),
    Column("version", Integer, nullable=False, server_default="1"),
    # Until when links that appear can be known: the last look that could have discovered one.
    _moment("discovered_until"),
    # The last day on which its growth was looked at (jobs/growth.py).
    Column("growth_on", Date),
    # When it is asked next, and was last, what its lost links have in common (jobs/patterns.py).
    _moment("patterns_due_at"),
    _moment("patterns_at"),
    _created(),
    _moment("updated_at"),
    _moment("deleted_at"),
    # The time to bring it back is over: its rows are going, here and everywhere.
    _moment("removed_at"),
    Index(
        "sites_deleted_idx",
        "deleted_at",
        postgresql_where=text("deleted_at IS NOT NULL AND removed_at IS NULL"),
    ),
    Index(
        "sites_workspace_domain_key",
        "workspace_id",
        "domain",
        unique=True,
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index(
        "sites_patterns_due_idx",
        "patterns_due_at",
        postgresql_where=text("patterns_due_at IS NOT NULL"),
    ),
)

LINKS = Table(
    "links",
    METADATA,
    Column("link_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("referring_url", Text, nullable=False),
    Column("referring_host", Text, nullable=False),
    Column("referring_domain", Text, nullable=False),
    Column("page_key", UUID, nullable=False),
    Column("target_url", Text),
    Column("target_key", UUID),
    Column("discovery", Text, nullable=False),
    _texts("sources"),
    # What the lifecycle concluded.
    Column("status", Text, nullable=False, server_default="pending"),
    Column("good_status", Text, nullable=False, server_default="pending"),
    _texts("reasons"),
    _flag("counts"),
    _moment("confirming_since"),
    Column("override", Text),
    Column("override_reason", Text),
    # What it concludes from (domain/lifecycle.py).
    _number("check_seq"),
    _number("observed_seq"),
    _number("found_seq"),
    # Of found_seq, which every look writes, no index can speak (see below).
    Column("ever_live", Boolean, Computed("found_seq > 0", persisted=True), nullable=False),
    _number("lost_seq"),
    _number("baseline_seq"),
    Column("missing_streak", Integer, nullable=False, server_default="0"),
    _moment("missing_since"),
    _texts("observed_reasons"),
    _texts("blind_reasons"),
    Column("seen", JSON),
    Column("baseline", JSON),
    _flag("baseline_locked"),
    Column("seen_print", BigInteger, nullable=False, server_default="0"),
    # The facts that lists filter by.
    Column("followed", Boolean),
    Column("indexable", Boolean),
    _texts("rel"),
    Column("kind", Text),
    Column("position", Text),
    Column("anchor_text", Text),
    Column("anchor_kind", Text),
    _texts("anchor_flags"),
    Column("http_status", Integer),
    Column("final_url", Text),
    # Of the referring page, as the look says that last found something different.
    Column("source_ip", INET),
    Column("source_lang", Text),
    Column("source_country", Text),
    Column("source_platform", Text),
    # Times.
    _moment("known_since", nullable=False),
    _moment("first_seen_at"),
    _moment("gained_at"),
    _moment("last_seen_at"),
    _moment("last_checked_at"),
    _moment("next_check_at"),
    _moment("changed_at"),
    _moment("lost_at"),
    # The contract (outreach owns it; these are its terms).
    Column("placement_id", UUID),
    Column("terms", JSON),
    Column("contract_state", Text),
    _texts("contract_reasons"),
    # Toxicity's latest word and the metrics of other tools.
    _number("scored_seq"),
    Column("toxicity_score", Integer),
    Column("toxicity_band", Text),
    Column("toxicity_action", Text),
    Column("toxicity_model", Text),
    Column("toxicity_sentence", Text),
    Column("authority", Double),
    Column("metrics", JSONB, nullable=False, server_default="{}"),
    # Said by the site's keywords in title and sentence; domain/relevance.py.
    Column("relevance", Double),
    # What the link is worth: computed by the row itself (domain/value.py), told to the crawler when
    # it has moved by a quarter.
    Column("value", Double, Computed(_VALUE, persisted=True), nullable=False),
    Column("told_value", Double, nullable=False, server_default="1"),
    # How much its target matters by lists of the site's top pages (domain/value.py): how often we
    # look grows with it, what the link is worth does not.
    Column("target_weight", Double, nullable=False, server_default="1"),
    # What people added.
    _texts("tags"),
    Column("note", Text),
    Column("owner", Text),
    _moment("snoozed_until"),
    Column("tracked_seq", Integer, nullable=False, server_default="1"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("merged_into", UUID),
    _created(),
    _moment("deleted_at"),
    UniqueConstraint(
        "site_id",
        "page_key",
        "target_key",
        name="links_site_page_target_key",
        postgresql_nulls_not_distinct=True,
    ),
    CheckConstraint(
        "status IN (" + ", ".join(f"'{status}'" for status in LinkStatus) + ")",
        name="links_status_check",
    ),
    # No index on what every check writes (last_checked_at, next_check_at, check_seq, found_seq), not
    # even in its WHERE: else the row goes into each of these indexes again, at every look. The others
    # hold only rows that have a value: lists ask for those first, and a new link, which has hardly
    # any, is written into few indexes.
    Index("links_site_status_idx", "site_id", "status", "link_id"),
    Index("links_site_domain_idx", "site_id", "referring_domain", "link_id"),
    Index("links_site_target_idx", "site_id", "target_key"),
    _index_of_values("first_seen_at"),
    _index_of_values("changed_at"),
    _index_of_values("lost_at"),
    # Of links that were seen: when another tool saw one first is a claim, and no figure counts it.
    Index(
        "links_site_gained_at_idx",
        *("site_id", "gained_at", "link_id"),
        postgresql_where=text("ever_live"),
    ),
    _index_of_values("toxicity_score"),
    _index_of_values("authority"),
    Index("links_site_value_idx", "site_id", "value", "link_id"),
    Index("links_untold_idx", "link_id", postgresql_where=text(_UNTOLD)),
    Index("links_weighty_idx", "site_id", postgresql_where=text("target_weight <> 1")),
    _index_of_values("contract_state"),
    _index_of_values("source_country"),
    _index_of_values("source_ip"),
    *(_index_of_metric(name) for name in ("ahrefs_dr", "semrush_as", "majestic_tf", "moz_da")),
    Index(
        "links_reasons_idx",
        "reasons",
        postgresql_using="gin",
        postgresql_where=text("reasons <> '{}'"),
    ),
    Index("links_tags_idx", "tags", postgresql_using="gin", postgresql_where=text("tags <> '{}'")),
    Index("links_placement_idx", "placement_id", postgresql_where=text("placement_id IS NOT NULL")),
    postgresql_with=_UPDATED_OFTEN,
)

OCCURRENCES = Table(
    "occurrences",
    METADATA,
    Column("link_id", UUID, ForeignKey(LINKS.c.link_id, ondelete="CASCADE"), primary_key=True),
    Column("check_seq", BigInteger, nullable=False),
    Column("items", JSON, nullable=False),
    Column("page", JSON, nullable=False),
)

CLAIMS = Table(
    "claims",
    METADATA,
    # No foreign keys here and on the site of a link: docs/decisions/0017.
    Column("link_id", UUID, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("import_id", UUID),
    Column("claim", JSON, nullable=False),
    Column("metrics", JSONB, nullable=False, server_default="{}"),
    Column("anchor_text", Text),
    Column("rel", ARRAY(Text)),
    Column("kind", Text),
    _moment("first_seen_at"),
    _moment("last_seen_at"),
    _moment("lost_at"),
    _moment("claimed_at", nullable=False),
    Index("claims_import_idx", "import_id"),
)

DOMAIN_CLAIMS = Table(
    "domain_claims",
    METADATA,
    Column("site_id", UUID, ForeignKey(SITES.c.site_id), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("import_id", UUID),
    Column("link_count", BigInteger),
    Column("target_count", BigInteger),
    Column("claim", JSON, nullable=False),
    Column("metrics", JSONB, nullable=False, server_default="{}"),
    _moment("first_seen_at"),
    _moment("last_seen_at"),
    _moment("lost_at"),
    _moment("claimed_at", nullable=False),
    Index("domain_claims_import_idx", "import_id"),
)

TARGET_CLAIMS = Table(
    "target_claims",
    METADATA,
    Column("site_id", UUID, ForeignKey(SITES.c.site_id), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("target_key", UUID, primary_key=True),
    Column("target_url", Text, nullable=False),
    Column("import_id", UUID),
    Column("link_count", BigInteger),
    Column("site_count", BigInteger),
    _moment("claimed_at", nullable=False),
    Index("target_claims_import_idx", "import_id"),
)

IMPORTS = Table(
    "imports",
    METADATA,
    Column("import_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    _site(),
    Column("job_id", UUID),
    Column("file_no", Integer, nullable=False),
    Column("file_name", Text, nullable=False),
    _number("bytes"),
    _number("lines"),
    Column("sha256", Text, nullable=False, server_default=""),
    _flag("dry_run"),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("dialect", Text),
    Column("source", Text),
    Column("detection", JSONB),
    Column("refused", Text),
    _number("rows"),
    _number("accepted"),
    _number("duplicates"),
    _number("rejected"),
    _number("own_domain"),
    _number("new_links"),
    _number("targets"),
    # Lists out of one archive share the chunks of the first of them.
    Column("archive_id", UUID),
    Column("member", Text),
    Column("mapping", JSONB),
    _moment("data_until"),
    Column("actor", Text, nullable=False),
    _created(),
    _moment("ended_at"),
    UniqueConstraint("job_id", "file_no", name="imports_job_file_key"),
    Index("imports_site_idx", "site_id", "created_at"),
)

IMPORT_CHUNKS = Table(
    "import_chunks",
    METADATA,
    Column(
        "import_id", UUID, ForeignKey(IMPORTS.c.import_id, ondelete="CASCADE"), primary_key=True
    ),
    Column("chunk_no", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

IMPORT_KEYS = Table(
    "import_keys",
    METADATA,
    Column(
        "import_id", UUID, ForeignKey(IMPORTS.c.import_id, ondelete="CASCADE"), primary_key=True
    ),
    Column("row_key", UUID, primary_key=True),
)

# What an import found before it wrote, so that it can be taken back without a trace. A link or a
# claim of an import that has no row here is its own.
IMPORT_UNDO = Table(
    "import_undo",
    METADATA,
    Column("import_id", UUID, ForeignKey(IMPORTS.c.import_id, ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("link_id", UUID),
    Column("name", Text),
    Column("previous", JSON),
    Column("previous_import", UUID),
    _moment("first_seen_at"),
    _moment("gained_at"),
    Index("import_undo_import_idx", "import_id"),
    Index("import_undo_link_idx", "link_id"),
    Index(
        "import_undo_previous_idx",
        "previous_import",
        postgresql_where=text("previous_import IS NOT NULL"),
    ),
)

MAPPINGS = Table(
    "mappings",
    METADATA,
    Column("workspace_id", UUID, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("mapping", JSONB, nullable=False),
    Column("header", ARRAY(Text), nullable=False),
    Column("actor", Text, nullable=False),
    _moment("saved_at", nullable=False),
)

CONTRACTS = Table(
    "contracts",
    METADATA,
    Column("placement_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    _site(),
    Column("terms_seq", BigInteger, nullable=False),
    Column("referring_domain", Text, nullable=False),
    Column("page_key", UUID),
    Column("terms", JSON, nullable=False),
    Column("go_live_on", Date),
    Column("link_id", UUID),
    _flag("cancelled"),
    # Where it came from and what it cost, for survival.
    Column("vendor_id", UUID),
    Column("vendor_name", Text),
    Column("method", Text),
    Column("campaign", Text),
    Column("price", Numeric(18, 4)),
    Column("currency", Text),
    Index(
        "contracts_open_idx",
        "site_id",
        "referring_domain",
        postgresql_where=text("link_id IS NULL AND NOT cancelled"),
    ),
)

TARGETS = Table(
    "targets",
    METADATA,
    Column("site_id", UUID, ForeignKey(SITES.c.site_id), primary_key=True),
    Column("target_key", UUID, primary_key=True),
    Column("target_url", Text, nullable=False),
    Column("check_seq", BigInteger, nullable=False),
    _moment("checked_at", nullable=False),
    Column("broken", Boolean),
    _texts("reasons"),
    Column("http_status", Integer),
    Column("final_url", Text),
    Column("redirects", JSON, nullable=False),
    _moment("broken_since"),
)

AUDITS = Table(
    "audits",
    METADATA,
    Column("audit_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    _site(),
    Column("job_id", UUID),
    Column("number", Integer, nullable=False),
    Column("inputs_hash", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("report", JSON, nullable=False),
    _created(),
    UniqueConstraint("site_id", "number", name="audits_site_number_key"),
)
