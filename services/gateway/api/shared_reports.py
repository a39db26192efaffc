"""Reports for whoever has an address of one: no account is needed."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.gateway.api.visitors import pass_page_on

router = APIRouter(include_in_schema=False)


_FORMS = frozenset({"pdf", "csv"})
_PRINTED_WITHIN_S = 75.0


@router.get("/shared/reports/{token}")
async def show_report(
    token: str, request: Request, wanted: Annotated[str, Query(alias="format")] = ""
) -> Response:
    """Pass the page, its PDF or its table on from profile, which alone can tell whether the address still works."""
    query = f"format={wanted}" if wanted in _FORMS else ""
    deadline_s = _PRINTED_WITHIN_S if wanted == "pdf" else None
    path = f"/shared/reports/{token}"
    return await pass_page_on(request, "profile", path, token, query=query, deadline_s=deadline_s)
