"""The tables of schema `crawler`: what is watched, where, when it is due, and how hosts want to be asked."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, REAL, UUID

from services.crawler.tables.columns import HOUSE as HOUSE
from services.crawler.tables.columns import METADATA as METADATA
from services.crawler.tables.survey import DOUBTS as DOUBTS
from services.crawler.tables.survey import OUTLINK_ADDRESSES as OUTLINK_ADDRESSES
from services.crawler.tables.survey import OUTLINKS as OUTLINKS
from services.crawler.tables.survey import SURVEY_WISHES as SURVEY_WISHES
from services.crawler.tables.survey import SURVEYS as SURVEYS
from shared.columns import moment as _moment
from shared.vocabulary import Outcome

CHECK_SEQ = Sequence("check_seq", metadata=METADATA)
"""Numbers every claim; the one order of observations (seams.md 1)."""

_OUTCOMES = ", ".join(f"'{outcome}'" for outcome in Outcome)
_BUSY = {"fillfactor": "85", "autovacuum_vacuum_scale_factor": "0.02"}


SITES = Table(
    "sites",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("version_no", BigInteger, nullable=False),
    Column("hosts", ARRAY(Text), nullable=False),
    Column("brands", ARRAY(Text), nullable=False, server_default="{}"),
    Column("active", Boolean, nullable=False),
    # When its own sitemap is read next: within an hour of its coming, then once a week.
    _moment("sitemap_due_at", nullable=False, default="now() + random() * interval '1 hour'"),
    Index("sites_workspace_idx", "workspace_id"),
    Index("sites_sitemap_due_idx", "sitemap_due_at", postgresql_where=text("active")),
)

# One row for each registrable domain. Whoever locks rows takes hosts first, then pages, then
# watches, each in the order of its key: that order is what keeps workers from deadlocks.
HOSTS = Table(
    "hosts",
    METADATA,
    Column("host", Text, primary_key=True),
    Column("delay_s", Double, nullable=False, server_default="0"),
    Column("crawl_delay_s", Double, nullable=False, server_default="0"),
    _moment("blocked_until"),
    # The end of the pause after the last request, or of the lease of the worker that has the host.
    _moment("next_free_at", nullable=False, default="'-infinity'"),
    # Never later than the earliest next_check_at of the host's pages; claims correct it.
    _moment("due_at", nullable=False, default="'infinity'"),
    Column(
        "ready_at",
        DateTime(timezone=True),
        Computed("greatest(next_free_at, due_at)", persisted=True),
        nullable=False,
    ),
    # What our looks saw of the host's links, and the looks a day that its pages want.
    Column("losses", Double, nullable=False, server_default="0"),
    Column("expected_losses", Double, nullable=False, server_default="0"),
    Column("load", Double, nullable=False, server_default="0"),
    # When a loss last brought the host's other pages forward.
    _moment("pulled_at"),
    Index("hosts_ready_at_idx", "ready_at"),
    postgresql_with=_BUSY,
)

ROBOTS = Table(
    "robots",
    METADATA,
    Column("origin", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("refusal", Text),
    _moment("fetched_at", nullable=False),
    _moment("expires_at", nullable=False),
    Index("robots_expires_at_idx", "expires_at"),
)

# What hosts name that tells when their pages changed. One of a kind has its turn at a time.
SOURCES = Table(
    "sources",
    METADATA,
    Column("host", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    _moment("due_at", nullable=False),
    _moment("named_at", nullable=False),
    _moment("visited_at"),
    Column("etag", Text),
    Column("last_modified", Text),
    # Not named but looked for in a usual place, and until when it is known not to be there.
    Column("guessed", Boolean, nullable=False, server_default=text("false")),
    _moment("absent_until"),
    CheckConstraint("kind IN ('sitemap', 'feed')", name="kind_known"),
    Index("sources_due_at_idx", "due_at"),
    Index("sources_named_at_idx", "named_at"),
)

# What registries tell of domains, and when each is asked again.
REGISTRATIONS = Table(
    "registrations",
    METADATA,
    Column("domain", Text, primary_key=True),
    _moment("due_at", nullable=False),
    Column("ending", Text),
    _moment("asked_at"),
    # Questions in a row that brought no answer.
    Column("failures", Integer, nullable=False, server_default="0"),
    Index("registrations_due_at_idx", "due_at"),
)

# Until when each RDAP server is left alone, for all processes together.
REGISTRIES = Table(
    "registries",
    METADATA,
    Column("server", Text, primary_key=True),
    _moment("next_free_at", nullable=False),
)

# Pages rendered on a day (UTC) of each registrable domain, and of all: the row without a host.
RENDERED = Table(
    "rendered",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("host", Text, primary_key=True),
    Column("pages", Integer, nullable=False),
)

# How each host answers for a page that cannot exist: soft 404s look alike.
SIBLINGS = Table(
    "siblings",
    METADATA,
    Column("host", Text, primary_key=True),
    _moment("probed_at", nullable=False),
    Column("url", Text, nullable=False),
    Column("final_url", Text, nullable=False),
    Column("status", SmallInteger),
    Column("title", Text),
    Column("fingerprint", Text),
    # What came over the wire, for evidence that rests on it.
    Column("wire", LargeBinary),
    Index("siblings_probed_at_idx", "probed_at"),
)

PAGES = Table(
    "pages",
    METADATA,
    Column("page_id", UUID, primary_key=True),
    Column("page_key", UUID, nullable=False, unique=True),
    Column("url", Text, nullable=False),
    Column("host", Text, nullable=False),
    _moment("next_check_at", nullable=False),
    # Somebody asked for a look while the page was leased: it comes right after that one.
    _moment("wanted_at"),
    _moment("lease_until"),
    Column("check_seq", BigInteger, nullable=False, server_default="0"),
    _moment("checked_at"),
    _moment("changed_at"),
    _moment("full_at"),
    Column("final_url", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("fingerprint", LargeBinary),
    Column("short_run", SmallInteger, nullable=False, server_default="0"),
    Column("failure_run", Integer, nullable=False, server_default="0"),
    Column("checks", Integer, nullable=False, server_default="0"),
    Column("facts_hash", LargeBinary),
    _moment("facts_at"),
    Column("losses", REAL, nullable=False, server_default="0"),
    Column("expected_losses", REAL, nullable=False, server_default="0"),
    # The looks a day that the page wants; its part of the host's load.
    Column("rate", REAL, nullable=False, server_default="0"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("pages_due_idx", "host", "next_check_at"),
    postgresql_with=_BUSY,
)

WATCHES = Table(
    "watches",
    METADATA,
    Column("link_id", UUID, primary_key=True),
    # Empty only in the tombstone of a link that was untracked before its link.tracked came.
    Column("page_id", UUID, ForeignKey(PAGES.c.page_id)),
    Column("site_id", UUID),
    Column("workspace_id", UUID),
    Column("target_key", UUID),
    Column("target_url", Text),
    Column("hosts", ARRAY(Text), nullable=False, server_default="{}"),
    Column("value", Double, nullable=False, server_default="1"),
    Column("contract", Boolean, nullable=False, server_default=text("false")),
    Column("ever_live", Boolean, nullable=False, server_default=text("false")),
    _moment("known_since"),
    Column("tracked_seq", BigInteger, nullable=False),
    _moment("removed_at"),
    Column("missing_streak", Integer, nullable=False, server_default="0"),
    _moment("missing_since"),
    Column("last_outcome", Text),
    # The last observation as it was sent, for pages that answer "not modified".
    Column("observation", LargeBinary),
    # The evidence that shows the link as it is now, and what a look must differ in to leave another.
    Column("evidence_id", UUID),
    Column("evidence_marks", LargeBinary),
    CheckConstraint(f"last_outcome IN ({_OUTCOMES})", name="last_outcome_known"),
    CheckConstraint("page_id IS NOT NULL OR removed_at IS NOT NULL", name="page_or_tombstone"),
    Index("watches_page_idx", "page_id"),
    Index("watches_site_idx", "site_id", "target_key"),
    # What was bought together was placed at about the same time.
    Index("watches_placed_idx", "site_id", "known_since", postgresql_where=text("contract")),
    Index("watches_removed_idx", "removed_at", postgresql_where=text("removed_at IS NOT NULL")),
    postgresql_with=_BUSY,
)

TARGETS = Table(
    "targets",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("target_key", UUID, primary_key=True),
    Column("page_id", UUID, ForeignKey(PAGES.c.page_id), nullable=False),
    Column("workspace_id", UUID, nullable=False),
    Column("target_url", Text, nullable=False),
    Index("targets_page_idx", "page_id"),
)

# A host stands for everything below it; those that are not in force wait for the operator.
OPT_OUTS = Table(
    "opt_outs",
    METADATA,
    Column("host", Text, primary_key=True),
    Column("in_force", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    _moment("requested_at", nullable=False),
    _moment("decided_at"),
    Column("decided_by", Text),
    CheckConstraint("source IN ('operator', 'owner')", name="source_known"),
)

COSTS = Table(
    "costs",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("checks", Double, nullable=False),
    Column("requests", Double, nullable=False),
    Column("wire_bytes", Double, nullable=False),
    Column("cpu_s", Double, nullable=False),
    Index("costs_day_idx", "day"),
)

BUDGETS = Table(
    "budgets",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("requests_per_day", BigInteger),
    Column("bytes_per_day", BigInteger),
)

DISCOVERIES = Table(
    "discoveries",
    METADATA,
    Column("page_id", UUID, primary_key=True),
    Column("site_id", UUID, primary_key=True),
    Column("target_key", UUID, primary_key=True),
    Column("discovered_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

# Locked after watches, in this order: rows of evidence, bodies by digest, chains by site.
EVIDENCE_BODIES = Table(
    "evidence_bodies",
    METADATA,
    Column("body_sha256", LargeBinary, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    # Rows of evidence that need it; at 0 it is removed.
    Column("needed_by", BigInteger, nullable=False),
    Index("evidence_bodies_unneeded_idx", "body_sha256", postgresql_where=text("needed_by = 0")),
)

EVIDENCE_CHAINS = Table(
    "evidence_chains",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("last_number", BigInteger, nullable=False, server_default="0"),
    Column("last_sha256", LargeBinary),
    Column("stored_bytes", BigInteger, nullable=False, server_default="0"),
)

# What was removed by retention stays as a row without content, so that the chain stays whole.
EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("evidence_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("link_id", UUID, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("changed", ARRAY(Text), nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("statement", LargeBinary),
    Column("heads", LargeBinary),
    Column("body_sha256", LargeBinary, ForeignKey(EVIDENCE_BODIES.c.body_sha256)),
    Column("body_size", Integer, nullable=False),
    Column("stored_bytes", Integer, nullable=False),
    # When newer evidence of the link took its place; empty in the newest.
    _moment("superseded_at"),
    _moment("expired_at"),
    CheckConstraint(f"outcome IN ({_OUTCOMES})", name="evidence_outcome_known"),
    CheckConstraint("(expired_at IS NULL) = (statement IS NOT NULL)", name="expired_is_empty"),
    Index("evidence_chain_idx", "site_id", "number", unique=True),
    Index("evidence_link_idx", "link_id", "number"),
    Index("evidence_seen_idx", "seen_at", postgresql_where=text("expired_at IS NULL")),
    Index(
        "evidence_superseded_idx",
        "superseded_at",
        postgresql_where=text("superseded_at IS NOT NULL AND expired_at IS NULL"),
    ),
    Index("evidence_site_idx", "site_id", "number", postgresql_where=text("expired_at IS NULL")),
)

EVIDENCE_SHARES = Table(
    "evidence_shares",
    METADATA,
    Column("share_id", UUID, primary_key=True),
    Column("evidence_id", UUID, ForeignKey(EVIDENCE.c.evidence_id), nullable=False),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    _moment("revoked_at"),
    Index("evidence_shares_evidence_idx", "evidence_id"),
    Index("evidence_shares_expires_idx", "expires_at"),
)

# Domains that somebody wants read, until they were.
DOMAIN_READINGS = Table(
    "domain_readings",
    METADATA,
    Column("domain", Text, primary_key=True),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Index("domain_readings_due_at_idx", "due_at"),
)

# Looks at single pages for single links that somebody wants, until they were made.
WANTED_LOOKS = Table(
    "wanted_looks",
    METADATA,
    Column("look_id", UUID, primary_key=True),
    Column("workspace_id", UUID),
    Column("site_id", UUID),
    Column("url", Text, nullable=False),
    Column("target", Text, nullable=False),
    _moment("due_at", nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Index("wanted_looks_due_at_idx", "due_at"),
)

# ---- discovery: what people asked to be searched, and what came of it ---------------------------------

# The chunks of a file are there until it was read; the job has the progress.
SEARCHES = Table(
    "searches",
    METADATA,
    Column("search_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("job_id", UUID),
    Column("source", Text, nullable=False),
    Column("file_name", Text),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    Column("actor", Text, nullable=False),
    Column("notes", ARRAY(Text), nullable=False, server_default="{}"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("searches_site_idx", "site_id", "search_id"),
    Index("searches_created_idx", "created_at"),
)

SEARCH_CHUNKS = Table(
    "search_chunks",
    METADATA,
    Column(
        "search_id",
        UUID,
        ForeignKey(SEARCHES.c.search_id, ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("chunk_no", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# Pages that may link to a site. Nothing here is a link: only what a look saw becomes one.
CANDIDATES = Table(
    "candidates",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("page_key", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("url", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # Nobody named this page: it was tried because its host sends readers.
    Column("guessed", Boolean, nullable=False, server_default=text("false")),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("hits", BigInteger, nullable=False, server_default="0"),
    _moment("first_seen_at"),
    _moment("last_seen_at"),
    _moment("taken_until"),
    _moment("looked_at"),
    _moment("added_at", nullable=False),
    Index(
        "candidates_waiting_idx", "reason", "added_at", postgresql_where=text("state = 'waiting'")
    ),
    Index("candidates_site_idx", "site_id", "state", "looked_at"),
    Index("candidates_added_idx", "added_at"),
)

# Domains that sent readers, as logs of a site tell; most browsers do not say from which page.
REFERRERS = Table(
    "referrers",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("target_url", Text, nullable=False),
    Column("hits", BigInteger, nullable=False),
    _moment("first_seen_at"),
    _moment("last_seen_at"),
    # When a page of the domain was seen to link to the site.
    _moment("found_at"),
    _moment("added_at", nullable=False),
    Index("referrers_hits_idx", "site_id", "hits", "domain"),
    Index("referrers_added_idx", "added_at"),
)

# Pages that were seen to name a site or its brand, without a link to it.
MENTIONS = Table(
    "mentions",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("page_key", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("url", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("title", Text),
    Column("term", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    _moment("seen_at", nullable=False),
    Index("mentions_seen_idx", "site_id", "seen_at", "page_key"),
    Index("mentions_old_idx", "seen_at"),
)
