"""send checks as rows."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Alembic does not compare types: this one is written by hand. It comes in the order of
    # store/records.py: the claim, the fields of Memory, what the host learns.
    op.execute(
        """
        CREATE TYPE crawler.checked_page AS (
            page_id uuid, seq bigint, next_at timestamptz,
            final_url text, etag text, last_modified text, fingerprint bytea, facts_hash bytea,
            facts_at timestamptz, checked_at timestamptz, changed_at timestamptz,
            full_at timestamptz, short_run int, failure_run int, checks int, rate float4,
            losses float4, expected_losses float4,
            rate_before float4, host_losses float8, host_expected float8
        )
        """
    )
