"""Both sides of every copy, asked of all services as the workspace's own owner would."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.gateway.domain.caller import ourselves
from shared.copies import Mirror, read_faces
from shared.db import Database
from shared.errors import UnavailableError
from shared.http import ServiceClient

_PATH = "/internal/keeping/copies"
_DEADLINE_S = 120.0


async def ask_faces(
    db: Database,
    clients: Mapping[str, ServiceClient],
    mirror: Mirror,
    workspace_id: UUID,
    site_id: UUID | None,
) -> list[dict[str, Any]]:
    """Return the faces of all copies; those of a service that does not answer are missing."""
    caller = ourselves(workspace_id)
    asked = {"site_id": None if site_id is None else str(site_id)}

    async def ask(client: ServiceClient) -> list[dict[str, Any]]:
        try:
            answer = await client.send(
                "POST", _PATH, body=asked, caller=caller, deadline_s=_DEADLINE_S
            )
        except UnavailableError:
            return []
        found: list[dict[str, Any]] = answer.json() if answer.status == 200 else []
        return found

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(ask(client)) for client in clients.values()]
    async with db.begin(snapshot=True) as tx:
        own = await read_faces(tx, mirror, workspace_id, site_id)
    return [*own, *(face for task in tasks for face in task.result())]
