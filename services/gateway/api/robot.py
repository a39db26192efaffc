"""The page that tells site owners what our robot is, and the form by which they keep it away."""

import time
from html import escape
from importlib.metadata import version

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.gateway.api.plain_page import plain_page
from services.gateway.api.small_form import small_form
from services.gateway.domain.limits import Limiter, Policy
from services.gateway.metrics import RATE_LIMITED

router = APIRouter(include_in_schema=False)

PATH = "/robot"
NAME = "AnchorwatchBot"
_LIMIT = Policy("opt-out", 5)
_ABOUT = f"""
<p><strong>{NAME}</strong> looks at pages that link to the sites of people who use this Anchorwatch, and
notes whether the link is still there. It reads pages; it fills in nothing, buys nothing, signs in
nowhere and goes around no wall.</p>
<h2>How it behaves</h2>
<ul>
<li>It reads robots.txt before anything else and keeps to it, for the name {NAME} and for *.</li>
<li>It sends one request at a time to a domain, with at least a second of rest after each answer;
Crawl-delay up to 30 seconds and Retry-After up to a day are kept, and errors make it slower.</li>
<li>It asks for a page again when that is worth it, mostly once in days or weeks, and asks only for
news where the server allows that (ETag, Last-Modified).</li>
</ul>
<h2>Keep it away</h2>
<p>With these lines in your robots.txt it stays away within a day:</p>
<pre>User-agent: {NAME}
Disallow: /</pre>
<p>To be put on the list of hosts that are never asked, not even for robots.txt, use this form. If your
robots.txt already has the lines above, that proves that the host is yours, and it holds at once; else
whoever runs this Anchorwatch decides.</p>
<form method="post" action="{PATH}">
<p><label>Host <input name="host" required maxlength="253" placeholder="blog.example"></label></p>
<p><label>A word to the operator (optional) <input name="note" maxlength="500"></label></p>
<p><button>Leave this host alone</button></p>
</form>
"""


@router.get(PATH)
async def get_robot_page() -> HTMLResponse:
    """Say who we are; every request of ours names this page in its user agent."""
    return _page(_ABOUT)


@router.post(PATH)
async def ask_to_be_left_alone(request: Request) -> HTMLResponse:
    """Take the form and say what became of it."""
    limiter = _limiter_of(request)
    asker = request.client.host if request.client else "unknown"
    if not limiter.take(asker, now=time.monotonic()).allowed:
        RATE_LIMITED.labels(_LIMIT.name).inc()
        return _page("<p>That was often. Try again in a minute.</p>", status=429)
    fields = await small_form(request)
    if fields is None or not fields.get("host"):
        return _page("<p>This form could not be read. Go back and send it again.</p>", status=422)
    answer = await request.app.state.clients["crawler"].send(
        "POST",
        "/v1/opt-outs",
        caller=None,
        body={"host": fields["host"], "note": fields.get("note", "")[:500]},
    )
    told = answer.json()
    if answer.status >= 400:
        return _page(f"<p>{escape(told['detail'])}</p>", status=answer.status)
    return _page(f"<p><strong>{escape(told['host'])}</strong>: {escape(told['sentence'])}</p>")


def _limiter_of(request: Request) -> Limiter:
    limiter: Limiter = request.app.state.opt_out_limiter
    return limiter


def new_limiter() -> Limiter:
    return Limiter(_LIMIT)


def _page(inner: str, *, status: int = 200) -> HTMLResponse:
    return plain_page(f"{NAME} {version('anchorwatch')}", inner, status=status)
