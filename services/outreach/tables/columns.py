"""What all tables of schema `outreach` are made with."""

from sqlalchemy import MetaData

from shared.house import add_house_tables

METADATA = MetaData(schema="outreach")
HOUSE = add_house_tables(METADATA)
