"""What the tables of this schema are made in."""

from sqlalchemy import MetaData

from shared.house import add_house_tables

METADATA = MetaData(schema="crawler")
HOUSE = add_house_tables(METADATA)
