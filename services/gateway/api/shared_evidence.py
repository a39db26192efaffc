"""Evidence for whoever has a link to it: the one page of a service that needs no account."""

import re
import time

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.gateway.domain.limits import Limiter
from services.gateway.metrics import RATE_LIMITED
from shared.errors import NotFoundError
from shared.http import ServiceClient
from shared.problems import ProblemError

router = APIRouter(include_in_schema=False)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,64}")
_KEPT = ("content-type", "content-security-policy", "x-robots-tag")


@router.get("/shared/evidence/{token}")
async def show_evidence(token: str, request: Request) -> Response:
    """Pass the page on from the crawler, which alone can tell whether the link still works."""
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
    crawler: ServiceClient = request.app.state.clients["crawler"]
    if _TOKEN.fullmatch(token) is None:
        raise NotFoundError("This link is not complete; copy it again.")
    answer = await crawler.send("GET", f"/shared/evidence/{token}", caller=None)
    headers = {name: value for name in _KEPT if (value := answer.header(name)) is not None}
    return Response(answer.body, status_code=answer.status, headers=headers)
