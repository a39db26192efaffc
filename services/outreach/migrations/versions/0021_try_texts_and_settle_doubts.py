"""Try several texts of a step, and say when texts were removed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_SCHEMA = "outreach"


def upgrade() -> None:
    weight = sa.Column("weight", sa.Integer(), server_default="1", nullable=False)
    others = sa.Column(
        "others", postgresql.JSON(), server_default=sa.text("'[]'::json"), nullable=False
    )
    op.add_column("sequence_steps", weight, schema=_SCHEMA)
    op.add_column("sequence_steps", others, schema=_SCHEMA)
    op.add_column("messages", sa.Column("variant", sa.Text(), nullable=True), schema=_SCHEMA)
    rewritten: sa.Column[bool] = sa.Column(
        "rewritten", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("messages", rewritten, schema=_SCHEMA)
    for table in ("messages", "inbound_messages"):
        emptied_at = sa.Column("emptied_at", sa.DateTime(timezone=True), nullable=True)
        op.add_column(table, emptied_at, schema=_SCHEMA)
    op.create_index(
        "inbound_messages_message_idx", "inbound_messages", ["message_id"], schema=_SCHEMA
    )
