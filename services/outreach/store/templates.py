"""Templates: texts of a workspace to begin steps with, each under a name of its own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Tx
from shared.errors import ConflictError, FieldError, NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    template_id: UUID
    workspace_id: UUID
    name: str
    language: str | None = None
    subject: str
    body: str
    version: int = 1
    created_by: UUID
    created_at: datetime


_COLUMNS = (
    "template_id, workspace_id, name, language, subject, body, version, created_by, created_at"
)


async def add_template(tx: Tx, template: Template) -> None:
    """Write a template; raises ConflictError if the workspace has one of this name."""
    tag = await tx.run(
        "INSERT INTO templates (template_id, workspace_id, name, language, subject, body,"
        " created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (workspace_id, lower(name)) WHERE archived_at IS NULL DO NOTHING",
        template.template_id,
        template.workspace_id,
        template.name,
        template.language,
        template.subject,
        template.body,
        template.created_by,
        template.created_at,
    )
    if tag.endswith(" 0"):
        raise _name_taken(template.name)


async def get_template(
    tx: Tx, template_id: UUID, *, workspace_id: UUID, lock: bool = False
) -> Template:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM templates WHERE template_id = $1 AND workspace_id = $2"
        f" AND archived_at IS NULL{' FOR UPDATE' if lock else ''}",
        template_id,
        workspace_id,
    )
    if not rows:
        raise NotFoundError("There is no such template.")
    return Template(**dict(rows[0]))


async def list_templates(
    tx: Tx, *, workspace_id: UUID, after: tuple[str, UUID] | None, limit: int
) -> list[Template]:
    """Return templates by name."""
    name, template_id = after or ("", UUID(int=0))
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM templates WHERE workspace_id = $1 AND archived_at IS NULL"
        " AND (lower(name), template_id) > ($2, $3) ORDER BY lower(name), template_id LIMIT $4",
        workspace_id,
        name,
        template_id,
        limit,
    )
    return [Template(**dict(row)) for row in rows]


async def save_template(tx: Tx, template: Template, *, now: datetime) -> None:
    """Write a changed template; raises ConflictError if another one has the name."""
    taken = await tx.fetch_value(
        "SELECT 1 FROM templates WHERE workspace_id = $1 AND lower(name) = lower($2)"
        " AND template_id <> $3 AND archived_at IS NULL",
        template.workspace_id,
        template.name,
        template.template_id,
    )
    if taken:
        raise _name_taken(template.name)
    await tx.run(
        "UPDATE templates SET name = $2, language = $3, subject = $4, body = $5, updated_at = $6,"
        " version = version + 1 WHERE template_id = $1",
        template.template_id,
        template.name,
        template.language,
        template.subject,
        template.body,
        now,
    )


async def archive_template(tx: Tx, template_id: UUID, *, now: datetime) -> None:
    """Take a template out of the list; steps that were begun with it keep their text."""
    await tx.run(
        "UPDATE templates SET archived_at = $2, version = version + 1 WHERE template_id = $1",
        template_id,
        now,
    )


def _name_taken(name: str) -> ConflictError:
    fault = FieldError("/name", "name-taken", "Use the template that is there, or another name.")
    detail = f"There is a template called {name!r} already."
    return ConflictError(detail, [fault], code="name-taken")
