"""Who of a workspace somebody in a chat is, and the one-time codes by which they say so."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.gateway.domain.channels import Kind
from services.gateway.domain.presses.press import Person
from shared.db import Tx
from shared.errors import NotFoundError
from shared.ids import new_id

Row = Mapping[str, Any]
CODE_LIFE = timedelta(minutes=10)
_PERSON = (
    "chat_person_id, c.workspace_id, c.kind, c.person_id, c.name, c.user_id, u.email,"
    " u.name AS user_name, c.created_at"
)


async def find_person(tx: Tx, kind: Kind, person_id: str, *, workspace_id: UUID) -> Row | None:
    """Return who somebody in a chat is; None for a stranger, or if the user is disabled."""
    rows = await tx.fetch(
        f"SELECT {_PERSON} FROM chat_people c JOIN users u USING (user_id)"
        " WHERE c.workspace_id = $1 AND c.kind = $2 AND c.person_id = $3"
        " AND u.disabled_at IS NULL AND u.workspace_id = c.workspace_id",
        *(workspace_id, kind, person_id),
    )
    return dict(rows[0]) if rows else None


async def list_people(
    tx: Tx, *, workspace_id: UUID, user_id: UUID | None, after: UUID | None, limit: int
) -> list[Any]:
    return await tx.fetch(
        f"SELECT {_PERSON} FROM chat_people c JOIN users u USING (user_id)"
        " WHERE c.workspace_id = $1 AND ($2::uuid IS NULL OR c.user_id = $2)"
        " AND ($3::uuid IS NULL OR chat_person_id > $3) ORDER BY chat_person_id LIMIT $4",
        *(workspace_id, user_id, after, limit),
    )


async def save_person(
    tx: Tx, kind: Kind, person: Person, user_id: UUID, *, workspace_id: UUID
) -> None:
    """Remember who somebody is; the newest word counts."""
    await tx.run(
        "INSERT INTO chat_people (chat_person_id, workspace_id, kind, person_id, name, user_id)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, kind, person_id)"
        " DO UPDATE SET user_id = excluded.user_id, name = excluded.name",
        *(new_id(), workspace_id, kind, person.person_id, person.name, user_id),
    )


async def remove_person(
    tx: Tx, chat_person_id: UUID, *, workspace_id: UUID, user_id: UUID | None
) -> Row:
    """Forget who somebody is; of one user only, if one is named."""
    rows = await tx.fetch(
        "DELETE FROM chat_people WHERE chat_person_id = $1 AND workspace_id = $2"
        " AND ($3::uuid IS NULL OR user_id = $3) RETURNING kind, person_id, name, user_id",
        *(chat_person_id, workspace_id, user_id),
    )
    if not rows:
        raise NotFoundError("Nobody is connected by this id.")
    return dict(rows[0])


async def add_user_code(
    tx: Tx, code_hash: bytes, user_id: UUID, *, workspace_id: UUID, now: datetime
) -> None:
    """Keep a code that a user will say in a chat; the ones before work no longer."""
    await tx.run("DELETE FROM chat_codes WHERE user_id = $1", user_id)
    await tx.run(
        "INSERT INTO chat_codes (code_hash, workspace_id, user_id, expires_at)"
        " VALUES ($1, $2, $3, $4)",
        *(code_hash, workspace_id, user_id, now + CODE_LIFE),
    )


async def add_person_code(
    tx: Tx, code_hash: bytes, kind: Kind, person: Person, *, workspace_id: UUID, now: datetime
) -> None:
    """Keep a code by which somebody in a chat says who they are; the ones before work no longer."""
    await tx.run(
        "DELETE FROM chat_codes WHERE workspace_id = $1 AND kind = $2 AND person_id = $3",
        *(workspace_id, kind, person.person_id),
    )
    await tx.run(
        "INSERT INTO chat_codes (code_hash, workspace_id, kind, person_id, name, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        *(code_hash, workspace_id, kind, person.person_id, person.name, now + CODE_LIFE),
    )


async def find_code(tx: Tx, code_hash: bytes, *, workspace_id: UUID, now: datetime) -> Row | None:
    rows = await tx.fetch(
        "SELECT workspace_id, user_id, kind, person_id, name FROM chat_codes"
        " WHERE code_hash = $1 AND workspace_id = $2 AND expires_at > $3",
        *(code_hash, workspace_id, now),
    )
    return dict(rows[0]) if rows else None


async def claim_code(tx: Tx, code_hash: bytes, *, workspace_id: UUID, now: datetime) -> Row | None:
    """Use a code up; None if it is none, was used, or is too old."""
    rows = await tx.fetch(
        "DELETE FROM chat_codes WHERE code_hash = $1 AND workspace_id = $2 AND expires_at > $3"
        " RETURNING workspace_id, user_id, kind, person_id, name",
        *(code_hash, workspace_id, now),
    )
    return dict(rows[0]) if rows else None


async def remove_expired(tx: Tx, *, now: datetime) -> None:
    await tx.run("DELETE FROM chat_codes WHERE expires_at <= $1", now)
