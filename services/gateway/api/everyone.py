"""Asking all services the same at once, and naming those that did not answer."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from shared.access import Caller
from shared.errors import UnavailableError
from shared.http import ServiceClient


class MissingPart(BaseModel):
    """A service whose part is missing in this answer."""

    service: str
    code: str


async def ask_all(
    clients: Mapping[str, ServiceClient],
    path: str,
    body: Any,
    *,
    caller: Caller,
    deadline_s: float,
) -> tuple[dict[str, Any], list[MissingPart]]:
    """Return what each service answered, and which did not."""

    async def ask(client: ServiceClient) -> Any | MissingPart:
        try:
            answer = await client.send(
                "POST", path, body=body, caller=caller, deadline_s=deadline_s
            )
        except UnavailableError as error:
            return MissingPart(service=client.service, code=error.code)
        if answer.status != 200:
            return MissingPart(service=client.service, code=f"status-{answer.status}")
        return answer.json()

    async with asyncio.TaskGroup() as group:
        tasks = {name: group.create_task(ask(client)) for name, client in clients.items()}
    found = {name: task.result() for name, task in tasks.items()}
    missing = [one for one in found.values() if isinstance(one, MissingPart)]
    return {n: one for n, one in found.items() if not isinstance(one, MissingPart)}, missing


def clients_of(request: Request) -> Mapping[str, ServiceClient]:
    clients: Mapping[str, ServiceClient] = request.app.state.clients
    return clients
