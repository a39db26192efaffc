"""Keep what an import replaced, the mappings of people, and which targets sources rank."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_index("domain_claims_import_idx", "domain_claims", ["import_id"], schema="profile")
    op.create_table(
        "target_claims",
        sa.Column("site_id", sa.UUID(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("target_key", sa.UUID(), nullable=False),
        sa.Column("target_url", sa.Text(), nullable=False),
        sa.Column("import_id", sa.UUID(), nullable=True),
        sa.Column("link_count", sa.BigInteger(), nullable=True),
        sa.Column("site_count", sa.BigInteger(), nullable=True),
        _moment("claimed_at", nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["profile.sites.site_id"]),
        sa.PrimaryKeyConstraint("site_id", "source", "target_key"),
        schema="profile",
    )
    op.create_index("target_claims_import_idx", "target_claims", ["import_id"], schema="profile")
    for column in (
        sa.Column("targets", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("archive_id", sa.UUID(), nullable=True),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    ):
        op.add_column("imports", column, schema="profile")
    op.create_table(
        "import_undo",
        sa.Column("import_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("link_id", sa.UUID(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("previous", postgresql.JSON(astext_type=sa.Text()), nullable=True),
        sa.Column("previous_import", sa.UUID(), nullable=True),
        _moment("first_seen_at"),
        _moment("gained_at"),
        sa.ForeignKeyConstraint(["import_id"], ["profile.imports.import_id"], ondelete="CASCADE"),
        schema="profile",
    )
    op.create_index("import_undo_import_idx", "import_undo", ["import_id"], schema="profile")
    op.create_index("import_undo_link_idx", "import_undo", ["link_id"], schema="profile")
    op.create_index(
        "import_undo_previous_idx",
        "import_undo",
        ["previous_import"],
        schema="profile",
        postgresql_where=sa.text("previous_import IS NOT NULL"),
    )
    op.create_table(
        "mappings",
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("header", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        _moment("saved_at", nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "fingerprint"),
        schema="profile",
    )
