"""The tables of schema `toxicity`."""

from sqlalchemy import (
    REAL,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, UUID

from services.toxicity.domain.facts import Decision
from services.toxicity.tables.columns import HOUSE as HOUSE
from services.toxicity.tables.columns import METADATA as METADATA
from services.toxicity.tables.columns import site as _site
from services.toxicity.tables.found import ARRIVALS as ARRIVALS
from services.toxicity.tables.found import ATTACKS as ATTACKS
from services.toxicity.tables.found import BLOCK_LIST_DOMAINS as BLOCK_LIST_DOMAINS
from services.toxicity.tables.found import BLOCK_LISTS as BLOCK_LISTS
from services.toxicity.tables.found import DOMAIN_FLAGS as DOMAIN_FLAGS
from services.toxicity.tables.found import GRAPHS as GRAPHS
from services.toxicity.tables.found import NETWORK_DOMAINS as NETWORK_DOMAINS
from services.toxicity.tables.found import NETWORK_SITES as NETWORK_SITES
from services.toxicity.tables.found import NETWORKS as NETWORKS
from services.toxicity.tables.found import REGISTRATIONS as REGISTRATIONS
from services.toxicity.tables.found import STANDINGS as STANDINGS
from shared.columns import count as _count
from shared.columns import created as _created
from shared.columns import flag as _flag
from shared.columns import moment as _moment
from shared.columns import number as _number
from shared.columns import one_of as _one_of
from shared.columns import texts as _texts
from shared.vocabulary import Action, Band

# Rows of links are updated by every check: room on the page keeps those updates HOT.
_UPDATED_OFTEN = {"fillfactor": "70", "autovacuum_vacuum_scale_factor": "0.02"}

SITES = Table(
    "sites",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    _count("version_no"),
    Column("domain", Text, nullable=False),
    _texts("hosts"),
    _texts("brands"),
    _texts("keywords"),
    _texts("partners"),
    _texts("competitors"),
    # What Search Console says, as the people of the site recorded it; null = no manual action known.
    Column("manual_action", Text),
    _moment("deleted_at"),
    # Where a walk over all links of the site stands; null = none is wanted.
    Column("walk_after", UUID),
    Index("sites_workspace_idx", "workspace_id"),
    Index("sites_walk_idx", "site_id", postgresql_where=text("walk_after IS NOT NULL")),
)

PAGES = Table(
    "pages",
    METADATA,
    Column("page_id", UUID, primary_key=True),
    _number("facts_seq"),
    _moment("read_at"),
    Column("url", Text),
    Column("referring_domain", Text),
    Column("facts", JSON),
)

LINKS = Table(
    "links",
    METADATA,
    Column("link_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("page_id", UUID),
    # By which tracking it was seen last; a link that is tracked no more stays as this mark.
    _number("tracked_seq"),
    _moment("untracked_at"),
    # What was seen: the newest check, and the newest one that found the link.
    _number("check_seq"),
    _number("found_seq"),
    _moment("checked_at"),
    _moment("found_at"),
    Column("facts", JSON),
    Column("facts_digest", UUID),
    _texts("last_reasons"),
    # Looks in a row, up to the newest, that could observe nothing.
    _count("failed_looks"),
    # What profile concluded.
    _moment("changed_at"),
    _number("changed_seq"),
    _flag("lost"),
    Column("placement_id", UUID),
    Column("referring_url", Text),
    Column("referring_domain", Text),
    Column("target_url", Text),
    # When other tools say that they saw it first, as far as any does.
    _moment("first_seen_at"),
    # What this link adds to the counts of its site.
    Column("counted_domain", Text),
    Column("counted_anchor", UUID),
    _flag("counted_exact"),
    _flag("counted_followed"),
    # The score in force.
    _number("scored_seq"),
    _moment("scored_at"),
    Column("score", Integer),
    Column("milli", Integer),
    Column("band", Text),
    # The last band that was one: not `insufficient_data`.
    Column("known_band", Text),
    Column("action", Text),
    Column("confidence", Text),
    Column("model", Text),
    Column("sentence", Text),
    Column("explanation", JSON),
    Column("explanation_digest", UUID),
    Column("authority", REAL),
    _one_of("band", Band),
    _one_of("action", Action),
    Index("links_page_idx", "page_id"),
    Index("links_site_idx", "site_id", "link_id"),
    Index(
        "links_placed_idx",
        "site_id",
        "referring_domain",
        postgresql_where=text("placement_id IS NOT NULL"),
    ),
    # The random order in which links are drawn for the unbiased sample of the review.
    Index("links_sample_idx", "site_id", text("md5(link_id::text)")),
    Index("links_domain_idx", "workspace_id", "referring_domain", "site_id", "link_id"),
    Index(
        "links_review_idx",
        "site_id",
        text("milli DESC"),
        "link_id",
        postgresql_where=text(
            "action IN ('watch', 'review', 'request_removal', 'propose_disavow')"
        ),
    ),
    postgresql_with=_UPDATED_OFTEN,
)

# Counted, not queried: what a score needs to know of the site's other links costs one row each.
SITE_COUNTS = Table(
    "site_counts",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    _count("domains"),
    _count("exact_domains"),
    _count("walked_domains"),
    postgresql_with=_UPDATED_OFTEN,
)

DOMAIN_COUNTS = Table(
    "domain_counts",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("referring_domain", Text, primary_key=True),
    _count("links"),
    _count("followed_links"),
    _count("exact_links"),
    postgresql_with=_UPDATED_OFTEN,
)

ANCHOR_DOMAINS = Table(
    "anchor_domains",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("anchor_key", UUID, primary_key=True),
    Column("referring_domain", Text, primary_key=True),
    _count("links"),
    postgresql_with=_UPDATED_OFTEN,
)

ANCHOR_COUNTS = Table(
    "anchor_counts",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("anchor_key", UUID, primary_key=True),
    _count("domains"),
    postgresql_with=_UPDATED_OFTEN,
)

REVIEWS = Table(
    "reviews",
    METADATA,
    Column("review_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    _site(),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    _moment("decided_at", nullable=False),
    Column("undone_by", Text),
    _moment("undone_at"),
    _one_of("decision", Decision),
    Index("reviews_site_idx", "site_id", "review_id"),
)

REVIEW_ITEMS = Table(
    "review_items",
    METADATA,
    Column("review_id", UUID, ForeignKey("toxicity.reviews.review_id"), primary_key=True),
    # A referring domain, or the id of a link as text.
    Column("subject", Text, primary_key=True),
    _site(),
    Column("link_id", UUID),
    _flag("undone"),
    Index("review_items_subject_idx", "site_id", "subject", "review_id"),
    # What was decided about a domain for any site.
    Index(
        "review_items_domain_idx",
        "subject",
        postgresql_where=text("link_id IS NULL AND NOT undone"),
    ),
)

DISAVOW_VERSIONS = Table(
    "disavow_versions",
    METADATA,
    Column("site_id", UUID, ForeignKey("toxicity.sites.site_id"), primary_key=True),
    Column("version_no", Integer, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("origin", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("domains", Integer, nullable=False),
    Column("urls", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    # Domains that were not in the list in force, of versions that we built.
    _count("new_domains"),
    Column("report", JSON, nullable=False, server_default="{}"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("made_by", Text, nullable=False),
    _created(),
    CheckConstraint(
        "origin IN ('imported', 'merged', 'built', 'restored', 'lifted')", name="origin_known"
    ),
)

# Why a site needs a disavow file, as people said it; the newest answer is in force.
DISAVOW_ANSWERS = Table(
    "disavow_answers",
    METADATA,
    Column("answer_id", UUID, primary_key=True),
    _site(),
    Column("workspace_id", UUID, nullable=False),
    # True where a person was only shown the advice and answered nothing.
    _flag("only_shown"),
    Column("manual_action", Text),
    Column("known_scheme", Text),
    Column("note", Text, nullable=False, server_default=""),
    Column("answered_by", Text, nullable=False),
    _moment("answered_at", nullable=False),
    Index("disavow_answers_site_idx", "site_id", "answer_id"),
)

# Who looked at a large set before it was written.
DISAVOW_CONFIRMATIONS = Table(
    "disavow_confirmations",
    METADATA,
    Column("site_id", UUID, ForeignKey("toxicity.sites.site_id"), primary_key=True),
    # Fingerprint of the difference that was looked at; another difference wants another look.
    Column("set_key", UUID, primary_key=True),
    Column("actor_id", UUID, primary_key=True),
    Column("actor", Text, nullable=False),
    _moment("confirmed_at", nullable=False),
)

# What was tried to have links taken out, one row for each attempt and each answer.
REMOVALS = Table(
    "removals",
    METADATA,
    Column("removal_id", UUID, primary_key=True),
    _site(),
    Column("workspace_id", UUID, nullable=False),
    Column("domain", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("contact", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("made_by", Text, nullable=False),
    _created(),
    _moment("undone_at"),
    CheckConstraint("step IN ('asked', 'reminded', 'refused', 'answered')", name="step_known"),
    Index("removals_site_idx", "site_id", "domain", "removal_id"),
)

# Domains of which a link was promised, whether or not the link is there yet.
PLACEMENTS = Table(
    "placements",
    METADATA,
    Column("placement_id", UUID, primary_key=True),
    Column("site_id", UUID, nullable=False),
    Column("workspace_id", UUID, nullable=False),
    _number("terms_seq"),
    Column("referring_domain", Text, nullable=False),
    Column("until_on", Date),
    _flag("cancelled"),
    Index("placements_site_idx", "site_id", "referring_domain"),
)

# Toxic density at the end of each month (of the running month: at the last count).
DENSITY_MONTHS = Table(
    "density_months",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("month", Date, primary_key=True),
    _count("judged"),
    _count("ignored_junk"),
    _count("worth_action"),
    Column("counted_on", Date, nullable=False),
)

# The last layer of a site's scores, fitted to the decisions of its people.
CALIBRATIONS = Table(
    "calibrations",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("slope_milli", Integer, nullable=False),
    Column("offset_milli", Integer, nullable=False),
    Column("verdicts", Integer, nullable=False),
    _moment("fitted_at", nullable=False),
)

# What the weekly look at the decisions of a site proposes for that layer; a person answers.
LAYER_PROPOSALS = Table(
    "layer_proposals",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("state", Text, nullable=False),
    Column("slope_milli", Integer),
    Column("offset_milli", Integer),
    Column("verdicts", Integer, nullable=False),
    Column("error_before", REAL),
    Column("error_after", REAL),
    Column("sentence", Text, nullable=False),
    _moment("made_at", nullable=False),
    Column("counts", JSON, nullable=False, server_default="{}"),
    Column("answered_by", Text),
    _moment("answered_at"),
    CheckConstraint("state IN ('proposed', 'accepted', 'declined', 'nothing')", name="state_known"),
)
