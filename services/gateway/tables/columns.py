"""The parts that the tables of schema `gateway` share."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData
from sqlalchemy.dialects.postgresql import UUID

METADATA = MetaData(schema="gateway")


def version() -> Column[object]:
    return Column("version", Integer, nullable=False, server_default="1")


def workspace() -> Column[object]:
    return Column(
        "workspace_id", UUID, ForeignKey("gateway.workspaces.workspace_id"), nullable=False
    )
