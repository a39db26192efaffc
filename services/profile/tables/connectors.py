"""Services that sell links, asked with a key of the user's own."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from services.profile.tables.columns import METADATA
from shared.columns import created, flag, moment, number

CONNECTORS = Table(
    "connectors",
    METADATA,
    Column("site_id", UUID, ForeignKey("profile.sites.site_id"), primary_key=True),
    Column("provider", Text, primary_key=True),
    Column("workspace_id", UUID, nullable=False),
    # Only the call itself and the change of master keys read these: no other query names them.
    Column("sealed_key", Text),
    # Open, as versions before 0010 kept it; the first start seals it and takes it away.
    Column("api_key", Text),
    Column("monthly_cap", BigInteger, nullable=False),
    Column("rows_per_pull", Integer, nullable=False),
    flag("weekly"),
    Column("month", Date),
    number("used"),
    moment("pulled_until"),
    moment("asked_at"),
    Column("note", Text),
    created(),
)
