"""Answers that two services know a part of: the second part is added here, or said to be missing."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from services.gateway.domain.routing import Route
from shared.access import Caller
from shared.errors import UnavailableError
from shared.http import ServiceClient

MOST_DEAD = 20
_PROPOSALS = ("POST", "/v1/sites/{site_id}/proposals")
_DEADLINE_S = 15.0


def is_composed(method: str, route: Route) -> bool:
    """Say whether the answer of a service's route gets a second part."""
    return (method, route.path) == _PROPOSALS


async def add_second_part(
    whole: bytes, values: Mapping[str, str], clients: Mapping[str, ServiceClient], *, caller: Caller
) -> bytes:
    """Add to proposals the site's own dead pages that have links, and where each should lead."""
    body: dict[str, Any] = orjson.loads(whole)
    path = f"/v1/sites/{values['site_id']}/redirects"
    query = urlencode({"limit": MOST_DEAD})
    try:
        answer = await clients["profile"].send(
            "GET", path, query=query, caller=caller, deadline_s=_DEADLINE_S
        )
        code = None if answer.status == 200 else f"status-{answer.status}"
    except UnavailableError as error:
        answer, code = None, error.code
    if answer is None or code is not None:
        body["degraded"] = [{"service": "profile", "code": code}]
    else:
        body["dead_targets"] = answer.json()["items"]
    return orjson.dumps(body)
