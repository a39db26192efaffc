"""Where mail providers send people back to after a sign-in with OAuth: on into the console, which finishes it.

The cookie of a session does not come along from other sites (SameSite=Strict); the console asks with it. What the
provider says goes behind the #, which no server, log or Referer sees.
"""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse

from services.gateway.api import visitors

router = APIRouter(include_in_schema=False)

PATH = "/signed-in"
_PASSED_ON = {"state": 200, "code": 4_096, "error": 200}


async def came_back(request: Request) -> RedirectResponse:
    """Lead on to the screen that finishes the sign-in."""
    visitors.slow_down(request)
    provider = str(request.path_params["provider"])
    said = {name: request.query_params.get(name, "")[:most] for name, most in _PASSED_ON.items()}
    kept = urlencode({"provider": provider[:20], **{k: v for k, v in said.items() if v}})
    return RedirectResponse(
        f"/#/signed-in/mailbox?{kept}", status_code=303, headers={"Cache-Control": "no-store"}
    )


# No route of FastAPI: providers add parameters of their own, which those would refuse.
router.add_route(f"{PATH}/{{provider}}", came_back, methods=["GET"], include_in_schema=False)
