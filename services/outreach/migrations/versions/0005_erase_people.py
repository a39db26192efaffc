"""Let a suppression be about somebody of whom only a salted hash is kept."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KINDS = "'email', 'domain'"
_REASONS = "'unsubscribed', 'complained', 'hard_bounce', 'manual', 'legal', 'left_company'"


def upgrade() -> None:
    _allow("kind", f"{_KINDS}, 'erased'")
    _allow("reason", f"{_REASONS}, 'erased'")


def downgrade() -> None:
    op.execute("DELETE FROM outreach.suppressions WHERE kind = 'erased'")
    _allow("kind", _KINDS)
    _allow("reason", _REASONS)


def _allow(column: str, values: str) -> None:
    name = f"{column}_known"
    op.drop_constraint(name, "suppressions", schema="outreach")
    op.create_check_constraint(name, "suppressions", f"{column} IN ({values})", schema="outreach")
