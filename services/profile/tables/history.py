"""What was seen and what became different: single looks by month, changes for ever."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSON, UUID

from services.profile.tables.columns import METADATA
from shared.columns import flag, moment, texts

_NEWS = (
    "NOT sifted AND (kind IN ('new', 'lost', 'recovered', 'changed', 'toxic', 'contract')"
    " OR to_status = 'changed')"
)

OBSERVATIONS = Table(
    "observations",
    METADATA,
    Column("link_id", UUID, primary_key=True),
    Column("check_seq", BigInteger, primary_key=True),
    Column("checked_at", DateTime(timezone=True), primary_key=True),
    Column("site_id", UUID, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("http_status", Integer),
    Column("evidence_id", UUID),
    Index("observations_checked_at_idx", "checked_at", postgresql_using="brin"),
    # One partition a month, observations_2026_11, and observations_rest for what has none yet.
    postgresql_partition_by="RANGE (checked_at)",
)

CHANGES = Table(
    "changes",
    METADATA,
    Column("change_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    Column("site_id", UUID, nullable=False),
    Column("link_id", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_status", Text, nullable=False),
    Column("to_status", Text, nullable=False),
    texts("reasons"),
    Column("previous", JSON, nullable=False),
    Column("current", JSON, nullable=False),
    Column("sentence", Text, nullable=False),
    # The link with the words around it, as the page had and has them.
    Column("sentence_before", Text),
    Column("sentence_after", Text),
    Column("check_seq", BigInteger),
    Column("evidence_id", UUID),
    Column("actor", Text),
    moment("at", nullable=False),
    # Whether the rules for alerts have been held against it. A mark on each row and no cursor over
    # them: rows are committed in another order than they are numbered in.
    flag("sifted"),
    Index("changes_news_idx", "change_id", postgresql_where=text(_NEWS)),
    Index("changes_link_idx", "link_id", "at"),
    Index("changes_site_idx", "site_id", "at", "change_id"),
    Index("changes_site_kind_idx", "site_id", "kind", "at"),
)
