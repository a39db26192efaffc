"""Asks a second service for its part of an answer; where it does not come, the answer says so."""

from typing import Any

from shared.access import Caller
from shared.errors import UnavailableError
from shared.http import ServiceClient
from shared.wire import Answer

_DEADLINE_S = 15.0


async def ask(
    client: ServiceClient,
    method: str,
    path: str,
    body: dict[str, Any],
    caller: Caller,
    *,
    query: str = "",
    sent: Any = None,
) -> Answer | None:
    """Return the answer of the second service; None where `body` now says that it is missing."""
    try:
        answer = await client.send(
            method, path, query=query, body=sent, caller=caller, deadline_s=_DEADLINE_S
        )
        code = None if answer.status == 200 else f"status-{answer.status}"
    except UnavailableError as error:
        answer, code = None, error.code
    if code is None:
        return answer
    body["degraded"] = [{"service": client.service, "code": code}]
    return None
