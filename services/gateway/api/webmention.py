"""The receiver of Webmentions (W3C Recommendation): anybody may tell that a page links to a site of ours.

The answer is the same whether or not there is such a site; a page counts once it was looked at.
"""

import time

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from services.gateway.api.small_form import small_form
from services.gateway.domain.limits import Limiter, Policy
from services.gateway.metrics import RATE_LIMITED
from shared.http import ServiceClient

router = APIRouter(include_in_schema=False)

PATH = "/webmention"
_ONE = Policy("webmention", 30)
_ALL = Policy("webmentions", 300)
_EVERYBODY = "everybody"
_TAKEN = "Thank you. The page will be looked at."
_NO_FORM = (
    "Send a form with two addresses: source, the page that links, and target, the page it links to."
)
_OFTEN = "That was often. Try again in a minute."
_LATER = "This cannot be taken just now. Try again later."


class Limits:
    """How often one sender, and all together, may tell of pages."""

    def __init__(self) -> None:
        self._one = Limiter(_ONE)
        self._all = Limiter(_ALL)

    def admits(self, sender: str, *, now: float) -> bool:
        """Count one notice; what one sender sends too often does not count for all."""
        return (
            self._one.take(sender, now=now).allowed and self._all.take(_EVERYBODY, now=now).allowed
        )


@router.post(PATH)
async def take_webmention(request: Request) -> PlainTextResponse:
    """Queue a look at `source`, and say nothing of what is known here."""
    limits: Limits = request.app.state.webmention_limits
    sender = request.client.host if request.client else "unknown"
    if not limits.admits(sender, now=time.monotonic()):
        RATE_LIMITED.labels(_ONE.name).inc()
        return PlainTextResponse(_OFTEN, status_code=429, headers={"Retry-After": "60"})
    fields = await small_form(request)
    if fields is None or not fields.keys() >= {"source", "target"}:
        return PlainTextResponse(_NO_FORM, status_code=400)
    crawler: ServiceClient = request.app.state.clients["crawler"]
    told = {"source": fields["source"], "target": fields["target"]}
    answer = await crawler.send("POST", PATH, caller=None, body=told)
    if answer.status < 300:
        return PlainTextResponse(_TAKEN, status_code=202)
    if answer.status < 500 and answer.status != 409:
        return PlainTextResponse(answer.json()["detail"], status_code=400)
    return PlainTextResponse(_LATER, status_code=503, headers={"Retry-After": "600"})
