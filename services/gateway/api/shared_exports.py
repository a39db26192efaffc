"""Links as a file for whoever has a signed address: what a spreadsheet fetches without a key."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from services.gateway.api.visitors import admit
from shared.http import ServiceClient
from shared.wire import Outgoing, StreamedAnswer

router = APIRouter(include_in_schema=False)

_KEPT = ("content-type", "content-disposition", "cache-control")


async def open_export(token: str, request: Request) -> AsyncIterator[StreamedAnswer]:
    """Ask profile, which alone can tell whether the address still works.

    FastAPI closes this behind the answer, however that ends: a visitor may leave before its first byte.
    """
    admit(request, token)
    profile: ServiceClient = request.app.state.clients["profile"]
    query = request.scope["query_string"].decode("latin-1")
    asked = Outgoing("GET", f"/shared/exports/{token}", query, (), None)
    async with profile.stream(asked, caller=None) as answer:
        yield answer


@router.get("/shared/exports/{token}")
async def fetch_export(
    answer: Annotated[StreamedAnswer, Depends(open_export)],
) -> StreamingResponse:
    """Pass the file on as it comes."""
    headers = {name: value for name in _KEPT if (value := _header(answer, name)) is not None}
    return StreamingResponse(answer.chunks, status_code=answer.status, headers=headers)


def _header(answer: StreamedAnswer, name: str) -> str | None:
    return next((value for key, value in answer.headers if key.lower() == name), None)
