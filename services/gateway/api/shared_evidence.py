"""Evidence for whoever has a link to it: the one page of a service that needs no account."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.gateway.api.visitors import admit
from shared.http import ServiceClient

router = APIRouter(include_in_schema=False)

_KEPT = ("content-type", "content-security-policy", "x-robots-tag")


@router.get("/shared/evidence/{token}")
async def show_evidence(token: str, request: Request) -> Response:
    """Pass the page on from the crawler, which alone can tell whether the link still works."""
    admit(request, token)
    crawler: ServiceClient = request.app.state.clients["crawler"]
    answer = await crawler.send("GET", f"/shared/evidence/{token}", caller=None)
    headers = {name: value for name in _KEPT if (value := answer.header(name)) is not None}
    return Response(answer.body, status_code=answer.status, headers=headers)
