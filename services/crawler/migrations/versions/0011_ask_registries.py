"""ask registries until when domains are registered."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registrations",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("domain"),
        schema="crawler",
    )
    op.create_index(
        "registrations_due_at_idx", "registrations", ["due_at"], unique=False, schema="crawler"
    )
    op.create_table(
        "registries",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("next_free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("server"),
        schema="crawler",
    )


def downgrade() -> None:
    op.drop_table("registries", schema="crawler")
    op.drop_table("registrations", schema="crawler")
