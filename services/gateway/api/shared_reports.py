"""Reports for whoever has an address of one: no account is needed."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.gateway.api.visitors import pass_page_on

router = APIRouter(include_in_schema=False)


@router.get("/shared/reports/{token}")
async def show_report(token: str, request: Request) -> Response:
    """Pass the page on from profile, which alone can tell whether the address still works."""
    return await pass_page_on(request, "profile", f"/shared/reports/{token}", token)
