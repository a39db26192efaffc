"""The metadata of schema `toxicity`, and the column of whatever belongs to a site."""

from sqlalchemy import Column, ForeignKey, MetaData
from sqlalchemy.dialects.postgresql import UUID

from shared.house import add_house_tables

METADATA = MetaData(schema="toxicity")
HOUSE = add_house_tables(METADATA)


def site() -> Column[object]:
    return Column("site_id", UUID, ForeignKey("toxicity.sites.site_id"), nullable=False)
