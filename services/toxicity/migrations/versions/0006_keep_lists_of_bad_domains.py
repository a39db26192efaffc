"""keep lists of bad domains."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "block_lists",
        sa.Column("list_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("site_id", sa.UUID(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("licence", sa.Text(), server_default="", nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("domains", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("family_id", sa.UUID(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("list_id"),
        schema="toxicity",
    )
    op.create_index(
        "block_lists_workspace_idx",
        "block_lists",
        ["workspace_id", sa.literal_column("list_id DESC")],
        unique=False,
        schema="toxicity",
    )
    op.create_index(
        "block_lists_site_idx",
        "block_lists",
        ["site_id"],
        unique=True,
        schema="toxicity",
        postgresql_where=sa.text("site_id IS NOT NULL"),
    )
    op.create_table(
        "block_list_domains",
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("list_id", sa.UUID(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["toxicity.block_lists.list_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "domain", "list_id"),
        schema="toxicity",
    )
    op.create_index(
        "block_list_domains_list_idx",
        "block_list_domains",
        ["list_id", "line"],
        unique=False,
        schema="toxicity",
    )
    op.create_index(
        "review_items_domain_idx",
        "review_items",
        ["subject"],
        unique=False,
        schema="toxicity",
        postgresql_where=sa.text("link_id IS NULL AND NOT undone"),
    )
