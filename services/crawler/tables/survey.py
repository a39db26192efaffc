"""Pages of others that were searched for ways to a link, what they link to, and the looks at that."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSON, UUID

from services.crawler.domain.survey.judging import AddressState
from services.crawler.tables.columns import METADATA
from shared.columns import count, moment, one_of

# A page is read once for all sites that want it.
SURVEYS = Table(
    "surveys",
    METADATA,
    Column("page_key", UUID, primary_key=True),
    Column("url", Text, nullable=False),
    Column("domain", Text, nullable=False),
    moment("read_at", nullable=False),
    Column("failure", Text),
    # What events tell of the page, beside what is in columns.
    Column("told", JSON, nullable=False),
    Index("surveys_read_at_idx", "read_at"),
)

# Which sites want to know a page, and the job in which each of them asked last.
SURVEY_WISHES = Table(
    "survey_wishes",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("page_key", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("job_id", UUID, nullable=False),
    Column("place", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("waits", Boolean, nullable=False, server_default=text("true")),
    moment("added_at", nullable=False),
    Index("survey_wishes_job_idx", "job_id", "place"),
    Index("survey_wishes_page_idx", "page_key"),
    Index("survey_wishes_added_idx", "added_at"),
)

OUTLINKS = Table(
    "outlinks",
    METADATA,
    Column(
        "page_key",
        UUID,
        ForeignKey("crawler.surveys.page_key", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("outlink_key", UUID, primary_key=True),
    Column("anchor_text", Text, nullable=False),
    Column("left_context", Text, nullable=False),
    Column("right_context", Text, nullable=False),
    Column("followed", Boolean, nullable=False),
    Index("outlinks_key_idx", "outlink_key"),
)

# Each address is asked once for all pages that link to it.
OUTLINK_ADDRESSES = Table(
    "outlink_addresses",
    METADATA,
    Column("outlink_key", UUID, primary_key=True),
    Column("url", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=AddressState.NEW.value),
    Column("first_look", JSON),
    Column("last_look", JSON),
    moment("looked_at"),
    # When the second look is to be had, and until when somebody is at it.
    moment("due_at"),
    moment("taken_until"),
    count("tries"),
    moment("added_at", nullable=False),
    one_of("state", AddressState),
    Index("outlink_addresses_due_idx", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("outlink_addresses_added_idx", "added_at"),
)

# Dead links about which somebody is just going to write.
DOUBTS = Table(
    "doubts",
    METADATA,
    Column("site_id", UUID, primary_key=True),
    Column("page_key", UUID, primary_key=True),
    Column("outlink_key", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("page_url", Text, nullable=False),
    Column("outlink_url", Text, nullable=False),
    moment("due_at", nullable=False),
    Index("doubts_due_idx", "due_at"),
)
