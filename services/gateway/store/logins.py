"""Ways in: one-time login links, sessions, and the first start of an installation."""

import secrets as random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.gateway.domain import secrets
from services.gateway.store import access, people
from shared.access import Scope
from shared.db import Tx
from shared.ids import new_id
from shared.vocabulary import Role

FIRST_LOGIN = timedelta(hours=24)
_OWNER_EMAIL = "owner@anchorwatch.local"


@dataclass(frozen=True, slots=True)
class House:
    """What the launcher prints: who owns this installation, and how to get in."""

    workspace_id: UUID
    owner_id: UUID
    key: str | None
    """Only at the first start: afterwards nobody knows it any more."""
    login_token: str


async def bootstrap(tx: Tx, *, now: datetime) -> House:
    """Make the operator's workspace, owner and key at the first start; a new login link always."""
    workspace_id = await people.find_operator_workspace(tx)
    key = None
    if workspace_id is None:
        workspace_id = new_id()
        await people.add_workspace(tx, workspace_id, "My workspace", is_operator=True)
        owner_id = await _add_owner(tx, workspace_id)
        key = await _add_first_key(tx, workspace_id, owner_id)
    else:
        found = await people.find_owner(tx, workspace_id=workspace_id)
        owner_id = await _add_owner(tx, workspace_id) if found is None else found
    token = await add_link(tx, owner_id, now=now, life=FIRST_LOGIN)
    return House(workspace_id, owner_id, key, token)


async def add_link(tx: Tx, user_id: UUID, *, now: datetime, life: timedelta) -> str:
    """Return the token of a new login link that works once."""
    token = secrets.readable(random.token_bytes(secrets.TOKEN_RANDOM))
    await people.add_login(tx, secrets.digest(token), user_id, expires_at=now + life)
    return token


async def begin_session(tx: Tx, user_id: UUID, *, now: datetime, life: timedelta) -> str:
    """Return the token of a new session of the console."""
    token = secrets.readable(random.token_bytes(secrets.TOKEN_RANDOM))
    await people.add_session(tx, secrets.digest(token), user_id, expires_at=now + life)
    return token


async def _add_owner(tx: Tx, workspace_id: UUID) -> UUID:
    owner_id = new_id()
    await people.add_user(
        tx,
        owner_id,
        workspace_id=workspace_id,
        email=_OWNER_EMAIL,
        name="Owner",
        workspace_role=Role.OWNER,
    )
    return owner_id


async def _add_first_key(tx: Tx, workspace_id: UUID, owner_id: UUID) -> str:
    key = secrets.new_key(random.token_bytes(secrets.KEY_RANDOM))
    await access.add_key(
        tx,
        new_id(),
        workspace_id=workspace_id,
        name="First key",
        prefix=key.prefix,
        secret_hash=key.secret_hash,
        scopes=list(Scope),
        workspace_role=Role.OWNER,
        created_by=owner_id,
        expires_at=None,
    )
    return key.text
