"""Keep what people write about domains."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "domain_notes",
        sa.Column("note_id", sa.UUID(), primary_key=True),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        schema="outreach",
    )
    op.create_index(
        "domain_notes_idx", "domain_notes", ["workspace_id", "domain", "note_id"], schema="outreach"
    )


def downgrade() -> None:
    op.drop_table("domain_notes", schema="outreach")
