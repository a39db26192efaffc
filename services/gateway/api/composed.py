"""Answers that two services know a part of: the second part is added here, or said to be missing."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from services.gateway.domain.routing import Route
from shared.access import Caller
from shared.errors import UnavailableError
from shared.http import ServiceClient
from shared.wire import Answer

MOST_DEAD = 20
_DEADLINE_S = 15.0

Second = Callable[[dict[str, Any], str, Mapping[str, ServiceClient], Caller], Awaitable[None]]
"""Adds to the body of the first answer, about the site of this id, what another service knows."""


def is_composed(method: str, route: Route) -> bool:
    """Say whether the answer of a service's route gets a second part."""
    return (method, route.path) in _SECOND


async def add_second_part(
    whole: bytes,
    method: str,
    route: Route,
    values: Mapping[str, str],
    clients: Mapping[str, ServiceClient],
    *,
    caller: Caller,
) -> bytes:
    """Return the answer of the route with its second part, or with a word that it is missing."""
    body: dict[str, Any] = orjson.loads(whole)
    await _SECOND[method, route.path](body, values["site_id"], clients, caller)
    return orjson.dumps(body)


async def _add_dead_pages(
    body: dict[str, Any], site_id: str, clients: Mapping[str, ServiceClient], caller: Caller
) -> None:
    """Add to proposals the site's own dead pages that have links, and where each should lead."""
    path, query = f"/v1/sites/{site_id}/redirects", urlencode({"limit": MOST_DEAD})
    answer = await _ask(clients["profile"], "GET", path, body, caller, query=query)
    if answer is not None:
        body["dead_targets"] = answer.json()["items"]


async def _add_evaluations(
    body: dict[str, Any], site_id: str, clients: Mapping[str, ServiceClient], caller: Caller
) -> None:
    """Add to places that were looked at what is to be thought of a link from there."""
    path = f"/internal/sites/{site_id}/evaluations"
    seen = {"items": body["items"]}
    answer = await _ask(clients["toxicity"], "POST", path, body, caller, sent=seen)
    if answer is not None:
        for item, evaluation in zip(body["items"], answer.json(), strict=True):
            item["evaluation"] = evaluation


async def _ask(
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


_SECOND: Mapping[tuple[str, str], Second] = {
    ("POST", "/v1/sites/{site_id}/proposals"): _add_dead_pages,
    ("POST", "/v1/sites/{site_id}/evaluations"): _add_evaluations,
}
