"""Who is calling, for the gateway's own routes: what the door found out."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from shared.access import Caller

_scheme = HTTPBearer(
    scheme_name="key", description="A key `aw_...` of `/v1/keys`.", auto_error=False
)


async def get_caller(request: Request, _: Annotated[object, Depends(_scheme)]) -> Caller:
    """Return the caller that the door let in."""
    caller: Caller = request.scope["anchorwatch.caller"]
    return caller


CallerDep = Annotated[Caller, Depends(get_caller)]
