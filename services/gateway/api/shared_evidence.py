"""Evidence for whoever has a link to it: no account is needed."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.gateway.api.visitors import pass_page_on

router = APIRouter(include_in_schema=False)


@router.get("/shared/evidence/{token}")
async def show_evidence(token: str, request: Request) -> Response:
    """Pass the page on from the crawler, which alone can tell whether the link still works."""
    return await pass_page_on(request, "crawler", f"/shared/evidence/{token}", token)
