"""The columns that many tables of profile have, and the schema that all of them stand in."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, MetaData, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from shared.house import add_house_tables

METADATA = MetaData(schema="profile")
HOUSE = add_house_tables(METADATA)
_NO_TEXTS = text("'{}'::text[]")


def moment(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def created() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


def texts(name: str) -> Column[object]:
    return Column(name, ARRAY(Text), nullable=False, server_default=_NO_TEXTS)


def number(name: str) -> Column[object]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def flag(name: str) -> Column[object]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def site() -> Column[object]:
    return Column("site_id", UUID, ForeignKey("profile.sites.site_id"), nullable=False)
