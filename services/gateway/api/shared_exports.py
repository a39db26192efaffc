"""Links as a file for whoever has a signed address: what a spreadsheet fetches without a key."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from services.gateway.api.visitors import admit
from shared.http import ServiceClient
from shared.wire import Outgoing, StreamedAnswer

router = APIRouter(include_in_schema=False)

_KEPT = ("content-type", "content-disposition", "cache-control")


@router.get("/shared/exports/{token}")
async def fetch_export(token: str, request: Request) -> StreamingResponse:
    """Pass the file on from profile, which alone can tell whether the address still works."""
    admit(request, token)
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
