"""The metadata of schema `profile`, and the column of whatever belongs to a site."""

from sqlalchemy import Column, ForeignKey, MetaData
from sqlalchemy.dialects.postgresql import UUID

from shared.house import add_house_tables

METADATA = MetaData(schema="profile")
HOUSE = add_house_tables(METADATA)


def site() -> Column[object]:
    return Column("site_id", UUID, ForeignKey("profile.sites.site_id"), nullable=False)
