"""The kinds of columns that tables of every service have."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

NO_TEXTS = text("'{}'::text[]")


def moment(name: str, *, nullable: bool = True, default: str | None = None) -> Column[object]:
    value = None if default is None else text(default)
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=value)


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


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
