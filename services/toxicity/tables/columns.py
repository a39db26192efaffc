"""The metadata of schema `toxicity`, and the kinds of columns that its tables share."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.toxicity.domain.facts import Decision
from shared.house import add_house_tables
from shared.vocabulary import Action, Band

METADATA = MetaData(schema="toxicity")
HOUSE = add_house_tables(METADATA)

NO_TEXTS = text("'{}'::text[]")


def moment(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def created() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


def texts(name: str) -> Column[object]:
    return Column(name, ARRAY(Text), nullable=False, server_default=NO_TEXTS)


def number(name: str) -> Column[object]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def count(name: str) -> Column[object]:
    return Column(name, Integer, nullable=False, server_default="0")


def flag(name: str) -> Column[object]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def site() -> Column[object]:
    return Column("site_id", UUID, ForeignKey("toxicity.sites.site_id"), nullable=False)


def one_of(column: str, values: type[Decision] | type[Band] | type[Action]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
