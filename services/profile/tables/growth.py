"""What was unusual about the growth of sites."""

from sqlalchemy import Column, Date, Double, Integer, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSON, UUID

from services.profile.tables.columns import METADATA, site
from shared.columns import created

ANOMALIES = Table(
    "anomalies",
    METADATA,
    Column("anomaly_id", UUID, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    site(),
    Column("kind", Text, nullable=False),
    Column("started_on", Date, nullable=False),
    Column("found_on", Date, nullable=False),
    Column("ended_on", Date),
    Column("count", Integer, nullable=False),
    Column("expected", Double, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    created(),
    UniqueConstraint("site_id", "kind", "started_on", name="anomalies_site_kind_start_key"),
)
