"""The page by which readers of outreach mail get no more of it, and the one click of mail programs (RFC 8058).

No account, no cookies, and one answer for every address: nobody learns from it which links are ours.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.gateway.api import visitors
from services.gateway.api.plain_page import plain_page
from shared.errors import UnavailableError
from shared.http import ServiceClient

router = APIRouter(include_in_schema=False)

PATH = "/u"


@router.get(f"{PATH}/{{token}}")
async def ask(request: Request) -> HTMLResponse:
    """Ask before anything is changed: programs that look at links in mails open them, too."""
    visitors.slow_down(request)
    return plain_page(
        "No more mail",
        "<p>You don't want to hear from the sender again?</p>"
        '<form method="post"><p><button>Write to me no more</button></p></form>',
    )


@router.post(f"{PATH}/{{token}}")
async def leave(token: str, request: Request) -> HTMLResponse:
    """Have outreach write no more to whoever the link was for."""
    visitors.slow_down(request)
    if visitors.is_token(token):
        outreach: ServiceClient = request.app.state.clients["outreach"]
        answer = await outreach.send("POST", f"/shared/leaving/{token}", caller=None)
        if answer.status != 204:
            raise UnavailableError("This could not be done just now; try again in a moment.")
    return plain_page("No more mail", "<p>Done: nothing more will be sent to you.</p>")
