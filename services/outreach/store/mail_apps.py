"""The apps that owners of workspaces registered at mail providers; the secret is sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.outreach.domain.oauth.providers import MailApp, MailProvider
from shared.db import Tx

_COLUMNS = "workspace_id, provider, client_id, sealed_secret, tenant, authorize_url, token_url, revoke_url, scopes"


@dataclass(frozen=True, slots=True)
class SavedApp:
    app: MailApp
    saved_by: str
    saved_at: datetime


async def save_app(
    tx: Tx, app: MailApp, *, keeps_secret: bool, saved_by: str, now: datetime
) -> None:
    """Write an app; mailboxes that waited for a better one may be checked again."""
    await tx.run(
        f"INSERT INTO mail_apps AS a ({_COLUMNS}, saved_by, saved_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT (workspace_id, provider) DO UPDATE SET client_id = $3, tenant = $5,"
        " authorize_url = $6, token_url = $7, revoke_url = $8, scopes = $9, saved_by = $10, saved_at = $11,"
        " sealed_secret = CASE WHEN $12 THEN a.sealed_secret ELSE $4 END",
        *(app.workspace_id, app.provider, app.client_id, app.sealed_secret, app.tenant),
        *(app.authorize_url, app.token_url, app.revoke_url, app.scopes, saved_by, now),
        keeps_secret,
    )
    rows = await tx.fetch(
        "UPDATE mail_tokens SET trouble = NULL WHERE mailbox_id IN (SELECT mailbox_id FROM mail_tokens"
        " WHERE workspace_id = $1 AND provider = $2 AND trouble = 'app' ORDER BY mailbox_id FOR UPDATE)"
        " RETURNING mailbox_id",
        app.workspace_id,
        app.provider,
    )
    await tx.run(
        "UPDATE mailboxes SET state = 'unchecked', paused_because = NULL, updated_at = $2,"
        " version = version + 1 WHERE mailbox_id IN (SELECT mailbox_id FROM mailboxes"
        " WHERE mailbox_id = ANY($1::uuid[]) AND state = 'paused' ORDER BY mailbox_id FOR UPDATE)",
        [row["mailbox_id"] for row in rows],
        now,
    )


async def find_app(tx: Tx, workspace_id: UUID, provider: MailProvider) -> MailApp | None:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM mail_apps WHERE workspace_id = $1 AND provider = $2",
        workspace_id,
        provider,
    )
    return _app(rows[0]) if rows else None


async def list_apps(tx: Tx, workspace_id: UUID) -> list[SavedApp]:
    """Return the apps of a workspace; there is at most one of each provider."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS}, saved_by, saved_at FROM mail_apps WHERE workspace_id = $1 ORDER BY provider",
        workspace_id,
    )
    return [SavedApp(_app(row), row["saved_by"], row["saved_at"]) for row in rows]


async def count_mailboxes(tx: Tx, workspace_id: UUID, provider: MailProvider) -> int:
    """Say how many mailboxes sign in with an app."""
    found: int = await tx.fetch_value(
        "SELECT count(*) FROM mailboxes WHERE workspace_id = $1 AND provider = $2 AND removed_at IS NULL",
        workspace_id,
        provider,
    )
    return found


async def remove_app(tx: Tx, workspace_id: UUID, provider: MailProvider) -> bool:
    """Forget an app with its secret; False if there is none."""
    tag = await tx.run(
        "DELETE FROM mail_apps WHERE workspace_id = $1 AND provider = $2", workspace_id, provider
    )
    return tag.endswith(" 1")


async def list_sealed(tx: Tx) -> list[asyncpg.Record]:
    """Return the sealed secrets of all workspaces, at most three of each, to seal them anew."""
    return await tx.fetch(
        "SELECT workspace_id, provider, sealed_secret FROM mail_apps"
        " ORDER BY workspace_id, provider FOR UPDATE"
    )


async def save_sealed(tx: Tx, workspace_id: UUID, provider: str, sealed: str) -> None:
    await tx.run(
        "UPDATE mail_apps SET sealed_secret = $3 WHERE workspace_id = $1 AND provider = $2",
        workspace_id,
        provider,
        sealed,
    )


def _app(row: Mapping[str, Any]) -> MailApp:
    names = _COLUMNS.split(", ")
    values = {name: row[name] for name in names}
    return MailApp(**values | {"provider": MailProvider(row["provider"])})
