"""Links as a file for whoever has a signed address: what a spreadsheet fetches without a key."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from services.gateway.domain.limits import Limiter
from services.gateway.metrics import RATE_LIMITED
from shared.errors import NotFoundError
from shared.http import ServiceClient
from shared.problems import ProblemError
from shared.wire import Outgoing, StreamedAnswer

router = APIRouter(include_in_schema=False)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,64}")
_KEPT = ("content-type", "content-disposition", "cache-control")


@router.get("/shared/exports/{token}")
async def fetch_export(token: str, request: Request) -> StreamingResponse:
    """Pass the file on from profile, which alone can tell whether the address still works."""
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
    if _TOKEN.fullmatch(token) is None:
        raise NotFoundError("This address is not complete; copy it again.")
    profile: ServiceClient = request.app.state.clients["profile"]
    query = request.scope["query_string"].decode("latin-1")
    asked = Outgoing("GET", f"/shared/exports/{token}", query, (), None)
    stack = AsyncExitStack()
    answer = await stack.enter_async_context(profile.stream(asked, caller=None))
    headers = {name: value for name in _KEPT if (value := _header(answer, name)) is not None}
    return StreamingResponse(_chunks(answer, stack), status_code=answer.status, headers=headers)


def _header(answer: StreamedAnswer, name: str) -> str | None:
    return next((value for key, value in answer.headers if key.lower() == name), None)


async def _chunks(answer: StreamedAnswer, stack: AsyncExitStack) -> AsyncIterator[bytes]:
    async with stack:
        async for chunk in answer.chunks:
            yield chunk
