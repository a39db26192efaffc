"""Let mailboxes sign in with OAuth 2.0; those that are there keep their password."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_PROVIDERS = "IN ('google', 'microsoft', 'other')"


def upgrade() -> None:
    op.execute(
        f"""
        ALTER TABLE outreach.mailboxes
            ADD COLUMN sign_in text DEFAULT 'password' NOT NULL,
            ADD COLUMN provider text,
            ADD CONSTRAINT sign_in_known CHECK (sign_in IN ('password', 'oauth')),
            ADD CONSTRAINT provider_known CHECK (provider {_PROVIDERS}),
            ADD CONSTRAINT oauth_has_a_provider CHECK ((sign_in = 'oauth') = (provider IS NOT NULL))
        """
    )
    op.execute(
        f"""
        CREATE TABLE outreach.mail_apps (
            workspace_id uuid NOT NULL,
            provider text NOT NULL,
            client_id text NOT NULL,
            sealed_secret text NOT NULL,
            tenant text DEFAULT '' NOT NULL,
            authorize_url text DEFAULT '' NOT NULL,
            token_url text DEFAULT '' NOT NULL,
            revoke_url text DEFAULT '' NOT NULL,
            scopes text DEFAULT '' NOT NULL,
            saved_by text NOT NULL,
            saved_at timestamptz NOT NULL,
            PRIMARY KEY (workspace_id, provider),
            CONSTRAINT provider_known CHECK (provider {_PROVIDERS})
        )
        """
    )
    op.execute(
        f"""
        CREATE TABLE outreach.mail_tokens (
            mailbox_id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL,
            provider text NOT NULL,
            sealed_refresh text NOT NULL,
            sealed_access text NOT NULL,
            expires_at timestamptz NOT NULL,
            signed_in_as text,
            signed_in_by text NOT NULL,
            signed_in_at timestamptz NOT NULL,
            trouble text,
            CONSTRAINT provider_known CHECK (provider {_PROVIDERS})
        )
        """
    )
    op.execute(
        "CREATE INDEX mail_tokens_workspace_idx ON outreach.mail_tokens (workspace_id, provider)"
    )
    op.execute(
        f"""
        CREATE TABLE outreach.mail_sign_ins (
            state_digest bytea PRIMARY KEY,
            workspace_id uuid NOT NULL,
            mailbox_id uuid NOT NULL,
            provider text NOT NULL,
            actor_id uuid NOT NULL,
            sealed_verifier text NOT NULL,
            redirect_url text NOT NULL,
            expires_at timestamptz NOT NULL,
            CONSTRAINT provider_known CHECK (provider {_PROVIDERS})
        )
        """
    )
    op.execute("CREATE INDEX mail_sign_ins_mailbox_idx ON outreach.mail_sign_ins (mailbox_id)")
    op.execute("CREATE INDEX mail_sign_ins_expiry_idx ON outreach.mail_sign_ins (expires_at)")


def downgrade() -> None:
    for name in ("mail_sign_ins", "mail_tokens", "mail_apps"):
        op.execute(f"DROP TABLE outreach.{name}")
    op.execute("ALTER TABLE outreach.mailboxes DROP COLUMN sign_in, DROP COLUMN provider")
