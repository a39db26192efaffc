"""Whoever comes without an account, with nothing but a signed address."""

import re
import time

from fastapi import Request
from fastapi.responses import Response

from services.gateway.domain.limits import Limiter
from services.gateway.metrics import RATE_LIMITED
from shared.errors import NotFoundError
from shared.http import ServiceClient
from shared.problems import ProblemError

_KEPT = ("content-type", "content-security-policy", "x-robots-tag", "content-disposition")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,64}")


def admit(request: Request, token: str) -> None:
    """Let a visitor through, not too often; refuse a token that was copied in part."""
    slow_down(request)
    if not is_token(token):
        raise NotFoundError(
            "This address is not complete; copy it again.", code="address-incomplete"
        )


async def pass_page_on(
    request: Request,
    service: str,
    path: str,
    token: str,
    *,
    query: str = "",
    deadline_s: float | None = None,
) -> Response:
    """Return a page of a service for a visitor, with the headers that keep it harmless."""
    admit(request, token)
    client: ServiceClient = request.app.state.clients[service]
    answer = await client.send("GET", path, caller=None, query=query, deadline_s=deadline_s)
    headers = {name: value for name in _KEPT if (value := answer.header(name)) is not None}
    return Response(answer.body, status_code=answer.status, headers=headers)


def is_token(text: str) -> bool:
    """Say whether a text has the form of what our signed addresses end in."""
    return _TOKEN.fullmatch(text) is not None


def slow_down(request: Request) -> None:
    """Let a visitor through, not too often."""
    limiter: Limiter = request.app.state.visitors
    client = request.client.host if request.client is not None else "unknown"
    verdict = limiter.take(client, now=time.monotonic())
    if not verdict.allowed:
        RATE_LIMITED.labels(limiter.policy.name).inc()
        raise ProblemError(
            429,
            "rate-limited",
            f"Too many requests; try again in {verdict.reset_s} s.",
            headers={"Retry-After": str(verdict.reset_s)},
        )
